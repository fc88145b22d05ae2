"""`python -m bench.process executor`: the real process, which also knows an app in its memory."""

from __future__ import annotations

import sys
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from bench.ground import Memory
from holdshort import connectors, jobs


class NoSettings(BaseModel):
    """Nothing can be set."""

    model_config = ConfigDict(extra="forbid")


class Connected(Memory):
    """The app as the registry knows it."""

    Settings: ClassVar[type[BaseModel]] = NoSettings
    scopes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, settings: NoSettings) -> None:
        super().__init__()
        self.name = name


if __name__ == "__main__":
    connectors.KINDS["memory"] = "bench.process:Connected"
    jobs.work(sys.argv[1])
