"""The story of the product, on a desk that was started as a newcomer starts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import Running, holdshort, running_desk, wait_for
from tests.story.offices import TEAM, Office


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, office: Office) -> Iterator[Running]:
    company = () if office is TEAM else ("--company", str(office.file))
    with running_desk(tmp_path_factory.mktemp("up") / "data", *company) as running:
        yield running


def ask(up: Running, role: str, body: str) -> int:
    answer = up.call(role, "POST", "/tickets", subject="", body=body)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


def test_dana_forgets_her_password_and_it_is_reset_by_itself(up: Running) -> None:
    number = ask(up, "requester", "I forgot my password")
    action = up.action_of("requester", number, "executed")
    assert (action["type"], action["tier"]) == ("idp.reset_password", 1)
    assert action["gate"]["mode"] == "HOTL"
    assert action["authorization"]["basis"] == "policy"
    ticket = up.call("requester", "GET", f"/tickets/{number}").json()
    assert ticket["stands"] == "closed"


def test_an_administrator_writes_the_same_words_and_they_stop(up: Running, office: Office) -> None:
    made = up.command(
        "ticket", "new", "I forgot my password", "--as", office.administrator, "--json"
    )
    number = json.loads(made.stdout)["number"]
    action = up.action_of("owner", number, "waiting")
    assert (action["tier"], action["gate"]["mode"]) == (3, "HITL")


def test_dana_asks_for_a_group_that_leads_to_production_administrators(up: Running) -> None:
    number = ask(up, "requester", "Please add me to build-tools")
    action = up.action_of("requester", number, "waiting")
    assert (action["tier"], action["gate"]["mode"]) == (3, "HITL")
    assert up.people["reviewer"] in {one["person"] for one in action["gate"]["reviewers"]}
    assert any("AdministratorAccess" in line for line in action["preview"]["after"])
    review = f"/reviews/{action['review']}/decisions"
    yes = {"digest": action["digest"], "verdict": "approve"}
    for role in ("requester", "requester_second_account"):
        refused = up.call(role, "POST", review, **yes)
        assert (refused.status_code, refused.json()["code"]) == (403, "self_approval")
    refused = up.call("agent", "POST", review, **yes)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_human")
    assert up.call("reviewer", "POST", review, **yes).status_code in (200, 201)
    up.action_of("requester", number, "executed")
    record = up.call("owner", "GET", f"/actions/{action['id']}/record").json()
    names = [event["name"] for event in record["events"]]
    assert names.index("authorization.granted") < names.index("execution.started")


def test_the_command_line_tells_the_same_story(up: Running, office: Office) -> None:
    who, reviewer = office.colleague, office.security_reviewer
    made = up.command("ticket", "new", "Please add me to build-tools", "--as", who, "--json")
    number = json.loads(made.stdout)["number"]
    action = up.action_of("owner", number, "waiting")
    shown = up.command("review", "show", str(action["review"]))
    assert "AdministratorAccess" in shown.stdout
    own = up.command("review", "approve", str(action["review"]), "--as", who)
    assert (own.returncode, own.stderr.count("\n")) == (1, 1)
    assert "somebody else must decide" in own.stderr
    no = up.command(
        "review", "reject", str(action["review"]), "--as", reviewer, "--reason", "not_needed"
    )
    assert no.returncode == 0, no.stderr
    up.action_of("owner", number, "rejected")
    listed = up.command("ticket", "list", "--as", office.owner, "--json")
    assert number in {ticket["number"] for ticket in json.loads(listed.stdout)["tickets"]}


def test_connected_apps_are_listed_with_what_they_carry_out(up: Running) -> None:
    said = up.command("connector", "list").stdout
    assert "directory (scim)" in said
    assert "idp.reset_password" in said
    listed = json.loads(up.command("connector", "list", "--json").stdout)["connectors"]
    apps = {app["name"]: app for app in listed}
    assert "idp.add_to_group" in apps["directory"]["serves"]
    if "mdm" in apps:
        assert apps["mdm"]["serves"] == ["mdm.install", "mdm.remove"]
        assert "install packages" in apps["mdm"]["scopes"]
    for database in apps.keys() & {"dev-db", "prod-db-1"}:
        assert "notes can be read" in up.command("connector", "check", database).stdout


def test_the_credential_of_a_connected_app_is_tried_as_the_documents_say(up: Running) -> None:
    tried = up.command("connector", "check", "directory")
    assert (tried.returncode, tried.stderr) == (0, "")
    assert "people" in tried.stdout


def test_a_sign_in_link_leads_to_the_desk_that_runs(up: Running, office: Office) -> None:
    link = up.command("person", "link", office.colleague).stdout.strip()
    assert link.startswith(f"{up.url}/sign-in/link/")
    assert httpx.get(link).status_code == 200


def test_the_doctor_finds_everything_well(up: Running) -> None:
    wait_for(lambda: up.command("doctor").returncode == 0, "the doctor to be content")


def test_the_sign_in_link_decides_nothing_until_it_is_confirmed(up: Running) -> None:
    with httpx.Client(follow_redirects=False) as browser:
        page = browser.get(up.sign_in)
        assert page.status_code == 200
        assert "sessionid" not in browser.cookies


def test_a_second_desk_on_the_same_port_or_folder_says_so_in_one_line(
    up: Running, tmp_path: Path
) -> None:
    port = up.url.rsplit(":", 1)[1]
    taken = holdshort("up", "--demo", "--port", port, "--data", str(tmp_path))
    assert taken.returncode == 1
    assert taken.stderr.count("\n") == 1
    assert f"Port {port}" in taken.stderr
    again = holdshort("up", "--demo", "--port", "0", "--data", str(up.data))
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_ctrl_c_leaves_nothing_behind_and_a_restart_keeps_everything(tmp_path: Path) -> None:
    with running_desk(tmp_path / "data") as first:
        number = ask(first, "requester", "I forgot my password")
        first.action_of("requester", number, "executed")
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.url)
    with running_desk(tmp_path / "data") as second:
        again = second.call("requester", "GET", f"/tickets/{number}").json()
        assert again["actions"][0]["state"] == "executed"
