"""`holdshort web`: it ends when it is told to, whatever its workers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from holdshort.machine.ports import free_port
from tests.desk import Desk
from tests.running import ROOT, plain_environment, wait_for


@pytest.fixture
def web(desk: Desk, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The web process with two workers."""
    port = free_port()
    environment = {
        **plain_environment(),
        "HOLDSHORT_ROLE": "web",
        "HOLDSHORT_WEB_DATABASE_URL": desk.url("web"),
        "HOLDSHORT_SECRET_KEY": "for one test",
        "HOLDSHORT_SEAL_PUBLIC_KEY": "",
    }
    asked = ("web", "--port", str(port), "--workers", "2", "--data", str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-m", "holdshort", *asked],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(port), "the web process to answer")
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _children(parent: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_a_worker_that_never_ends_does_not_keep_the_web_process(
    web: subprocess.Popen[bytes],
) -> None:
    process = web
    workers = _children(process.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not any(Path(f"/proc/{one}").exists() for one in workers)
