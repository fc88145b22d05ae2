"""`python -m holdshort` is the same as `holdshort`."""

from __future__ import annotations

import sys

from holdshort.cli import main

if __name__ == "__main__":
    sys.exit(main())
