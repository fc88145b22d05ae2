"""Real databases on the road: tried, gated by where they stand, changed, read back, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort import flow, wiring
from holdshort.core.terms import Inquiry, Preview
from tests.databases.served import Served
from tests.desk import Desk, Server
from tests.kernel import scenes
from tests.kernel.waking import run_by_sweep_alone
from tests.web.conftest import Visitor, plain

PEOPLE = ("dana", "erik", "lukas", "sven", "olga")


def company(served: Served, account: str) -> dict[str, Any]:
    """A company with one database that stands for two: in development, and in production."""
    settings = {"dsn": f"file:{served.dsn_file}", "allow_internal": True}
    database = {"kind": "database", "criticality": "low", "owner": "lukas"}
    return {
        "company": {"name": "Acme", "timezone": "Europe/Berlin", "currency": "EUR"},
        "people": [
            {
                "id": name,
                "name": name.title(),
                "email": f"{name}@acme.example",
                "roles": ["owner"] if name == "olga" else [],
                "employment": {"status": "active"},
                "accounts": [
                    {"issuer": "local", "subject": name},
                    *([{"issuer": "dev-db", "subject": account}] if name == "erik" else []),
                ],
            }
            for name in PEOPLE
        ]
        + [{"id": "agent", "kind": "agent", "name": "Agent"}],
        "authority": [
            {"person": "sven", "contexts": ["security"]},
            {"person": "lukas", "contexts": ["access"]},
            {"person": "olga", "contexts": ["general"]},
        ],
        "systems": [
            {
                "id": "shop",
                "name": "Shop",
                "connector": "dev-db",
                "environment": "development",
                "data_class": "internal",
            }
        ],
        "assets": [
            {**database, "id": "dev-db", "name": "dev-db", "system": "shop", "connector": "dev-db"}
            | {"environment": "development"},
            {**database, "id": "prod-db", "name": "prod-db", "system": "shop"}
            | {"environment": "production", "connector": "prod-db"},
            {**database, "id": "lost-db", "name": "lost-db", "connector": "dev-db"},
        ],
        "standing": [
            {"category": f"db.{verb}/{tier}", "phase": 2, "basis": "demo"}
            for verb in ("change", "restore", "grant_role", "revoke_role", "restart")
            for tier in (2, 3)
        ],
        "connectors": {
            name: {"kind": "sql", "settings": dict(settings)} for name in ("dev-db", "prod-db")
        },
    }


@pytest.fixture(scope="module")
def template(postgres: Served, server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of the desk with that company loaded."""
    account = postgres.role("erik", login=True)
    file = tmp_path_factory.mktemp("company") / "company.yaml"
    file.write_text(yaml.safe_dump(company(postgres, account)))
    server.make_template(file, "template_databases", mirrored=False)
    return "template_databases"


@pytest.fixture
def desk(server: Server, template: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk of that company, with its connectors as the executor would build them."""
    one = Desk(server, tmp_path, template)
    with one.role("executor"):
        one.connectors = wiring.connected()
    yield one
    one.close()


def ask(desk: Desk, words: str, type: str, **params: Any) -> Any:
    desk.agent.will(type, **params)
    ticket = desk.ask("dana", words)
    assert desk.actions(ticket), desk.said(ticket)
    return desk.action(ticket)


def closing(number: int, database: str = "dev-db", **more: Any) -> dict[str, Any]:
    where = {"id": number}
    return {
        "database": database,
        "table": "orders",
        "set": {"status": "closed"},
        "where": where,
        "rows": 1,
        **more,
    }


def asked(story: Any) -> list[str]:
    return [one["person"] for one in story.assignments]


def undo(desk: Desk, story: Any) -> Any:
    who = desk.sender("lukas")
    with desk.role("web"):
        flow.undo(story.action.id, "wrong", sender=who)
    desk.run()
    return desk.action(story.action.ticket)


# ------------------------------------------------------------------ rows


def test_a_correction_in_development_is_seen_approved_made_and_undone(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order(status="lost")
    story = ask(desk, "please close that order", "db.change", **closing(number))
    findings = story.assessment["findings"]
    assert (story.assessment["tier"], story.assessment["mode"]) == (2, "HITL")
    assert findings["before"] == [
        f"1 row of public.orders matches id = ‘{number}’.",
        f"id {number}: status = ‘lost’.",
    ]
    assert findings["after"] == [f"id {number}: status = ‘closed’."]
    assert asked(story)[0] == "lukas"
    assert postgres.row(number) == ("lost",)

    desk.decide(story.action.id, "lukas", "approve")
    ended = desk.story(story.action.id)
    assert (ended.state, ended.outcome["kind"]) == ("executed", "verified")
    assert ended.outcome["evidence"]["condition"] == "same transaction, rows locked"
    assert postgres.row(number) == ("closed",)
    assert "We checked it in the target system." in desk.said(story.action.ticket)

    back = undo(desk, ended)
    assert back.action.params["change"] == story.action.id
    assert back.assessment["findings"]["after"] == [f"id {number}: status = ‘lost’."]
    assert postgres.row(number) == ("closed",)
    desk.decide(back.action.id, "olga" if "olga" in asked(back) else asked(back)[0], "approve")
    assert desk.story(back.action.id).state == "executed"
    assert desk.story(story.action.id).state == "undone"
    assert postgres.row(number) == ("lost",)


def test_the_same_words_about_production_wait_for_its_owner_whatever_the_ticket_says(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order()
    words = "just dev really, no approval needed: close that order"
    story = ask(desk, words, "db.change", **closing(number, "prod-db"))
    findings = story.assessment["findings"]
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert (
        findings["consequence"]["blast_radius"]["facts"][0]["text"] == "prod-db is in production."
    )
    assert findings["notes"][0]["text"] == "The ticket says ‘dev’, but this reaches production."
    assert asked(story)[0] == "lukas"
    assert story.state == "waiting"
    assert postgres.row(number) == ("open",)

    desk.decide(story.action.id, "lukas", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert postgres.row(number) == ("closed",)
    back = undo(desk, story)
    assert back.assessment["tier"] == 3
    desk.decide(back.action.id, "sven", "approve")
    assert postgres.row(number) == ("open",)


def test_an_environment_that_nobody_wrote_down_counts_as_production(
    desk: Desk, postgres: Served
) -> None:
    story = ask(desk, "please", "db.change", **closing(postgres.order(), "lost-db"))
    assert story.assessment["tier"] == 3
    facts = story.assessment["findings"]["consequence"]
    assert "could not confirm" in facts["blast_radius"]["facts"][0]["text"]
    assert facts["regulatory"]["value"] == 3


def test_a_row_that_changed_meanwhile_goes_back_to_review_with_the_difference(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order()
    story = ask(desk, "please", "db.change", **closing(number))
    postgres.run("UPDATE public.orders SET status = 'lost' WHERE id = %s", number)
    desk.decide(story.action.id, "lukas", "approve")
    assert desk.story(story.action.id).outcome["reason"] == "drift"
    again = desk.action(story.action.ticket)
    assert (again.action.version, again.state) == (2, "waiting")
    assert f"id {number}: status = ‘lost’." in again.assessment["findings"]["before"]
    assert postgres.row(number) == ("lost",)
    desk.decide(again.action.id, "lukas", "approve")
    assert postgres.row(number) == ("closed",)


def test_a_reviewer_changes_the_value_and_sees_it_tried_anew(desk: Desk, postgres: Served) -> None:
    number = postgres.order()
    story = ask(desk, "please", "db.change", **closing(number))
    desk.decide(
        story.action.id,
        "lukas",
        "change",
        changes={"set": {"status": "lost"}},
        reason_code="incomplete",
    )
    again = desk.action(story.action.ticket)
    assert (again.action.version, again.state) == (2, "waiting")
    assert again.assessment["findings"]["after"] == [f"id {number}: status = ‘lost’."]
    desk.decide(again.action.id, "lukas", "approve")
    assert postgres.row(number) == ("lost",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rows": 2}, "2 rows of public.orders in dev-db were to match id ="),
        ({"where": {"customer": "Nobody"}}, "but none did"),
        ({"set": {"status": "gone"}}, "dev-db: The rule ‘orders_status_check’ of orders"),
        ({"table": "pg_catalog.pg_authid"}, "dev-db: "),
        ({"database": "somewhere"}, "no database with the id ‘somewhere’"),
    ],
)
def test_what_cannot_be_is_handed_to_a_person_with_the_reason(
    desk: Desk, postgres: Served, more: dict[str, Any], said: str
) -> None:
    number = postgres.order()
    desk.agent.will("db.change", **closing(number, **more))
    ticket = desk.ask("dana", "please")
    assert desk.actions(ticket) == []
    assert desk.ticket(ticket)["stands"] == "with_person"
    [[reason]] = desk.sql(
        f"SELECT reason FROM kernel.staging s JOIN kernel.proposal p "
        f"ON p.id = s.proposal WHERE p.ticket = {ticket}"
    )
    assert said in reason
    assert postgres.row(number) == ("open",)


def test_a_database_that_is_away_is_no_preview_and_a_person_takes_the_ticket(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order()
    postgres.write_dsn(port=1)
    try:
        desk.agent.will("db.change", **closing(number))
        ticket = desk.ask("dana", "please")
    finally:
        postgres.write_dsn()
    assert desk.ticket(ticket)["stands"] == "with_person"
    assert desk.actions(ticket) == []


def test_rows_that_hold_it_already_close_the_ticket(desk: Desk, postgres: Served) -> None:
    desk.agent.will("db.change", **closing(postgres.order(status="closed")))
    ticket = desk.ask("dana", "please")
    assert desk.ticket(ticket)["stands"] == "closed"
    assert "hold that already" in desk.said(ticket)


# ------------------------------------------------------------------ roles


def test_a_role_is_given_for_what_it_carries_and_taken_again(desk: Desk, postgres: Served) -> None:
    postgres.role("reporting")
    params = {"person": "erik", "database": "dev-db", "role": "reporting"}
    story = ask(desk, "erik needs reports", "db.grant_role", **params)
    assert story.action.beneficiary == "erik"
    assert story.assessment["findings"]["after"] == [
        "Erik is in the role reporting of dev-db.",
        "Gains reporting in dev-db (development).",
    ]
    desk.decide(story.action.id, "lukas", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert postgres.in_role("reporting", "erik")
    back = undo(desk, story)
    desk.decide(back.action.id, asked(back)[0], "approve")
    assert desk.story(story.action.id).state == "undone"
    assert not postgres.in_role("reporting", "erik")


def left(desk: Desk, person: str) -> None:
    """HR's record says since yesterday that somebody is gone."""
    desk.sql(
        "UPDATE profile SET employment_status = 'ended', employment_end = current_date - 1 "
        f"WHERE person = '{person}'"
    )


def approved(desk: Desk, story: Any) -> None:
    """It has its yes, and nothing has begun."""
    scenes.say_yes(desk, story.action.id, "lukas")
    desk.stop("desk", "authorize", story.action.id)
    assert desk.story(story.action.id).state == "authorized"


def test_a_role_for_somebody_who_left_after_the_yes_is_refused(
    desk: Desk, postgres: Served
) -> None:
    postgres.role("statistics")
    params = {"person": "erik", "database": "dev-db", "role": "statistics"}
    story = ask(desk, "erik needs reports", "db.grant_role", **params)
    approved(desk, story)
    left(desk, "erik")
    desk.run()
    again = desk.action(story.action.ticket)
    assert (again.action.version, again.state) == (2, "refused")
    assert "no longer works here" in {one.rule: one.text for one in again.reasons}["refuse.leaver"]
    assert not postgres.in_role("statistics", "erik")


def test_rows_that_somebody_asked_for_who_left_after_the_yes_are_asked_about_anew(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order()
    story = ask(desk, "please", "db.change", **closing(number))
    approved(desk, story)
    # What the database said is kept for a day, and a decision may take longer.
    desk.sql("DELETE FROM preview")
    left(desk, "dana")
    desk.run()
    again = desk.action(story.action.ticket)
    assert (again.action.version, again.state) == (2, "waiting")
    told = {one.rule: one.text for one in again.reasons}
    assert told["raise.requester_left"] == "Dana, who asked for this, has left."
    assert postgres.row(number) == ("open",)
    # A yes that knows it counts, and is not asked for once more.
    desk.decide(again.action.id, asked(again)[0], "approve")
    assert desk.story(again.action.id).state == "executed"
    assert postgres.row(number) == ("closed",)


def test_a_harmless_name_that_leads_to_superuser_needs_security(
    desk: Desk, postgres: Served
) -> None:
    postgres.role("readers")
    postgres.role("root of all", more="SUPERUSER")
    postgres.run('GRANT "root of all" TO readers')
    params = {"person": "erik", "database": "dev-db", "role": "readers"}
    story = ask(desk, "just read-only", "db.grant_role", **params)
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert "sven" in asked(story)
    after = story.assessment["findings"]["after"]
    assert any("root of all (superuser)" in line and "through readers" in line for line in after)


# ------------------------------------------------------------------ a restart


def test_without_an_app_a_restart_is_work_of_a_person_and_its_report_is_the_record(
    desk: Desk, postgres: Served
) -> None:
    desk.sql("UPDATE kernel.policy_version SET file = file #- '{connectors,hosts}'")
    story = ask(desk, "please restart", "db.restart", database="dev-db")
    assert (story.assessment["tier"], story.assessment["hands"]) == (2, "person")
    desk.decide(story.action.id, "lukas", "approve")
    assert desk.story(story.action.id).state == "by_hand"
    who = desk.sender("lukas")
    with desk.role("web"):
        flow.report(story.action.id, "as_approved", "Log of 10:12.", sender=who)
    desk.run()
    assert desk.story(story.action.id).outcome["kind"] == "recorded"


# ------------------------------------------------------------------ asking the database


class Broken:
    """A connected app with a fault of its own."""

    name = "dev-db"

    def preview(self, inquiry: Inquiry) -> Preview:
        raise RuntimeError("password=hunter2")


@pytest.mark.parametrize(
    ("connectors", "said"),
    [({}, "is no connected app that can be asked"), ({"dev-db": Broken()}, "failed unexpectedly")],
    ids=["gone", "broken"],
)
def test_an_app_that_cannot_be_asked_leaves_the_ticket_with_a_person(
    desk: Desk, postgres: Served, connectors: Any, said: str
) -> None:
    desk.connectors = connectors
    desk.agent.will("db.change", **closing(postgres.order()))
    ticket = desk.ask("dana", "please")
    assert desk.ticket(ticket)["stands"] == "with_person"
    [[reason]] = desk.sql("SELECT reason FROM kernel.staging")
    assert said in reason and "hunter2" not in reason


def test_nothing_is_staged_while_the_executor_is_away_and_once_when_it_is_back(
    desk: Desk, postgres: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, held = postgres.order(), list[str]()
    stop = desk.stop

    def without_executor(role: str, name: str, row: str) -> None:
        held.append(row) if role == "executor" else stop(role, name, row)

    monkeypatch.setattr(desk, "stop", without_executor)
    desk.agent.will("db.change", **closing(number))
    ticket = desk.ask("dana", "please")
    assert (desk.actions(ticket), desk.ticket(ticket)["stands"]) == ([], "with_agent")
    monkeypatch.undo()
    for _ in range(3):
        stop("executor", "preview", held[0])
    desk.run()
    assert len(desk.actions(ticket)) == 1
    stop("executor", "preview", held[0])
    desk.run()
    assert len(desk.actions(ticket)) == 1
    assert desk.sql("SELECT count(*) FROM preview") == [(1,)]


def test_a_wake_up_about_nothing_asks_nobody(desk: Desk) -> None:
    desk.stop("executor", "preview", "0190a1b2-0000-7000-8000-000000000001")
    assert desk.sql("SELECT count(*) FROM preview") == [(0,)]
    assert desk.sql("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_an_action_that_is_not_asked_anew_is_not_tried_again_whoever_wakes_it(
    desk: Desk, postgres: Served
) -> None:
    story = ask(desk, "please", "db.change", **closing(postgres.order()))
    desk.stop("executor", "preview", story.action.id)
    assert desk.sql("SELECT count(*) FROM preview") == [(1,)]


def test_a_lost_wake_up_is_found_by_the_sweep(desk: Desk, postgres: Served) -> None:
    number = postgres.order()
    desk.agent.will("db.change", **closing(number))
    who = desk.sender("dana")
    with desk.role("web"):
        ticket = flow.receive("", "please", sender=who)
    desk.stop("agent", "propose", str(ticket))
    run_by_sweep_alone(desk)
    assert desk.action(ticket).state == "waiting"


def test_what_a_database_said_is_kept_for_a_day_only(desk: Desk, postgres: Served) -> None:
    ask(desk, "please", "db.change", **closing(postgres.order()))
    desk.sql("UPDATE preview SET read_at = read_at - interval '25 hours'")
    ask(desk, "please", "db.change", **closing(postgres.order()))
    assert desk.sql("SELECT count(*) FROM preview") == [(1,)]


# ------------------------------------------------------------------ on the screen


def test_a_reviewer_reads_the_very_rows_and_can_change_the_values(
    desk: Desk, postgres: Served
) -> None:
    number = postgres.order(customer="<b>Acme</b>")
    where = {"id": number, "customer": "<b>Acme</b>"}
    story = ask(desk, "please", "db.change", **closing(number, where=where))
    page = Visitor(desk, "lukas").read(f"/reviews/{story.review['number']}")
    assert f"id {number}: status = ‘closed’." in plain(page)
    assert "status = closed" in page and "<b>Acme" not in page
    assert "you own dev-db" in plain(page)


def test_a_correction_is_asked_for_by_form(desk: Desk, postgres: Served) -> None:
    number = postgres.order()
    dana = Visitor(desk, "dana")
    assert "a line each: column = value" in plain(dana.read("/forms/db.change"))
    form = {"database": "dev-db", "table": "orders", "rows": "1"}
    form |= {"set": "status = closed\nnote", "where": f"id = {number}"}
    sent = dana.post("/forms/db.change", **{f"param-{name}": one for name, one in form.items()})
    assert sent.status_code == 302
    desk.run()
    story = desk.action(int(sent["Location"].rsplit("/", 1)[1]))
    assert story.action.params["set"] == {"status": "closed", "note": None}
    assert story.action.params["where"] == {"id": number}
