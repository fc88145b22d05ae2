"""The database roles: a NOLOGIN owner of everything, and one login role for each process."""

from __future__ import annotations

import os

PROCESSES = ("web", "agent", "desk", "executor")
OWNER = "owner"


def role_names() -> dict[str, str]:
    """Each process (and `owner`) with the name of its role: `holdshort_web` and so on.

    `HOLDSHORT_ROLE_PREFIX` gives another prefix, so that two installations can share one
    PostgreSQL server.
    """
    return {name: prefixed(name) for name in (OWNER, *PROCESSES)}


def prefixed(name: str) -> str:
    """The name of something of this installation on a server that others may use as well."""
    prefix = os.environ.get("HOLDSHORT_ROLE_PREFIX", "holdshort")
    if not prefix.isidentifier():
        raise ValueError(
            f"HOLDSHORT_ROLE_PREFIX is {prefix!r}; use letters, digits and underscores only."
        )
    return f"{prefix}_{name}"
