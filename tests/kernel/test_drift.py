"""When the world moved first: asked again with the difference, found done already, or given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdshort.core.terms import Action, Offer, Offered
from holdshort.ports import Mirror, Receipt, Shape
from tests.conftest import COMPANY
from tests.desk import Desk, group_id
from tests.directory import Directory, running_directory
from tests.kernel import scenes, waking

ADDED_BY_HAND = "Dana Fischer is in Build Tools already."


@pytest.fixture
def directory(desk: Desk, tmp_path: Path) -> Iterator[Directory]:
    with running_directory(tmp_path, COMPANY) as one:
        desk.connectors["directory"] = one.connector
        yield one


def added_by_somebody_else(desk: Desk, directory: Directory, person: str, group: str) -> None:
    subject = desk.sql(
        f"SELECT subject FROM kernel.account WHERE person = '{person}' AND issuer = 'directory'"
    )[0][0]
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": subject}]}],
    }
    httpx.patch(
        f"{directory.url.rstrip('/')}/Groups/{group_id(group)}",
        json=body,
        headers={"Authorization": f"Bearer {directory.token}"},
    ).raise_for_status()


def test_what_somebody_else_did_meanwhile_is_not_asked_again(
    desk: Desk, directory: Directory
) -> None:
    action = scenes.approved_but_not_run(desk)
    added_by_somebody_else(desk, directory, "dana", "build-tools")
    waking.run_by_sweep_alone(desk)
    story = desk.story(action)
    assert (story.state, story.outcome["reason"], story.next_version) == (
        *("not_applied", "drift"),
        None,
    )
    number = story.action.ticket
    assert desk.ticket(number)["stands"] == "closed"
    assert desk.said(number).count(ADDED_BY_HAND) == 1
    before = waking.state(desk)
    for _ in range(3):
        waking.pass_time(desk)
        desk.sweep()
        desk.stop("desk", "restage", action)
    assert waking.state(desk).keys() == before.keys()
    assert desk.said(number).count(ADDED_BY_HAND) == 1
    assert desk.events("review.opened") == 1


def test_the_directory_is_read_before_the_next_version_is_staged(
    desk: Desk, directory: Directory
) -> None:
    """The wake-up comes after the reading: the next version rests on what is there by then."""

    class Watching:
        woken_before_the_reading = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(directory.connector, name)

        def mirror(self) -> Mirror:
            self.woken_before_the_reading += len(
                desk.sql("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'restage'")
            )
            return directory.connector.mirror()

        def probe(self) -> str:
            return directory.connector.probe()

    action, watching = scenes.approved_but_not_run(desk), Watching()
    desk.connectors["directory"] = watching  # type: ignore[assignment]
    added_by_somebody_else(desk, directory, "dana", "build-tools")
    desk.stop("executor", "execute", action)
    assert ("desk", "restage", action) in waking.woken(desk)
    assert watching.woken_before_the_reading == 0


def test_a_change_that_waits_for_one_that_was_done_already_runs(
    desk: Desk, directory: Directory
) -> None:
    actions = tuple(
        Offered("idp.add_to_group", {"person": "dana", "group": group}, after)
        for group, after in (("build-tools", ()), ("photo-club", (0,)))
    )
    desk.agent.next = Offer("bundle", 0.97, "As asked.", "scripted", actions)
    first, second = desk.actions(desk.ask("dana", "please add me to both"))
    assert second.needs == (first.action.id,)
    added_by_somebody_else(desk, directory, "dana", "build-tools")
    desk.decide(first.action.id, "sven", "approve")
    waking.open_hold(desk, second.action.id)
    desk.sweep()
    states = [one.state for one in desk.actions(first.action.ticket)]
    assert states == ["not_applied", "executed"]
    assert "dana" in directory.members("photo-club")


# ------------------------------------------------------------------ what never stands still


class Restless:
    """A target that is never as it was seen; `shows` lets the mirror see that, too."""

    name = "directory"

    def __init__(self, desk: Desk, *, shows: bool) -> None:
        self._desk, self._shows = desk, shows
        self.read = 0

    def shape(self, action_type: str) -> Shape:
        return Shape.SET

    def observe(self, action: Action) -> Mapping[str, Any]:
        self.read += 1
        locked = not action.seen["locked"]
        if self._shows:
            lock = "'password_attempts', clock_timestamp()" if locked else "'', NULL"
            self._desk.sql(f"UPDATE directory_account SET (locked_by, locked_at) = ({lock})")
        return {**action.seen, "locked": locked, "_read": self.read}

    def apply(self, action: Action, **_: Any) -> Receipt:
        raise AssertionError("nothing is sent to a target that moved")

    def applied(self, *_: Any) -> bool | None:
        return False


@pytest.mark.parametrize(
    ("shows", "said"),
    [(False, "in a way that this desk cannot see"), (True, "changed 5 times")],
)
def test_what_never_stands_still_is_left_to_a_person_once(
    desk: Desk, shows: bool, said: str
) -> None:
    """A permission by policy without a hold window runs at once, so it would go on for ever."""
    desk.connectors["directory"] = Restless(desk, shows=shows)
    desk.agent.will("idp.reset_password", person="dana")
    number = desk.ask("dana", "I forgot my password")
    assert desk.actions(number)[0].assessment["mode"] == "HOTL"
    for _ in range(8):
        waking.pass_time(desk)
        desk.sweep()
    assert len(desk.actions(number)) <= 5
    assert desk.ticket(number)["stands"] == "with_person"
    assert desk.said(number).count(said) == 1
    before = waking.state(desk)
    desk.sweep()
    assert waking.state(desk) == before


def test_rules_that_change_twice_are_not_taken_for_a_target_that_moves(
    desk: Desk, directory: Directory
) -> None:
    """Nothing has drifted; what is seen is the same in every version, and that is no fault."""
    action = scenes.held(desk)
    for _ in range(2):
        desk.sql(
            "INSERT INTO kernel.standing (category, phase, granted, basis) SELECT category,"
            " phase, granted, basis FROM kernel.standing "
            "WHERE category = 'idp.add_to_group/2' ORDER BY id DESC LIMIT 1"
        )
        waking.open_hold(desk, action)
        desk.run()
        action = desk.story(action).next_version
    waking.open_hold(desk, action)
    desk.run()
    assert (desk.story(action).action.version, scenes.state_of(desk, action)) == (3, "executed")
    assert "dana" in directory.members("photo-club")
