"""The parts that actions, reviews and records have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdshort.core.terms import Assurance
from holdshort.records import db
from holdshort.records.actions import Part, Story
from holdshort.stops import calling_back

Data = dict[str, Any]
PLAINLY = {
    "not_applied": "It did not happen, and nothing was changed.",
    "mismatch": "The result differs from what was asked for. A person looks at it.",
    "unknown": "We could not confirm it. A person looks at it.",
}
"""How it ended, for people who cannot mend what the technical reason names."""

DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")


def preview(findings: Mapping[str, Any]) -> Data:
    """The difference of the world, and when the world was read."""
    return {name: findings[name] for name in ("before", "after", "read_at")}


def consequence(levels: Mapping[str, Any]) -> Data:
    """The four levels with their facts; `vector` is in the order B, I, G, C."""
    return {
        "vector": [levels[name]["value"] for name in DIMENSIONS],
        **{
            name: {"level": levels[name]["value"], "facts": levels[name]["facts"]}
            for name in DIMENSIONS
        },
    }


def facts(findings: Mapping[str, Any], at: datetime) -> list[Data]:
    """Every fact with its dimension, its source, and its age in seconds at that time."""
    return [
        {"dimension": name, **fact, "age_seconds": _age(fact["read_at"], at)}
        for name in DIMENSIONS
        for fact in findings["consequence"][name]["facts"]
    ]


def plain(findings: Mapping[str, Any]) -> Data:
    """Findings that were not written, in the form in which stored ones are read back."""
    data: Data = json.loads(json.dumps(findings, default=iso))
    return data


def reviewers(story: Story) -> list[Data]:
    """Who was asked, and why."""
    return [{name: one[name] for name in ("person", "name", "why")} for one in story.assignments]


def reasoning(story: Story) -> str:
    """What the agent, or whoever offered it, said about it."""
    return story.proposed["reasoning"] or ""


def call_backs(story: Story) -> list[Data]:
    """Who called the requester back, and what they said; the first one first."""
    kept = ("person", "number_from", "result", "note", "channel", "called_at")
    return [{"id": str(one["id"]), **picked(one, *kept)} for one in calling_back.of(story)]


def decision(one: Part) -> Data:
    """One person's answer, with its free text if that was not erased."""
    kept = (
        "id",
        "person",
        "verdict",
        "reason_code",
        "changes",
        "hand_to",
        "channel",
        "authority",
        "instead_of",
        "justification",
    )
    return {
        **{name: one[name] for name in (*kept, "digest", "shown")},
        "comment": one["comment"] or "",
        "assurance": assurance(one["assurance"]),
        "decided_at": iso(one["decided_at"]),
    }


def authorization(story: Story) -> Data | None:
    """The permission to run, on what it rests, and where it stands in the log."""
    given = story.authorization
    if given is None:
        return None
    version = given["policy_version"]
    return {
        **{name: given[name] for name in ("basis", "digest", "hands", "policy_version")},
        "adopted_by": adopter(version)["person"] if version else None,
        "decisions": [one for one in (given["decision_1"], given["decision_2"]) if one],
        "people": [one for one in (given["person_1"], given["person_2"]) if one],
        "position": story.position,
        **picked(given, "authorized_at", "not_before", "expires_at"),
    }


def executions(story: Story) -> list[Data]:
    """The one run, if it started, with its attempts."""
    if story.execution is None:
        return []
    attempts = ("fence", "worker", "started_at", "lease_until")
    return [
        {
            **picked(story.execution, "id", "connector", "started_at"),
            "attempts": [picked(one, *attempts) for one in story.attempts],
        }
    ]


def outcome(story: Story, *, technical: bool = False) -> Data | None:
    """How it ended, with the state of the target before and after; why, as `action` says."""
    if story.outcome is None:
        return None
    told = picked(story.outcome, "kind", "before", "after", "evidence", "reason", "at")
    return told if technical else told | {"reason": PLAINLY.get(told["kind"], "")}


def adopter(version: int) -> db.Row:
    """Who put a policy version into force, and when."""
    return db.row("adopter", version=version) or {"person": None, "adopted_at": None}


def assurance(level: int) -> str:
    """none, session or step_up."""
    return Assurance(level).name.lower()


def picked(part: Part, *names: str) -> Data:
    """Some columns of a row."""
    return {name: iso(part[name]) for name in names}


def iso(value: Any) -> Any:
    """A time as text; anything else as it is."""
    return value.isoformat() if isinstance(value, datetime) else value


def _age(read_at: str | None, at: datetime) -> int | None:
    if read_at is None:
        return None
    return max(0, int((at - datetime.fromisoformat(read_at)).total_seconds()))
