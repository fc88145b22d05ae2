"""`python -m tests.crash.process desk|executor|writer`: the real process, in less patient company.

Only the waiting times differ from the product, and that it knows the fake connector. The writer
stands for the web: people who ask for changes and decide about them as fast as they can.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")

import django

django.setup()

from holdshort import connectors, jobs  # noqa: E402
from holdshort.stops import execution  # noqa: E402
from tests.crash.executor import TIMEOUT  # noqa: E402

connectors.KINDS["fake"] = "tests.fakes.connector:Fake"
execution.TIMEOUT = TIMEOUT  # type: ignore[assignment]
jobs.SECONDS_BETWEEN |= {"sweep": 1.0, "retry": 0.5}
jobs.WORKER |= {"update_heartbeat_interval": 0.3, "stalled_worker_timeout": 1.5}
jobs.SECONDS_AFTER_FAILURE = 0.3

if __name__ == "__main__":
    if sys.argv[1] == "writer":
        from tests.crash import writer

        writer.write(Path(sys.argv[2]))
    jobs.work(sys.argv[1])
