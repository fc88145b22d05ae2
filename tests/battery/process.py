"""`python -m tests.battery.process desk|executor|dying-executor`: the real process, less patient.

It waits seconds where the product waits a minute, knows the fake connected app, and dies where
it is told to.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from holdshort import jobs
from holdshort.stops import execution
from tests.crash import process
from tests.fakes.connector import Fake

execution.LEASE = 3  # type: ignore[assignment]
execution.TIMEOUT = 1.5  # type: ignore[assignment]
process.jobs.WORKER |= {"fetch_job_polling_interval": 0.2}

_send = Fake._send


def _die_before_a_change(self: Fake, method: str, *asked: Any, **named: Any) -> dict[str, Any]:
    if method != "GET":
        os.kill(os.getpid(), signal.SIGKILL)
    return _send(self, method, *asked, **named)


if __name__ == "__main__":
    name = sys.argv[1]
    if name.startswith("dying-"):
        Fake._send = _die_before_a_change  # type: ignore[method-assign]
    jobs.work(name.removeprefix("dying-"))
