"""Declared requests with an action's values in their places, and answers with values picked out.

A value goes where a place stands, whole: into a path as one percent-encoded segment, into a
query and a body by the encoder of that form. No text is ever put together with another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from holdshort.connectors.http_declared import PLACE, Picked, Reading
from holdshort.core.terms import Action
from holdshort.ports import RefusedByTarget, Unreachable

_DOTS = ("", ".", "..")


def path_of(template: str, action: Action) -> str:
    """The path with each place as one segment. Raises RefusedByTarget where a value is none."""
    segments = (_segment(part, action) for part in template[1:].split("/"))
    return "/" + "/".join(segments)


def _segment(part: str, action: Action) -> str:
    return part if PLACE.fullmatch(part) is None else segment_of(part, action)


def segment_of(place: str, action: Action) -> str:
    """What a place stands for, percent-encoded. Raises RefusedByTarget where it is no segment."""
    text = text_of(place, action)
    # A service that decodes before it resolves would leave the path with these.
    if text in _DOTS:
        raise RefusedByTarget(f"The value of {place} cannot stand in an address.")
    return quote(text, safe="")


def query_of(template: Mapping[str, str], action: Action) -> dict[str, str]:
    """The query, for the encoder of the client. Raises RefusedByTarget."""
    return {
        name: text_of(value, action) if PLACE.fullmatch(value) else value
        for name, value in template.items()
    }


def value_of(template: Any, action: Action) -> Any:
    """A JSON value with each place replaced by what it stands for, of whatever JSON type."""
    if isinstance(template, str):
        return plain(_named(template, action)) if PLACE.fullmatch(template) else template
    if isinstance(template, Mapping):
        return {name: value_of(inner, action) for name, inner in template.items()}
    if isinstance(template, list | tuple):
        return [value_of(inner, action) for inner in template]
    return template


def plain(value: Any) -> Any:
    """The same with lists instead of tuples, as JSON has them."""
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def text_of(place: str, action: Action) -> str:
    """What a place stands for, as text. Raises RefusedByTarget where it is none."""
    value = _named(place, action)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RefusedByTarget(f"The value of {place} is not text and cannot stand in an address.")
    return str(value)


def _named(place: str, action: Action) -> Any:
    source, _, name = place.strip("{}").partition(".")
    if source == "params":
        found = action.params.get(name)
    elif source == "seen":
        found = action.seen.get(name)
    elif source == "target":
        found = action.target.id
    elif source == "action":
        found = action.id if name == "id" else action.root
    else:
        found = action.beneficiary
    if found is None:
        raise RefusedByTarget(f"This action has no value for {place}.")
    return found


# ------------------------------------------------------------------ answers


def picked(reading: Reading, answer: Any, who: str) -> dict[str, Any]:
    """The declared fields of an answer. Raises Unreachable where it is not as declared."""
    return {name: _pick(how, answer, who) for name, how in reading.fields.items()}


def _pick(how: Picked, answer: Any, who: str) -> Any:
    found = value_at(how.pointer, answer)
    if found is _NOTHING:
        if "default" in how.model_fields_set:
            return how.default
        raise Unreachable(f"{who}'s answer has nothing at {how.pointer}.")
    if how.each is not None and isinstance(found, list):
        found = [value_at(how.each, one) for one in found]
    if not (_is_scalar(found) or (isinstance(found, list) and all(map(_is_scalar, found)))):
        raise Unreachable(f"{who}'s answer has no plain value at {how.pointer}.")
    return sorted(found, key=str) if how.sort and isinstance(found, list) else found


_NOTHING = object()


def value_at(pointer: str, answer: Any) -> Any:
    """What a JSON pointer (RFC 6901) names, or an object that is nothing of JSON."""
    for token in pointer[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(answer, Mapping):
            answer = answer.get(name, _NOTHING)
        elif isinstance(answer, Sequence) and not isinstance(answer, str):
            in_it = name.isdecimal() and int(name) < len(answer)
            answer = answer[int(name)] if in_it else _NOTHING
        else:
            return _NOTHING
    return answer


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
