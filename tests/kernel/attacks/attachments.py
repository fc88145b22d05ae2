"""Files of a message: who writes them, when, under which names, and how large."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack
from tests.kernel.attacks.people import read
from tests.kernel.rows import Kernel

ONE_TOO_MANY = 10 * 1024 * 1024 + 1


def message(kernel: Kernel) -> int:
    """A message that was sent, with one file."""
    number = kernel.message(kernel.ticket())
    kernel.insert("owner", "attachment", message=number, place=1, name="a.txt", content=b"a")
    return number


def others_file(kernel: Kernel) -> int:
    """A ticket that waits for the agent; somebody else sent a file with a remark."""
    ticket = kernel.ticket()
    kernel.message(ticket)
    remark = kernel.message(ticket, author="sven")
    kernel.insert("owner", "attachment", message=remark, place=1, name="mine.txt", content=b"a")
    return ticket


def attach(kernel: Kernel, number: int, role: str = "owner", **forged: Any) -> None:
    row = {"message": number, "place": 2, "name": "b.txt", "content": b"b"} | forged
    kernel.insert(role, "attachment", **row)


def with_a_later_one(kernel: Kernel, number: int) -> None:
    kernel.message(kernel.ticket())
    attach(kernel, number, role="web")


def _forged(words: str, control: str, **forged: Any) -> Attack:
    return Attack(
        words, f"attachment.{control}", message, lambda k, number: attach(k, number, **forged)
    )


ATTACKS = [
    Attack(
        "a file is slipped under a message that was sent before",
        "attachment.with_its_message",
        message,
        lambda k, number: attach(k, number, role="web"),
    ),
    Attack(
        "a file is slipped under an earlier message together with a later one",
        "attachment.with_its_message",
        message,
        with_a_later_one,
    ),
    _forged("a file in no place", "attachment_place_check", place=0),
    _forged("an eleventh file", "attachment_place_check", place=11),
    _forged("a file without a name", "attachment_name_check", name=""),
    _forged("a name too long to read", "attachment_name_check", name="n" * 121),
    *(
        _forged(f"a name that holds U+{ord(odd):04X}", "plain_name", name=f"a{odd}b")
        for odd in ("/", "\\", "\n", "\x7f", "\u0085", "\u202e", "\u2067", "\u200f", "\u2028")
    ),
    _forged("a file without a byte", "attachment_content_check", content=b""),
    _forged("a file too large", "attachment_content_check", content=bytes(ONE_TOO_MANY)),
    Attack(
        "the agent reads what others called their files",
        "agent_ticket: attachments",
        others_file,
        lambda k, number: read(
            k, "agent_ticket", "number = %s AND 'mine.txt' = ANY (attachments)", number
        ),
        refusal="rows of agent_ticket",
    ),
]
