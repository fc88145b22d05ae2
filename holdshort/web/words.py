"""Template filters and tags: the words of screens, times, and making untrusted text harmless."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Library
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from holdshort.core import reasons

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
ASSURANCES = {0: "not proved", 1: "signed in", 2: "signed in again just before"}
DIMENSIONS = {
    "blast_radius": "Who it touches",
    "irreversibility": "Can it be undone",
    "regulatory": "Regulations",
    "cost": "Money",
}
DID = {"as_approved": "As approved", "differently": "Differently", "not_done": "Not done"}
OUTCOMES = {
    "verified": "Read back and found as authorized",
    "recorded": "As reported; the target could not be asked",
    "mismatch": "Read back, and it differs from what was authorized",
    "unknown": "Could not be confirmed",
    "not_applied": "Nothing was changed",
}
TABLES = {
    "did": DID,
    "outcome": OUTCOMES,
    "tier": TIERS,
    "mode": MODES,
    "state": STATES,
    "tone": TONES,
    "stands": STANDS,
    "phase": PHASES,
    "verdict": VERDICTS,
    "assurance": ASSURANCES,
}


@register.filter
def word(code: Any, table: str) -> str:
    """The word of a screen for a code: `{{ story.state|word:"state" }}`."""
    return str(TABLES[table].get(code, "" if table == "tone" else str(code).replace("_", " ")))


@register.filter
def get(table: Any, key: Any) -> Any:
    """A value by a key that is itself a value."""
    return table.get(key, "") if table else ""


@register.filter
def reason(code: str, verb: str) -> str:
    """The words of a structured reason."""
    return reasons.OVERRIDE.get(verb, {}).get(code, str(code))


@register.filter
def moment(text: Any) -> datetime | None:
    """A time that is stored as text, as inside facts."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def asked_because(why: str) -> str:
    """`you own AWS` as a sentence; what begins with a name is one already."""
    return f"{why[0].upper()}{why[1:]}." if why else ""


@register.filter
def first_name(name: str) -> str:
    """How somebody is addressed."""
    return str(name).split(" ")[0]


@register.filter
def role(name: str) -> str:
    """`account-executive` as `Account executive`."""
    return str(name).replace("-", " ").capitalize()


@register.filter
def percent(share: Any) -> str:
    """A share as people read it, rounded down."""
    return "" if share is None else f"{int(float(share) * 100 + 1e-9)} %"


@register.filter
def listing(names: Any, last: str = "and") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, end = [str(name) for name in names] or ["nobody"]
    return f"{', '.join(head)} {last} {end}" if head else end


# ------------------------------------------------------------------ text that others wrote

_ODD = ("Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp")
_KEPT = "\n\t"
_WORD = re.compile(r"(\w+)")


@register.filter
def visible(text: Any) -> SafeString:
    """Untrusted text, isolated from what surrounds it, with every invisible character shown."""
    said = str(text).replace("\r\n", "\n")
    marked = "".join(_run(part) for part in _WORD.split(said))
    return format_html("<bdi>{}</bdi>", mark_safe(marked))  # noqa: S308 - every part is escaped


def _run(part: str) -> str:
    mixed = _mixed(part) if _WORD.fullmatch(part) else frozenset()
    return "".join(_character(one, mixed) for one in part)


def _character(one: str, odd_scripts: frozenset[str]) -> str:
    if unicodedata.category(one) in _ODD and one not in _KEPT:
        name = unicodedata.name(one, "control character").lower()
        return format_html('<mark class="ctl" title="{}">U+{:04X}</mark>', name, ord(one))
    if odd_scripts and _script(one) in odd_scripts:
        name = unicodedata.name(one, "").lower()
        return format_html('<mark class="odd" title="{}">{}</mark>', name, one)
    return str(conditional_escape(one))


def _mixed(text: str) -> frozenset[str]:
    """The scripts of a word beside its most frequent one: a lookalike letter hides there."""
    scripts = [found for one in text if (found := _script(one))]
    kinds = sorted(set(scripts), key=lambda kind: (-scripts.count(kind), kind != "LATIN"))
    return frozenset(kinds[1:])


@cache
def _script(one: str) -> str:
    """LATIN, CYRILLIC, GREEK … for a letter; empty for everything else."""
    return unicodedata.name(one, "").split(" ")[0] if one.isalpha() else ""


@register.filter
def plainly(text: Any) -> str:
    """The same where no markup fits, as in a title or a list to choose from."""
    return "".join(
        f"[U+{ord(one):04X}]" if unicodedata.category(one) in _ODD else one for one in str(text)
    )


@register.filter
def excerpt(text: Any, size: int = 90) -> str:
    """The first line of something, cut to a length."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= size else line[: size - 1].rstrip() + "…"


# ------------------------------------------------------------------ times


@register.filter
def when(at: datetime | None) -> SafeString:
    """A moment in the company's zone; a small module turns it into the reader's own."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%A %-d %B %Y, %H:%M:%S} {local.tzname()}",
        short_time(local),
    )


@register.filter
def exactly(at: datetime | None) -> SafeString:
    """The same to the second, with its zone: for records."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    text = f"{local:%-d %b %Y, %H:%M:%S} {local.tzname()}"
    iso = local.isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" data-exact>{}</time>', iso, text)


def short_time(local: datetime) -> str:
    """`14:03` today, `Wed 14:03` this week, `3 Jun 2026` before or after."""
    days = (local.date() - timezone.localtime().date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if abs(days) < 7:
        return f"{local:%a %H:%M}"
    same_year = local.year == timezone.localtime().year
    return f"{local:%-d %b %H:%M}" if same_year else f"{local:%-d %b %Y}"


@register.filter
def day(at: datetime | None) -> str:
    """`3 June`; with the year when it is another one."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local:%-d %B}" + ("" if local.year == timezone.localtime().year else f" {local:%Y}")


@register.filter
def ago(at: datetime | str | None) -> str:
    """How long something is ago: `40 s ago`, `12 min ago`, `3 h ago`, `2 days ago`."""
    if not at:
        return "at a time we do not know"
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit} ago"
    return f"{seconds // 86400} days ago"


@register.filter
def in_the_future(at: datetime | None) -> bool:
    """Whether a moment is still to come, with a second to spare."""
    return at is not None and at > timezone.now() + timedelta(seconds=1)


@register.filter
def clock(at: datetime | None) -> SafeString:
    """`14:03:10`, for something about to run; a small module counts down beside it."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    iso = local.isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" data-clock>{:%H:%M:%S}</time>', iso, local)


# ------------------------------------------------------------------ files and small pieces


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
