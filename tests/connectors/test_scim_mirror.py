"""What the desk keeps of a directory."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import pytest

from demo.directory import group_id
from holdshort.connectors import scim_wire
from holdshort.connectors.scim import Scim

from .conftest import ACCOUNT, TOKEN, Admin, Road, Running


def test_the_mirror_holds_people_groups_nesting_and_locks(scim: Scim) -> None:
    mirror = scim.mirror()
    people = {entry.external_id: entry for entry in mirror.accounts}
    groups = {group.slug: group for group in mirror.groups}
    assert people["id-of-dana"].user_name == "dana"
    assert people["id-of-dana"].locked_by == ""
    assert people["id-of-yusuf"].locked_by == "impossible-travel"
    assert people["id-of-yusuf"].locked_at == datetime(2025, 7, 1, 6, 56, tzinfo=UTC)
    assert groups["aws-admins"].external_id == group_id("aws-admins")
    assert groups["aws-admins"].accounts == ("id-of-nadia",)
    assert groups["aws-admins"].groups == (group_id("ci-runners"),)
    assert groups["ci-runners"].groups == (group_id("build-tools"),)


def test_a_large_directory_is_read_page_by_page_and_completely(
    scim: Scim, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {entry.external_id for entry in scim.mirror().accounts}
    monkeypatch.setattr(scim_wire, "PAGE", 2)
    road.seen.clear()
    paged = {entry.external_id for entry in scim.mirror().accounts}
    assert paged == whole
    assert sum(1 for line in road.seen if line.startswith("GET /v2/Users")) >= len(whole) / 2


def test_only_what_the_desk_needs_is_asked_for(scim: Scim, road: Road) -> None:
    scim.mirror()
    asked = next(line for line in road.seen if line.startswith("GET /v2/Users"))
    assert "attributes=" in asked
    assert "emails" not in asked


def lock_of(scim: Scim, id: str) -> tuple[str, datetime | None]:
    entry = next(entry for entry in scim.mirror().accounts if entry.external_id == id)
    return entry.locked_by, entry.locked_at


def test_a_lock_that_was_lifted_is_no_lock(scim: Scim, admin: Admin) -> None:
    dana = admin.person(locked=True)
    assert lock_of(scim, dana) == ("unknown", None)
    admin.patch("Users", dana, op="replace", path=f"{ACCOUNT}:locked", value=False)
    assert lock_of(scim, dana) == ("", None)


def test_probe_reads_and_changes_nothing(scim: Scim, road: Road) -> None:
    sentence = scim.probe()
    assert sentence.startswith("The directory answered:")
    assert sentence.endswith("with conditional writes.")
    assert road.changes() == 0
    assert TOKEN not in sentence


def test_the_demo_directory_is_a_conforming_scim_server(directory: Running) -> None:
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    http = httpx2.Client(base_url=directory.url, headers={"Authorization": f"Bearer {TOKEN}"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_server(SyncSCIMClient(http))
    bad = [r for r in results if r.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert [f"{r.title}: {r.reason}" for r in bad] == []
    assert len(results) > 100
