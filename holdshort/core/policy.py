"""What the policy in force says about one action: typed questions to a plain document.

The document holds the policy sections of company.yaml. People wrote it, so it may be wrong
anywhere: whatever cannot be read as meant allows nothing, and the reason says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdshort.core.templates import (
    Template,
    Unreadable,
    employed,
    local,
    read_templates,
    starting,
)
from holdshort.core.terms import Person, PolicyResult, PolicyVerdict, Reason

SHORT_LIST = frozenset(
    {
        "idp.reset_password",
        "idp.unlock",
        "mdm.install",
        "kb.answer",
        "ticket.categorise",
        "ticket.route",
    }
)
"""The only types that may run alone in phase 2."""

DEFAULT_THRESHOLD = 0.90
UNREACHABLE = math.inf


# ------------------------------------------------------------------ confidence


def confidence_threshold(document: Mapping[str, Any], category: str) -> float:
    """How sure the agent must be in this category (type / tier), above 0 and up to 1.

    A setting that cannot be read gives a threshold that nothing reaches.
    """
    try:
        settings = _section(document, "confidence")
        fallback = settings.get("threshold", DEFAULT_THRESHOLD)
        return _share(_section(settings, "categories").get(category, fallback))
    except Unreadable:
        return UNREACHABLE


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name, {}) if isinstance(document, Mapping) else None
    if not isinstance(section, Mapping):
        raise Unreadable(f"{name} is not a mapping")
    return section


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise Unreadable("a confidence threshold is not a number above 0 and up to 1")
    return float(value)


# ------------------------------------------------------------------ role templates

Called = Callable[[str], str]


def role_template(
    document: Mapping[str, Any],
    version: int | None,
    person: Person,
    entitlement_ids: Sequence[str],
    at: datetime,
    called: Called = str,
) -> PolicyResult:
    """Whether valid templates of this person's roles hold every one of these entitlements.

    `called` gives the name of a right, a group or a person by its id.
    """
    asked = frozenset(entitlement_ids)
    return _answer(document, _Question(version, person, asked, at, called, of_groups=False))


def group_template(
    document: Mapping[str, Any],
    version: int | None,
    person: Person,
    group_ids: Sequence[str],
    at: datetime,
    called: Called = str,
) -> PolicyResult:
    """Whether valid templates of this person's roles name every one of these groups.

    For groups that carry no rights; the rights of any other group are `role_template`'s.
    """
    asked = frozenset(group_ids)
    return _answer(document, _Question(version, person, asked, at, called, of_groups=True))


@dataclass(frozen=True, slots=True)
class _Question:
    """May this person have all that is asked, at this time, under this policy version?"""

    version: int | None
    person: Person
    asked: frozenset[str]
    at: datetime
    called: Called
    of_groups: bool

    @property
    def who(self) -> str:
        """The person as templates see them: roles and department."""
        roles = (role.replace("-", " ") for role in self.person.roles)
        return "/".join(filter(None, (*roles, self.person.department))) or "no role"

    def named(self, ids: Iterable[str]) -> str:
        """What is asked, as people call it."""
        return ", ".join(self.called(one) for one in sorted(ids))

    def held_by(self, template: Template) -> frozenset[str]:
        """What this template gives of what is asked."""
        return self.asked & (template.groups if self.of_groups else template.entitlements)


def _answer(document: Mapping[str, Any], question: _Question) -> PolicyResult:
    """Ask the document; a question that makes no sense, or has no policy, passes nothing."""
    if question.version is None:
        return _none(question, "no policy is in force")
    if not question.asked:
        return _none(question, "there is nothing here that a role template could allow")
    try:
        question = replace(question, at=local(document, question.at))
        fitting = [t for t in read_templates(document) if t.fits(question.person)]
    except Unreadable as error:
        return _fails(question, f"the policy cannot be read: {error}", "correcting the policy")
    if not (employed(question.person, question.at) or starting(question.person, question.at)):
        text = f"nothing on record says that {question.person.name} works here now"
        return _fails(question, text, "an active employment record")
    valid = [t for t in fitting if t.valid(question.at)]
    missing = question.asked.difference(*map(question.held_by, valid))
    return _not_held(question, fitting, missing) if missing else _passes(question, valid)


def _passes(question: _Question, valid: Sequence[Template]) -> PolicyResult:
    used = [t for t in valid if question.held_by(t)]
    named = ", ".join(f"{t.name}, approved by {question.called(t.approved_by)}" for t in used)
    text = f"Allowed by role template {named} (policy version {question.version})."
    limit = _list(frozenset().union(*map(question.held_by, used)))
    return _result(PolicyVerdict.PASSES, question, text, limit, "")


def _not_held(
    question: _Question, fitting: Sequence[Template], missing: frozenset[str]
) -> PolicyResult:
    """Say what is missing, and the smallest change to the templates that would have passed."""
    for template in fitting:
        if missing <= question.held_by(template):
            return _fails(question, *_not_valid(template, question))
    text = f"no role template matches {question.who} for {question.named(missing)}"
    own = [t for t in fitting if t.role in question.person.roles]
    home = own[0].name if own else f"a role template for {question.who}"
    return _fails(question, text, f"{question.named(missing)} in {home}")


def _not_valid(template: Template, question: _Question) -> tuple[str, str]:
    """Why it does not count on that day, and who can change that."""
    begins, name = template.valid_from, f"role template {template.name}"
    owner = question.called(template.owner)
    if begins is not None and question.at.date() < begins:
        return f"{name} begins on {begins}", f"{owner} letting it begin sooner"
    return f"{name} ended on {template.valid_until}", f"{owner} renewing {template.name}"


def _fails(question: _Question, fact: str, change: str) -> PolicyResult:
    text = f"Needs a person: {fact}."
    return _result(PolicyVerdict.FAILS, question, text, "in a valid role template", change)


def _none(question: _Question, fact: str) -> PolicyResult:
    return _result(PolicyVerdict.NONE, question, f"Needs a person: {fact}.", "", "")


def _result(
    verdict: PolicyVerdict, question: _Question, text: str, limit: str, change: str
) -> PolicyResult:
    rule = "policy.group_template" if question.of_groups else "policy.role_template"
    observed = _list(question.asked)
    return PolicyResult(verdict, Reason(rule, text, question.version, observed, limit, change))


def _list(ids: frozenset[str]) -> str:
    return ", ".join(sorted(ids))
