"""Sample tickets in a file: what each asks of the gate, as `POST /api/v1/assessments` takes it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from holdshort.cli import base

if TYPE_CHECKING:
    from holdshort.stops.sampling import Sample

SHIPPED = Path(str(files("demo") / "sample.yaml"))
"""What people of the demo company might ask for."""


def read(file: Path) -> list[Sample]:
    """The samples of a file, a list of blocks with a `body` and perhaps a `name`.

    What else a block says is for its readers. Raises CommandError with the first that is wrong.
    """
    try:
        rows = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise base.CommandError(f"{file} cannot be read as YAML.") from None
    if not isinstance(rows, list) or not rows:
        raise base.CommandError(f"{file} must hold a list of samples, each with a ‘body’.")
    return list(_samples(rows, file))


def _samples(rows: list[Any], file: Path) -> Iterator[Sample]:
    from holdshort.api.problems import Problem

    for number, row in enumerate(rows, 1):
        body = row.get("body") if isinstance(row, dict) else None
        if not isinstance(body, dict):
            raise base.CommandError(f"{file}: sample {number} has no ‘body’.")
        name = str(row.get("name") or row.get("id") or number)
        try:
            yield _sample(name, body)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in fault["loc"]) or "body"
            text = f"{file}: sample {name}: ‘{where}’: {fault['msg']}."
            raise base.CommandError(text) from None
        except Problem as no:
            raise base.CommandError(f"{file}: sample {name}: {no}") from None


def _sample(name: str, body: dict[str, Any]) -> Sample:
    """Raises ValidationError, Problem."""
    from holdshort.api.assessments import circumstances
    from holdshort.api.bodies import NewAssessment
    from holdshort.core.terms import Offered, Phase
    from holdshort.stops.sampling import Sample

    asked = NewAssessment.model_validate(body)
    phase = Phase(asked.phase) if asked.phase else None
    return Sample(name, Offered(asked.type, asked.params), circumstances(asked), phase)
