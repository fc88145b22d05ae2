"""Corrections of rows in a real PostgreSQL: tried, made once, read back, put back."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import psycopg
import pytest

from holdshort.core.terms import Action, Inquiry, Target
from holdshort.ports import Drifted, RefusedByTarget, Shape, Unreachable
from tests.databases.served import Served

NUMBERS = count(1)


def change(
    set: Mapping[str, Any], where: Mapping[str, Any], table: str = "public.orders"
) -> dict[str, Any]:
    return {"table": table, "set": dict(set), "where": dict(where)}


def acting(words: Mapping[str, Any], type: str = "db.change", id: str = "") -> Action:
    id = id or f"action-{next(NUMBERS)}"
    return Action(
        id=id,
        root=id,
        version=1,
        type=type,
        params={"database": "dev-db", **words},
        target=Target("dev-db", "dev-db:public.orders"),
        requester="dana",
        beneficiary="dana",
        initiator="agent",
        changer="agent",
        ticket=1,
        seen={},
    )


def tried(served: Served, words: Mapping[str, Any], type: str = "db.change") -> Any:
    return served.connector().preview(Inquiry("dev-db", type, words))


def done(served: Served, words: Mapping[str, Any], type: str = "db.change") -> Action:
    """Make a change as the executor would."""
    action, connector = acting(words, type), served.connector()
    before = connector.observe(action)
    connector.apply(action, key=f"key-of-{action.id}", seen=before, timeout=10)
    assert connector.applied(action, before, connector.observe(action)) is True
    return action


# ------------------------------------------------------------------ tried first


def test_a_preview_shows_what_would_be_and_changes_nothing(postgres: Served) -> None:
    number = postgres.order(amount=12)
    answer = tried(postgres, change({"status": "closed", "amount": "13.5"}, {"id": number}))
    assert answer.shown["rows"] == 1
    assert answer.shown["sample"] == [
        {
            "key": f"id {number}",
            "before": {"amount": "12.00", "status": "open"},
            "after": {"amount": "13.50", "status": "closed"},
        }
    ]
    assert answer.shown["effects"] == []
    assert postgres.row(number, "status, amount::text") == ("open", "12.00")


def test_a_preview_is_what_is_observed_and_what_the_change_finds(postgres: Served) -> None:
    words = change({"status": "closed"}, {"id": postgres.order()})
    observed = postgres.connector().observe(acting(words))
    assert tried(postgres, words).seen == {k: v for k, v in observed.items() if k[0] != "_"}


def test_rows_that_hold_it_already_are_said_to(postgres: Served) -> None:
    words = change({"status": "open"}, {"id": postgres.order()})
    assert tried(postgres, words).shown["same"] is True


def test_nothing_and_empty_and_truth_are_values(postgres: Served) -> None:
    number = postgres.order(note=None, paid=True)
    words = change({"note": "", "paid": False}, {"note": None, "id": number, "paid": True})
    done(postgres, words)
    assert postgres.row(number, "note, paid") == ("", False)
    done(postgres, change({"note": None}, {"id": number}))
    assert postgres.row(number, "note") == (None,)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (change({"status": "gone"}, {"customer": "Rule"}), "The rule ‘orders_status_check’ of"),
        (change({"note": "too long"}, {"customer": "Rule"}), "too long for its column"),
        (change({"amount": "much"}, {"customer": "Rule"}), "does not fit its column"),
        (change({"customer": None}, {"customer": "Rule"}), "of orders must not be empty"),
        (change({"status": "closed"}, {"id": "one"}), "does not fit its column"),
        (change({"colour": "red"}, {"id": 1}), "has no column ‘colour’"),
        (change({"status": "closed"}, {"colour": "red"}), "has no column ‘colour’"),
        (change({"id": 7}, {"id": 1}), "part of the primary key"),
        (change({"status": "open"}, {"id": 1}, "public.nothing"), "There is no table"),
        (change({"note": "x"}, {"id": 1}, 'public.orders"; DROP TABLE orders; --'), "no table"),
    ],
)
def test_what_the_database_does_not_take_is_said_in_a_sentence(
    postgres: Served, words: dict[str, Any], said: str
) -> None:
    if not postgres.run("SELECT FROM public.orders WHERE customer = 'Rule'"):
        postgres.order(customer="Rule")
    with pytest.raises(RefusedByTarget, match=said) as no:
        tried(postgres, words)
    assert "Rule'" not in str(no.value)


def test_values_and_names_are_never_read_as_sql(postgres: Served) -> None:
    number = postgres.order()
    evil = "x'; UPDATE public.orders SET status = 'lost'; --"
    done(postgres, change({"customer": evil}, {"id": number}))
    assert postgres.row(number, "customer, status") == (evil, "open")
    assert (
        tried(postgres, change({"status": "lost"}, {"customer": "' OR true --"})).shown["rows"] == 0
    )


@pytest.fixture
def odd(postgres: Served) -> Iterator[Served]:
    """Tables that are not ordinary."""
    postgres.run(
        'CREATE TABLE public."Odd Names" ("The Key" text, "per cent" text, n int4[], '
        'j jsonb, at timestamptz, PRIMARY KEY ("The Key", "per cent"))'
    )
    postgres.run("CREATE VIEW public.seen AS SELECT * FROM public.orders")
    postgres.run("CREATE TABLE public.keyless (a text)")
    postgres.run("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO holdshort")
    yield postgres
    postgres.run('DROP VIEW public.seen; DROP TABLE public."Odd Names", public.keyless')


def test_odd_names_and_types_are_changed_and_put_back(odd: Served) -> None:
    odd.run(
        "INSERT INTO public.\"Odd Names\" VALUES ('a''b', '1', '{1,2}', '{\"a\": 1}', "
        "'2026-01-02 03:04:05.678901+02'), ('a''b', '2', NULL, 'null', 'infinity')"
    )
    before = odd.run('SELECT t::text FROM public."Odd Names" t ORDER BY 1')
    words = change(
        {"n": "{7,NULL}", "j": '["x"]', "at": "2027-01-01 00:00+00"},
        {"The Key": "a'b"},
        "public.Odd Names",
    )
    made = done(odd, words)
    assert [row[2] for row in odd.run('SELECT * FROM public."Odd Names"')] == [[7, None]] * 2
    done(odd, {"table": "public.Odd Names", "change": made.id}, "db.restore")
    assert odd.run('SELECT t::text FROM public."Odd Names" t ORDER BY 1') == before


@pytest.mark.parametrize(
    ("table", "said"), [("seen", "not a plain table"), ("keyless", "no primary key")]
)
def test_what_has_no_rows_of_its_own_is_not_changed(odd: Served, table: str, said: str) -> None:
    with pytest.raises(RefusedByTarget, match=said):
        tried(odd, change({"a" if table == "keyless" else "note": "x"}, {}, f"public.{table}"))


def test_triggers_and_references_that_follow_are_named(postgres: Served) -> None:
    postgres.run(
        "CREATE TABLE public.parts (id int PRIMARY KEY, code text UNIQUE, n int);"
        "CREATE TABLE public.uses (code text REFERENCES public.parts (code) ON UPDATE CASCADE);"
        "CREATE FUNCTION public.twice() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.n := NEW.n * 2; RETURN NEW; END';"
        "CREATE TRIGGER doubles BEFORE UPDATE ON public.parts FOR EACH ROW "
        "EXECUTE FUNCTION twice();"
        "INSERT INTO public.parts VALUES (1, 'a', 1);"
        "GRANT SELECT, UPDATE ON public.parts TO holdshort"
    )
    answer = tried(postgres, change({"n": 5, "code": "b"}, {"id": 1}, "public.parts"))
    assert answer.shown["effects"] == [
        "the trigger ‘doubles’",
        "the reference ‘uses_code_fkey’ that follows",
    ]
    assert answer.shown["sample"][0]["after"]["n"] == "10"


# ------------------------------------------------------------------ made once


def test_a_change_under_its_key_happens_once_also_at_the_same_time(postgres: Served) -> None:
    number = postgres.order(amount=1)
    action, connector = acting(change({"status": "closed"}, {"id": number})), postgres.connector()
    assert connector.shape("db.change") is Shape.KEYED
    seen = connector.observe(action)
    ended: list[object] = []

    def send() -> None:
        ended.append(connector.apply(action, key="one", seen=seen, timeout=10).evidence)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ended) == 4
    assert sorted("sent" in one for one in ended) == [False, True, True, True]  # type: ignore[operator]
    notes = postgres.run("SELECT count(*) FROM holdshort.applied WHERE action = %s", action.id)
    assert notes == [(1,)]


def test_another_key_for_what_was_done_is_refused(postgres: Served) -> None:
    action = done(postgres, change({"status": "closed"}, {"id": postgres.order()}))
    connector = postgres.connector()
    with pytest.raises(RefusedByTarget, match="under another key"):
        connector.apply(action, key="other", seen=connector.observe(action), timeout=10)


@pytest.mark.parametrize("drift", ["value", "gone", "more"])
def test_rows_that_differ_from_what_was_seen_are_not_touched(postgres: Served, drift: str) -> None:
    number = postgres.order(customer=f"Drift {drift}")
    words = change({"status": "closed"}, {"customer": f"Drift {drift}"})
    action, connector = acting(words), postgres.connector()
    seen = connector.observe(action)
    match drift:
        case "value":
            postgres.run("UPDATE public.orders SET status = 'lost' WHERE id = %s", number)
        case "gone":
            postgres.run("DELETE FROM public.orders WHERE id = %s", number)
        case "more":
            postgres.order(customer="Drift more")
    with pytest.raises(Drifted, match="changed since this was seen: digest"):
        connector.apply(action, key=action.id, seen=seen, timeout=10)
    held = postgres.run("SELECT status FROM public.orders WHERE customer = %s", f"Drift {drift}")
    assert ("closed",) not in held
    assert connector.applied(action, seen, connector.observe(action)) is False


def test_other_columns_and_other_rows_never_matter(postgres: Served) -> None:
    number, other = postgres.order(), postgres.order()
    action, connector = acting(change({"status": "closed"}, {"id": number})), postgres.connector()
    seen = connector.observe(action)
    postgres.run("UPDATE public.orders SET amount = 99 WHERE id IN (%s, %s)", number, other)
    connector.apply(action, key=action.id, seen=seen, timeout=10)
    assert postgres.row(number, "status, amount::int") == ("closed", 99)
    assert postgres.row(other) == ("open",)


def test_a_row_that_is_changed_at_the_same_moment_is_waited_for_and_then_drift(
    postgres: Served,
) -> None:
    number = postgres.order()
    action, connector = acting(change({"status": "closed"}, {"id": number})), postgres.connector()
    seen = connector.observe(action)
    with psycopg.connect(postgres.url) as somebody:
        somebody.execute(f"UPDATE public.orders SET status = 'lost' WHERE id = {number}")
        threading.Timer(0.3, somebody.commit).start()
        with pytest.raises(Drifted):
            connector.apply(action, key=action.id, seen=seen, timeout=10)
    assert postgres.row(number) == ("lost",)


def test_rows_that_somebody_holds_are_waited_for_only_so_long(postgres: Served) -> None:
    number = postgres.order()
    action = acting(change({"status": "closed"}, {"id": number}))
    connector = postgres.connector(lock_timeout=0.2)
    seen = connector.observe(action)
    with psycopg.connect(postgres.url) as somebody:
        somebody.execute(f"UPDATE public.orders SET note = 'x' WHERE id = {number}")
        with pytest.raises(Unreachable, match=r"Somebody else is changing the same rows\."):
            connector.apply(action, key=action.id, seen=seen, timeout=10)
        somebody.rollback()
    assert postgres.row(number) == ("open",)
    connector.apply(action, key=action.id, seen=seen, timeout=10)


def test_a_change_that_takes_too_long_is_stopped_and_nothing_stays(postgres: Served) -> None:
    postgres.run(
        "CREATE TABLE IF NOT EXISTS public.slow (id int PRIMARY KEY, n int);"
        "INSERT INTO public.slow VALUES (1, 1) ON CONFLICT DO NOTHING;"
        "CREATE OR REPLACE FUNCTION public.sleeps() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_sleep(5); RETURN NEW; END';"
        "CREATE OR REPLACE TRIGGER sleeps BEFORE UPDATE ON public.slow "
        "FOR EACH ROW EXECUTE FUNCTION sleeps();"
        "GRANT SELECT, UPDATE ON public.slow TO holdshort"
    )
    action = acting(change({"n": 2}, {"id": 1}, "public.slow"))
    connector = postgres.connector(statement_timeout=0.2)
    with pytest.raises(RefusedByTarget, match="longer than the time"):
        connector.apply(action, key=action.id, seen=connector.observe(action), timeout=10)
    assert postgres.run("SELECT n FROM public.slow") == [(1,)]


# ------------------------------------------------------------------ put back


def test_undo_gives_every_row_its_own_value_back(postgres: Served) -> None:
    numbers = [postgres.order(customer="Undo", status=one) for one in ("open", "lost", "open")]
    made = done(postgres, change({"status": "closed"}, {"customer": "Undo"}))
    assert {postgres.row(number) for number in numbers} == {("closed",)}
    back = done(postgres, {"table": "public.orders", "change": made.id}, "db.restore")
    assert [postgres.row(number)[0] for number in numbers] == ["open", "lost", "open"]
    done(postgres, {"table": "public.orders", "change": back.id}, "db.restore")
    assert {postgres.row(number) for number in numbers} == {("closed",)}


def test_undo_says_when_somebody_changed_the_rows_since(postgres: Served) -> None:
    number = postgres.order()
    made = done(postgres, change({"status": "closed"}, {"id": number}))
    words = {"table": "public.orders", "change": made.id}
    assert tried(postgres, words, "db.restore").shown["since"] == 0
    postgres.run("UPDATE public.orders SET status = 'lost' WHERE id = %s", number)
    assert tried(postgres, words, "db.restore").shown["since"] == 1
    postgres.run("DELETE FROM public.orders WHERE id = %s", number)
    with pytest.raises(RefusedByTarget, match="1 of the rows do not exist any more"):
        tried(postgres, words, "db.restore")


def test_there_is_nothing_to_put_back_of_what_was_never_done(postgres: Served) -> None:
    with pytest.raises(RefusedByTarget, match="no note of the change"):
        tried(postgres, {"table": "public.orders", "change": "never"}, "db.restore")


def test_an_effect_that_somebody_took_back_is_no_success(postgres: Served) -> None:
    number = postgres.order()
    words = change({"status": "closed"}, {"id": number})
    action, connector = acting(words), postgres.connector()
    before = connector.observe(action)
    connector.apply(action, key=action.id, seen=before, timeout=10)
    postgres.run("UPDATE public.orders SET status = 'open' WHERE id = %s", number)
    now = connector.observe(action)
    assert connector.applied(action, before, now) is False
    seen = {key: one for key, one in before.items() if key[0] != "_"}
    assert connector.applied(action, seen, now) is None


# ------------------------------------------------------------------ rights


def test_a_missing_right_is_named_and_nothing_is_changed(postgres: Served) -> None:
    postgres.run(
        "CREATE TABLE IF NOT EXISTS public.secret (id int PRIMARY KEY, n int, m int);"
        "INSERT INTO public.secret VALUES (1, 1, 1) ON CONFLICT DO NOTHING;"
        "GRANT SELECT, UPDATE (m) ON public.secret TO holdshort"
    )
    with pytest.raises(RefusedByTarget, match="may not do this"):
        tried(postgres, change({"n": 2}, {"id": 1}, "public.secret"))
    done(postgres, change({"m": 2}, {"id": 1}, "public.secret"))
    assert postgres.run("SELECT n, m FROM public.secret") == [(1, 2)]


def test_without_its_notes_it_changes_no_rows(postgres: Served) -> None:
    words = change({"status": "closed"}, {"id": postgres.order()})
    postgres.run("REVOKE INSERT ON holdshort.applied FROM holdshort")
    try:
        action, connector = acting(words), postgres.connector()
        with pytest.raises(RefusedByTarget, match=r"holdshort\.applied is missing"):
            connector.apply(action, key=action.id, seen=connector.observe(action), timeout=10)
        assert connector.observe(action)["_done"] is False
    finally:
        postgres.run("GRANT INSERT ON holdshort.applied TO holdshort")
