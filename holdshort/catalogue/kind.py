"""What an action type declares: parameters, facts, rendering, undo, the least tier it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from holdshort.core.terms import (
    Circumstances,
    Findings,
    Inquiry,
    Offered,
    PolicyResult,
    Reason,
    Tier,
)
from holdshort.ports import Knows


class CatalogueError(Exception):
    """Something wrong with what was offered, in a sentence for a person."""


class UnknownType(CatalogueError):
    """No action type has that id."""


class BadParams(CatalogueError):
    """The parameters do not fit the type; `fields` has a plain sentence per parameter."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class UnknownTarget(CatalogueError):
    """A person, group, account or article that is named does not exist here."""


class Unconfirmed(UnknownTarget):
    """It may exist, but the directory was not read lately enough to say so."""


class Params(BaseModel):
    """Parameters of an action: exactly these names, exactly these types, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Emergency = Annotated[
    bool, Field(description="Whether a person calls it an emergency; then a person decides.")
]
"""The parameter `emergency` of types that cannot wait for a window or for working hours: something
is broken or under attack. It never makes anything pass: people decide now, and look over it
afterwards. No type that gives access, spends or deletes has it."""

P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Rendering:
    """An action in words: a title (the decision), a sentence (its effect), the button's words."""

    title: str
    effect: str | Callable[[], str]
    """The sentence, or what makes it: it may have to read every right that a group carries."""

    button: str

    @property
    def sentence(self) -> str:
        """What the action changes, for whoever decides."""
        return self.effect if isinstance(self.effect, str) else self.effect()


def irreversible(params: Mapping[str, Any]) -> Offered | None:
    """The undo of a type that has none."""
    return None


def nothing_to_ask(params: Any, knows: Knows) -> None:
    """The inquiry of a type whose facts are all in the mirrors and the inventory."""


def no_objection(params: Mapping[str, Any], knows: Knows) -> tuple[Reason, ...]:
    """The objections of a type whose permission rests on nothing that may come later."""
    return ()


def one_yes(params: Mapping[str, Any]) -> int:
    """How many people must say yes where people decide, for most types."""
    return 1


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change leaves behind that facts about later lines of the same bundle rest on."""

    person: str
    user_name: str = ""
    """The name of an account that exists only afterwards."""

    joins: str = ""
    """The id of a group that the person is in afterwards."""

    leaves: str = ""
    """The id of a group that the person is not in afterwards."""

    vendor: str = ""
    spends: int | None = 0
    """What a vendor gets by it, in minor units; None where unknown."""
    suspends: bool = False
    """Whether the person's account lets nobody sign in afterwards."""


def nothing_more(params: Any, knows: Knows) -> Mapping[str, Any]:
    """What the bytes say about the end of access for a time, where its inverse needs no more."""
    return {}


def one_line(params: Any, at: datetime, knows: Knows) -> Sequence[Offered]:
    """The lines of a type that is one change: none but itself."""
    return ()


def nothing_later_rests_on(params: Any, knows: Knows) -> None:
    """The effect of a type that no fact about another line depends on."""


def made_of_lines(params: Any, asked: Circumstances, knows: Knows) -> Findings:
    """The findings of a bundle, which is never staged itself. Raises CatalogueError."""
    raise CatalogueError("This is a bundle: its lines are staged, and it is not.")


@dataclass(frozen=True)
class ActionType(Generic[P]):
    """An entry of the catalogue.

    `findings` raises UnknownTarget where a named thing does not exist. `render` never raises:
    what has gone since is shown by its id. `undo` gives the inverse, or None, and `undo_of` does
    where the inverse names the action by its id; `undo_words` says what the inverse does, or why
    there is none. `inquiry` is what its connected app must be asked live before `findings` can
    say anything, if that. `hold_seconds` is how long a policy-authorized action waits before it
    runs. `timed` types give access, and their parameters have `hours`, and with them what `ending`
    adds: what their inverse must know. `permanent` types always need a person, or the part
    of them that `permanent_part` names does, whatever was earned; `needed` is how many
    must say yes to these parameters. `objections` are what must not start without having been
    known when it was permitted: they are looked for again right before it runs, and then it goes
    back to the gate.

    A type may be an expander: `expand` gives the lines that are staged in its place, each an
    `Offered` whose `after` names positions among these lines; none where it stays one change.
    Lines follow from facts and never from who asks, each gets a gate of its own, and they are
    not expanded again. A bundle (`findings=made_of_lines`) is nothing but its lines. A type with
    findings of its own may split itself by consequence, by giving lines of its own type; a split
    whose strictest line would get a lower tier than the whole is not made (stops/lines.py).
    `effect` is what a line leaves behind for the facts of the lines after it.
    `budget` is the class of changes together with which it counts against how many people may be
    reached without a person deciding; nothing for what changes nobody's access or device. `outside`
    is the parameter that says who is reached where that is no person here, but a vendor or a party:
    these count among themselves.
    `still` is the policy rule asked again before what a rule permitted starts, where time alone
    can end what the rule allowed.
    `never_alone` is why nobody may permit it alone, in an emergency either; empty for most.
    `afterwards` is what the requester does next once it is in place, in a sentence for them.
    """

    id: str
    title: str
    domain: str
    context: str
    doc: str
    params: type[P]
    findings: Callable[[P, Circumstances, Knows], Findings]
    render: Callable[[Mapping[str, Any], Knows], Rendering]
    facts: tuple[str, ...]
    undo_words: str
    undo: Callable[[Mapping[str, Any]], Offered | None] = irreversible
    undo_of: Callable[[str, Mapping[str, Any]], Offered] | None = None
    inquiry: Callable[[P, Knows], Inquiry | None] = nothing_to_ask
    connector: str = "directory"
    min_tier: tuple[Tier, str] | None = None
    policy_rule: str | None = None
    permanent: bool = False
    permanent_part: str = ""
    timed: bool = False
    ending: Callable[[P, Knows], Mapping[str, Any]] = nothing_more
    hold_seconds: int = 60
    needed: Callable[[Mapping[str, Any]], int] = one_yes
    objections: Callable[[Mapping[str, Any], Knows], tuple[Reason, ...]] = no_objection
    expand: Callable[[P, datetime, Knows], Sequence[Offered]] = one_line
    budget: Literal["", "accounts", "memberships", "devices", "vendors", "parties"] = ""
    outside: str = ""
    still: Callable[[Mapping[str, Any], Knows, datetime], PolicyResult] | None = None
    effect: Callable[[P, Knows], Effect | None] = nothing_later_rests_on
    never_alone: str = ""
    afterwards: str = ""

    @property
    def is_bundle(self) -> bool:
        """Whether it is nothing but its lines."""
        return self.findings is made_of_lines

    def beneficiary(self, params: Mapping[str, Any], requester: str) -> str:
        """The id of the person whose access or account changes: `person`, else who asks."""
        return str(params.get("person", requester))

    def reaches(self, params: Mapping[str, Any], requester: str) -> str:
        """Who counts against the budget: the beneficiary, or who is outside with their class."""
        if self.outside:
            return f"{self.budget}:{params[self.outside]}"
        return self.beneficiary(params, requester)

    def described(self) -> dict[str, Any]:
        """This entry as plain data, for `GET /catalogue`."""
        return {
            "id": self.id,
            "title": self.title,
            "domain": self.domain,
            "context": self.context,
            "description": self.doc,
            "params": self.params.model_json_schema(),
            "facts": list(self.facts),
            "undo": {"possible": self.undo_possible, "words": self.undo_words},
            "connector": self.connector,
            "policy_rule": self.policy_rule,
            "min_tier": self._least(),
            "permanent": self.permanent,
            "permanent_part": self.permanent_part,
            "hold_seconds": self.hold_seconds,
        }

    def _least(self) -> dict[str, Any] | None:
        if self.min_tier is None:
            return None
        tier, reason = self.min_tier
        return {"tier": int(tier), "reason": reason}

    @property
    def undo_possible(self) -> bool:
        """Whether the type declares an inverse action."""
        return self.undo is not irreversible or self.undo_of is not None

    def inverse(self, action: str, params: Mapping[str, Any]) -> Offered | None:
        """What undoes the action with that id and those parameters; None where nothing does."""
        return self.undo_of(action, params) if self.undo_of else self.undo(params)
