"""Who must not say yes, tried over HTTP on tickets of five kinds: no try has an effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from holdshort import flow
from holdshort.records import db, tokens
from tests.api.conftest import Caller
from tests.desk import Desk, Server
from tests.story.bundles import lines
from tests.story.scenarios import Row, find

DECIDES = frozenset({"reviews:decide"})


@dataclass(frozen=True)
class Case:
    """A ticket that waits, and who of the team rightly says yes to it, in order."""

    row: Row
    deciders: Sequence[str]
    other: Mapping[str, Any] = field(default_factory=dict)
    """Parameters other than the ticket's, so that it is for somebody else."""


CASES = (
    Case(find("4b"), ["sven"], {"person": "bea"}),
    Case(find("12b"), ["frieda"]),
    Case(find("16c"), ["frieda"]),
    Case(find("17b"), ["frieda", "helena"]),
    Case(find("20b"), ["sven", "olga"], {"person": "bea"}),
)


class Trial:
    """One desk with the waiting action of each case, and tokens to try it with."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.number = desk, 0

    def waits(self, case: Case) -> Any:
        """The part of the ticket that waits for a person, staged anew."""
        self.desk.agent.will(case.row.body["type"], **{**case.row.body["params"], **case.other})
        number = self.desk.ask(case.row.body["requester"], "please")
        self.number = number
        [story] = [one for one in lines(self.desk, number) if one.state == "waiting"]
        if story.gate["call_vendor"] and story.assignments:
            calling, review = self.desk.sender(case.deciders[0]), story.review["number"]
            with self.desk.role("web"):
                flow.call_back(review, "contract", "confirmed", sender=calling)
        return story

    def says_yes(self, story: Any, person: str, issuer: str | None = None) -> tuple[int, str]:
        """Somebody's yes, by a token of this account. Gives status and code."""
        with self.desk.role(None):
            sponsor = "dana" if person == "agent" else None
            token = tokens.create(
                person, scopes=DECIDES, label="try", issuer=issuer, sponsor=sponsor
            )
        path = f"/reviews/{story.review['number']}/decisions"
        with self.desk.role("web"):
            answer = Caller(token).post(path, {"digest": story.digest, "verdict": "approve"})
        return answer.status_code, answer.json().get("code", "")

    def second_account(self, person: str) -> str:
        """Another account of the same person. Gives who issued it."""
        self.desk.sql(
            "INSERT INTO kernel.account (person, issuer, subject) VALUES "
            f"('{person}', 'teams', 'second-{person}') ON CONFLICT DO NOTHING"
        )
        return "teams"

    def registered(self, person: str) -> None:
        """Somebody decides something here, so that they can give and take what is decided."""
        self.desk.sql(
            "INSERT INTO authority (person, contexts, scope) "
            f"VALUES ('{person}', '{{hr,legal}}', '{{}}') ON CONFLICT DO NOTHING; "
            "INSERT INTO kernel.account (person, issuer, subject) "
            f"VALUES ('{person}', 'local', '{person}') ON CONFLICT DO NOTHING"
        )

    def gives(self, giver: str, taker: str) -> None:
        """One lets another decide for them from now on."""
        self.registered(giver)
        sender = self.desk.sender(giver)
        with self.desk.role("web"):
            flow.delegate(taker, db.now(), db.now() + timedelta(days=7), sender=sender)

    def ended(self) -> None:
        """Nobody decides for anybody any more."""
        self.desk.sql(
            "BEGIN; SET LOCAL session_replication_role = replica; "
            "UPDATE kernel.delegation SET ends = now(); COMMIT"
        )

    def untouched(self, story: Any, *, yes: int = 0) -> None:
        """Nobody else's yes is on record, nothing was permitted, nothing begun."""
        found = self.desk.story(story.action.id)
        assert (found.state, len(found.decided("approve"))) == ("waiting", yes)
        assert (found.authorization, found.execution) == (None, None)

    def tidy(self) -> None:
        """Withdraw what was asked for, so that it does not count with what is asked next."""
        self.desk.sql("DELETE FROM absence; DELETE FROM authority WHERE contexts = '{hr,legal}'")
        requester = self.desk.sender(self.desk.ticket(self.number)["requester"])
        for story in lines(self.desk, self.number):
            if story.fate is None:
                with self.desk.role("web"):
                    flow.stop(story.action.id, "other", sender=requester)
        self.desk.sql(
            "BEGIN; SET LOCAL session_replication_role = replica; "
            "UPDATE kernel.delegation SET ends = now(); "
            "UPDATE kernel.decision SET decided_at = decided_at - interval '11 seconds'; COMMIT"
        )


@pytest.fixture(scope="module")
def place(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    desk = Desk(server, tmp_path_factory.mktemp("duties"))
    yield Trial(desk)
    desk.close()


@pytest.fixture
def trial(place: Trial) -> Iterator[Trial]:
    yield place
    place.tidy()


every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.row.id)


@every_case
def test_nobody_with_a_part_in_it_and_nothing_but_a_person_says_yes(
    trial: Trial, case: Case
) -> None:
    story, requester = trial.waits(case), case.row.body["requester"]
    parts = {requester, story.action.beneficiary} - {"lena"}
    for person in parts:
        for issuer in ("local", trial.second_account(person)):
            assert trial.says_yes(story, person, issuer) == (403, "self_approval"), person
    for person in ("agent", "assessor"):
        assert trial.says_yes(story, person) == (403, "not_human")
    assert trial.says_yes(story, "greta") == (403, "not_a_reviewer")
    trial.untouched(story)


@every_case
@pytest.mark.parametrize("part", ["requester", "beneficiary"])
def test_who_decides_for_a_party_meanwhile_says_no_yes_either(
    trial: Trial, case: Case, part: str
) -> None:
    story, taker = trial.waits(case), case.deciders[0]
    trial.gives(getattr(story.action, part), taker)
    for issuer in ("local", trial.second_account(taker)):
        assert trial.says_yes(story, taker, issuer) == (403, "self_approval")
    trial.untouched(story)
    # Where this ends, they decide in their own name again.
    trial.ended()
    assert trial.says_yes(story, taker)[0] in (201, 202)


@every_case
def test_who_decides_for_whom_it_is_for_is_not_asked_in_the_first_place(
    trial: Trial, case: Case
) -> None:
    story, taker = trial.waits(case), case.deciders[0]
    assert taker in {one["person"] for one in story.assignments}
    beneficiary = story.action.beneficiary
    trial.tidy()
    trial.gives(beneficiary, taker)
    story = trial.waits(case)
    assert story.action.beneficiary == beneficiary
    assert taker not in {one["person"] for one in story.assignments}
    assert trial.says_yes(story, taker) == (403, "self_approval")
    trial.untouched(story)


@every_case
def test_whom_it_is_for_says_no_yes_in_the_name_of_a_reviewer(trial: Trial, case: Case) -> None:
    story, giver = trial.waits(case), case.deciders[0]
    beneficiary = story.action.beneficiary
    trial.registered(beneficiary)
    trial.gives(giver, beneficiary)
    trial.desk.run()
    assert beneficiary not in {
        one["person"] for one in trial.desk.story(story.action.id).assignments
    }
    assert trial.says_yes(story, beneficiary) == (403, "self_approval")
    trial.untouched(story)


@every_case
def test_one_person_says_yes_once_through_whichever_account(trial: Trial, case: Case) -> None:
    story, (first, *others) = trial.waits(case), case.deciders
    trial.desk.decide(story.action.id, first, "approve")
    for issuer in ("local", trial.second_account(first)):
        assert trial.says_yes(story, first, issuer) == (409, "already_decided")
    if others:
        trial.untouched(story, yes=1)
    for person in others:
        trial.desk.decide(story.action.id, person, "approve")
    given = trial.desk.story(story.action.id)
    assert [one["person"] for one in given.decided("approve")] == list(case.deciders)
    assert given.authorization is not None


@every_case
def test_with_everybody_away_and_no_backup_it_says_who_can_end_the_wait(
    trial: Trial, case: Case
) -> None:
    desk = trial.desk
    desk.sql(
        "INSERT INTO absence (person, starts, ends) SELECT person, now() - interval '1 day', "
        "now() + interval '9 days' FROM authority"
    )
    story = trial.waits(case)
    assert story.assignments == ()
    assert "routing.nobody" in {reason.rule for reason in story.reasons}
    fault = story.review["fault"]
    assert "can decide from" in fault and "Ines Hoffmann can end this wait by naming" in fault
    assert "can end this wait" in desk.said(story.action.ticket)
    assert {trial.says_yes(story, one) for one in case.deciders} == {(403, "not_a_reviewer")}
    trial.untouched(story)
    desk.sql("DELETE FROM absence")
    desk.sweep()
    assert set(case.deciders) <= {one["person"] for one in desk.story(story.action.id).assignments}
