"""The catalogue, what runs alone, the document and the health of the process."""

from __future__ import annotations

import pytest

from holdshort import catalogue
from tests.api.conftest import Api, Caller


def test_the_catalogue_lists_every_type_with_its_parameters(quiet: Api) -> None:
    found = quiet.as_("assessor").get("/catalogue").json()
    assert {one["id"] for one in found["items"]} == catalogue.REGISTRY.keys()
    assert found["total"] == len(catalogue.REGISTRY)
    reset = next(one for one in found["items"] if one["id"] == "idp.reset_password")
    assert reset["params"]["required"] == ["person"]
    assert reset["undo"]["possible"] is False


def test_what_runs_alone_is_listed_with_its_basis(quiet: Api) -> None:
    found = quiet.as_("owner").get("/autonomy").json()["items"]
    one = next(row for row in found if row["category"] == "idp.reset_password/1")
    assert (one["phase"], one["granted"], one["basis"]) == (3, True, "demo")


def test_the_process_is_alive_and_ready(quiet: Api) -> None:
    assert Caller(None).get("/health").json()["status"] == "ok"
    ready = Caller(None).get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert {one["name"] for one in ready.json()["checks"]} == {
        "database",
        "safe_mode",
        "switches",
        "access_for_a_time",
        "leavers",
        "rules_file",
        "directory",
        "github",
    }


def test_another_login_role_is_not_ready(quiet: Api) -> None:
    with quiet.desk.role("desk"):
        ready = Caller(None).get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)


def test_an_old_mirror_is_told_and_the_desk_goes_on(quiet: Api) -> None:
    quiet.desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 hour'")
    ready = Caller(None).get("/ready")
    assert ready.status_code == 200
    old = [one["name"] for one in ready.json()["checks"] if not one["ok"]]
    assert old == ["directory", "github"]


def test_a_process_without_a_database_is_alive_and_not_ready(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("holdshort.records.db.value", away)
    assert Caller(None).get("/health").status_code == 200
    ready = Caller(None).get("/ready")
    assert (ready.status_code, ready.json()["checks"][0]["ok"]) == (503, False)


def test_the_document_lists_every_error_an_operation_can_answer(quiet: Api) -> None:
    document = Caller(None).get("/openapi.json").json()
    decide = document["paths"]["/api/v1/reviews/{number}/decisions"]["post"]
    assert set(decide["responses"]) == {
        *("201", "202", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503")
    }
    assert any(one["name"] == "Idempotency-Key" for one in decide["parameters"])
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"] and operation["description"]
            if "security" in operation:
                assert "Needs the scope" in operation["description"]
