"""The structured reasons of an override: short codes for records, words for screens.

Seven at most for each verb, so that a tired person can choose; free text is optional beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

OVERRIDE: Mapping[str, Mapping[str, str]] = {
    "change": {
        "wrong_target": "Right idea, wrong group, account or system",
        "too_much": "Less access is enough",
        "wrong_person": "Meant for somebody else",
        "incomplete": "Something is missing",
        "other": "Another reason",
    },
    "reject": {
        "not_needed": "Not needed for this person's work",
        "too_risky": "Too much could go wrong",
        "not_authorised": "This person may not ask for it",
        "suspicious": "This looks like an attempt to trick us",
        "wrong_suggestion": "The suggestion does not fit the request",
        "duplicate": "Already done or asked elsewhere",
        "other": "Another reason",
    },
    "hand_over": {
        "not_mine": "Somebody else knows this better",
        "away": "I am about to be away",
        "too_busy": "I cannot look at it in time",
        "conflict": "I am too close to it",
        "other": "Another reason",
    },
    "stop": {
        "wrong": "This is not right",
        "not_now": "Not now",
        "suspicious": "This looks like an attempt to trick us",
        "asked_to": "The requester asked to stop",
        "other": "Another reason",
    },
    "undo": {
        "wrong": "It was not right",
        "no_longer_needed": "No longer needed",
        "side_effect": "It broke something else",
        "suspicious": "This looks like an attempt to trick us",
        "other": "Another reason",
    },
}


def known(verb: str, code: str | None) -> bool:
    """Whether `code` is a reason for that verb."""
    return code in OVERRIDE.get(verb, {})
