"""An older state came back: what may not start then, and who may not say what happened since.

Whatever came back halts the whole desk, so nobody shares a database with these: `arrange` lets
it come back, and whoever tries an attack takes that away again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kernel.attack import Attack, nothing
from tests.kernel.attacks import turns
from tests.kernel.attacks.actions import ANOTHER
from tests.kernel.rows import Kernel, Made

# ------------------------------------------------------------------ what came back


def came_back(kernel: Kernel, _: Any = None) -> int:
    """All that is on record came from a backup."""
    number: int = kernel.sql(
        "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
        "VALUES ('backup', 'f', clock_timestamp(), 0) RETURNING id"
    )[0][0]
    return number


def reconciled(kernel: Kernel, _: Any = None) -> None:
    came_back(kernel)
    reconcile(kernel)


def came_back_twice(kernel: Kernel, _: Any = None) -> None:
    """The first time it was reconciled."""
    reconciled(kernel)
    came_back(kernel)


def latest(kernel: Kernel) -> int:
    number: int = kernel.sql("SELECT max(id) FROM kernel.restoration")[0][0]
    return number


def reconcile(kernel: Kernel, role: str = "web", **forged: Any) -> None:
    """Somebody looked, and answers for going on."""
    row = {"restoration": latest(kernel), "person": "ines", "account": kernel.accounts["ines"]}
    row |= {"channel": "console", "note": "I looked."}
    kernel.insert(role, "reconciliation", **row | forged)


def settle(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Somebody says what became of one action."""
    row = {"restoration": latest(kernel), "action": made.id, "person": "ines", "result": "done"}
    row["account"] = kernel.accounts["ines"]
    kernel.insert(role, "settlement", **row | forged)


def ended_account(kernel: Kernel) -> tuple[Made, int]:
    """One of the accounts of Ines was taken away."""
    taken = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('ines', 'taken', %s, clock_timestamp()) RETURNING id",
        kernel.now().isoformat(),
    )
    return kernel.staged(), taken[0][0]


def sighted(kernel: Kernel) -> tuple[Made, int]:
    """The executor only looked at what an action would change."""
    made = kernel.staged()
    number: int = kernel.insert("executor", "sighting", "id", action=made.id, now={})
    return made, number


def agents_account(kernel: Kernel) -> tuple[Made, int]:
    made = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject) VALUES ('agent', 'made-up', %s) "
        "RETURNING id",
        kernel.now().isoformat(),
    )
    return kernel.staged(), made[0][0]


def _halted(
    words: str,
    control: str,
    scene: Callable[[Kernel], Any],
    strike: Callable[[Kernel, Any], Any],
    arrange: Callable[[Kernel, Any], Any] = came_back,
) -> Attack:
    return Attack(words, control, scene, strike, arrange)


# ------------------------------------------------------------------ what may not start

_STARTS = [
    *(
        one
        for words, arrange in (("not reconciled", came_back), ("reconciled", reconciled))
        for one in (
            _halted(
                f"something is permitted that an older state holds, {words}",
                "authorization.not_halted",
                turns.approved_only,
                lambda k, made: k.authorized(made),
                arrange,
            ),
            _halted(
                f"something is claimed that an older state holds, {words}",
                "fate.not_halted",
                turns.logged,
                lambda k, made: k.turned(made, "claimed"),
                arrange,
            ),
            _halted(
                f"something is given to a person that an older state holds, {words}",
                "fate.not_halted",
                turns.for_a_persons_hands,
                lambda k, made: k.turned(made, "by_hand", "desk"),
                arrange,
            ),
            _halted(
                f"something starts that an older state holds, {words}",
                "execution.not_halted",
                turns.claimed,
                lambda k, made: k.started(made),
                arrange,
            ),
            _halted(
                f"something is taken over that an older state holds, {words}",
                "attempt.not_halted",
                turns.running,
                lambda k, made: k.attempt(made, 2),
                arrange,
            ),
        )
    ),
]

# ------------------------------------------------------------------ who says what happened


def _both(words: str, control: str, scene: Any, role: str = "web", **forged: Any) -> list[Attack]:
    """Of one action, and of going on."""
    return [
        _halted(
            f"{words} says what became of an action",
            f"settlement.{control}"
            if "_fkey" not in control
            else f"settlement.settlement_{control}",
            scene,
            lambda k, of: settle(k, of[0], role, **_with(of, forged)),
        ),
        _halted(
            f"{words} says that work may go on",
            f"reconciliation.{control}"
            if "_fkey" not in control
            else f"reconciliation.reconciliation_{control}",
            scene,
            lambda k, of: reconcile(k, role, **_with(of, forged)),
        ),
    ]


def _with(of: tuple[Made, int], forged: dict[str, Any]) -> dict[str, Any]:
    return {"account": of[1], **forged}


def _account_of(person: str) -> Callable[[Kernel], tuple[Made, int]]:
    return lambda kernel: (kernel.staged(), kernel.accounts[person])


_WHO = [
    *_both(
        "somebody who does not work here",
        "by_somebody_who_works_here",
        _account_of("dana"),
        person="dana",
    ),
    *_both("somebody whose account was taken away", "account_in_use", ended_account),
    *_both("somebody with the account of another", "account_person_fkey", _account_of("sven")),
    *_both("the agent", "person_person_kind_fkey", agents_account, "owner", person="agent"),
    *_both(
        "the agent, as an agent",
        "human",
        agents_account,
        "owner",
        person="agent",
        person_kind="agent",
    ),
]

_SAYS = [
    *(
        _halted(
            f"somebody says what became of what {words}",
            "settlement.in_doubt",
            scene,
            lambda k, made: settle(k, made),
        )
        for words, scene in (
            ("was stopped", turns.stopped),
            ("has an outcome", turns.verified),
        )
    ),
    _halted(
        "somebody says what became of what was staged later",
        "settlement.in_doubt",
        turns.staged,
        lambda k, _: settle(k, k.staged()),
    ),
    _halted(
        "somebody says what became of an action after work went on",
        "settlement.in_doubt",
        turns.staged,
        lambda k, made: settle(k, made),
        reconciled,
    ),
    _halted(
        "somebody says what became of an action before another time",
        "settlement.in_doubt",
        turns.staged,
        lambda k, made: settle(k, made, restoration=latest(k) - 1),
        came_back_twice,
    ),
    _halted(
        "somebody says twice what became of an action",
        "settlement.settlement_pkey",
        turns.staged,
        lambda k, made: settle(k, made),
        lambda k, made: (came_back(k), settle(k, made)),
    ),
    _halted(
        "an action became what nobody knows",
        "settlement.settlement_result_check",
        turns.staged,
        lambda k, made: settle(k, made, result="x"),
    ),
    _halted(
        "a settlement too long to read",
        "settlement.settlement_note_check",
        turns.staged,
        lambda k, made: settle(k, made, note="x" * 4001),
    ),
    _halted(
        "a settlement of an action that never was",
        "settlement.settlement_action_fkey",
        turns.staged,
        lambda k, made: settle(k, made, "owner", action=ANOTHER),
    ),
    _halted(
        "a settlement of a state that never came back",
        "settlement.settlement_restoration_fkey",
        turns.staged,
        lambda k, made: settle(k, made, "owner", restoration=999_999),
    ),
    _halted(
        "work goes on after what never came back",
        "reconciliation.reconciliation_restoration_fkey",
        nothing,
        lambda k, _: reconcile(k, restoration=999_999),
    ),
    _halted(
        "work goes on twice",
        "reconciliation.reconciliation_pkey",
        nothing,
        lambda k, _: reconcile(k, person="sven", account=k.accounts["sven"]),
        reconciled,
    ),
    *(
        _halted(
            f"work goes on with a note of {len(note)} characters",
            "reconciliation.reconciliation_note_check",
            nothing,
            lambda k, _, note=note: reconcile(k, note=note),
        )
        for note in ("", "x" * 4001)
    ),
]

# ------------------------------------------------------------------ that it came back


def _notice(words: str, control: str, role: str = "owner", **forged: Any) -> Attack:
    row = {"reason": "log", "position": 3, "seen": 5}
    return Attack(
        words,
        f"restoration.{control}",
        nothing,
        lambda k, _: k.insert(role, "restoration", **row | forged),
        came_back,
    )


_NOTICES = [
    _notice("a shorter log that nobody had seen longer", "says_which", "desk", seen=None),
    _notice(
        "a backup of no name came back",
        "says_which",
        reason="backup",
        backup="",
        kept_at="2026-01-01T00:00Z",
    ),
    _notice("a backup of no time came back", "says_which", reason="backup", backup="f"),
    _notice("something came back for no reason", "restoration_reason_check", reason="x"),
    _notice("the log ends before it begins", "restoration_position_check", position=-2),
    Attack(
        "what came back takes the number of what came back before",
        "restoration.restoration_pkey",
        nothing,
        lambda k, _: k.insert(
            "owner", "restoration", id=latest(k), reason="log", position=3, seen=5
        ),
        came_back,
    ),
    Attack(
        "another sighting takes the number of one",
        "sighting.sighting_pkey",
        sighted,
        lambda k, of: k.insert("owner", "sighting", id=of[1], action=of[0].id, now={}),
        came_back,
    ),
    Attack(
        "somebody saw an action that never was",
        "sighting.sighting_action_fkey",
        nothing,
        lambda k, _: k.insert("executor", "sighting", action=ANOTHER, now={}),
        came_back,
    ),
]

ATTACKS = [*_STARTS, *_WHO, *_SAYS, *_NOTICES]
