"""What every connector keeps to when the wire, the target or the credential is broken."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from holdshort.ports import Drifted, RefusedByTarget, Shape, Unreachable
from holdshort.stops import execution
from tests.crash.test_doubts import everything
from tests.fakes.wire import Fate, Hook, vanishing

from .cases import Case, Place, look
from .conftest import every_subject, every_type
from .office import Office, acting

SHAPES = (
    *("idp.add_to_group", "idp.reset_password", "idp.create_account"),
    *("db.grant_role", "db.change"),
)
"""One type of each way of changing something: an entry, a password, a new entry, a role, a row."""


def each_shape(case: Case) -> bool:
    return case.type in SHAPES


def sentence(office: Office, said: BaseException | str) -> str:
    """What people read: one plain sentence or two, without any secret."""
    text = str(said)
    assert text[0].isupper() and text.endswith(".") and "\n" not in text, text
    assert not any(secret in text for secret in office.target.secrets)
    return text


def once_changed(
    case: Case, place: Place, fate: Fate, then: Callable[[], None] = lambda: None
) -> Hook:
    """For replies: let them pass until the target has acted, then do that to every one."""
    before = case.shows(place)

    def hook(number: int) -> Fate:
        if case.shows(place) == before:
            return Fate.PASS
        then()
        return fate

    return hook


# ------------------------------------------------------------------ the reply is lost


@every_type()
def test_a_reply_lost_after_the_change_is_resolved_by_reading_back(
    office: Office, case: Case
) -> None:
    place = office.place(case)
    action, before, writes = office.ready(case, place), place.state(), office.target.writes()
    office.wire.disturb(replies=once_changed(case, place, Fate.CUT))
    assert office.attempt(action) == "executing"
    assert office.delays(action) == [True]
    office.wire.undisturbed()
    assert office.attempt(action) == "executed"
    after = look(place, office.secret(place, action))
    assert after.state == case.becomes(place, before)
    assert after.opens_new in (None, True)
    if writes is not None and case.type != "idp.reset_password":
        assert office.target.writes() == writes + 1


@every_subject()
def test_a_reply_that_never_comes_is_waited_for_only_so_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.membership
    place = office.place(case)
    action, before = office.ready(case, place), place.state()
    monkeypatch.setattr(execution, "TIMEOUT", 1)
    office.wire.disturb(replies=once_changed(case, place, Fate.VANISH))
    assert office.attempt(action) == "executing"
    office.wire.undisturbed()
    assert office.attempt(action) == "executed"
    assert place.state() == case.becomes(place, before)


@every_type(each_shape)
def test_a_change_that_can_never_be_read_back_is_handed_to_a_person(
    office: Office, case: Case
) -> None:
    place = office.place(case)
    action = office.ready(case, place)
    office.wire.disturb(replies=once_changed(case, place, Fate.CUT))
    assert office.attempt(action) == "executing"
    office.wire.down()
    assert office.attempt(action) == "executing"
    office.end_permission(action)
    assert office.attempt(action) == "unknown"
    assert office.stands(action) == "with_person"
    sentence(office, office.desk.story(action).outcome["reason"])
    assert office.delays(action) == [True, False]


@every_type(lambda case: case.reverse is not None)
def test_an_effect_that_is_gone_at_the_read_back_is_handed_to_a_person(
    office: Office, case: Case
) -> None:
    assert case.reverse is not None
    place, reverse = office.place(case), case.reverse
    action = office.ready(case, place)
    office.wire.disturb(replies=once_changed(case, place, Fate.PASS, lambda: reverse(place)))
    assert office.attempt(action) == "mismatch"
    assert office.stands(action) == "with_person"


# ------------------------------------------------------------------ cut anywhere


@every_type()
def test_cut_within_any_request_it_says_no_more_than_is_true(office: Office, case: Case) -> None:
    assert False in cut_everywhere(office, case, "requests")


@every_type()
def test_cut_within_any_reply_it_says_no_more_than_is_true(office: Office, case: Case) -> None:
    assert False in cut_everywhere(office, case, "replies")
    place = office.stranger(case)
    within_the_last = once_changed(case, place, Fate.HALF)
    assert cut_and_go_on(office, case, place, replies=within_the_last) is True


def cut_everywhere(office: Office, case: Case, way: str) -> set[bool]:
    """Apply it with the wire cut within the first piece, the second …: whether it happened."""
    place, found = office.stranger(case), set[bool]()
    for piece in count():
        cut = Within(piece)
        happened = cut_and_go_on(office, case, place, **{way: cut})
        if not cut.done:
            return found
        found.add(happened)
        place = office.again(case, place)
    raise AssertionError


class Within:
    """A cut within one piece, and whether it came to that."""

    def __init__(self, piece: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.piece, self.done, self._meanwhile = piece, False, meanwhile

    def __call__(self, number: int) -> Fate:
        if number != self.piece:
            return Fate.PASS
        self.done = True
        self._meanwhile()
        return Fate.HALF


def cut_and_go_on(office: Office, case: Case, place: Place, **hooks: Hook) -> bool:
    """Apply it over a wire that is cut, and let another worker go on: whether the first did it."""
    action, connector, key = acting(case, place), office.connector(), secrets.token_hex(8)
    before, seen = place.state(), connector.observe(action)
    shown = case.shows(place)
    office.wire.disturb(**hooks)
    certain, secret = None, ""
    try:
        secret = connector.apply(action, key=key, seen=seen, timeout=3).secret
        certain = True
    except Unreachable as away:
        sentence(office, away)
    except (Drifted, RefusedByTarget) as no:
        sentence(office, no)
        certain = False
    office.wire.undisturbed()
    happened = case.shows(place) != shown
    assert certain in (None, happened)
    other = office.connector()
    now = other.observe(action)
    if other.shape(action.type) is not Shape.SET or not other.applied(action, seen, now):
        assert other.shape(action.type) is not Shape.SET or not happened
        again = other.apply(action, key=key, seen=now, timeout=3).secret
        assert secret in ("", again)
        secret = again
    else:
        assert happened
    after = look(place, secret)
    assert after.state == case.becomes(place, before)
    assert after.opens_new in (None, True)
    return happened


@every_type(lambda case: case.type == "idp.reset_password")
def test_a_password_that_never_arrived_is_not_handed_over_because_its_entry_changed(
    office: Office, case: Case
) -> None:
    """A new version of an entry is no proof while somebody else edits it."""
    for place in (office.stranger(case), newcomer(office)):
        cut_a_reset_everywhere(office, case, place)


def newcomer(office: Office) -> Place:
    """Somebody whose account the connector has just created: nobody ever set its password."""
    create = office.case("idp.create_account")
    place, connector = office.stranger(create), office.connector()
    action = acting(create, place)
    connector.apply(action, key="k", seen=connector.observe(action), timeout=10)
    return replace(place, account=place.current)


def cut_a_reset_everywhere(office: Office, case: Case, place: Place) -> None:
    """Cut each request in turn, just after somebody else edited the entry."""
    action = acting(case, place)
    for piece in count():
        office.wire.undisturbed()
        connector = office.connector()
        seen = connector.observe(action)
        cut = Within(piece, meanwhile=lambda: place.target.churn(place.account, place.group_id))
        office.wire.disturb(requests=cut)
        secret = ""
        with suppress(Unreachable):
            secret = connector.apply(action, key=f"key-{piece}", seen=seen, timeout=3).secret
        assert not secret or place.target.signs_in(place.account, secret)
        if not cut.done:
            return


# ------------------------------------------------------------------ down, slow, refused


@every_type()
def test_a_target_that_is_down_is_said_to_be_and_waited_for(office: Office, case: Case) -> None:
    place = office.place(case)
    action, before = office.ready(case, place), place.state()
    office.wire.down()
    with pytest.raises(Unreachable) as away:
        office.connector().observe(acting(case, place))
    assert "cannot be reached" in sentence(office, away.value)
    assert office.attempt(action) == "executing"
    assert office.delays(action) == [False]
    assert place.state() == before
    office.wire.up()
    assert office.attempt(action) == "executed"
    assert place.state() == case.becomes(place, before)


@every_type(each_shape)
def test_a_target_that_stays_down_ends_with_its_reason(office: Office, case: Case) -> None:
    place = office.place(case)
    action, shown = office.ready(case, place), case.shows(place)
    office.wire.down()
    assert office.attempt(action) == "executing"
    office.end_permission(action)
    assert office.attempt(action) == "not_applied"
    assert office.stands(action) == "with_person"
    reason = sentence(office, office.desk.story(action).outcome["reason"])
    assert "cannot be reached" in reason
    assert "did not happen, and nothing was changed" in office.said(action)
    assert case.shows(place) == shown


@every_subject()
def test_a_target_that_is_slow_but_in_time_is_no_fault(office: Office) -> None:
    case = office.membership
    place = office.place(case)
    action = office.ready(case, place)
    office.wire.disturb(replies=slowly(0.03))
    assert office.attempt(action) == "executed"
    assert office.tries(action) == 1


@every_subject()
def test_a_target_that_is_silent_is_not_waited_for_longer_than_allowed(office: Office) -> None:
    case = office.membership
    place = office.stranger(case)
    action, connector = acting(case, place), office.connector()
    seen, before = connector.observe(action), place.state()
    office.wire.disturb(requests=vanishing)
    with pytest.raises(Unreachable) as away:
        connector.apply(action, key="k", seen=seen, timeout=0.3)
    assert "in time" in sentence(office, away.value)
    with pytest.raises(Unreachable) as away:
        office.connector(timeout=0.3).observe(action)
    assert "in time" in sentence(office, away.value)
    assert place.state() == before


def slowly(seconds: float) -> Hook:
    """Let everything pass, a little later."""

    def hook(number: int) -> Fate:
        time.sleep(seconds)
        return Fate.PASS

    return hook


@every_type()
def test_a_wrong_credential_is_said_with_its_reference_and_changes_nothing(
    office: Office, case: Case
) -> None:
    place = office.place(case)
    action, shown = office.ready(case, place), case.shows(place)
    assert office.attempt(action, office.connector(wrong=True)) == "not_applied"
    assert office.stands(action) == "with_person"
    reason = sentence(office, office.desk.story(action).outcome["reason"])
    assert office.target.wrong_reference in reason
    assert "did not happen, and nothing was changed" in office.said(action)
    assert case.shows(place) == shown
    kept = everything(office)
    assert not any(secret in kept for secret in office.target.secrets)
    # The right one again, because directories lock an account after a few wrong ones.
    office.look()
