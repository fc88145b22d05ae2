"""Keeping what the directory says, as rows that facts are read from."""

from __future__ import annotations

from dataclasses import asdict

from holdshort.ports import Mirror, MirroredGroup, Mirrors
from holdshort.records import db


def refresh(connector: Mirrors) -> Mirror:
    """Read a directory and replace its mirror. Raises ConnectorError; the old mirror then stays."""
    began = db.now()
    mirror = connector.mirror()
    with db.transaction():
        db.value("lock", key=f"mirror:{connector.name}")
        for old in ("drop_accounts", "drop_groups", "drop_memberships"):
            db.write(old, connector=connector.name)
        accounts = [asdict(account) for account in mirror.accounts]
        groups = [_group(group) for group in mirror.groups]
        members = [row for group in mirror.groups for row in _members(group)]
        db.write("add_accounts", connector=connector.name, rows=db.as_json(accounts))
        db.write("add_groups", connector=connector.name, rows=db.as_json(groups))
        db.write("add_memberships", connector=connector.name, rows=db.as_json(members))
        db.write("mirror_was_read", connector=connector.name, began=began)
    return mirror


def _group(group: MirroredGroup) -> dict[str, str]:
    return {"external_id": group.external_id, "slug": group.slug, "name": group.display_name}


def _members(group: MirroredGroup) -> list[dict[str, str]]:
    kinds = (("account", group.accounts), ("group", group.groups))
    return [
        {"group_id": group.external_id, "member_id": member, "member_kind": kind}
        for kind, members in kinds
        for member in members
    ]
