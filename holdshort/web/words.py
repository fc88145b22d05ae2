"""Template filters and tags: the few words of screens, and small pieces they share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Library

from holdshort import catalogue
from holdshort.core import attachments, reasons
from holdshort.stops import switching

register = Library()
STATIC = Path(__file__).resolve().parent / "static"

# ------------------------------------------------------------------ the few words of screens

TIERS = {1: "Runs alone", 2: "Rules decide", 3: "Needs a person"}
MODES = {
    "HITL": "Waits for yes",
    "HOTL": "Runs, you can stop it",
    "SUGGEST": "You do it",
    "REFUSE": "Not allowed",
}
STATES = {
    "waiting": "Waits for a yes",
    "by_hand": "Somebody does it by hand",
    "authorized": "About to run",
    "executing": "Running now",
    "executed": "Done",
    "unknown": "We could not confirm it",
    "mismatch": "The result differs",
    "rejected": "Not approved",
    "expired": "Closed, nobody answered",
    "superseded": "Replaced",
    "revoked": "Stopped before it ran",
    "refused": "Not allowed",
    "withdrawn": "Withdrawn",
    "not_applied": "Did not happen",
    "undone": "Undone",
    "made": "Made unasked",
}
TONES = {
    "executed": "good",
    "waiting": "wait",
    "by_hand": "wait",
    "authorized": "wait",
    "executing": "wait",
    "unknown": "bad",
    "mismatch": "bad",
    "not_applied": "bad",
    "refused": "bad",
    "rejected": "bad",
}
STANDS = {
    "with_agent": "With the assistant",
    "asked": "Waits for an answer",
    "staged": "Being worked on",
    "with_person": "With a person",
    "closed": "Closed",
}
PHASES = {1: "You do it", 2: "You approve", 3: "It runs"}
VERDICTS = {
    "approve": "approved it",
    "change": "changed it first",
    "reject": "rejected it",
    "ask": "asked something",
    "hand_over": "handed it over",
}
CHANNELS = {
    "portal": "in the portal",
    "console": "in the console",
    "email": "by e-mail",
    "api": "over the API",
    "cli": "on the command line",
    "slack": "in Slack",
    "teams": "in Teams",
    "desk": "by the desk itself",
}
ASSURANCES = {0: "not proved", 1: "signed in", 2: "signed in again just before"}
DIMENSIONS = {
    "blast_radius": "Who it touches",
    "irreversibility": "Can it be undone",
    "regulatory": "Regulations",
    "cost": "Money",
}
DID = {"as_approved": "As approved", "differently": "Differently", "not_done": "Not done"}
MATCHED = {
    "as_recommended": "As recommended",
    "differently": "Differently from what was recommended",
    "not_done": "Not done",
}
PARTS = {
    "active": "May sign in",
    "locked": "Locked",
    "member": "In the group",
    "exists": "Exists",
    "containers": "Groups above it",
    "user_name": "User name",
}
"""Parts of a target as people call them; any other is called by its own name."""

DRIFTED = "The target had changed since this was decided."
OUTCOMES = {
    "verified": "Read back and found as authorized",
    "recorded": "As reported; the target could not be asked",
    "mismatch": "Read back, and it differs from what was authorized",
    "unknown": "Could not be confirmed",
    "not_applied": "Nothing was changed",
}
TABLES: Mapping[str, Mapping[Any, str]] = {
    "did": DID,
    "matched": MATCHED,
    "outcome": OUTCOMES,
    "tier": TIERS,
    "mode": MODES,
    "state": STATES,
    "tone": TONES,
    "stands": STANDS,
    "phase": PHASES,
    "verdict": VERDICTS,
    "channel": CHANNELS,
    "assurance": ASSURANCES,
}


@register.filter
def word(code: Any, table: str) -> str:
    """The word of a screen for a code: `{{ story.state|word:"state" }}`."""
    return str(TABLES[table].get(code, "" if table == "tone" else str(code).replace("_", " ")))


@register.filter
def why(reason: str) -> str:
    """The technical reason of an outcome, for staff; a code of ours in words."""
    return DRIFTED if reason == "drift" else str(reason)


@register.filter
def get(table: Any, key: Any) -> Any:
    """A value by a key that is itself a value."""
    return table.get(key, "") if table else ""


@register.filter
def reason(code: str, verb: str) -> str:
    """The words of a structured reason."""
    return reasons.OVERRIDE.get(verb, {}).get(code, str(code))


@register.filter
def said(value: Any) -> str:
    """A stored value as people write it: yes, no, none, or a list with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value)) or "none"
    return "none" if value is None else str(value)


QUESTIONS = {"hr": "HR", "general": "Everything else"}


@register.filter
def question(context: str) -> str:
    """What people are asked about, as a heading."""
    return QUESTIONS.get(context, str(context).capitalize())


@register.filter
def part(name: str) -> str:
    """A part of a target as people call it."""
    return PARTS.get(name, str(name).strip("_").replace("_", " ").capitalize())


@register.filter
def asked_because(why: str) -> str:
    """`you own AWS` as a sentence; what begins with a name is one already."""
    return f"{why[0].upper()}{why[1:]}." if why else ""


@register.filter
def scope(code: str) -> str:
    """What a switch stops, in words that begin a sentence."""
    return switching.words(code, opening=True)


@register.filter
def first_name(name: str) -> str:
    """How somebody is addressed."""
    return str(name).split(" ")[0]


@register.filter
def role(name: str) -> str:
    """`account-executive` as `Account executive`."""
    return str(name).replace("-", " ").capitalize()


@register.filter
def app(name: str) -> str:
    """A connected app within a sentence."""
    return {"directory": "the directory", "manual": "the target", "desk": "this desk"}.get(
        str(name), str(name)
    )


@register.filter
def spaced(ids: Any) -> str:
    """Ids as words: `contact_name`, `engineering-manager`."""
    return ", ".join(str(one).replace("_", " ").replace("-", " ") for one in ids)


@register.filter
def type_title(type_id: str) -> str:
    """What people call an action type; its id where it does not exist any more."""
    kind = catalogue.REGISTRY.get(str(type_id))
    return kind.title if kind else str(type_id)


@register.filter
def percent(share: Any) -> str:
    """A share as people read it, rounded down."""
    return "" if share is None else f"{int(float(share) * 100 + 1e-9)} %"


@register.filter
def listing(names: Any, last: str = "and") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, end = [str(name) for name in names] or ["nobody"]
    return f"{', '.join(head)} {last} {end}" if head else end


# ------------------------------------------------------------------ files and small pieces


@register.filter
def size(count: int) -> str:
    """How large a file is."""
    return attachments.in_words(count)


@register.filter
def file_kind(one: Any) -> str:
    """A picture by its bytes; for everything else what the name claims, and that it does."""
    if one.picture:
        return f"{one.picture.removeprefix('image/').upper()} picture"
    claimed = attachments.ending(one.name)
    return f"{claimed.upper()} by its name" if claimed else "file"


@register.simple_tag
def asset(name: str) -> str:
    """The address of one of our files, which changes when any of them does."""
    return f"/static/{name}?v={_edition()}"


@cache
def _edition() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


@register.inclusion_tag("parts/copy.html")
def copy(kind: str, action: Any, name: str, number: int | str = "") -> dict[str, str]:
    """A button that copies what has the id `kind`, `number` and the action's id."""
    return {"source": f"{kind}{number}-{action}", "name": name}


@register.inclusion_tag("parts/tier.html")
def tier_box(tier: int, words: bool = True) -> dict[str, Any]:
    """The tier: a number in a box, with its word."""
    return {"tier": tier, "name": TIERS[int(tier)], "words": words}


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: Any, page: Any) -> dict[str, Any]:
    """Earlier and later pages of a list, keeping the search."""
    query = context["request"].GET.copy()
    links = {}
    for name, number in (("earlier", page.number - 1), ("later", page.number + 1)):
        query["page"] = str(number)
        links[name] = f"?{query.urlencode()}" if 1 <= number <= page.pages else ""
    return {"page": page, **links}
