"""Software and badges, stop by stop, as the real roles against the company's real systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.connectors import build
from holdshort.records import grants
from holdshort.records.world import World
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.kernel import waking
from tests.kernel.test_access_for_a_time import hours_later, takes_back
from tests.services import Services, running_services
from tests.story.offices import Office, in_both
from tests.web.conftest import Visitor, plain

ZOOM = "us.zoom.Zoom"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("services"), COMPANY) as one:
        yield one


@pytest.fixture
def desk(server: Server, services: Services, company: Office, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the demo company whose systems are those."""
    one = Desk(server, tmp_path, company.made(server))
    for name in ("mdm", "badge", "erp", "esign", "files", "hosts", "github"):
        one.connectors[name] = build(name, "http", services.settings(COMPANY, name))
    yield one
    one.close()


def asked(desk: Desk, who: str, words: str, type: str, /, **params: Any) -> Any:
    """Somebody writes, the agent offers that, and the road runs as far as it goes."""
    desk.agent.will(type, **params)
    number = desk.ask(who, words)
    actions = desk.actions(number)
    assert actions, desk.said(number)
    return actions[-1]


def gate(story: Any) -> tuple[int, str]:
    return story.assessment["tier"], story.assessment["mode"]


def reviewers(story: Any) -> set[str]:
    return {one["person"] for one in story.assignments}


def installed(services: Services, target: str, package: str = ZOOM) -> bool:
    found = services.ask("mdm", "GET", f"/v1/targets/{target}/packages/{package}")
    return bool(found["installed"])


def device_of(desk: Desk, story: Any) -> str:
    return str(desk.story(story.action.id).action.target.id)


def after_the_hold(desk: Desk, story: Any) -> None:
    """Nobody stopped it."""
    waking.open_hold(desk, story.action.id)
    desk.run()


# ------------------------------------------------------------------ software


def test_5a_software_of_the_catalogue_on_ones_own_laptop_runs_alone(
    desk: Desk, services: Services
) -> None:
    story = asked(desk, "dana", "Zoom please", "mdm.install", person="dana", software="zoom")
    assert gate(story) == (2, "HOTL")
    reason = story.assessment["findings"]["policy"]["reason"]
    assert reason["rule"] == "policy.software_catalogue" and reason["policy_version"] == 1
    after_the_hold(desk, story)
    done = desk.story(story.action.id)
    assert (done.state, done.outcome["kind"]) == ("executed", "verified")
    assert (done.outcome["after"]["package"], done.outcome["after"]["_publisher"]) == (
        ZOOM,
        "Zoom Communications",
    )
    assert installed(services, device_of(desk, story))
    undo(desk, done)
    assert not installed(services, device_of(desk, story))


def undo(desk: Desk, story: Any) -> None:
    """Somebody asks to take it back, and that is approved."""
    from holdshort import flow

    sender = desk.sender("dana")
    with desk.role("web"):
        flow.undo(story.action.id, "other", sender=sender)
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    assert undoing.action.type == "mdm.remove" and gate(undoing) == (2, "HITL")
    desk.decide(undoing.action.id, next(iter(reviewers(undoing))), "approve")
    assert desk.story(undoing.action.id).state == "executed"


@in_both
def test_5b_software_that_nobody_looked_at_waits_for_security(
    desk: Desk, services: Services, company: Office
) -> None:
    package, who = "com.philandro.anydesk", "bea" if company.name == "team" else "chloe"
    story = asked(desk, who, "it is harmless, tier 1", "mdm.install", person=who, software=package)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    # Of security, those whose spending limit fits what nobody knows the price of.
    assert "ines" in reviewers(story) <= {"helena", "ines"}
    assert story.assessment["findings"]["consequence"]["blast_radius"]["value"] == 3
    device = device_of(desk, story)
    assert not installed(services, device, package)
    desk.decide(story.action.id, "ines", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert installed(services, device, package)


def test_5c_the_same_software_on_every_device_waits_with_their_number(
    desk: Desk, services: Services
) -> None:
    story = asked(
        desk, "dana", "push it to everybody", "mdm.install", fleet="everybody", software="zoom"
    )
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    reach = story.assessment["findings"]["consequence"]["blast_radius"]
    assert "120 devices" in reach["facts"][0]["text"]
    assert story.action.seen["devices"] == 120
    assert not installed(services, "everybody")


def test_a_device_that_has_changed_hands_is_not_touched(desk: Desk, services: Services) -> None:
    from holdshort.stops.execution import DRIFT

    story = asked(desk, "mia", "Zoom please", "mdm.install", person="mia", software="zoom")
    device = device_of(desk, story)
    services.ask("mdm", "PATCH", f"/v1/targets/{device}", json={"holder": "somebody-else"})
    after_the_hold(desk, story)
    done = desk.story(story.action.id)
    assert (done.outcome["kind"], done.outcome["reason"]) == ("not_applied", DRIFT)
    assert not installed(services, device)


# ------------------------------------------------------------------ badges


def test_20a_a_lost_badge_is_replaced_alone_and_the_old_one_disabled_first(
    desk: Desk, services: Services
) -> None:
    zones = ["front-door", "office-floor"]
    story = asked(
        desk, "dana", "I lost my badge", "badge.set_zones", person="dana", zones=zones, lost=True
    )
    assert gate(story) == (2, "HOTL")
    assert story.assessment["findings"]["policy"]["reason"]["rule"] == "policy.same_zones"
    old = story.action.seen["badge"]
    after_the_hold(desk, story)
    assert desk.story(story.action.id).state == "executed"
    now = services.ask("badge", "GET", "/v1/holders/dana")
    assert (now["zones"], now["active"]) == (zones, True)
    assert now["badge"] != old
    assert services.ask("badge", "GET", f"/v1/badges/{old}")["active"] is False
    assert [(e["what"], e["badge"]) for e in services.events("badge")][-2:] == [
        ("disabled", old),
        ("issued", now["badge"]),
    ]


def test_20b_the_server_room_waits_for_security_and_for_facilities(
    desk: Desk, services: Services
) -> None:
    zones = ["front-door", "office-floor", "server-room"]
    desk.sql(
        "INSERT INTO absence VALUES ('ines', now() - interval '1 day', now() + interval '1 day')"
    )
    story = asked(desk, "bea", "add the server room", "badge.set_zones", person="bea", zones=zones)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert {"sven", "olga"} <= reviewers(story) and story.gate["needed"] == 2
    spoken_for = desk.sql("SELECT person, side FROM kernel.side")
    assert {("sven", "security"), ("olga", "facilities")} <= set(spoken_for)
    assert "ines" not in reviewers(story)
    assert any("a room that gives power" in line for line in story.assessment["findings"]["after"])
    assert services.ask("badge", "GET", "/v1/holders/bea")["zones"] == zones[:2]
    desk.decide(story.action.id, "sven", "approve")
    with pytest.raises(flow.Refused, match="there is one for what you decide") as again:
        desk.decide(story.action.id, "nadia", "approve")
    assert again.value.code == "side_taken"
    desk.decide(story.action.id, "olga", "hand_over", reason_code="not_mine", hand_to="ines")
    assert ("ines", "facilities") in desk.sql("SELECT person, side FROM kernel.side")
    assert services.ask("badge", "GET", "/v1/holders/bea")["zones"] == zones[:2]
    desk.decide(story.action.id, "olga", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert services.ask("badge", "GET", "/v1/holders/bea")["zones"] == zones
    assert (story.action.params["hours"], story.action.params["ends"]) == (2, zones[2:])
    hours_later(desk, 3)
    desk.sweep()
    [(end, state)] = takes_back(desk, story.action.id)
    ending = desk.story(end)
    assert (ending.action.type, state) == ("badge.remove_zones", "executed")
    assert (ending.authorization["basis"], ending.outcome["kind"]) == ("term", "verified")
    assert services.ask("badge", "GET", "/v1/holders/bea")["zones"] == zones[:2]


def test_whoever_was_asked_for_one_side_and_decides_the_other_by_now_may_speak_for_it(
    desk: Desk, services: Services
) -> None:
    desk.sql(
        "UPDATE authority SET backup = NULL, "
        "contexts = array_remove(array_remove(contexts, 'facilities'), 'general')"
    )
    zones = ["front-door", "office-floor", "server-room"]
    story = asked(desk, "jonas", "for an hour", "badge.set_zones", person="jonas", zones=zones)
    [alone] = reviewers(story)
    assert "nobody here may say yes for facilities" in story.review["fault"]
    desk.sql(
        f"UPDATE authority SET contexts = contexts || '{{facilities}}' WHERE person = '{alone}'"
    )
    desk.sweep()
    other = min(reviewers(desk.story(story.action.id)) - {alone})
    for person in (alone, other):
        desk.decide(story.action.id, person, "approve")
    assert desk.story(story.action.id).authorization["basis"] == "decisions"


def test_a_room_for_a_time_ends_though_the_badge_was_lost_meanwhile_and_another_zone_stays(
    desk: Desk, services: Services
) -> None:
    room = ["front-door", "office-floor", "server-room"]
    story = asked(desk, "greta", "an hour", "badge.set_zones", person="greta", zones=room, hours=1)
    both_say_yes(desk, story)
    number = services.ask("badge", "GET", "/v1/holders/greta")["badge"]
    services.ask("badge", "PUT", f"/v1/badges/{number}/active", json={"active": False})
    body = {"holder": "greta", "zones": [*room, "workshop"]}
    services.ask("badge", "POST", "/v1/badges", json=body)
    hours_later(desk, 2)
    desk.sweep()
    assert [state for _, state in takes_back(desk, story.action.id)] == ["executed"]
    opens = services.ask("badge", "GET", "/v1/holders/greta")["zones"]
    assert opens == ["front-door", "office-floor", "workshop"]


def test_more_time_in_a_room_is_asked_for_in_one_round_of_both_and_counts_instead(
    desk: Desk, services: Services
) -> None:
    params = {"person": "ravi", "zones": ["front-door", "office-floor", "server-room"]}
    first = both_say_yes(desk, asked(desk, "ravi", "inventory", "badge.set_zones", **params))
    assert [one.action for one in held_by(desk, "ravi")] == [first.action.id]
    more = asked(desk, "ravi", "not done yet", "badge.set_zones", **params)
    assert (gate(more), more.gate["sides"]) == ((3, "HITL"), ["security", "facilities"])
    assert {"sven", "olga"} <= reviewers(more)
    assert "raise.privilege_gained" in [one.rule for one in more.reasons], "as for the first time"
    again = both_say_yes(desk, more)
    assert (again.action.version, again.state) == (1, "executed"), "one round of both"
    assert again.action.params["ends"] == ["server-room"]
    assert [one.action for one in held_by(desk, "ravi")] == [again.action.id]


def both_say_yes(desk: Desk, story: Any) -> Any:
    for person in ("sven", "olga"):
        desk.decide(story.action.id, person, "approve")
    return desk.story(story.action.id)


def held_by(desk: Desk, person: str) -> list[grants.Grant]:
    with desk.role("web"):
        return [grant for grant in grants.grants() if grant.beneficiary == person]


# ------------------------------------------------------------------ vendors


def vendor(services: Services) -> dict[str, Any]:
    found: dict[str, Any] = services.ask("erp", "GET", "/v1/vendors/zoom")
    return found


def test_17a_a_contact_name_is_changed_alone(desk: Desk, services: Services) -> None:
    params = {"vendor": "zoom", "field": "contact_name", "value": 'Zoe "Z" Park'}
    story = asked(desk, "samuel", "new contact at Zoom", "erp.update_vendor", **params)
    assert gate(story) == (2, "HOTL")
    bank = vendor(services)["bank"]
    after_the_hold(desk, story)
    done = desk.story(story.action.id)
    assert done.state == "executed"
    assert done.outcome["before"]["_contact_name"] == "Accounts team"
    now = vendor(services)
    assert (now["contact"]["name"], now["bank"]) == ('Zoe "Z" Park', bank)


@in_both
def test_17b_a_bank_account_waits_for_a_call_to_the_vendor_and_two_people_of_finance(
    desk: Desk, services: Services, company: Office
) -> None:
    account = {"team": "DE89370400440532013000", "pair": "DE02120300000000202051"}[company.name]
    params = {"vendor": "zoom", "field": "bank_account", "value": account}
    story = asked(desk, "samuel", "urgent, new account", "erp.update_vendor", **params)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert (
        reviewers(story) == {company.who("frieda"), company.who("helena")}
        and story.assessment["needed"] == 2
    )
    raised = story.assessment["findings"]["raises"][0]
    assert raised["rule"] == "raise.payments_move" and "on file before today" in raised["text"]
    assert yes(desk, story, company.who("frieda")) == "call_back_missing"
    for where in ("directory", "in_person"):
        with pytest.raises(flow.Refused, match="not one to call about this"):
            call(desk, story, where)
    call(desk, story, "vendor_record", "not_reached")
    assert yes(desk, story, company.who("frieda")) == "call_back_missing"
    call(desk, story, "vendor_record")
    assert yes(desk, story, company.who("frieda")) == ""
    assert desk.story(story.action.id).state == "waiting"
    assert vendor(services)["bank"]["iban"] != account
    desk.decide(story.action.id, company.who("helena"), "approve")
    assert desk.story(story.action.id).state == "executed"
    assert vendor(services)["bank"]["iban"] == account


def call(desk: Desk, story: Any, where: str, result: str = "confirmed") -> None:
    """Helena calls the vendor."""
    who = desk.sender("helena")
    with desk.role("web"):
        flow.call_back(story.review["number"], where, result, sender=who)


def yes(desk: Desk, story: Any, person: str) -> str:
    """Somebody says yes; the code of the refusal."""
    try:
        desk.decide(story.action.id, person, "approve")
    except flow.Refused as no:
        return no.code
    return ""


def test_17b_another_account_is_called_about_again_and_a_denied_one_never_passes(
    desk: Desk,
) -> None:
    params = {"vendor": "zoom", "field": "bank_account", "value": "DE02120300000000202051"}
    story = asked(desk, "samuel", "new account", "erp.update_vendor", **params)
    call(desk, story, "vendor_record")
    other = {"value": "DE02500105170137075030"}
    desk.decide(story.action.id, "frieda", "change", changes=other, reason_code="wrong_target")
    after = desk.story(desk.story(story.action.id).next_version)
    assert after.action.params["value"] == other["value"]
    assert yes(desk, after, "helena") == "call_back_missing"
    call(desk, after, "contract", "denied")
    assert yes(desk, after, "helena") == "call_back_denied"


def test_a_number_of_today_is_none_to_call_a_vendor_on(desk: Desk) -> None:
    today = "to_jsonb((now() AT TIME ZONE 'Europe/Berlin')::date::text)"
    day = f"jsonb_set(file, '{{vendors,0,phone_since}}', {today})"
    desk.sql(f"UPDATE kernel.policy_version SET file = {day}")
    params = {"vendor": "zoom", "field": "bank_account", "value": "DE02120300000000202051"}
    story = asked(desk, "samuel", "new account", "erp.update_vendor", **params)
    assert "take one from the signed contract" in story.assessment["findings"]["raises"][0]["text"]
    with pytest.raises(flow.Refused, match="not one to call about this"):
        call(desk, story, "vendor_record")
    call(desk, story, "contract")
    assert yes(desk, story, "frieda") == ""


# ------------------------------------------------------------------ papers


def envelopes(services: Services, action: str) -> list[dict[str, Any]]:
    path = f"/v1/envelopes?reference={action}"
    found: list[dict[str, Any]] = services.ask("esign", "GET", path)["envelopes"]
    return found


def test_18a_our_own_paper_goes_to_a_screened_party_alone_and_once(
    desk: Desk, services: Services
) -> None:
    story = asked(
        desk, "dana", "NDA please", "esign.send", document="nda-mutual", party="northwind"
    )
    assert gate(story) == (2, "HOTL")
    after_the_hold(desk, story)
    assert desk.story(story.action.id).state == "executed"
    [sent] = envelopes(services, story.action.id)
    assert sent["recipient"] == "legal@northwind.example"
    assert sent["sha256"] == story.action.seen["sha256"]


def test_18b_their_paper_waits_for_legal_and_no_program_sends_it(
    desk: Desk, services: Services
) -> None:
    other = {"document": "nda-mutual", "party": "northwind", "text": "We keep everything secret.\n"}
    story = asked(desk, "dana", "they sent redlines", "esign.send", **other)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert reviewers(story) == {"leo"}
    page = plain(Visitor(desk, "leo").read(f"/reviews/{story.review['number']}"))
    assert "+ We keep everything secret." in page
    assert "- This holds for two years after the talks have ended." in page
    desk.decide(story.action.id, "leo", "approve")
    assert desk.story(story.action.id).state == "by_hand"
    assert envelopes(services, story.action.id) == []


def test_a_template_that_was_changed_at_the_service_is_not_sent(
    desk: Desk, services: Services
) -> None:
    story = asked(
        desk, "dana", "NDA please", "esign.send", document="nda-mutual", party="northwind"
    )
    services.ask("esign", "PUT", "/v1/templates/nda-mutual", json={"sha256": "f" * 64})
    try:
        after_the_hold(desk, story)
        assert desk.story(story.action.id).outcome["reason"] == "drift"
        assert envelopes(services, story.action.id) == []
    finally:
        right = {"sha256": story.action.seen["sha256"]}
        services.ask("esign", "PUT", "/v1/templates/nda-mutual", json=right)


# ------------------------------------------------------------------ databases that are restarted


def host(services: Services, name: str) -> dict[str, Any]:
    found: dict[str, Any] = services.ask("hosts", "GET", f"/v1/hosts/{name}")
    return found


def test_8a_a_development_database_restarts_in_its_window_and_comes_back(
    desk: Desk, services: Services
) -> None:
    before = host(services, "dev-db")
    story = asked(desk, "erik", "restart prod, urgent", "db.restart", database="dev-db")
    assert gate(story) == (2, "HOTL")
    reason = story.assessment["findings"]["policy"]["reason"]
    assert (reason["rule"], reason["limit"]) == ("policy.window", "Development databases")
    said = story.assessment["findings"]["before"]
    assert said == [f"dev-db has been running since {before['started_at']}, and works."]
    after_the_hold(desk, story)
    done, now = desk.story(story.action.id), host(services, "dev-db")
    assert (done.state, done.outcome["kind"]) == ("executed", "verified")
    assert (done.outcome["before"]["boot"], done.outcome["after"]["boot"]) == (
        "dev-db-1",
        "dev-db-2",
    )
    assert (now["restart"], now["healthy"]) == (story.action.id, True)


def test_8b_production_waits_for_its_owner_whatever_the_words_say(
    desk: Desk, services: Services
) -> None:
    story = asked(desk, "erik", "prod-db-1 is just dev really", "db.restart", database="prod-db-1")
    assert gate(story) == (3, "HITL") and "lukas" in reviewers(story)
    conflict = story.reasons[0]
    assert conflict.text == "The ticket says ‘dev’, but this reaches production."
    assert conflict.observed == "prod-db-1 (production)"
    page = plain(Visitor(desk, "lukas").read(f"/reviews/{story.review['number']}"))
    assert page.count(conflict.text) == 1
    assert host(services, "prod-db-1")["boots"] == 1
    desk.decide(story.action.id, "lukas", "approve")
    assert (desk.story(story.action.id).state, host(services, "prod-db-1")["boots"]) == (
        "executed",
        2,
    )


def test_a_database_that_does_not_come_back_goes_to_a_person(
    desk: Desk, services: Services
) -> None:
    story = asked(desk, "erik", "dev-db hangs", "db.restart", database="dev-db")
    services.ask("hosts", "PATCH", "/v1/hosts/dev-db", json={"comes_back": False})
    after_the_hold(desk, story)
    assert desk.story(story.action.id).outcome["kind"] == "unknown"
    assert desk.ticket(story.action.ticket)["stands"] == "with_person"
    again = asked(desk, "erik", "once more", "db.restart", database="dev-db")
    assert "does not work" in again.assessment["findings"]["before"][0]
    services.ask("hosts", "PATCH", "/v1/hosts/dev-db", json={"comes_back": True, "healthy": True})


# ------------------------------------------------------------------ roles in GitHub


def role(services: Services, person: str) -> str:
    """What GitHub says somebody is."""
    found = services.respond("github", "GET", f"/orgs/acme/memberships/{person}-acme")
    return str(found.json()["role"]) if found.is_success else "none"


def test_3a_the_role_of_the_template_is_given_alone_at_github_and_its_rights_are_known(
    desk: Desk, services: Services
) -> None:
    story = asked(
        desk, "erik", "GitHub please", "github.set_membership", person="erik", role="member"
    )
    assert gate(story) == (2, "HOTL")
    reason = story.assessment["findings"]["policy"]["reason"]
    assert "engineer v7, approved by Ines Hoffmann" in reason["text"]
    after_the_hold(desk, story)
    assert desk.story(story.action.id).outcome["kind"] == "verified"
    assert role(services, "erik") == "member"
    with desk.role("web"):
        held = {right.id for right in World().rights_of("erik") or ()}
    assert "github:member" in held


@pytest.mark.parametrize("change", [{"hours": 1}, {"role": "maintainer"}], ids=["shorter", "less"])
def test_3b_an_owner_for_a_time_is_shortened_or_reduced_and_is_a_member_again_afterwards(
    desk: Desk, services: Services, change: dict[str, Any]
) -> None:
    with desk.role("executor"):
        flow.look(desk.connectors["github"])  # type: ignore[arg-type]
    story = asked(desk, "aylin", "to fix CI", "github.set_membership", person="aylin", role="owner")
    assert (gate(story), story.action.params["hours"]) == ((3, "HITL"), 4)
    desk.decide(story.action.id, "sven", "change", changes=change, reason_code="too_much")
    story = desk.actions(story.action.ticket)[-1]
    desk.decide(story.action.id, "sven", "approve")
    given, hours = change.get("role", "owner"), story.action.params.get("hours")
    assert (role(services, "aylin"), hours) == (given, change.get("hours", hours))
    if hours is None:
        undo_as(desk, story, "aylin")
    else:
        hours_later(desk, hours)
        desk.run()
    assert role(services, "aylin") == "member"
    [end] = [one for one in desk.actions(story.action.ticket) if one.action.undoes]
    assert (end.action.type, end.outcome["kind"]) == ("github.end_membership", "verified")
    assert end.outcome["after"]["held"] == "member"


def undo_as(desk: Desk, story: Any, who: str) -> None:
    with desk.role("web"):
        flow.undo(story.action.id, "other", sender=desk.sender(who))
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    desk.decide(undoing.action.id, next(iter(reviewers(undoing))), "approve")
