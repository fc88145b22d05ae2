"""The decision record: the whole story of one action, from proposal to outcome."""

from __future__ import annotations

from holdshort.records import actions, queue
from holdshort.records.actions import Story
from holdshort.shown import parts
from holdshort.shown.actions import action, confidence
from holdshort.shown.parts import Data


def record(story: Story, *, technical: bool = False) -> Data:
    """What was offered, known, decided, permitted, done and found, with its events in the log."""
    given, ended = story.assessment, parts.outcome(story) or {}
    return {
        "action": action(story, technical=technical),
        "proposal": _proposal(story),
        "assessment": _assessment(story),
        "facts": parts.facts(given["findings"], given["assessed_at"]),
        "rights_gained": given["findings"]["rights"],
        "call_backs": parts.call_backs(story),
        "decisions": [parts.decision(one) for one in story.decisions],
        "authorization": parts.authorization(story),
        "executions": parts.executions(story),
        "before": ended.get("before"),
        "after": ended.get("after"),
        "outcome": parts.outcome(story, technical=technical),
        **_endings(story),
        "versions": _versions(story),
        "events": [_event(row) for row in queue.events(story.action.id)],
    }


def _proposal(story: Story) -> Data:
    said = story.proposed
    return {
        **parts.picked(said, "id", "initiator", "agent_version", "label", "proposed_at"),
        "reasoning": parts.reasoning(story),
        "confidence": confidence(story)["stated"],
    }


def _assessment(story: Story) -> Data:
    given = story.assessment
    version = given["policy_version"]
    adopted = parts.adopter(version) if version else {"person": None, "adopted_at": None}
    return {
        **parts.picked(
            given, "category", "phase", "policy_version", "catalogue_version", "assessed_at"
        ),
        "adopted_by": adopted["person"],
        "adopted_at": parts.iso(adopted["adopted_at"]),
    }


def _endings(story: Story) -> Data:
    """What turned an action, and what people said about its result."""
    columns = {
        "fate": ("kind", "hands", "person", "reason", "turned_at"),
        "report": ("person", "did", "evidence", "reported_at"),
        "finding": ("person", "result", "note", "found_at"),
        "settlement": ("person", "result", "note", "settled_at"),
    }
    rows = {
        "fate": story.fate,
        "report": story.report,
        "finding": story.finding,
        "settlement": story.settlement,
    }
    return {name: parts.picked(row, *columns[name]) if row else None for name, row in rows.items()}


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


def _event(row: dict[str, object]) -> Data:
    return parts.picked(row, "id", "at", "name", "actor", "login_role", "position", "detail")
