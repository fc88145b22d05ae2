"""Somebody who is alone answers for themselves: only so far, and looked at afterwards."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.rows import Kernel, Made

WHY = "The laptop is mine and nobody else is here."


def alone(kernel: Kernel, person: str = "sven") -> Made:
    """Somebody asked for something small, and nobody else could be asked."""
    made = kernel.staged(requester=person, beneficiary=person)
    return kernel.reviewed(
        kernel.assessed(made, tier=2, alone=True, min_assurance=2), asked=(person,)
    )


def asked_by_another(kernel: Kernel) -> Made:
    """Erik asked for it; the desk says all the same that somebody is alone."""
    made = kernel.staged(requester="erik", beneficiary="erik")
    return kernel.reviewed(
        kernel.assessed(made, tier=2, alone=True, min_assurance=2), asked=("sven",)
    )


def not_alone(kernel: Kernel) -> Made:
    """Sven asked for something, and was asked about it by mistake."""
    made = kernel.staged(requester="sven", beneficiary="sven")
    return kernel.reviewed(kernel.assessed(made, tier=2, min_assurance=2), asked=("sven",))


def answered(kernel: Kernel, made: Made, verdict: str = "approve", **forged: Any) -> Made:
    row = {"authority": "self_declared", "assurance": 2, "justification": WHY}
    person = made.action.requester if made.action.requester != "erik" else "sven"
    return kernel.decided(made, person, verdict, **row | forged)


def just_answered(kernel: Kernel) -> Made:
    return answered(kernel, alone(kernel))


def looked_at_already(kernel: Kernel) -> Made:
    made = just_answered(kernel)
    looked_at(kernel, made)
    return made


def independent(kernel: Kernel) -> Made:
    return kernel.decided(kernel.reviewed(), "sven")


def overdue(kernel: Kernel) -> Made:
    """Tomas answered for himself eight days ago, and nobody looked; now he is asked again."""
    made = answered(kernel, alone(kernel, "tomas"))
    kernel.sql(
        "UPDATE kernel.decision SET decided_at = clock_timestamp() - interval '8 days' "
        "WHERE id = %s",
        made.decisions[0]["id"],
    )
    return alone(kernel, "tomas")


def looked_at(kernel: Kernel, made: Made, **forged: Any) -> None:
    decision = made.decisions[0]["id"]
    row = {"decision": decision, "decider": "sven", "person": "helena", "result": "right"}
    row |= {"account": kernel.accounts["helena"], "note": "Fine."}
    kernel.insert(forged.pop("role", "web"), "lookback", **row | forged)


def _answers(words: str, control: str, verdict: str = "approve", **forged: Any) -> Attack:
    return Attack(words, control, alone, lambda k, made: answered(k, made, verdict, **forged))


def _looks(words: str, control: str, **forged: Any) -> Attack:
    return Attack(words, control, just_answered, lambda k, made: looked_at(k, made, **forged))


ATTACKS = [
    *(
        Attack(
            f"somebody is said to be alone {where}",
            "assessment.alone_is_narrow",
            lambda k: k.staged(requester="sven", beneficiary="sven"),
            lambda k, made, answer=answer: k.assessed(made, alone=True, **answer),
        )
        for where, answer in (
            ("with tier 3", {"tier": 3}),
            ("where two must say yes", {"tier": 2, "needed": 2}),
        )
    ),
    Attack(
        "somebody answers for themselves what another asked for",
        "decision.for_oneself",
        asked_by_another,
        lambda k, made: answered(k, made),
    ),
    _answers("somebody rejects alone", "decision.for_oneself", "reject", reason_code="too_risky"),
    Attack(
        "somebody answers for themselves without a fresh proof",
        "decision.for_oneself",
        lambda k: k.reviewed(
            k.assessed(k.staged(requester="sven", beneficiary="sven"), tier=2, alone=True),
            asked=("sven",),
        ),
        lambda k, made: answered(k, made, assurance=1),
    ),
    _answers("somebody is alone and says nothing", "decision.for_oneself", justification=None),
    _answers("somebody is alone and says yes", "decision.for_oneself", justification="yes" * 5),
    _answers(
        "somebody is alone and writes a book", "decision.for_oneself", justification="x" * 4001
    ),
    Attack(
        "somebody answers for themselves where others can be asked",
        "decision.where_nobody_else_can",
        not_alone,
        lambda k, made: answered(k, made),
    ),
    Attack(
        "somebody goes on alone though nobody looked at an earlier one",
        "decision.looked_at_in_time",
        overdue,
        lambda k, made: answered(k, made),
    ),
    Attack(
        "somebody who is alone gives themselves no time to think better of it",
        "authorization.cooled_off",
        just_answered,
        lambda k, made: k.authorized(made),
    ),
    *(
        Attack(
            words,
            f"lookback.{control}",
            just_answered,
            lambda k, made, who=who, more=more: looked_at(
                k, made, person=who, account=k.accounts[more.get("of", who)], **more["row"]
            ),
        )
        for words, control, who, more in (
            ("somebody looks back at their own yes", "by_another", "sven", {"row": {}}),
            (
                "somebody looks back as somebody else",
                "lookback_account_person_fkey",
                "nadia",
                {"of": "helena", "row": {}},
            ),
            (
                "a service looks back",
                "lookback_person_kind_check",
                "assessor",
                {"row": {"role": "owner", "person_kind": "service"}},
            ),
            ("the agent looks back", "lookback_person_person_kind_fkey", "agent", {"row": {}}),
        )
    ),
    _looks("a result that nobody knows", "lookback.lookback_result_check", result="maybe"),
    *(
        _looks(f"a look with {words}", "lookback.lookback_note_check", note=note)
        for words, note in (("no word", ""), ("too many words", "x" * 4001))
    ),
    Attack(
        "a look at an independent yes",
        "lookback.lookback_authority_check",
        independent,
        lambda k, made: looked_at(k, made, role="owner", authority="independent"),
    ),
    Attack(
        "somebody looks twice",
        "lookback.lookback_pkey",
        looked_at_already,
        lambda k, made: looked_at(k, made, result="wrong"),
    ),
    _looks(
        "a look at somebody else's yes",
        "lookback.lookback_decision_decider_authority_fkey",
        decider="nadia",
    ),
]
