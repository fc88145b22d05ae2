"""The base of every object that the API answers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

Free = dict[str, Any]


class Shape(BaseModel):
    """An object of the API with exactly these fields."""

    model_config = ConfigDict(extra="forbid")
