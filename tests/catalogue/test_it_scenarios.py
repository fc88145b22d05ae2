"""Scenarios of the IT domain besides access: patches, firewalls, accounts, mail, incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdshort import catalogue
from holdshort.core.terms import Findings, Offered, PolicyVerdict, Tier
from tests.catalogue.test_scenarios import FAILS, PASSES, Scenario, computed, findings
from tests.catalogue.world import World, asked

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 5, 5, 20, 30, tzinfo=BERLIN)
AT_WORK = datetime(2026, 5, 5, 14, 0, tzinfo=BERLIN)
OPEN_443: dict[str, Any] = {
    "firewall": "fw-berlin",
    "change": "add",
    "verdict": "allow",
    "protocol": "tcp",
    "port": "443",
    "source": "any",
    "destination": "build-1",
}
OPENS, FREEZE = "raise.undoes_security_control", "raise.freeze"
MAY: dict[str, Any] = {"patch": "os-2026-05", "targets": ["laptops-ring-1"]}

SCENARIOS = (
    Scenario(
        "6a", "ines", "patch.deploy", MAY, (2, 1, 0, 0), Tier.POLICY, policy=PASSES,
        how={"at": TUESDAY},
        facts=("4 devices", "taken off again", "No access", "Costs nothing"),
    ),
    Scenario(
        "6b", "ines", "patch.deploy", {**MAY, "emergency": True}, (2, 1, 0, 0), Tier.HUMAN,
        raises=("raise.emergency",), policy=FAILS, how={"at": AT_WORK},
        facts=("4 devices", "taken off again", "No access", "Costs nothing"),
    ),
    Scenario(
        "6c", "ines", "patch.deploy", {**MAY, "targets": ["laptops-ring-1", "prod-db-1"]},
        (3, 2, 0, 0), Tier.HUMAN, policy=FAILS,
        how={"at": TUESDAY, "ticket_text": "the laptops of ring 1 and the dev database"},
        facts=("prod-db-1 is in production", "nothing proves that", "No access", "Costs nothing"),
    ),
    Scenario(
        "7a", "dana", "kb.answer", {"article": "vpn-ports"}, (0, 0, 0, 0), Tier.AUTOMATIC,
        how={"ticket_text": "firewall: which ports does the VPN need?"},
        facts=("Dana Fischer reads", "Nothing is lost", "No access", "Costs nothing"),
    ),
    Scenario(
        "7b", "erik", "fw.change", OPEN_443, (3, 2, 2, 0), Tier.HUMAN, raises=(OPENS,),
        how={"ticket_text": "open 443 to the build server, it is only for testing"},
        facts=("build-1 (production) can be reached from anywhere", "who came in meanwhile",
               "access control", "Costs nothing"),
    ),
    Scenario(
        "7c", "erik", "fw.change", {**OPEN_443, "change": "remove"}, (3, 2, 2, 0), Tier.HUMAN,
        facts=("cannot be reached from anywhere", "nothing proves that", "access control", "Costs"),
    ),
    Scenario(
        "10a", "dana", "kb.answer", {"article": "outlook-profile"}, (0, 0, 0, 0), Tier.AUTOMATIC,
        how={"ticket_text": "e-mail not working, Outlook keeps asking for my password"},
        facts=("Dana Fischer reads", "Nothing is lost", "No access", "Costs nothing"),
    ),
    Scenario(
        "11a", "dana", "ticket.route", {"context": "security"}, (0, 0, 0, 0), Tier.AUTOMATIC,
        how={"ticket_text": "phishing mail, reported, not clicked"},
        facts=("own queue", "Nothing is lost", "No access", "Costs nothing"),
    ),
)  # fmt: skip


def find(id: str) -> Findings:
    return findings(next(s for s in SCENARIOS if s.id == id))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_a_scenario_gets_its_levels_raises_policy_and_tier(scenario: Scenario) -> None:
    found = findings(scenario)
    assert found.consequence.vector == scenario.levels
    assert tuple(reason.rule for reason in found.raises) == scenario.raises
    assert tuple(reason.rule for reason in found.refusals) == scenario.refusals
    assert found.policy.verdict is scenario.policy
    assert computed(scenario, found) is scenario.tier
    assert found.already == ""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_every_level_of_a_scenario_has_its_fact_with_a_source(scenario: Scenario) -> None:
    found = findings(scenario).consequence
    levels = (found.blast_radius, found.irreversibility, found.regulatory, found.cost)
    for level, piece in zip(levels, scenario.facts, strict=True):
        assert piece in level.facts[0].text
        assert all(fact.source for fact in level.facts)


# ------------------------------------------------------------------ firewalls


def test_7b_shows_the_rule_as_a_difference_and_what_it_exposes() -> None:
    found = find("7b")
    assert found.after == (
        "+ allow tcp/443 from any to build-1",
        "Exposed: build-1, host, production, from anywhere, the whole internet included.",
    )
    assert found.notes[0].text == "The ticket says ‘testing’, but this reaches production."
    assert found.owners == (("sven", "you own Berlin firewall"), ("erik", "you own build-1"))


def test_7c_taking_a_rule_back_is_the_same_kind_of_change_and_tier_3() -> None:
    undo = catalogue.find("fw.change").inverse("some-action", OPEN_443)
    assert undo is not None and undo.params == {**OPEN_443, "change": "remove"}
    assert find("7c").after[0] == "- allow tcp/443 from any to build-1"


def test_removing_a_rule_that_denies_lets_connections_in_too() -> None:
    found = look("fw.change", **{**OPEN_443, "change": "remove", "verdict": "deny"})
    assert [reason.rule for reason in found.raises] == [OPENS]
    harmless = look("fw.change", **{**OPEN_443, "verdict": "deny"})
    assert harmless.raises == ()


def test_a_network_of_everything_is_the_whole_internet() -> None:
    found = look("fw.change", **{**OPEN_443, "source": "0.0.0.0/0"})
    assert "whole internet" in found.after[1]
    office = look("fw.change", **{**OPEN_443, "source": "10.1.0.0/16"})
    assert office.after[1] == "Exposed: build-1, host, production, from 10.1.0.0/16."


def test_a_firewall_in_a_blackout_says_so_beside_the_rest() -> None:
    christmas = datetime(2026, 12, 22, 10, 0, tzinfo=BERLIN)
    assert [r.rule for r in look("fw.change", at=christmas, **OPEN_443).raises] == [FREEZE, OPENS]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"source": "somewhere"}, "neither ‘any’ nor a network"),
        ({"destination": "nothing"}, "nothing to reach with the id ‘nothing’"),
        ({"firewall": "build-1"}, "no firewall with the id ‘build-1’"),
    ],
)
def test_what_a_rule_names_must_exist(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(catalogue.UnknownTarget, match=words):
        look("fw.change", **{**OPEN_443, **wrong})


@pytest.mark.parametrize("port", ["https", "0", "443,80", "443-"])
def test_a_port_is_a_number_or_a_range(port: str) -> None:
    with pytest.raises(catalogue.BadParams):
        catalogue.parse("fw.change", {**OPEN_443, "port": port})


# ------------------------------------------------------------------ patches


def look(type_id: str, world: World | None = None, at: datetime = TUESDAY, **params: Any) -> Any:
    world = world or World()
    parsed = catalogue.parse(type_id, params)
    return catalogue.find(type_id).findings(parsed, asked("ines", world, at=at), world)


def lines(*targets: str, **params: Any) -> list[Offered]:
    world, kind = World(), catalogue.find("patch.deploy")
    parsed = catalogue.parse(kind.id, {"patch": "os-2026-05", "targets": [*targets], **params})
    return list(kind.expand(parsed, TUESDAY, world))


def test_6a_says_until_when_and_the_patch_system_is_told_it() -> None:
    found = find("6a")
    assert found.policy.reason is not None
    assert "Laptop patches, until Wed 6 May 2026 00:00" in found.policy.reason.text
    assert found.seen["_until"] == "2026-05-05T22:00:00+00:00"
    assert found.seen["devices"] == ["D-0001", "D-0002", "D-0003", "D-0004"]


def test_6b_says_when_it_would_have_passed() -> None:
    found = find("6b")
    assert found.policy.reason is not None
    assert "running it from Tue 5 May 2026 20:00" in found.policy.reason.would_pass
    assert found.seen["_until"] == ""
    assert found.owners == (("ines", "you own Laptops ring 1"),)


def test_6c_splits_so_that_laptops_may_run_and_the_database_waits_for_its_owner() -> None:
    assert find("6c").notes[0].observed == "prod-db-1 (production)"
    laptops, database = lines("laptops-ring-1", "prod-db-1")
    assert laptops.params["targets"] == ["laptops-ring-1"]
    assert database.params["targets"] == ["prod-db-1"]
    assert laptops.after == database.after == ()
    alone = [look("patch.deploy", **one.params) for one in (laptops, database)]
    assert alone[0].policy.verdict is PASSES and alone[0].consequence.vector == (2, 1, 0, 0)
    assert alone[1].policy.verdict is FAILS and alone[1].consequence.vector == (3, 2, 0, 0)
    assert alone[1].owners == (("lukas", "you own prod-db-1"),)


def test_rings_go_one_after_the_other_and_a_split_keeps_the_reach_of_the_whole() -> None:
    both = ("laptops-ring-2", "laptops-ring-1")
    whole = look("patch.deploy", patch="os-2026-05", targets=[*both])
    first, second = lines(*both)
    assert [first.params["targets"], second.params["targets"]] == [[both[0]], [both[1]]]
    assert (first.after, second.after) == ((), (0,))
    for line in (first, second):
        part = look("patch.deploy", **line.params)
        assert part.consequence.blast_radius.value == whole.consequence.blast_radius.value == 3
        assert "Every ring at once" in part.consequence.blast_radius.facts[0].text
    assert look("patch.deploy", patch="x", targets=[both[0]]).consequence.vector == (2, 1, 0, 0)


def test_one_ring_stays_one_change() -> None:
    assert lines("laptops-ring-1") == lines("laptops-ring-1", "laptops-ring-1") == []


def test_an_environment_that_nobody_wrote_down_is_split_off_as_production() -> None:
    world = World()
    asset = world.assets["laptops-ring-2"]
    from dataclasses import replace

    world.assets["laptops-ring-2"] = replace(asset, environment="unknown")
    found = look("patch.deploy", world, patch="x", targets=["laptops-ring-2"])
    assert found.consequence.blast_radius.value == 3 and found.context == "security"


def test_a_blackout_needs_a_person_even_where_somebody_would_allow_it() -> None:
    christmas = datetime(2026, 12, 22, 20, 30, tzinfo=BERLIN)
    found = look("patch.deploy", at=christmas, patch="x", targets=["prod-db-1"])
    assert [reason.rule for reason in found.raises] == ["raise.freeze"]
    assert "Year-end freeze" in found.raises[0].text


def test_what_closes_within_the_minute_in_which_it_can_be_stopped_does_not_pass() -> None:
    late = datetime(2026, 5, 5, 23, 59, 30, tzinfo=BERLIN)
    found = look("patch.deploy", at=late, **MAY)
    assert found.policy.verdict is FAILS
    still = catalogue.find("patch.deploy").still
    assert still is not None
    assert still(MAY, World(), late).verdict is PolicyVerdict.PASSES
    assert still(MAY, World(), datetime(2026, 5, 6, tzinfo=BERLIN)).verdict is FAILS


@pytest.mark.parametrize(
    ("target", "words"),
    [("nothing", "nothing to patch with the id ‘nothing’"), ("site-berlin", "nothing to patch")],
)
def test_what_cannot_be_patched_is_named(target: str, words: str) -> None:
    with pytest.raises(catalogue.UnknownTarget, match=words):
        look("patch.deploy", patch="x", targets=[target])


def test_a_ring_without_a_device_is_named() -> None:
    world = World()
    world.sections["devices"] = []
    with pytest.raises(catalogue.UnknownTarget, match="No device is listed for Laptops ring 1"):
        look("patch.deploy", world, **MAY)
