"""Files that come with words: checked before anything is written, kept with their message.

The gate never asks about them: the desk and the executor may not even read the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from holdshort.core.attachments import (
    MOST_BYTES,
    MOST_FILES,
    MOST_TOGETHER,
    NewFile,
    in_words,
)
from holdshort.records import db
from holdshort.stops.refused import Refused

Files = Sequence[NewFile]


def check_files(files: Files) -> None:
    """Raise Refused for too many files, an empty one, or more than fits."""
    if len(files) > MOST_FILES:
        raise Refused(
            "too_many_files", f"These are {len(files)} files; {MOST_FILES} fit with one message."
        )
    for one in files:
        if one.size == 0:
            raise Refused("file_empty", f"‘{one.name}’ is empty. Please choose another file.")
        if one.size > MOST_BYTES:
            raise Refused(
                "file_too_large",
                f"‘{one.name}’ has {in_words(one.size)}; {in_words(MOST_BYTES)} fit in one file.",
            )
    together = sum(one.size for one in files)
    if together > MOST_TOGETHER:
        raise Refused(
            "file_too_large",
            f"The files have {in_words(together)} together; {in_words(MOST_TOGETHER)} fit with one "
            "message. Please send the others with a second one.",
        )


def attach(files: Files) -> None:
    """Keep the files with the message that this transaction has just written."""
    for place, one in enumerate(files, start=1):
        # One at a time, so that no second copy of the others waits in memory to be sent.
        db.run("attach", place=place, name=one.name, content=one.content)


def for_the_log(files: Files) -> dict[str, Any]:
    """What the audit log says of the files: no names, which are words and can be erased."""
    listed = [
        {"place": place, "sha256": one.sha256, "size": one.size}
        for place, one in enumerate(files, start=1)
    ]
    return {"attachments": listed} if listed else {}
