"""Two sides must say yes, and somebody says it for both, or for one that was not theirs."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.rows import Kernel, Made

SIDES = "{security,facilities}"

# ------------------------------------------------------------------ scenes


def for_side(kernel: Kernel, made: Made, person: str, side: str, role: str = "desk") -> None:
    """For which side somebody was asked."""
    kernel.insert(role, "side", review=made.review["review"], person=person, side=side)


def waits(kernel: Kernel) -> Made:
    """A change that waits for a yes of security, and for one of facilities."""
    return kernel.reviewed(kernel.assessed(needed=2, sides=SIDES))


def elsewhere(kernel: Kernel) -> Made:
    """Helena was asked about something else."""
    kernel.reviewed(asked=("helena",))
    return waits(kernel)


def approved(kernel: Kernel, **sides: str) -> Made:
    """Both said yes; nobody but these was asked for a side."""
    made = waits(kernel)
    for person, side in sides.items():
        for_side(kernel, made, person, side)
    return kernel.decided(kernel.decided(made, "sven"), "nadia")


def written(kernel: Kernel) -> Made:
    made = waits(kernel)
    for_side(kernel, made, "sven", "security")
    return made


def permitted(kernel: Kernel) -> Made:
    """Each said yes for a side of their own."""
    return kernel.authorized(approved(kernel, sven="security", nadia="facilities"))


# ------------------------------------------------------------------ attacks


def _permits(words: str, **sides: str) -> Attack:
    def scene(kernel: Kernel) -> Any:
        return approved(kernel, **sides)

    return Attack(words, "authorization.each_side", scene, lambda k, made: k.authorized(made))


def _asks(words: str, control: str, scene: Any, *named: str) -> Attack:
    return Attack(words, f"side.{control}", scene, lambda k, made: for_side(k, made, *named))


ATTACKS = [
    _permits("two of one side permit what both sides must", sven="security", nadia="security"),
    _permits("somebody permits who was asked for neither side", sven="security"),
    _permits("two permit of whom nobody says which side they speak for"),
    _asks("somebody who was not asked speaks for a side", "of_who_was_asked", waits, "helena",
          "security"),
    _asks("somebody speaks for a side who was asked about something else", "of_who_was_asked",
          elsewhere, "helena", "security"),
    _asks("somebody speaks for a side that has no say", "one_of_two", waits, "sven", "hr"),
    _asks("somebody speaks for a side where any two may", "one_of_two",
          lambda k: k.reviewed(k.assessed(needed=2)), "sven", "security"),
    _asks("somebody is asked for the same side twice", "side_pkey", written, "sven", "security"),
    *(
        Attack(words, "assessment.two_sides", lambda k: k.staged(),
               lambda k, made, answer=answer: k.assessed(made, **answer))
        for words, answer in (
            ("a change of two sides asks for one yes", {"needed": 1, "sides": SIDES}),
            ("a change has a single side", {"needed": 2, "sides": "{security}"}),
        )
    ),
]  # fmt: skip
