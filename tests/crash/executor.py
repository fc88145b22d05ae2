"""An executor that dies where it is told to: a real process, the real role.

The processes are forked from a server that has imported everything already, so that a test can
afford hundreds of them. `at` names the moment: `observe:before`, `apply:after`, … for the steps of
the protocol, `request:before` and `request:after` for the instants around the change itself.
A moment `…:after` comes whichever way the step ended.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
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
from tests.fakes.connector import CREDENTIAL, Fake, FakeSettings  # noqa: E402

STEPS = ("claim", "observe", "apply", "read_back", "settle", "delay")
"""Every step of the protocol, by the name of its function."""

INSIDE = ("_attempt", "_standing", "_wake_others")
"""Between the rows of the claim, between the check and the change, and between those of the
outcome, before either is committed."""

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
    apart: bool = False
    """Whether the action changes a thing of its own at the fake target."""

    breach: str = ""
    """A rule of the protocol that this executor breaks, to see whether anybody notices."""


# ------------------------------------------------------------------ in the test's process


def start(order: Order) -> BaseProcess:
    """Start an executor with that one order."""
    return fork(run, order)


class Executor:
    """An executor that takes one order after the other; when one dies, the next takes its place."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._line: Connection

    def carry_out(self, order: Order) -> int:
        """Carry out an order; 0 at its end, -9 when the executor was killed, 1 when it failed."""
        self.begin(order)
        return self.finish()

    def begin(self, order: Order) -> BaseProcess:
        """Give an order, and do not wait."""
        if self._process is None:
            self._line, theirs = multiprocessing.Pipe()
            self._process = fork(_take_orders, theirs)
            theirs.close()
        self._line.send(order)
        return self._process

    def finish(self) -> int:
        """Wait until the order that was given is carried out, or the executor is dead."""
        assert self._process is not None
        try:
            assert self._line.poll(60), "the executor hangs"
            code: int = self._line.recv()
        except EOFError:
            # Starting a process looks after the others, too, and only one may ask for an end.
            with _forking:
                self._process.join()
            ended, self._process = self._process.exitcode, None
            assert ended is not None
            return ended
        return code

    def has_finished(self) -> bool:
        """Whether the order that was given is carried out."""
        return self._line.poll()

    def close(self) -> None:
        """Nobody needs it any more."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


_forking = threading.Lock()


def fork(what: Callable[[Any], None], given: Any) -> BaseProcess:
    """Start a process that does that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.executor", "tests.crash.road"])
    process = context.Process(target=what, args=(given,), daemon=True)
    with _forking:
        process.start()
    return process


def wait_until_stopped(process: BaseProcess, seconds: float = 20) -> None:
    """Wait until a process has stopped itself with SIGSTOP."""
    end = time.monotonic() + seconds
    while not has_stopped(process):
        if time.monotonic() > end:
            raise TimeoutError("the executor did not stop where it was told to")
        time.sleep(0.02)


def has_stopped(process: BaseProcess) -> bool:
    """Whether a process sleeps after SIGSTOP."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0] == "T"


# ------------------------------------------------------------------ in the executor's process


def run(order: Order) -> None:
    """Carry out one action as the executor does."""
    _lie_in_wait()
    _obey(order)


def _take_orders(line: Connection) -> None:
    _lie_in_wait()
    while True:
        try:
            _obey(line.recv())
        except EOFError:
            return
        except Exception:
            traceback.print_exc()
            line.send(1)
        else:
            line.send(0)


def _obey(order: Order) -> None:
    global _now
    _now = order
    _write_to(order.log)
    _connect(order.database)
    execution.TIMEOUT = order.timeout  # type: ignore[assignment]
    os.environ["FAKE_TARGET_URL"] = order.target
    _break(order.breach)
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
    shape: Any = order.shape
    settings = FakeSettings(shape=shape, timeout=order.timeout, apart=order.apart)
    return Fake("directory", settings)


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _connect(database: str) -> None:
    from django.db import connection

    address = parse_database_url(database)
    if any(connection.settings_dict[name] != address[name] for name in address):
        connection.close()
        connection.settings_dict.update(address)


_now: Order | None = None
"""The order that is being carried out."""


def _lie_in_wait() -> None:
    for step in (*STEPS, *INSIDE):
        setattr(execution, step, _stopping(step, getattr(execution, step)))
    Fake._send = _stopping("request", Fake._send, only=_is_change)  # type: ignore[method-assign]


def _is_change(method: Any) -> bool:
    return method != "GET"


def _stopping(
    step: str, real: Callable[..., Any], only: Callable[..., bool] = lambda *args: True
) -> Callable[..., Any]:
    def reached(when: str) -> None:
        if _now is not None and _now.at == f"{step}:{when}":
            os.kill(os.getpid(), _now.signal)

    def stopping(*args: Any, **named: Any) -> Any:
        if not only(*args[1:2]):
            return real(*args, **named)
        reached("before")
        try:
            return real(*args, **named)
        finally:
            reached("after")

    return stopping


# ------------------------------------------------------------------ executors that break a rule


def _break(rule: str) -> None:
    if rule == "forgets_what_was_sent":
        execution.db.value = _never_sent(execution.db.value)
    elif rule == "believes_without_looking":
        execution._shown = lambda claimed, connector, now: True
    elif rule == "never_says_how_it_ended":
        execution.settle = lambda claimed, ending, *, seal: False
    elif rule == "writes_secrets_down":
        print(CREDENTIAL, flush=True)
    elif rule:
        raise ValueError(f"nobody knows how to break {rule!r}")


def _never_sent(real: Callable[..., Any]) -> Callable[..., Any]:
    def value(name: str, /, **params: Any) -> Any:
        return False if name == "may_have_been_sent" else real(name, **params)

    return value
