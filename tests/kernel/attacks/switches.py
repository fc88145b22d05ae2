"""What is stopped and starts all the same, and who may not switch.

A switch over everything would stop the scenes of others, so nobody shares a database with these:
`arrange` switches off, and whoever tries an attack takes that away again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kernel.attack import Attack, nothing
from tests.kernel.attacks import turns
from tests.kernel.rows import Kernel

SCOPES = (
    "everything",
    "connector:directory",
    "category:idp.add_to_group",
    "category:idp.add_to_group/3",
)


def switch(kernel: Kernel, role: str = "web", **forged: Any) -> None:
    """Lukas, who decides about access only, stops everything."""
    person = forged.get("person", "lukas")
    row = {"scope": "everything", "is_on": False, "person": person, "channel": "console"}
    row |= {"account": kernel.accounts.get(person), "reason": ""}
    kernel.insert(role, "switch", **row | forged)


def off(scope: str = "everything") -> Callable[[Kernel, Any], None]:
    return lambda kernel, _: switch(kernel, scope=scope)


def on_and_off(kernel: Kernel, _: Any) -> None:
    """It was stopped, let go on and stopped again: only the latest counts."""
    switch(kernel)
    switch(kernel, person="ines", is_on=True, reason="w")
    switch(kernel)


def ended_account(kernel: Kernel) -> int:
    number: int = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('ines', 'taken', %s, clock_timestamp()) RETURNING id",
        kernel.now().isoformat(),
    )[0][0]
    return number


def agents_account(kernel: Kernel) -> int:
    number: int = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject) VALUES ('agent', 'made-up', %s) "
        "RETURNING id",
        kernel.now().isoformat(),
    )[0][0]
    return number


# ------------------------------------------------------------------ what starts all the same


def _starts(words: str, scene: Any, kind: str, role: str, arrange: Any) -> Attack:
    return Attack(
        f"{words} starts",
        "fate.not_stopped",
        scene,
        lambda k, made: k.turned(made, kind, role),
        arrange,
    )


_STARTS = [
    *(
        _starts(f"what is stopped by {scope}", turns.logged, "claimed", "executor", off(scope))
        for scope in SCOPES
    ),
    _starts("what was stopped again", turns.logged, "claimed", "executor", on_and_off),
    _starts("what rules permitted and is stopped", lambda k: k.logged(k.alone()),
            "claimed", "executor", off()),
    _starts("what is for a person's hands and stopped", turns.for_a_persons_hands, "by_hand",
            "desk", off()),
    _starts("what is stopped on our own tables", turns.ours_permitted, "claimed", "desk", off()),
]  # fmt: skip

# ------------------------------------------------------------------ who switches, and what


def _switches(
    words: str,
    control: str,
    role: str = "web",
    scene: Any = nothing,
    arrange: Any = None,
    **forged: Any,
) -> Attack:
    def strike(kernel: Kernel, made: Any) -> None:
        switch(kernel, role, **({"account": made} if made else {}), **forged)

    return Attack(words, f"switch.{control}", scene, strike, arrange)


_WHO = [
    _switches("somebody who does not work here stops", "by_somebody_who_may", person="dana"),
    _switches(
        "somebody who decides about access lets it go on",
        "by_somebody_who_may",
        is_on=True,
        reason="w",
        arrange=off(),
    ),
    _switches(
        "somebody stops through an account that was taken away",
        "account_in_use",
        scene=ended_account,
        person="ines",
    ),
    _switches(
        "somebody stops with the account of another",
        "switch_account_person_fkey",
        scene=lambda k: k.accounts["sven"],
        person="ines",
    ),
    _switches(
        "the agent stops in a human's kind",
        "switch_person_person_kind_fkey",
        "owner",
        agents_account,
        person="agent",
    ),
    _switches(
        "the agent stops",
        "human",
        "owner",
        agents_account,
        person="agent",
        person_kind="agent",
    ),
]

_WHAT = [
    *(
        _switches(f"{scope!r} is stopped, which is nothing", "scope_of_something", scope=scope)
        for scope in ("", "all", "connector:", "category:idp", "category:idp.unlock/4")
    ),
    _switches(
        "it goes on for no reason", "on_with_reason", is_on=True, person="ines", arrange=off()
    ),
    _switches("a reason too long to read", "switch_reason_check", reason="x" * 4001),
    Attack(
        "another switch takes the number of one",
        "switch.switch_pkey",
        nothing,
        lambda k, _: switch(
            k, "owner", id=k.sql("SELECT max(id) FROM kernel.switch")[0][0], person="ines"
        ),
        off(),
    ),
]

ATTACKS = [*_STARTS, *_WHO, *_WHAT]
