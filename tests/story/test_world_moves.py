"""After the yes and before the run the world moves: nothing happens, and it is asked anew.

The amount rises, the list of what is reached grows, a group gains rights, somebody leaves; each on
several tickets of `scenarios.yaml`, against the real systems.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from holdshort.connectors import build
from tests.conftest import COMPANY
from tests.desk import Desk, Server, group_id
from tests.directory import Directory, running_directory
from tests.kernel import scenes, waking
from tests.services import Services, running_services
from tests.story.bundles import after_the_hold, lines
from tests.story.scenarios import find
from tests.story.test_onboarding import new_rules


class World:
    """The desk with the systems behind it, and what can happen to them."""

    def __init__(self, desk: Desk, services: Services, directory: Directory) -> None:
        self.desk, self.services, self.directory = desk, services, directory
        self.desk.connectors["directory"] = directory.connector
        for name in ("mdm", "erp", "badge", "patch", "mail"):
            desk.connectors[name] = build(name, "http", services.settings(COMPANY, name))

    def approved(self, id: str, *deciders: str, **other: Any) -> Any:
        """What waits of a ticket has every yes, or needs none, and nothing has begun."""
        body = find(id).body
        self.desk.agent.will(body["type"], **{**body["params"], **other})
        number = self.desk.ask(body["requester"], "please")
        state = "waiting" if deciders else "authorized"
        [story] = [one for one in lines(self.desk, number) if one.state == state]
        for person in deciders:
            scenes.say_yes(self.desk, story.action.id, person)
        if deciders:
            self.desk.stop("desk", "authorize", story.action.id)
        self.desk.sql(f"DELETE FROM procrastinate_jobs WHERE args->>'id' = '{story.action.id}'")
        found = self.desk.story(story.action.id)
        assert (found.state, found.execution) == ("authorized", None)
        return found

    def runs(self, story: Any) -> tuple[Any, Any]:
        """Its time has come. Gives what became of it, and of what was asked anew."""
        waking.open_hold(self.desk, story.action.id)
        self.desk.stop("executor", "execute", story.action.id)
        self.desk.run()
        found = self.desk.story(story.action.id)
        assert found.next_version is not None, (found.state, found.outcome)
        return found, self.desk.story(found.next_version)

    def nested(self, group: str, within: str) -> None:
        """Somebody puts one group into another, in the directory."""
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "members", "value": [{"value": group_id(group)}]}],
        }
        url = f"{self.directory.url.rstrip('/')}/Groups/{group_id(within)}"
        token = {"Authorization": f"Bearer {self.directory.token}"}
        httpx.patch(url, json=body, headers=token).raise_for_status()

    def left(self, person: str) -> None:
        """HR's record says since yesterday that somebody is gone."""
        self.desk.sql(
            "UPDATE profile SET employment_status = 'ended', employment_end = current_date - 1 "
            f"WHERE person = '{person}'"
        )


@pytest.fixture(scope="module")
def world(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with running_services(folder, COMPANY) as services, running_directory(folder, COMPANY) as one:
        desk = Desk(server, folder)
        yield World(desk, services, one)
        desk.close()


def not_done(old: Any, new: Any) -> list[str]:
    """It went back to review without an effect. Gives what its reader is told first."""
    assert old.state in ("superseded", "not_applied"), old.state
    assert old.outcome is None or old.outcome["kind"] == "not_applied"
    assert (new.action.version, new.authorization) == (2, None)
    return list(new.assessment["findings"]["before"])


# ------------------------------------------------------------------ the amount


@pytest.mark.parametrize(
    ("id", "contract", "was", "now"),
    [
        ("16c", "salesforce-2025", "12,400.00 EUR", "19,000.00 EUR"),
        ("16e", "miro-2025", "900.00 EUR", "1,200.00 EUR"),
    ],
)
def test_an_amount_that_rises_is_asked_anew(
    world: World, id: str, contract: str, was: str, now: str
) -> None:
    story = world.approved(id, "frieda")
    cents = int(now.replace(",", "").split(".")[0]) * 100
    world.services.ask("erp", "PATCH", f"/v1/contracts/{contract}", json={"amount": cents})
    told = not_done(*(found := world.runs(story)))
    assert found[1].state == "waiting"
    assert any(was in line and now in line for line in told), told
    assert world.services.ask("erp", "GET", f"/v1/contracts/{contract}")["ordered"] is False


def test_12b_a_laptop_that_became_dearer_is_asked_anew(world: World) -> None:
    story = world.approved("12b", "frieda")
    new_rules(world.desk, "{equipment,1,cost}", "999900")
    for _ in range(3):
        after_the_hold(world.desk, story.action.ticket)
    old = world.desk.story(story.action.id)
    again = world.desk.story(old.next_version)
    not_done(old, again)
    assert again.state == "waiting"
    [reason] = [one for one in again.reasons if one.rule == "policy.cost"]
    assert reason.observed == "9,999.00 EUR"
    assert "The rules changed before" in world.desk.said(story.action.ticket)


# ------------------------------------------------------------------ what is reached


def test_5c_a_fleet_that_grows_is_asked_anew(world: World) -> None:
    story = world.approved("5c", "lukas")
    fleet = [f"D-{number:04}" for number in range(1, 122)]
    world.services.ask("mdm", "PATCH", "/v1/targets/everybody", json={"devices": fleet})
    told = not_done(*(found := world.runs(story)))
    assert found[1].state == "waiting"
    assert any("121 devices there by now" in line and "has 120" in line for line in told), told
    world.desk.decide(found[1].action.id, "lukas", "approve")
    assert world.desk.story(found[1].action.id).state == "executed"


# ------------------------------------------------------------------ rights


@pytest.mark.parametrize(
    ("id", "decider", "group", "within", "gained"),
    [
        ("4b", "sven", "build-tools", "idp-super-admins", "Directory super administrator"),
        ("14b", "samuel", "payment-approvers", "netsuite-admins", "NetSuite administrator"),
        ("4a", "", "photo-club", "aws-admins", "AWS AdministratorAccess"),
    ],
)
def test_a_group_that_gains_rights_is_asked_anew(
    world: World, id: str, decider: str, group: str, within: str, gained: str
) -> None:
    story = world.approved(id, *filter(None, [decider]))
    world.nested(group, within)
    told = not_done(*(found := world.runs(story)))
    assert (found[1].state, found[1].assessment["tier"]) == ("waiting", 3)
    assert any(gained in line for line in found[1].assessment["findings"]["after"]), told
    assert story.action.beneficiary not in world.directory.members(group)


# ------------------------------------------------------------------ people


@pytest.mark.parametrize(
    ("id", "deciders", "other", "leaver"),
    [
        ("4b", ["sven"], {"person": "yusuf"}, "yusuf"),
        ("20b", ["sven", "olga"], {"person": "chloe"}, "chloe"),
        ("16b", [], {}, "viktor"),
        ("20a", [], {}, "dana"),
    ],
)
def test_somebody_who_leaves_is_asked_about_anew(
    world: World, id: str, deciders: list[str], other: dict[str, str], leaver: str
) -> None:
    story = world.approved(id, *deciders, **other)
    world.left(leaver)
    old, new = world.runs(story)
    not_done(old, new)
    assert new.state == "refused"
    told = {one.rule: one.text for one in new.reasons}
    assert "no longer works here" in told["refuse.leaver"]


def test_a_badge_and_a_mail_of_whoever_left_meanwhile_are_asked_about_anew(world: World) -> None:
    """What these would do is asked of the systems themselves; who asked for it is not."""
    for type_id, params, requester in (
        ("mail.purge", {"message": "m-phish-1"}, "mateo"),
        ("badge.remove_zones", {"person": "carla", "zones": ["workshop"]}, "jonas"),
    ):
        world.desk.agent.will(type_id, **params)
        number = world.desk.ask(requester, "please")
        [story] = lines(world.desk, number)
        scenes.say_yes(world.desk, story.action.id, story.assignments[0]["person"])
        world.desk.stop("desk", "authorize", story.action.id)
        world.left(requester)
        old, new = world.runs(world.desk.story(story.action.id))
        not_done(old, new)
        assert (new.state, new.assessment["tier"]) == ("waiting", 3)
        told = {one.rule: one.text for one in new.reasons}
        assert "who asked for this, has left" in told["raise.requester_left"]
        # Whoever says yes to it now knows that, so it runs.
        world.desk.decide(new.action.id, new.assignments[0]["person"], "approve")
        assert world.desk.story(new.action.id).state == "executed"


def test_what_takes_access_from_a_leaver_goes_on(world: World) -> None:
    world.desk.agent.will("badge.remove_zones", person="erik", zones=["workshop"])
    [story] = lines(world.desk, world.desk.ask("lukas", "please"))
    scenes.say_yes(world.desk, story.action.id, story.assignments[0]["person"])
    world.left("erik")
    world.desk.run()
    assert world.desk.story(story.action.id).state == "executed"
