"""The SCIM connector on the demo company's directory, a server in a process of its own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.connectors.conftest import ACCOUNT, TOKEN, Admin, Running, directory_process

from .target import OLD_PASSWORD, State, digest

CORE = "urn:ietf:params:scim:schemas:core:2.0"


class Directory:
    """The directory, changed and read with plain HTTP."""

    units: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    lock_is_set_by = "somebody we could not identify"

    def __init__(self, running: Running, folder: Path) -> None:
        self._running, self._folder = running, folder
        self._admin = Admin(running.url)
        self._churned = 0
        self._bystander = ""
        self._joined: set[str] = set()
        self.port = urlsplit(running.url).port or 0
        (folder / "wrong").write_text("a-wrong-token")
        (folder / "reset-key").write_text("a secret of the executor")
        self.secrets = (TOKEN, "a-wrong-token")
        self.wrong_reference = f"file:{folder / 'wrong'}"

    def settings(self, port: int, *, wrong: bool = False, timeout: float = 10) -> dict[str, Any]:
        right = f"file:{self._running.token_file}"
        return {
            "base_url": f"http://127.0.0.1:{port}/v2",
            "token": self.wrong_reference if wrong else right,
            "reset_key": f"file:{self._folder / 'reset-key'}",
            "allow_internal": True,
            "timeout": timeout,
        }

    def add_person(self, user_name: str, name: str) -> str:
        entry = {
            "schemas": [f"{CORE}:User", ACCOUNT],
            "userName": user_name,
            "displayName": name,
            "active": True,
            "emails": [{"value": f"{user_name}@acme.example", "primary": True}],
            "password": OLD_PASSWORD,
            ACCOUNT: {"locked": False},
        }
        return self._admin._created("/Users", entry)

    def add_group(self, slug: str) -> str:
        entry = {"schemas": [f"{CORE}:Group"], "externalId": slug, "displayName": slug}
        return self._admin._created("/Groups", entry)

    def set_member(self, group: str, account: str, member: bool) -> None:
        if member:
            self._admin.join(group, account)
        else:
            path = f'members[value eq "{account}"]'
            self._admin.patch("Groups", group, op="remove", path=path)

    def set_active(self, account: str, active: bool) -> None:
        self._admin.patch("Users", account, op="replace", path="active", value=active)

    def set_locked(self, account: str, locked: bool) -> None:
        self._admin.patch("Users", account, op="replace", path=f"{ACCOUNT}:locked", value=locked)

    def set_unit(self, account: str, unit: str) -> None:
        raise NotImplementedError("SCIM knows no units")

    def nest(self, group: str) -> None:
        self._admin.group(includes=(group,))

    def churn(self, account: str, group: str) -> None:
        self._churned += 1
        name = f"no. {self._churned}"
        self._admin.patch("Users", account, op="replace", path="nickName", value=name)
        # A group has nothing but its members and its names; so somebody else comes and goes.
        self._bystander = self._bystander or self._admin.person()
        self.set_member(group, self._bystander, group not in self._joined)
        self._joined ^= {group}

    def find(self, user_name: str) -> str:
        found = self._admin.http.get("/Users", params={"filter": f'userName eq "{user_name}"'})
        return "".join(entry["id"] for entry in found.json().get("Resources", ()))

    def state(self, account: str, group: str) -> State:
        entry = self._admin.read("Users", account) if account else {}
        place = self._admin.read("Groups", group)
        where = {"filter": f'members.value eq "{account or uuid.uuid4()}"'}
        groups = self._admin.http.get("/Groups", params=where).json().get("Resources", ())
        emails = [one["value"] for one in entry.pop("emails", ())]
        about = entry.pop(ACCOUNT, {})
        return State(
            account=entry.pop("id", ""),
            user_name=entry.pop("userName", ""),
            name=entry.pop("displayName", ""),
            email=", ".join(emails),
            active=entry.pop("active", False),
            locked=about.pop("locked", False),
            unit="",
            groups=tuple(sorted(one["id"] for one in groups)),
            members=tuple(sorted(one["value"] for one in place.pop("members", ()))),
            rest_of_account=digest(_lasting(entry) | {"about": about}),
            rest_of_group=digest(_lasting(place)),
        )

    def signs_in(self, account: str, password: str) -> bool:
        return self._admin.signs_in(account, password)

    def password_mark(self, account: str) -> str:
        version: str = self._admin.read("Users", account)["meta"]["version"]
        return version

    def writes(self) -> int:
        version: int = json.loads(self._running.state.read_text())["version"]
        return version


def _lasting(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What does not change by itself whenever anything changes, or with the groups above."""
    return {name: value for name, value in entry.items() if name not in ("meta", "groups")}


class ScimSubject:
    """SCIM 2.0."""

    name = kind = "scim"
    without: Mapping[str, str] = {}

    @contextmanager
    def running(self, folder: Path) -> Iterator[Directory]:
        with directory_process(folder) as running:
            yield Directory(running, folder)
