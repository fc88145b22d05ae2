"""Which of the demo company's systems answers what."""

from __future__ import annotations

import re
from collections.abc import Mapping

from demo import (
    services_files,
    services_github,
    services_hosts,
    services_patches,
    services_security,
)
from demo.services_calls import Call, Calls, Handler, No, Reply
from demo.services_doors import DOORS
from demo.services_office import ERP, ESIGN
from demo.services_state import Seed
from demo.services_things import BADGE, MDM


def _about(call: Call) -> Reply:
    return Reply(200, {"system": call.system})


def _events(call: Call) -> Reply:
    events = [one for one in call.kept.document["events"] if one["system"] == call.system]
    return Reply(200, {"events": events})


_EVERYWHERE: Calls = {("GET", "/v1/about"): _about, ("GET", "/v1/events"): _events}
_CALLS: Mapping[str, Calls] = {
    "mdm": MDM,
    "badge": {**BADGE, **DOORS},
    "erp": ERP,
    "esign": ESIGN,
    "github": services_github.GITHUB,
    "files": services_files.FILES,
    "patch": services_patches.PATCH,
    "sso": services_security.SSO,
    "mail": services_security.MAIL,
    "hosts": services_hosts.HOSTS,
}
SEEDS: Mapping[str, Seed] = {
    "github": services_github.seed,
    "patch": services_patches.seed,
    "files": services_files.seed,
    "sso": services_security.seed_sso,
    "mail": services_security.seed_mail,
    "hosts": services_hosts.seed,
}
"""What fills a system of its own file."""


def route(system: str, method: str, segments: list[str]) -> tuple[Handler, dict[str, str]]:
    """Who answers a call, and the names in its path. Raises No: 404 or 405."""
    fits = False
    for (wanted, template), handler in {**_EVERYWHERE, **_CALLS[system]}.items():
        names = _names(template, segments)
        if names is not None:
            fits = True
            if wanted == method:
                return handler, names
    raise No(405, "Not like this.") if fits else No(404, "There is nothing here.")


def _names(template: str, segments: list[str]) -> dict[str, str] | None:
    parts = template[1:].split("/")
    if len(parts) != len(segments):
        return None
    names = {}
    for part, segment in zip(parts, segments, strict=True):
        if place := re.fullmatch(r"\{(\w+)\}", part):
            names[place[1]] = segment
        elif part != segment:
            return None
    return names
