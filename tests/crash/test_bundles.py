"""kill -9 of the executor in the middle of a bundle: it goes on, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort.core.terms import Offer, Offered
from tests.conftest import COMPANY
from tests.crash import executor
from tests.crash.executor import Order
from tests.desk import Desk
from tests.directory import Directory, running_directory
from tests.kernel import waking
from tests.story.bundles import *  # noqa: F403
from tests.story.bundles import after_the_hold, lines

MOMENTS = ("claim:after", "apply:after", "settle:before", "settle:after")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with running_directory(tmp_path, COMPANY) as one:
        yield one


def offered(desk: Desk, type_id: str, **params: Any) -> int:
    one = (Offered(type_id, params),)
    desk.agent.next = Offer("HR", 0.97, "As HR's record says.", "scripted", one)
    return desk.ask("petra", "as HR's record says, please")


def killed_at(desk: Desk, directory: Directory, folder: Path, action: str, moment: str) -> None:
    """An executor takes that line, and dies there."""
    seal_key = folder / "public.pem"
    seal_key.write_bytes(desk.seal_public)
    process = executor.start(
        Order(
            database=desk.url("executor"),
            action=action,
            log=folder / "log",
            seal_key=seal_key,
            settings={
                "base_url": directory.url,
                "token": f"file:{folder / 'directory-token'}",
                "reset_key": f"file:{folder / 'directory-token'}",
                "allow_internal": True,
            },
            at=moment,
        )
    )
    process.join(60)
    assert process.exitcode == -9, (folder / "log").read_text()


def found_again(desk: Desk, directory: Directory, ticket: int) -> None:
    """Somebody starts an executor again; the sweep finds what is due."""
    desk.connectors["directory"] = directory.connector
    waking.pass_time(desk)
    desk.refresh_reading()
    desk.sweep()
    after_the_hold(desk, ticket)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_starter_whose_account_was_being_created(
    desk: Desk, directory: Directory, tmp_path: Path, moment: str
) -> None:
    ticket = offered(desk, "bundle.onboard", person="lena")
    account = lines(desk, ticket)[0].action.id
    waking.open_hold(desk, account)
    killed_at(desk, directory, tmp_path, account, moment)
    found_again(desk, directory, ticket)
    done = [one for one in lines(desk, ticket) if one.action.type != "equipment.order"]
    assert [one.state for one in done] == ["executed"] * 3
    assert {"lena"} <= directory.members("sales-emea") & directory.members("vpn-users")
    names = [one.user_name for one in directory.connector.mirror().accounts]
    assert names.count("lena") == 1


@pytest.mark.parametrize("place", [0, 1])
def test_a_leaver_who_was_being_locked_out(
    desk: Desk, directory: Directory, tmp_path: Path, place: int
) -> None:
    ticket = offered(desk, "bundle.offboard", person="karl")
    for one in lines(desk, ticket)[:place]:
        desk.connectors["directory"] = directory.connector
        waking.open_hold(desk, one.action.id)
        desk.run()
        del desk.connectors["directory"]
    line = lines(desk, ticket)[place].action.id
    waking.open_hold(desk, line)
    killed_at(desk, directory, tmp_path, line, "apply:after")
    found_again(desk, directory, ticket)
    assert [one.state for one in lines(desk, ticket)] == ["executed"] * 3
    account = directory.account("karl")
    assert account is not None and not account.active
    assert "karl" not in directory.members("sales-emea")
    assert desk.ticket(ticket)["stands"] == "closed"
