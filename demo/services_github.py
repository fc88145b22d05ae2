"""The demo company's GitHub organisation: who is in it, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Kept

ROLES = ("member", "maintainer", "owner")
PAGE = 30


def seed(kept: Kept, company: Mapping[str, Any]) -> None:
    """Whoever is listed in a group that stands for a role has that role."""
    here = {one["id"] for one in company.get("systems", ()) if one["connector"] == "github"}
    logins = {
        person["id"]: account["subject"]
        for person in company["people"]
        for account in person.get("accounts", ())
        if account["issuer"] == "github"
    }
    for group in company.get("groups", ()):
        for member in group.get("members", ()) if group["system"] in here else ():
            role = group["id"].removeprefix("github-")
            kept.put("github", "memberships", logins[member], user=logins[member], role=role)


def _membership(call: Call) -> Reply:
    membership = call.entry("memberships", call.names["user"])
    return Reply(200, membership, membership["version"])


def _memberships(call: Call) -> Reply:
    every = [one for _, one in sorted(call.kept.entries("github", "memberships").items())]
    start = (int(call.query.get("page", "1")) - 1) * PAGE
    return Reply(200, {"memberships": every[start : start + PAGE]})


def _set_membership(call: Call) -> Reply:
    user, role = call.names["user"], call.text("role")
    if role not in ROLES:
        raise No(422, f"‘role’ must be one of {', '.join(ROLES)}.")
    known = call.kept.entry("github", "memberships", user)
    if known:
        call.unchanged(known)
    if known is None or known["role"] != role:
        call.kept.put("github", "memberships", user, user=user, role=role)
        call.kept.event("github", "role_set", user=user, role=role)
    return _membership(call)


def _end_membership(call: Call) -> Reply:
    user = call.names["user"]
    call.unchanged(call.entry("memberships", user))
    del call.kept.entries("github", "memberships")[user]
    call.kept.event("github", "removed", user=user)
    return Reply(204)


def _note(call: Call) -> Reply:
    membership = call.entry("memberships", call.names["user"])
    call.kept.put("github", "memberships", membership["id"], note=call.text("note"))
    return _membership(call)


GITHUB: Calls = {
    ("GET", "/orgs/acme/memberships"): _memberships,
    ("GET", "/orgs/acme/memberships/{user}"): _membership,
    ("PUT", "/orgs/acme/memberships/{user}"): _set_membership,
    ("DELETE", "/orgs/acme/memberships/{user}"): _end_membership,
    ("PATCH", "/orgs/acme/memberships/{user}"): _note,
}
