"""The demo company's directory, as a process of its own that really changes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from holdshort.connectors import build
from holdshort.connectors.scim import Scim
from holdshort.ports import MirroredAccount

ROOT = Path(__file__).resolve().parent.parent


class Directory:
    """A running directory and the connector that the executor uses with it."""

    def __init__(self, url: str, token_file: Path) -> None:
        self.url = url
        self.token = token_file.read_text().strip()
        settings = {
            "base_url": url,
            "token": f"file:{token_file}",
            "reset_key": f"file:{token_file}",
            "allow_internal": True,
        }
        connector = build("directory", "scim", settings)
        assert isinstance(connector, Scim)
        self.connector = connector

    def accepts(self, user_name: str, password: str) -> bool:
        """Whether somebody can sign in at the directory with that password."""
        origin = self.url.split("/", 3)[0] + "//" + self.url.split("/", 3)[2]
        response = httpx.post(
            f"{origin}/demo/sign-in",
            json={"userName": user_name, "password": password},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        return response.status_code == 204

    def account(self, user_name: str) -> MirroredAccount | None:
        """Somebody's entry, read over SCIM."""
        accounts = self.connector.mirror().accounts
        return next((one for one in accounts if one.user_name == user_name), None)

    def members(self, group: str) -> set[str]:
        """User names of the direct members of a group, read over SCIM."""
        mirror = self.connector.mirror()
        names = {account.external_id: account.user_name for account in mirror.accounts}
        found = next(one for one in mirror.groups if one.slug == group)
        return {names[account] for account in found.accounts}


@contextmanager
def running_directory(folder: Path, company: Path) -> Iterator[Directory]:
    """The demo directory with the company's people and groups, until the block ends."""
    token = folder / "directory-token"
    token.write_text("a-token-for-tests\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "demo.directory", "--company", company, "--port", "0"),
            *("--token-file", token, "--state", folder / "directory-state.json"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield Directory("http" + line.split("http", 1)[1].strip(), token)
    finally:
        process.terminate()
        process.wait(10)
