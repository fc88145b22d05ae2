"""The document keeps its word: whatever it permits is answered as it says, for every role."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import Api, Beside
from tests.desk import Desk, Server

EXAMPLES = 3
"""For each operation and role; `positive_data_acceptance` is left out, because a well-formed
request may name somebody or something that is not there."""


@pytest.fixture(scope="module")
def api(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    desk = Desk(server, folder)
    made = Api(desk)
    logging.disable(logging.WARNING)
    try:
        with desk.role("web"), pytest.MonkeyPatch.context() as patch:
            with Beside(desk):
                made.there = made.waiting()
                made.there["message"] = _with_a_file(desk, made.there["ticket"])
            # Nobody works beside this, so there is nothing to wait for.
            for module in ("actions", "reviews", "tickets"):
                patch.setattr(f"holdshort.api.{module}.until", lambda look, **_: look())
            yield made
    finally:
        logging.disable(logging.NOTSET)
        desk.close()


def _with_a_file(desk: Desk, ticket: int) -> int:
    """A message of the ticket that has a file."""
    number = int(desk.sql(f"SELECT min(id) FROM message WHERE ticket = {ticket}")[0][0])
    desk.sql(
        f"INSERT INTO attachment (message, place, name, content) VALUES ({number}, 1, 'a', 'a')"
    )
    return number


@pytest.fixture(scope="module")
def document(api: Api) -> Any:
    from holdshort.wsgi import application

    return schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", application, headers={"Host": "127.0.0.1"}
    )


ROLES = (
    "requester", "requester_second_account", "beneficiary", "reviewer", "second_reviewer", "owner",
    "agent", "assessor",
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "mode"),
    [(role, GenerationMode.POSITIVE) for role in ROLES] + [("owner", GenerationMode.NEGATIVE)],
)
def test_every_answer_is_documented(
    api: Api, document: Any, role: str, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {api.tokens[role]}", "Host": "127.0.0.1"}
    # Half of the operations meet an action that waits, half what is not there.
    there = {"number": api.there["review"], "identity": api.there["id"]}
    there |= {"message": api.there["message"], "place": 1}
    for found in document.get_all_operations():
        operation = found.ok()
        raw = operation.definition.raw
        if mode is GenerationMode.POSITIVE or raw["parameters"] or "requestBody" in raw:
            _try(operation, mode, headers, there)


def _try(
    operation: Any, mode: GenerationMode, headers: dict[str, str], there: dict[str, Any]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=booleans())
    def answer(case: Any, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            case.path_parameters.update({k: there[k] for k in case.path_parameters or {}})
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    answer()
