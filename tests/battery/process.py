"""`python -m tests.battery.process desk|executor|dying-executor`: the real process, less patient.

It waits seconds where the product waits a minute, knows the fake connected app, and dies where
it is told to.
"""

from __future__ import annotations

import signal
import sys

from holdshort import jobs
from holdshort.stops import execution
from tests.crash import executor, process
from tests.fakes.connector import Fake

execution.LEASE = 3  # type: ignore[assignment]
execution.TIMEOUT = 1.5  # type: ignore[assignment]
process.jobs.WORKER |= {"fetch_job_polling_interval": 0.2}

if __name__ == "__main__":
    name = sys.argv[1]
    if name.startswith("dying-"):
        Fake._send = executor._stopping(  # type: ignore[method-assign]
            Fake._send, "before", signal.SIGKILL, only=executor._is_change
        )
    jobs.work(name.removeprefix("dying-"))
