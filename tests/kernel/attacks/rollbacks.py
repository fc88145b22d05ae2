"""A second approval is skipped for something else than the undo that the first one covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from holdshort.core.terms import Target
from tests.kernel.attack import Attack
from tests.kernel.attacks.grants import NO_POLICY, TAKES
from tests.kernel.rows import SEEN, Kernel, Made

COVERED = {**TAKES, "hours": 2, "digest": "d"}

# ------------------------------------------------------------------ scenes


def changed(kernel: Kernel, hours_ago: int = 0, **how: Any) -> Made:
    """Dana was added to a group, with a yes that covers taking her out for two hours."""
    staged = kernel.staged(**{"seen": {**SEEN, "_rollback": COVERED}} | how)
    made = kernel.decided(kernel.reviewed(kernel.assessed(staged)), "sven")
    made = kernel.turned(kernel.logged(kernel.authorized(made)), "claimed")
    made = kernel.outcome(kernel.attempt(kernel.started(made)))
    kernel.sql(
        "UPDATE kernel.outcome SET at = at - make_interval(hours => %s) WHERE action = %s",
        hours_ago,
        made.id,
    )
    return made


def undoing(kernel: Kernel, made: Made, **forged: Any) -> Made:
    """What undoes it, assessed like anything of tier 3."""
    answer = forged.pop("answer", {})
    row = {**TAKES, "undoes": made.id, "target": made.action.target} | forged
    return kernel.assessed(kernel.staged(**row), **answer)


def undo(**forged: Any) -> Any:
    return lambda kernel: undoing(kernel, changed(kernel), **forged)


def late(kernel: Kernel) -> Made:
    return undoing(kernel, changed(kernel, 3))


def never_covered(kernel: Kernel) -> Made:
    """The undo of a change that covers none, beside one that covers its own."""
    undo()(kernel)
    return undoing(kernel, changed(kernel, seen=SEEN))


def of_nothing(kernel: Kernel) -> Made:
    made = changed(kernel)
    other = kernel.staged(target=made.action.target)
    return undoing(kernel, replace(made, action=replace(made.action, id=other.id)))


def used(kernel: Kernel) -> Made:
    """The undo that was covered is permitted already, and somebody asks for it again."""
    made = changed(kernel)
    again(kernel, undoing(kernel, made))
    return undoing(kernel, made)


# ------------------------------------------------------------------ attacks


def again(kernel: Kernel, made: Made, hours: float = 1) -> None:
    ends = kernel.now() + timedelta(hours=hours)
    kernel.authorized(made, basis="rollback", expires_at=ends, **NO_POLICY)


ATTACKS = [
    Attack(words, "authorization.as_covered", scene, again)
    for words, scene in (
        ("another undo than the covered one runs without a yes",
         undo(params={"person": "dana", "group": "aws-admins"})),
        ("another type undoes without a yes", undo(type="idp.suspend")),
        ("an undo elsewhere runs without a yes", undo(target=Target("directory", "g-x"))),
        ("an undo in another app runs without a yes",
         lambda k: (lambda m: undoing(k, m, target=Target("sql", m.action.target.id)))(changed(k))),
        ("an undo for somebody else runs without a yes", undo(beneficiary="bea")),
        ("an undo runs without a yes after its time", late),
        ("an undo that nobody covered runs without a yes", never_covered),
        ("the undo of what was never made runs without a yes", of_nothing),
        ("a covered undo runs twice", used),
        ("what undoes nothing runs on that ground", lambda k: k.assessed()),
    )
] + [
    Attack("a covered undo may start after its time", "authorization.as_covered", undo(),
           lambda k, made: again(k, made, 2.5)),
    Attack("a covered undo runs although the gate refuses it", "authorization.policy_or_people",
           undo(answer={"mode": "REFUSE", "needed": 0}), again),
]  # fmt: skip
