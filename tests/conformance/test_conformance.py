"""What every connector keeps to, on every target it is made for, for every type it serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from holdshort import flow
from holdshort.core.matching import differences
from holdshort.core.terms import Action
from holdshort.ports import Drifted, Expects, Shape
from holdshort.stops.refused import Refused
from tests.crash.test_doubts import everything
from tests.desk import Server

from . import services
from .cases import Case, Look, Undo, look
from .conftest import Opened, every_drift, every_type, served
from .office import Office, acting
from .services import ServicesOffice, open_services
from .subjects import CONNECTED

CHURN_EVERY = 0.2
"""Seconds between two edits of what no action looks at."""

CHURN_SECONDS = 30
CHURN_EDITS = 50
"""At least so many edits, however slow the machine is; a quiet one makes 150."""

# ------------------------------------------------------------------ preview equals effect


@every_type()
def test_the_preview_is_the_effect_and_nothing_else_changes(office: Office, case: Case) -> None:
    place = office.place(case)
    before, writes = look(place), office.target.writes()
    action = office.ready(case, place)
    said = office.desk.story(action).assessment["findings"]
    assert tuple(said["before"]) == case.before(before)
    assert office.attempt(action) == "executed"
    secret = office.secret(place, action)
    after = look(place, secret)
    assert tuple(said["after"]) == case.after(after)
    assert after.state == case.becomes(place, before.state)
    read_back = office.desk.story(action).outcome["after"]
    assert case.tells(read_back) if case.tells else agrees(read_back, after)
    assert office.tries(action) == 1
    assert writes is None or office.target.writes() == writes + 1
    assert not secret or secret not in everything(office)


def agrees(read_back: dict[str, object], seen: Look) -> bool:
    """Whether what the connector read back is what another client reads."""
    state = seen.state
    told = {
        "account": state.account,
        "active": state.active,
        "locked": state.locked,
        "member": seen.member,
        "group": seen.place.group_id,
        "exists": bool(state.account),
        "user_name": state.user_name,
        "display_name": state.name,
        "email": state.email,
    }
    compared = {key: value for key, value in read_back.items() if key in told}
    return len(compared) > 2 and compared == {key: told[key] for key in compared}


# ------------------------------------------------------------------ undo


@every_type()
def test_an_undo_does_what_its_type_owes(office: Office, case: Case) -> None:
    place = office.place(case)
    before = place.state()
    action = office.ready(case, place)
    assert office.attempt(action) == "executed"
    if case.undo is Undo.NONE:
        assert_irreversible(office, action)
        return
    if not place.account:
        office.link(place)
    after = place.state()
    assert office.attempt(office.undo(action)) == "executed"
    assert office.state(action) == "undone"
    if case.undo is Undo.RESTORES:
        assert place.state().digest == before.digest != after.digest
    else:
        assert place.state() == after.but(active=False)
        assert not look(place).opens


def assert_irreversible(office: Office, action: str) -> None:
    """It is said at once, not tried."""
    sender = office.desk.sender("gro")
    with office.desk.role("web"), pytest.raises(Refused) as refused:
        flow.undo(action, "other", sender=sender)
    assert refused.value.code == "irreversible"


# ------------------------------------------------------------------ idempotent under its key


@every_type()
def test_sent_twice_under_one_key_it_happens_once(office: Office, case: Case) -> None:
    place, connector = office.stranger(case), office.connector()
    action = acting(case, place)
    seen = connector.observe(action)
    first = connector.apply(action, key="one-key", seen=seen, timeout=5)
    once, writes = look(place, first.secret), office.target.writes()
    try:
        second = connector.apply(action, key="one-key", seen=seen, timeout=5)
    except Drifted:
        # A state that is reached already: nothing is sent at all.
        assert writes is None or office.target.writes() == writes
    else:
        assert second.secret == first.secret
    assert look(place, first.secret) == once
    now = connector.observe(action)
    assert connector.applied(action, seen, now) is True
    # Whoever does the same by hand is found to have done it as recommended.
    assert isinstance(connector, Expects)
    assert differences(connector.expected(action), seen, now) == ()
    assert case.after(once) == case.after(look(place, first.secret))


# ------------------------------------------------------------------ drift


@every_drift()
def test_drift_is_refused_and_asked_anew_with_the_difference(
    office: Office, case: Case, drift: str
) -> None:
    place = office.place(case)
    action = office.ready(case, place)
    case.drifts[drift](place)
    drifted, writes = look(place), office.target.writes()
    assert office.attempt(action) == "not_applied"
    assert look(place) == drifted
    assert writes is None or office.target.writes() == writes
    old = office.desk.story(action)
    assert old.outcome["reason"] == "drift"
    if not case.may_be_asked_again:
        assert (old.next_version, office.stands(action)) == (None, "with_person")
        assert f"an account ‘{place.person}’ already" in office.said(action)
        return
    done = drift == "somebody else did it" or _is_as_asked(office, old.action)
    if done and drift not in case.unseen_drifts:
        assert (old.next_version, office.stands(action)) == (None, "closed")
        return
    new = office.desk.story(old.next_version)
    assert new.state == "waiting"
    if drift not in case.unseen_drifts:
        assert new.action.seen != old.action.seen
        return
    assert office.attempt(office.approve(new)) == "not_applied"
    assert office.desk.story(new.action.id).next_version is None
    assert office.stands(action) == "with_person"
    assert "cannot see" in office.said(action)


def _is_as_asked(office: Office, action: Action) -> bool:
    """In OpenLDAP one attribute says locked or suspended, so that a lock ends a suspension."""
    connector = office.connector()
    shown = connector.applied(action, action.seen, connector.observe(action))
    return connector.shape(action.type) is Shape.SET and shown is True


@every_drift()
def test_drift_between_looking_and_writing_is_refused_by_the_connector(
    office: Office, case: Case, drift: str
) -> None:
    place, connector = office.stranger(case), office.connector()
    action = acting(case, place)
    seen = connector.observe(action)
    case.drifts[drift](place)
    drifted, writes = look(place), office.target.writes()
    with pytest.raises(Drifted, match=r"changed since this was seen: \w+"):
        connector.apply(action, key="k", seen=seen, timeout=10)
    assert look(place) == drifted
    assert writes is None or office.target.writes() == writes


# ------------------------------------------------------------------ unrelated churn


def test_unrelated_churn_for_thirty_seconds_never_stops_an_action(
    opened: Opened, server: Server, tmp_path: Path
) -> None:
    """All subjects side by side, because the time is the same for all."""
    churned: list[Churned | ChurnedServices] = [Churned(opened(subject)) for subject in CONNECTED]
    with ExitStack() as stack:
        churned.append(ChurnedServices(stack.enter_context(open_services(server, tmp_path))))
        for one in churned:
            stack.enter_context(one.going_on())
        end = time.monotonic() + CHURN_SECONDS
        while time.monotonic() < end or not all(one.is_enough for one in churned):
            for one in churned:
                if time.monotonic() < end or not one.is_enough:
                    one.run_the_next()


def moments(over: threading.Event) -> Iterator[None]:
    """One every 200 ms until it is over; never faster, not even to make up for lost time."""
    due = time.monotonic()
    while not over.wait(max(0, due - time.monotonic())):
        yield
        due = max(due + CHURN_EVERY, time.monotonic())


class Edited:
    """Somebody who keeps editing what no action looks at."""

    def __init__(self) -> None:
        self.edits = self.done = 0
        self._over = threading.Event()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Edit until the block ends."""
        with ThreadPoolExecutor(1) as pool:
            self._editing = pool.submit(self._edit)
            try:
                yield
            finally:
                self._over.set()
                self._editing.result()

    def _edit(self) -> None:
        raise NotImplementedError


class Churned(Edited):
    """One person and two groups of a subject whose entries somebody keeps editing meanwhile."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.cases = served(office.subject)
        self.place = office.place(next(case for case in self.cases if case.is_membership))
        super().__init__()
        # What other tests changed in the target is no churn.
        self.office.look()

    def _edit(self) -> None:
        for _ in moments(self._over):
            self.place.target.churn(self.place.account, self.place.group_id)
            self.edits += 1

    @property
    def is_enough(self) -> bool:
        """Whether every type ran, and the entries really were edited all the time."""
        return self.done >= len(self.cases) and self.edits >= CHURN_EDITS

    def run_the_next(self) -> None:
        """One action of the next type, from asking to the read-back."""
        if self._editing.done():
            self._editing.result()
        case = self.cases[self.done % len(self.cases)]
        place = self.office.moved(self.place, case)
        case.prepare(place)
        action = self.office.ready(case, place)
        state = self.office.attempt(action)
        outcome = self.office.desk.story(action).outcome
        assert state == "executed", f"{self.office.subject.name}: {case.type} {outcome}"
        story = self.office.desk.story(action)
        assert (story.action.version, len(story.attempts)) == (1, 1)
        assert story.outcome["kind"] == "verified"
        case.put_back(place)
        self.office.look()
        self.done += 1


class ChurnedServices(Edited):
    """The demo company's systems: somebody keeps editing what the action of the moment is about."""

    cases = tuple(case for case in services.CASES if case.type != "files.delete")
    """What is deleted cannot be edited any more."""

    def __init__(self, office: ServicesOffice) -> None:
        self.office = office
        super().__init__()
        self._edited = threading.Event()
        self._now: tuple[services.Case, services.Thing] | None = None

    def _edit(self) -> None:
        for number, _ in enumerate(moments(self._over)):
            if self._now is None:
                continue
            case, thing = self._now
            case.churn(thing, number)
            self.edits += 1
            self._edited.set()

    @property
    def is_enough(self) -> bool:
        """Whether every type ran, with an edit within each."""
        return self.done >= len(self.cases) and self.edits >= self.done

    def run_the_next(self) -> None:
        """One action of the next type, to the read-back, with an edit after it was approved."""
        case = self.cases[self.done % len(self.cases)]
        thing = self.office.thing(case)
        action = self.office.ready(case, thing)
        self._edited.clear()
        self._now = (case, thing)
        assert self._edited.wait(20) or self._editing.result()
        state = self.office.attempt(action, self.office.connector(case.system))
        self._now = None
        story = self.office.desk.story(action)
        assert state == "executed", f"{case.name} {story.outcome}"
        assert (story.action.version, len(story.attempts)) == (1, 1)
        self.done += 1
