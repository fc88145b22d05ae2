"""The document keeps its word: whatever it permits is answered as it says, for every role."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.api.conftest import Api
from tests.desk import Desk, Server

EXAMPLES = 3


@pytest.fixture(scope="module")
def api(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    desk = Desk(server, folder)
    made = Api(desk)
    logging.disable(logging.WARNING)
    try:
        with desk.role("web"), pytest.MonkeyPatch.context() as patch:
            # Nobody works beside this, so there is nothing to wait for.
            for module in ("actions", "reviews", "tickets"):
                patch.setattr(f"holdshort.api.{module}.until", lambda look, **_: look())
            yield made
    finally:
        logging.disable(logging.NOTSET)
        desk.close()


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


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_documented(api: Api, document: Any, role: str) -> None:
    headers = {"Authorization": f"Bearer {api.tokens[role]}", "Host": "127.0.0.1"}
    for found in document.get_all_operations():
        _try(found.ok(), headers)


def _try(operation: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answer(case: Any) -> None:
        case.call_and_validate(headers=headers)

    answer()
