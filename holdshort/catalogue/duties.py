"""Rights that nobody may hold together: when access is asked for, and before it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.catalogue import facts
from holdshort.catalogue.membership import Place, place
from holdshort.core.conflicts import arising, concern
from holdshort.core.terms import Reason
from holdshort.ports import Knows


def conflicts(at: Place, knows: Knows) -> tuple[Reason, ...]:
    """Raises: the rules that joining this group would break, with what else is coming."""
    return arising(knows.policy(), _ids(at.held_soon), _ids(at.gained or ()))


def of_group(params: Mapping[str, Any], knows: Knows) -> Reason | None:
    """Objection: by the rights held now, perhaps got since it was approved, it breaks a rule."""
    return _now(str(params["person"]), str(params["group"]), knows)


def of_github_role(params: Mapping[str, Any], knows: Knows) -> Reason | None:
    """The same for the group that carries a role in GitHub."""
    return _now(str(params["person"]), f"github-{params['role']}", knows)


def _now(person: str, group: str, knows: Knows) -> Reason | None:
    carried = knows.rights_through(group)
    if carried is None or not concern(knows.policy(), _ids(carried)):
        return None
    return next(iter(conflicts(place(person, group, knows), knows)), None)


def _ids(changed: facts.Rights) -> list[str]:
    return [right.id for right in changed]
