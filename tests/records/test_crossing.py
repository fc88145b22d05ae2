"""Named statements on their way to the server: together, in their order, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection
from psycopg.pq import ExecStatus

from holdshort import flow
from holdshort.records import crossing, db, tickets
from holdshort.records.actions import story, turn_to_authorize, turn_to_decide, turn_to_run
from holdshort.records.ids import new_id
from holdshort.stops.deciding import Answer
from tests.desk import Desk


@pytest.fixture
def owned(desk: Desk) -> Iterator[Desk]:
    """A desk whose connection here is the superuser's, to write whatever a test needs."""
    with desk.role(None):
        yield desk


def label(ticket: int, text: str) -> None:
    db.write("label", ticket=ticket, label=text)


def labels(desk: Desk) -> list[str]:
    return [row[0] for row in desk.sql("SELECT label FROM public.label ORDER BY id")]


@pytest.fixture
def ticket(owned: Desk) -> int:
    found = owned.sql(
        "INSERT INTO public.ticket (requester, channel, assurance) VALUES ('dana', 'portal', 1) "
        "RETURNING number"
    )
    return int(found[0][0])


NOWHERE = 999_999_999
"""No ticket has this number, so a row that points at it breaks a foreign key."""


# ------------------------------------------------------------------ what the server makes of them


def test_the_server_understands_every_statement(desk: Desk) -> None:
    with psycopg.connect(desk.url(), autocommit=True) as raw:
        for name, statement in db.statements().items():
            result = raw.pgconn.prepare(name.encode(), crossing.parsed(statement.text)[0])
            assert result.status == ExecStatus.COMMAND_OK, (name, result.error_message)


def test_a_name_that_is_used_twice_is_one_parameter() -> None:
    text = "SELECT %(a)s, %(b)s, %(a)s, 'x' LIKE '%%y'"
    assert crossing.parsed(text) == (b"SELECT $1, $2, $1, 'x' LIKE '%y'", ("a", "b"))


def test_values_come_back_as_they_are(owned: Desk, ticket: int) -> None:
    label(ticket, 'äöü "quoted" \\ \n{}')
    assert labels(owned) == ['äöü "quoted" \\ \n{}']
    assert db.now().tzinfo is not None
    assert db.rows("people_by_id", people=[]) == []
    document = db.row("policy_in_force")
    assert document is not None
    assert isinstance(document["document"], dict)


# ------------------------------------------------------------------ writing with the commit


def test_bytes_are_kept_as_they_are(desk: Desk) -> None:
    """Quotes and backslashes among them too, which older ways to write bytes would double."""
    every = bytes(range(256)) + b"it's \\ and '' and \\x41"
    desk.sql("INSERT INTO public.ticket (requester, channel, assurance) VALUES ('dana', 'api', 1)")
    with desk.role("executor"):
        db.run("add_sealed", action=new_id(), ticket=1, person="dana", sealed=every)
    assert desk.sql("SELECT sealed FROM public.sealed") == [(every,)]


def test_what_was_written_is_seen_by_the_next_reading(owned: Desk, ticket: int) -> None:
    with db.transaction():
        tickets.turn(ticket, "asked")
        found = db.row("ticket", ticket=ticket)
        assert found is not None
        assert found["stands"] == "asked"


def test_what_a_writing_gives_is_there_when_the_block_has_ended(owned: Desk, ticket: int) -> None:
    with db.transaction():
        db.write("sequencer_turn")
        logged = db.write("log_new_events", window=100)
        label(ticket, "beside")
        assert logged == []
    assert [row["count"] for row in logged] == [owned.events("policy.adopted")]


def test_outside_a_transaction_it_is_written_at_once(owned: Desk, ticket: int) -> None:
    label(ticket, "alone")
    assert labels(owned) == ["alone"]


def test_nothing_is_written_before_the_block_ends(owned: Desk, ticket: int) -> None:
    with db.transaction():
        label(ticket, "one")
        assert labels(owned) == []
    assert labels(owned) == ["one"]


def test_of_writes_that_travel_together_none_is_kept_when_one_fails(
    owned: Desk, ticket: int
) -> None:
    with pytest.raises(IntegrityError), db.transaction():
        label(ticket, "before")
        label(NOWHERE, "no such ticket")
        label(ticket, "after")
    assert labels(owned) == []
    label(ticket, "later")
    assert labels(owned) == ["later"]


def test_a_block_that_breaks_off_leaves_nothing_for_the_next_one(owned: Desk, ticket: int) -> None:
    with pytest.raises(ZeroDivisionError), db.transaction():
        label(ticket, "never")
        raise ZeroDivisionError
    with db.transaction():
        label(ticket, "next")
    assert labels(owned) == ["next"]


def test_a_failed_reading_ends_the_transaction(owned: Desk, ticket: int) -> None:
    with pytest.raises(IntegrityError), db.transaction():
        label(NOWHERE, "no such ticket")
        db.now()
    with db.transaction():
        label(ticket, "next")
    assert labels(owned) == ["next"]


# ------------------------------------------------------------------ a transaction in another


def test_a_part_that_fails_takes_only_itself_back(owned: Desk, ticket: int) -> None:
    with db.transaction():
        label(ticket, "before")
        with pytest.raises(IntegrityError), db.transaction():
            label(ticket, "inside")
            label(NOWHERE, "no such ticket")
        label(ticket, "after")
    assert labels(owned) == ["before", "after"]


def test_a_part_that_breaks_off_takes_only_itself_back(owned: Desk, ticket: int) -> None:
    with db.transaction():
        label(ticket, "before")
        with pytest.raises(ZeroDivisionError), db.transaction():
            label(ticket, "inside")
            raise ZeroDivisionError
        label(ticket, "after")
    assert labels(owned) == ["before", "after"]


def test_what_went_well_inside_goes_with_the_whole(owned: Desk, ticket: int) -> None:
    with pytest.raises(ZeroDivisionError), db.transaction():
        with db.transaction():
            label(ticket, "inside")
        raise ZeroDivisionError
    assert labels(owned) == []


# ------------------------------------------------------------------ connections that break


def test_a_statement_that_failed_at_first_works_afterwards(owned: Desk, ticket: int) -> None:
    with pytest.raises(IntegrityError):
        label(NOWHERE, "no such ticket")
    for text in ("one", "two"):
        label(ticket, text)
    assert labels(owned) == ["one", "two"]


def test_a_connection_that_the_server_ended_is_replaced(owned: Desk, ticket: int) -> None:
    db.now()
    owned.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with pytest.raises(OperationalError):
        db.now()
    close_old_connections()
    label(ticket, "again")
    assert labels(owned) == ["again"]


def test_what_the_server_ended_between_two_requests_is_noticed_without_asking(
    owned: Desk, ticket: int, crossed: list[list[str]]
) -> None:
    db.now()
    owned.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    close_old_connections()
    label(ticket, "in the next request")
    assert labels(owned) == ["in the next request"]
    assert crossed == [["now"], ["label"]]


def test_who_is_interrupted_in_the_middle_does_not_speak_on(
    owned: Desk, ticket: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    db.now()
    before = connection.connection
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(crossing, "results_of", interrupted)
        label(ticket, "half")
    assert before.closed


# ------------------------------------------------------------------ how often a stop crosses


@pytest.fixture
def crossed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The names of the statements of every crossing, in their order."""
    seen: list[list[str]] = []
    converse = crossing.Session.converse

    def noted(session: Any, bound: Any) -> Any:
        seen.append([statement.name for statement, _ in bound])
        return converse(session, bound)

    monkeypatch.setattr(crossing.Session, "converse", noted)
    return seen


def test_a_stop_reads_at_once_and_commits_with_what_it_writes(
    desk: Desk, crossed: list[list[str]]
) -> None:
    desk.agent.will("idp.add_to_group", person="erik", group="sales-apac")
    found = desk.action(desk.ask("erik", "please add me to sales-apac"))
    who = desk.sender(found.assignments[0]["person"])
    answer = Answer(verdict="approve", digest=found.digest, shown="0" * 64)
    crossed.clear()
    with desk.role("web"):
        flow.decide(found.review["number"], answer, sender=who)
    with desk.role("desk"):
        flow.authorize(found.action.id)
        flow.sequence()
    assert [(names[0], names[-1]) for names in crossed] == [
        ("begin", "story_to_decide"),
        # What the one who answers may decide: for whom, and how far.
        ("decides_for", "register"),
        ("add_decision", "commit"),
        ("begin", "story_to_authorize"),
        ("add_authorization", "commit"),
        ("begin", "commit"),
    ]


# ------------------------------------------------------------------ stories read in part

PARTS = (
    *("state", "staged_at", "writer", "private_to", "proposed", "assessment", "gate", "review"),
    *("assignments", "decisions", "authorization", "position", "fate", "execution", "attempts"),
    *("outcome", "halted", "stopped", "override", "made", "rules_are_newer", "older", "needs"),
    *("next_version", "undone_by"),
)


def test_a_part_of_a_story_that_was_not_read_at_first_is_read_when_needed(desk: Desk) -> None:
    desk.agent.will("idp.add_to_group", person="erik", group="sales-apac")
    found = desk.action(desk.ask("erik", "please add me to sales-apac"))
    action, review = found.action.id, found.review["number"]
    with desk.role("desk"):
        whole = story(action)
        assert whole is not None
        for turn in (turn_to_decide(review), turn_to_authorize(action), turn_to_run(action)):
            with turn as (read, _):
                assert read is not None
                for part in PARTS:
                    assert getattr(read, part) == getattr(whole, part), part
                assert read.reasons == whole.reasons


def test_there_is_no_turn_of_a_review_that_does_not_exist(desk: Desk) -> None:
    with desk.role("desk"), turn_to_decide(NOWHERE) as (found, _):
        assert found is None
