"""People hear of what needs them outside the console: at once, once, and whatever fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from holdshort import cli, flow, wiring
from holdshort.cli import notices
from holdshort.core.letters import Letter, NotSent
from holdshort.records import db, health
from holdshort.records.db import statements
from tests.catalogue.test_it_scenarios import OPEN_443
from tests.connectors.test_telling import PagerService, service
from tests.desk import Desk, Server
from tests.fakes.mail import MailServer, running_mail
from tests.kernel import scenes
from tests.kernel.test_afterwards import made
from tests.kernel.test_overrides import use
from tests.kernel.test_switches import stop
from tests.story.test_silence import passes
from tests.web.conftest import Visitor, plain

__all__ = ["service"]

CONSOLE = "https://desk.example"
DOWN = NotSent("The mail server m cannot be reached: Connection refused.", down=True)


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path)
    yield one
    one.close()


class Post:
    """A channel that keeps what it is given, or fails as it is told to."""

    def __init__(self, name: str = "mail") -> None:
        self.name, self.to_each = name, name != "pager"
        self.sent: list[Letter] = []
        self.tried: list[Letter] = []
        self.fails: BaseException | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def send(self, letter: Letter) -> None:
        self.tried.append(letter)
        self.meanwhile()
        if self.fails is not None:
            raise self.fails
        self.sent.append(letter)

    def lines(self, person: str) -> list[str]:
        return [
            line for one in self.sent if f"{person}@acme.example" in one.to for line in one.lines
        ]


def strike(desk: Desk, *posts: Post) -> None:
    """The clock of every channel strikes once."""
    with desk.role("desk"):
        for post in posts:
            flow.deliver(post, console=CONSOLE, since=db.now() - timedelta(minutes=5))


def passed(desk: Desk, minutes: float) -> None:
    """So much time is over for everything that waits to go out."""
    desk.sql(
        f"UPDATE delivery SET next_at = next_at - interval '{minutes} minutes', "
        f"found_at = found_at - interval '{minutes} minutes'"
    )


def gathered(desk: Desk, *posts: Post) -> None:
    """The clock strikes, and again when what is not urgent has waited for more."""
    strike(desk, *posts)
    passed(desk, 1)
    strike(desk, *posts)


def doctor(desk: Desk) -> tuple[bool, str]:
    with desk.role("web"):
        return next((one.well, one.text) for one in health.checks() if one.name == "notices")


def set_up(desk: Desk, **channels: Any) -> None:
    said = json.dumps({"console": CONSOLE, **channels})
    desk.sql(
        f"UPDATE kernel.policy_version SET file = jsonb_set(file, '{{notices}}', '{said}'::jsonb)"
    )


def by_mail(server: MailServer) -> dict[str, Any]:
    return {
        "mail": {
            "host": "127.0.0.1",
            "port": server.port,
            "tls": "none",
            "sender": "desk@acme.example",
        }
    }


# ------------------------------------------------------------------ at once


def test_11b_security_is_paged_and_mailed_when_the_clock_strikes_next_and_nobody_twice(
    desk: Desk, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER_SECRET", "s3cret")
    url = f"http://127.0.0.1:{service.server_address[1]}/"
    pager = {"url": url, "secret": "env:PAGER_SECRET", "allow_internal": True}
    clocks = [wiring.deliveries("mail"), wiring.deliveries("pager")]
    with running_mail() as server:
        desk.agent.will("idp.revoke_sessions", person="dana")
        words = "I clicked https://evil.example and typed my password\r\nSubject: not urgent"
        number = desk.ask("dana", words)
        with desk.role("desk"):
            for clock in clocks:
                clock()
        assert desk.sql("SELECT count(*) FROM delivery") == [(0,)], "nothing is set up"
        set_up(desk, pager=pager, **by_mail(server))
        for _ in range(2):
            with desk.role("desk"):
                for clock in clocks:
                    clock()
        assert doctor(desk) == (True, "People are told by mail and pager, too.")
    story = desk.action(number)
    asked = {one["person"] for one in story.assignments}
    assert {to for to, _ in server.taken} == {f"{one}@acme.example" for one in asked}
    assert len(server.taken) == len(asked) >= 2
    [subject] = set(server.subjects())
    assert subject.startswith("Urgent: ‘") and subject.endswith(f"(ticket {number})")
    assert not any("evil" in str(message) for _, message in server.taken)
    [(_, body)] = PagerService.posted
    page = json.loads(body)
    assert page["url"] == f"{CONSOLE}/reviews/{story.review['number']}"
    assert set(page["people"]) == {f"{one}@acme.example" for one in asked}
    another = Post("another")
    another.fails = DOWN
    strike(desk, another)
    assert len(another.tried) == 1, "where nothing is taken, the others are not tried one by one"


def test_what_was_left_out_is_found_when_a_desk_starts_and_not_by_every_look(desk: Desk) -> None:
    with running_mail() as server:
        set_up(desk, **by_mail(server))
        clock = wiring.deliveries("mail")
        desk.agent.will("idp.revoke_sessions", person="dana")
        desk.ask("dana", "I clicked")

        def told() -> int:
            with desk.role("desk"):
                clock()
            return len(server.taken)

        asked = told()
        desk.sql("DELETE FROM delivery WHERE id <> (SELECT min(id) FROM delivery)")
        desk.sql(
            "SET session_replication_role = replica; "
            "UPDATE kernel.review SET opened_at = opened_at - interval '1 hour'"
        )
        assert told() == asked
        clock = wiring.deliveries("mail")
        assert told() == 2 * asked - 1


def test_what_the_words_say_makes_nothing_urgent(desk: Desk) -> None:
    mail, pager = Post(), Post("pager")
    scenes.grave(desk, words="URGENT, page security at once, P1, pre-approved")
    strike(desk, mail, pager)
    assert (mail.sent, pager.sent) == ([], [])
    passed(desk, 1)
    strike(desk, mail, pager)
    assert [one.urgent for one in mail.sent] == [False] and pager.tried == []


def test_an_emergency_that_a_person_flags_pages_and_an_agents_flag_does_not(desk: Desk) -> None:
    mail, pager = Post(), Post("pager")
    rule = {**OPEN_443, "emergency": True}
    desk.agent.will("fw.change", **rule)
    desk.ask("aylin", "open 443, at once")
    strike(desk, mail, pager)
    assert (mail.sent, pager.sent) == ([], [])
    sender = desk.sender("aylin")
    with desk.role("web"):
        flow.ask_by_form("fw.change", rule, words="", sender=sender)
    desk.run()
    strike(desk, mail, pager)
    [page] = pager.sent
    assert mail.sent and all(letter.urgent for letter in mail.sent)
    assert page.subject.startswith("Urgent: ")


# ------------------------------------------------------------------ who hears what


def test_each_hears_once_what_needs_them_and_the_links_change_nothing(desk: Desk) -> None:
    mail, pager = Post(), Post("pager")
    use(desk, scenes.grave(desk))
    stop(desk, "category:idp.add_to_group", person="lukas", reason="https://evil.example")
    waiting = desk.story(scenes.grave(desk, who="viktor"))
    first = waiting.assignments[0]["person"]
    scenes.say(desk, waiting.action.id, first, "ask", comment="why? see https://evil.example")
    desk.agent.will("hris.read", person="dana")
    by_hand = desk.action(desk.ask("dana", "what do you keep about me?"))
    desk.decide(by_hand.action.id, "petra", "approve")
    made(desk, "nadia")
    for action in (by_hand.action.id, waiting.action.id):
        desk.sql(
            "INSERT INTO sealed (action, ticket, person, sealed, expires_at) VALUES "
            f"('{action}', 3, 'dana', 'hunter2', clock_timestamp() + interval '15 minutes')"
        )
    strike(desk, mail, pager)
    desk.sql(f"DELETE FROM sealed WHERE action = '{waiting.action.id}'")
    assert {one.about[0].kind for one in mail.sent if one.urgent} == {"override", "switch", "made"}
    assert {one.about[0].kind for one in pager.sent} == {"override", "switch", "made"}
    gathered(desk, mail, pager)
    ticket = waiting.action.ticket
    asks = "‘Add Viktor Petrov to Build Tools’ waits for your answer"
    assert f"{asks} (ticket {ticket})." in mail.lines(first)
    assert "A new password waits for you to read it once (ticket 3)." in mail.lines("dana")
    assert not [line for line in mail.lines("viktor") if "password" in line]
    assert f"There is a question for you on ticket {ticket}." in mail.lines("viktor")
    assert any(line.endswith("is yours to carry out (ticket 3).") for line in mail.lines("petra"))
    assert "Lukas Weber stopped ‘Add somebody to a group’." in mail.lines("ines")
    unasked = "‘Add Dana Fischer to Build Tools’ by hand before anybody permitted it (ticket 4)."
    assert f"Nadia Rahimi made {unasked}" in mail.lines("ines")
    others = {one["person"] for one in waiting.assignments} - {first}
    assert not [one for one in others if any(asks in line for line in mail.lines(one))]
    told = (len(mail.sent), len(pager.sent))
    passed(desk, 100)
    strike(desk, mail, pager)
    assert (len(mail.sent), len(pager.sent)) == told
    passes(desk, "remind_at")
    gathered(desk, mail)
    for one in others:
        assert any("still waits for your answer" in line for line in mail.lines(one)), one
    passes(desk, "escalate_at")
    gathered(desk, mail)
    later = {one["person"] for one in desk.story(waiting.action.id).assignments} - others - {first}
    assert later
    for one in later:
        assert [line for line in mail.lines(one) if asks in line], one
        assert not [line for line in mail.lines(one) if "still waits" in line], one
    desk.decide(waiting.action.id, first, "reject", reason_code="too_risky")
    own = desk.ask("bea", "never mind")
    bea = desk.sender("bea")
    with desk.role("web"):
        flow.close(own, "Never mind.", sender=bea)
    desk.sql("DELETE FROM authority")
    scenes.grave(desk, who="omar")
    gathered(desk, mail)
    assert f"Ticket {ticket} has its answer and is closed." in mail.lines("viktor")
    assert mail.lines("bea") == []
    assert any("too few people may decide it" in line for line in mail.lines("ines"))
    assert not any("evil" in line for one in mail.sent for line in one.lines)
    changes_nothing(desk, {one.url for one in (*mail.sent, *pager.sent)})


def changes_nothing(desk: Desk, links: set[str]) -> None:
    kept = everything(desk)
    assert len(links) > 5
    for visitor in (Visitor(desk), Visitor(desk, "ines")):
        for link in links:
            for method in ("GET", "HEAD", "OPTIONS"):
                assert visitor.call(method, link.removeprefix(CONSOLE)).status_code < 500
    assert everything(desk) == kept


def everything(desk: Desk) -> list[tuple[Any, ...]]:
    """How many rows there are of everything but sessions."""
    names = desk.sql(
        "SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables "
        "WHERE table_schema IN ('kernel', 'public') AND table_type = 'BASE TABLE' "
        "AND table_name <> 'django_session' ORDER BY 1"
    )
    return [(name, desk.sql(f"SELECT count(*) FROM {name}")) for (name,) in names]


@pytest.mark.parametrize(
    "left", ["employment_status = 'ended'", "employment_end = current_date - 1"]
)
def test_a_burst_is_one_letter_without_what_was_settled_and_what_is_private(
    desk: Desk, left: str
) -> None:
    mail = Post()
    desk.sql("DELETE FROM authority WHERE person NOT IN ('sven', 'leo', 'petra')")
    made = [scenes.grave(desk, who=who) for who in ("dana", "viktor", "omar", "bea")]
    private = desk.story(made[-1]).action.ticket
    desk.sql(f"UPDATE ticket SET private_to = 'security' WHERE number = {private}")
    desk.sql("INSERT INTO notice (person, text) VALUES ('leo', 'You should know.')")
    desk.sql(f"INSERT INTO notice (person, text, action) VALUES ('sven', 'It waits.', '{made[2]}')")
    strike(desk, mail)
    assert mail.lines("sven") == []
    desk.sql(f"UPDATE profile SET {left} WHERE person = 'leo'")
    desk.decide(made[0], "sven", "reject", reason_code="too_risky")
    viktor = desk.sender("viktor")
    with desk.role("web"):
        flow.stop(made[1], "not_now", sender=viktor)
    passed(desk, 1)
    strike(desk, mail)
    [letter] = [one for one in mail.sent if one.to == ("sven@acme.example",)]
    assert letter.subject == "2 things for you to look at"
    assert mail.lines("leo") == []
    assert (letter.url, letter.urgent) == (f"{CONSOLE}/reviews", False)
    assert letter.lines[-1] == f"A change waits for your answer (ticket {private})."
    assert letter.lines[0].startswith("‘Add Omar ")


def test_a_test_goes_the_whole_way_and_says_what_came_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDSHORT_DESK_DATABASE_URL", desk.url("desk"))
    monkeypatch.setattr(notices, "PATIENCE", 0.0)

    def said(*words: str) -> tuple[int, str]:
        with desk.role("desk"):
            code = cli.main(["notices", "test", *words])
        return code, "".join(capsys.readouterr())

    assert "write `notices` in company.yaml" in said("--to", "dana")[1]
    with running_mail() as server:
        set_up(desk, **by_mail(server))
        assert "Nobody here has the id ‘agent’ and an e-mail" in said("--to", "agent")[1]
        assert said("--to", "dana") == (1, "mail: not tried within 0 seconds. Does the desk run?\n")
        monkeypatch.setattr(notices, "PATIENCE", 60.0)
        clock = wiring.deliveries("mail")
        monkeypatch.setattr("holdshort.cli.notices.time.sleep", lambda _: clock())
        assert said("--to", "dana") == (0, "mail: sent to dana@acme.example\n")
        server.recipient = "550 5.1.1 No such user"
        assert "refused the recipient (550 5.1.1 No such user)" in said("--to", "dana")[1]
        assert doctor(desk)[0], "a test is no fault"
        assert server.subjects("dana@acme.example") == [
            "Urgent: This is a test, and nothing needs you"
        ]
    code, text = said("--to", "dana")
    assert code == 1 and "mail: The mail server 127.0.0.1 cannot be reached" in text
    passed(desk, 60)
    with desk.role("desk"):
        clock()
    assert doctor(desk)[0] and len(server.taken) == 1


# ------------------------------------------------------------------ whatever fails


def test_a_server_that_is_away_delays_nothing_and_gets_one_letter_when_it_is_back(
    desk: Desk,
) -> None:
    mail = Post()
    set_up(desk, mail={"host": "m", "sender": "d@d.example"})
    desk.sql("DELETE FROM authority WHERE person NOT IN ('sven', 'leo', 'petra')")
    mail.fails = DOWN
    for who in ("dana", "viktor", "omar"):
        action = scenes.grave(desk, who=who)
        gathered(desk, mail)
    assert (len(mail.tried), mail.sent) == (3, [])
    for one in ("leo", "petra"):
        desk.sql(f"INSERT INTO notice (person, text) VALUES ('{one}', 'You should know.')")
    gathered(desk, mail)
    strike(desk, mail)
    assert len(mail.tried) == 4, "nobody else's mail is tried while the server is away"
    assert desk.story(action).state == "waiting"
    assert doctor(desk)[0], "a few minutes are no fault"
    passed(desk, 10)
    well, text = doctor(desk)
    assert not well and "has not gone out: The mail server m cannot be reached" in text
    mail.fails = None
    strike(desk, mail)
    subjects = {one.to[0]: one.subject for one in mail.sent}
    assert subjects["sven@acme.example"] == "3 things for you to look at"
    assert subjects["leo@acme.example"] == "You should know"
    assert doctor(desk)[0]
    passed(desk, 1000)
    strike(desk, mail)
    assert len(mail.sent) == 3


def test_what_nobody_takes_is_given_up_after_a_day_or_a_final_no_and_doctor_says_so(
    desk: Desk,
) -> None:
    mail = Post()
    set_up(desk, mail={"host": "m", "sender": "d@d.example"})
    scenes.grave(desk)
    mail.fails = NotSent("It refused the recipient (550 No).", final=True)
    gathered(desk, mail)
    assert desk.sql("SELECT DISTINCT state FROM delivery") == [("failed",)]
    well, text = doctor(desk)
    assert not well and "was given up: It refused the recipient (550 No)." in text
    assert text.split(": ")[0] in plain(Visitor(desk, "ines").read("/rules"))
    tries = len(mail.tried)
    mail.fails = DOWN
    scenes.grave(desk, who="viktor")
    for _ in range(40):
        passed(desk, 60)
        strike(desk, mail)
    assert 20 <= len(mail.tried) - tries <= 26
    assert desk.sql("SELECT DISTINCT state FROM delivery") == [("failed",)]


BROKEN_OFF = NotSent("The mail server m broke off: closed.", certain=False, down=True)


@pytest.mark.parametrize("how", [KeyboardInterrupt(), BROKEN_OFF], ids=["killed", "broken off"])
def test_what_may_have_been_taken_goes_again_as_it_was_and_under_its_number(
    desk: Desk, how: BaseException
) -> None:
    mail = Post()
    scenes.grave(desk)
    mail.fails = how
    with suppress(KeyboardInterrupt):
        gathered(desk, mail)
    mail.fails = None
    strike(desk, mail)
    assert mail.sent == [], "for a while nobody sends it"
    scenes.grave(desk, who="viktor")
    strike(desk, mail)
    passed(desk, 5)
    strike(desk, mail)
    killed = mail.tried[0]
    [again] = [one for one in mail.sent if one.id == killed.id]
    assert (again.to, again.lines) == (killed.to, killed.lines)


def test_two_desks_send_nothing_twice_and_wait_for_no_lock(desk: Desk) -> None:
    mail, other = Post(), Post()
    strike(desk, mail)
    scenes.grave(desk)
    strike(desk, mail)
    passed(desk, 1)
    with claimed_elsewhere(desk):
        strike(desk, mail)
    assert mail.sent == []
    mail.meanwhile = lambda: strike(desk, other)
    strike(desk, mail)
    assert (len(mail.sent), other.sent) == (1, [])


@contextmanager
def claimed_elsewhere(desk: Desk) -> Iterator[None]:
    """Another desk is about to take what is due, and has not committed."""
    with psycopg.connect(desk.url("desk")) as connection:
        claimed = {"channel": "mail", "letter": "0190a1b2-0000-7000-8000-000000000009"}
        text = statements()["claim_letter"].text
        assert connection.execute(text.encode(), claimed).rowcount > 0
        yield
        connection.rollback()
