"""Proposals and actions that say one thing and mean another, and answers of a gate that is none."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack, nothing
from tests.kernel.rows import Kernel, Made, forged_bytes

ANOTHER = "0190a1b2-0000-7000-8000-000000000001"
"""The id of no row; fixed, so that every worker collects the same tests."""

PARTIES = ("requester", "beneficiary", "initiator", "changer")

# ------------------------------------------------------------------ scenes


def not_staged(kernel: Kernel) -> Made:
    """An action that is ready to be written."""
    return kernel.bytes_of()


def staged(kernel: Kernel) -> Made:
    return kernel.staged()


def assessed(kernel: Kernel) -> Made:
    return kernel.assessed()


def two_staged(kernel: Kernel) -> tuple[Made, Made]:
    """The second is not written yet."""
    return kernel.staged(), kernel.bytes_of()


def waits_for(kernel: Kernel) -> tuple[Made, Made]:
    """The first waits for the second."""
    first, second = kernel.staged(), kernel.staged()
    kernel.insert("desk", "dependency", action=first.id, needs=second.id)
    return first, second


def not_staged_again(kernel: Kernel) -> Made:
    """A second version that is not staged yet."""
    return kernel.bytes_of(version=2, root=kernel.staged().id)


def second_version(kernel: Kernel) -> tuple[Made, Made]:
    """Version 2 of an action, and the next one, which is not written yet."""
    first = kernel.staged()
    again = {"root": first.id, "version": 2, "ticket": first.action.ticket}
    return kernel.staged(**again), kernel.bytes_of(**again)


def ticket_with_message(kernel: Kernel) -> tuple[int, int]:
    ticket = kernel.ticket()
    return ticket, kernel.message(ticket)


def two_tickets(kernel: Kernel) -> tuple[int, int]:
    """A ticket, and a message of another."""
    return kernel.ticket(), kernel.message(kernel.ticket())


def answered(kernel: Kernel) -> tuple[int, int, str]:
    """A ticket, its message, and the agent's proposal that answers it."""
    ticket, message = ticket_with_message(kernel)
    return ticket, message, kernel.proposed(ticket=ticket, answers=message)


def settled_proposal(kernel: Kernel) -> str:
    proposal = kernel.proposed()
    kernel.insert("desk", "staging", proposal=proposal, result="actions")
    return proposal


def proposal(kernel: Kernel) -> str:
    return kernel.proposed()


def unadopted(kernel: Kernel) -> tuple[Made, int]:
    """An action that is staged, and rules that nobody adopted."""
    return kernel.staged(), kernel.proposed_policy()


# ------------------------------------------------------------------ actions


def write(kernel: Kernel, made: Made, **forged: Any) -> None:
    kernel.insert("desk", "action", **kernel.action_row(made) | forged)


def write_fitting(kernel: Kernel, made: Made, **said: Any) -> None:
    """An action whose bytes and columns agree about what is not so."""
    data, digest = forged_bytes(made, **said)
    write(kernel, made, canonical=data, digest=digest, **said)


def write_bytes(kernel: Kernel, made: Made, **said: Any) -> None:
    """An action whose bytes say something else than its columns."""
    data, digest = forged_bytes(made, **said)
    write(kernel, made, canonical=data, digest=digest)


def write_too_much(kernel: Kernel, made: Made) -> None:
    data, digest = forged_bytes(made, seen={"x": "y" * 40_000})
    write(kernel, made, canonical=data, digest=digest)


def write_nowhere(kernel: Kernel, made: Made, column: str) -> None:
    """An action without the connector or the id of its target."""
    target = made.action.target
    said = {"connector": target.connector, "id": target.id}
    said["id" if column == "target" else column] = None
    data, digest = forged_bytes(made, target=said)
    write(
        kernel,
        made,
        canonical=data,
        digest=digest,
        **({} if column == "target" else {column: None}),
    )


_COLUMNS: dict[str, Any] = {
    "requester": "erik",
    "beneficiary": "erik",
    "initiator": "erik",
    "changer": "erik",
    "type": "idp.unlock",
    "connector": "desk",
    "version": 2,
    "position": 1,
}

_BYTES: list[dict[str, Any]] = [
    {"requester": "erik"},
    {"initiator": "erik"},
    {"target": {"connector": "desk", "id": "x"}},
    {"undoes": ANOTHER},
    {"ticket": 999_999},
    {"requester": ["dana"]},
    {"version": "1"},
]

_ACTIONS = [
    *(
        Attack(
            f"an action's {column} differs from its bytes",
            "action.columns_of_the_bytes",
            not_staged,
            lambda k, made, column=column, value=value: write(k, made, **{column: value}),
        )
        for column, value in _COLUMNS.items()
    ),
    *(
        Attack(
            f"the bytes of an action say {said}, its columns do not",
            "action.columns_of_the_bytes",
            not_staged,
            lambda k, made, said=said: write_bytes(k, made, **said),
        )
        for said in _BYTES
    ),
    *(
        Attack(
            f"neither the bytes nor the columns of an action say its {column}",
            f"action.{column} is filled in",
            not_staged,
            lambda k, made, column=column: write_fitting(k, made, **{column: None}),
        )
        for column in ("root", "version", "type", "ticket", "position", *PARTIES)
    ),
    *(
        Attack(
            f"neither the bytes nor the columns of an action say where its {column} is",
            control,
            not_staged,
            lambda k, made, column=column: write_nowhere(k, made, column),
        )
        for column, control in (
            ("connector", "action.connector is filled in"),
            ("target", "action.somewhere"),
        )
    ),
    Attack(
        "an action undoes another, and its bytes say so of none",
        "action.columns_of_the_bytes",
        two_staged,
        lambda k, of: write(k, of[1], undoes=of[0].id),
    ),
    Attack(
        "an action of another ticket than its bytes say",
        "action.columns_of_the_bytes",
        two_staged,
        lambda k, of: write(k, of[1], ticket=of[0].action.ticket),
    ),
    Attack(
        "the digest of an action is made up",
        "action.digest_of_the_bytes",
        not_staged,
        lambda k, made: write(k, made, digest="0" * 64),
    ),
    Attack(
        "the bytes of an action are exchanged under its digest",
        "action.digest_of_the_bytes",
        not_staged,
        lambda k, made: write(
            k, made, canonical=forged_bytes(made, params={"person": "dana", "group": "admins"})[0]
        ),
    ),
    Attack(
        "an action bears the digest of another",
        "action.digest_of_the_bytes",
        two_staged,
        lambda k, of: write(k, of[1], digest=of[0].digest),
    ),
    Attack(
        "O19: an action too long to read",
        "action.action_canonical_check",
        not_staged,
        write_too_much,
    ),
    Attack(
        "version 2 is staged twice",
        "action.action_root_version_key",
        second_version,
        lambda k, of: write(k, of[1]),
    ),
    *(
        Attack(
            f"the {column} of a later version differs from its bytes",
            "action.columns_of_the_bytes",
            not_staged_again,
            lambda k, made, column=column: write(k, made, **{column: ANOTHER}),
        )
        for column in ("id", "root")
    ),
    Attack(
        "a first version is one of something else",
        "action.its_own_root",
        not_staged,
        lambda k, made: write_fitting(k, made, root=ANOTHER),
    ),
    Attack(
        "another action takes the id of one that was staged",
        "action.action_pkey",
        staged,
        lambda k, made: write_fitting(k, made, version=2),
    ),
    Attack(
        "version 0",
        "action.action_version_check",
        not_staged,
        lambda k, made: write_fitting(k, made, version=0),
    ),
    Attack(
        "an action before the first",
        "action.action_position_check",
        not_staged,
        lambda k, made: write_fitting(k, made, position=-1),
    ),
    *(
        Attack(
            f"an action whose {part} does not exist",
            f"action.action_{part}_fkey",
            not_staged,
            lambda k, made, part=part: write_fitting(k, made, **{part: "nobody"}),
        )
        for part in ("beneficiary", "changer")
    ),
    Attack(
        "what the agent started is staged in a human's name",
        "action.as_proposed",
        not_staged,
        lambda k, made: write_fitting(k, made, initiator="erik", changer="erik"),
    ),
    Attack(
        "what was proposed for one ticket is staged for another",
        "action.as_proposed",
        two_staged,
        lambda k, of: write_fitting(k, of[1], ticket=of[0].action.ticket),
    ),
    Attack(
        "an action that nobody proposed",
        "action.as_proposed",
        not_staged,
        lambda k, made: write(k, made, proposal=ANOTHER),
    ),
    Attack(
        "what Dana asked for is staged as if Erik had, so that she can approve it",
        "action.as_asked",
        not_staged,
        lambda k, made: write_fitting(k, made, requester="erik"),
    ),
    Attack(
        "an action that undoes nothing that ever was",
        "action.action_undoes_fkey",
        not_staged,
        lambda k, made: write_fitting(k, made, undoes=ANOTHER),
    ),
    Attack(
        "an action waits for itself",
        "dependency.not_of_itself",
        staged,
        lambda k, made: k.insert("desk", "dependency", action=made.id, needs=made.id),
    ),
    Attack(
        "an action waits for one that does not exist",
        "dependency.dependency_needs_fkey",
        staged,
        lambda k, made: k.insert("desk", "dependency", action=made.id, needs=ANOTHER),
    ),
    Attack(
        "what does not exist waits",
        "dependency.dependency_action_fkey",
        staged,
        lambda k, made: k.insert("desk", "dependency", action=ANOTHER, needs=made.id),
    ),
    Attack(
        "an action waits twice for the same",
        "dependency.dependency_pkey",
        waits_for,
        lambda k, of: k.insert("desk", "dependency", action=of[0].id, needs=of[1].id),
    ),
]

# ------------------------------------------------------------------ proposals

OF_DANA = {"initiator": "dana", "initiator_kind": "human"}
OF_THE_DESK = {"initiator": "holdshort", "initiator_kind": "service"}


def noticed(kernel: Kernel) -> int:
    """The desk has asked for something in its own name."""
    row = {"requester": "holdshort", "channel": "api", "assurance": 1}
    number: int = kernel.insert("desk", "ticket", "number", **row)
    return number


_PROPOSALS = [
    Attack(
        "the agent starts something in a human's name",
        "proposal.in_the_agents_name",
        nothing,
        lambda k, _: k.proposed(initiator="erik", initiator_kind="human"),
    ),
    Attack(
        "the agent says that a human is an agent",
        "proposal.true_kind",
        nothing,
        lambda k, _: k.proposed(initiator="erik"),
    ),
    Attack(
        "the web says that the agent is a human",
        "proposal.true_kind",
        nothing,
        lambda k, _: k.proposed("web", initiator="agent", initiator_kind="human"),
    ),
    Attack(
        "the agent starts what nobody asked for",
        "proposal.in_the_agents_name",
        nothing,
        lambda k, _: k.proposed(answers=None),
    ),
    *(
        Attack(
            f"the desk offers something {words}",
            "proposal.in_its_own_name",
            noticed,
            lambda k, number, row=row: k.proposed(
                "desk", ticket=k.ticket() if row else number, answers=None, **(row or OF_DANA)
            ),
        )
        for words, row in (("in a human's name", {}), ("for what a human asked", OF_THE_DESK))
    ),
    Attack(
        "the desk asks for something in a human's name",
        "ticket.in_its_own_name",
        nothing,
        lambda k, _: k.insert("desk", "ticket", requester="dana", channel="api", assurance=1),
    ),
    Attack(
        "the agent answers a message of another ticket",
        "proposal.of_its_ticket",
        two_tickets,
        lambda k, of: k.proposed(ticket=of[0], answers=of[1]),
    ),
    Attack(
        "the agent answers one message twice",
        "proposal.proposal_initiator_answers_key",
        answered,
        lambda k, of: k.proposed(ticket=of[0], answers=of[1]),
    ),
    Attack(
        "another proposal takes the id of one that was made",
        "proposal.proposal_pkey",
        answered,
        lambda k, of: k.proposed(id=of[2]),
    ),
    Attack(
        "a proposal for a ticket that does not exist",
        "proposal.proposal_ticket_fkey",
        nothing,
        lambda k, _: k.proposed("web", ticket=999_999, answers=None),
    ),
    *(
        Attack(
            f"a confidence of {confidence}",
            "proposal.proposal_confidence_check",
            nothing,
            lambda k, _, confidence=confidence: k.proposed(confidence=confidence),
        )
        for confidence in (-0.1, 1.1, float("nan"))
    ),
    Attack(
        "something becomes of a proposal twice",
        "staging.staging_pkey",
        settled_proposal,
        lambda k, one: k.insert("desk", "staging", proposal=one, result="stale"),
    ),
    Attack(
        "something becomes of a proposal that nobody made",
        "staging.staging_proposal_fkey",
        nothing,
        lambda k, _: k.insert("desk", "staging", proposal=ANOTHER, result="stale"),
    ),
    Attack(
        "a proposal becomes something that nobody knows",
        "staging.staging_result_check",
        proposal,
        lambda k, one: k.insert("desk", "staging", proposal=one, result="x"),
    ),
]

# ------------------------------------------------------------------ the gate's answer


def _gate(words: str, control: str, **answer: Any) -> Attack:
    return Attack(
        words, f"assessment.{control}", staged, lambda k, made: k.assessed(made, **answer)
    )


_GATE = [
    _gate("tier 3 runs on its own", "tier_3_waits", mode="HOTL", needed=0),
    _gate("tier 3 is a suggestion", "tier_3_waits", mode="SUGGEST"),
    _gate(
        "something runs on its own in phase 1",
        "alone_after_phase_1",
        tier=2,
        mode="HOTL",
        needed=0,
        phase=1,
    ),
    _gate(
        "a person's hands run on their own",
        "alone_after_phase_1",
        tier=2,
        mode="HOTL",
        needed=0,
        hands="person",
    ),
    *(
        _gate(f"{mode} needs {needed}", "a_yes_is_somebodys", tier=2, mode=mode, needed=needed)
        for mode, needed in (("HITL", 0), ("SUGGEST", 0), ("HOTL", 1), ("REFUSE", 1))
    ),
    _gate("three people are needed", "assessment_needed_check", needed=3),
    _gate("fewer than none are needed", "assessment_needed_check", mode="REFUSE", needed=-1),
    _gate("tier 4", "assessment_tier_check", tier=4),
    _gate("a mode that nobody knows", "assessment_mode_check", tier=2, mode="x", needed=0),
    _gate("hands that nobody has", "assessment_hands_check", hands="x"),
    _gate("phase 4", "assessment_phase_check", phase=4),
    _gate("more assurance than there is", "assessment_min_assurance_check", min_assurance=3),
    _gate("the gate answers about another type", "of_these_bytes", type="x.y"),
    _gate("the gate answers about other bytes", "of_these_bytes", digest="0" * 64),
    _gate("the gate answers about another system", "of_these_bytes", connector="desk"),
    Attack(
        "the gate follows rules that nobody adopted",
        "assessment.assessment_policy_version_fkey",
        unadopted,
        lambda k, of: k.assessed(of[0], policy_version=of[1]),
    ),
    Attack(
        "the gate answers again, more lightly",
        "assessment.assessment_pkey",
        assessed,
        lambda k, made: k.assessed(made, tier=1, mode="HOTL", needed=0),
    ),
    Attack(
        "people are asked about what the gate has not seen",
        "review.review_action_fkey",
        staged,
        lambda k, made: k.reviewed(made, asked=()),
    ),
    Attack(
        "people are asked twice about one action",
        "review.review_action_key",
        lambda k: k.reviewed(),
        lambda k, made: k.reviewed(made, asked=()),
    ),
    Attack(
        "another review takes the number of one that is open",
        "review.review_pkey",
        lambda k: (k.reviewed(), k.assessed()),
        lambda k, of: k.insert(
            "owner",
            "review",
            number=of[0].review["review"],
            action=of[1].id,
            expires_at=k.now(),
            panel=of[0].review["panel"],
        ),
    ),
]

ATTACKS = [*_ACTIONS, *_PROPOSALS, *_GATE]
