"""New passwords: readable, strong, and the same when the same reset is sent again."""

from __future__ import annotations

import hmac
from itertools import count

# Without the letters and digits that are mistaken for one another when read aloud or typed.
_READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def password_for(key: str, secret_key: str) -> str:
    """Twenty characters that are easy to read out, from 57: more than 110 bits.

    The same key gives the same password, so an interrupted reset can be sent again (HMAC-SHA256).
    It has small and capital letters and digits, which many directories demand.
    """
    tries = (_letters(f"{key}/{n}" if n else key, secret_key) for n in count())
    return next(password for password in tries if _is_mixed(password))


def _letters(key: str, secret_key: str) -> str:
    number = int.from_bytes(hmac.digest(secret_key.encode(), key.encode(), "sha256"))
    letters = []
    for _ in range(20):
        number, letter = divmod(number, len(_READABLE))
        letters.append(_READABLE[letter])
    return "".join(letters)


def _is_mixed(password: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(kind(letter) for letter in password) for kind in kinds)
