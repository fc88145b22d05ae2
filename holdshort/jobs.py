"""The processes that work the road: each wakes on its own queue and on a clock of its own.

A job carries one row id; everything else is read from rows, so a lost, doubled or forged job
may delay work and can never cause an effect.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from django.db import close_old_connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import close_db_connections
from procrastinate.job_context import JobContext
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from holdshort import flow, wiring
from holdshort.ports import ConnectorError
from holdshort.records import schema, wake

log = structlog.get_logger()

SECONDS_BETWEEN = {
    "sequence": 0.1,
    **dict.fromkeys(("stragglers", "mail", "pager"), 1.0),
    **dict.fromkeys(("sweep", "watch"), 30.0),
    **dict.fromkeys(("look", "leavers", "deadlines"), 60.0),
    "work": 180.0,
    "retry": 5.0,
}
SECONDS_BEFORE = {"leavers": 60.0}
"""How long a clock waits before it strikes first: who can sign in is read by then."""

SECONDS_AFTER_FAILURE = 2.0
SWEEPS_BETWEEN_THOROUGH_ONES = 120
SECONDS_AT_A_STRETCH = 0.5
"""How long one place goes on without the worker; a signal to end waits so long at most."""
SECONDS_TO_LINGER = (0.004, 0.008, 0.016, 0.032)
"""A place that found nothing waits so long before each further look; then it is free again."""

WORKER: dict[str, Any] = {
    "fetch_job_polling_interval": 1.0,
    "update_heartbeat_interval": 2.0,
    "stalled_worker_timeout": 6.0,
    "delete_jobs": "successful",
    "concurrency": 4,
}
"""The queue's own settings; what surrounds each job is added where they are used."""


@app.task(name="propose", queue="agent")
def propose(id: str) -> None:
    """The agent reads a ticket."""
    flow.propose(int(id), agent=wiring.agent(), person=wiring.agent_person())


def _stop_of_the_desk(name: str) -> None:
    """One of the desk's stops, which takes the id that its wake-up carries."""

    @app.task(name=name, queue="desk")
    def run(id: str) -> None:
        getattr(flow, name)(id)


for _name in ("stage", "authorize", "expire", "reroute", "remind", "restage", "lapse", "release"):
    _stop_of_the_desk(_name)


@app.task(name="forget", queue="desk")
def forget(id: str) -> None:
    """Unread passwords are deleted."""
    flow.forget()


@app.task(name="execute", queue="executor")
def execute(id: str) -> None:
    """A permission is used, once."""
    flow.execute(id, connectors=wiring.connected(), worker=wiring.worker_name(), seal=wiring.seal)


@app.task(name="preview", queue="executor")
def preview(id: str) -> None:
    """Apps are asked what a change would do."""
    flow.preview(id, connectors=wiring.connected())


@app.task(name="observe", queue="executor")
def observe(id: str) -> None:
    """Work by hand is looked at."""
    flow.observe(id, connectors=wiring.connected())


@app.task(name="unread", queue="desk")
def unread(id: str) -> None:
    """The agent did not answer: a person takes the ticket."""
    flow.unread(int(id))


def look() -> None:
    """Read every directory again. Raises ConnectorError when one is away, to be tried soon."""
    away = [one.name for one in wiring.mirrored() if not flow.look(one)]
    if away:
        raise ConnectorError(f"No answer from: {', '.join(away)}.")


def watch() -> None:
    """Compare the log with what this process has seen of it. Raises MachineError."""
    path = wiring.witness()
    if path is not None:
        flow.watch(path)


def sweeps() -> Callable[[], object]:
    """A sweep of the last day; after the first, and then once an hour, one of everything."""
    done = 0

    def sweep() -> None:
        nonlocal done
        # Whoever starts the desk waits for what is of today, and for no more.
        flow.sweep(over=None if done % SWEEPS_BETWEEN_THOROUGH_ONES == 1 else timedelta(days=1))
        done += 1

    return sweep


CLOCKS: dict[str, dict[str, Callable[[], object]]] = {
    "agent": {},
    "desk": {
        "sequence": flow.sequence,
        "stragglers": lambda: flow.sequence(window=flow.LATE),
        "sweep": sweeps(),
        "leavers": flow.notice_leavers,
        "deadlines": flow.notice_deadlines,
        "watch": watch,
        **{channel: wiring.deliveries(channel) for channel in ("mail", "pager")},
    },
    "executor": {"look": look, "work": lambda: flow.see(wiring.connected()), "watch": watch},
}
"""What each process does by the clock, beside its queue."""


def go_on(first: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """After its own job, a place takes what waits in its queue, the oldest first, one by one.

    The worker's loop costs more than most jobs do; this is what many at once are worked off by.
    """
    result = first()
    if worker.worker_id is not None:
        _take_what_waits(context.job.queue, worker.worker_id)
    return result


def _take_what_waits(queue: str, worker: int) -> None:
    """Until the stretch is over, or nothing came for as long as a place lingers."""
    ends, done, lingered = time.monotonic() + SECONDS_AT_A_STRETCH, None, 0
    while time.monotonic() < ends and lingered < len(SECONDS_TO_LINGER):
        taken = wake.next_of(queue, worker, done=done)
        if taken is None:
            time.sleep(SECONDS_TO_LINGER[lingered])
            done, lingered = None, lingered + 1
        else:
            done, lingered = taken.job if _worked_off(taken) else None, 0
    if done is not None:
        wake.forget(done, worker)


def _worked_off(taken: wake.WakeUp) -> bool:
    try:
        app.tasks[taken.stop].func(id=taken.row)
    except Exception as error:
        log.error("job_failed", stop=taken.stop, id=taken.row, error=type(error).__name__)
        close_old_connections()
        wake.failed(taken.job)
        return False
    return True


def work(process: str) -> None:
    """Run the agent, the desk or the executor until a signal ends it."""
    if process == "agent":
        # The model is read before the first ticket waits for it.
        wiring.agent()
    schema.require_fit()
    # What is loaded now stays to the end, so no later search for garbage need look at it.
    gc.freeze()
    # Before anything else: on an older state nothing may start.
    watch()
    stopped = threading.Event()
    for name, action in CLOCKS[process].items():
        clock = (name, action, SECONDS_BETWEEN[name], stopped)
        threading.Thread(target=_tick, args=clock, daemon=True).start()
    try:
        asyncio.run(_work(process))
    finally:
        stopped.set()
        _last_look()


def _last_look() -> None:
    """Keep what was seen to the end; a database that is gone already is no reason to fail."""
    try:
        watch()
    except Exception as error:
        log.error("witness_not_kept", error=type(error).__name__)


def _tick(
    name: str, action: Callable[[], object], seconds: float, stopped: threading.Event
) -> None:
    stopped.wait(SECONDS_BEFORE.get(name, 0.0))
    while not stopped.is_set():
        try:
            action()
        except Exception as error:
            log.error("clock_failed", clock=name, error=type(error).__name__, text=str(error))
            close_old_connections()
            stopped.wait(SECONDS_AFTER_FAILURE)
        else:
            stopped.wait(seconds)


async def _work(process: str) -> None:
    """Work until a signal comes. Once it has begun, a database that goes away is waited for."""
    stop = asyncio.create_task(_signalled())
    begun = False
    while not stop.done():
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        try:
            async with worker_app.open_async():
                begun = True
                await _work_until(stop, worker_app, process)
        except Exception as error:
            if not begun:
                raise
            log.error("worker_failed", error=type(error).__name__, text=str(error))
        if not stop.done():
            log.error("worker_begins_again", process=process)
            await asyncio.wait({stop}, timeout=SECONDS_AFTER_FAILURE)


async def _signalled() -> None:
    """Wait for Ctrl-C or SIGTERM: the first lets the work under way end, the second does not."""
    came, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, came.set)
    await came.wait()
    for number in numbers:
        loop.remove_signal_handler(number)


async def _work_until(stop: asyncio.Task[None], worker_app: App, process: str) -> None:
    retrying = asyncio.create_task(_retry_stalled(worker_app, process))
    working = asyncio.create_task(
        worker_app.run_worker_async(
            queues=[process],
            name=process,
            task_middleware=[close_db_connections, go_on],
            install_signal_handlers=False,
            **WORKER,
        )
    )
    await asyncio.wait({working, stop}, return_when=asyncio.FIRST_COMPLETED)
    retrying.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _retry_stalled(worker_app: App, process: str) -> None:
    while True:
        await put_back(worker_app.job_manager, process)
        await asyncio.sleep(SECONDS_BETWEEN["retry"])


async def put_back(manager: JobManager, process: str) -> None:
    """Put back the jobs of a worker that was killed; one that cannot be never holds up the rest."""
    limit = WORKER["stalled_worker_timeout"]
    try:
        stalled = list(await manager.get_stalled_jobs(queue=process, seconds_since_heartbeat=limit))
    except Exception as error:
        log.error("retry_failed", error=type(error).__name__, text=str(error))
        return
    for job in stalled:
        try:
            await manager.retry_job(job)
        except Exception as error:
            log.error("retry_failed", job=job.id, error=type(error).__name__, text=str(error))
