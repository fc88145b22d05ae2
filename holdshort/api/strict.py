"""Reading a body once and strictly: whatever could be read in two ways is refused."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from holdshort.api.problems import Problem


class StrictParser(Parser):
    """JSON in UTF-8, no key twice, no NaN, no half characters, not too deep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value of the body. Raises Problem."""
        if request.content_type != "application/json":
            raise Problem("unsupported_media_type", "Send application/json.")
        try:
            return json.loads(
                request.body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant
            )
        except UnicodeDecodeError as error:
            raise Problem("malformed", f"Byte {error.start + 1} is not UTF-8 text.") from None
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise Problem("malformed", f"This is not JSON: {place}.") from None
        except RecursionError:
            raise Problem("malformed", "The document is nested too deeply.") from None
        except ValueError:
            raise Problem("malformed", "The document holds a number that is too long.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Problem("malformed", f"The key {ascii(key)[:40]} appears twice.")
        _check(key)
        _check_all(value)
        found[key] = value
    return found


def _check_all(value: Any) -> None:
    if isinstance(value, str):
        _check(value)
    elif isinstance(value, list):
        for one in value:
            _check_all(one)


def _check(text: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Problem("malformed", "A text holds half a character (a lone surrogate).")


def _constant(name: str) -> Any:
    raise Problem("malformed", f"{name} is not JSON.")
