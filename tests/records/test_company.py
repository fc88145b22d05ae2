"""Applying an organisation: idempotent, and loosening a control needs a second person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort.company.read import read
from holdshort.company.schema import Company
from holdshort.records import db
from holdshort.records.company import Applied, CannotApply, apply
from tests.conftest import COMPANY
from tests.desk import Desk


def changed(tmp_path: Path, change: Any) -> Company:
    """The demo company with a change made to its data."""
    data = yaml.safe_load(COMPANY.read_text())
    change(data)
    path = tmp_path / "company.yaml"
    path.write_text(yaml.safe_dump(data, default_flow_style=False))
    return read(path)


def applied(desk: Desk, company: Company, **more: Any) -> Applied:
    with desk.role(None):
        return apply(company, **more)


def test_the_first_owner_puts_the_first_file_into_force(desk: Desk) -> None:
    assert desk.sql("SELECT policy_version, author, person FROM kernel.adoption") == [
        (1, "holdshort", "ines")
    ]


def test_applying_the_same_file_again_changes_nothing(desk: Desk) -> None:
    before = desk.sql("SELECT count(*) FROM kernel.account")
    result = applied(desk, read(COMPANY))
    assert (result.version, result.in_force, result.differences) == (1, True, ())
    assert desk.sql("SELECT count(*) FROM kernel.account") == before


def test_a_tightening_is_in_force_at_once(desk: Desk, tmp_path: Path) -> None:
    def stricter(data: Any) -> None:
        data["confidence"]["threshold"] = 0.99

    result = applied(desk, changed(tmp_path, stricter))
    assert (result.version, result.in_force) == (2, True)


def test_a_loosening_waits_until_somebody_else_adopts_it(desk: Desk, tmp_path: Path) -> None:
    def looser(data: Any) -> None:
        data["authority"].append({"person": "dana", "contexts": ["security"]})

    company = changed(tmp_path, looser)
    assert not applied(desk, company).in_force
    assert desk.sql("SELECT count(*) FROM authority WHERE person = 'dana'") == [(0,)]
    assert not applied(desk, company).in_force
    with desk.role("web"):
        db.run("adopt", number=2, person="helena")
    assert applied(desk, company).in_force
    assert desk.sql("SELECT count(*) FROM authority WHERE person = 'dana'") == [(1,)]


def test_an_account_cannot_move_to_another_person(desk: Desk, tmp_path: Path) -> None:
    def moved(data: Any) -> None:
        dana = next(person for person in data["people"] if person["id"] == "dana")
        erik = next(person for person in data["people"] if person["id"] == "erik")
        erik["accounts"].append(dana["accounts"].pop())
        data["demo"]["second_account"] = dict(dana["accounts"][0])

    company = changed(tmp_path, moved)
    assert not applied(desk, company).in_force
    with desk.role("web"):
        db.run("adopt", number=2, person="helena")
    with pytest.raises(CannotApply, match="belongs to dana and cannot be given to erik"):
        applied(desk, company)


def test_an_account_that_is_taken_away_signs_nobody_in_and_stays_on_record(
    desk: Desk, tmp_path: Path
) -> None:
    def fewer(data: Any) -> None:
        bea = next(person for person in data["people"] if person["id"] == "bea")
        bea["accounts"] = bea["accounts"][1:]

    assert applied(desk, changed(tmp_path, fewer)).in_force
    found = desk.sql(
        "SELECT ended_at IS NULL FROM kernel.account WHERE issuer = 'local' AND subject = 'bea'"
    )
    assert found == [(False,)]
    assert desk.sql("SELECT count(*) FROM login WHERE person = 'bea'") == [(0,)]


def test_demo_standing_counts_only_in_a_demo(desk: Desk) -> None:
    desk.sql("DELETE FROM kernel.standing")
    applied(desk, read(COMPANY), demo=False)
    assert desk.sql("SELECT count(*) FROM kernel.standing") == [(0,)]
    applied(desk, read(COMPANY), demo=True)
    found = desk.sql(
        "SELECT basis, bool_or(granted AND category LIKE '%/3') FROM kernel.standing GROUP BY basis"
    )
    assert found == [("demo", False)]


def test_the_agent_is_told_the_things_that_a_text_may_name_and_offers_about_them(
    desk: Desk,
) -> None:
    from holdshort.agent import build
    from holdshort.records import offers

    with desk.role("agent"):
        named = {(one.kind, one.id): one.name for one in offers.names()}
    assert named["software", "zoom"] == "Zoom"
    assert named["equipment", "laptop-studio"] == "Laptop for film and 3D"
    assert named["contract", "zoom/zoom-2025"] == "Zoom Business"
    assert named["patched", "laptops-ring-1"] == "Laptops ring 1"
    assert ("patched", "site-berlin") not in named, "a site is not patched"
    desk.agent = build()  # type: ignore[assignment]
    asked = {"Please renew the contract with Zoom": "saas.renew", "Install Zoom": "mdm.install"}
    for words, action_type in asked.items():
        assert desk.action(desk.ask("ines", words)).action.type == action_type
