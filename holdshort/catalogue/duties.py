"""Rights that nobody may hold together: when access is asked for, and before it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.catalogue import facts, rights
from holdshort.catalogue.membership import Place, place
from holdshort.core.conflicts import arising, concern
from holdshort.core.terms import Reason
from holdshort.ports import Knows


def conflicts(at: Place, knows: Knows) -> tuple[Reason, ...]:
    """Raises: the rules that joining this group would break, with what else is coming.

    Of a right that some rule is about, nobody can say so while nobody says what else is held.
    """
    rules, gained = knows.policy(), _ids(at.gained or ())
    held = knows.unlisted_of(at.person.id) if concern(rules, gained) else ()
    return (
        *arising(rules, _ids(at.held_soon), gained),
        *facts.present(rights.unlisted(at.person, held)),
    )


def of_group(params: Mapping[str, Any], knows: Knows) -> tuple[Reason, ...]:
    """Objections: by the rights held now, perhaps got since it was approved, it breaks a rule."""
    return _now(str(params["person"]), str(params["group"]), knows)


def of_github_role(params: Mapping[str, Any], knows: Knows) -> tuple[Reason, ...]:
    """The same for the group that carries a role in GitHub."""
    return _now(str(params["person"]), f"github-{params['role']}", knows)


def _now(person: str, group: str, knows: Knows) -> tuple[Reason, ...]:
    carried = knows.rights_through(group)
    if carried is None or not concern(knows.policy(), _ids(carried)):
        return ()
    return conflicts(place(person, group, knows), knows)


def _ids(changed: facts.Rights) -> list[str]:
    return [right.id for right in changed]
