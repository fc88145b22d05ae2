"""Who is what in a service, read from the list that its declaration names: all or nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from holdshort.connectors import build
from holdshort.ports import Mirror, MirroredGroup, Mirrors, Unreachable
from tests.connectors.test_http import COMPANY, Services, canned, connect, services

__all__ = ["canned", "services"]


def test_every_page_is_read_and_each_role_is_a_group(services: Services) -> None:
    for number in range(70):
        services.ask(
            "github", "PUT", f"/orgs/acme/memberships/x{number:02}", json={"role": "member"}
        )
    github = connect(services, "github")
    assert isinstance(github, Mirrors)
    read = github.mirror()
    assert read.accounts == ()
    groups = {group.slug: group for group in read.groups}
    assert len(groups["github-member"].accounts) == 73
    assert groups["github-owner"] == MirroredGroup(
        "owner", "github-owner", "GitHub Owners", ("lukas-acme", "omar-acme"), ()
    )


def test_a_role_that_nobody_declared_is_a_group_that_nobody_lists(
    canned: Any, services: Services
) -> None:
    entries = [{"user": "ana", "role": "owner"}, {"user": "zoe", "role": "billing_manager"}]
    groups = {group.slug: group for group in said(canned, services, entries).groups}
    assert set(groups) == {
        "github-member",
        "github-maintainer",
        "github-owner",
        "github-billing_manager",
    }
    assert groups["github-owner"].accounts == ("ana",)
    assert groups["github-billing_manager"] == MirroredGroup(
        "billing_manager", "github-billing_manager", "billing_manager in GitHub", ("zoe",), ()
    )


def test_a_role_whose_id_is_declared_for_another_is_no_list(
    canned: Any, services: Services
) -> None:
    entries = [{"user": "zoe", "role": "OWNER"}]
    with pytest.raises(Unreachable, match="has a role ‘OWNER’, and ‘github-OWNER’ is declared for"):
        said(canned, services, entries, owner="github-OWNER")


def said(canned: Any, services: Services, entries: list[dict[str, str]], **ids: str) -> Mirror:
    """What is read where GitHub lists these, and the declaration has other ids for these roles."""
    canned.answer = {"memberships": entries}
    url = f"http://127.0.0.1:{canned.port}"
    here = deepcopy(services.settings(COMPANY, "github", base_url=url))
    members = here["declaration"]["members"]
    del members["page"]
    for one in members["groups"]:
        one["id"] = ids.get(one["value"], one["id"])
    github: Any = build("github", "http", here)
    found: Mirror = github.mirror()
    return found


def test_a_service_that_lists_nobody_tells_of_nobody(services: Services) -> None:
    assert not isinstance(connect(services, "mdm"), Mirrors)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "has no list at /memberships"),
        ({"memberships": "all"}, "has no list at /memberships"),
        ({"memberships": [{"user": "ana"}]}, "has an entry without /role"),
        ({"memberships": [{"user": 7, "role": "owner"}]}, "has an entry without /user"),
        ({"memberships": [{"user": "ana", "role": "owner"}]}, "does not end"),
    ],
)
def test_a_list_that_is_not_as_declared_is_no_list(
    canned: Any,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    answer: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setattr("holdshort.connectors.http_members.MOST_PAGES", 3)
    canned.answer = answer
    here = services.settings(COMPANY, "github", base_url=f"http://127.0.0.1:{canned.port}")
    github: Any = build("github", "http", here)
    with pytest.raises(Unreachable, match=words):
        github.mirror()
