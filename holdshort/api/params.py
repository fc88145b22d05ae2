"""Parameters that several operations share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Path, Query
from pydantic import AfterValidator


def _printable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    return text


Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Identity = Annotated[UUID, Path()]
Page = Annotated[int, Query(ge=1, le=100_000)]
Search = Annotated[
    str,
    AfterValidator(_printable),
    Query(max_length=200, description="Words, a person's name or a number."),
]
Wait = Annotated[float, Query(ge=0, le=10, description="Seconds to wait for an answer.")]
