"""One agent for all tests of this folder: it keeps nothing between tickets."""

from __future__ import annotations

import pytest

from holdshort.agent import build
from holdshort.ports import Agent


@pytest.fixture(scope="session")
def agent() -> Agent:
    """The shipped local agent."""
    return build()
