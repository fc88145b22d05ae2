"""`holdshort action`, `holdshort autonomy`, `holdshort connector`."""

from __future__ import annotations

import argparse
from typing import Any

from holdshort.cli import base, beside
from holdshort.core.reasons import OVERRIDE


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "action", "read, stop and undo changes")
    for name, run, help in (
        ("show", _show, "read one change"),
        ("record", _record, "its whole decision record"),
    ):
        base.verb(verbs, name, run, help).add_argument("id")
    for name, run, help in (
        ("stop", _stop, "stop it before it runs"),
        ("undo", _undo, "offer the inverse as a new change with its own gate"),
    ):
        parser = base.verb(verbs, name, run, help)
        parser.add_argument("id")
        parser.add_argument("--as", dest="person", required=True, metavar="PERSON")
        parser.add_argument("--reason", choices=sorted(OVERRIDE[name]), default="other")
    standing = base.noun(nouns, "autonomy", "what each category has earned")
    base.verb(standing, "show", _autonomy, "list categories with their phase")
    connectors = base.noun(nouns, "connector", "the connected apps")
    base.verb(connectors, "list", _connectors, "list connected apps and what they need")
    check = base.verb(connectors, "check", _check, "try the credential, reading only")
    check.add_argument("name")


def story_of(identity: str) -> Any:
    """The change with that id, from the rows. Raises CommandError."""
    from uuid import UUID

    from holdshort.records import actions

    try:
        story = actions.story(str(UUID(identity)))
    except ValueError:
        story = None
    if story is None:
        raise base.CommandError(f"There is no change {identity}.")
    return story


def _show(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import shown
    from holdshort.stops import telling

    story = story_of(asked.id)
    facts = {
        "change": telling.title(story),
        "state": story.state,
        "category": story.category,
        "mode": story.assessment["mode"],
        "hands": story.assessment["hands"],
        "ticket": story.action.ticket,
        "requester": story.action.requester,
        "for": story.action.beneficiary,
        "fingerprint": story.digest,
    }
    base.show(asked, shown.action(story, technical=True), base.fields(facts))


def _record(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import shown

    record = shown.record(story_of(asked.id), technical=True)
    lines = [
        (event["at"][:19].replace("T", " "), event["position"], event["name"], event["actor"])
        for event in record["events"]
    ]
    base.show(asked, record, base.table(("when", "position", "what", "who"), lines))


def _stop(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    story = story_of(asked.id)
    flow.stop(story.action.id, asked.reason, sender=base.sender(asked.person))
    base.show(asked, {"id": story.action.id, "state": "revoked"}, "Stopped before it ran.")


def _undo(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    story = story_of(asked.id)
    proposal = flow.undo(story.action.id, asked.reason, sender=base.sender(asked.person))
    base.show(asked, {"proposal": proposal}, "The undo is staged as a change of its own.")


def _autonomy(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import queue

    rows = queue.standing()
    text = base.table(
        ("category", "phase", "runs alone", "basis"),
        [(r["category"], r["phase"], "yes" if r["granted"] else "no", r["basis"]) for r in rows],
    )
    rest = "Every other category is in phase 1: you do it, with a suggestion."
    base.show(asked, {"standing": rows}, f"{text}\n{rest}" if rows else rest)


def _connectors(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import connectors
    from holdshort.records import db

    rows = []
    for row in db.rows("connectors"):
        # What an app can do may be in its settings, so it is built; nothing is contacted.
        app = connectors.build(row["name"], row["kind"], row["settings"])
        said = {"scopes": list(app.scopes), "serves": sorted(app.serves)}
        rows.append({"name": row["name"], "kind": row["kind"], **said})
    text = "\n\n".join(_in_words(row) for row in rows)
    base.show(asked, {"connectors": rows}, text)


def _in_words(app: dict[str, Any]) -> str:
    words = {
        "app": f"{app['name']} ({app['kind']})",
        "needs": "; ".join(app["scopes"]) or "nothing",
        "carries out": ", ".join(app["serves"]) or "nothing; a person does the work",
    }
    return base.fields(words)


def _check(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import wiring
    from holdshort.ports import Probes

    beside.name_the_systems(asked.data)
    app = wiring.connected().get(asked.name)
    if app is None:
        raise base.CommandError(f"No connected app is called ‘{asked.name}’.")
    said = app.probe() if isinstance(app, Probes) else "A person works this one; nothing to try."
    base.show(asked, {"name": asked.name, "answer": said}, said)
