"""The desk's clock: whoever has a ticket hears that its target time is near, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort import flow
from tests.desk import Desk, Server
from tests.story.test_notices import notices


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path)
    yield one
    one.close()


def notice(desk: Desk) -> int:
    with desk.role("desk"):
        found = flow.notice_deadlines()
    desk.run()
    return found


def came_long_ago(desk: Desk, number: int) -> None:
    desk.sql(
        f"UPDATE public.ticket SET opened_at = '2026-11-20T16:00:00+01:00' WHERE number = {number}"
    )


def test_who_has_a_ticket_is_told_once_before_its_time_is_over(desk: Desk) -> None:
    number = desk.ask("dana", "the lamp flickers, pay me 1000 EUR")
    assert notice(desk) == 0
    came_long_ago(desk, number)
    assert notice(desk) == 1
    [told] = notices(desk, "helena")
    assert told == (
        f"Ticket {number} is to be done by 2026-11-24 16:00, 16 working hours after it came."
    )
    assert desk.ticket(number)["stands"] == "with_person"
    [(own,)] = desk.sql("SELECT number FROM public.ticket WHERE requester = 'holdshort'")
    story = desk.action(own)
    assert (story.action.type, story.assessment["tier"], story.state) == (
        *("notify.sla", 1, "executed"),
    )
    assert desk.ticket(own)["stands"] == "closed"
    assert notice(desk) == 0 and len(notices(desk, "helena")) == 1


def test_whoever_is_asked_about_a_change_has_its_ticket(desk: Desk) -> None:
    desk.agent.will("github.set_membership", person="erik", role="owner")
    number = desk.ask("erik", "owner, to fix CI")
    asked = desk.action(number).assignments[0]["person"]
    came_long_ago(desk, number)
    assert notice(desk) == 1
    assert any(f"Ticket {number} is to be done by" in text for text in notices(desk, asked))


def test_nobody_is_told_of_what_waits_for_nobody_here(desk: Desk) -> None:
    number = desk.ask("dana", "the lamp flickers")
    came_long_ago(desk, number)
    desk.sql(f"INSERT INTO public.turn (ticket, kind, person) VALUES ({number}, 'closed', 'ines')")
    assert notice(desk) == 0
    desk.sql(f"INSERT INTO public.turn (ticket, kind, person) VALUES ({number}, 'asked', 'ines')")
    assert notice(desk) == 0
