"""Policy rule about access that is left over: from a role that somebody does not have any more.

The same templates that give access to a role say what no longer belongs to somebody whose role
has changed in HR's record. What no template ever gave is not left over; a person looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from holdshort.core.listed import Document
from holdshort.core.templates import Template, Unreadable, local, read_templates
from holdshort.core.terms import Person, PolicyResult, PolicyVerdict, Reason

RULE = "policy.role_template"


@dataclass(frozen=True, slots=True)
class Access:
    """A group and the rights that it carries, by their ids."""

    group: str
    rights: frozenset[str]

    def is_given_by(self, template: Template) -> bool:
        """Whether the template names the group, or gives some of its rights."""
        return self.group in template.groups or bool(self.rights & template.entitlements)


def left_over(
    document: Document, version: int | None, person: Person, access: Access, at: datetime
) -> PolicyResult:
    """Whether another role's template gives this, and no template of the person's own does."""
    if version is None:
        text = "Needs a person: no policy is in force."
        return PolicyResult(PolicyVerdict.NONE, Reason(RULE, text))
    try:
        own, others = _split(document, person, at)
    except Unreadable as error:
        return _fails(version, access, f"the policy cannot be read: {error}", "correcting it")
    if giving := [one for one in own if access.is_given_by(one)]:
        text = f"role template {giving[0].name} of {person.name}'s role gives this"
        return _fails(version, access, text, "another role in HR's record")
    former = [one for one in others if access.is_given_by(one)]
    if not former or not own:
        text = f"no template says that this came with a role {person.name} had before"
        return _fails(version, access, text, "a role template that gave it")
    text = (
        f"Allowed because this came with role template {former[0].name}, and none of "
        f"{person.name}'s role has it (policy version {version})."
    )
    reason = Reason(RULE, text, version, access.group, ", ".join(one.name for one in own))
    return PolicyResult(PolicyVerdict.PASSES, reason)


def _split(
    document: Document, person: Person, at: datetime
) -> tuple[Sequence[Template], Sequence[Template]]:
    """The templates in force of the person's own roles, and those of other roles."""
    at = local(document, at)
    own = [one for one in read_templates(document) if one.fits(person) and one.valid(at)]
    others = [one for one in read_templates(document) if not one.fits(person)]
    return own, others


def _fails(version: int, access: Access, fact: str, change: str) -> PolicyResult:
    text = f"Needs a person: {fact}."
    reason = Reason(RULE, text, version, access.group, "left over from another role", change)
    return PolicyResult(PolicyVerdict.FAILS, reason)
