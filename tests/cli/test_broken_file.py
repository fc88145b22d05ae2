"""A company file that cannot be used: the last good rules stay in force, and everybody sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdshort.cli import company_file
from holdshort.company.read import CompanyErrors, read
from holdshort.records import health
from holdshort.records.company import apply
from tests.api.conftest import Caller
from tests.conftest import COMPANY
from tests.desk import Desk
from tests.web.conftest import Visitor, plain, visit

__all__ = ["visit"]

GOOD = COMPANY.read_text("utf-8")
DAMAGES: dict[str, Callable[[], str]] = {
    "not YAML": lambda: GOOD.replace("company: {name", "company: {{name"),
    "an unknown field": lambda: GOOD.replace("confidence: {threshold", "confidence: {treshold"),
    "a rule is missing": lambda: GOOD.replace("limit: 1000, currency: EUR, per: item, ", ""),
}


@pytest.fixture(params=DAMAGES, ids=[name.replace(" ", "_") for name in DAMAGES])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "broken.yaml"
    file.write_text(DAMAGES[request.param]())
    return file


def say(text: str) -> None:
    print(text, file=sys.stderr)


def start(desk: Desk, file: Path) -> CompanyErrors:
    """What `up` does with a file that it cannot read, as far as the rules are concerned."""
    loaded, errors = company_file.read(file)
    assert loaded is None and errors is not None
    with desk.role(None):
        kept, copy = company_file.last_good(errors, file, file.parent, say=say)
        assert kept.digest() == read(COMPANY).digest() == read(copy).digest()
    return errors


def told(desk: Desk) -> tuple[str, str]:
    """What `doctor` and `/ready` say about the file."""
    with desk.role("web"):
        [check] = [one for one in health.checks() if one.name == "company's file"]
        ready = Caller(None).get("/ready")
    [detail] = [one for one in ready.json()["checks"] if one["name"] == "rules_file"]
    assert ready.status_code == 200 and detail["ok"] is check.well
    return check.text, detail["detail"]


def test_the_last_good_rules_stay_and_everybody_sees_it_until_a_good_file_comes(
    desk: Desk, broken: Path, visit: Callable[..., Visitor], capsys: pytest.CaptureFixture[str]
) -> None:
    [(rules, number)] = desk.sql("SELECT count(*), max(number) FROM kernel.policy_version")
    errors = start(desk, broken)
    said = capsys.readouterr().err
    assert str(errors) in said and "version 1 of the rules stays in force" in said
    assert desk.events("policy.unreadable") == 1
    assert all("version 1 of the rules stays in force" in text for text in told(desk))
    page = plain(visit("sven").read("/reviews"))
    assert "Older rules are in force." in page and "company check FILE" in page
    assert "Older rules" not in plain(visit("dana").read("/"))
    after = desk.sql("SELECT count(*), max(number) FROM kernel.policy_version")
    assert after == [(rules, number)]
    with desk.role(None):
        apply(read(COMPANY), demo=True)
    assert told(desk) == ("was read", "It was read.")
    assert "Older rules" not in plain(visit("sven").read("/reviews"))


def test_without_any_rules_in_force_nothing_starts(desk: Desk, broken: Path) -> None:
    _, errors = company_file.read(broken)
    assert errors is not None
    desk.sql("TRUNCATE kernel.adoption CASCADE")
    with desk.role(None), pytest.raises(CompanyErrors, match="line"):
        company_file.last_good(errors, broken, broken.parent, say=say)
    assert desk.events("policy.unreadable") == 0
