"""Decisions that must not count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.attacks.actions import PARTIES
from tests.kernel.rows import Kernel, Made

# ------------------------------------------------------------------ scenes


def reviewed(kernel: Kernel) -> Made:
    """Sven and Nadia were asked about what Dana asks for."""
    return kernel.reviewed()


def another_reviewed(kernel: Kernel) -> tuple[Made, Made]:
    """Two reviews: Sven was asked about the first, Nadia about the second."""
    return kernel.reviewed(asked=("sven",)), kernel.reviewed(asked=("nadia",))


def misquoted(kernel: Kernel) -> Made:
    """A review that names other bytes than its action has."""
    return kernel.reviewed(digest="0" * 64)


def decided(kernel: Kernel) -> Made:
    return kernel.decided(kernel.reviewed(), "sven")


def run_out(kernel: Kernel) -> Made:
    return kernel.reviewed(expires_at=kernel.now() - timedelta(seconds=1))


def asked_for_longer(kernel: Kernel) -> tuple[Made, Any]:
    """A review that has run out; Ines was asked as if it went on."""
    made, later = run_out(kernel), kernel.now() + timedelta(days=1)
    kernel.asked(made, "ines", expires_at=later)
    return made, later


def ended_account(kernel: Kernel) -> tuple[Made, int]:
    """Sven was asked; one of his accounts was taken away."""
    taken = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('sven', 'taken', 'sven', clock_timestamp()) RETURNING id"
    )
    return kernel.reviewed(), taken[0][0]


def about_the_agent(kernel: Kernel) -> tuple[Made, int]:
    """Erik started something; the agent has an account of its own."""
    account = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject) "
        "VALUES ('agent', 'made-up', 'agent') RETURNING id"
    )
    made = kernel.reviewed(kernel.assessed(kernel.staged(initiator="erik", changer="erik")))
    return made, account[0][0]


def party(part: str) -> Any:
    """Sven, who was asked, has that part in the action himself."""

    def scene(kernel: Kernel) -> Made:
        return kernel.reviewed(kernel.assessed(kernel.staged(**{part: "sven"})))

    return scene


def second_account(kernel: Kernel) -> tuple[Made, int]:
    """Dana was asked about her own request, and has two accounts."""
    found = kernel.sql("SELECT max(id) FROM kernel.account WHERE person = 'dana'")
    return kernel.reviewed(asked=("dana", "sven")), found[0][0]


def turned(kind: str) -> Any:
    def scene(kernel: Kernel) -> Made:
        return kernel.turned(kernel.reviewed(), kind, "desk")

    return scene


_PARTY = {part: party(part) for part in PARTIES}

# ------------------------------------------------------------------ attacks


def as_owner(kernel: Kernel, made: Made, **forged: Any) -> None:
    """A decision with columns that no login role may fill in."""
    row = kernel.decision_row(made, "sven") | forged
    kernel.insert("owner", "decision", **row)


_WHO = [
    *(
        Attack(
            f"O1, O3: the {part} of an action decides about it",
            "decision.another_person",
            _PARTY[part],
            lambda k, made: k.decided(made, "sven"),
        )
        for part in PARTIES
    ),
    *(
        Attack(
            f"O1, O3: the {part} decides and says that somebody else is",
            "decision.decision_action_digest_requester_beneficiary_initiator_cha_fkey",
            _PARTY[part],
            lambda k, made, part=part: k.decided(made, "sven", **{part: "erik"}),
        )
        for part in PARTIES
    ),
    Attack(
        "O2: the requester decides through a second account",
        "decision.another_person",
        second_account,
        lambda k, of: k.decided(of[0], "dana", account=of[1]),
    ),
    Attack(
        "somebody decides with another person's account",
        "decision.decision_account_person_fkey",
        reviewed,
        lambda k, made: k.decided(made, "sven", account=k.accounts["nadia"]),
    ),
    Attack(
        "somebody decides through an account that was taken away",
        "decision.account_in_use",
        ended_account,
        lambda k, of: k.decided(of[0], "sven", account=of[1]),
    ),
    Attack(
        "O4: the desk asks the agent",
        "assignment.assignment_person_person_kind_fkey",
        reviewed,
        lambda k, made: k.asked(made, "agent"),
    ),
    Attack(
        "O4: the desk asks a service",
        "assignment.assignment_person_person_kind_fkey",
        reviewed,
        lambda k, made: k.asked(made, "holdshort"),
    ),
    Attack(
        "O4: the agent is asked, as an agent",
        "assignment.assignment_person_kind_check",
        reviewed,
        lambda k, made: k.asked(made, "agent", "owner", person_kind="agent"),
    ),
    Attack(
        "O4: the agent decides with an account of its own",
        "decision.decision_person_person_kind_fkey",
        about_the_agent,
        lambda k, of: k.decided(of[0], "agent", account=of[1]),
    ),
    Attack(
        "O4: the agent decides, as an agent",
        "decision.human",
        about_the_agent,
        lambda k, of: as_owner(k, of[0], person="agent", person_kind="agent", account=of[1]),
    ),
    Attack(
        "somebody decides who was not asked",
        "decision.asked",
        reviewed,
        lambda k, made: k.decided(made, "ines"),
    ),
    Attack(
        "somebody decides who was asked about something else",
        "decision.decision_review_action_digest_expires_at_fkey",
        another_reviewed,
        lambda k, of: k.decided(of[0], "nadia", **of[1].review),
    ),
    Attack(
        "somebody is asked in a review that does not exist",
        "assignment.assignment_review_fkey",
        reviewed,
        lambda k, made: k.asked(made, "sven", review=999_999),
    ),
    Attack(
        "somebody is asked twice",
        "assignment.assignment_pkey",
        reviewed,
        lambda k, made: k.asked(made, "sven", rank=7),
    ),
    Attack(
        "somebody is asked before the first",
        "assignment.assignment_rank_check",
        reviewed,
        lambda k, made: k.asked(made, "ines", rank=-1),
    ),
]

_WHEN = [
    Attack(
        "O6: a decision about other bytes",
        "decision.decision_action_digest_requester_beneficiary_initiator_cha_fkey",
        misquoted,
        lambda k, made: k.decided(made, "sven", digest="0" * 64),
    ),
    Attack(
        "O7: a decision after its time",
        "decision.in_time",
        run_out,
        lambda k, made: k.decided(made, "sven"),
    ),
    Attack(
        "O7: a decision after its time that says its time is not over",
        "decision.decision_review_action_digest_expires_at_fkey",
        asked_for_longer,
        lambda k, of: k.decided(of[0], "ines", expires_at=of[1]),
    ),
    *(
        Attack(
            f"O5: a decision about what is {kind}",
            "decision.not_ended",
            scene,
            lambda k, made: k.decided(made, "sven"),
        )
        for kind in ("superseded", "rejected", "expired")
        for scene in [turned(kind)]
    ),
    *(
        Attack(
            f"somebody who said yes says {second}, too",
            "decision.one_answer_each",
            decided,
            lambda k, made, second=second: k.decided(made, "sven", second),
        )
        for second in ("approve", "reject", "change")
    ),
    Attack(
        "a decision with the id of another",
        "decision.decision_pkey",
        decided,
        lambda k, made: k.decided(made, "nadia", id=made.decisions[0]["id"]),
    ),
]


def _says(words: str, control: str, verdict: str = "approve", **forged: Any) -> Attack:
    return Attack(
        words,
        f"decision.{control}",
        reviewed,
        lambda k, made: k.decided(made, "sven", verdict, **forged),
    )


_WHAT = [
    *(
        _says(f"{verdict}, for {reason!r}", "with_reason", verdict, reason_code=reason)
        for verdict in ("reject", "change", "hand_over")
        for reason in (None, "")
    ),
    _says("a change to nothing", "change_says_what", "change", changes=None),
    _says("a yes with a change", "change_says_what", changes={"group": "x"}),
    _says("a hand-over to nobody", "hand_over_says_whom", "hand_over", hand_to=None),
    _says("a yes that hands over", "hand_over_says_whom", hand_to="helena"),
    _says(
        "a hand-over to somebody made up", "decision_hand_to_fkey", "hand_over", hand_to="nobody"
    ),
    _says("a verdict that nobody knows", "decision_verdict_check", "yes"),
    _says("more assurance than there is", "decision_assurance_check", assurance=9),
    Attack(
        "a decision of another authority",
        "decision.decision_authority_check",
        reviewed,
        lambda k, made: as_owner(k, made, authority="self_declared"),
    ),
]

ATTACKS = [*_WHO, *_WHEN, *_WHAT]
