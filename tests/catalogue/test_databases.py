"""Databases in the catalogue: the inventory and a live try decide, and what is unknown is worst."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import BadParams, CatalogueError, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import Findings, Inquiry, Offered, PolicyVerdict, Preview, Tier
from tests.catalogue.world import NOW, World, asked

CHANGE: dict[str, Any] = {
    "database": "dev-db",
    "table": "orders",
    "set": {"status": "closed", "paid": True, "note": None},
    "where": {"id": 7},
    "rows": 1,
}
RESTORE = {"database": "dev-db", "table": "orders", "change": "some-action"}
ROLE = {"person": "dana", "database": "dev-db", "role": "reporting"}


def rows(count: int = 1, **shown: Any) -> Preview:
    """What a database answers about a change of so many rows."""
    before, after = {"status": "open"}, {"status": "closed"}
    sample = [{"key": f"id {n}", "before": before, "after": after} for n in range(min(count, 5))]
    plain = {"rows": count, "same": False, "since": 0, "effects": [], "sample": sample}
    seen = {"table": "public.orders", "rows": count, "digest": "d"}
    return Preview(seen, {**plain, **shown}, read_at=NOW)


def role(*carries: str, member: bool = False, active: bool = True) -> Preview:
    """What a database answers about a role."""
    seen = {"account": "16401", "active": active, "group": "17", "member": member}
    return Preview({**seen, "containers": list(carries)}, {"login": "dana"}, read_at=NOW)


def look(
    type: str, params: dict[str, Any], answer: Preview | None, by: str = "erik", **how: Any
) -> Findings:
    world = how.pop("world", None) or World()
    if answer is not None:
        world.previews[type] = answer
    given = catalogue.parse(type, params)
    found: Findings = catalogue.find(type).findings(given, asked(by, world, **how), world)
    return found


def tier_of(found: Findings) -> Tier:
    return tier(found.consequence, min_tier=Tier.POLICY, raises=found.raises)


def rules(found: Findings) -> set[str]:
    return {one.rule for one in found.raises}


# ------------------------------------------------------------------ rows


def test_one_row_of_a_small_development_database_is_tier_2_and_its_owner_is_asked() -> None:
    found = look("db.change", CHANGE, rows())
    assert found.consequence.vector == (1, 1, 1, 0)
    assert tier_of(found) is Tier.POLICY
    assert found.owners == (("lukas", "you own dev-db"),)
    assert found.context == "access"
    assert found.seen["digest"] == "d"


def test_the_lines_say_what_was_and_what_will_be_and_how_much_more() -> None:
    found = look("db.change", {**CHANGE, "rows": 7}, rows(7))
    assert found.before[0] == "7 rows of public.orders match id = ‘7’."
    assert found.before[1] == "id 0: status = ‘open’."
    assert found.after[-1] == "And 2 rows more."
    assert found.consequence.blast_radius.value == 2


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({"environment": "production"}, 3),
        ({"environment": "unknown"}, 3),
        ({"criticality": "high"}, 2),
        ({"criticality": "unknown"}, 2),
    ],
)
def test_the_inventory_decides_how_far_it_reaches(changed: dict[str, str], level: int) -> None:
    world = World()
    world.assets["dev-db"] = replace(world.assets["dev-db"], **changed)
    found = look("db.change", CHANGE, rows(), world=world)
    assert found.consequence.blast_radius.value == level
    assert tier_of(found) is (Tier.HUMAN if level == 3 else Tier.POLICY)


def test_a_data_class_that_nobody_wrote_down_counts_as_restricted() -> None:
    world = World()
    world.assets["dev-db"] = replace(world.assets["dev-db"], data_class="unknown")
    assert look("db.change", CHANGE, rows(), world=world).consequence.regulatory.value == 3


@pytest.mark.parametrize(
    ("type", "params"),
    [("db.change", CHANGE), ("db.restore", RESTORE), ("db.grant_role", ROLE)],
)
def test_a_change_that_nobody_could_try_counts_as_worst(type: str, params: dict[str, Any]) -> None:
    found = look(type, params, None)
    assert found.consequence.blast_radius.value == 3
    assert tier_of(found) is Tier.HUMAN
    assert found.seen == {}


def test_words_that_play_it_down_are_shown_and_change_nothing() -> None:
    params = {**CHANGE, "database": "prod-db-1"}
    said = look("db.change", params, rows(), ticket_text="it is only a test database")
    plain = look("db.change", params, rows())
    assert said.notes[0].text == "The ticket says ‘test’, but this reaches production."
    assert replace(said, notes=()) == plain
    assert tier_of(plain) is Tier.HUMAN


def test_what_a_change_sets_off_needs_a_person_and_is_named() -> None:
    found = look("db.change", CHANGE, rows(effects=["the trigger ‘audit’"]))
    assert rules(found) == {"raise.further_effects"}
    assert "the trigger ‘audit’" in found.raises[0].text
    assert found.consequence.irreversibility.value == 2


def test_taking_back_over_somebody_elses_change_needs_a_person() -> None:
    assert look("db.restore", RESTORE, rows(2)).raises == ()
    found = look("db.restore", RESTORE, rows(2, since=1))
    assert rules(found) == {"raise.changed_since"}
    assert found.before[0] == "1 of 2 rows of public.orders were changed since."


@pytest.mark.parametrize(("wanted", "said"), [(2, "but 1 did"), (1, "but none did")])
def test_another_number_of_rows_than_asked_is_not_staged(wanted: int, said: str) -> None:
    answer = rows(wanted - 1)
    with pytest.raises(CatalogueError, match=said):
        look("db.change", {**CHANGE, "rows": wanted}, answer)


def test_what_the_database_said_no_to_is_passed_on() -> None:
    with pytest.raises(CatalogueError, match=r"^dev-db: There is no table public\.orders\.$"):
        look("db.change", CHANGE, Preview({}, {}, "There is no table public.orders."))


def test_only_databases_of_the_inventory_with_a_connected_app_are_changed() -> None:
    for database in ("build-1", "nothing"):
        with pytest.raises(UnknownTarget, match="no database with the id"):
            look("db.change", {**CHANGE, "database": database}, rows())
    world = World()
    world.assets["dev-db"] = replace(world.assets["dev-db"], connector=None)
    with pytest.raises(UnknownTarget, match="a person has to"):
        look("db.change", CHANGE, rows(), world=world)


def test_an_inquiry_names_the_app_and_holds_only_what_it_needs() -> None:
    given = catalogue.parse("db.change", CHANGE)
    inquiry = catalogue.find("db.change").inquiry(given, World())
    words = {"table": "public.orders", "set": CHANGE["set"], "where": CHANGE["where"]}
    assert inquiry == Inquiry("dev-db", "db.change", words)


@pytest.mark.parametrize(
    "wrong",
    [
        {"set": {}},
        {"where": {}},
        {"rows": 0},
        {"rows": 1001},
        {"table": "a.b.c"},
        {"table": "orders%s"},
        {"set": {"a\nb": "x"}},
        {"set": {"a": 1.5}},
        {"set": {"a": ["x"]}},
        {"sql": "DROP TABLE orders"},
    ],
)
def test_parameters_that_name_no_exact_change_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadParams):
        catalogue.parse("db.change", {**CHANGE, **wrong})


def test_the_words_of_a_change_come_from_its_bytes() -> None:
    words = catalogue.find("db.change").render({**CHANGE, "rows": 3}, World())
    assert words.title == "Correct 3 rows of orders in dev-db"
    assert words.sentence == (
        "Where id = ‘7’, it will be status = ‘closed’, paid = ‘true’ and note = empty (NULL)."
    )
    assert catalogue.find("db.change").inverse("a1", CHANGE) == Offered(
        "db.restore", {"database": "dev-db", "table": "orders", "change": "a1"}
    )


# ------------------------------------------------------------------ roles


def test_an_ordinary_role_in_development_is_one_seat() -> None:
    found = look("db.grant_role", ROLE, role("reporting"), by="dana")
    assert found.consequence.vector == (1, 0, 1, 0)
    assert found.after == (
        "Dana Fischer is in the role reporting of dev-db.",
        "Gains reporting in dev-db (development).",
    )
    assert (found.target.id, found.target.connector) == ("17", "dev-db")


def test_power_that_a_role_carries_somewhere_above_needs_security() -> None:
    found = look("db.grant_role", ROLE, role("boss: superuser", "reporting"))
    assert rules(found) == {"raise.privilege_gained"}
    assert found.consequence.blast_radius.value == 3
    assert found.context == "security"
    assert "through reporting" in " ".join(found.after)
    assert [right.privileged for right in found.rights] == [True, False]


def test_a_role_in_production_needs_a_person() -> None:
    found = look("db.grant_role", {**ROLE, "database": "prod-db-1"}, role("reporting"))
    assert tier_of(found) is Tier.HUMAN


def test_taking_a_role_says_what_goes_and_giving_it_again_undoes_it() -> None:
    found = look("db.revoke_role", ROLE, role("reporting", member=True))
    assert found.after[1] == (
        "Loses reporting in dev-db (development), unless another role gives it."
    )
    assert found.rights == ()
    assert catalogue.find("db.revoke_role").inverse("a", ROLE) == Offered("db.grant_role", ROLE)


def test_what_is_so_already_has_nothing_to_wait_for() -> None:
    given = look("db.grant_role", ROLE, role("reporting", member=True))
    assert given.already == "Dana Fischer is in the role reporting of dev-db already."
    taken = look("db.revoke_role", ROLE, role("reporting"))
    assert taken.already == "Dana Fischer is not in the role reporting of dev-db."
    same = look("db.change", CHANGE, rows(same=True))
    assert same.already == "These rows of dev-db hold that already."


def test_an_account_that_cannot_sign_in_gets_no_access_unseen() -> None:
    found = look("db.grant_role", ROLE, role("reporting", active=False))
    assert rules(found) == {"raise.account_suspended"}


def test_a_leaver_is_given_nothing_and_somebody_without_an_account_neither() -> None:
    found = look("db.grant_role", {**ROLE, "person": "karl"}, role("reporting"))
    assert {one.rule for one in found.refusals} == {"refuse.leaver"}
    with pytest.raises(UnknownTarget, match="Bea Lorenz has an account in dev-db"):
        look("db.grant_role", {**ROLE, "person": "bea"}, role("reporting"))


# ------------------------------------------------------------------ a restart

RUNNING = {"host": "dev-db", "boot": "b1", "_started_at": "this morning", "_healthy": True}


def restart(**how: Any) -> Findings:
    told = how.pop("told", RUNNING)
    return look("db.restart", {"database": "dev-db"}, Preview(told, {}, read_at=NOW), **how)


def test_a_restart_that_came_back_before_is_proved_and_its_window_allows_it() -> None:
    found = restart()
    assert (found.target.connector, found.consequence.irreversibility.value) == ("hosts", 1)
    assert found.policy.verdict is PolicyVerdict.PASSES
    assert found.seen == RUNNING
    assert found.before == ("dev-db has been running since this morning, and works.",)


@pytest.mark.parametrize("why", ["never tried", "tried tomorrow", "does not work now"])
def test_nothing_proves_a_restart(why: str) -> None:
    world, told = World(), dict(RUNNING)
    [row] = [one for one in world.sections["assets"] if one["id"] == "dev-db"]
    if why == "never tried":
        del row["restart_tested"]
    if why == "tried tomorrow":
        row["restart_tested"] = (NOW + timedelta(days=1)).date().isoformat()
    if why == "does not work now":
        told["_healthy"] = False
    found = restart(world=world, told=told)
    assert found.consequence.irreversibility.value == 2
    assert "nothing here proves" in found.consequence.irreversibility.facts[0].text


@pytest.mark.parametrize("minutes", [-1, 0.5])
def test_outside_its_window_or_as_it_closes_a_restart_waits(minutes: float) -> None:
    world = World()
    closes = (NOW + timedelta(minutes=minutes)).isoformat()
    windows = [{**one, "end": closes} for one in world.document["windows"] if "end" in one]
    world.document = {**world.document, "windows": windows}
    assert restart(world=world).policy.verdict is PolicyVerdict.FAILS


def test_a_frozen_database_is_not_restarted_by_a_rule() -> None:
    world = World()
    [row] = [one for one in world.document["windows"] if one["id"] == "dev-hours"]
    frozen = {**row, "id": "f", "kind": "blackout"}
    world.document = {**world.document, "windows": [*world.document["windows"], frozen]}
    found = restart(world=world)
    assert found.policy.verdict is PolicyVerdict.FAILS and rules(found) == {"raise.freeze"}


def test_where_no_app_restarts_it_a_person_does_and_nobody_is_asked() -> None:
    world = World()
    world.apps = {}
    found = restart(world=world)
    assert (found.target.connector, found.seen) == ("manual", {})
    assert found.consequence.irreversibility.value == 2
    params = catalogue.parse("db.restart", {"database": "dev-db"})
    assert catalogue.find("db.restart").inquiry(params, world) is None


def test_what_the_host_management_cannot_say_is_told() -> None:
    with pytest.raises(CatalogueError, match="dev-db: It has no such entry"):
        look("db.restart", {"database": "dev-db"}, Preview({}, {}, "It has no such entry."))
