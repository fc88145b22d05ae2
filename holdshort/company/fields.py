"""The kinds of value a company.yaml is made of, each with the sentence that refuses a wrong one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

from holdshort.company.problems import shown
from holdshort.core.deletion import parts
from holdshort.core.grants import LONGEST

EVERYONE = "everyone"
OWNER = "owner"
"""The role whose holder is the first owner of the installation."""

BUILT_IN_CONNECTORS = ("desk", "manual")

_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Section(BaseModel):
    """What every part of company.yaml has in common: it cannot change, and nothing is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _matching(pattern: str, hint: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"{shown(value)} {hint}")
        return value

    return check


def _readable(value: str) -> str:
    text = unicodedata.normalize("NFC", value.strip())
    if not text:
        raise ValueError("must not be empty")
    if any(c in _INVISIBLE or unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValueError("contains an invisible character; type it again by hand")
    return text


def _as_it_is(value: str) -> str:
    """A name that must be the same to a reader and to the directory."""
    if _readable(value) != value:
        raise ValueError("must be written as the directory writes it, without blanks around it")
    return value


def _prose(value: str) -> str:
    _readable(re.sub(r"[\n\t]", " ", value))
    return unicodedata.normalize("NFC", value)


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{shown(value)} is not a time zone; write one like Europe/Berlin or UTC"
        ) from None
    return value


def _path(value: str) -> str:
    try:
        parts(_readable(value))
    except ValueError as error:
        raise ValueError(f"{shown(value)} is no path: {error}") from None
    return _readable(value)


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("must be a date like 2026-03-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{shown(value)} is not in the calendar") from None


def _moment(value: Any) -> Any:
    wanted = "must be a date and time with its offset, like 2026-03-31T08:00:00+02:00"
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(wanted) from None
    if moment.utcoffset() is None:
        raise ValueError(wanted)
    return moment


def _money(value: Any) -> Any:
    wanted = "must be an amount of money in whole units, like 2000 or 19.90"
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError(wanted)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise ValueError(wanted)
    if amount != round(amount, 2):
        raise ValueError("has more than two digits after the point")
    return round(amount, 2)


def _share(value: Any) -> Any:
    wanted = "must be a number above 0 and at most 1, like 0.90"
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError(wanted)
    try:
        share = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not share.is_finite() or not 0 < share <= 1:
        raise ValueError("must lie above 0 and be at most 1")
    # 0.9 and 0.90 are one threshold, so they must be one value in the digest.
    return Decimal(format(share.normalize(), "f"))


Id = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
            "cannot be an id: use letters, digits, ‘.’, ‘_’ and ‘-’, at most 64 of them",
        )
    ),
]
GroupId = Annotated[str, Field(max_length=200), AfterValidator(_as_it_is)]
"""A group's own name in its directory, which nobody here chose: "Domain Admins"."""

EntitlementId = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}:[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}",
            "cannot be an entitlement: write system:name, like github:member",
        )
    ),
]
ActionType = Annotated[
    str,
    AfterValidator(
        _matching(r"[a-z]+\.[a-z][a-z_]*", "is not an action type; write one like saas.renew")
    ),
]
Category = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[a-z]+\.[a-z][a-z_]*/[123]",
            "is not a category: write type/tier, like idp.unlock/1",
        )
    ),
]
Clock = Annotated[
    str,
    AfterValidator(
        _matching(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", 'is not a time of day like "20:00"')
    ),
]
Currency = Annotated[
    str, AfterValidator(_matching(r"[A-Z]{3}", "is not a currency; write its code, like EUR"))
]
Email = Annotated[
    str,
    AfterValidator(
        _matching(r"|[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}", "is not an e-mail address")
    ),
]
Hash = Annotated[
    str,
    AfterValidator(
        _matching(r"[0-9a-f]{64}", "is not a SHA-256 hash: 64 digits and letters a to f")
    ),
]
Text = Annotated[str, Field(max_length=255), AfterValidator(_readable)]
Path = Annotated[str, Field(max_length=400), AfterValidator(_path)]
Prose = Annotated[str, Field(max_length=20_000), AfterValidator(_prose)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_time_zone)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Share = Annotated[Decimal, BeforeValidator(_share)]
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Hours = Annotated[StrictInt, Field(ge=1, le=LONGEST)]
Version = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
