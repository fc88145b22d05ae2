"""What the gate may know, and the rules that may hold an action, each with its reason.

A rule is a small function that gives the reasons for which it fires. The mode beside it is the
least that it accepts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from holdshort.core.terms import Assurance, Mode, Phase, PolicyResult, PolicyVerdict, Reason, Tier

Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInput:
    """Everything the gate may know; it never sees the ticket's label or words.

    `granted`: the category has standing in this phase. `manual` actions are a person's in every
    phase, `desk_only` ones change nothing outside. `faults` are what broke or is missing, `stopped`
    the switches that are off; `needed` people must say yes when people decide, for which `sides`.
    """

    phase: Phase
    granted: bool
    tier: Tier
    policy: PolicyResult
    policy_version: int | None
    raises: Reasons
    refusals: Reasons
    short_list: bool
    manual: bool
    desk_only: bool
    agent_initiated: bool
    confidence: float | None
    threshold: float
    novel: bool
    faults: Reasons
    stopped: Reasons
    needed: int = 1
    sides: tuple[str, ...] = ()
    min_assurance: Assurance = Assurance.SESSION

    @property
    def grounds(self) -> Reason | None:
        """The policy rule that passed, if it passed under the version in force."""
        reason = self.policy.reason
        if self.policy.verdict is not PolicyVerdict.PASSES or reason is None:
            return None
        version = reason.policy_version
        return reason if version is not None and version == self.policy_version else None

    @property
    def light(self) -> bool:
        """Tier 1, or tier 2 with a policy rule that passes; never with a reason for tier 3."""
        if self.raises:
            return False
        allowed = self.tier is Tier.POLICY and self.grounds is not None
        return self.tier is Tier.AUTOMATIC or allowed

    @property
    def earned(self) -> bool:
        """Whether it may run alone here: in phase 2 only what is on the short list may."""
        supervised = self.phase is Phase.SUPERVISED and self.short_list
        return self.granted and (supervised or self.phase is Phase.EXPANDED)


# ------------------------------------------------------------------ because of what it does


def refused(given: GateInput) -> Reasons:
    return given.refusals


def human_gated(given: GateInput) -> Reasons:
    if given.tier is Tier.AUTOMATIC or given.tier is Tier.POLICY:
        return given.raises
    own = _person(given, "tier.3", "this is tier 3, and no standing rule may decide it")
    return given.raises + own


def policy_not_met(given: GateInput) -> Reasons:
    if given.tier is Tier.AUTOMATIC or given.grounds:
        return ()
    if given.policy.verdict is PolicyVerdict.FAILS and given.policy.reason:
        return (given.policy.reason,)
    own = _person(given, "policy.none", "no policy rule in force allows this")
    return own if given.tier is Tier.POLICY else ()


# ------------------------------------------------------------------ because of how it came about


def no_policy(given: GateInput) -> Reasons:
    if given.policy_version is not None:
        return ()
    return _person(given, "policy.missing", "no policy is in force", "none", "one", "adopting one")


def interrupted(given: GateInput) -> Reasons:
    return given.faults + given.stopped


def unsure(given: GateInput) -> Reasons:
    confidence, limit = given.confidence, _percent(given.threshold)
    if confidence is None and not given.agent_initiated:
        return ()
    if confidence is not None and given.threshold <= confidence <= 1:
        return ()
    observed = "not stated" if confidence is None else _percent(confidence)
    text = f"the agent's confidence is {observed}, and {limit} is asked for"
    return _person(given, "confidence", text, observed, limit, f"confidence of {limit}")


def unfamiliar(given: GateInput) -> Reasons:
    if not given.novel or given.short_list:
        return ()
    text = "nobody here approved anything of this kind in the last 12 months"
    return _person(given, "novelty", text, "none", "one in 12 months", "one approval")


def by_hand(given: GateInput) -> Reasons:
    if not given.manual or given.phase is Phase.GATED:
        return ()
    text = "no connected app can do this, so somebody does it by hand"
    return _person(given, "manual", text, "by hand", "by a connected app", "a connected app")


def several(given: GateInput) -> Reasons:
    told = [f"{given.needed} people have to say yes", *given.sides]
    return _person(given, "people", ", one for ".join(told)) if given.needed > 1 else ()


def not_earned(given: GateInput) -> Reasons:
    if given.phase is Phase.GATED or given.earned or not given.light:
        return ()
    if given.granted:
        text = "in phase 2 only the short list runs alone, and this is not on it"
        return _person(given, "standing", text, "phase 2", "phase 3", "being promoted")
    text = "changes of this kind have not yet earned running alone"
    return _person(given, "standing", text, "not granted", "granted", "being promoted")


# ------------------------------------------------------------------ under what it runs


def first_phase(given: GateInput) -> Reasons:
    if given.phase is not Phase.GATED or not given.light:
        return ()
    elsewhere = "in phase 1 the desk suggests, and a person accepts and carries it out"
    here = "accepting it is enough, as only this desk's own records change"
    text = f"You do it: {here if given.desk_only else elsewhere}."
    return (Reason("phase.1", text, given.policy_version),)


def permitted(given: GateInput) -> Reasons:
    if given.grounds:
        return (given.grounds,)
    if not given.light or given.policy_version is None:
        return ()
    text = f"Policy version {given.policy_version} lets a change this small go ahead."
    return (Reason("tier.1", text, given.policy_version),)


Rule = Callable[[GateInput], Reasons]

RULES: tuple[tuple[Mode, Rule], ...] = (
    (Mode.REFUSE, refused),
    (Mode.HITL, human_gated),
    (Mode.HITL, policy_not_met),
    (Mode.HITL, no_policy),
    (Mode.HITL, interrupted),
    (Mode.HITL, unsure),
    (Mode.HITL, unfamiliar),
    (Mode.HITL, by_hand),
    (Mode.HITL, several),
    (Mode.HITL, not_earned),
    (Mode.SUGGEST, first_phase),
    (Mode.HOTL, permitted),
)


def _person(
    given: GateInput, rule: str, fact: str, observed: str = "", limit: str = "", change: str = ""
) -> Reasons:
    """One reason to wait for a person; `change` is the smallest one that would have passed."""
    text = f"Needs a person: {fact}."
    return (Reason(rule, text, given.policy_version, observed, limit, change),)


def _percent(share: float) -> str:
    """A share as a person reads it, rounded down so that 89.99% never looks like 90%."""
    if not 0 <= share <= 1:
        return "unreadable"
    floor = Decimal(repr(float(share))).quantize(Decimal("0.001"), ROUND_FLOOR)
    return f"{float(floor * 100):g}%"
