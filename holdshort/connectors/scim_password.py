"""New passwords: readable, strong, and the same when the same reset is sent again."""

from __future__ import annotations

import hmac

# Without the letters and digits that are mistaken for one another when read aloud or typed.
_READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def password_for(key: str, secret_key: str) -> str:
    """Twenty characters that are easy to read out, from 57: more than 110 bits.

    The same key gives the same password, so an interrupted reset can be sent again (HMAC-SHA256).
    """
    number = int.from_bytes(hmac.digest(secret_key.encode(), key.encode(), "sha256"))
    letters = []
    for _ in range(20):
        number, letter = divmod(number, len(_READABLE))
        letters.append(_READABLE[letter])
    return "".join(letters)
