"""The form of what is sent to the API: exactly these fields, exactly these types."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from holdshort import catalogue
from holdshort.api.answers import Verdict
from holdshort.api.params import NO_NUL
from holdshort.api.shapes import AssuranceName
from holdshort.core import canonical
from holdshort.core.attachments import FITS, MOST_BYTES, MOST_FILES, NewFile, new_file
from holdshort.core.reasons import OVERRIDE
from holdshort.core.terms import Channel
from holdshort.stops.conversation import MAX_WORDS


def _plain(value: Mapping[str, Any]) -> Mapping[str, Any]:
    canonical.check(value)
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time is written as text, as in 2026-03-01T09:00:00+01:00")
    return value


TypeId = Annotated[
    StrictStr, Field(max_length=100, json_schema_extra={"enum": sorted(catalogue.REGISTRY)})
]
"""An id of the catalogue. The document lists them; an unknown one has a problem of its own."""

PersonId = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Short = Annotated[StrictStr, Field(max_length=200, pattern=NO_NUL)]
Words = Annotated[StrictStr, Field(max_length=MAX_WORDS, pattern=NO_NUL)]
Comment = Annotated[StrictStr, Field(max_length=4000, pattern=NO_NUL)]
Params = Annotated[
    dict[StrictStr, Any],
    AfterValidator(_plain),
    Field(description="Whole numbers, text, lists and objects; no fractions."),
]
BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Confidence = Annotated[StrictFloat, Field(ge=0, le=1)]
StopReason = Literal["wrong", "not_now", "suspicious", "asked_to", "other"]
UndoReason = Literal["wrong", "no_longer_needed", "side_effect", "suspicious", "other"]
assert set(StopReason.__args__) == set(OVERRIDE["stop"])  # type: ignore[attr-defined]
assert set(UndoReason.__args__) == set(OVERRIDE["undo"])  # type: ignore[attr-defined]


class Body(BaseModel):
    """What is sent; a field that is not listed is refused."""

    model_config = ConfigDict(extra="forbid")


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("the bytes of the file are written in Base64") from None
    return text


class NewAttachment(Body):
    """A file that comes with the words. What is in it is nobody's input here."""

    name: Annotated[StrictStr, Field(min_length=1, max_length=255, pattern=NO_NUL)] = Field(
        description="What it is called; a path and what cannot be seen are left out."
    )
    content: Annotated[
        StrictStr,
        AfterValidator(_base64),
        Field(
            max_length=4 * -(-MOST_BYTES // 3),
            pattern=BASE64,
            json_schema_extra={"contentEncoding": "base64"},
            description="Its bytes in Base64: at least one, 10 MB at most.",
        ),
    ]

    def as_file(self) -> NewFile:
        """The file under a harmless name."""
        return new_file(self.name, base64.b64decode(self.content))


Attachments = Annotated[
    list[NewAttachment], Field(max_length=MOST_FILES, description=f"Files. {FITS}")
]


class NewTicket(Body):
    """What somebody needs, in their own words."""

    subject: Short = ""
    body: Annotated[Words, Field(min_length=1)]
    beneficiary: PersonId | None = None
    on_behalf_of: PersonId | None = Field(
        default=None, description="Who is asking, if not the token's person (tickets:on_behalf)."
    )
    attachments: Attachments = []


class NewMessage(Body):
    """A further word on a ticket."""

    body: Annotated[Words, Field(min_length=1)]
    attachments: Attachments = []


class NewAction(Body):
    """One action that somebody offers; it is staged and gated, never executed directly."""

    type: TypeId
    params: Params
    ticket: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = None
    reasoning: Comment = ""
    confidence: Confidence | None = None


class NewAssessment(Body):
    """What the gate would answer about an action. Nothing is written."""

    type: TypeId
    params: Params
    requester: PersonId
    beneficiary: PersonId | None = None
    initiator: PersonId | None = Field(
        default=None,
        description="Who stages it; by default the agent with a confidence, else the requester.",
    )
    channel: Channel = Channel.PORTAL
    assurance: AssuranceName | Literal[0, 1, 2] | None = Field(
        default=None, description="By default session, and none for e-mail, which proves nothing."
    )
    confidence: Confidence | None = None
    phase: Literal[1, 2, 3] | None = Field(
        default=None,
        description="As if the category had this phase; by default what it has earned.",
    )
    at: Annotated[AwareDatetime, BeforeValidator(_text)] | None = None


class Stop(Body):
    """Why it is stopped."""

    reason_code: StopReason


class UndoIt(Body):
    """Why it is undone."""

    reason_code: UndoReason


class Report(Body):
    """What a person did by hand, and where it can be seen."""

    did: Literal["as_approved", "differently", "not_done"]
    evidence: Annotated[Comment, Field(min_length=1)]
    reply: Words = Field(default="", description="Sent to the requester in your name, if given.")


class Finding(Body):
    """What is really there, where the program could not tell."""

    result: Literal["applied", "not_applied"]
    note: Annotated[Comment, Field(min_length=1)]


class Settlement(Body):
    """What became of an action since the older state of the desk was kept."""

    result: Literal["done", "again", "dropped"]
    note: Comment = ""


class EndOfSafeMode(Body):
    """What was looked at, and the word that nobody sends by mistake."""

    note: Annotated[Comment, Field(min_length=1)]
    confirm: Literal["reconciled"]


class SwitchIt(Body):
    """Off stops at once; on lets go on what waited, and says why."""

    on: StrictBool
    reason: Comment = ""


class OverrideIt(Body):
    """Why nobody else could be asked."""

    reason: Annotated[Comment, Field(min_length=20)]


class MadeAlready(Body):
    """What its sender changed by hand before anybody permitted it: what, when, and why."""

    type: TypeId
    params: Params
    made_at: Annotated[AwareDatetime, BeforeValidator(_text)] = Field(
        description="In the last seven days."
    )
    reason: Annotated[Comment, Field(min_length=20)]


class LookOver(Body):
    """Whether it was right, and what was looked at."""

    verdict: Literal["right", "wrong"]
    note: Annotated[Comment, Field(min_length=1)]


class NewCallBack(Body):
    """One call, to whoever is to have asked or to the vendor, and what they said."""

    number_from: Literal["directory", "hr_record", "in_person", "vendor_record", "contract"]
    result: Literal["confirmed", "denied", "not_reached"]
    note: Annotated[StrictStr, Field(max_length=1000)] = ""


class NewDecision(Body):
    """One person's answer to a review, about the bytes with this digest."""

    digest: Annotated[StrictStr, Field(max_length=200)]
    verdict: Verdict
    reason_code: Annotated[StrictStr, Field(max_length=40)] | None = None
    comment: Comment = ""
    changes: Params | None = None
    to: PersonId | None = None
    rendering: Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="The rendering you were shown, from the review; checked if given."
    )
