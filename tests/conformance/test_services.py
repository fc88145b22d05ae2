"""The promises of every connector, kept by the `http` connector on the demo company's systems."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import count

import pytest
import yaml

from holdshort import flow
from holdshort.core.matching import differences
from holdshort.ports import Drifted, Expects, RefusedByTarget, Shape, Unreachable
from holdshort.stops.refused import Refused
from tests.conftest import COMPANY
from tests.crash.test_doubts import everything
from tests.desk import Server
from tests.fakes.wire import Fate, Hook, vanishing
from tests.kernel import waking
from tests.services import TOKENS

from .services import CASES, ZOOM, Case, ServicesOffice, Thing, acting, open_services
from .test_faults import slowly

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
SHAPES = ("mdm.install", "badge.set_zones-lost", "esign.send")
"""One of each way of changing something: a state, several requests, a sending under a key."""

each_shape = pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in SHAPES], ids=SHAPES
)
every_drift = pytest.mark.parametrize(
    ("case", "drift"),
    [
        pytest.param(case, drift, id=f"{case.name}-{drift.replace(' ', '_')}")
        for case in CASES
        for drift in case.drifts
    ],
)
CHURN_SECONDS = 5


@pytest.fixture(scope="module")
def opened(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServicesOffice]:
    with open_services(server, tmp_path_factory.mktemp("services")) as office:
        yield office


@pytest.fixture
def office(opened: ServicesOffice) -> Iterator[ServicesOffice]:
    opened.wire.undisturbed()
    yield opened
    opened.wire.undisturbed()
    if not opened.wire.is_up:
        opened.wire.up()


def sentence(said: object) -> str:
    """What people read: plain sentences without any secret."""
    text = str(said)
    assert text[0].isupper() and text.endswith(".") and "\n" not in text, text
    assert not any(token in text for token in (*TOKENS.values(), "a-wrong-token"))
    return text


def once_changed(case: Case, thing: Thing, fate: Fate) -> Hook:
    """For replies: let them pass until the system has acted, then do that to every one."""
    before = case.state(thing)
    return lambda number: Fate.PASS if case.state(thing) == before else fate


def test_every_type_that_a_system_of_the_demo_is_declared_to_carry_out_is_tried() -> None:
    connected = yaml.safe_load(COMPANY.read_text("utf-8"))["connectors"]
    declared = {
        (name, one["type"])
        for name, app in connected.items()
        if app["kind"] == "http"
        for one in app["settings"]["declaration"]["actions"]
    }
    assert {(case.system, case.type) for case in CASES} == declared


# ------------------------------------------------------------------ preview, undo, idempotence


@every_case
def test_the_preview_is_the_effect_and_nothing_else_changes(
    office: ServicesOffice, case: Case
) -> None:
    thing = office.thing(case)
    before, effects = case.state(thing), office.effects(case)
    action = office.ready(case, thing)
    said = office.desk.story(action).assessment["findings"]
    assert tuple(said["before"]) == case.before(thing, before)
    assert office.attempt(action, office.connector(case.system)) == "executed"
    now = case.state(thing)
    assert tuple(said["after"]) == case.after(thing, before, now)
    assert now == case.becomes(thing, before, now) != before
    assert office.effects(case) == effects + case.effects
    told = office.desk.story(action).outcome["after"]
    assert all(told[key] == now[key] for key in told.keys() & now.keys())
    assert len(told.keys() & now.keys()) >= 2
    kept = everything(office)
    assert not any(token in kept for token in TOKENS.values())


@every_case
def test_an_undo_restores_or_is_said_to_be_none(office: ServicesOffice, case: Case) -> None:
    thing = office.thing(case)
    before, action = case.state(thing), office.ready(case, thing)
    assert office.attempt(action, office.connector(case.system)) == "executed"
    sender = office.desk.sender("gro")
    if not case.restores:
        with office.desk.role("web"), pytest.raises(Refused) as refused:
            flow.undo(action, "other", sender=sender)
        assert refused.value.code == "irreversible"
        return
    with office.desk.role("web"):
        flow.undo(action, "other", sender=sender)
    office.desk.run()
    undoing = office.desk.actions(office.desk.story(action).action.ticket)[-1]
    if undoing.state == "authorized":
        waking.open_hold(office.desk, undoing.action.id)
    else:
        office.approve(undoing)
    assert office.attempt(undoing.action.id, office.connector(case.system)) == "executed"
    assert (office.state(action), case.state(thing)) == ("undone", before)


@every_case
def test_sent_twice_under_one_key_it_happens_once(office: ServicesOffice, case: Case) -> None:
    thing, connector = office.thing(case), office.connector(case.system)
    action, effects = acting(case, thing), office.effects(case)
    seen = connector.observe(action)
    connector.apply(action, key="one-key", seen=seen, timeout=5)
    once = case.state(thing)
    with pytest.raises(Drifted) if case.compares_effect else nullcontext():
        connector.apply(action, key="one-key", seen=seen, timeout=5)
    # As a worker does that took over and does not know.
    connector.apply(action, key="one-key", seen=connector.observe(action), timeout=5)
    assert (case.state(thing), office.effects(case)) == (once, effects + case.effects)
    now = connector.observe(action)
    assert connector.applied(action, seen, now) is True
    # Whoever does the same by hand is found to have done it as recommended.
    assert isinstance(connector, Expects)
    assert differences(connector.expected(action), seen, now) == ()


# ------------------------------------------------------------------ drift and churn


@every_drift
def test_drift_is_refused_and_nothing_is_done(
    office: ServicesOffice, case: Case, drift: str
) -> None:
    thing = office.thing(case)
    action = office.ready(case, thing)
    case.drifts[drift](thing)
    drifted, effects = case.state(thing), office.effects(case)
    assert office.attempt(action, office.connector(case.system)) == "not_applied"
    assert office.desk.story(action).outcome["reason"] == "drift"
    assert (case.state(thing), office.effects(case)) == (drifted, effects)
    assert office.desk.story(action).next_version is not None


def test_drift_that_the_desk_cannot_see_goes_to_a_person_the_second_time(
    office: ServicesOffice,
) -> None:
    case = next(one for one in CASES if "the device changed hands" in one.drifts)
    thing = office.thing(case)
    action = office.ready(case, thing)
    case.drifts["the device changed hands"](thing)
    assert office.attempt(action, office.connector(case.system)) == "not_applied"
    again = office.desk.story(office.desk.story(action).next_version)
    assert office.attempt(office.approve(again), office.connector(case.system)) == "not_applied"
    assert office.stands(action) == "with_person" and "cannot see" in office.said(action)


@every_drift
def test_drift_between_looking_and_writing_is_refused_by_the_connector(
    office: ServicesOffice, case: Case, drift: str
) -> None:
    thing, connector = office.thing(case), office.connector(case.system)
    action = acting(case, thing)
    seen = connector.observe(action)
    case.drifts[drift](thing)
    drifted = case.state(thing)
    with pytest.raises(Drifted, match=r"changed since this was seen: \w+"):
        connector.apply(action, key="k", seen=seen, timeout=10)
    assert case.state(thing) == drifted


@every_case
def test_unrelated_churn_never_stops_an_action(office: ServicesOffice, case: Case) -> None:
    """Every reading is followed by an edit of what no action looks at, until the time is over."""
    end, done, edits = time.monotonic() + CHURN_SECONDS / len(CASES), 0, count()
    while time.monotonic() < end or done < 3:
        thing, begun, over = office.thing(case), threading.Event(), threading.Event()

        def edit(
            thing: Thing = thing, begun: threading.Event = begun, over: threading.Event = over
        ) -> None:
            while not over.wait(0.02):
                case.churn(thing, next(edits))
                begun.set()

        editing = threading.Thread(target=edit)
        editing.start()
        try:
            assert begun.wait(20)
            connector = office.connector(case.system)
            action = acting(case, thing)
            seen = connector.observe(action)
            connector.apply(action, key=secrets.token_hex(8), seen=seen, timeout=10)
            assert connector.applied(action, seen, connector.observe(action)) is True
        finally:
            over.set()
            editing.join()
        done += 1
    assert next(edits) >= done


# ------------------------------------------------------------------ lost, cut, down, refused


@every_case
def test_a_reply_lost_after_the_change_is_resolved_by_reading_back(
    office: ServicesOffice, case: Case
) -> None:
    thing = office.thing(case)
    before, effects, action = case.state(thing), office.effects(case), office.ready(case, thing)
    office.wire.disturb(replies=once_changed(case, thing, Fate.CUT))
    assert office.attempt(action, office.connector(case.system)) == "executing"
    office.wire.undisturbed()
    assert office.attempt(action, office.connector(case.system)) == "executed"
    now = case.state(thing)
    assert now == case.becomes(thing, before, now)
    assert office.effects(case) == effects + case.effects


@each_shape
def test_cut_within_any_request_it_says_no_more_than_is_true(
    office: ServicesOffice, case: Case
) -> None:
    assert cut_everywhere(office, case, "requests") >= 2


@each_shape
def test_cut_within_any_reply_it_says_no_more_than_is_true(
    office: ServicesOffice, case: Case
) -> None:
    assert cut_everywhere(office, case, "replies") >= 2


def cut_everywhere(office: ServicesOffice, case: Case, way: str) -> int:
    """Apply it with the wire cut within the first piece, the second …: how many there were."""
    for piece in count():
        cut = Within(piece)
        cut_and_go_on(office, case, **{way: cut})
        if not cut.done:
            return piece
    raise AssertionError


class Within:
    """A cut within one piece, and whether it came to that."""

    def __init__(self, piece: int) -> None:
        self.piece, self.done = piece, False

    def __call__(self, number: int) -> Fate:
        if number != self.piece:
            return Fate.PASS
        self.done = True
        return Fate.HALF


def cut_and_go_on(office: ServicesOffice, case: Case, **hooks: Hook) -> None:
    """Apply it over a wire that is cut, and let another worker go on."""
    thing, connector, key = office.thing(case), office.connector(case.system), secrets.token_hex(8)
    action, before, effects = acting(case, thing), case.state(thing), office.effects(case)
    seen = connector.observe(action)
    office.wire.disturb(**hooks)
    certain = None
    try:
        connector.apply(action, key=key, seen=seen, timeout=3)
        certain = True
    except Unreachable as away:
        sentence(away)
    except (Drifted, RefusedByTarget) as no:
        sentence(no)
        certain = False
    office.wire.undisturbed()
    assert certain in (None, case.state(thing) != before)
    other = office.connector(case.system)
    now = other.observe(action)
    shown = other.applied(action, seen, now)
    assert shown is not True or case.state(thing) != before
    assert shown is not False or case.state(thing) == before
    if other.shape(action.type) is not Shape.SET or not shown:
        other.apply(action, key=key, seen=now, timeout=3)
    after = case.state(thing)
    assert after == case.becomes(thing, before, after)
    assert office.effects(case) == effects + case.effects


@every_case
def test_a_system_that_is_down_is_said_to_be_and_waited_for(
    office: ServicesOffice, case: Case
) -> None:
    thing = office.thing(case)
    before, action = case.state(thing), office.ready(case, thing)
    office.wire.down()
    with pytest.raises(Unreachable) as away:
        office.connector(case.system).observe(acting(case, thing))
    assert "cannot be reached" in sentence(away.value)
    assert office.attempt(action, office.connector(case.system)) == "executing"
    assert case.state(thing) == before
    office.wire.up()
    assert office.attempt(action, office.connector(case.system)) == "executed"


@each_shape
def test_a_system_that_is_silent_is_not_waited_for_longer_than_allowed(
    office: ServicesOffice, case: Case
) -> None:
    thing, connector = office.thing(case), office.connector(case.system)
    action, before = acting(case, thing), case.state(thing)
    seen = connector.observe(action)
    office.wire.disturb(requests=vanishing)
    for ask in waiting(office, case, thing, seen):
        with pytest.raises(Unreachable) as away:
            ask()
        assert "in time" in sentence(away.value)
    assert case.state(thing) == before


def waiting(
    office: ServicesOffice, case: Case, thing: Thing, seen: object
) -> Iterator[Callable[[], object]]:
    action = acting(case, thing)
    quick, other = office.connector(case.system, timeout=0.3), office.connector(case.system)
    yield lambda: quick.observe(action)
    yield lambda: other.apply(action, key="k", seen=seen, timeout=0.3)  # type: ignore[arg-type]


@each_shape
def test_a_system_that_is_slow_but_in_time_is_no_fault(office: ServicesOffice, case: Case) -> None:
    action = office.ready(case, office.thing(case))
    office.wire.disturb(replies=slowly(0.03))
    assert office.attempt(action, office.connector(case.system)) == "executed"
    assert len(office.desk.story(action).attempts) == 1


@each_shape
def test_a_system_that_stays_down_ends_with_its_reason(office: ServicesOffice, case: Case) -> None:
    thing = office.thing(case)
    before, action = case.state(thing), office.ready(case, thing)
    office.wire.down()
    assert office.attempt(action, office.connector(case.system)) == "executing"
    office.end_permission(action)
    assert office.attempt(action, office.connector(case.system)) == "not_applied"
    assert office.stands(action) == "with_person"
    assert "cannot be reached" in sentence(office.desk.story(action).outcome["reason"])
    assert "did not happen, and nothing was changed" in office.said(action)
    assert case.state(thing) == before


@each_shape
def test_a_change_that_can_never_be_read_back_is_handed_to_a_person(
    office: ServicesOffice, case: Case
) -> None:
    thing = office.thing(case)
    action = office.ready(case, thing)
    office.wire.disturb(replies=once_changed(case, thing, Fate.CUT))
    assert office.attempt(action, office.connector(case.system)) == "executing"
    office.wire.down()
    assert office.attempt(action, office.connector(case.system)) == "executing"
    office.end_permission(action)
    assert office.attempt(action, office.connector(case.system)) == "unknown"
    assert office.stands(action) == "with_person"
    sentence(office.desk.story(action).outcome["reason"])


def test_an_effect_that_is_gone_at_the_read_back_is_handed_to_a_person(
    office: ServicesOffice,
) -> None:
    """Somebody takes it back in the very moment in which it was done."""
    case = next(case for case in CASES if case.name == "mdm.install")
    thing = office.thing(case)
    action, before = office.ready(case, thing), case.state(thing)

    def taken_back(number: int) -> Fate:
        if case.state(thing) != before:
            thing.ask("DELETE", f"/v1/targets/{thing.device}/packages/{ZOOM}", "mdm")
        return Fate.PASS

    office.wire.disturb(replies=taken_back)
    assert office.attempt(action, office.connector(case.system)) == "mismatch"
    assert office.stands(action) == "with_person"


@every_case
def test_a_wrong_credential_is_said_with_its_reference_and_changes_nothing(
    office: ServicesOffice, case: Case
) -> None:
    thing = office.thing(case)
    before, action = case.state(thing), office.ready(case, thing)
    assert office.attempt(action, office.connector(case.system, wrong=True)) == "not_applied"
    assert str(office.wrong_token) in sentence(office.desk.story(action).outcome["reason"])
    assert "did not happen, and nothing was changed" in office.said(action)
    assert case.state(thing) == before
    kept = everything(office)
    assert not any(token in kept for token in (*TOKENS.values(), "a-wrong-token"))


# ------------------------------------------------------------------ a part of it


def test_a_part_that_was_done_when_time_runs_out_is_handed_to_a_person(
    office: ServicesOffice,
) -> None:
    case = next(case for case in CASES if case.name == "badge.set_zones-lost")
    thing = office.thing(case)
    action = office.ready(case, thing)
    office.wire.disturb(replies=once_changed(case, thing, Fate.CUT))
    assert office.attempt(action, office.connector(case.system)) == "executing"
    assert case.state(thing)["active"] is False
    office.wire.undisturbed()
    office.end_permission(action)
    assert office.attempt(action, office.connector(case.system)) == "unknown"
    assert office.stands(action) == "with_person"
    assert case.state(thing)["active"] is False


def test_what_was_changed_is_still_there_after_a_restart(office: ServicesOffice) -> None:
    state = json.loads(office.services.state.read_text())
    assert state["version"] > 0 and state["events"]
