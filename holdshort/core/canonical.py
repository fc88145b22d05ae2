"""One form for every signed value, and one digest over it.

An approval covers bytes, not intentions. So a value has exactly one byte form (RFC 8785),
and whatever could be read in two ways is refused at the door instead of repaired.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import rfc8785

from holdshort.core.strict import (
    MAX_DEPTH,
    MAX_INTEGER,
    TOO_DEEP,
    Malformed,
    Repeated,
    is_simple,
    plain,
    shown,
)
from holdshort.core.terms import Action, Target

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "Malformed",
    "action_bytes",
    "action_from",
    "canonical",
    "check",
    "digest",
    "parse",
]
MAX_BYTES = 32_768
FORMAT = 1

_SIMPLE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""RFC 8785 for simple values: in plain ASCII the order of keys and the escapes are the same."""


def parse(data: bytes) -> Any:
    """Read JSON strictly, once. Raises Malformed for anything ambiguous, oversized or not JSON."""
    _limit_size(data)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Malformed(f"Byte {error.start + 1} is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"This is not JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise Malformed(f"The document {TOO_DEEP}.") from None
    return value if is_simple(value) else plain(value)


def canonical(value: Any) -> bytes:
    """The one byte form of a value (RFC 8785). Raises Malformed for what `parse` would refuse."""
    data = _SIMPLE(value).encode() if is_simple(value) else rfc8785.dumps(plain(value))
    _limit_size(data)
    return data


def check(value: Any) -> None:
    """Hold a value that is already parsed to the rules of `parse`. Raises Malformed."""
    canonical(value)


def digest(data: bytes) -> str:
    """SHA-256 of the bytes as they are, in hexadecimal: the identity of whatever they say."""
    return hashlib.sha256(data).hexdigest()


def action_bytes(action: Action) -> bytes:
    """The bytes that reviewers approve and executors claim. Raises Malformed.

    The target's name is left out because names can be erased, and the agent's confidence
    because it says something about the agent and nothing about the change.
    """
    said = {field.name: getattr(action, field.name) for field in fields(Action)}
    target = {"connector": action.target.connector, "id": action.target.id}
    return canonical(said | {"v": FORMAT, "target": target})


def action_from(data: bytes) -> Action:
    """Read an action back from its bytes. Raises Malformed unless they are exactly such bytes."""
    said = parse(data)
    _expect(said, _ACTION, "The action")
    _expect(said["target"], _TARGET, "The target")
    if said.pop("v") != FORMAT:
        raise Malformed(f"v is not {FORMAT}, the only format known here.")
    if not all(isinstance(earlier, str) for earlier in said["after"]):
        raise Malformed("after holds something other than ids of actions.")
    action = Action(**said | {"target": Target(**said["target"]), "after": tuple(said["after"])})
    if action_bytes(action) != data:
        raise Malformed("The action is not in canonical form.")
    return action


_NOTHING = type(None)
_TARGET: Mapping[str, tuple[type, ...]] = {"connector": (str,), "id": (str,)}
_ACTION: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "root", "type"), (str,)),
    **dict.fromkeys(("requester", "beneficiary", "initiator", "changer"), (str,)),
    **dict.fromkeys(("v", "version", "position"), (int,)),
    **dict.fromkeys(("params", "target", "seen"), (dict,)),
    "ticket": (int, _NOTHING),
    "after": (list,),
    "undoes": (str, _NOTHING),
}


def _expect(said: Any, shape: Mapping[str, tuple[type, ...]], where: str) -> None:
    if not isinstance(said, dict):
        raise Malformed(f"{where} is not a JSON object.")
    if odd := sorted(said.keys() ^ shape.keys()):
        raise Malformed(f"{where} lacks, or should not have, the field {shown(odd[0])}.")
    for name, kinds in shape.items():
        if type(said[name]) not in kinds:
            raise Malformed(f"{where} has a field of the wrong kind: {name}.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            return Repeated(key)
        found[key] = value
    return found


def _integer(digits: str) -> int:
    """Numbers too long to be allowed become one that is refused, without the cost of reading."""
    return int(digits) if len(digits) <= len(str(-MAX_INTEGER)) else MAX_INTEGER + 1


def _limit_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Malformed(f"The document has {len(data)} bytes; the limit is {MAX_BYTES}.")
