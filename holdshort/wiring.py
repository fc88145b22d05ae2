"""Which adapters this installation runs with: connected apps, the agent, the seal."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import structlog

from holdshort import connectors, flow
from holdshort.company.notices import Notices
from holdshort.connectors.unusable import Unusable
from holdshort.machine import keys
from holdshort.ports import Acts, Agent, ConnectorError, Mirrors
from holdshort.records import db

log = structlog.get_logger()

LATELY = timedelta(minutes=5)
FURTHER_BACK = timedelta(days=3)
LOOKS_BETWEEN_THOROUGH_ONES = 3600
"""How far back the clock that tells people looks, and how often it looks further."""


def connected() -> dict[str, Acts]:
    """The connected apps by name, as the company's file in force lists them."""
    return {
        row["name"]: _built(row["name"], row["kind"], json.dumps(row["settings"], sort_keys=True))
        for row in db.rows("connectors")
    }


@cache
def _built(name: str, kind: str, settings: str) -> Acts:
    """One connector for the life of the process; other settings make another."""
    try:
        return connectors.build(name, kind, json.loads(settings))
    except ConnectorError as error:
        log.error("connector_unusable", connector=name, text=str(error))
        return Unusable(name, str(error))


def mirrored() -> list[Mirrors]:
    """The connected apps that tell who exists and who belongs to what."""
    return [one for one in connected().values() if isinstance(one, Mirrors)]


def notices() -> Notices | None:
    """How people hear of things outside the console, as the company's file in force says."""
    said = db.value("company_section", section="notices")
    return Notices.model_validate(said) if said else None


def deliveries(channel: str) -> Callable[[], object]:
    """Tell on one channel what is new; at first, and then once an hour, what was left out, too."""
    done = 0

    def deliver() -> None:
        nonlocal done
        found = notices()
        speaker = connectors.speaker(channel, found) if found else None
        if found is None or speaker is None:
            return
        over = LATELY if done % LOOKS_BETWEEN_THOROUGH_ONES else FURTHER_BACK
        flow.deliver(speaker, console=found.console, since=db.now() - over)
        done += 1

    return deliver


@cache
def agent() -> Agent:
    """The agent that reads tickets. Raises AgentUnavailable when its packages are missing."""
    from holdshort.agent import build

    return build()


def agent_person() -> str:
    """In whose name the agent offers."""
    return os.environ.get("HOLDSHORT_AGENT_PERSON", "agent")


def witness() -> Path | None:
    """The file in which this process keeps what it has seen of the log, if it was given one."""
    path = os.environ.get("HOLDSHORT_WITNESS")
    return Path(path) if path else None


def worker_name() -> str:
    """How attempts name this process: machine and process number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def seal(secret: str) -> bytes:
    """Seal a new password so that only the web process can open it."""
    return keys.seal(_key("HOLDSHORT_SEAL_PUBLIC_KEY"), secret)


def unseal(sealed: bytes) -> str:
    """Open what the executor sealed."""
    return keys.unseal(_key("HOLDSHORT_SEAL_PRIVATE_KEY"), sealed)


def _key(name: str) -> bytes:
    path = os.environ.get(name)
    if not path:
        raise RuntimeError(f"{name} must name the file that holds the key.")
    return Path(path).read_bytes()
