"""The road with a company whose directory is a real OpenLDAP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort import flow, wiring
from holdshort.connectors.ldap import Ldap
from holdshort.records import mirrors
from tests.desk import Desk, Server
from tests.directories.openldap import OpenLdapServed, running_openldap
from tests.running import holdshort
from tests.web.conftest import Visitor, plain

PEOPLE = ("dana", "erik", "finn", "gina", "hugo", "sven", "olga")


@dataclass(frozen=True)
class Office:
    """A directory with people, nested groups and two units, and their ids in it."""

    served: OpenLdapServed
    ids: dict[str, str]
    support: str
    sales: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running_openldap(tmp_path_factory.mktemp("office")) as served:
        support, sales = served.unit("Support"), served.unit("Sales")
        ids = {name: served.person(name, unit=support) for name in PEOPLE}
        ids["build-tools"] = served.group("build-tools", members=(ids["olga"],))
        ids["aws-admins"] = served.group("aws-admins", includes=(ids["build-tools"],))
        ids["lunch"] = served.group("lunch", members=(ids["olga"],))
        yield Office(served, ids, support, sales)


def company(office: Office) -> dict[str, Any]:
    """The company's file: whom it knows, who decides, what groups carry, where the directory is."""
    settings = office.served.settings(dialect="openldap")
    account = {"issuer": "directory"}
    return {
        "company": {"name": "Acme", "timezone": "Europe/Berlin", "currency": "EUR"},
        "people": [
            {
                "id": name,
                "name": name.title(),
                "email": f"{name}@acme.example",
                "roles": ["owner"] if name == "olga" else [],
                "employment": {"status": "active"},
                "accounts": [
                    {"issuer": "local", "subject": name},
                    account | {"subject": office.ids[name]},
                ],
            }
            for name in PEOPLE
        ]
        + [{"id": "agent", "kind": "agent", "name": "Agent"}],
        "authority": [
            {"person": name, "contexts": ["security", "access"]} for name in ("sven", "olga")
        ],
        "systems": [
            {
                "id": "aws",
                "name": "AWS",
                "connector": "directory",
                "environment": "production",
                "data_class": "confidential",
                "entitlements": [{"id": "aws:admin", "name": "Administrator", "privileged": True}],
            }
        ],
        "groups": [
            {"id": "build-tools", "name": "Build tools", "system": "aws"},
            {"id": "aws-admins", "name": "AWS admins", "system": "aws", "grants": ["aws:admin"]},
            {"id": "lunch", "name": "Lunch", "system": "aws"},
        ],
        "units": [
            {
                "id": name,
                "name": name.title(),
                "connector": "directory",
                "place": place,
                "rules": rules,
            }
            for name, place, rules in (
                ("support", office.support, ["Screens lock."]),
                ("sales", office.sales, []),
            )
        ],
        "connectors": {"directory": {"kind": "ldap", "settings": settings}},
        "standing": [
            {"category": f"idp.{category}", "phase": 3, "basis": "demo"}
            for category in (
                *("add_to_group/2", "add_to_group/3", "reset_password/3"),
                *("move_account/2", "move_account/3"),
            )
        ],
    }


@pytest.fixture(scope="module")
def template(server: Server, office: Office, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("company") / "company.yaml"
    file.write_text(yaml.safe_dump(company(office)))
    name = f"template_ldap_{os.getpid()}"
    server.make_template(file, name)
    return name


@pytest.fixture
def desk(server: Server, template: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk that is connected as its company's file says, with a fresh mirror."""
    one = Desk(server, tmp_path, template)
    with one.role("executor"):
        one.connectors = wiring.connected()
    assert isinstance(one.connectors["directory"], Ldap)
    refresh(one)
    yield one
    one.close()


def refresh(desk: Desk) -> None:
    """Read the directory, as the executor does every few minutes."""
    with desk.role("executor"):
        mirrors.refresh(desk.connectors["directory"])  # type: ignore[arg-type]


def ask(desk: Desk, person: str, type: str, **params: str) -> Any:
    """Somebody asks for a change of their own; what is offered and what its gate says."""
    desk.agent.will(type, person=person, **params)
    return desk.action(desk.ask(person, "please"))


def test_a_nested_group_stops_for_security_and_is_joined_after_a_yes(
    desk: Desk, office: Office
) -> None:
    story = ask(desk, "dana", "idp.add_to_group", group="build-tools")
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert any("Administrator" in line for line in story.assessment["findings"]["after"])
    desk.decide(story.action.id, "sven", "approve")
    ended = desk.story(story.action.id)
    assert (ended.state, ended.outcome["kind"]) == ("executed", "verified")
    assert ended.outcome["evidence"]["condition"] == "assertion"
    assert office.served.dn_of(office.ids["dana"]) in office.served.members(
        office.ids["build-tools"]
    )
    assert "We checked it in the target system." in desk.said(story.action.ticket)


def test_a_group_that_was_nested_elsewhere_meanwhile_goes_back_to_review(
    desk: Desk, office: Office
) -> None:
    story = ask(desk, "erik", "idp.add_to_group", group="lunch")
    served, lunch = office.served, office.ids["lunch"]
    served.join(office.ids["aws-admins"], lunch)
    refresh(desk)
    desk.decide(story.action.id, "sven", "approve")
    assert desk.story(story.action.id).outcome["reason"] == "drift"
    assert served.dn_of(office.ids["erik"]) not in served.members(lunch)
    again = desk.action(story.action.ticket)
    assert (again.action.version, again.state) == (2, "waiting")
    assert any("Administrator" in line for line in again.assessment["findings"]["after"])


def test_a_new_password_is_read_once_and_opens_the_account(desk: Desk, office: Office) -> None:
    story = ask(desk, "finn", "idp.reset_password")
    reasons = {reason["rule"] for reason in story.assessment["findings"]["raises"]}
    assert "raise.no_enrolled_factor" in reasons
    desk.decide(story.action.id, "sven", "approve")
    assert desk.story(story.action.id).outcome["kind"] == "verified"
    secret = desk.read_secret("finn", story.action.id)
    assert office.served.signs_in(office.ids["finn"], secret)


def test_a_move_under_fewer_rules_is_decided_by_security_and_undone(
    desk: Desk, office: Office
) -> None:
    served, gina = office.served, office.ids["gina"]
    story = ask(desk, "gina", "idp.move_account", unit="sales", from_unit="support")
    assert story.assessment["tier"] == 3
    assert "Screens lock." in str(story.assessment["findings"]["raises"])
    desk.decide(story.action.id, "sven", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert served.dn_of(gina).endswith(office.sales)

    who = desk.sender("sven")
    with desk.role("web"):
        flow.undo(story.action.id, "wrong", sender=who)
    desk.run()
    back = desk.action(story.action.ticket)
    assert (back.action.undoes, back.action.params["unit"]) == (story.action.id, "support")
    desk.decide(back.action.id, "olga", "approve")
    assert desk.story(back.action.id).state == "executed"
    assert served.dn_of(gina).endswith(office.support)


def test_an_account_that_is_elsewhere_is_handed_to_a_person(desk: Desk, office: Office) -> None:
    story = ask(desk, "hugo", "idp.move_account", unit="sales", from_unit="support")
    office.served.move(office.ids["hugo"], office.served.people)
    desk.decide(story.action.id, "sven", "approve")
    assert desk.story(story.action.id).state == "not_applied"
    reason = desk.story(story.action.id).outcome["reason"]
    assert "not where it was to be moved from" in reason
    assert desk.ticket(story.action.ticket)["stands"] == "with_person"


def test_the_connected_app_can_be_listed_and_checked_from_the_command_line(desk: Desk) -> None:
    where = {"HOLDSHORT_WEB_DATABASE_URL": desk.url("web")}
    listed = holdshort("connector", "list", more=where)
    assert "change members of groups" in listed.stdout
    checked = holdshort("connector", "check", "directory", more=where)
    assert checked.returncode == 0
    assert checked.stdout.startswith("OpenLDAP answered, encrypted: 7 people, 3 groups")


def test_a_form_offers_the_units_of_the_policy(desk: Desk) -> None:
    page = Visitor(desk, "hugo").read("/forms/idp.move_account")
    assert page.count('value="sales"') == page.count('value="support"') == 2
    rules = plain(Visitor(desk, "sven").read("/rules"))
    assert "Support ou=Support,ou=People,dc=acme,dc=example Screens lock." in rules
    assert "No rule applies here." in rules
