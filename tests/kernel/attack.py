"""An attack, as data: what is forbidden, who tries it, and the one control that refuses it.

An attack runs in two ways. As an ordinary test it is tried through a real login and must be
refused by its control, by name. The mutation run takes the control away and tries it again: it
must succeed, or the control was not what refused it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors

from tests.kernel.rows import Kernel


def nothing(kernel: Kernel) -> None:
    """The scene of an attack that needs none."""


@dataclass(frozen=True)
class Attack:
    """What somebody tries who must not.

    `scene` makes what must be true before; it is shared and committed. `strike` does the
    forbidden thing. `arrange` makes room for the strike inside the transaction of a mutation
    run, where it is rolled back; the control refuses without it, too. `refusal` is what the
    database names, where that is not the control itself.
    """

    words: str
    control: str
    scene: Callable[[Kernel], Any]
    strike: Callable[[Kernel, Any], Any]
    arrange: Callable[[Kernel, Any], None] | None = None
    refusal: str = ""

    @property
    def refused_by(self) -> str:
        return self.refusal or self.control


class NothingThere(Exception):
    """The statement ran and reached no row: a row policy hid them all."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"no row of {table} was reached")


_SAYS = (
    (r'row-level security policy "(\w+)" for table "(\w+)"', r"\2.\1"),
    (r'row-level security policy for table "(\w+)"', r"rows of \1"),
    (r"permission denied for (?:table|view|sequence|schema|database) (\w+)", r"rights on \1"),
    (r"permission denied to set (?:role|session)", "membership"),
    (r"permission denied to create role", "attributes"),
    (r"must be owner of", "ownership"),
    (r'cannot insert a non-DEFAULT value into column "(\w+)"', r"generated \1"),
)


def refused_by(error: BaseException) -> str:
    """The control that an error names.

    Constraints and named row policies are `table.name`, an empty column is `table.column is
    filled in`, the ordinary row policies of a table are `rows of table`, a missing grant is
    `rights on table`.
    """
    if isinstance(error, NothingThere):
        return f"rows of {error.table}"
    if not isinstance(error, psycopg.Error):
        raise error
    diag, text = error.diag, str(error).splitlines()[0]
    if isinstance(error, errors.NotNullViolation):
        return f"{diag.table_name}.{diag.column_name} is filled in"
    if diag.constraint_name:
        return f"{diag.table_name}.{diag.constraint_name}"
    for pattern, name in _SAYS:
        if found := re.search(pattern, text):
            return found.expand(name)
    return text


def reached(cursor: psycopg.Cursor[Any], table: str) -> None:
    """Raise NothingThere unless the statement reached a row."""
    if cursor.rowcount == 0:
        raise NothingThere(table)
