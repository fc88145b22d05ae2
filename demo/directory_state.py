"""What the demo directory keeps, across restarts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from scim2_models import Group, Resource, ResourceType
from scim2_server.memory import InMemoryStorage

from holdshort.connectors.scim_entries import Entry, Person, is_locked


class KeptStorage(InMemoryStorage):
    """Everything in memory, and in the state file after every change. Passwords only hashed."""

    def __init__(self, state: Path) -> None:
        super().__init__()
        self._state = state
        # Cheap on purpose: a laptop runs this beside everything else, on passwords of no value.
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
        self._passwords: dict[str, str] = {}
        self._version = 0

    def next_version(self) -> str:
        """Count on from the state file, so that no version ever returns after a restart."""
        self._version += 1
        return f'W/"{self._version}"'

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Store a new entry."""
        with self.lock:
            bare, password = _without_password(resource)
            created = super().create(resource_type, bare)
            self._set_password(str(created.id), password)
            self.save()
            return created

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """Replace an entry; a password in it becomes the person's password."""
        with self.lock:
            bare, password = _without_password(resource)
            updated = super().update(resource_type, bare, expected_version=expected_version)
            self._set_password(str(updated.id), password)
            self.save()
            return updated

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Forget an entry and its password."""
        with self.lock:
            super().delete(resource_type, resource_id, expected_version=expected_version)
            self._passwords.pop(resource_id, None)
            self.save()

    def opens(self, user_name: str, password: str) -> bool:
        """Whether this password signs this person in."""
        with self.lock:
            entries = [entry for entry in self.resources if isinstance(entry, Person)]
        entry = next((e for e in entries if e.user_name == user_name), None)
        if entry is None or not entry.active or is_locked(entry):
            return False
        try:
            return self._hasher.verify(self._passwords.get(str(entry.id), ""), password)
        except (VerificationError, ValueError):
            return False

    def save(self) -> None:
        """Write the state file, whole or not at all."""
        document = {
            "version": self._version,
            "passwords": self._passwords,
            "entries": [resource.model_dump() for resource in self.resources],
        }
        fresh = self._state.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._state)

    def load(self) -> None:
        """Read the state file."""
        document = json.loads(self._state.read_text())
        self._version = document["version"]
        self._passwords = document["passwords"]
        self.resources = [
            (Entry if entry["meta"]["resourceType"] == "User" else Group).model_validate(entry)
            for entry in document["entries"]
        ]

    def _set_password(self, id: str, password: str | None) -> None:
        if password is not None:
            self._passwords[id] = self._hasher.hash(password)


def _without_password(resource: Resource[Any]) -> tuple[Resource[Any], str | None]:
    if not isinstance(resource, Person):
        return resource, None
    return resource.model_copy(update={"password": None}), resource.password
