"""An emergency is looked over by who said yes to it, or closed without anybody having looked."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.attacks import overrides
from tests.kernel.attacks.actions import ANOTHER
from tests.kernel.rows import Kernel, Made

# ------------------------------------------------------------------ scenes


def look(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Ines looks at it afterwards."""
    person = forged.get("person", "ines")
    row = {"action": made.id, "person": person, "verdict": "right", "note": "n"}
    row |= {"account": kernel.accounts.get(person)}
    kernel.insert(role, "emergency_looked_over", **row | forged)


def begun(kernel: Kernel, **answer: Any) -> Made:
    """Sven and Nadia said yes to an emergency, and it has begun."""
    waits = kernel.reviewed(kernel.assessed(**{"emergency": True, "needed": 2} | answer))
    made = kernel.decided(kernel.decided(waits, "sven"), "nadia")
    return kernel.turned(kernel.logged(kernel.authorized(made)), "claimed")


def ordinary(kernel: Kernel) -> Made:
    return begun(kernel, emergency=False)


def looked(kernel: Kernel) -> Made:
    made = begun(kernel)
    look(kernel, made)
    return made


def with_account(of: Any) -> Any:
    """An account that is not to be used, and an emergency."""
    return lambda kernel: (begun(kernel), of(kernel)[1])


# ------------------------------------------------------------------ attacks


def _looks(words: str, control: str, scene: Any = begun, role: str = "web",
           **forged: Any) -> Attack:  # fmt: skip
    def strike(kernel: Kernel, found: Any) -> None:
        made, account = found if isinstance(found, tuple) else (found, None)
        look(kernel, made, role, **({"account": account} if account else {}), **forged)

    return Attack(words, f"emergency_looked_over.{control}", scene, strike)


ATTACKS = [
    _looks("Sven looks over what he said yes to", "by_another_than_said_yes", person="sven"),
    _looks("Nadia looks over what she said yes to", "by_another_than_said_yes", person="nadia"),
    _looks("what was no emergency is looked over", "by_another_than_said_yes", ordinary),
    _looks("somebody who does not work here looks over an emergency",
           "by_somebody_who_works_here", person="bea"),
    _looks("an emergency is looked over through an account that was taken away", "account_in_use",
           with_account(overrides.taken)),
    _looks("an emergency is looked over with the account of another",
           "emergency_looked_over_account_person_fkey",
           with_account(lambda k: (None, k.accounts["helena"]))),
    _looks("the agent looks over an emergency in a human's kind",
           "emergency_looked_over_person_person_kind_fkey", with_account(overrides.agents),
           "owner", person="agent"),
    _looks("the agent looks over an emergency", "human", with_account(overrides.agents), "owner",
           person="agent", person_kind="agent"),
    _looks("what nobody permitted is looked over", "emergency_looked_over_action_fkey", begun,
           "owner", action=ANOTHER),
    _looks("an emergency is looked over without a word", "emergency_looked_over_note_check",
           note=""),
    _looks("an emergency's note is too long to read", "emergency_looked_over_note_check",
           note="x" * 4001),
    _looks("an emergency was neither right nor wrong", "emergency_looked_over_verdict_check",
           verdict="x"),
    _looks("an emergency is looked over twice", "emergency_looked_over_pkey", looked,
           person="helena"),
]  # fmt: skip
