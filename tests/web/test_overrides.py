"""Emergency overrides on screens, over the API and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from holdshort import cli
from tests.api.conftest import Api, Caller
from tests.desk import Desk
from tests.kernel import scenes
from tests.kernel.test_overrides import WHY, opened
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]


def used(visit: Visit, desk: Desk) -> str:
    action = scenes.grave(desk)
    assert visit("helena").post(f"/actions/{action}/override", reason=WHY).status_code == 302
    return action


def test_only_who_may_is_offered_it(visit: Visit, desk: Desk) -> None:
    number = desk.story(scenes.grave(desk, who="ines")).review["number"]
    assert "Permit it alone" in plain(visit("helena").read(f"/reviews/{number}"))
    assert "Permit it alone" not in plain(visit("lukas").read(f"/reviews/{number}"))
    assert "Permit it alone" not in plain(visit("ines").read(f"/reviews/{number}"))


def test_every_console_page_says_so_until_somebody_else_looked(visit: Visit, desk: Desk) -> None:
    action = used(visit, desk)
    for address in ("/", "/reviews", "/tickets"):
        assert "Emergency override by Helena" in plain(visit("lukas").read(address))
    assert "Emergency override" not in plain(visit("dana").read("/"))
    assert "Somebody else looks at what you did alone" in plain(visit("helena").read("/overrides"))
    own = visit("helena").post(f"/overrides/{action}/look", verdict="right", note="n")
    assert (own.status_code, len(opened(desk))) == (403, 1)
    empty = visit("lukas").post(f"/overrides/{action}/look", verdict="right", note=" ")
    assert (empty.status_code, len(opened(desk))) == (400, 1)
    done = visit("lukas").post(f"/overrides/{action}/look", verdict="right", note="The log.")
    assert (done.status_code, opened(desk)) == (302, [])
    assert "called it right: “The log.”" in plain(visit("lukas").read("/overrides"))
    assert "Emergency override by" not in plain(visit("lukas").read("/reviews"))


def test_the_record_says_on_what_the_permission_rests(visit: Visit, desk: Desk) -> None:
    record = plain(visit("lukas").read(f"/actions/{used(visit, desk)}/record"))
    assert "emergency override by Helena" in record and WHY in record


def test_it_is_for_people_who_work_here_and_for_buttons(visit: Visit, desk: Desk) -> None:
    action = scenes.grave(desk)
    assert visit("dana").get("/overrides").status_code == 403
    assert visit("dana").post(f"/actions/{action}/override", reason=WHY).status_code == 403
    assert visit("helena").call("GET", f"/actions/{action}/override").status_code == 405
    assert visit("helena").post(f"/actions/{action}/override", reason="now").status_code == 400
    assert opened(desk) == []


def test_of_a_private_ticket_others_read_that_there_is_one_and_no_more(
    visit: Visit, desk: Desk
) -> None:
    action = used(visit, desk)
    desk.sql("UPDATE ticket SET private_to = 'security'")
    assert WHY in plain(visit("sven").read("/overrides"))
    shown = plain(visit("tomas").read("/overrides"))
    assert "A private change" in shown and "Helena" in shown
    assert WHY not in shown and "Dana" not in shown
    desk.sql("UPDATE ticket SET private_to = 'hr'")
    api = Api(desk)
    with desk.role("web"):
        assert api.as_("reviewer").get("/overrides").json()["total"] == 0
    desk.sql("UPDATE ticket SET private_to = 'security'")
    note = {"verdict": "right", "note": "Dana told me."}
    assert visit("tomas").post(f"/overrides/{action}/look", **note).status_code == 404
    assert visit("sven").post(f"/overrides/{action}/look", **note).status_code == 302
    assert "Dana told me" in plain(visit("sven").read("/overrides"))
    assert "Dana told me" not in plain(visit("tomas").read("/overrides"))


def test_what_was_made_unasked_is_said_on_a_form_and_says_so_everywhere(
    visit: Visit, desk: Desk
) -> None:
    sven, address = visit("sven"), "/overrides/made/idp.add_to_group"
    assert address in sven.read("/overrides/made")
    assert visit("dana").get(address).status_code == 403
    for other in ("bundle.offboard", "guest.consent"):
        assert sven.get(f"/overrides/made/{other}").status_code == 404
    said = {"param-person": "dana", "param-group": "build-tools", "reason": WHY}
    for at, words in (("", "Please choose when"), ("2031-01-01T03:00", "in the last seven days")):
        answer = sven.post(address, **said, made_at=at)
        assert (answer.status_code, words in plain(answer.content.decode())) == (400, True)
    [(at,)] = desk.sql(
        "SELECT to_char(clock_timestamp() - interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI')"
    )
    done = sven.post(address, **said, made_at=at)
    assert done.status_code == 302
    desk.run()
    [one] = opened(desk)
    assert "Made unasked by Sven" in plain(visit("lukas").read("/"))
    assert "Nobody had permitted it. Sven" in plain(visit("lukas").read("/overrides"))
    assert "before anybody permitted it" in plain(visit("lukas").read(done["Location"]))
    record = plain(visit("lukas").read(f"/actions/{one.action}/record"))
    assert "None: nobody had permitted it. Sven" in record and WHY in record
    look = visit("nadia").post(f"/overrides/{one.action}/look", verdict="right", note="The log.")
    assert (look.status_code, opened(desk)) == (302, [])


# ------------------------------------------------------------------ the API, the command line


def test_the_api_does_the_same(desk: Desk) -> None:
    action, api = scenes.grave(desk), Api(desk)
    with desk.role("web"):
        path, body = f"/actions/{action}/override", {"reason": WHY}
        for role, code in (("requester", "missing_scope"), ("agent", "missing_scope")):
            answer = api.as_(role).post(path, body)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        agent = Caller(api.token("agent", scopes=["overrides:write"]))
        answer = agent.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        assert api.as_("owner").post(path, {"reason": "now"}).status_code == 422
        assert api.as_("owner").post(path, body).status_code == 200
    desk.run()
    with desk.role("web"):
        told = api.as_("owner").get(f"/actions/{action}").json()
        assert told["authorization"]["basis"] == "override"
        [one] = api.as_("reviewer").get("/overrides").json()["items"]
        assert (one["action"], one["person"], one["reason"]) == (action, "ines", WHY)
        assert api.as_("requester").get("/overrides").json()["total"] == 0
        look = {"verdict": "right", "note": "The log."}
        own = api.as_("owner").post(f"{path}/look", look)
        assert (own.status_code, own.json()["code"]) == (403, "self_approval")
        assert api.as_("reviewer").post(f"{path}/look", look).status_code == 200
        assert api.as_("reviewer").get("/overrides").json()["total"] == 0


def test_what_was_made_unasked_is_recorded_over_the_api_and_the_command_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from holdshort.cli import base

    monkeypatch.setattr(base, "connect", lambda asked, role: None)
    monkeypatch.setattr("holdshort.api.actions.until", lambda look: look())
    api, at = Api(desk), desk.sql("SELECT clock_timestamp() - interval '1 hour'")[0][0].isoformat()
    params = {"person": "dana", "group": "build-tools"}
    body = {"type": "idp.add_to_group", "params": params, "made_at": at, "reason": WHY}
    given = ("--set", "person=erik", "--set", "group=build-tools", "--reason", WHY)
    command = ("override", "made", "idp.add_to_group", "--as", "sven", *given)
    with desk.role("web"):
        answer = Caller(api.token("agent", scopes=["overrides:write"])).post(
            "/overrides/made", body
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_human")
        late = api.as_("owner").post("/overrides/made", {**body, "made_at": "2020-01-01T00:00:00Z"})
        assert (late.status_code, late.json()["code"]) == (422, "bad_answer")
        assert api.as_("owner").post("/overrides/made", body).status_code == 202
        assert cli.main((*command, "--at", "03:00")) == 1
        assert "Write the time with its zone" in capsys.readouterr().err
        assert cli.main((*command, "--at", at)) == 0
        assert "Nothing is permitted by it" in capsys.readouterr().out
    desk.run()
    with desk.role("web"):
        items = api.as_("reviewer").get("/overrides").json()["items"]
        assert [(one["kind"], one["person"]) for one in items] == [
            ("made", "ines"),
            ("made", "sven"),
        ]
        told = api.as_("owner").get(f"/actions/{items[0]['action']}").json()
        assert (told["authorization"], told["made"]["reason"]) == (None, WHY)


def test_the_command_line_does_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from holdshort.cli import base
    from holdshort.records import health

    monkeypatch.setattr(base, "connect", lambda asked, role: None)
    action = scenes.grave(desk)
    with desk.role("web"):
        assert cli.main(("override", "use", action, "--as", "lukas", "--reason", WHY)) == 1
        assert "Only owners" in capsys.readouterr().err
        assert cli.main(("override", "use", action, "--as", "helena", "--reason", WHY)) == 0
        capsys.readouterr()
        assert cli.main(("override", "list", "--json")) == 0
        assert [one["action"] for one in json.loads(capsys.readouterr().out)] == [action]
    desk.sql("UPDATE kernel.override SET invoked_at = invoked_at - interval '49 hours'")
    with desk.role("web"):
        told = {one.name: one.text for one in health.checks() if not one.well}
        assert told["overrides"].startswith("Nobody looked at emergency overrides in time")
        look = ("override", "look", action, "--as", "nadia", "--verdict", "wrong", "--note", "n")
        assert cli.main(look) == 0
        capsys.readouterr()
        assert cli.main(("override", "list")) == 0
    assert capsys.readouterr().out == "Nothing is left to look over.\n"
