"""Role templates as the policy document holds them, read strictly.

A template is what a human allowed to everybody with a role. One that cannot be read as meant,
or that nobody approved, makes the whole section unreadable: a list of permissions with a hole
in it is not a list of permissions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from holdshort.core.terms import Kind, Person

EVERYONE = "everyone"


class Unreadable(ValueError):
    """The policy document does not say what it must say; the message names the place."""


@dataclass(frozen=True, slots=True)
class Template:
    """What everybody with `role` may be given, from `valid_from` until `valid_until`, both days
    included. `owner` is the human who answers for it: who approved it, where nobody else is said.
    """

    id: str
    version: int
    role: str
    entitlements: frozenset[str]
    groups: frozenset[str]
    starts_with: tuple[str, ...]
    equipment: tuple[str, ...]
    approved_by: str
    valid_until: date | None
    valid_from: date | None
    owner: str

    @property
    def name(self) -> str:
        """The template as people refer to it."""
        return f"{self.id.replace('-', ' ')} v{self.version}"

    def fits(self, person: Person) -> bool:
        """Whether it is about this person's role."""
        return self.role == EVERYONE or self.role in person.roles

    def valid(self, at: datetime) -> bool:
        """Whether it counts on the day of `at`."""
        begun = self.valid_from is None or self.valid_from <= at.date()
        return begun and (self.valid_until is None or at.date() <= self.valid_until)


def employed(person: Person, at: datetime) -> bool:
    """Whether this is a human who works here on that day; unknown employment does not count."""
    job, day = person.employment, at.date()
    begun = job.start is None or job.start <= day
    ended = job.end is not None and job.end < day
    return person.kind is Kind.HUMAN and job.status == "active" and begun and not ended


def starting(person: Person, at: datetime) -> bool:
    """Whether HR says that this human was hired, and when their first day is."""
    job = person.employment
    ended = job.end is not None and job.end < at.date()
    dated = job.status == "future" and job.start is not None
    return person.kind is Kind.HUMAN and dated and not ended


def local(document: Mapping[str, Any], at: datetime) -> datetime:
    """The same moment on the company's own clock, since days begin there. Raises Unreadable."""
    about = document.get("company", {}) if isinstance(document, Mapping) else None
    try:
        return at.astimezone(ZoneInfo(about.get("timezone", "UTC"))) if about else at
    except (AttributeError, TypeError, ValueError, KeyError, OSError):
        raise Unreadable("company.timezone is not a time zone such as Europe/Berlin") from None


def read_templates(document: Mapping[str, Any]) -> tuple[Template, ...]:
    """The newest version of each role template of the document. Raises Unreadable."""
    if not isinstance(document, Mapping):
        raise Unreadable("the policy document is not a mapping")
    entries = document.get("role_templates", [])
    if not isinstance(entries, list | tuple):
        raise Unreadable("role_templates is not a list")
    found = [_template(entry, f"role_templates[{n}]") for n, entry in enumerate(entries)]
    return _newest(found)


def _newest(templates: Sequence[Template]) -> tuple[Template, ...]:
    """What a later version took away must not live on in an earlier one."""
    newest: dict[str, Template] = {}
    for template in templates:
        known = newest.setdefault(template.id, template)
        if known.version == template.version and known is not template:
            raise Unreadable(f"role_templates holds {template.name} twice")
        if known.version < template.version:
            newest[template.id] = template
    return tuple(newest.values())


def _template(entry: object, place: str) -> Template:
    if not isinstance(entry, Mapping):
        raise Unreadable(f"{place} is not a mapping")
    return Template(
        id=_text(entry.get("id"), f"{place}.id"),
        version=_version(entry.get("version"), f"{place}.version"),
        role=_text(entry.get("role"), f"{place}.role"),
        entitlements=_ids(entry.get("entitlements", []), f"{place}.entitlements"),
        groups=_ids(entry.get("groups", []), f"{place}.groups"),
        starts_with=_list(entry.get("starts_with", []), f"{place}.starts_with"),
        equipment=_list(entry.get("equipment", []), f"{place}.equipment"),
        approved_by=_text(entry.get("approved_by"), f"{place}.approved_by"),
        valid_until=_day(entry.get("valid_until"), f"{place}.valid_until"),
        valid_from=_day(entry.get("valid_from"), f"{place}.valid_from"),
        owner=_text(entry.get("owner") or entry.get("approved_by"), f"{place}.owner"),
    )


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{place} is missing or not text")
    return value


def _version(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unreadable(f"{place} is not a whole number from 1 up")
    return value


def _ids(value: object, place: str) -> frozenset[str]:
    return frozenset(_list(value, place))


def _list(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Unreadable(f"{place} is not a list")
    return tuple(_text(entry, place) for entry in value)


def _day(value: object, place: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(_text(value, place))
    except ValueError:
        raise Unreadable(f"{place} is not a date such as 2026-12-31") from None
