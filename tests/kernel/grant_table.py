"""The grant table of the kernel, as data: the tests hold the database against it.

Who may insert which columns of which table. There is no other right to change a kernel table:
no role updates, deletes or truncates, and whatever is not listed is filled in by the database.
"""

from __future__ import annotations

ROLES = ("web", "agent", "desk", "executor")
READERS = ("web", "desk", "executor")
"""The agent reads its two views and no table."""

_ACTION = (
    "id root version digest canonical type connector ticket proposal "
    "requester beneficiary initiator changer position undoes"
)
_ASSESSMENT = (
    "action digest type connector tier mode hands needed phase min_assurance policy_version "
    "catalogue_version grounds alone call_back call_vendor emergency sides leavers"
)
_AUTHORIZATION = (
    "action digest type connector category tier mode hands needed basis policy_version standing "
    "standing_granted decision_1 person_1 decision_2 person_2 event not_before expires_at"
)
_DECISION = (
    "id review action digest expires_at requester beneficiary initiator changer person "
    "account verdict reason_code changes hand_to channel assurance shown panel later "
    "delegation instead_of authority justification"
)
_PROPOSAL = "id ticket initiator initiator_kind agent_version label confidence body answers"
_EVENT = "name actor ticket action detail"
_FATE = "action digest type connector kind hands person reason"
_EXECUTION = "id action digest connector event expires_at not_before position"
_ATTEMPT = "execution fence lease_until worker"
_OUTCOME = "action kind execution fence report before after evidence reason"

INSERTS: dict[str, dict[str, str]] = {
    "person": {},
    "account": {},
    "policy_version": {},
    "standing": {},
    "adoption": {"web": "policy_version author person"},
    "proposal": {"web": _PROPOSAL, "agent": _PROPOSAL, "desk": _PROPOSAL},
    "staging": {"desk": "proposal result reason"},
    "action": {"desk": _ACTION},
    "dependency": {"desk": "action needs"},
    "assessment": {"desk": _ASSESSMENT},
    "panel": {"desk": "id size"},
    "seat": {"desk": "panel size rank person why delegation"},
    "review": {"desk": "action expires_at fault panel remind_at escalate_at"},
    "assignment": {"desk": "review person why rank expires_at delegation"},
    "lookback": {"web": "decision decider person account result note"},
    "side": {"desk": "review person side"},
    "reminder": {"desk": "review step"},
    "delegation": {"web": "id giver taker account starts ends"},
    "takeback": {"web": "delegation"},
    "decision": {"web": _DECISION},
    "event": {"web": _EVENT, "agent": _EVENT, "desk": _EVENT, "executor": _EVENT},
    "log": {"desk": "position event"},
    "authorization": {"desk": _AUTHORIZATION},
    "fate": {"web": _FATE, "desk": _FATE, "executor": _FATE},
    "execution": {"desk": _EXECUTION, "executor": _EXECUTION},
    "attempt": {"desk": _ATTEMPT, "executor": _ATTEMPT},
    "outcome": {"desk": _OUTCOME, "executor": _OUTCOME},
    "made_already": {"web": "proposal ticket person account channel reason made_at looker"},
    "report": {
        "web": "action digest connector person did evidence",
        "desk": "action digest connector kind person did evidence",
    },
    "finding": {"web": "action kind person result note"},
    "restoration": {"desk": "reason position seen", "executor": "reason position seen"},
    "reconciliation": {"web": "restoration person account channel note"},
    "settlement": {"web": "action restoration person account result note"},
    "override": {
        "web": "action digest requester beneficiary initiator changer person account channel reason"
    },
    "call_back": {
        "web": "id action digest requester beneficiary initiator changer person account channel "
        "number_from result note"
    },
    "emergency_looked_over": {"web": "action person account verdict note"},
    "looked_over": {"web": "override invoker person account verdict note"},
    "takes_back": {},
    "ending": {"web": "action why person", "desk": "action why person"},
    "switch": {"web": "scope is_on person account channel reason"},
    "sighting": {"executor": "action shown now problem"},
}
"""Table, role, the columns it may fill in."""
