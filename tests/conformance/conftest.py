"""Every subject with its office: started when first asked for, kept until the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.desk import Server

from .cases import CASES, Case
from .office import Office, open_office
from .subjects import CONNECTED
from .target import Subject

Opened = Callable[[Subject], Office]


@pytest.fixture(scope="session")
def opened(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The office of a subject."""
    offices: dict[str, Office] = {}
    with ExitStack() as stack:

        def office_of(subject: Subject) -> Office:
            if subject.name not in offices:
                folder = tmp_path_factory.mktemp("office")
                office = stack.enter_context(open_office(subject, server, folder))
                offices[subject.name] = office
            return offices[subject.name]

        yield office_of


@pytest.fixture
def office(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Office]:
    """The office of the subject that the test is about, with its wire in order."""
    found = opened(request.param)
    found.wire.undisturbed()
    yield found
    found.wire.undisturbed()
    if not found.wire.is_up:
        found.wire.up()


# ------------------------------------------------------------------ subject × action type


def served(subject: Subject) -> list[Case]:
    """The cases of the action types that a kind serves and that can be tried on this target."""
    from holdshort.connectors import kinds

    types = sorted(kinds()[subject.kind].serves - subject.without.keys())
    return [CASES[type] for type in types if type in CASES]


def every_type(only: Callable[[Case], Any] = lambda case: True) -> pytest.MarkDecorator:
    """Every subject with a target, with every action type that it serves."""
    return _every(
        "case", (((s, case), f"{s.name}-{case.type}") for s, case in _pairs() if only(case))
    )


def every_drift() -> pytest.MarkDecorator:
    """The same, with every way in which what matters to that type can change."""
    return _every(
        "case, drift",
        (
            ((s, case, drift), f"{s.name}-{case.type}-{drift.replace(' ', '_')}")
            for s, case in _pairs()
            for drift in case.drifts
            if drift not in s.without
        ),
    )


def every_subject() -> pytest.MarkDecorator:
    """Every subject with a target."""
    return pytest.mark.parametrize(
        "office", [pytest.param(s, id=s.name) for s in CONNECTED], indirect=True
    )


def _pairs() -> list[tuple[Subject, Case]]:
    return [(subject, case) for subject in CONNECTED for case in served(subject)]


def _every(names: str, rows: Iterable[tuple[tuple[Any, ...], str]]) -> pytest.MarkDecorator:
    params = [pytest.param(*row, id=id) for row, id in rows]
    return pytest.mark.parametrize(f"office, {names}", params, indirect=["office"])
