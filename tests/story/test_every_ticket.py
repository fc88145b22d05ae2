"""Tickets of `scenarios.yaml` led to their end, with whatever yes they need, on the real systems.

Each that a person decides, in the office of one person for IT and one approver outside it; and, in
the team, each that no other story carries out. Nobody is ever left waiting for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from holdshort import flow
from holdshort.connectors import build
from holdshort.core.terms import Assurance, Channel
from holdshort.records import mirrors, overrides
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.directory import Directory, running_directory
from tests.services import Services, running_services
from tests.story.bundles import after_the_hold, lines
from tests.story.offices import PAIR, TEAM, Office
from tests.story.scenarios import STRICTNESS, THERE, Row, happen
from tests.story.test_patching import end_now, open_now


@dataclass
class Place:
    """An office with its systems. Tickets share a desk, but for those that have a past."""

    office: Office
    server: Server
    folder: Path
    services: Services
    directory: Directory
    shared: Desk

    @contextmanager
    def desk(self, row: Row) -> Iterator[Desk]:
        if not row.before:
            yield self.shared
            return
        (own := self.folder / row.id).mkdir()
        desk = Desk(self.server, own, self.office.made(self.server))
        desk.connectors = self.shared.connectors
        try:
            happen(desk, row.before)
            yield desk
        finally:
            desk.close()


@pytest.fixture(scope="module")
def places(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Office], Place]]:
    """The place of each office, made when it is first needed."""
    with ExitStack() as stack:

        @cache
        def place(name: str) -> Place:
            office = {one.name: one for one in (TEAM, PAIR)}[name]
            folder = tmp_path_factory.mktemp(name)
            shared = Desk(server, folder, office.made(server))
            stack.callback(shared.close)
            services = stack.enter_context(running_services(folder, COMPANY))
            directory = stack.enter_context(running_directory(folder, COMPANY))
            shared.connectors = {**_connected(services), "directory": directory.connector}
            return Place(office, server, folder, services, directory, shared)

        yield lambda office: place(office.name)


def _connected(services: Services) -> dict[str, Any]:
    """Every connected app of the demo company that is driven by what is declared."""
    declared = yaml.safe_load(COMPANY.read_text("utf-8"))["connectors"]
    http = [name for name, one in declared.items() if one["kind"] == "http"]
    return {name: build(name, "http", services.settings(COMPANY, name)) for name in http}


def asked(desk: Desk, row: Row) -> int:
    """Somebody writes it, or the desk notices it by itself. Gives the ticket."""
    if "at" in row.body:
        (open_now if datetime.fromisoformat(row.body["at"]).hour >= 20 else end_now)(desk)
    if row.body["requester"] == "holdshort":
        with desk.role("desk"):
            flow.notice_leavers()
        desk.run()
        return int(desk.sql("SELECT max(number) FROM ticket")[0][0])
    desk.agent.will(row.body["type"], **row.body["params"])
    channel = Channel(row.body.get("channel", "portal"))
    proof = Assurance.NONE if channel is Channel.EMAIL else Assurance.SESSION
    return desk.ask(row.body["requester"], "please", channel=channel, assurance=proof)


def lead(desk: Desk, office: Office, number: int) -> list[Any]:
    """Those who are asked say yes, and do by hand what is theirs to do, until nothing waits."""
    for _ in range(10):
        if not is_batch(lines(desk, number)):
            after_the_hold(desk, number)
        found = lines(desk, number)
        # What a batch releases once it was decided is led to its end in `test_guests.py`.
        found = found[:1] if is_batch(found) else found
        open_ones = [one for one in found if one.state in ("waiting", "by_hand")]
        if not open_ones:
            return found
        for one in open_ones:
            if one.state == "by_hand":
                done_by_hand(desk, one)
            elif len(one.assignments) < one.gate["needed"]:
                somebody_else_asks(desk, office, one)
            else:
                decided(desk, office, one)
    raise AssertionError([(one.action.type, one.state) for one in lines(desk, number)])


def is_batch(found: list[Any]) -> bool:
    return bool(found[0].action.type == "idp.suspend_many")


def decided(desk: Desk, office: Office, story: Any) -> None:
    """As many of those who were asked say yes as have to; each of them is free to decide it."""
    people = [one["person"] for one in story.assignments]
    assert not {story.action.requester, story.action.beneficiary, "agent"} & set(people)
    assert office is TEAM or set(people) <= {"ines", "helena"}
    for asked_for, found_in in (("call_back", "directory"), ("call_vendor", "contract")):
        if story.gate[asked_for]:
            calling, number = desk.sender(people[0]), story.review["number"]
            with desk.role("web"):
                flow.call_back(number, found_in, "confirmed", sender=calling)
    for person in people[: story.gate["needed"]]:
        assert desk.story(story.action.id).state == "waiting"
        assert desk.story(story.action.id).execution is None
        desk.decide(story.action.id, person, "approve")
    assert desk.story(story.action.id).state != "waiting"
    # They took their time over each.
    desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '11 seconds'")


def somebody_else_asks(desk: Desk, office: Office, story: Any) -> None:
    """Too few may decide it: the fault says who can end that, and so it ends."""
    told, person = story.review["fault"], story.action.beneficiary
    name = desk.sender(person).person.name
    assert f"If {name} asks for it, Ines Hoffmann or Helena Brandt " in told
    assert "Ines Hoffmann can end this wait by naming another reviewer" in told
    desk.agent.will(story.action.type, **story.action.params)
    [ended] = lead(desk, office, desk.ask(person, "then I ask for it"))
    assert ended.state == "executed"
    withdrawing = desk.sender(story.action.requester)
    with desk.role("web"):
        flow.stop(story.action.id, "other", sender=withdrawing)


def done_by_hand(desk: Desk, story: Any) -> None:
    doing = desk.sender(story.fate["person"])
    with desk.role("web"):
        flow.report(story.action.id, "as_approved", "It can be seen there.", sender=doing)
    desk.run()


NOT_SHOWN = [row for row in THERE if not row.shown]
DECIDED = [row for row in THERE if row.mode in ("HITL", "REFUSE")]
STORIES = [
    pytest.param(office, row, id=f"{office.name}-{row.id}")
    for office, rows in ((TEAM, NOT_SHOWN), (PAIR, DECIDED))
    for row in rows
]


@pytest.mark.parametrize(("company", "row"), STORIES)
def test_a_ticket_comes_to_its_end(
    places: Callable[[Office], Place], company: Office, row: Row
) -> None:
    with (place := places(company)).desk(row) as desk:
        number = asked(desk, row)
        modes = [one.assessment["mode"] for one in lines(desk, number)]
        assert max(modes, key=STRICTNESS.index) == row.mode, desk.said(number)
        ended = lead(desk, place.office, number)
        if row.id == "13b":
            let_in_again(place, "samuel")
        if row.id == "6b":
            looked_over_by_the_only_other(desk, ended[0])
    if row.mode == "REFUSE":
        assert {(one.state, one.execution) for one in ended} == {("refused", None)}
        return
    for one in ended:
        read_back = "recorded" if one.gate["hands"] == "person" else "verified"
        assert (one.state, one.outcome["kind"]) == ("executed", read_back), one.action.type


def let_in_again(place: Place, person: str) -> None:
    """The next ticket finds them working."""
    directory, account = place.directory, place.directory.account(person)
    assert account is not None and not account.active
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": True}}],
    }
    token = {"Authorization": f"Bearer {directory.token}"}
    url = f"{directory.url.rstrip('/')}/Users/{account.external_id}"
    httpx.patch(url, json=body, headers=token).raise_for_status()
    with place.shared.role(None):
        mirrors.refresh(directory.connector)


def looked_over_by_the_only_other(desk: Desk, story: Any) -> None:
    """Ines asked for it and Helena said yes: nobody is apart, so whoever said no yes looks."""
    ines = desk.sender("ines")
    with desk.role("web"):
        assert [one.action for one in overrides.open_ones()] == [story.action.id]
        flow.look_over(story.action.id, "right", "It could not wait.", sender=ines)
        assert overrides.open_ones() == []


@pytest.mark.parametrize("by", ["ines", "helena"])
def test_where_two_must_and_one_of_the_two_asked_it_says_who_can_end_it_and_so_it_ends(
    places: Callable[[Office], Place], by: str
) -> None:
    desk, zones = places(PAIR).shared, ["front-door", "office-floor", "server-room"]
    person = {"ines": "bea", "helena": "mia"}[by]
    desk.agent.will("badge.set_zones", person=person, zones=zones)
    number = desk.ask(by, "they need the server room")
    [story] = lead(desk, PAIR, number)
    assert (story.state, story.authorization) == ("revoked", None)
    badge = places(PAIR).services.ask("badge", "GET", f"/v1/holders/{person}")
    assert badge["zones"] == zones
