"""An action and the review of it."""

from __future__ import annotations

import base64
import hashlib
import json

from holdshort import catalogue
from holdshort.records import db, queue
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.shown import by_hand, parts
from holdshort.shown.parts import Data


def action(story: Story, world: World | None = None, *, technical: bool = False) -> Data:
    """Everything about one action; `world` is one that was read already, for its words.

    Why it did not happen is told in plain words; `technical` tells the reason itself, and what
    work by hand needs. Both are for people who work here: they may name servers and addresses.
    """
    return {
        **_what(story, world or World.about(story.action.params)),
        **_who(story),
        "staged_at": parts.iso(story.staged_at),
        "preview": parts.preview(story.assessment["findings"]),
        "consequence": parts.consequence(story.assessment["findings"]["consequence"]),
        "tier": story.assessment["tier"],
        "gate": _gate(story),
        "confidence": confidence(story),
        "state": story.state,
        "review": story.review["number"] if story.review else None,
        "authorization": parts.authorization(story),
        "executions": parts.executions(story),
        "outcome": parts.outcome(story, technical=technical),
        "stopped": _stopped(story),
        "needs": [str(needed) for needed in story.needs],
        "superseded_by": story.next_version,
        "undoes": story.action.undoes,
        "undone_by": story.undone_by,
        "undo": _undo(story),
        "by_hand": by_hand.work(story) if technical else None,
        "made": _made(story),
    }


def _made(story: Story) -> Data | None:
    """What its maker said of what nobody had permitted."""
    said = story.made
    return parts.picked(said, "person", "reason", "made_at", "told_at") if said else None


def rendering(story: Story, world: World | None = None) -> str:
    """SHA-256 of what a reviewer is shown about an action, as long as nothing of it changes."""
    return _rendering(story, _words(story, world or World.about(story.action.params)))


def _rendering(story: Story, words: Data) -> str:
    given = story.assessment
    shown = {
        **words,
        "digest": story.digest,
        "target": given["findings"]["target"],
        "preview": parts.preview(given["findings"]),
        "consequence": parts.consequence(given["findings"]["consequence"]),
        **{name: given[name] for name in ("tier", "mode", "hands", "needed", "reasons")},
        "confidence": story.proposed["confidence"],
        "reasoning": parts.reasoning(story),
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def review(story: Story, *, technical: bool = False) -> Data:
    """The question put to reviewers, with the action, the agent's words and all answers so far."""
    asked = story.review
    assert asked is not None, "only an action with a review is shown as one"
    world = World.about(story.action.params)
    return {
        "number": asked["number"],
        "state": "open"
        if story.state == "waiting" and db.now() < asked["expires_at"]
        else "closed",
        "digest": story.digest,
        "rendering": rendering(story, world),
        **parts.picked(asked, "opened_at", "expires_at", "fault"),
        "reasoning": parts.reasoning(story),
        "reviewers": parts.reviewers(story),
        "call_back": story.gate["call_back"],
        "call_vendor": story.gate["call_vendor"],
        "call_backs": parts.call_backs(story),
        "decisions": [parts.decision(one) for one in story.decisions],
        "action": action(story, world, technical=technical),
    }


def confidence(story: Story) -> Data:
    """What was stated, and how often people agreed when it was about this sure."""
    stated = story.proposed["confidence"]
    if stated is None:
        return {"stated": None, "calibrated": None, "right": 0, "of": 0}
    right, of = queue.recent_record_of_confidence(story.action.type, float(stated))
    return {"stated": float(stated), "calibrated": None, "right": right, "of": of}


def _what(story: Story, world: World) -> Data:
    one, found, words = story.action, story.assessment["findings"], _words(story, world)
    return {
        "id": one.id,
        "version": one.version,
        "type": one.type,
        "category": story.assessment["category"],
        **words,
        "params": dict(one.params),
        "target": {
            "connector": one.target.connector,
            "id": one.target.id,
            "name": found["target"]["name"],
        },
        "digest": story.digest,
        "canonical": base64.b64encode(story.canonical).decode(),
        "rendering": _rendering(story, words),
    }


def _who(story: Story) -> Data:
    one = story.action
    return {
        "ticket": one.ticket,
        "requester": one.requester,
        "beneficiary": one.beneficiary,
        "initiator": one.initiator,
    }


def _words(story: Story, world: World) -> Data:
    words = catalogue.find(story.action.type).render(story.action.params, world)
    return {"title": words.title, "sentence": words.sentence}


def _gate(story: Story) -> Data:
    given = story.assessment
    return {
        **{name: given[name] for name in ("mode", "hands", "reasons", "needed")},
        "reviewers": parts.reviewers(story),
        "min_assurance": parts.assurance(given["min_assurance"]),
        "expires_at": parts.iso(story.review["expires_at"]) if story.review else None,
    }


def _stopped(story: Story) -> Data | None:
    """What stops it, while it has not started."""
    found = story.stopped if story.fate is None else None
    if found is None:
        return None
    told = {name: found[name] for name in ("scope", "person", "reason")}
    return {**told, "since": parts.iso(found["set_at"])}


def _undo(story: Story) -> Data:
    kind = catalogue.find(story.action.type)
    return {
        "possible": kind.inverse(story.action.id, story.action.params) is not None,
        "words": kind.undo_words,
    }
