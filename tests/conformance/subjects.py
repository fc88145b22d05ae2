"""The subjects: every kind of connector that is registered, on every target it is made for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from .ldap import ACTIVE_DIRECTORY, OPENLDAP
from .scim import ScimSubject
from .sql import SqlSubject
from .target import Subject, Target


class ManualSubject:
    """Work of a person: nothing is connected, so nothing can be tried."""

    name = kind = "manual"
    without: Mapping[str, str] = {
        "*": "a person carries it out and reports it; there is no target to read or change"
    }

    def running(self, folder: Path) -> AbstractContextManager[Target]:
        raise NotImplementedError(self.without["*"])


class HttpSubject:
    """Any REST service: what it does is declared, and is about no directory."""

    name = kind = "http"
    without: Mapping[str, str] = {
        "*": "it has no types of its own; those that the demo company declares are about devices, "
        "badges and the like, and test_services.py holds them to the same promises"
    }

    def running(self, folder: Path) -> AbstractContextManager[Target]:
        raise NotImplementedError(self.without["*"])


SUBJECTS: tuple[Subject, ...] = (
    ManualSubject(),
    HttpSubject(),
    ScimSubject(),
    OPENLDAP,
    ACTIVE_DIRECTORY,
    SqlSubject(),
)

CONNECTED = tuple(subject for subject in SUBJECTS if "*" not in subject.without)
"""Those with a target."""
