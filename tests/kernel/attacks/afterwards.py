"""Somebody says that a change was made already: who must not, of what was not, or to permit it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.attacks import emergencies, overrides, turns
from tests.kernel.rows import Kernel, Made

WHY = "The build was broken and nobody else answered."

# ------------------------------------------------------------------ scenes


def tell(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Sven says that he made it an hour ago."""
    person = forged.get("person", "sven")
    row = {"proposal": made.proposal, "ticket": made.action.ticket, "person": person}
    row |= {"account": kernel.accounts.get(person), "channel": "console", "reason": WHY}
    row["made_at"] = kernel.now() - timedelta(hours=forged.pop("hours_ago", 1))
    kernel.insert(role, "made_already", **row | forged)


def offered(kernel: Kernel, person: str = "sven", **said: Any) -> Made:
    """Somebody offered it, on a ticket of their own, and nothing is staged."""
    return kernel.bytes_of(**{"requester": person, "initiator": person, "changer": person} | said)


def agents(kernel: Kernel) -> tuple[Made, int]:
    return kernel.bytes_of(), overrides.agents(kernel)[1]


def told(kernel: Kernel, **said: Any) -> Made:
    """Sven told of it, and it is staged with the gate's answer."""
    made = offered(kernel, **said)
    tell(kernel, made)
    kernel.insert("desk", "action", **kernel.action_row(made))
    return kernel.assessed(made, tier=2, mode="HOTL", needed=0)


def told_undo(kernel: Kernel) -> Made:
    return told(kernel, undoes=kernel.staged().id)


def told_beside(kernel: Kernel) -> Made:
    """Sven told of one, and another was given to his hands."""
    told(kernel)
    return kernel.by_hand()


def staged_beside(kernel: Kernel) -> Made:
    """Sven told of one, and another is staged."""
    told(kernel)
    return kernel.staged()


def turned(kernel: Kernel) -> Made:
    return kernel.turned(told(kernel), "made", "desk", person="sven")


def reported(kernel: Kernel) -> Made:
    made = turned(kernel)
    report(kernel, made)
    return made


def named_beside(kernel: Kernel) -> Made:
    """Bea is named to look over what Sven made alone, and he made another with others here."""
    alone = turned(kernel)
    named = "UPDATE kernel.made_already SET looker = 'bea' WHERE proposal = %s"
    kernel.sql(named, alone.proposal)
    return turned(kernel)


def looked(kernel: Kernel) -> Made:
    made = turned(kernel)
    emergencies.look(kernel, made)
    return made


def staged(kernel: Kernel) -> Made:
    """What Sven offered was staged as everything is."""
    made = offered(kernel)
    kernel.insert("desk", "staging", proposal=made.proposal, result="actions")
    return made


def left_open(kernel: Kernel) -> Made:
    """Nobody looked in time at what Helena made unasked, and she offers something else."""
    made = offered(kernel, "helena")
    tell(kernel, made, person="helena")
    kernel.insert("desk", "action", **kernel.action_row(made))
    kernel.turned(made, "made", "desk", person="helena")
    ago = "made_at = made_at - interval '3 days', told_at = told_at - interval '3 days'"
    kernel.sql(f"UPDATE kernel.made_already SET {ago} WHERE proposal = %s", made.proposal)
    return offered(kernel, "helena")


def report(kernel: Kernel, made: Made, role: str = "desk", **forged: Any) -> None:
    """The desk writes what Sven said."""
    row = {**made.where, "kind": "made", "person": "sven", "did": "as_approved", "evidence": WHY}
    kernel.insert(role, "report", **row | forged)


# ------------------------------------------------------------------ attacks


def _tells(words: str, control: str, scene: Any = offered, role: str = "web",
           **forged: Any) -> Attack:  # fmt: skip
    def strike(kernel: Kernel, found: Any) -> None:
        made, account = found if isinstance(found, tuple) else (found, None)
        tell(kernel, made, role, **({"account": account} if account else {}), **forged)

    return Attack(words, f"made_already.{control}", scene, strike)


def _turns(words: str, control: str, scene: Any, role: str = "desk", person: str = "sven",
           **forged: Any) -> Attack:  # fmt: skip
    def strike(kernel: Kernel, made: Made) -> None:
        kernel.turned(made, "made", role, person=person, **forged)

    return Attack(words, control, scene, strike)


def _reports(words: str, scene: Any = turned, **forged: Any) -> Attack:
    return Attack(words, "rows of report", scene, lambda k, made: report(k, made, **forged))


ATTACKS = [
    _tells("somebody says that they made what another offered", "their_own", person="nadia"),
    _tells("the agent made it already, in a human's kind",
           "made_already_person_person_kind_fkey", agents, "owner", person="agent"),
    _tells("the agent made it already", "human", agents, "owner", person="agent",
           person_kind="agent"),
    _tells("somebody says so with the account of another", "made_already_account_person_fkey",
           lambda k: (offered(k), k.accounts["nadia"])),
    _tells("somebody made what is still to come", "lately", hours_ago=-1),
    _tells("somebody made it longer ago than anybody remembers", "lately", hours_ago=24 * 7 + 1),
    _tells("somebody made it in two words", "made_already_reason_check", reason="I did"),
    _tells("a reason too long to read", "made_already_reason_check", reason="x" * 4001),
    _tells("somebody says twice that they made it", "made_already_pkey", told),
    _tells("somebody who does not work here made it", "by_somebody_who_works_here",
           lambda k: offered(k, "dana"), person="dana"),
    _tells("somebody says so through an account that was taken away", "account_in_use",
           lambda k: (offered(k, "ines"), overrides.taken(k)[1]), person="ines"),
    _tells("what people are asked about was made already", "not_asked_about", staged),
    _tells("somebody made another while nobody looked", "none_overdue", left_open,
           person="helena"),
    _tells("nobody is to look over it", "made_already_looker_fkey", looker="nobody"),
    _tells("whoever made it is to look over it", "looked_over_by_another", role="owner",
           looker="sven"),
    _turns("what nobody told of was made already", "fate.as_told", turns.staged),
    _turns("what is beside something told was made already", "fate.as_told", staged_beside),
    _turns("an undo was made already", "fate.as_told", told_undo),
    _turns("somebody else made it already", "fate.as_told", told, person="nadia"),
    *(
        _turns(f"the {role} says made", "rows of fate", told, role)
        for role in ("web", "executor")
    ),
    _reports("the desk reports work by hand", told_beside, kind="by_hand"),
    _reports("the desk says that another made it", person="nadia"),
    _reports("the desk says another reason", evidence="It was broken."),
    Attack("the executor says that something was made", "executor may not INSERT report", turned,
           lambda k, made: report(k, made, "executor"), refusal="rights on report"),
    Attack("what was made already is permitted", "authorization.not_made_already", told,
           lambda k, made: k.authorized(made)),
    Attack("somebody looks over what they made", "emergency_looked_over.by_another_than_said_yes",
           turned, lambda k, made: emergencies.look(k, made, person="sven")),
    Attack("whom the rules name for one looks over another",
           "emergency_looked_over.by_somebody_who_works_here", named_beside,
           lambda k, made: emergencies.look(k, made, person="bea")),
    Attack("what is only told is looked over", "emergency_looked_over.by_another_than_said_yes",
           told, lambda k, made: emergencies.look(k, made)),
]  # fmt: skip
