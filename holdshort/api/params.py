"""Parameters that several operations share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Path, Query

NO_NUL = r"^[^\x00]*$"
"""What a text may be: no record can keep a NUL character."""

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Identity = Annotated[UUID, Path()]
Page = Annotated[int, Query(ge=1, le=100_000)]
Search = Annotated[
    str,
    Query(max_length=200, pattern=NO_NUL, description="Words, a person's name or a number."),
]
Wait = Annotated[float, Query(ge=0, le=10, description="Seconds to wait for an answer.")]
