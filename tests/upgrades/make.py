"""Dump a database with paused actions in every state of the road, as some version left it.

Run it with the code of the version whose database is wanted, before the next migration exists:

    git worktree add /tmp/version COMMIT
    cd /tmp/version && PYTHONPATH=. python …/tests/upgrades/make.py …/tests/upgrades/0001.sql.gz

A release copies its own last state this way and adds the file here; nothing else changes.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
django.setup()

from holdshort import flow  # noqa: E402
from holdshort.machine.binaries import find_binaries  # noqa: E402
from holdshort.machine.postgres import embedded_postgres  # noqa: E402
from holdshort.stops import execution  # noqa: E402
from tests.desk import Desk, Server  # noqa: E402
from tests.fakes.running import running_target  # noqa: E402
from tests.kernel import scenes, waking  # noqa: E402

COMPANY = Path("demo/company.yaml")


def main(out: Path) -> None:
    """Play every state on a desk of the demo company, then write it down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres = embedded_postgres(folder / "data")
        server = Server(postgres.start())
        try:
            server.make_template(COMPANY)
            with running_target(folder / "effects") as target:
                os.environ["FAKE_TARGET_URL"] = target.url
                desk = Desk(server, folder)
                names = play(desk)
            write(desk, names, out)
        finally:
            postgres.stop()


def play(desk: Desk) -> dict[str, Any]:
    """Every state in which an action or a ticket can pause; gives the ids by their state."""
    scenes.connect(desk)
    found: dict[str, Any] = {
        "executed": password(desk),
        "waiting": scenes.grave(desk),
        "half": half(desk),
        "by_hand": by_hand(desk),
        "asked": asked(desk),
        "review_over": scenes.grave(desk, who="mateo"),
        "permission_over": approved(desk, "jonas"),
    }
    waking.end_review(desk, found["review_over"])
    waking.end_permission(desk, found["permission_over"])
    found["running"] = running(desk)
    found["logged"] = approved(desk, "mia")
    found["held"] = scenes.held(desk)
    found["unlogged"] = unlogged(desk)
    with desk.role("web"):
        found["with_agent"] = flow.receive("", "please add me", sender=desk.sender("bea"))
    return found


def password(desk: Desk) -> str:
    """Done, and the new password was not read yet."""
    desk.agent.will("idp.reset_password", person="dana")
    action = scenes.latest(desk, desk.ask("dana", "I forgot my password"))
    assert scenes.state_of(desk, action) == "executed"
    return action


def half(desk: Desk) -> str:
    """Two people have to say yes, and one did."""
    action = scenes.grave(desk, who="erik")
    desk.sql(f"UPDATE kernel.assessment SET needed = 2 WHERE action = '{action}'")
    desk.decide(action, "sven", "approve")
    assert scenes.state_of(desk, action) == "waiting"
    return action


def by_hand(desk: Desk) -> str:
    """Approved, and given to a person's hands."""
    desk.sql(
        "INSERT INTO kernel.standing (category, phase, granted, basis)"
        " VALUES ('idp.suspend/2', 1, false, 'recalled')"
    )
    desk.agent.will("idp.suspend", person="pavel")
    action = scenes.latest(desk, desk.ask("greta", "please suspend Pavel's account"))
    desk.decide(action, "sven", "approve")
    assert scenes.state_of(desk, action) == "by_hand"
    return action


def asked(desk: Desk) -> str:
    """A reviewer asked the requester something."""
    action = scenes.grave(desk, who="bea")
    desk.decide(action, "sven", "ask", comment="What do you need it for?")
    return action


def approved(desk: Desk, who: str) -> str:
    """Approved and in the log; nobody has started it."""
    desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '2 minutes'")
    action = scenes.grave(desk, who=who)
    scenes.say_yes(desk, action, "sven")
    desk.stop("desk", "authorize", action)
    with desk.role("desk"):
        flow.sequence()
    waking.woken(desk)
    return action


def running(desk: Desk) -> str:
    """An executor began and died before it sent anything."""
    action = approved(desk, "chloe")
    with desk.role("executor"):
        assert execution.claim(action, worker="gone:1") is not None
    desk.sql("UPDATE kernel.attempt SET lease_until = started_at WHERE worker = 'gone:1'")
    return action


def unlogged(desk: Desk) -> str:
    """Approved, and the log does not hold the permission yet."""
    desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '2 minutes'")
    action = scenes.grave(desk, who="aylin")
    scenes.say_yes(desk, action, "sven")
    desk.stop("desk", "authorize", action)
    assert desk.story(action).position is None
    return action


def write(desk: Desk, names: dict[str, Any], out: Path) -> None:
    """Plain SQL without psql's own commands, so that any client and a later server can read it."""
    programs = Path(find_binaries().program("postgres")).resolve().parent
    dumped = subprocess.run(
        [
            *(programs / "pg_dump", "--inserts", "--rows-per-insert=200"),
            *("--no-comments", "--dbname", desk.url()),
        ],
        env={**os.environ, "PGTZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    made = desk.sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS+00')")[0][0]
    head = f"-- {json.dumps({'made_at': made, 'names': names})}\n"
    text = "".join(line for line in dumped.splitlines(True) if not line.startswith(("\\", "--")))
    out.write_bytes(gzip.compress((head + text).encode(), 9, mtime=0))
    print(f"{out}: {out.stat().st_size} bytes, {sorted(names)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
