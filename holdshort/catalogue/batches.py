"""Many accounts at once: all of them count before the first is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue.accounts import SUSPEND
from holdshort.catalogue.kind import ActionType, Params, Rendering, made_of_lines
from holdshort.core.terms import Offered
from holdshort.ports import Knows


class AccountsOf(Params):
    """Whose accounts."""

    people: list[str] = Field(
        min_length=1, max_length=100, description="The ids of the people, each once."
    )


def _each(params: AccountsOf, at: datetime, knows: Knows) -> Sequence[Offered]:
    return tuple(Offered(SUSPEND.id, {"person": id}) for id in dict.fromkeys(params.people))


def _render_all(params: Mapping[str, Any], knows: Knows) -> Rendering:
    count = len(set(params["people"]))
    title = f"Suspend the accounts of {count} people"
    return Rendering(title, f"{count} people will not be able to sign in until resumed.", title)


SUSPEND_ALL = ActionType(
    id="bundle.suspend",
    title="Suspend several accounts",
    domain="identity",
    context="security",
    doc="Suspends several people's accounts. All of them count before the first is suspended.",
    params=AccountsOf,
    findings=made_of_lines,
    render=_render_all,
    facts=("those of each suspension", "how many people were reached lately"),
    undo_words="Each account is resumed by itself.",
    min_tier=SUSPEND.min_tier,
    expand=_each,
)

TYPES = (SUSPEND_ALL,)
