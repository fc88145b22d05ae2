"""What other rules would have done, asked of what really went over the road."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import DatabaseError

from holdshort.company.read import read
from holdshort.company.schema import Company
from holdshort.records import db
from holdshort.stops.simulating import Simulation, simulate
from tests.cli.within import command
from tests.conftest import COMPANY
from tests.desk import Desk
from tests.directory import Directory
from tests.story.bundles import *  # noqa: F403
from tests.story.bundles import after_the_hold, line, lines
from tests.story.test_onboarding import onboard

ALONE, WAITS, REFUSED = "runs alone", "waits for a person", "is refused"


def asked(desk: Desk, who: str, type_id: str, **params: Any) -> int:
    desk.agent.will(type_id, **params)
    return desk.ask(who, "please")


def changed(change: Callable[[Any], None]) -> Company:
    """The demo company under other rules."""
    data = yaml.safe_load(COMPANY.read_text("utf-8"))
    change(data)
    return read(yaml.safe_dump(data).encode())


def simulated(desk: Desk, company: Company, *, days: int = 1, ago: int = 0) -> Simulation:
    """The simulation of some days until some days ago, as the role of the console."""
    with desk.role("web"):
        until = db.now() - timedelta(days=ago)
        return simulate(company.policy_document(), until - timedelta(days=days), until)


def outcomes(found: Simulation) -> list[tuple[str, str]]:
    return [(one.now, one.then) for one in found.answers]


def without_github(data: Any) -> None:
    [engineer] = [one for one in data["role_templates"] if one["id"] == "engineer"]
    engineer["entitlements"].remove("github:member")


def everything(desk: Desk) -> dict[str, Any]:
    """How many rows every table has, and what the sequences have given."""
    tables = desk.sql(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname IN ('kernel', 'public')"
    )
    rows = {name: desk.sql(f"SELECT count(*) FROM {name}") for (name,) in tables}
    given = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
    return {**rows, "sequences": desk.sql(given)}


# ------------------------------------------------------------------ what would be otherwise


def test_under_the_same_rules_nothing_changes(desk: Desk) -> None:
    asked(desk, "dana", "idp.reset_password", person="dana")
    asked(desk, "omar", "idp.reset_password", person="omar")
    asked(desk, "karl", "idp.unlock", person="karl")
    found = simulated(desk, read(COMPANY))
    assert outcomes(found) == [(ALONE, ALONE), (WAITS, WAITS), (REFUSED, REFUSED)]
    assert [one.why for one in found.answers] == [""] * 3
    assert found.unknown == 0 and found.in_force == 1


def test_a_tighter_template_sends_what_ran_alone_to_a_person_and_says_why(
    desk: Desk, directory: Directory
) -> None:
    """It ran, so the person is a member by now; it is judged as when they were none."""
    ticket = asked(desk, "erik", "github.set_membership", person="erik", role="member")
    after_the_hold(desk, ticket)
    assert desk.action(ticket).state == "executed"
    [one] = simulated(desk, changed(without_github)).answers
    assert (one.ticket, one.now, one.then) == (ticket, ALONE, WAITS)
    assert "no role template matches engineer" in one.why


def test_a_looser_limit_lets_pass_what_waited_and_says_why(desk: Desk) -> None:
    asked(desk, "viktor", "saas.renew", vendor="adobe", contract="adobe-design")
    asked(desk, "viktor", "saas.renew", vendor="salesforce", contract="salesforce-2025")

    def looser(data: Any) -> None:
        for one in data["thresholds"]:
            if one["flow"] == "saas.renew":
                one["limit"] = 20_000

    small, large = simulated(desk, changed(looser)).answers
    assert (small.now, small.then, small.why) == (ALONE, ALONE, "")
    assert (large.now, large.then) == (WAITS, ALONE)
    assert "20,000.00 EUR an item" in large.why


def test_what_was_reached_lately_counts_as_of_then(desk: Desk) -> None:
    """With one person an hour the second would have waited, and the first would not."""
    asked(desk, "erik", "github.set_membership", person="erik", role="member")
    asked(desk, "greta", "idp.suspend", person="wanda")

    def tighter(data: Any) -> None:
        data["budgets"]["people_per_hour"] = 1

    first, second = simulated(desk, changed(tighter)).answers
    assert (first.now, first.then, second.now, second.then) == (ALONE, ALONE, ALONE, WAITS)
    assert "within an hour" in second.why


def test_lines_of_a_bundle_are_judged_in_the_world_of_their_bundle(desk: Desk) -> None:
    ticket = onboard(desk, "lena")
    assert len(lines(desk, ticket)) == 4
    found = simulated(desk, read(COMPANY))
    assert outcomes(found) == [(ALONE, ALONE)] * 4 and found.unknown == 0


def test_what_an_offer_of_several_did_is_taken_back_before_it_is_judged(
    desk: Desk, directory: Directory
) -> None:
    desk.agent.will_all(
        ("idp.add_to_group", {"person": "dana", "group": "photo-club"}),
        ("idp.add_to_group", {"person": "dana", "group": "running-club"}),
    )
    ticket = desk.ask("dana", "both, please")
    after_the_hold(desk, ticket)
    assert line(desk, ticket, "idp.add_to_group", group="photo-club").state == "executed"
    assert outcomes(simulated(desk, read(COMPANY))) == [(ALONE, ALONE)] * 2


def with_limit(limit: int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for one in data["thresholds"]:
            if one["per"] == "item" and one["flow"] == "bundle.onboard":
                one["limit"] = limit

    return change


@pytest.fixture
def cheaper(desk: Desk) -> int:
    """Mia's laptop for film waited for Frieda, who made it an ordinary one; that one ran alone."""
    params = {"person": "mia", "item": "laptop-studio"}
    ticket = asked(desk, "mia", "equipment.order", **params)
    change: dict[str, Any] = {"reason_code": "too_much", "changes": {"item": "laptop"}}
    desk.decide(desk.action(ticket).action.id, "frieda", "change", **change)
    assert desk.action(ticket).assessment["mode"] == "HOTL"
    return ticket


def test_of_several_versions_the_one_that_was_decided_about_is_judged(
    desk: Desk, cheaper: int
) -> None:
    [one] = simulated(desk, read(COMPANY)).answers
    assert (one.version, one.now, one.then, one.why) == (2, ALONE, ALONE, "")
    [one] = simulated(desk, changed(with_limit(1))).answers
    assert (one.version, one.now, one.then) == (2, ALONE, WAITS)
    assert "an item" in one.why and "before a person" not in one.why


def test_nobody_changes_what_nobody_is_asked_about(desk: Desk) -> None:
    """Were less certainty asked for, the first version had run, and the dear one never been."""
    desk.agent.will("saas.renew", confidence=0.6, vendor="adobe", contract="adobe-design")
    ticket = desk.ask("greta", "please")
    dearer = {"vendor": "salesforce", "contract": "salesforce-2025"}
    change: dict[str, Any] = {"reason_code": "wrong_target", "changes": dearer}
    desk.decide(desk.action(ticket).action.id, "frieda", "change", **change)

    def looser(data: Any) -> None:
        data["confidence"]["threshold"] = 0.5

    [one] = simulated(desk, changed(looser)).answers
    assert (one.version, one.now, one.then) == (2, WAITS, ALONE)
    assert one.why.startswith("As version 1, before a person changed it: ")


def test_a_version_that_cannot_be_judged_any_more_leaves_the_whole_change_open(
    desk: Desk, cheaper: int
) -> None:
    first = desk.actions(cheaper)[0]
    assert first.state == "superseded"
    desk.sql("UPDATE public.profile SET employment_status = 'ended' WHERE person = 'mia'")
    found = simulated(desk, read(COMPANY))
    assert found.answers == () and found.unknown == 1


# ------------------------------------------------------------------ what nobody can tell


def test_where_the_facts_are_gone_it_counts_to_both_sides(desk: Desk, directory: Directory) -> None:
    ticket = asked(desk, "yusuf", "idp.unlock", person="yusuf")
    assert desk.action(ticket).state == "executed"
    asked(desk, "dana", "idp.reset_password", person="dana")
    found = simulated(desk, read(COMPANY))
    assert found.unjudged == {"the facts are others by now": 1}
    now, then = found.shares()[ALONE]
    assert now == then and (now.count, now.of) == (1, 2)
    assert now.high == 1.0 and now.low < 0.1
    assert found.shares()[REFUSED][0].high > 0.9


def test_a_world_that_moved_is_no_ground_for_an_answer(desk: Desk) -> None:
    asked(desk, "erik", "github.set_membership", person="erik", role="member")
    desk.sql("UPDATE public.profile SET roles = '{support-agent}' WHERE person = 'erik'")
    found = simulated(desk, read(COMPANY))
    assert found.answers == () and found.unknown == 1


def test_old_readings_of_the_directory_are_good_enough_where_they_still_fit(desk: Desk) -> None:
    asked(desk, "dana", "idp.add_to_group", person="dana", group="photo-club")
    desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '3 days'")
    assert outcomes(simulated(desk, read(COMPANY))) == [(ALONE, ALONE)]


def test_only_what_was_offered_in_that_time_counts(desk: Desk) -> None:
    asked(desk, "dana", "idp.reset_password", person="dana")
    assert len(simulated(desk, read(COMPANY)).answers) == 1
    before = simulated(desk, read(COMPANY), ago=1)
    assert before.answers == () and before.unknown == 0
    assert (before.shares()[ALONE][0].low, before.shares()[ALONE][0].high) == (0.0, 1.0)


# ------------------------------------------------------------------ no effect


def test_it_writes_nothing_at_all(desk: Desk) -> None:
    asked(desk, "erik", "github.set_membership", person="erik", role="member")
    asked(desk, "viktor", "saas.renew", vendor="zoom", contract="zoom-2025")
    before = everything(desk)
    assert [one.then for one in simulated(desk, changed(without_github)).answers] == [WAITS, ALONE]
    assert everything(desk) == before


def test_the_database_itself_refuses_a_writing_while_looking(desk: Desk) -> None:
    with desk.role("web"), pytest.raises(DatabaseError, match="read-only"), db.looking():
        db.run("event", name="x", actor="dana", ticket=None, action=None, detail=db.as_json({}))


# ------------------------------------------------------------------ the command


@pytest.fixture
def tighter(tmp_path: Path) -> str:
    data = yaml.safe_load(COMPANY.read_text("utf-8"))
    without_github(data)
    path = tmp_path / "tighter.yaml"
    path.write_text(yaml.safe_dump(data), "utf-8")
    return str(path)


def test_the_command_shows_shares_with_bounds_and_what_changes(desk: Desk, tighter: str) -> None:
    ticket = asked(desk, "erik", "github.set_membership", person="erik", role="member")
    done = command(desk, "policy", "simulate", tighter)
    assert done.returncode == 0, done.stderr
    assert "runs alone          1 of 1 (20.7% to 100.0%)  0 of 1 (0.0% to 79.3%)" in done.stdout
    assert f"#{ticket}" in done.stdout and "no role template matches" in done.stdout
    data = json.loads(command(desk, "policy", "simulate", tighter, "--json").stdout)
    assert (data["offered"], data["unjudged"], data["in_force"]) == (1, {}, 1)
    assert data["changes"][0]["then"] == WAITS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "yesterday"), "‘yesterday’ is no day or moment"),
        (("--from", "2026-05-05", "--to", "2026-05-04"), "--from must be before --to."),
    ],
)
def test_a_period_that_is_none_is_one_clear_line(
    desk: Desk, tighter: str, words: tuple[str, ...], said: str
) -> None:
    done = command(desk, "policy", "simulate", tighter, *words)
    assert done.returncode != 0 and said in done.stderr


def test_one_day_is_a_period_on_the_clocks_of_the_company(desk: Desk, tighter: str) -> None:
    done = command(
        desk, "policy", "simulate", tighter, "--from", "2020-03-29", "--to", "2020-03-29", "--json"
    )
    data = json.loads(done.stdout)
    assert (data["from"], data["to"]) == ("2020-03-29T00:00:00+01:00", "2020-03-30T00:00:00+02:00")
    plain = command(
        desk, "policy", "simulate", tighter, "--from", "2020-03-29", "--to", "2020-03-29"
    )
    assert plain.stdout == "Nothing was offered from 2020-03-29 00:00 to 2020-03-30 00:00.\n"


def test_without_a_file_the_rules_in_force_are_asked_and_samples_show_a_fresh_desk(
    desk: Desk, tighter: str
) -> None:
    assert command(desk, "policy", "simulate").stdout.startswith("Nothing was offered from ")
    shown = command(desk, "policy", "simulate", "--sample")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"runs alone +2\d of 52 \(\d+\.\d% to \d+\.\d%\)\n", shown.stdout)
    assert "could not be judged" not in shown.stdout and "tighter" not in shown.stdout
    found = json.loads(command(desk, "policy", "simulate", tighter, "--sample", "--json").stdout)
    assert [one["action"] for one in found["changes"]] == ["Access to GitHub 1"]
    assert (found["changes"][0]["now"], found["changes"][0]["then"]) == (ALONE, WAITS)
    assert desk.sql("SELECT count(*) FROM kernel.proposal") == [(0,)]


ASKS = {"type": "kb.answer", "requester": "dana", "params": {"article": "wifi"}}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("- [", "cannot be read as YAML"),
        ("{}", "must hold a list of samples"),
        ([{"name": "a"}], "sample 1 has no ‘body’"),
        ([{"name": "a", "body": {**ASKS, "tier": 1}}], "sample a: ‘tier’: "),
        ([{"body": {**ASKS, "requester": "nobody"}}], "sample 1: Nobody here has the id ‘nobody’"),
    ],
)
def test_a_sample_that_is_none_is_one_clear_line(
    desk: Desk, tmp_path: Path, rows: Any, said: str
) -> None:
    (tmp_path / "s.yaml").write_text(rows if isinstance(rows, str) else yaml.safe_dump(rows))
    done = command(desk, "policy", "simulate", "--sample", str(tmp_path / "s.yaml"))
    assert done.returncode == 1 and said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_sample_that_names_what_is_not_here_widens_the_bounds(desk: Desk, tmp_path: Path) -> None:
    rows = [{"body": ASKS}, {"body": {**ASKS, "params": {"article": "none"}}, "tier": 1}]
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(rows))
    done = command(desk, "policy", "simulate", "--sample", str(tmp_path / "s.yaml"))
    assert "1 change could not be judged (1: 2: " in done.stdout, done.stderr


def test_a_broken_file_is_simulated_by_nobody(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("company: {name: X}\n", "utf-8")
    done = command(desk, "policy", "simulate", str(path))
    assert done.returncode == 1 and "cannot be used" in done.stderr
