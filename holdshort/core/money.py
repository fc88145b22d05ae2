"""Amounts of money: whole numbers of the smallest unit of a currency, and how people write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XAF": 0, "XOF": 0} | {
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}
"""How many digits of a currency stand behind the point, where it is not two."""


def minor_units(amount: Decimal, currency: str) -> int:
    """An amount in the smallest unit of its currency (cents for EUR)."""
    return int((amount * 10 ** _digits(currency)).to_integral_value())


def read(amount: object, currency: object) -> int | None:
    """What a file says an amount is, in the smallest unit; None where it says none."""
    if isinstance(amount, bool) or not isinstance(amount, int | str | Decimal):
        return None
    try:
        found = Decimal(amount)
    except InvalidOperation:
        return None
    if not isinstance(currency, str) or not found.is_finite() or found < 0:
        return None
    return minor_units(found, currency)


def whole(minor: int, currency: str) -> str:
    """An amount of the smallest unit in whole units, as a file has it: `2400.00`."""
    digits = _digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def said(minor: int, currency: str) -> str:
    """An amount as people write it: `2,400.00 EUR`."""
    digits = _digits(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}".strip()


def _digits(currency: str) -> int:
    return MINOR_DIGITS.get(currency, 2)
