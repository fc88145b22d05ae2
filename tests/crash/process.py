"""`python -m tests.crash.process desk|executor`: the real process, in less patient company.

Only the waiting times differ from the product, and that it knows the fake connector.
"""

from __future__ import annotations

import os
import sys

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

if __name__ == "__main__":
    jobs.work(sys.argv[1])
