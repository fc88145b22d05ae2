"""The dry run: the gate's answer without a trace."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import catalogue
from tests.api.conftest import Api
from tests.api.test_looking import rows
from tests.catalogue.test_lines import bundle, join
from tests.story.scenarios import SURE, THERE

RESET = {"type": "idp.reset_password", "params": {"person": "dana"}, "requester": "dana"}


def assess(api: Api, **more: Any) -> dict[str, Any]:
    answer = api.as_("assessor").post("/assessments", RESET | more)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_dry_run_writes_nothing(quiet: Api) -> None:
    before = rows(quiet)
    for row in THERE[:12]:
        answer = quiet.as_("assessor").post("/assessments", {**SURE, **row.body})
        assert answer.status_code == 200, row.id
    assert rows(quiet) == before


def test_twenty_people_at_once_who_have_not_left_are_for_a_person(quiet: Api) -> None:
    staff = [
        *("tomas", "sven", "omar", "nadia", "lukas", "erik", "aylin", "mateo", "jonas", "carla"),
        *("viktor", "dana", "bea", "mia", "ravi", "greta", "yusuf", "chloe", "pavel", "samuel"),
    ]
    asked = {"type": "bundle.suspend", "requester": "petra", "params": {"people": staff}}
    found = assess(quiet, **SURE, **asked)
    assert (found["tier"], found["gate"]["mode"]) == (3, "HITL")


def test_by_default_it_asks_what_the_category_has_earned(quiet: Api) -> None:
    assert assess(quiet, confidence=0.97)["phase"] == 3
    quiet.desk.sql("DELETE FROM kernel.standing")
    found = assess(quiet, confidence=0.97)
    assert (found["phase"], found["gate"]["mode"], found["gate"]["hands"]) == (
        *(1, "SUGGEST"),
        "person",
    )


def test_an_agent_must_be_sure_and_a_person_need_not_be(quiet: Api) -> None:
    assert assess(quiet, phase=3)["gate"]["mode"] == "HOTL"
    assert assess(quiet, phase=3, initiator="agent")["gate"]["mode"] == "HITL"
    assert assess(quiet, phase=3, confidence=0.5)["gate"]["mode"] == "HITL"
    assert assess(quiet, phase=3, confidence=1)["gate"]["mode"] == "HOTL"


@pytest.mark.parametrize("assurance", ["none", 0])
def test_how_well_the_sender_is_proved_counts(quiet: Api, assurance: Any) -> None:
    assert assess(quiet, phase=3, assurance=assurance)["tier"] == 3
    assert assess(quiet, phase=3, channel="email")["tier"] == 3
    assert assess(quiet, phase=3, assurance="session")["tier"] == 1
    assert assess(quiet, phase=3, assurance=2)["tier"] == 1


def test_it_shows_facts_reviewers_and_the_difference(quiet: Api) -> None:
    change = {"params": {"person": "dana", "group": "build-tools"}, "type": "idp.add_to_group"}
    found = assess(quiet, **change, phase=3, confidence=0.97)
    assert found["category"] == "idp.add_to_group/3"
    assert any("AdministratorAccess" in line for line in found["preview"]["after"])
    assert "sven" in {one["person"] for one in found["gate"]["reviewers"]}
    assert found["gate"]["needed"] == 1
    assert "can end this wait" in found["gate"]["who_can_end_it"]
    assert all(one["age_seconds"] is None or one["age_seconds"] >= 0 for one in found["facts"])


def test_the_moment_can_be_chosen(quiet: Api) -> None:
    for at, ok in (
        ("2026-03-02T09:00:00+01:00", True),
        ("2026-03-02T09:00:00", False),
        ("yesterday", False),
        (1_700_000_000, False),
    ):
        answer = quiet.as_("assessor").post("/assessments", RESET | {"at": at})
        assert (answer.status_code == 200) is ok, answer.content


@pytest.mark.parametrize("type_id", ["idp.unlock", "idp.reset_password"])
def test_a_last_day_is_over_when_it_is_where_people_work(quiet: Api, type_id: str) -> None:
    quiet.desk.sql("UPDATE profile SET employment_end = '2026-03-02' WHERE person = 'dana'")
    for at, mode in (
        ("2026-03-02T22:59:00Z", "HOTL"),
        ("2026-03-02T23:00:00Z", "REFUSE"),
        ("2026-03-02T13:00:00-10:00", "REFUSE"),
    ):
        assert assess(quiet, type=type_id, at=at, phase=3)["gate"]["mode"] == mode, at


def test_whoever_had_their_last_day_is_asked_nothing_more(quiet: Api) -> None:
    quiet.desk.sql("UPDATE profile SET employment_end = '2026-03-02' WHERE person = 'sven'")
    change = {"params": {"person": "dana", "group": "build-tools"}, "type": "idp.add_to_group"}
    for at, asked in (("2026-03-02T22:59:00Z", True), ("2026-03-02T23:00:00Z", False)):
        found = assess(quiet, **change, at=at)
        assert ("sven" in {one["person"] for one in found["gate"]["reviewers"]}) is asked, at


def test_what_a_group_gives_that_the_companys_file_does_not_list_nobody_knows(quiet: Api) -> None:
    club = {"type": "idp.add_to_group", "params": {"person": "dana", "group": "photo-club"}}
    assert assess(quiet, **club, phase=3)["gate"]["mode"] == "HOTL"
    quiet.desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name) "
        "VALUES ('directory', 'g-512', 'Domain Admins', 'Domain Admins')"
    )
    admins = {"type": "idp.add_to_group", "params": {"person": "dana", "group": "Domain Admins"}}
    found = assess(quiet, **admins, phase=3)
    assert (found["tier"], found["gate"]["mode"]) == (3, "HITL")
    assert {"raise.group_unlisted"} <= {one["rule"] for one in found["gate"]["reasons"]}
    assert "sven" in {one["person"] for one in found["gate"]["reviewers"]}
    quiet.desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) SELECT 'directory', "
        "'g-512', external_id, 'group' FROM directory_group WHERE slug = 'photo-club'"
    )
    assert assess(quiet, **club, phase=3)["tier"] == 3


@pytest.mark.parametrize("type_id", ["idp.unlock", "idp.reset_password"])
def test_whoever_has_rights_that_nobody_lists_gets_in_again_by_a_person_of_security(
    quiet: Api, type_id: str
) -> None:
    mine = {"type": type_id, "params": {"person": "bea"}, "requester": "bea", "phase": 3}
    assert assess(quiet, **mine)["gate"]["mode"] == "HOTL"
    quiet.desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name) "
        "VALUES ('directory', 'g-512', 'Domain Admins', 'Domain Admins')"
    )
    quiet.desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) SELECT 'directory', "
        "'g-512', external_id, 'group' FROM directory_group WHERE slug = 'photo-club'"
    )
    found = assess(quiet, **mine)
    assert (found["tier"], found["gate"]["mode"]) == (3, "HITL")
    [reason] = [r for r in found["gate"]["reasons"] if r["rule"] == "raise.group_unlisted"]
    assert reason["text"].startswith("Bea Lorenz is in ‘Domain Admins’")
    assert "sven" in {one["person"] for one in found["gate"]["reviewers"]}


@pytest.mark.parametrize("field", ["requester", "beneficiary", "initiator"])
def test_people_who_are_not_here_are_named(quiet: Api, field: str) -> None:
    answer = quiet.as_("assessor").post("/assessments", RESET | {field: "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_person")
    assert answer.json()["errors"][0]["field"] == field


def test_a_bundle_is_as_strict_as_its_strictest_line(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (join("photo-club"), join("build-tools", 0), join("sales-emea"))
    registry = {**catalogue.REGISTRY, "bundle.test": bundle(*lines)}
    monkeypatch.setattr(catalogue, "REGISTRY", registry)
    asked = {"type": "bundle.test", "params": {}, "phase": 3}
    before = rows(quiet)
    found = assess(quiet, **asked)
    assert rows(quiet) == before
    assert (found["tier"], found["gate"]["mode"], found["category"]) == (3, "HITL", "bundle.test/3")
    assert found["consequence"]["vector"] == [3, 0, 2, 0]
    free, waits, done = found["actions"]
    assert (free["tier"], free["gate"]["mode"]) == (2, "HOTL")
    assert (waits["tier"], waits["gate"]["mode"], waits["needs"]) == (3, "HITL", ["0"])
    assert waits["gate"]["reviewers"] == found["gate"]["reviewers"] != []
    assert "already" in done["already"] and found["already"] == ""
    assert "Dana Fischer is in Photo Club." in found["preview"]["after"]
    assert assess(quiet)["actions"] == []
