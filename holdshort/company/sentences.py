"""What the shape refuses, in words for the person who wrote the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from holdshort.company.problems import Finding, Path, did_you_mean
from holdshort.company.schema import json_schema

_Words = Callable[[Mapping[str, Any], Any], str]


def finding(error: ErrorDetails, data: Any) -> Finding:
    """One refusal of the shape as a finding; `data` is the whole file as plain data."""
    path = _existing(error["loc"], data)
    kind = error["type"]
    if path[:1] == ("connectors",) and path[2:3] == ("settings",) and len(path) > 3:
        return Finding(
            path[:4], "must be text, a whole number, true, false, or a list or a block of those"
        )
    if kind == "extra_forbidden":
        return Finding(path, _no_such_field(path))
    if kind == "missing":
        return Finding(path, "is missing")
    written = _at(path, data)
    say = _SENTENCES.get(kind)
    text = say(error.get("ctx", {}), written) if say else error["msg"]
    return Finding(path, text)


def _existing(loc: Path, data: Any) -> Path:
    """The part of a location that is in the file, and one step more for what is missing."""
    path: list[str | int] = []
    for part in loc:
        if not isinstance(data, (dict, list)):
            break  # A step into a scalar names a branch of the shape, not a place in the file.
        if part == "[key]":
            break  # The name of a field is wrong, and the path has it already.
        path.append(part)
        data = _at((part,), data)
    return tuple(path)


def _at(path: Path, data: Any) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _no_such_field(path: Path) -> str:
    name = str(path[-1])
    known = _fields_at(path[:-1])
    hint = did_you_mean(name, known)
    listed = "" if hint or not known else f" The fields here are {', '.join(sorted(known))}."
    return f"there is no field of this name.{hint}{listed}"


def _fields_at(path: Path) -> set[str]:
    """The names of the fields that the shape has at a place."""
    here: Mapping[str, Any] = _schema()
    for part in path:
        here = _resolved(here)
        if isinstance(part, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(part) or here.get("additionalProperties") or {}
        if not isinstance(here, Mapping):
            return set()
    return set(_resolved(here).get("properties", {}))


def _resolved(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in [shape, *shape.get("anyOf", ())]:
        if "$ref" in option:
            found: Mapping[str, Any] = _schema()["$defs"][option["$ref"].rsplit("/", 1)[1]]
            return found
    return shape


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _what(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case list():
            return "a list"
        case dict():
            return "a block of fields"
        case str():
            return "text"
        case _:
            return "a number"


def _text_wanted(_: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return "must be text, and nothing is written here"
    if isinstance(value, (list, dict)):
        return f"must be text, not {_what(value)}"
    return f"must be text, not {_what(value)}; put it in quotes"


def _refused(ctx: Mapping[str, Any], _: Any) -> str:
    return str(ctx["error"])


def _choice(ctx: Mapping[str, Any], value: Any) -> str:
    expected = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
    hint = did_you_mean(value, expected.split(", ")) if isinstance(value, str) else ""
    return f"must be one of: {expected}{'.' + hint if hint else ''}"


def _list_wanted(_: Mapping[str, Any], value: Any) -> str:
    return f"must be a list, like [a, b] or lines that begin with ‘- ’, not {_what(value)}"


def _block_wanted(_: Mapping[str, Any], value: Any) -> str:
    return f"must be a block of fields, like ‘name: value’, not {_what(value)}"


def _too_few(ctx: Mapping[str, Any], _: Any) -> str:
    return f"must name at least {ctx.get('min_length', 1)}"


_SENTENCES: dict[str, _Words] = {
    "value_error": _refused,
    "literal_error": _choice,
    "enum": _choice,
    "string_type": _text_wanted,
    "string_too_long": lambda ctx, _: f"is too long; {ctx['max_length']} characters are the most",
    "tuple_type": _list_wanted,
    "list_type": _list_wanted,
    "model_type": _block_wanted,
    "model_attributes_type": _block_wanted,
    "dict_type": _block_wanted,
    "too_short": _too_few,
    "too_long": lambda ctx, _: f"must name at most {ctx['max_length']}",
    "bool_type": lambda _, value: f"must be true or false, not {_what(value)}",
    "int_type": lambda _, value: f"must be a whole number, not {_what(value)}",
    "greater_than_equal": lambda ctx, _: f"must be at least {ctx['ge']}",
    "less_than_equal": lambda ctx, _: f"must be at most {ctx['le']}",
}
