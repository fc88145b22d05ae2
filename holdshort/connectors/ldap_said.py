"""What an LDAP result code means for a change, in a sentence (RFC 4511, RFC 4528)."""

from __future__ import annotations

from holdshort.connectors.directory import Gone, Overtaken
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

_UNCLEAR = (1, 3, 80)
"""operationsError, timeLimitExceeded, other: the directory itself does not say what is now so."""

_OVERTAKEN = (16, 20, 32, 68, 122)
"""At a write: the value, the entry or the condition is not what was read a moment ago."""

_ONLY_SOME = "The directory gives only some of its entries. Raise the bind account's size limit."

_SENTENCES = {
    4: _ONLY_SOME,
    8: "The directory demands a better protected connection. Use ldaps:// in url.",
    10: "The directory points to another server, which is never followed. Set url to that one.",
    11: _ONLY_SOME,
    12: "The directory does not support what this change needs.",
    13: "The directory demands an encrypted connection. Use ldaps:// in url.",
    17: "The directory does not know an attribute that this change needs.",
    19: "The directory's rules refuse this value.",
    32: "There is no entry at base_dn, or the bind account may not see it. Check it.",
    34: "A distinguished name in the settings is not valid. Check base_dn and new_accounts.",
    50: "The bind account may not do this. Give it the rights that the documentation lists.",
    51: "The directory asks to slow down. Try again later.",
    52: "The directory is out of service for now. Try again later.",
    53: "The directory refuses to do this.",
    64: "The directory does not allow this name here.",
    65: "The directory does not allow the entry to become like this.",
    66: "The directory does not allow this while the entry has others below it.",
    68: "The directory already has an entry with this name.",
    71: "The directory does not move entries between its parts.",
}


def said(code: int, *, write: bool = False, overtaken: tuple[int, ...] = ()) -> ConnectorError:
    """The error for a result other than success.

    `write` is for changes of an existing entry; `overtaken` are codes that mean the same as those
    for a condition that does not hold.
    """
    if write and code in (*_OVERTAKEN, *overtaken):
        return Overtaken("The directory's entry changed meanwhile; nothing was applied.")
    if code in _UNCLEAR:
        return Unreachable(f"The directory failed while answering (LDAP {code}).")
    if code == 32:
        return Gone(_SENTENCES[32])
    return RefusedByTarget(
        _SENTENCES.get(code, f"The directory refused the request (LDAP {code}).")
    )
