"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.http import HttpRequest
from ninja import Router, Status

from holdshort import __version__
from holdshort.api import answers
from holdshort.records import batches, db, grants, leavers, rules_file, safe_mode, switches
from holdshort.records.roles import role_names

router = Router(tags=["health"])


@router.get(
    "/health",
    auth=None,
    response=answers.Health,
    operation_id="health",
    summary="Is the process alive?",
)
def health(request: HttpRequest) -> dict[str, str]:
    """Answers without asking anything else."""
    return {"status": "ok", "version": __version__}


@router.get(
    "/ready",
    auth=None,
    response={200: answers.Ready, 503: answers.Ready},
    operation_id="ready",
    summary="Can it do its work?",
)
def ready(request: HttpRequest) -> Status[Any]:
    """Whether the database answers as the right login role. How old the mirrors are is told too.

    An old mirror does not make it unready: the desk then goes on, with less certainty. Nor does
    safe mode: tickets and answers are taken, and nothing runs.
    """
    try:
        checks = [
            *(_database(), _safe_mode(), _switches(), _leavers(), _access(), _rules_file()),
            *_directories(),
        ]
    except Error:
        checks = [_check("database", False, "The database cannot be reached.")]
    able = all(one["ok"] for one in checks if one["name"] == "database")
    return Status(200 if able else 503, {"ready": able, "checks": checks})


def _database() -> dict[str, Any]:
    role, expected = db.value("login_role"), role_names()["web"]
    ok = role == expected
    return _check(
        "database", ok, f"Connected as {role}." if ok else f"Not connected as {expected}."
    )


def _safe_mode() -> dict[str, Any]:
    """In safe mode tickets and answers are taken, so the process is ready; nothing runs."""
    halt = safe_mode.halt()
    said = f"Nothing runs: {halt.why}" if halt else "No older state came back."
    return _check("safe_mode", halt is None, said)


def _switches() -> dict[str, Any]:
    """What is stopped waits; tickets and answers are taken, so the process is ready."""
    found = [one.scope for one in switches.off()]
    return _check(
        "switches", not found, f"Stopped: {', '.join(found)}." if found else "Nothing is stopped."
    )


def _leavers() -> dict[str, Any]:
    """While many leavers at once wait to be decided, HR's record alone ends nobody's access."""
    held = batches.undecided()
    if late := leavers.late():
        return _check("leavers", False, f"{late} who left can sign in after more than 24 hours.")
    if held is None:
        return _check("leavers", True, "What HR's record says is followed.")
    said = f"Paused: {held.people} people at once wait to be decided, ticket {held.ticket}."
    return _check("leavers", False, said)


def _access() -> dict[str, Any]:
    late = grants.overdue()
    said = f"{late} should have ended." if late else "None is held longer than agreed."
    return _check("access_for_a_time", not late, said)


def _rules_file() -> dict[str, Any]:
    """With a file that cannot be read the rules in force stay, so the process is ready."""
    broken = rules_file.unreadable()
    return _check("rules_file", broken is None, broken.text if broken else "It was read.")


def _directories() -> list[dict[str, Any]]:
    return [
        _check(row["connector"], row["fresh"], f"Read {row['seconds']} seconds ago.")
        for row in db.rows("directory_ages")
    ]


def _check(name: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail}
