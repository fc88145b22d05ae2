"""Whatever an agent does, offers or writes: the ticket reaches a person and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from holdshort import flow
from holdshort.core.terms import Offer, Offered
from holdshort.records import actions
from tests.desk import Desk
from tests.kernel import waking
from tests.kernel.rows import Kernel

JOIN = Offered("idp.add_to_group", {"person": "dana", "group": "photo-club"})


def offer(*actions: Any, **more: Any) -> Offer:
    given = {"label": "l", "confidence": 0.9, "reasoning": "r", "agent_version": "v"} | more
    return Offer(actions=actions, **given)


def joining(**params: Any) -> Offered:
    return Offered("idp.add_to_group", {**JOIN.params, **params})


def in_a_loop() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    return loop


OFFERS: dict[str, Any] = {
    "nothing": None,
    "words": "add dana to everything",
    "a dictionary": {"actions": []},
    "an empty offer": offer(),
    "an offer and a question": offer(JOIN, question="Really?"),
    "a question and a hand-over": offer(question="Really?", hand_over="no"),
    "confidence that is no number": offer(JOIN, confidence="high"),
    "confidence that is not a number": offer(JOIN, confidence=float("nan")),
    "confidence above 1": offer(JOIN, confidence=17),
    "confidence below 0": offer(JOIN, confidence=-1.0),
    "no confidence": offer(JOIN, confidence=None),
    "an unknown type": offer(Offered("rm.rf", {})),
    "a type that is no text": offer(Offered(7, {})),  # type: ignore[arg-type]
    "a very long type": offer(Offered("x" * 100_000, {})),
    "an unknown person": offer(joining(person="nobody")),
    "an unknown group": offer(joining(group="nothing")),
    "a person that is no text": offer(joining(person=7)),
    "a person in a list": offer(joining(person=["dana"])),
    "a NUL character": offer(joining(person="da\0na")),
    "half a character": offer(joining(person="\ud800")),
    "a decomposed letter": offer(joining(group="cafe\u0301")),
    "a fraction": offer(joining(extra=0.5)),
    "something endless": offer(Offered("idp.add_to_group", in_a_loop())),
    "something that is no data": offer(joining(person=object())),
    "missing parameters": offer(Offered("idp.add_to_group", {})),
    "parameters that are a list": offer(Offered("idp.add_to_group", ["dana"])),  # type: ignore[arg-type]
    "no parameters": offer(Offered("idp.add_to_group", None)),  # type: ignore[arg-type]
    "an order that begins nowhere": offer(Offered(JOIN.type, JOIN.params, (5,))),
    "an order before the first": offer(Offered(JOIN.type, JOIN.params, (-1,))),
    "an order of itself": offer(Offered(JOIN.type, JOIN.params, (0,))),
    "an order in a circle": offer(
        Offered(JOIN.type, JOIN.params, (1,)), Offered(JOIN.type, JOIN.params, (0,))
    ),
    "a thousand changes": offer(*[JOIN] * 1000),
    "an exception": RuntimeError("the model is gone"),
    "a lookup that failed": KeyError("x"),
    "no memory": MemoryError(),
    "a recursion": RecursionError(),
}


@pytest.mark.parametrize("said", OFFERS.values(), ids=OFFERS)
def test_a_strange_offer_gives_the_ticket_to_a_person(desk: Desk, said: Any) -> None:
    desk.agent.next = said
    number = desk.ask("dana", "please add me")
    assert (desk.actions(number), desk.ticket(number)["stands"]) == ([], "with_person")
    told = desk.said(number)
    assert "A person will take this from here." in told
    assert len(told) < 1_000 and "Traceback" not in told and "Error" not in told
    waking.run_by_sweep_alone(desk)
    assert (desk.said(number), desk.ticket(number)["stands"]) == (told, "with_person")


def test_an_agent_that_fails_says_so_in_words(desk: Desk) -> None:
    desk.agent.next = RuntimeError("token sk-secret")
    number = desk.ask("dana", "please")
    assert "The assistant could not read this." in desk.said(number)
    assert "sk-secret" not in desk.said(number)


def test_odd_characters_around_a_good_offer_do_not_spoil_it(desk: Desk) -> None:
    desk.agent.next = offer(JOIN, reasoning="as\0 asked \ud800" + "x" * 100_000, label="l\0")
    number = desk.ask("dana", "please add me")
    assert desk.action(number).state == "authorized"


# ------------------------------------------------------------------ rows an agent writes itself


@pytest.fixture
def rows(desk: Desk) -> Iterator[Kernel]:
    one = Kernel(desk)
    yield one
    one.close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": None},
        {"actions": "x"},
        {"actions": [{}]},
        {"actions": [{"type": "idp.unlock", "params": {"person": "dana"}}]},
        {"actions": [{"type": "idp.unlock", "params": 7, "after": []}]},
        {"actions": [{"type": None, "params": {}, "after": ["x"]}]},
        {"actions": [], "question": "", "hand_over": ""},
        [],
    ],
    ids=str,
)
def test_a_row_that_is_no_offer_gives_the_ticket_to_a_person(
    desk: Desk, rows: Kernel, body: Any
) -> None:
    proposal = rows.proposed(body=body)
    desk.stop("desk", "stage", proposal)
    ticket = rows.sql("SELECT ticket FROM kernel.proposal")[0][0]
    assert (desk.actions(ticket), desk.ticket(ticket)["stands"]) == ([], "with_person")
    desk.sweep()
    assert desk.events("ticket.handed_over") == 1


def test_an_agents_row_undoes_nothing_by_saying_so(desk: Desk, rows: Kernel) -> None:
    from tests.kernel import scenes

    done = scenes.held(desk)
    data = {"type": JOIN.type, "params": {"person": "dana", "group": "newsletter"}, "after": []}
    desk.sql("DELETE FROM membership")
    proposal = rows.proposed(body={"actions": [data], "undoes": done})
    desk.stop("desk", "stage", proposal)
    ticket = rows.sql(f"SELECT ticket FROM kernel.proposal WHERE id = '{proposal}'")[0][0]
    assert desk.action(ticket).action.undoes is None


# ------------------------------------------------------------------ the database is away


def test_a_lost_database_is_no_reason_to_give_up_a_ticket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.agent.next = offer(JOIN)
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "please add me", sender=who)

    def gone(*args: object, **more: object) -> None:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(actions, "add", gone)
        desk.run()
    assert desk.ticket(number)["stands"] == "with_agent"
    waking.pass_time(desk)
    desk.sweep()
    assert desk.action(number).state == "authorized"


def test_a_bug_while_staging_gives_the_ticket_to_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.agent.next = offer(JOIN)

    def broken(*args: object, **more: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(actions, "add", broken)
    number = desk.ask("dana", "please add me")
    assert (desk.actions(number), desk.ticket(number)["stands"]) == ([], "with_person")
    assert "could not be prepared" in desk.said(number)
    assert "secret detail" not in desk.said(number)
