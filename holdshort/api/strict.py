"""Reading a body once and strictly: whatever could be read in two ways is refused."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from holdshort.api.problems import Problem
from holdshort.core.attachments import FITS, MEGABYTE


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


MOST_WITH_FILES = 36 * MEGABYTE
"""25 MB in Base64, the words, and room to spare."""


def read_with_files(request: HttpRequest) -> None:
    """Read a body that may hold files, more than Django reads otherwise. Raises Problem."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_WITH_FILES:
        raise Problem("too_large", f"The body is larger than 36 MB. {FITS}")
    request._body = request.read()


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


_HALF = re.compile("[\ud800-\udfff]")


def _check(text: str) -> None:
    if _HALF.search(text):
        raise Problem("malformed", "A text holds half a character (a lone surrogate).")


def _constant(name: str) -> Any:
    raise Problem("malformed", f"{name} is not JSON.")
