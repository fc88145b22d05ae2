"""Policy rules about what HR's record says: somebody begins, somebody has left.

The human who adopted the policy agreed that accounts follow the record of HR. Only a record with
a date counts; whatever a ticket says about anybody's employment does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from holdshort.core.listed import Document
from holdshort.core.templates import Unreadable, employed, local, starting
from holdshort.core.terms import Person, PolicyResult, PolicyVerdict, Reason


def hr_start_date(
    document: Document, version: int | None, person: Person, at: datetime
) -> PolicyResult:
    """Whether HR says that this person works here, or from which day they will."""
    rule, start = "policy.hr_start_date", person.employment.start
    day = _day(document, version, at)
    if isinstance(day, str):
        return _no(rule, version, day)
    if not (employed(person, day) or starting(person, day)):
        text = f"no record of HR says when {person.name} begins"
        return _fails(rule, version, text, person, "hired, with a first day")
    since = f" on {start.isoformat()}" if start else ""
    return _passes(rule, version, f"HR's record says that {person.name} begins{since}", person)


def hr_end_date(
    document: Document, version: int | None, person: Person, at: datetime
) -> PolicyResult:
    """Whether HR's record has an end for this person, and that day is over."""
    rule, end = "policy.hr_end_date", person.employment.end
    day = _day(document, version, at)
    if isinstance(day, str):
        return _no(rule, version, day)
    if not has_ended(person, day):
        text = f"no record of HR says that {person.name} has left"
        return _fails(rule, version, text, person, "an end date that is over")
    assert end is not None
    said = f"HR's record says that {person.name} left on {end.isoformat()}"
    return _passes(rule, version, said, person)


def has_ended(person: Person, at: datetime) -> bool:
    """Whether HR's record dates the end of the employment, and the last day itself is over."""
    end = person.employment.end
    return end is not None and end < at.date()


def over_at(end: date, document: Document) -> datetime:
    """The moment at which a last day is over, on the company's clock. Raises Unreadable."""
    noon = local(document, datetime.combine(end, time(12), UTC))
    return datetime.combine(end + timedelta(days=1), time(), noon.tzinfo)


def _day(document: Document, version: int | None, at: datetime) -> datetime | str:
    """The moment on the company's clock, or why nothing passes."""
    if version is None:
        return "no policy is in force"
    if not isinstance(document, Mapping):
        return "the policy cannot be read"
    try:
        return local(document, at)
    except Unreadable as error:
        return f"the policy cannot be read: {error}"


def _observed(person: Person) -> str:
    job = person.employment
    dates = [
        f"{word} {day.isoformat()}"
        for word, day in (("from", job.start), ("until", job.end))
        if day
    ]
    return ", ".join((f"employment {job.status}", *dates))


def _passes(rule: str, version: int | None, fact: str, person: Person) -> PolicyResult:
    text = f"Allowed because {fact} (policy version {version})."
    reason = Reason(rule, text, version, _observed(person), "HR's record")
    return PolicyResult(PolicyVerdict.PASSES, reason)


def _fails(rule: str, version: int | None, fact: str, person: Person, limit: str) -> PolicyResult:
    text, change = f"Needs a person: {fact}.", "HR corrects the record."
    return PolicyResult(
        PolicyVerdict.FAILS, Reason(rule, text, version, _observed(person), limit, change)
    )


def _no(rule: str, version: int | None, why: str) -> PolicyResult:
    verdict = PolicyVerdict.NONE if version is None else PolicyVerdict.FAILS
    return PolicyResult(verdict, Reason(rule, f"Needs a person: {why}.", version))
