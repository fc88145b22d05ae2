"""Decisions for somebody else that must not count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from holdshort.records.ids import new_id
from tests.kernel.attack import Attack, nothing
from tests.kernel.attacks.actions import PARTIES
from tests.kernel.attacks.decisions import empty_panel
from tests.kernel.rows import Kernel, Made

Given = dict[str, Any]


def asked_for_another(kernel: Kernel, giver: str = "petra", **when: Any) -> tuple[Made, Given]:
    """Sven was asked as the one who decides for Petra."""
    given = kernel.delegated(giver, "sven", **when)
    made = kernel.reviewed(asked=("nadia",))
    kernel.asked(made, "sven", delegation=given["id"])
    return made, given


def over(kernel: Kernel) -> tuple[Made, Given]:
    now = kernel.now()
    return asked_for_another(kernel, starts=now - timedelta(days=2), ends=now - timedelta(days=1))


def taken_back(kernel: Kernel) -> tuple[Made, Given]:
    made, given = asked_for_another(kernel)
    kernel.insert("web", "takeback", delegation=given["id"])
    return made, given


def party(part: str) -> Any:
    """Sven decides for Mateo, who has that part in the action; he was asked in his own name."""

    def scene(kernel: Kernel) -> tuple[Made, Given]:
        given = kernel.delegated("mateo", "sven")
        return kernel.reviewed(kernel.assessed(kernel.staged(**{part: "mateo"}))), given

    return scene


def for_another(kernel: Kernel, of: tuple[Made, Given], **forged: Any) -> Made:
    made, given = of
    row = {"delegation": given["id"], "instead_of": given["giver"], "later": True}
    return kernel.decided(made, "sven", **row | forged)


def two_of_one(kernel: Kernel) -> Made:
    """Two must say yes; Nadia did, and Sven did for Nadia."""
    given = kernel.delegated("nadia", "sven")
    made = kernel.reviewed(kernel.assessed(needed=2), asked=("nadia",))
    kernel.asked(made, "sven", delegation=given["id"])
    made = kernel.decided(made, "nadia")
    made = for_another(kernel, (made, given))
    kernel.insert("web", "takeback", delegation=given["id"])
    return made


def _given(words: str, control: str, role: str = "web", **forged: Any) -> Attack:
    row = {"giver": "petra", "taker": "sven"} | forged
    return Attack(words, control, nothing, lambda k, _: k.delegated(role=role, **row))


def _ended_account(kernel: Kernel) -> int:
    found = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('petra', 'taken', 'petra', clock_timestamp()) RETURNING id"
    )
    return int(found[0][0])


_GIVEN = [
    _given(
        "the agent's decisions are given",
        "delegation.delegation_giver_kind_fkey",
        giver="agent",
        account=None,
        role="owner",
    ),
    _given(
        "decisions are given to the agent", "delegation.delegation_taker_kind_fkey", taker="agent"
    ),
    _given(
        "a service gives its decisions to another",
        "delegation.delegation_kind_check",
        role="owner",
        account=None,
        giver="holdshort",
        taker="assessor",
        kind="service",
    ),
    Attack(
        "somebody gives another's decisions",
        "delegation.delegation_account_giver_fkey",
        nothing,
        lambda k, _: k.delegated("petra", "sven", account=k.accounts["nadia"]),
    ),
    Attack(
        "somebody gives their decisions through an account that was taken away",
        "delegation.account_in_use",
        _ended_account,
        lambda k, account: k.delegated("petra", "sven", account=account),
    ),
    _given("the web says that the file says it", "rows of delegation", account=None),
    _given("somebody is given their own decisions", "delegation.to_another", taker="petra"),
    *(
        Attack(
            words,
            "delegation.bounded",
            nothing,
            lambda k, _, start=start, end=end: k.delegated(
                "petra",
                "sven",
                starts=k.now() + timedelta(days=start),
                ends=k.now() + timedelta(days=end),
            ),
        )
        for words, start, end in (
            ("a delegation that ends before it starts", 2, 1),
            ("a delegation for a hundred days", 0, 100),
        )
    ),
    Attack(
        "another delegation takes the id of one",
        "delegation.delegation_pkey",
        lambda k: k.delegated("petra", "sven"),
        lambda k, given: k.delegated("leo", "nadia", id=given["id"]),
    ),
    Attack(
        "a delegation that does not exist is taken back",
        "takeback.takeback_delegation_fkey",
        nothing,
        lambda k, _: k.insert("web", "takeback", delegation=new_id()),
    ),
    Attack(
        "a delegation is taken back twice",
        "takeback.takeback_pkey",
        taken_back,
        lambda k, of: k.insert("web", "takeback", delegation=of[1]["id"]),
    ),
]

_ASKED = [
    Attack(
        "somebody is asked by the delegation of another, at first",
        "seat.for_another",
        lambda k: (empty_panel(k), k.delegated("petra", "sven")),
        lambda k, of: k.seated(of[0], "nadia", delegation=of[1]["id"]),
    ),
    Attack(
        "somebody is asked by the delegation of another, later",
        "assignment.for_another",
        lambda k: (k.reviewed(), k.delegated("petra", "sven")),
        lambda k, of: k.asked(of[0], "ines", delegation=of[1]["id"]),
    ),
]

_DECIDED = [
    Attack(
        "somebody decides for one who gave them nothing",
        "decision.for_another",
        asked_for_another,
        lambda k, of: for_another(k, of, instead_of="leo"),
    ),
    Attack(
        "somebody decides for another, and leaves out for whom",
        "decision.whole_delegation",
        asked_for_another,
        lambda k, of: for_another(k, of, instead_of=None),
    ),
    Attack(
        "somebody who was asked for another says that it is their own decision",
        "decision.as_asked",
        asked_for_another,
        lambda k, of: for_another(k, of, delegation=None, instead_of=None),
    ),
    Attack(
        "a decision for another after the last day",
        "decision.while_it_lasts",
        over,
        for_another,
    ),
    Attack(
        "a decision for another who took it back",
        "decision.while_it_lasts",
        taken_back,
        for_another,
    ),
    *(
        Attack(
            f"O1, O3: somebody decides what the {part} is, for whom they decide these days",
            "decision.not_for_a_party",
            party(part),
            lambda k, of: k.decided(of[0], "sven"),
        )
        for part in PARTIES
    ),
    Attack(
        "two say yes, and one of them for the other",
        "authorization.two_authorities",
        two_of_one,
        lambda k, made: k.authorized(made),
    ),
]

ATTACKS = [*_GIVEN, *_ASKED, *_DECIDED]
