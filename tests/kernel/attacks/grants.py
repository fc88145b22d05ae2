"""A second approval is skipped for something else than the agreed end of access."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from holdshort.core.terms import Target
from tests.kernel.attack import Attack, nothing
from tests.kernel.attacks.actions import ANOTHER
from tests.kernel.rows import Kernel, Made

HOURS = {"person": "dana", "group": "build-tools", "hours": 1}
TAKES = {"type": "idp.remove_from_group", "params": {"person": "dana", "group": "build-tools"}}
NO_POLICY = {"policy_version": None, "standing": None, "standing_granted": None}

# ------------------------------------------------------------------ scenes


def given(kernel: Kernel, hours_ago: int = 0) -> Made:
    """Dana was given a group for an hour, so many hours ago."""
    staged = kernel.staged(params=HOURS)
    made = kernel.decided(kernel.reviewed(kernel.assessed(staged)), "sven")
    made = kernel.turned(kernel.logged(kernel.authorized(made)), "claimed")
    made = kernel.outcome(kernel.attempt(kernel.started(made)))
    kernel.sql(
        "UPDATE kernel.outcome SET at = at - make_interval(hours => %s) WHERE action = %s",
        hours_ago,
        made.id,
    )
    return made


def taking(kernel: Kernel, made: Made, **forged: Any) -> Made:
    """What takes it back, assessed like anything of tier 3."""
    answer = forged.pop("answer", {})
    row = {**TAKES, "undoes": made.id, "target": made.action.target} | forged
    return kernel.assessed(kernel.staged(**row), **answer)


def due(kernel: Kernel) -> Made:
    return taking(kernel, given(kernel, 2))


def early(kernel: Kernel) -> Made:
    return taking(kernel, given(kernel))


def forged(**said: Any) -> Any:
    return lambda kernel: taking(kernel, given(kernel, 2), **said)


def elsewhere(kernel: Kernel) -> Made:
    made = given(kernel, 2)
    return taking(kernel, made, target=Target("sql", made.action.target.id))


def of_something_else(kernel: Kernel) -> Made:
    """The same change, which takes back what was never given for a time."""
    made = given(kernel, 2)
    other = kernel.staged(target=made.action.target)
    return taking(kernel, replace(made, action=replace(made.action, id=other.id)))


def without_an_end(kernel: Kernel) -> Made:
    """Something of tier 3 waits, beside access whose time is over."""
    due(kernel)
    return kernel.assessed()


# ------------------------------------------------------------------ attacks


def term(kernel: Kernel, made: Made) -> None:
    kernel.authorized(made, basis="term", **NO_POLICY)


_AGREED = [
    Attack(words, "authorization.as_agreed", scene, term)
    for words, scene in (
        ("access ends before its time without a yes", early),
        ("another type ends access without a yes", forged(type="idp.suspend")),
        ("another target's access ends without a yes", forged(target=Target("directory", "g-x"))),
        ("access elsewhere ends without a yes", elsewhere),
        ("another person's access ends without a yes", forged(beneficiary="bea")),
        ("access that was never for a time ends without a yes", of_something_else),
        ("what ends nothing runs without a yes", without_an_end),
    )
] + [
    Attack(
        "the end of access runs although the gate refuses it",
        "authorization.policy_or_people",
        forged(answer={"mode": "REFUSE", "needed": 0}),
        term,
    ),
]


def _ends(words: str, control: str, role: str, scene: Any = given, **row: Any) -> Attack:
    def strike(kernel: Kernel, made: Made | None) -> None:
        kernel.insert(role, "ending", **{"action": made.id if made else ANOTHER} | row)

    return Attack(words, control, scene, strike)


def given_up(kernel: Kernel) -> Made:
    made = given(kernel)
    kernel.insert("web", "ending", action=made.id, why="ended", person="dana")
    return made


_ENDINGS = [
    _ends("the web says that access is gone", "rows of ending", "web", why="gone"),
    _ends("the desk gives access up", "rows of ending", "desk", why="ended", person="dana"),
    _ends("nobody gives access up", "ending.given_up_by_somebody", "web", why="ended"),
    _ends("somebody is why access is gone", "ending.given_up_by_somebody", "desk", why="gone",
          person="dana"),
    _ends("access ends in another way", "ending.ending_why_check", "owner", why="x"),
    _ends("access that never was is given up", "ending.ending_action_fkey", "web", nothing,
          why="ended", person="dana"),
    _ends("somebody unknown gives access up", "ending.ending_person_fkey", "web", why="ended",
          person="nobody"),
    _ends("access is given up twice", "ending.ending_pkey", "web", given_up, why="ended",
          person="dana"),
    Attack(
        "a type is taken back in two ways",
        "takes_back.takes_back_pkey",
        nothing,
        lambda k, _: k.insert("owner", "takes_back", gives="db.grant_role", takes="idp.suspend"),
    ),
]  # fmt: skip

ATTACKS = [*_AGREED, *_ENDINGS]
