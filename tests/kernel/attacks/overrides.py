"""The glass is broken by whoever must not, for what must not run, or for too long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.attacks import turns
from tests.kernel.attacks.actions import ANOTHER
from tests.kernel.attacks.grants import NO_POLICY
from tests.kernel.rows import Kernel, Made

REASON = "Production is down and nobody else answers."

# ------------------------------------------------------------------ scenes


def use(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Sven permits it alone."""
    person = forged.get("person", "sven")
    row = {"action": made.id, "digest": made.digest, **made.parties, "person": person}
    row |= {"account": kernel.accounts.get(person), "channel": "console", "reason": REASON}
    kernel.insert(role, "override", **row | forged)


def look(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Nadia looks at it afterwards."""
    person = forged.get("person", "nadia")
    row = {"override": made.id, "invoker": "sven", "person": person, "verdict": "right"}
    row |= {"account": kernel.accounts.get(person), "note": "n"}
    kernel.insert(role, "looked_over", **row | forged)


def waiting(kernel: Kernel) -> Made:
    return kernel.reviewed()


def batch(kernel: Kernel) -> Made:
    """Many accounts that are one decision."""
    made = kernel.staged(type="idp.suspend_many", params={"people": ["karl", "dana"]})
    return kernel.reviewed(kernel.assessed(made, needed=2))


def used(kernel: Kernel) -> Made:
    made = kernel.reviewed()
    use(kernel, made)
    return made


def looked(kernel: Kernel) -> Made:
    made = used(kernel)
    look(kernel, made)
    return made


def refused(kernel: Kernel) -> Made:
    made = kernel.assessed(mode="REFUSE", needed=0)
    use(kernel, made)
    return made


def beside(kernel: Kernel) -> Made:
    """Another change waits, for which nobody broke the glass."""
    used(kernel)
    return kernel.reviewed()


def left_open(kernel: Kernel) -> Made:
    """Nobody looked in time at what Helena did alone, and something else waits."""
    made = kernel.reviewed()
    use(kernel, made, person="helena")
    kernel.sql(
        "UPDATE kernel.override SET invoked_at = invoked_at - interval '3 days' WHERE action = %s",
        made.id,
    )
    return kernel.reviewed()


def taken(kernel: Kernel) -> tuple[Made, int]:
    """An account of Ines was taken away."""
    number = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('ines', 'taken', %s, clock_timestamp()) RETURNING id",
        kernel.now().isoformat(),
    )[0][0]
    return used(kernel), number


def waiting_and_taken(kernel: Kernel) -> tuple[Made, int]:
    return kernel.reviewed(), taken(kernel)[1]


def agents(kernel: Kernel) -> tuple[Made, int]:
    number = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject) VALUES ('agent', 'made-up', %s) "
        "RETURNING id",
        kernel.now().isoformat(),
    )[0][0]
    return used(kernel), number


def humans_and_agents(kernel: Kernel) -> tuple[Made, int]:
    """Something that a human started, so that the agent is no party to it."""
    number = agents(kernel)[1]
    made = kernel.staged(initiator="dana", changer="dana")
    return kernel.reviewed(kernel.assessed(made)), number


# ------------------------------------------------------------------ what it permits


def permit(kernel: Kernel, made: Made, hours: float = 0.5) -> None:
    ends = kernel.now() + timedelta(hours=hours)
    kernel.authorized(made, basis="override", expires_at=ends, **NO_POLICY)


_PERMITS = [
    Attack("an override holds for more than an hour", "authorization.within_an_hour", used,
           lambda k, made: permit(k, made, 1.1)),
    Attack("what nobody overrode is permitted by that", "authorization.within_an_hour", beside,
           lambda k, made: permit(k, made)),
    Attack("what is refused is overridden", "authorization.policy_or_people", refused,
           lambda k, made: permit(k, made)),
]  # fmt: skip

# ------------------------------------------------------------------ who uses it, who looks


def _uses(words: str, control: str, scene: Any = waiting, role: str = "web",
          **forged: Any) -> Attack:  # fmt: skip
    def strike(kernel: Kernel, found: Any) -> None:
        made, account = found if isinstance(found, tuple) else (found, None)
        use(kernel, made, role, **({"account": account} if account else {}), **forged)

    return Attack(words, f"override.{control}", scene, strike)


def _looks(words: str, control: str, scene: Any = used, role: str = "web", **forged: Any) -> Attack:
    def strike(kernel: Kernel, found: Any) -> None:
        made, account = found if isinstance(found, tuple) else (found, None)
        look(kernel, made, role, **({"account": account} if account else {}), **forged)

    return Attack(words, f"looked_over.{control}", scene, strike)


_KEYS = [
    *(
        _uses(f"Sven overrides what he is {part} of", "another_person",
              lambda k, part=part: kernel_with(k, part))
        for part in ("requester", "beneficiary", "initiator", "changer")
    ),
]  # fmt: skip


def kernel_with(kernel: Kernel, part: str) -> Made:
    """Sven is one of the parties."""
    said = {part: "sven"}
    if part == "initiator":
        said["changer"] = "dana"
    return kernel.reviewed(kernel.assessed(kernel.staged(**said)), asked=("nadia",))


_USES = [
    *_KEYS,
    _uses("somebody who decides about access overrides", "by_owner_or_security", person="lukas"),
    _uses("one person overrides the decision about a batch of accounts", "never_alone", batch),
    _uses("somebody who does not work here overrides", "by_owner_or_security", person="bea"),
    _uses("somebody overrides through an account that was taken away", "account_in_use",
          waiting_and_taken, person="ines"),
    _uses("somebody overrides with the account of another", "override_account_person_fkey",
          lambda k: (k.reviewed(), k.accounts["sven"]), person="ines"),
    _uses("the agent overrides in a human's kind", "override_person_person_kind_fkey",
          humans_and_agents, "owner", person="agent"),
    _uses("the agent overrides", "human", humans_and_agents, "owner", person="agent",
          person_kind="agent"),
    _uses("what has ended is overridden", "not_ended", turns.stopped),
    _uses("the glass is broken again while nobody looked", "none_overdue", left_open,
          person="helena"),
    _uses("the glass is broken in two words", "override_reason_check", reason="Just do"),
    _uses("a reason too long to read", "override_reason_check", reason="x" * 4001),
    _uses("other bytes are overridden", "of_these_bytes", digest="0" * 64),
    _uses("the same is overridden twice", "override_pkey", used, person="nadia"),
]  # fmt: skip

_LOOKS = [
    _looks("Sven looks over what he did alone", "another_person", person="sven"),
    _looks("somebody who does not work here looks it over", "by_somebody_who_works_here",
           person="dana"),
    _looks("somebody looks it over through an account that was taken away", "account_in_use",
           taken, person="ines"),
    _looks("somebody looks it over with the account of another", "looked_over_account_person_fkey",
           lambda k: (used(k), k.accounts["sven"])),
    _looks("the agent looks it over in a human's kind", "looked_over_person_person_kind_fkey",
           agents, "owner", person="agent"),
    _looks("the agent looks it over", "human", agents, "owner", person="agent",
           person_kind="agent"),
    _looks("another is said to have used it", "looked_over_override_invoker_fkey", invoker="ines"),
    _looks("what was never used is looked over", "looked_over_override_invoker_fkey",
           override=ANOTHER),
    _looks("it is looked over without a word", "looked_over_note_check", note=""),
    _looks("a note too long to read", "looked_over_note_check", note="x" * 4001),
    _looks("it was neither right nor wrong", "looked_over_verdict_check", verdict="x"),
    _looks("it is looked over twice", "looked_over_pkey", looked, person="ines"),
]  # fmt: skip

ATTACKS = [*_PERMITS, *_USES, *_LOOKS]
