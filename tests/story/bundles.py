"""Bundles in stories: the demo company with its real systems, and looking at lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort.connectors import build
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.directory import Directory, running_directory
from tests.github import Github
from tests.kernel import waking
from tests.services import Services, running_services
from tests.story.conftest import company as company
from tests.story.offices import Office


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("services"), COMPANY) as one:
        yield one


@pytest.fixture
def desk(server: Server, services: Services, company: Office, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the demo company."""
    one = Desk(server, tmp_path, company.made(server))
    for name in ("erp", "sso"):
        one.connectors[name] = build(name, "http", services.settings(COMPANY, name))
    yield one
    one.close()
    for order in ("lena:laptop", "lena:laptop-studio", "claudia:laptop"):
        services.respond("erp", "DELETE", f"/v1/orders/{order}")


@pytest.fixture
def directory(desk: Desk, tmp_path: Path) -> Iterator[Directory]:
    with running_directory(tmp_path, COMPANY) as one:
        desk.connectors["directory"] = one.connector
        desk.connectors["github"] = Github()
        yield one


def line(desk: Desk, ticket: int, type_id: str, **params: Any) -> Any:
    """The newest version of the one line of that type with those parameters."""
    [found] = [
        one
        for one in desk.actions(ticket)
        if one.action.type == type_id
        and one.action.params.items() >= params.items()
        and one.next_version is None
    ]
    return found


def lines(desk: Desk, ticket: int) -> list[Any]:
    return [one for one in desk.actions(ticket) if one.next_version is None]


def states(desk: Desk, ticket: int) -> dict[str, str]:
    """The state of each line, by what it is about."""
    about = ("group", "item", "person")
    return {
        next(str(one.action.params[k]) for k in about if k in one.action.params): one.state
        for one in lines(desk, ticket)
    }


def after_the_hold(desk: Desk, ticket: int) -> None:
    """Nobody stops what may run; what waits for it runs then, too."""
    for one in lines(desk, ticket):
        if one.state == "authorized":
            waking.open_hold(desk, one.action.id)
    desk.run()
