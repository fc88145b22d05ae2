"""A connector to the fake target, in each of the three shapes.

Register it with `KINDS["fake"] = "tests.fakes.connector:Fake"`; the address comes from the
environment variable FAKE_TARGET_URL. It serves any action type: the directory's own types
change the same words of the state as the real directory does, others set `done`.
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel, ConfigDict

from holdshort.core.terms import Action
from holdshort.ports import Drifted, Receipt, RefusedByTarget, Shape, Unreachable

_WANTED: dict[str, dict[str, Any]] = {
    "idp.unlock": {"locked": False},
    "idp.suspend": {"active": False},
    "idp.resume": {"active": True},
    "idp.add_to_group": {"member": True},
    "idp.remove_from_group": {"member": False},
    "github.set_membership": {"member": True},
    "idp.create_account": {"exists": True},
}
_RESET = "idp.reset_password"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: reading the certificates of the world takes longer than everything else here."""

CREDENTIAL = "the-credential-of-the-fake-target"
"""What the executor sends along, and no log or record may hold."""


class FakeSettings(BaseModel):
    """Which shape the target has."""

    model_config = ConfigDict(extra="forbid")

    shape: Shape = Shape.SET
    timeout: float = 5
    apart: bool = False
    """Whether every action changes a thing of its own, whatever its target."""


class Fake:
    """Sends over real HTTP, so that replies can really be lost."""

    Settings: ClassVar[type[BaseModel]] = FakeSettings
    scopes: ClassVar[tuple[str, ...]] = ()
    serves: ClassVar[frozenset[str]] = frozenset({_RESET, *_WANTED})

    def __init__(self, name: str, settings: FakeSettings) -> None:
        self.name = name
        self._shape = settings.shape
        self._timeout = settings.timeout
        self._apart = settings.apart

    def shape(self, action_type: str) -> Shape:
        """As set."""
        return self._shape

    def observe(self, action: Action) -> Mapping[str, Any]:
        """What was staged, overlaid with what the target says; a blind target says nothing."""
        if self._shape is Shape.BLIND:
            return dict(action.seen)
        response = self._send("GET", f"things/{self._thing(action)}", timeout=self._timeout)
        response.pop("_password", None)
        return {**action.seen, "_version": "0", **response}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Send the change once, after comparing where the target can be read."""
        now = self.observe(action)
        if any(now.get(k) != seen[k] for k in seen if not k.startswith("_")):
            raise Drifted("The fake target changed since this was seen.")
        secret = secrets.token_hex(10) if action.type == _RESET else ""
        wanted = {"_password": secret} if secret else _WANTED.get(action.type, {"done": True})
        method, area = ("PUT", "things") if self._shape is Shape.SET else ("POST", self._shape)
        self._send(method, f"{area}/{self._thing(action)}", timeout=timeout, key=key, state=wanted)
        return Receipt({"target": self._thing(action), "key": key}, secret=secret)

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Whether the state is as wanted; a blind target cannot tell."""
        if self._shape is Shape.BLIND:
            return None
        if action.type == _RESET:
            old, new = before.get("_version"), now.get("_version")
            return old != new if old and new else None
        wanted = _WANTED.get(action.type, {"done": True})
        return all(now.get(name) == value for name, value in wanted.items())

    def probe(self) -> str:
        """Always reachable in words."""
        return "A fake target."

    def _thing(self, action: Action) -> str:
        return thing(action, apart=self._apart)

    def _send(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        key: str = "",
        state: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        url = f"{os.environ['FAKE_TARGET_URL']}/{path}"
        headers = {"Idempotency-Key": key, "Authorization": f"Bearer {CREDENTIAL}"}
        try:
            with httpx.Client(trust_env=False, timeout=timeout, verify=NO_TLS) as client:
                response = client.request(method, url, json=state, headers=headers)
            if response.status_code == 409:
                raise RefusedByTarget("The fake target said no.")
            response.raise_for_status()
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError):
            raise Unreachable("The fake target did not answer.") from None
        return answer


def thing(action: Action, *, apart: bool = False) -> str:
    """The name under which the target keeps what this action changes."""
    if apart:
        return action.root
    account = str(action.seen.get("account", ""))
    return f"{action.target.id}.{account}" if account else action.target.id
