"""What people do and see outside: work by hand, and doubts that only a look can settle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.core.terms import Sender
from holdshort.ports import Acts, ConnectorError
from holdshort.records import actions, audit, db, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.stops import execution, telling
from holdshort.stops.refused import Refused, existing, known


def report(action: str, did: str, evidence: str, *, sender: Sender) -> None:
    """A person says what they did by hand, after it was authorized for a person's hands."""
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if story.state != "by_hand" or story.report is not None:
            raise Refused("not_by_hand", f"There is nothing to report: {story.state}.")
        _works_here(story, sender)
        if did not in ("as_approved", "differently", "not_done") or not evidence.strip():
            raise Refused("evidence_missing", "Please say what you did and where it can be seen.")
        db.write(
            "add_report",
            action=action,
            digest=story.digest,
            connector=story.action.target.connector,
            person=sender.person.id,
            did=did,
            evidence=evidence.strip()[:4000],
        )
        audit.event(
            "work.reported", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        wake("observe", action)


def send_answer(action: str, *, sender: Sender) -> None:
    """A person sends the ready answer of an article that was theirs to send, and reports it."""
    with db.transaction():
        story = known(action)
        article = db.row("article", article=story.action.params.get("article", ""))
        if story.action.type != "kb.answer" or article is None or story.action.ticket is None:
            raise Refused("nothing_to_send", "There is no ready answer to send.")
        said = f"{article['title']}\n\n{article['body']}"
        tickets.say(story.action.ticket, said, author=sender.person.id)
        report(action, "as_approved", f"Sent the article ‘{article['id']}’.", sender=sender)


def find(action: str, result: str, note: str, *, sender: Sender) -> None:
    """A person says what is really there, where the program could not confirm it."""
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if story.state not in ("unknown", "mismatch"):
            raise Refused("nothing_to_find", f"There is no doubt to settle: {story.state}.")
        _works_here(story, sender)
        if result not in ("applied", "not_applied") or not note.strip():
            raise Refused("evidence_missing", "Please say what you found and where it can be seen.")
        db.write(
            "add_finding",
            action=action,
            kind=story.state,
            person=sender.person.id,
            result=result,
            note=note.strip()[:4000],
        )
        audit.event(
            "finding.recorded", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        how = "is in place" if result == "applied" else "did not happen"
        telling.finish(story, f"We looked: ‘{telling.title(story)}’ {how}.")


def _works_here(story: Story, sender: Sender) -> None:
    asked = {assignment["person"] for assignment in story.assignments}
    if sender.person.id not in asked and not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can say this.")


# ------------------------------------------------------------------ looking at it


def settle(action: str, connectors: Mapping[str, Acts]) -> None:
    """After a person reported: look whether the target shows it, and write the outcome."""
    story = actions.story(action)
    if story is None or story.report is None or story.outcome is not None:
        return
    kind, after = _looked(story, connectors)
    with actions.turn_of(action) as (story, _):
        assert story is not None and story.report is not None
        if story.outcome is not None:
            return
        db.write(
            "add_outcome_by_hand",
            action=action,
            kind=kind,
            before=db.as_json(story.action.seen),
            after=db.as_json(after),
            evidence=db.as_json({"did": story.report["did"]}),
            reason="",
        )
        audit.event(
            "execution.settled", actor=DESK, ticket=story.action.ticket, action=action, outcome=kind
        )
        execution.tell(story, kind, "")


def _looked(story: Story, connectors: Mapping[str, Acts]) -> tuple[str, Mapping[str, Any]]:
    """What the target shows about work by hand; where it cannot be asked, the report stands."""
    assert story.report is not None
    if story.report["did"] == "not_done":
        return "not_applied", {}
    connector = connectors.get(story.action.target.connector)
    if connector is None:
        return "recorded", {}
    try:
        now = connector.observe(execution.complete(story.action))
    except ConnectorError:
        return "recorded", {}
    shown = connector.applied(story.action, story.action.seen, now)
    return {True: "verified", False: "mismatch", None: "recorded"}[shown], now
