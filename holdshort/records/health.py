"""Whether the desk is well: what `holdshort doctor` and the page of health say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import Error

from holdshort.records import (
    batches,
    db,
    grants,
    leavers,
    overrides,
    rules_file,
    safe_mode,
    schema,
    switches,
)

_NAMED = 3
"""How many of those concerned are named; the command that is named shows all."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so, and a sentence about it."""

    name: str
    well: bool
    text: str


def checks() -> list[Check]:
    """Everything that is looked at; a failing database fails the checks, not the caller."""
    found = []
    for name, look in _LOOKS.items():
        try:
            well, text = look()
        except Error as error:
            well, text = False, f"The database does not answer ({type(error).__name__})."
        found.append(Check(name, well, text))
    return found


def _database() -> tuple[bool, str]:
    db.now()
    return True, "answers"


def _schema() -> tuple[bool, str]:
    try:
        schema.require_fit()
    except schema.Unfit as no:
        return False, str(no)
    return True, f"as this program needs it ({schema.known()[-1]})"


def _safe_mode() -> tuple[bool, str]:
    halt = safe_mode.halt()
    return (False, f"Nothing runs: {halt.why}") if halt else (True, "no older state came back")


def _switches() -> tuple[bool, str]:
    found = [f"{one.scope} by {one.person} at {one.set_at:%H:%M} UTC" for one in switches.off()]
    return (False, f"Stopped: {', '.join(found)}.") if found else (True, "nothing is stopped")


def _leavers() -> tuple[bool, str]:
    held, late = batches.undecided(), leavers.late()
    if late:
        return False, f"Who left more than 24 hours ago by HR's record can sign in still ({late})."
    if held is None:
        return True, "what HR's record says is followed"
    said = f"{held.people} people at once wait to be decided (ticket {held.ticket})"
    return False, f"{said}; until then nobody's access ends because of HR's record alone."


def _access() -> tuple[bool, str]:
    if late := grants.overdue():
        return False, f"Access that should have ended is held still ({late}): see the page Access."
    return True, "none is held longer than agreed"


def _overrides() -> tuple[bool, str]:
    if late := [one.action for one in overrides.open_ones() if one.overdue]:
        return False, f"Nobody looked at emergency overrides in time: {', '.join(late)}."
    return True, "none waits too long for somebody to look"


def notices() -> tuple[bool, str]:
    """Whether people hear of things outside the console, and what did not reach them."""
    said = db.value("company_section", section="notices") or {}
    channels = [name for name in ("mail", "pager") if said.get(name)]
    faults = [row for row in db.rows("delivery_faults") if row["channel"] in channels]
    if faults:
        return False, " ".join(_not_told(row) for row in faults[:5])
    if not channels:
        return True, "People are told in the console only: no mail or pager is set up."
    return True, f"People are told by {' and '.join(channels)}, too."


def _not_told(row: db.Row) -> str:
    whom = f" to {row['name']}" if row["name"] else ""
    what = "was given up" if row["state"] == "failed" else "has not gone out"
    when = f"{row['found_at']:%H:%M on %d %B} (UTC)"
    return f"The {row['channel']}{whom} of {when} {what}: {row['reason']}"


def _rules() -> tuple[bool, str]:
    found = db.row("policy_in_force")
    if found is None:
        return False, "No rules are in force; load them with `holdshort company apply FILE`."
    return True, f"version {found['number']}, adopted by {found['adopted_by']}"


def _rules_file() -> tuple[bool, str]:
    broken = rules_file.unreadable()
    return (False, broken.text) if broken else (True, "was read")


def _directory() -> tuple[bool, str]:
    found = db.row("mirror_read_at")
    if not found or found["read_at"] is None:
        return False, "No directory was read yet. Does the executor run? See its log."
    text = f"last read at {found['read_at']:%H:%M:%S} UTC"
    if not found["fresh"]:
        return False, f"{text}, more than ten minutes ago: everything about access now waits."
    return True, text


def _groups() -> tuple[bool, str]:
    """What nobody has listed gives nobody knows what: whoever has it may be an administrator."""
    found = [row for row in db.rows("unlisted_groups") if row["people"]]
    if not found:
        return True, "the company's file lists every group that somebody is in"
    named = ", ".join(f"‘{row['name']}’" for row in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return False, (
        f"Groups of the directory with people in them that the company's file does not list: "
        f"{len(found)} ({named}{more}). Nobody says what they give. List them: "
        "`holdshort company groups` prints them for the file."
    )


def _processes() -> tuple[bool, str]:
    found = db.row("waiting_too_long", since=db.now() - timedelta(days=1)) or {}
    if found.get("unlogged"):
        return False, f"{found['unlogged']} events have no place in the log. Does the desk run?"
    if found.get("abandoned"):
        return False, f"{found['abandoned']} executions were left alone. Does the executor run?"
    return True, "nothing waits too long"


_LOOKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "database": _database,
    "schema": _schema,
    "safe mode": _safe_mode,
    "switches": _switches,
    "leavers": _leavers,
    "access for a time": _access,
    "overrides": _overrides,
    "notices": notices,
    "rules": _rules,
    "company's file": _rules_file,
    "directory": _directory,
    "groups": _groups,
    "processes": _processes,
}
