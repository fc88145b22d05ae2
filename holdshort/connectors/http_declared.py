"""What a declaration of a REST service may say: the schema of the `http` connector's settings.

It is data, never code. `{params.package}` stands for one whole value: a whole segment of a
path, a whole value of a query, a whole value of a body. Anything else in braces is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)

from holdshort.ports import Shape

PLACE = re.compile(
    r"\{(?:(params|seen)\.([A-Za-z_][A-Za-z0-9_]*)|target\.(id)|action\.(id|root)|beneficiary)\}"
)
"""Where a value goes, named by where it comes from."""

IDEMPOTENT = ("PUT", "PATCH", "DELETE")
"""Methods that set a state, so that twice is once. A PATCH is always a merge patch (RFC 7396)."""

Meaning = Literal["done", "overtaken", "refused", "unknown"]
NEVER_DECLARED = (401, 403)
"""Statuses about the credential; what they mean is not for a declaration to say."""


class Declared(BaseModel):
    """What every part has in common: it cannot change, and nothing is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


# ------------------------------------------------------------------ values with places in them


def _whole(text: str) -> str:
    if ("{" in text or "}" in text) and PLACE.fullmatch(text) is None:
        raise ValueError(
            "a place in braces stands for a whole value and is one of {params.NAME}, {seen.NAME}, "
            "{target.id}, {action.id}, {action.root}, {beneficiary}"
        )
    return text


def _checked(value: Any) -> Any:
    """A JSON value whose texts are plain or one whole place; names are always plain."""
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str) or "{" in name or "}" in name:
                raise ValueError("the name of a field is plain text without braces")
        return {name: _checked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_checked(inner) for inner in value]
    if value is None or isinstance(value, bool | int):
        return value
    raise ValueError("a value is text, a whole number, true, false, nothing, a list or a block")


def _path(value: str) -> str:
    if not value.startswith("/") or any(c in value for c in "?#\\") or not value.isascii():
        raise ValueError("a path starts with / and has no ?, # or \\; write ‘query’ for the rest")
    for segment in value[1:].split("/") if value != "/" else ():
        if _whole(segment) in ("", ".", ".."):
            raise ValueError("a path has no empty segment, no . and no ..")
        if not PLACE.fullmatch(segment) and not re.fullmatch(r"[A-Za-z0-9._~@:-]+", segment):
            raise ValueError("a segment is letters, digits and ._~@:- or one place in braces")
    return value


def _pointer(value: str) -> str:
    if not value.startswith("/") or re.search(r"~(?![01])", value):
        raise ValueError("write where the value is as a JSON pointer, like /owner/email")
    return value


Value = Annotated[Any, AfterValidator(_checked)]
Block = Annotated[dict[str, Any], AfterValidator(_checked)]
Text = Annotated[str, AfterValidator(_whole)]
Path = Annotated[str, Field(max_length=500), AfterValidator(_path)]
Pointer = Annotated[str, Field(max_length=200), AfterValidator(_pointer)]
Name = Annotated[str, Field(pattern=r"^_?[a-z][a-z0-9_]{0,40}$")]
Type = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z][a-z_]*$")]
Status = Annotated[int, Field(ge=200, le=599)]


# ------------------------------------------------------------------ reading


class Picked(Declared):
    """One value of an answer."""

    pointer: Pointer = Field(description="Where it is, as a JSON pointer.")
    each: Pointer | None = Field(
        None, description="For a list of blocks: where in each of them the value is."
    )
    sort: StrictBool = Field(False, description="A list whose order means nothing.")
    default: Value = Field(None, description="What counts where the answer does not have it.")


def _picked(value: Any) -> Any:
    return {"pointer": value} if isinstance(value, str) else value


class Reading(Declared):
    """One GET, and what of its answer matters."""

    path: Path = Field(description="Below base_url; a place is a whole segment.")
    query: dict[str, Text] = Field({}, description="Names with values or places.")
    fields: dict[Name, Annotated[Picked, BeforeValidator(_picked)]] = Field(
        min_length=1,
        description="Name to JSON pointer. A name that starts with _ informs and is not compared.",
    )
    absent: dict[Name, Value] | None = Field(
        None, description="The fields where the service says 404; without it 404 is a refusal."
    )

    @model_validator(mode="after")
    def _absent_is_complete(self) -> Self:
        if self.absent is not None and set(self.absent) != set(self.fields):
            raise ValueError("‘absent’ names exactly the fields of ‘fields’")
        return self


# ------------------------------------------------------------------ changing


class Request(Declared):
    """One request that changes something."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = Field(description="How.")
    path: Path = Field(description="Below base_url; a place is a whole segment.")
    body: Block | None = Field(None, description="The JSON body; places in values.")
    key_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")] | None = Field(
        None, description="The header whose key the service honours by doing it only once."
    )
    if_match: StrictBool = Field(
        False, description="Send the ETag of the last reading: it fails if that changed meanwhile."
    )
    statuses: dict[Status, Meaning] = Field(
        {}, description="What the service means by a status, where it is not the usual thing."
    )

    @model_validator(mode="after")
    def _statuses_make_sense(self) -> Self:
        for status, meaning in self.statuses.items():
            if status in NEVER_DECLARED or 300 <= status < 400:
                raise ValueError(f"what {status} means cannot be declared")
            if status >= 500 and meaning == "done":
                raise ValueError(f"{status} cannot mean that it was done")
        return self

    @property
    def may_be_repeated(self) -> bool:
        """Whether sending it twice is sending it once."""
        return self.key_header is not None or self.method in IDEMPOTENT


class Told(Declared):
    """How the fields that are read back tell that it was applied."""

    equals: dict[Name, Value] = Field({}, description="Fields with the values they must have.")
    changed: tuple[Name, ...] = Field((), description="Fields that must differ from before.")
    begun: dict[Name, Value] = Field(
        {},
        description="Fields that show a part of it: then it is neither done nor undone, and "
        "a person looks if it cannot go on.",
    )

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        if not self.equals and not self.changed:
            raise ValueError("name what must be so afterwards, ‘equals’ or ‘changed’")
        return self


class Declaration(Declared):
    """One action type: how it is looked at, made, recognised and taken back."""

    type: Type = Field(description="The action type.")
    when: dict[Name, Value] = Field(
        {},
        description="Only for actions with these parameters, or with these values of what was "
        "seen, whose names start with _; the first entry that fits counts.",
    )
    observe: tuple[Reading, ...] = Field(
        min_length=1, max_length=5, description="Read before and after; last what is written to."
    )
    act: tuple[Request, ...] = Field(min_length=1, max_length=5, description="Sent in this order.")
    applied: Told | None = Field(None, description="Without it nobody can tell: the app is blind.")
    undo: Annotated[str, Field(pattern=r"^(none|[a-z]+\.[a-z][a-z_]*)$")] = Field(
        description="The inverse type, or none."
    )
    scopes: tuple[str, ...] = Field(min_length=1, description="The least rights, in plain words.")

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [name for reading in self.observe for name in reading.fields]
        if len(set(names)) < len(names):
            raise ValueError("two readings give a field of one name")
        if all(name.startswith("_") for name in names):
            raise ValueError("at least one field without _ must be compared before it is changed")
        for name in self._told():
            if name not in names:
                raise ValueError(f"‘applied’ names {name}, which no reading gives")
        return self

    def _told(self) -> Iterator[str]:
        if self.applied is not None:
            yield from (*self.applied.equals, *self.applied.changed, *self.applied.begun)

    @model_validator(mode="after")
    def _parts_are_recognised(self) -> Self:
        if len(self.act) > 1 and not all(request.may_be_repeated for request in self.act):
            raise ValueError("of several requests each must be repeatable: a PUT, or with a key")
        if len(self.act) > 1 and not (self.applied and self.applied.begun):
            raise ValueError("of several requests ‘begun’ must tell when only a part was done")
        return self

    @property
    def shape(self) -> Shape:
        """A state to reach that can be read back, or a sending under a key, or neither."""
        told = self.applied
        sets = all(request.method in IDEMPOTENT for request in self.act)
        if sets and told is not None and not told.changed:
            return Shape.SET
        keyed = any(request.key_header for request in self.act)
        if keyed and all(request.may_be_repeated for request in self.act):
            return Shape.KEYED
        return Shape.BLIND

    def fits(self, params: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
        """Whether it is about an action with these parameters that saw this."""
        told = {**{name: seen[name] for name in seen if name.startswith("_")}, **params}
        return all(name in told and told[name] == value for name, value in self.when.items())


class MembersOf(Declared):
    """One group of the company's file that stands for a role in the service."""

    value: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="What the service calls the role."
    )
    id: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The id of the group in the company's file, which says what it carries."
    )
    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The name that screens show."
    )


class Members(Declared):
    """Where the service lists who is what, so that rights which it gives are known everywhere."""

    path: Path = Field(description="Below base_url; read every few minutes and after each change.")
    list: Pointer = Field(description="Where the list is in the answer, as a JSON pointer.")
    account: Pointer = Field(description="Where in an entry the account is, as people list it.")
    group: Pointer = Field(description="Where in an entry the role is.")
    page: Annotated[str, Field(pattern=r"^[A-Za-z_]{1,40}$")] | None = Field(
        None, description="The query name of the page number; read until a page is empty."
    )
    groups: tuple[MembersOf, ...] = Field(min_length=1, description="The roles that matter.")


class Service(Declared):
    """A REST service: what it can be asked to do."""

    name: Annotated[str, Field(min_length=1, max_length=60)] = Field(
        description="What people call it, like The MDM."
    )
    probe: Path = Field(description="A path to read that needs the credential and changes nothing.")
    members: Members | None = Field(None, description="Where it lists who is what, if it does.")
    actions: tuple[Declaration, ...] = Field(min_length=1, description="One entry per action type.")

    @model_validator(mode="after")
    def _inverses_exist(self) -> Self:
        types = {one.type for one in self.actions}
        for one in self.actions:
            if one.undo != "none" and one.undo not in types:
                raise ValueError(f"the undo of {one.type} is {one.undo}, which is not declared")
        return self
