"""Every operation of the API needs a token, and one scope of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from holdshort.records.tokens import DEMO_SCOPES, SCOPES, CannotIssue, create
from tests.api.conftest import Api, Caller

OPEN = {"health", "ready"}
"""What anybody may ask."""


def operations() -> Iterator[tuple[str, str, str]]:
    from holdshort.api.urls import api

    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield operation.operation_id or "", method, path


def filled(path: str) -> str:
    identity = "01890000-0000-7000-8000-000000000000"
    return path.replace("{number}", "1").replace("{identity}", identity)


ALL = sorted(operations())
GUARDED = [one for one in ALL if one[0] not in OPEN]


def test_the_api_has_exactly_these_open_doors() -> None:
    assert {name for name, _, _ in ALL} >= OPEN
    assert len({name for name, _, _ in ALL}) == len(ALL) > 15


@pytest.mark.parametrize(("name", "method", "path"), GUARDED, ids=[one[0] for one in GUARDED])
def test_an_operation_refuses_without_a_token_and_without_its_scope(
    lasting: Api, name: str, method: str, path: str
) -> None:
    from holdshort.api.urls import api

    needed = next(
        operation.auth_callbacks[0].scope  # type: ignore[attr-defined]
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if operation.operation_id == name
    )
    without = Caller(lasting.token("owner", set(SCOPES) - {needed}))
    address = f"/api/v1{filled(path)}"
    with lasting.desk.role("web"):
        for caller in (Caller(None), Caller("hs_unknown"), Caller("hs_ü")):
            answer = caller.call(method, address, content_type="application/json", data="{}")
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert answer["WWW-Authenticate"].startswith("Bearer")
        answer = without.call(method, address, content_type="application/json", data="{}")
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
        assert needed in answer.json()["detail"]
        permitted = Caller(lasting.token("owner", {needed}))
        answer = permitted.call(method, address, content_type="application/json", data="{}")
        assert answer.status_code not in (401, 500), answer.content
        assert answer.status_code != 403 or answer.json()["code"] != "missing_scope"


def test_another_scheme_is_no_token(quiet: Api) -> None:
    token = quiet.tokens["owner"]
    for said in (f"Basic {token}", token, f"Token {token}"):
        answer = Caller(None).call("GET", "/api/v1/tickets", headers={"Authorization": said})
        assert answer.status_code == 401


# ------------------------------------------------------------------ tokens


def test_only_the_digest_of_a_token_is_kept(quiet: Api) -> None:
    kept = str(quiet.desk.sql("SELECT * FROM api_token"))
    assert all(token not in kept for token in quiet.tokens.values())


def test_a_token_ends_with_its_time(quiet: Api) -> None:
    soon, over = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(seconds=1)
    good = Caller(quiet.token("owner", {"tickets:read"}, expires_at=soon))
    late = Caller(quiet.token("owner", {"tickets:read"}, expires_at=over))
    assert good.get("/tickets").status_code == 200
    assert late.get("/tickets").status_code == 401


def test_a_token_ends_with_its_account(quiet: Api) -> None:
    quiet.desk.sql("UPDATE kernel.account SET ended_at = clock_timestamp() WHERE issuer = 'slack'")
    assert quiet.as_("requester_second_account").get("/tickets").status_code == 401
    assert quiet.as_("requester").get("/tickets").status_code == 200


def test_a_token_ends_with_the_employment(quiet: Api) -> None:
    quiet.desk.sql("UPDATE profile SET employment_status = 'ended' WHERE person = 'dana'")
    assert quiet.as_("requester").get("/tickets").status_code == 401


def test_a_sponsor_who_left_sponsors_nothing(quiet: Api) -> None:
    quiet.desk.sql("UPDATE profile SET employment_status = 'ended' WHERE person = 'dana'")
    body = {"type": "idp.unlock", "params": {"person": "yusuf"}, "confidence": 0.97}
    answer = quiet.as_("agent").post("/actions", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "sponsor_missing")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"person": "nobody", "scopes": {"tickets:read"}}, "such an account"),
        ({"person": "dana", "scopes": {"tickets:read"}, "issuer": "teams"}, "such an account"),
        ({"person": "dana", "scopes": {"everything"}}, "Unknown: everything"),
        ({"person": "dana", "scopes": set()}, "Choose scopes"),
        ({"person": "agent", "scopes": {"tickets:read"}, "sponsor": "agent"}, "human"),
        ({"person": "agent", "scopes": {"tickets:read"}, "sponsor": "nobody"}, "human"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(quiet: Api, given: dict, words: str) -> None:  # type: ignore[type-arg]
    with quiet.desk.role(None), pytest.raises(CannotIssue, match=words):
        create(**given, label="test")


def test_the_demo_roles_have_known_scopes_and_only_the_owner_has_all() -> None:
    assert all(scopes <= SCOPES.keys() for scopes in DEMO_SCOPES.values())
    assert [role for role, scopes in DEMO_SCOPES.items() if scopes == SCOPES.keys()] == ["owner"]
