"""The demo company's file store: one function for each call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Kept


def seed(kept: Kept, company: Mapping[str, Any]) -> None:
    """Every folder that the company's file lists, with something old in it."""
    for folder in company.get("folders", ()):
        for path in (folder["path"], f"{folder['path']}/old drafts"):
            kept.put("files", "files", path, owner=folder["owner"], in_bin=False)


def _file(call: Call) -> Reply:
    file = call.entry("files", call.names["path"])
    return Reply(200, {**file, "there": True}, file["version"])


def _into_bin(call: Call) -> Reply:
    return _set_in_bin(call, True)


def _out_of_bin(call: Call) -> Reply:
    return _set_in_bin(call, False)


def _set_in_bin(call: Call, in_bin: bool) -> Reply:
    file = call.entry("files", call.names["path"])
    call.unchanged(file)
    if file["in_bin"] is not in_bin:
        call.kept.put("files", "files", file["id"], in_bin=in_bin)
        call.kept.event("files", "binned" if in_bin else "restored", path=file["id"])
    return _file(call)


def _delete(call: Call) -> Reply:
    file = call.entry("files", call.names["path"])
    call.unchanged(file)
    del call.kept.entries("files", "files")[file["id"]]
    call.kept.event("files", "deleted", path=file["id"])
    return Reply(204)


def _change(call: Call) -> Reply:
    file = call.entry("files", call.names["path"])
    if not call.body or not set(call.body) <= {"note", "owner"}:
        raise No(422, "Only ‘note’ and ‘owner’ can be changed.")
    call.kept.put("files", "files", file["id"], **{name: call.text(name) for name in call.body})
    return _file(call)


FILES: Calls = {
    ("GET", "/v1/files/{path}"): _file,
    ("PATCH", "/v1/files/{path}"): _change,
    ("PUT", "/v1/files/{path}/bin"): _into_bin,
    ("DELETE", "/v1/files/{path}/bin"): _out_of_bin,
    ("DELETE", "/v1/files/{path}"): _delete,
}
