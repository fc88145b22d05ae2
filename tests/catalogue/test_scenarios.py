"""Scenarios 1a to 5c, 8, 17, 18 and 20: levels with their facts, raises, policy, tier, as data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdshort import catalogue
from holdshort.core.consequence import tier
from holdshort.core.terms import Assurance, Channel, Findings, PolicyVerdict, Tier
from tests.catalogue.scenario import Scenario
from tests.catalogue.scenarios_office import OFFICE
from tests.catalogue.world import POLICY_VERSION, World, asked

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE
BY_EMAIL = {"channel": Channel.EMAIL, "assurance": Assurance.NONE}


SCENARIOS = (
    Scenario(
        "1a", "dana", "idp.reset_password", {"person": "dana"}, (0, 1, 0, 0), Tier.AUTOMATIC,
        how={"channel": Channel.SLACK},
        facts=("own account", "within minutes", "own credential", "Costs nothing"),
    ),
    Scenario(
        "1b", "dana", "idp.reset_password", {"person": "dana"}, (0, 1, 0, 0), Tier.HUMAN,
        raises=("raise.requester_unproven",), how=BY_EMAIL,
        facts=("own account", "within minutes", "own credential", "Costs nothing"),
    ),
    Scenario(
        "1c", "omar", "idp.reset_password", {"person": "omar"}, (3, 1, 0, 0), Tier.HUMAN,
        raises=("raise.beneficiary_privileged",),
        facts=("Directory super administrator", "within minutes", "own credential", "Costs"),
    ),
    Scenario(
        "2a", "yusuf", "idp.unlock", {"person": "yusuf"}, (0, 0, 0, 0), Tier.AUTOMATIC,
        facts=("own account", "blocked again", "own credential", "Costs nothing"),
    ),
    Scenario(
        "2b", "mia", "idp.unlock", {"person": "mia"}, (0, 2, 0, 0), Tier.HUMAN,
        raises=("raise.undoes_security_control",),
        facts=("own account", "whoever else has", "own credential", "Costs nothing"),
    ),
    Scenario(
        "2c", "karl", "idp.unlock", {"person": "karl"}, (0, 0, 0, 0), Tier.HUMAN,
        raises=("raise.employment_unconfirmed",), refusals=("refuse.leaver",),
        facts=("own account", "blocked again", "own credential", "Costs nothing"),
    ),
    Scenario(
        "3a", "erik", "github.set_membership", {"person": "erik", "role": "member"},
        (1, 0, 2, 0), Tier.POLICY, policy=PASSES,
        facts=("GitHub member", "undoes it", "confidential", "Costs nothing"),
    ),
    Scenario(
        "3b", "erik", "github.set_membership", {"person": "erik", "role": "owner"},
        (3, 0, 2, 0), Tier.HUMAN, raises=("raise.privilege_gained",), policy=FAILS,
        facts=("GitHub organisation owner", "undoes it", "confidential", "Costs nothing"),
    ),
    Scenario(
        "3c", "carla", "github.set_membership", {"person": "carla", "role": "member"},
        (1, 0, 2, 0), Tier.POLICY, policy=FAILS,
        facts=("GitHub member", "undoes it", "confidential", "Costs nothing"),
    ),
    Scenario(
        "4a", "dana", "idp.add_to_group", {"person": "dana", "group": "photo-club"},
        (0, 0, 0, 0), Tier.POLICY, policy=PASSES,
        facts=("No right changes", "undoes it", "No data", "Costs nothing"),
    ),
    Scenario(
        "4b", "dana", "idp.add_to_group", {"person": "dana", "group": "build-tools"},
        (3, 0, 2, 0), Tier.HUMAN, raises=("raise.privilege_gained",), policy=FAILS,
        facts=("AWS AdministratorAccess", "undoes it", "confidential", "Costs nothing"),
    ),
    Scenario(
        "8a", "erik", "db.restart", {"database": "dev-db"}, (1, 1, 0, 0), Tier.POLICY,
        policy=PASSES,
        facts=("development, of low criticality", "came back healthy", "No data", "Costs nothing"),
    ),
    Scenario(
        "8b", "erik", "db.restart", {"database": "prod-db-1"}, (3, 2, 0, 0), Tier.HUMAN,
        how={"ticket_text": "please restart prod-db-1, it is just dev really"},
        policy=FAILS,
        facts=("in production", "remedy", "No data", "Costs nothing"),
    ),
    Scenario(
        "5a", "dana", "mdm.install", {"person": "dana", "software": "zoom"},
        (0, 0, 0, 0), Tier.POLICY, policy=PASSES,
        facts=("own device", "undoes it", "No access", "Costs nothing"),
    ),
    Scenario(
        "5b", "dana", "mdm.install", {"person": "dana", "software": "com.philandro.anydesk"},
        (3, 3, 3, 3), Tier.HUMAN, policy=FAILS,
        facts=(*["not in the catalogue"] * 3, "what it costs"),
    ),
    Scenario(
        "5c", "ines", "mdm.install", {"fleet": "everybody", "software": "zoom"},
        (3, 0, 1, 0), Tier.HUMAN, policy=FAILS,
        facts=("120 devices", "undoes it", "other people", "Costs nothing"),
    ),
    Scenario(
        "17a", "samuel", "erp.update_vendor",
        {"vendor": "zoom", "field": "contact_name", "value": "Zoe Park"},
        (1, 1, 2, 0), Tier.POLICY, policy=PASSES,
        facts=("One vendor", "set again", "master data", "Costs nothing"),
    ),
    Scenario(
        "17b", "samuel", "erp.update_vendor",
        {"vendor": "zoom", "field": "bank_account", "value": "DE89370400440532013000"},
        (1, 3, 2, 0), Tier.HUMAN, raises=("raise.payments_move",), policy=FAILS,
        facts=("One vendor", "does not come back", "master data", "Costs nothing"),
    ),
    Scenario(
        "18a", "dana", "esign.send", {"document": "nda-mutual", "party": "northwind"},
        (1, 1, 0, 0), Tier.POLICY, policy=PASSES,
        facts=("One agreement", "withdrawn until", "No access", "Costs nothing"),
    ),
    Scenario(
        "18b", "dana", "esign.send",
        {"document": "nda-mutual", "party": "northwind", "sha256": "0" * 64},
        (1, 3, 0, 0), Tier.HUMAN, raises=("raise.not_our_paper",), policy=FAILS,
        facts=("One agreement", "what that paper binds", "No access", "Costs nothing"),
    ),
    Scenario(
        "20a", "dana", "badge.set_zones",
        {"person": "dana", "zones": ["office-floor", "front-door"], "lost": True},
        (0, 1, 0, 0), Tier.POLICY, policy=PASSES,
        facts=("no zone more", "another can be issued", "own badge", "Costs nothing"),
    ),
    Scenario(
        "20b", "dana", "badge.set_zones",
        {"person": "dana", "zones": ["office-floor", "front-door", "server-room"]},
        (3, 1, 2, 0), Tier.HUMAN, raises=("raise.privilege_gained",), policy=FAILS,
        facts=("Server room", "can be set again", "access control", "Costs nothing"),
    ),
)  # fmt: skip
SCENARIOS += OFFICE


def find(id: str) -> tuple[Scenario, Findings]:
    scenario = next(s for s in SCENARIOS if s.id == id)
    return scenario, findings(scenario)


def findings(scenario: Scenario) -> Findings:
    world = World()
    vars(world).update(scenario.world)
    params = catalogue.parse(scenario.type, scenario.params)
    how = asked(scenario.requester, world, **scenario.how)
    found: Findings = catalogue.find(scenario.type).findings(params, how, world)
    return found


def computed(scenario: Scenario, found: Findings) -> Tier:
    least = catalogue.find(scenario.type).min_tier
    floor = least[0] if least else Tier.AUTOMATIC
    return tier(found.consequence, min_tier=floor, raises=found.raises)


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


def test_1b_says_that_a_signed_in_session_would_have_passed() -> None:
    _, found = find("1b")
    assert "could not confirm that Dana Fischer sent this" in found.raises[0].text
    assert "signed-in session" in found.raises[0].would_pass
    assert found.context == "security"


def test_2b_names_what_locked_the_account() -> None:
    _, found = find("2b")
    assert "impossible-travel" in found.raises[0].text
    assert found.context == "security"


def test_2c_says_when_the_employment_ended_and_who_can_correct_it() -> None:
    _, found = find("2c")
    assert found.refusals[0].observed == "employment ended 2025-06-30"
    assert "HR corrects the record" in found.refusals[0].would_pass


def test_3a_names_the_template_and_the_policy_version() -> None:
    _, found = find("3a")
    assert found.policy.reason is not None
    assert "engineer v7" in found.policy.reason.text
    assert found.policy.reason.policy_version == POLICY_VERSION


def test_3c_says_that_no_role_template_matches() -> None:
    _, found = find("3c")
    assert found.policy.reason is not None
    assert "no role template matches contractor/Engineering" in found.policy.reason.text
    assert found.owners == (("lukas", "you own GitHub"),)
    assert found.context == "access"


def test_4a_shows_that_no_right_is_gained() -> None:
    _, found = find("4a")
    assert found.rights == ()
    assert "Gains no right." in found.after


def test_4b_shows_the_rights_gained_and_the_groups_they_come_through() -> None:
    _, found = find("4b")
    assert [right.id for right in found.rights] == ["aws:AdministratorAccess", "aws:ReadOnlyAccess"]
    assert "Holds no right in AWS." in found.before
    assert (
        "Gains AWS AdministratorAccess in AWS (production), privileged, "
        "through Build Tools › CI Runners › AWS Admins." in found.after
    )
    assert found.context == "security"
    assert found.owners == (("lukas", "you own AWS"),)


def test_18b_of_a_long_paper_every_line_that_differs_is_shown_to_the_last() -> None:
    scenario, found = find("18b")
    assert found.after[-1] == "The words of both are not here, so nobody can see what differs."
    long = {"text": "".join(f"Clause {number}.\n" for number in range(100))}
    ours = {"document": "nda-mutual", "party": "northwind"}
    found = findings(replace(scenario, params={**ours, **long}))
    assert found.after[-1] == "+ Clause 99."
    assert len([line for line in found.after if line.startswith("+ Clause ")]) == 100
    [document] = [row for row in World().registered("documents") if row["id"] == "nda-mutual"]
    same = {"text": str(document["text"]).replace("\n", "\r\n")}
    found = findings(replace(scenario, params={**ours, **same}))
    assert found.after[-1] == "The same words, with other ends of lines."
    with pytest.raises(catalogue.CatalogueError, match="not those of the paper"):
        findings(replace(scenario, params={**ours, **long, "sha256": "0" * 64}))


def test_8b_shows_that_the_words_contradict_the_inventory_and_asks_the_owner() -> None:
    _, found = find("8b")
    assert found.notes[0].text == "The ticket says ‘dev’, but this reaches production."
    assert found.notes[0].observed == "prod-db-1 (production)"
    assert found.owners == (("lukas", "you own prod-db-1"),)


@pytest.mark.parametrize("id", ["8a", "8b"])
def test_8_restarts_at_the_host_management_and_is_not_undone(id: str) -> None:
    scenario, found = find(id)
    assert found.target.connector == "hosts"
    assert catalogue.find(scenario.type).undo_possible is False
