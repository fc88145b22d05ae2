"""O10: looking changes nothing, with a token, without one, and by any safe method."""

from __future__ import annotations

import pytest

from tests.api.conftest import Api, Caller


def rows(api: Api) -> dict[str, int]:
    """How many rows each table has."""
    tables = api.desk.sql(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
        " WHERE table_schema IN ('kernel', 'public') AND table_type = 'BASE TABLE'"
    )
    return {name: api.desk.sql(f"SELECT count(*) FROM {name}")[0][0] for (name,) in tables}


def addresses(api: Api) -> list[str]:
    """Every address that a ticket with a waiting action leads to."""
    action = api.waiting()
    one = f"/api/v1/actions/{action['id']}"
    review, ticket = f"/api/v1/reviews/{action['review']}", f"/api/v1/tickets/{action['ticket']}"
    return [
        *(one, f"{one}/record", f"{one}/stop", f"{one}/undo", f"{one}/report", f"{one}/finding"),
        *(review, f"{review}/decisions", "/api/v1/reviews"),
        *(ticket, f"{ticket}/messages", "/api/v1/tickets", "/api/v1/actions"),
        *("/api/v1/assessments", "/api/v1/catalogue", "/api/v1/autonomy"),
        *("/api/v1/health", "/api/v1/ready", "/api/v1/openapi.json", "/api/v1/", "/api/v1/nothing"),
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_o10_looking_changes_no_row(api: Api, method: str) -> None:
    found = addresses(api)
    api.desk.run()
    before = rows(api)
    for address in found:
        for caller in (api.as_("reviewer"), api.as_("owner"), Caller(None)):
            answer = caller.call(method, address)
            assert answer.status_code in (200, 401, 403, 404, 405), (address, answer.content)
    assert rows(api) == before


def test_head_answers_like_get_without_a_body(api: Api) -> None:
    one = api.as_("owner").call("HEAD", "/api/v1/tickets")
    assert (one.status_code, one.content) == (200, b"")


def test_a_method_that_does_nothing_says_which_do(quiet: Api) -> None:
    answer = quiet.as_("owner").call("DELETE", "/api/v1/tickets")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
