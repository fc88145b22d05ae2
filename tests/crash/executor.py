"""An executor that dies where it is told to: a real process, the real role, one action.

The processes are forked from a server that has imported everything already, so that a test can
afford dozens of them. `at` names the moment: `observe:before`, `apply:after`, … for the steps of
the protocol, `request:before` and `request:after` for the instants around the change itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
django.setup()

from holdshort import flow  # noqa: E402
from holdshort.connectors import build  # noqa: E402
from holdshort.machine import keys  # noqa: E402
from holdshort.machine.database_url import parse_database_url  # noqa: E402
from holdshort.stops import execution  # noqa: E402
from tests.fakes.connector import Fake, FakeSettings  # noqa: E402

STEPS = ("claim", "observe", "apply", "read_back", "settle")
INSIDE = ("_attempt", "_wake_others")
"""Between the rows of the claim and between those of the outcome, before either is committed."""

MOMENTS = [
    f"{step}:{when}" for step in (*STEPS, *INSIDE, "request") for when in ("before", "after")
]
"""Every named point of the protocol."""

TIMEOUT = 3.0
"""Seconds a target may take; less than in the product, so that lost replies cost no time."""


@dataclass(frozen=True)
class Order:
    """Which action to carry out, against what, and where to stop."""

    database: str
    action: str
    log: Path
    seal_key: Path
    shape: str = "set"
    target: str = ""
    settings: dict[str, Any] | None = None
    """Settings of a real SCIM connector, instead of the fake target."""

    at: str = ""
    signal: int = signal.SIGKILL
    timeout: float = TIMEOUT


def start(order: Order) -> BaseProcess:
    """Start an executor with that order."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.executor"])
    process = context.Process(target=run, args=(order,), daemon=True)
    process.start()
    return process


def wait_until_stopped(process: BaseProcess, seconds: float = 20) -> None:
    """Wait until a process has stopped itself with SIGSTOP."""
    end = time.monotonic() + seconds
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0] != "T":
        if time.monotonic() > end:
            raise TimeoutError("the executor did not stop where it was told to")
        time.sleep(0.02)


def run(order: Order) -> None:
    """Carry out one action as the executor does."""
    _write_to(order.log)
    _connect(order.database)
    execution.TIMEOUT = order.timeout  # type: ignore[assignment]
    os.environ["FAKE_TARGET_URL"] = order.target
    _lie_in_wait(order)
    public = order.seal_key.read_bytes()
    flow.execute(
        order.action,
        connectors={"directory": _connector(order)},
        worker=f"test:{os.getpid()}",
        seal=lambda secret: keys.seal(public, secret),
    )


def _connector(order: Order) -> Any:
    if order.settings is not None:
        return build("directory", "scim", order.settings)
    return Fake("directory", FakeSettings(shape=order.shape, timeout=order.timeout))  # type: ignore[arg-type]


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def _connect(database: str) -> None:
    from django.db import connection

    connection.settings_dict.update(parse_database_url(database))


def _lie_in_wait(order: Order) -> None:
    step, _, when = order.at.partition(":")
    if step == "request":
        Fake._send = _stopping(Fake._send, when, order.signal, only=_is_change)  # type: ignore[method-assign]
    elif step:
        setattr(execution, step, _stopping(getattr(execution, step), when, order.signal))


def _is_change(method: Any) -> bool:
    return method != "GET"


def _stopping(
    real: Callable[..., Any],
    when: str,
    how: int,
    only: Callable[..., bool] = lambda *args: True,
) -> Callable[..., Any]:
    def stopping(*args: Any, **named: Any) -> Any:
        due = only(*args[1:2])
        if due and when == "before":
            os.kill(os.getpid(), how)
        answer = real(*args, **named)
        if due and when == "after":
            os.kill(os.getpid(), how)
        return answer

    return stopping
