"""The policy of the demo desk, readable: for each action and circumstance, who must say yes.

With the company's own team, and with registers of five, three, two and one over the same company.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort import catalogue
from tests.desk import Server
from tests.story.offices import PAIR, overlaid
from tests.story.scenarios import THERE, Counters, Row, counters, outcome

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "policy.txt"
DATA = yaml.safe_load(Path(__file__).with_name("circumstances.yaml").read_text("utf-8"))
OTHERS = tuple(
    Row(f"other-{number}", {k: v for k, v in one.items() if k not in ("when", "otherwise")}, 0, "")
    for number, one in enumerate(DATA["others"])
)
WHEN = {**DATA["tickets"], **{f"other-{n}": one["when"] for n, one in enumerate(DATA["others"])}}
UNASKED = {
    f"other-{n}": one["otherwise"] for n, one in enumerate(DATA["others"]) if "otherwise" in one
}
REGISTERS = ("team", "five", "three", "two", "one")
Answers = dict[str, dict[str, dict[str, Any]]]
"""What is answered about each circumstance, for each register."""


@pytest.fixture(scope="module")
def answers(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    folder = tmp_path_factory.mktemp("policy")
    found: Answers = {row.id: {} for row in (*THERE, *OTHERS)}
    with counters(server, folder) as desk:
        for size in REGISTERS:
            register(desk, size, folder)
            for row in (*THERE, *OTHERS):
                if row.id not in UNASKED:
                    found[row.id][size] = desk.ask(row)
        replies = {row.id: desk.reply(row).status_code for row in OTHERS if row.id in UNASKED}
    assert set(replies.values()) == {422}, replies
    yield found


def register(desk: Counters, size: str, folder: Path) -> None:
    """From now on these decide. A truly alone person may answer for some things of their own."""
    from holdshort.company.read import read
    from holdshort.records.company import _load_register

    if size == "team":
        return
    authority = PAIR.authority() if size == "two" else DATA["registers"][size]
    company = read(overlaid(folder, authority=authority).read_bytes())
    rules = json.dumps(DATA["alone"])
    for one in desk.desks:
        with one.role(None):
            _load_register(company)
        if size == "one":
            one.sql(
                "UPDATE kernel.policy_version SET document = "
                f"jsonb_set(document, '{{routing,alone}}', '{rules}')"
            )


# ------------------------------------------------------------------ as a page


def printed(answers: Answers) -> str:
    sections: dict[str, list[str]] = {}
    for row in (*THERE, *OTHERS):
        number = "" if row in OTHERS else f" ({row.id})"
        sections.setdefault(row.body["type"], []).extend(
            (f"  {WHEN[row.id]}{number}", *(f"    {one}" for one in entry(row, answers[row.id])))
        )
    parts = [
        "\n".join((f"{type_id}: {catalogue.find(type_id).title}", *sections[type_id]))
        for type_id in catalogue.REGISTRY
        if type_id in sections
    ]
    return "\n\n".join((HEAD, *parts, ""))


HEAD = """THE POLICY OF THE DEMO DESK, in phase 3 and with an agent that is sure

For each action and circumstance (with its number in scenarios.yaml): what is at stake, whether
somebody decides, how many have to say yes, and who is asked, first to last: in the demo company's
team, and where five, three, two people or one decide everything."""


def entry(row: Row, found: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    if not found:
        yield f"cannot be asked for in the demo company: {UNASKED[row.id]}"
        return
    usual = found["team"]
    rules = ", ".join(dict.fromkeys(one["rule"] for one in usual["gate"]["reasons"]))
    yield f"tier {usual['tier']}, {how(usual)}: {rules}"
    for line in usual["actions"]:
        yield f"- {line['type']}, tier {line['tier']}, {how(line)}"
    for size in REGISTERS:
        answer = found[size]
        if answer["gate"]["mode"] == "HITL" or outcome(answer) != outcome(usual):
            other = "" if outcome(answer) == outcome(usual) else f" (tier {answer['tier']})"
            yield f"{size:<6}{who(answer)}{other}"


def how(answer: Mapping[str, Any]) -> str:
    gate = answer["gate"]
    match gate["mode"]:
        case "HOTL":
            return "runs by itself"
        case "REFUSE":
            return "is refused"
    hands = "by hand" if gate["hands"] == "person" else "by a program"
    return f"{gate['needed']} must say yes, done {hands}"


def who(answer: Mapping[str, Any]) -> str:
    gate = answer["gate"]
    people = ", ".join(one["person"] for one in gate["reviewers"]) or "nobody"
    enough = len(gate["reviewers"]) >= gate["needed"]
    return (
        people
        if enough and "alone" not in gate["who_can_end_it"]
        else f"{people}: {gate['who_can_end_it']}"
    )


def test_the_policy_of_the_desk_is_that_of_the_snapshot(answers: Answers) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(printed(answers), encoding="utf-8")
    assert printed(answers) == SNAPSHOT.read_text(encoding="utf-8")


def test_every_type_of_the_registry_is_in_it(answers: Answers) -> None:
    found = [one for sizes in answers.values() for one in sizes.values()]
    types = {line["type"] for one in found for line in (one, *one["actions"])}
    types |= {row.body["type"] for row in (*THERE, *OTHERS)}
    assert types == set(catalogue.REGISTRY)


# ------------------------------------------------------------------ of every size


@pytest.mark.parametrize("size", REGISTERS)
def test_in_a_team_of_any_size_somebody_can_end_every_wait(answers: Answers, size: str) -> None:
    """Enough people are asked, each free to decide it; or it says who can end it, and how."""
    human = [row for row in THERE if not row.automatic]
    assert len(human) == 35
    for row in human:
        gate = answers[row.id][size]["gate"]
        assert gate["mode"] == row.mode, row.id
        if row.mode == "REFUSE":
            continue
        people = {one["person"] for one in gate["reviewers"]}
        end = gate["who_can_end_it"]
        assert not people & {row.body["requester"], row.body["params"].get("person"), "agent"}
        if len(people) < gate["needed"]:
            assert "by naming another reviewer" in end and "can withdraw it" in end, row.id
            assert "routing.nobody" in {one["rule"] for one in gate["reasons"]}, row.id
        else:
            assert "can end this wait by deciding" in end, row.id


def test_whoever_is_truly_alone_answers_for_what_the_rules_allow_and_nothing_else(
    answers: Answers,
) -> None:
    ends = {id: sizes["one"]["gate"]["who_can_end_it"] for id, sizes in answers.items() if sizes}
    alone = {id for id, end in ends.items() if "answering for it alone" in end}
    own = [row.id for row in OTHERS if row.body["type"] == "mdm.remove"][-1:]
    assert alone == set(own), "theirs, small, and of a type that the rules name"
    nobody = {id for id, end in ends.items() if "by naming another reviewer" in end} - alone
    assert nobody & {row.id for row in THERE} == THEIR_OWN | FOR_TWO | TOO_DEAR


THEIR_OWN = {"5c", "6b", "6c", "10b", "13b"}
FOR_TWO = {"9b", "17b", "20b"}
TOO_DEAR = {"12b", "16c", "16d", "16e"}
"""What nobody decides where one is alone: asked by them, for two people, above their limit."""
