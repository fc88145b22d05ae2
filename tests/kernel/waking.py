"""Losing, doubling and forging wake-ups, and letting time pass without waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db import DataError

from holdshort import flow
from tests.desk import Desk

AGES = {
    "public.turn": ("at",),
    "kernel.proposal": ("proposed_at",),
    "kernel.decision": ("decided_at",),
    "kernel.report": ("reported_at",),
    "kernel.outcome": ("at",),
    "kernel.attempt": ("lease_until",),
}
"""What the sweep looks at, beside the windows of reviews and permissions."""


def pass_time(desk: Desk, seconds: int = 70) -> None:
    """Everything on record becomes older by so many seconds; deadlines stay where they are."""
    for table, columns in AGES.items():
        for column in columns:
            desk.sql(f"UPDATE {table} SET {column} = {column} - interval '{seconds} seconds'")
    desk.sql(
        f'UPDATE kernel."authorization" z SET not_before = not_before - interval \'{seconds} '
        "seconds' WHERE NOT EXISTS (SELECT FROM kernel.execution x WHERE x.action = z.action)"
    )


def end_review(desk: Desk, action: str) -> None:
    """The time to decide is over."""
    desk.sql(
        "UPDATE kernel.review SET expires_at = clock_timestamp() - interval '1 second' "
        f"WHERE action = '{action}'"
    )


def end_permission(desk: Desk, action: str) -> None:
    """The permission was given long ago, and has ended unused."""
    desk.sql(
        "UPDATE kernel.\"authorization\" SET not_before = not_before - interval '30 days', "
        f"expires_at = clock_timestamp() - interval '1 second' WHERE action = '{action}'"
    )


def open_hold(desk: Desk, action: str) -> None:
    """The hold window of what runs by itself is over."""
    desk.sql(
        "UPDATE kernel.\"authorization\" SET not_before = clock_timestamp() - interval '3 seconds' "
        f"WHERE action = '{action}'"
    )
    desk.sql("UPDATE procrastinate_jobs SET scheduled_at = NULL")


def woken(desk: Desk, *, within: str = "100 years") -> list[tuple[str, str, str]]:
    """Take the wake-ups that wait, and are for no later than in that time: role, stop, row."""
    found = desk.sql(
        "DELETE FROM procrastinate_jobs "
        f"WHERE scheduled_at IS NULL OR scheduled_at <= clock_timestamp() + interval '{within}' "
        "RETURNING queue_name, task_name, args->>'id'"
    )
    return [(str(role), str(stop), str(row)) for role, stop, row in found]


def run_by_sweep_alone(desk: Desk, *, rounds: int = 12) -> None:
    """Every wake-up of every stop is lost; only the sweep finds what is due."""
    for _ in range(rounds):
        woken(desk)
        pass_time(desk)
        with desk.role("desk"):
            flow.sweep()
        found = woken(desk)
        if not found:
            return
        for role, stop, row in found:
            desk.stop(role, stop, row)
    raise AssertionError(f"the sweep still finds {found}")


def run_doubled(desk: Desk, times: int = 5) -> None:
    """Every wake-up that is not for hours later arrives several times."""
    for _ in range(50):
        with desk.role("desk"):
            flow.sequence()
        found = woken(desk, within="10 minutes")
        if not found:
            return
        for role, stop, row in found * times:
            quietly(lambda: desk.stop(role, stop, row))  # noqa: B023
    raise AssertionError("the road does not come to rest")


def quietly(stop: Callable[[], object]) -> None:
    """A stop may say that it is not due, or choke on garbage; it may not do anything."""
    with suppress(flow.Refused, DataError, ValueError):
        stop()


KEPT = (
    *(f"kernel.{table}" for table in ("proposal", "staging", "action", "assessment", "review")),
    *(f"kernel.{table}" for table in ("panel", "seat")),
    *(f"kernel.{table}" for table in ("assignment", "decision", "fate", "execution", "outcome")),
    'kernel."authorization"',
    *("kernel.report", "kernel.finding", "kernel.dependency", "kernel.attempt"),
    *("public.turn", "public.message", "public.ticket", "public.label", "public.sealed"),
    "public.attachment",
)


def state(desk: Desk) -> dict[str, str]:
    """A fingerprint of every table that says what happened."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', md5(COALESCE(string_agg(t::text, ',' ORDER BY t::text), '')) "
        f"FROM {table} t"
        for table in KEPT
    )
    return {str(table): str(digest) for table, digest in desk.sql(parts)}
