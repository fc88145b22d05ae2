"""Permissions that were never given, rules that nobody adopted, events of what never was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.kernel.attack import Attack, nothing
from tests.kernel.rows import Kernel, Made

CATEGORY = "idp.add_to_group/2"
ASSESSED = "authorization.as_assessed"
STANDING = "authorization.authorization_standing_category_standing_granted_fkey"
FIRST = "authorization.authorization_decision_1_action_digest_person_1_approving_fkey"
SECOND = "authorization.authorization_decision_2_action_digest_person_2_approving_fkey"
NO_POLICY: dict[str, Any] = {"standing": None, "standing_granted": None, "policy_version": None}

# ------------------------------------------------------------------ scenes


def alone(kernel: Kernel) -> Made:
    """Assessed to run on its own, as tier 2."""
    return kernel.assessed(tier=2, mode="HOTL", needed=0)


def grave(kernel: Kernel) -> Made:
    """Assessed as tier 3: it waits for one person."""
    return kernel.assessed()


def approved_by_sven(kernel: Kernel) -> Made:
    return kernel.decided(kernel.reviewed(), "sven")


def one_of_two(kernel: Kernel) -> Made:
    """Two are needed, and Sven said yes."""
    return kernel.decided(kernel.reviewed(kernel.assessed(needed=2)), "sven")


def no_and_yes(kernel: Kernel) -> Made:
    """Two are needed; Sven said yes and Nadia no."""
    return kernel.decided(one_of_two(kernel), "nadia", "reject")


def borrowed(kernel: Kernel) -> Made:
    """Nobody answered, and the yes is one to something else."""
    other = kernel.decided(kernel.reviewed(), "sven")
    return replace(kernel.reviewed(), decisions=other.decisions)


def one_of_two_and_another(kernel: Kernel) -> tuple[Made, dict[str, Any]]:
    other = kernel.decided(kernel.reviewed(), "nadia")
    return one_of_two(kernel), other.decisions[0]


def ungranted(kernel: Kernel) -> tuple[Made, int]:
    """Assessed to run on its own, in a category that has no standing."""
    made = kernel.staged(type="idp.ungranted")
    made = kernel.assessed(made, tier=2, mode="HOTL", needed=0)
    return made, kernel.standing("idp.ungranted/2", granted=False)


def recalled(kernel: Kernel) -> tuple[Made, int]:
    """Assessed to run on its own, in a category whose standing was taken back."""
    made = kernel.assessed(kernel.staged(type="idp.recalled"), tier=2, mode="HOTL", needed=0)
    granted = kernel.standing("idp.recalled/2")
    kernel.standing("idp.recalled/2", granted=False, phase=1)
    return made, granted


def replaced_policy(kernel: Kernel) -> tuple[Made, int]:
    """Assessed to run on its own, and rules that others have replaced."""
    before = kernel.policy()
    number = kernel.proposed_policy()
    kernel.insert("web", "adoption", policy_version=number, author="ines", person="helena")
    return alone(kernel), before


def alone_and_approved(kernel: Kernel) -> Made:
    """It may run on its own; people were asked all the same, and Sven said yes."""
    return kernel.decided(kernel.reviewed(alone(kernel)), "sven")


def refused_and_approved(kernel: Kernel) -> Made:
    """The gate refuses it; people were asked all the same, and two said yes."""
    made = kernel.reviewed(kernel.assessed(mode="REFUSE", needed=0))
    return kernel.decided(kernel.decided(made, "sven"), "nadia")


def rules_of_ines(kernel: Kernel) -> int:
    return kernel.proposed_policy("ines")


def permitted(kernel: Kernel) -> tuple[Made, Made]:
    """One that is permitted, and one that Sven approved."""
    return kernel.approved(), approved_by_sven(kernel)


def logged(kernel: Kernel) -> Made:
    return kernel.logged(kernel.approved())


def answered(verdict: str) -> Any:
    def scene(kernel: Kernel) -> Made:
        return kernel.decided(kernel.reviewed(), "sven", verdict)

    return scene


# ------------------------------------------------------------------ by policy

_LIGHTER = {"tier": 2, "category": CATEGORY, "mode": "HOTL", "needed": 0}

_BY_POLICY = [
    *(
        Attack(
            f"a policy permits what is {mode}",
            "authorization.policy_or_people",
            scene,
            lambda k, made: k.authorized(made),
        )
        for mode in ("HITL", "SUGGEST", "REFUSE")
        for scene in [
            lambda k, mode=mode: k.assessed(tier=2, mode=mode, needed=int(mode != "REFUSE"))
        ]
    ),
    Attack(
        "a policy permits tier 3",
        "authorization.policy_or_people",
        grave,
        lambda k, made: k.authorized(made, standing=k.standing(CATEGORY), standing_granted=True),
    ),
    Attack(
        "a policy permits tier 3 that is called lighter",
        ASSESSED,
        grave,
        lambda k, made: k.authorized(made, standing=k.standing(CATEGORY), **_LIGHTER),
    ),
    Attack(
        "the standing of another category permits",
        STANDING,
        alone,
        lambda k, made: k.authorized(made, standing=k.standing("idp.suspend/2")),
    ),
    Attack(
        "a standing that was not granted permits, and is said to be",
        STANDING,
        ungranted,
        lambda k, of: k.authorized(of[0], standing=of[1]),
    ),
    Attack(
        "a standing that was not granted permits",
        "authorization.authorization_standing_granted_check",
        ungranted,
        lambda k, of: k.authorized(of[0], standing=of[1], standing_granted=False),
    ),
    Attack(
        "a standing permits of which nobody says whether it was granted",
        "authorization.whole_standing",
        ungranted,
        lambda k, of: k.authorized(of[0], standing=of[1], standing_granted=None),
    ),
    Attack(
        "a standing permits that was taken back",
        "authorization.in_force",
        recalled,
        lambda k, of: k.authorized(of[0], standing=of[1]),
    ),
    Attack(
        "rules permit that others have replaced",
        "authorization.in_force",
        replaced_policy,
        lambda k, of: k.authorized(of[0], policy_version=of[1]),
    ),
    Attack(
        "rules permit that nobody adopted",
        "authorization.authorization_policy_version_fkey",
        alone,
        lambda k, made: k.authorized(made, policy_version=k.proposed_policy()),
    ),
    Attack(
        "a policy permits without any standing",
        "authorization.policy_or_people",
        alone,
        lambda k, made: k.authorized(made, standing=None, standing_granted=None),
    ),
    Attack(
        "a standing permits without any rules",
        "authorization.policy_or_people",
        alone,
        lambda k, made: k.authorized(made, policy_version=None),
    ),
    Attack(
        "something permits that is neither rules nor people",
        "authorization.policy_or_people",
        alone,
        lambda k, made: k.authorized(made, **NO_POLICY),
    ),
    Attack(
        "a standing permits that was taken back, and is called a decision",
        "authorization.policy_or_people",
        recalled,
        lambda k, of: k.authorized(of[0], standing=of[1], basis="decisions"),
    ),
    Attack(
        "a policy permits, and names a person for it",
        "authorization.policy_or_people",
        alone_and_approved,
        lambda k, made: k.authorized(
            replace(made, decisions=()), decision_1=made.decisions[0]["id"], person_1="sven"
        ),
    ),
    Attack(
        "tier 3 runs on its own, with a standing",
        "authorization.policy_or_people",
        nothing,
        lambda k, _: k.authorized(k.assessed(mode="HOTL", needed=0)),
        refusal="assessment.tier_3_waits",
    ),
    Attack(
        "a permission on a ground that nobody knows",
        "authorization.authorization_basis_check",
        approved_by_sven,
        lambda k, made: k.authorized(made, basis="x"),
    ),
]

# ------------------------------------------------------------------ by people

_BY_PEOPLE = [
    *(
        Attack(
            f"{verdict} permits like a yes",
            FIRST,
            answered(verdict),
            lambda k, made: k.authorized(made),
        )
        for verdict in ("reject", "ask", "change", "hand_over")
    ),
    Attack(
        "a no permits, and is called what it is",
        "authorization.authorization_approving_check",
        answered("reject"),
        lambda k, made: k.insert(
            "owner", "authorization", **k.permission(made, approving="reject")
        ),
    ),
    Attack("a yes to another action permits", FIRST, borrowed, lambda k, made: k.authorized(made)),
    Attack(
        "a yes counts for somebody else",
        FIRST,
        approved_by_sven,
        lambda k, made: k.authorized(made, person_1="nadia"),
    ),
    Attack(
        "a no permits if nobody says whose it is",
        "authorization.whole_decision_1",
        answered("reject"),
        lambda k, made: k.authorized(made, person_1=None),
    ),
    Attack(
        "people permit without a yes",
        "authorization.policy_or_people",
        lambda k: k.reviewed(),
        lambda k, made: k.authorized(made, basis="decisions", **NO_POLICY),
    ),
    Attack(
        "people permit what the gate refuses",
        "authorization.policy_or_people",
        refused_and_approved,
        lambda k, made: k.authorized(made),
    ),
    Attack(
        "what people permit is called a policy",
        "authorization.policy_or_people",
        approved_by_sven,
        lambda k, made: k.authorized(made, basis="policy"),
    ),
    Attack(
        "one permits where two are needed",
        "authorization.policy_or_people",
        one_of_two,
        lambda k, made: k.authorized(made),
    ),
    Attack(
        "one permits where two are needed, and is said to be enough",
        ASSESSED,
        one_of_two,
        lambda k, made: k.authorized(made, needed=1),
    ),
    Attack(
        "the same person permits twice where two are needed",
        "authorization.policy_or_people",
        one_of_two,
        lambda k, made: k.authorized(
            made, decision_2=made.decisions[0]["id"], person_2=made.decisions[0]["person"]
        ),
    ),
    Attack(
        "the second yes is that of somebody who never said it",
        SECOND,
        one_of_two,
        lambda k, made: k.authorized(made, decision_2=made.decisions[0]["id"], person_2="nadia"),
    ),
    Attack("the second yes is a no", SECOND, no_and_yes, lambda k, made: k.authorized(made)),
    Attack(
        "the second yes is a no if nobody says whose it is",
        "authorization.whole_decision_2",
        no_and_yes,
        lambda k, made: k.authorized(made, person_2=None),
    ),
    Attack(
        "the second yes is about something else",
        SECOND,
        one_of_two_and_another,
        lambda k, of: k.authorized(of[0], decision_2=of[1]["id"], person_2="nadia"),
    ),
    *(
        Attack(
            f"what is permitted has {forged}, and was not assessed so",
            ASSESSED,
            approved_by_sven,
            lambda k, made, forged=forged: k.authorized(made, **forged),
        )
        for forged in (
            {"hands": "person"},
            {"tier": 2, "category": CATEGORY},
            {"mode": "SUGGEST"},
        )
    ),
    *(
        Attack(
            f"what is permitted is called {forged}",
            "authorization.its_own_category",
            approved_by_sven,
            lambda k, made, forged=forged: k.authorized(made, category=forged),
        )
        for forged in ("x.y/3", CATEGORY)
    ),
    *(
        Attack(
            f"what is permitted has {forged}, and its bytes say otherwise",
            "authorization.of_these_bytes",
            approved_by_sven,
            lambda k, made, forged=forged: k.authorized(made, **forged),
        )
        for forged in ({"type": "x.y", "category": "x.y/3"}, {"connector": "desk"})
    ),
    Attack(
        "something is permitted twice",
        "authorization.authorization_pkey",
        permitted,
        lambda k, of: k.authorized(of[0]),
    ),
    Attack(
        "something is permitted twice, for the same hands",
        "authorization.authorization_action_digest_hands_key",
        permitted,
        lambda k, of: k.authorized(of[0]),
        refusal="authorization.authorization_pkey",
    ),
    Attack(
        "a permission ends before it begins",
        "authorization.ends",
        approved_by_sven,
        lambda k, made: k.authorized(made, expires_at=k.now() - timedelta(minutes=1)),
    ),
]

# ------------------------------------------------------------------ events and the log


def _event(words: str, scene: Any, **event: Any) -> Attack:
    return Attack(
        words,
        "authorization.its_own_event",
        scene,
        lambda k, made: k.authorized(made, event=k.event(made, **event)),
    )


_TOLD = [
    ("agent", "authorization.granted"),
    ("agent", "decision.made"),
    ("agent", "ticket.closed"),
    ("web", "authorization.granted"),
    ("web", "execution.settled"),
    ("web", "review.opened"),
    ("web", "action.staged"),
    ("web", "action.refused"),
    ("web", "action.rejected"),
    ("web", "action.superseded"),
    ("web", "action.expired"),
    ("executor", "authorization.granted"),
    ("executor", "decision.made"),
    ("executor", "policy.adopted"),
    ("desk", "decision.made"),
    ("desk", "sign_in.failed"),
]
"""Which role tells of what is another's to do."""

_EVENTS = [
    _event(
        "a permission points at an event about something else",
        approved_by_sven,
        name="ticket.closed",
    ),
    _event(
        "a permission points at an event about other bytes",
        approved_by_sven,
        detail={"digest": "0" * 64},
    ),
    _event("a permission points at an event about no bytes", approved_by_sven, detail={}),
    Attack(
        "a permission points at the event of another",
        "authorization.its_own_event",
        permitted,
        lambda k, of: k.authorized(of[1], event=of[0].permission["event"]),
    ),
    Attack(
        "a permission points at an event of another name",
        "authorization.authorization_event_name_check",
        approved_by_sven,
        lambda k, made: k.insert(
            "owner",
            "authorization",
            **k.permission(made, event=k.event(made, name="ticket.closed")),
            event_name="ticket.closed",
        ),
    ),
    *(
        Attack(
            f"the {role} tells of {name}",
            "event.told_by_those_who_do_it",
            lambda k: k.reviewed(),
            lambda k, made, role=role, name=name: k.event(made, role, name=name),
        )
        for role, name in _TOLD
    ),
    Attack(
        "an event of a name that is none",
        "event.event_name_check",
        approved_by_sven,
        lambda k, made: k.event(made, name="x"),
    ),
    Attack(
        "an event by somebody made up",
        "event.event_actor_fkey",
        approved_by_sven,
        lambda k, made: k.event(made, actor="nobody"),
    ),
    Attack(
        "another event takes the number of one that was told",
        "event.event_pkey",
        logged,
        lambda k, made: k.event(made, "owner", id=made.permission["event"], name="x.y"),
    ),
    Attack(
        "an event gets a second place in the log",
        "log.log_event_key",
        logged,
        lambda k, made: k.insert("desk", "log", position=10**9, event=made.permission["event"]),
    ),
    Attack(
        "an event takes the place of another",
        "log.log_pkey",
        logged,
        lambda k, made: k.insert("desk", "log", position=0, event=k.event(made)),
    ),
    Attack(
        "the log holds an event that never was",
        "log.log_event_fkey",
        nothing,
        lambda k, _: k.insert("desk", "log", position=10**9, event=10**9),
    ),
    Attack(
        "an event is put before the log",
        "log.log_position_check",
        logged,
        lambda k, made: k.insert("desk", "log", position=-1, event=k.event(made)),
    ),
]

# ------------------------------------------------------------------ rules and standing


def _adopt(kernel: Kernel, number: int, role: str = "web", **forged: Any) -> None:
    row = {"policy_version": number, "author": "ines", "person": "helena"}
    kernel.insert(role, "adoption", **row | forged)


def _rules(kernel: Kernel, **forged: Any) -> None:
    row = {"number": 10**6, "document": {}, "file": {}, "digest": "0" * 64, "author": "ines"}
    kernel.insert("owner", "policy_version", **row | forged)


def _stands(kernel: Kernel, **forged: Any) -> None:
    row = {"category": CATEGORY, "phase": 3, "granted": True, "basis": "earned"}
    kernel.insert("owner", "standing", **row | forged)


_RULES = [
    Attack(
        "somebody adopts their own rules",
        "adoption.adopted_by_another",
        rules_of_ines,
        lambda k, number: _adopt(k, number, person="ines"),
    ),
    Attack(
        "somebody adopts their own rules as those of somebody else",
        "adoption.adoption_policy_version_author_fkey",
        rules_of_ines,
        lambda k, number: _adopt(k, number, author="sven", person="ines"),
    ),
    *(
        Attack(
            f"{person} adopts rules",
            "adoption.adoption_person_person_kind_fkey",
            rules_of_ines,
            lambda k, number, person=person: _adopt(k, number, person=person),
        )
        for person in ("agent", "holdshort")
    ),
    Attack(
        "the agent adopts rules, as an agent",
        "adoption.adoption_person_kind_check",
        rules_of_ines,
        lambda k, number: _adopt(k, number, "owner", person="agent", person_kind="agent"),
    ),
    Attack(
        "rules are adopted twice",
        "adoption.adoption_pkey",
        replaced_policy,
        lambda k, _: _adopt(k, k.policy(), person="sven"),
    ),
    Attack(
        "other rules take the number of those that were proposed",
        "policy_version.policy_version_pkey",
        rules_of_ines,
        lambda k, number: _rules(k, number=number, author="sven"),
    ),
    Attack(
        "rules by somebody made up",
        "policy_version.policy_version_author_fkey",
        nothing,
        lambda k, _: _rules(k, author="nobody"),
    ),
    Attack(
        "rules number 0",
        "policy_version.policy_version_number_check",
        nothing,
        lambda k, _: _rules(k, number=0),
    ),
    Attack(
        "rules whose digest is none",
        "policy_version.policy_version_digest_check",
        nothing,
        lambda k, _: _rules(k, digest="x"),
    ),
    *(
        Attack(
            words,
            f"standing.{control}",
            nothing,
            lambda k, _, forged=forged: _stands(k, **forged),
        )
        for words, control, forged in (
            ("tier 3 gets a standing", "tier_3_never_stands", {"category": "idp.add_to_group/3"}),
            ("phase 1 grants", "granted_after_phase_1", {"phase": 1}),
            ("a standing for tier 4", "standing_category_check", {"category": "idp.suspend/4"}),
            ("a standing in phase 4", "standing_phase_check", {"phase": 4}),
            ("a standing on a ground that nobody knows", "standing_basis_check", {"basis": "x"}),
        )
    ),
    Attack(
        "another standing takes the number of one that was granted",
        "standing.standing_pkey",
        recalled,
        lambda k, of: _stands(k, id=of[1]),
    ),
]

ATTACKS = [*_BY_POLICY, *_BY_PEOPLE, *_EVENTS, *_RULES]
