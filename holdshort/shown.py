"""An action, a review and a decision record as plain data: one form for API, CLI and screens."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.core.terms import Assurance
from holdshort.records import actions, db, offers, people, queue
from holdshort.records.actions import Part, Story
from holdshort.records.world import World

Data = dict[str, Any]
DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")


def action(story: Story) -> Data:
    """Everything about one action. Times are ISO 8601 texts; `None` is what does not exist yet."""
    one, found = story.action, story.assessment["findings"]
    return {
        "id": one.id,
        "version": one.version,
        "type": one.type,
        "category": story.category,
        **_words(story),
        "params": dict(one.params),
        "target": {
            "connector": one.target.connector,
            "id": one.target.id,
            "name": found["target"]["name"],
        },
        "digest": story.digest,
        "canonical": base64.b64encode(story.canonical).decode(),
        "rendering": rendering(story),
        "ticket": one.ticket,
        "requester": one.requester,
        "beneficiary": one.beneficiary,
        "initiator": one.initiator,
        "staged_at": _iso(story.staged_at),
        "preview": preview(found),
        "consequence": consequence(found["consequence"]),
        "tier": story.assessment["tier"],
        "gate": _gate(story),
        "confidence": _confidence(story),
        "state": story.state,
        "review": story.review and story.review["number"],
        "authorization": _authorization(story),
        "executions": _executions(story),
        "outcome": _outcome(story.outcome),
        "needs": [str(needed) for needed in story.needs],
        "superseded_by": story.next_version,
        "undoes": one.undoes,
        "undone_by": story.undone_by,
        "undo": _undo(story),
    }


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


def rendering(story: Story) -> str:
    """SHA-256 of what a reviewer is shown about an action, as long as nothing of it changes."""
    found, given = story.assessment["findings"], story.assessment
    shown = {
        **_words(story),
        "digest": story.digest,
        "target": found["target"],
        "preview": preview(found),
        "consequence": consequence(found["consequence"]),
        **{name: given[name] for name in ("tier", "mode", "hands", "needed", "reasons")},
        "confidence": story.proposed["confidence"],
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()


def review(story: Story) -> Data:
    """The question put to reviewers, with the action, the agent's words and all answers so far."""
    asked = story.review
    assert asked is not None, "only an action with a review is shown as one"
    return {
        "number": asked["number"],
        "state": "open" if story.state == "waiting" and not story.authorization else "closed",
        "digest": story.digest,
        "rendering": rendering(story),
        "opened_at": _iso(asked["opened_at"]),
        "expires_at": _iso(asked["expires_at"]),
        "fault": asked["fault"],
        "reasoning": _reasoning(story),
        "reviewers": _reviewers(story),
        "decisions": [_decision(one) for one in story.decisions],
        "action": action(story),
    }


def record(story: Story) -> Data:
    """The decision record: the whole story of one action, from proposal to outcome."""
    return {
        "action": action(story),
        "proposal": _proposal(story),
        "assessment": _assessment(story),
        "facts": facts(story.assessment["findings"], story.assessment["assessed_at"]),
        "rights_gained": story.assessment["findings"]["rights"],
        "decisions": [_decision(one) for one in story.decisions],
        "authorization": _authorization(story),
        "fate": _timed(story.fate, "kind", "hands", "person", "reason", "turned_at"),
        "executions": _executions(story),
        "before": (story.outcome or {}).get("before"),
        "after": (story.outcome or {}).get("after"),
        "outcome": _outcome(story.outcome),
        "report": _timed(story.report, "person", "did", "evidence", "reported_at"),
        "finding": _timed(story.finding, "person", "result", "note", "found_at"),
        "versions": _versions(story),
        "events": [_event(one) for one in queue.events(story.action.id)],
    }


def facts(findings: Mapping[str, Any], at: datetime) -> list[Data]:
    """Every fact with its dimension, source, and age in seconds when it was used."""
    return [
        {"dimension": name, **fact, "age_seconds": _age(fact["read_at"], at)}
        for name in DIMENSIONS
        for fact in findings["consequence"][name]["facts"]
    ]


def plain(findings: Mapping[str, Any]) -> Data:
    """Findings that were not written, in the form in which stored ones are read back."""
    data: Data = json.loads(json.dumps(findings, default=_iso))
    return data


# ------------------------------------------------------------------ parts of an action


def _words(story: Story) -> Data:
    kind = catalogue.find(story.action.type)
    words = kind.render(story.action.params, World())
    return {"title": words.title, "sentence": words.sentence}


def _gate(story: Story) -> Data:
    given = story.assessment
    return {
        "mode": given["mode"],
        "hands": given["hands"],
        "reasons": given["reasons"],
        "reviewers": _reviewers(story),
        "needed": given["needed"],
        "min_assurance": Assurance(given["min_assurance"]).name.lower(),
        "expires_at": _iso(story.review["expires_at"]) if story.review else None,
    }


def _reviewers(story: Story) -> list[Data]:
    names = people.people(one["person"] for one in story.assignments)
    return [
        {"person": one["person"], "name": names[one["person"]].name, "why": one["why"]}
        for one in story.assignments
    ]


def _confidence(story: Story) -> Data:
    stated = story.proposed["confidence"]
    if stated is None:
        return {"stated": None, "calibrated": None, "right": 0, "of": 0}
    right, of = queue.record_of_confidence(story.action.type, float(stated))
    return {"stated": float(stated), "calibrated": None, "right": right, "of": of}


def _authorization(story: Story) -> Data | None:
    given = story.authorization
    if given is None:
        return None
    version = given["policy_version"]
    return {
        "basis": given["basis"],
        "digest": given["digest"],
        "hands": given["hands"],
        "policy_version": version,
        "adopted_by": _adopter(version)["person"] if version else None,
        "decisions": [one for one in (given["decision_1"], given["decision_2"]) if one],
        "people": [one for one in (given["person_1"], given["person_2"]) if one],
        "log_position": story.position,
        **_times(given, "authorized_at", "not_before", "expires_at"),
    }


def _executions(story: Story) -> list[Data]:
    if story.execution is None:
        return []
    return [
        {
            "id": story.execution["id"],
            "connector": story.execution["connector"],
            "started_at": _iso(story.execution["started_at"]),
            "attempts": [
                {
                    "fence": one["fence"],
                    "worker": one["worker"],
                    **_times(one, "started_at", "lease_until"),
                }
                for one in story.attempts
            ],
        }
    ]


def _outcome(outcome: Part | None) -> Data | None:
    return _timed(outcome, "kind", "before", "after", "evidence", "reason", "at")


def _undo(story: Story) -> Data:
    kind = catalogue.find(story.action.type)
    possible = kind.undo(story.action.params) is not None
    return {"possible": possible, "words": kind.undo_words}


# ------------------------------------------------------------------ parts of a record


def _reasoning(story: Story) -> str:
    proposal = offers.proposal(str(story.proposed["id"]))
    return proposal.offer.reasoning if proposal else ""


def _proposal(story: Story) -> Data:
    said = story.proposed
    return {
        "id": said["id"],
        "initiator": said["initiator"],
        "agent_version": said["agent_version"],
        "label": said["label"],
        "reasoning": _reasoning(story),
        "confidence": _confidence(story)["stated"],
        "proposed_at": _iso(said["proposed_at"]),
    }


def _assessment(story: Story) -> Data:
    given = story.assessment
    adopter = _adopter(given["policy_version"]) if given["policy_version"] else {}
    return {
        "category": story.category,
        "phase": given["phase"],
        "policy_version": given["policy_version"],
        "adopted_by": adopter.get("person"),
        "adopted_at": _iso(adopter.get("adopted_at")),
        "catalogue_version": given["catalogue_version"],
        "assessed_at": _iso(given["assessed_at"]),
    }


def _adopter(version: int) -> db.Row:
    return db.row("adopter", version=version) or {"person": None, "adopted_at": None}


def _decision(one: Part) -> Data:
    kept = ("id", "person", "verdict", "reason_code", "changes", "hand_to", "channel", "authority")
    return {
        **{name: one[name] for name in kept},
        "comment": one["comment"] or "",
        "assurance": Assurance(one["assurance"]).name.lower(),
        "digest": one["digest"],
        "shown": one["shown"],
        "decided_at": _iso(one["decided_at"]),
    }


def _versions(story: Story) -> list[Data]:
    assert story.action.ticket is not None
    return [
        {
            "id": one.action.id,
            "version": one.action.version,
            "digest": one.digest,
            "state": one.state,
        }
        for one in actions.of_ticket(story.action.ticket)
        if one.action.root == story.action.root
    ]


def _event(row: db.Row) -> Data:
    return {
        "id": row["id"],
        "at": _iso(row["at"]),
        "name": row["name"],
        "actor": row["actor"],
        "login_role": row["login_role"],
        "log_position": row["position"],
        "detail": row["detail"],
    }


def _timed(part: Part | None, *names: str) -> Data | None:
    if part is None:
        return None
    return {name: _iso(value) for name, value in ((name, part[name]) for name in names)}


def _times(part: Part, *names: str) -> Data:
    return {name: _iso(part[name]) for name in names}


def _age(read_at: str | None, at: datetime) -> int | None:
    if read_at is None:
        return None
    return max(0, int((at - datetime.fromisoformat(read_at)).total_seconds()))


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
