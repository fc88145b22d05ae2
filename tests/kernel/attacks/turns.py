"""Turns, runs and outcomes that nobody permitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from holdshort.core.terms import Target
from holdshort.records.ids import new_id
from tests.kernel.attack import Attack, nothing
from tests.kernel.rows import Kernel, Made

OF_THE_DESK = ("rejected", "refused", "expired", "superseded")
OF_THE_WEB = ("withdrawn", "revoked")
ENDINGS = (*OF_THE_DESK, *OF_THE_WEB)


def role_for(kind: str) -> str:
    """Which role may take that turn."""
    return "executor" if kind == "claimed" else "web" if kind in OF_THE_WEB else "desk"


# ------------------------------------------------------------------ scenes


def reminded(kernel: Kernel) -> Made:
    """Those who were asked were reminded."""
    made = kernel.reviewed()
    kernel.insert("desk", "reminder", review=made.review["review"], step=1)
    return made


def staged(kernel: Kernel) -> Made:
    return kernel.staged()


def approved(kernel: Kernel) -> Made:
    return kernel.approved()


def approved_only(kernel: Kernel) -> Made:
    """Sven said yes, and no permission was written."""
    return kernel.decided(kernel.reviewed(), "sven")


def for_a_persons_hands(kernel: Kernel) -> Made:
    made = kernel.reviewed(kernel.assessed(hands="person"))
    return kernel.authorized(kernel.decided(made, "sven"))


def two_approved(kernel: Kernel) -> tuple[Made, Made]:
    return kernel.approved(), kernel.approved()


def taken(kind: str) -> Any:
    def scene(kernel: Kernel) -> Made:
        return kernel.turned(kernel.approved(), kind, role_for(kind))

    return scene


def claimed(kernel: Kernel) -> Made:
    """Permitted, in the log, and claimed."""
    return kernel.turned(kernel.logged(kernel.approved()), "claimed")


def claimed_not_logged(kernel: Kernel) -> Made:
    return kernel.turned(kernel.approved(), "claimed")


def claimed_too(kernel: Kernel) -> tuple[Made, Made]:
    """One that is claimed and in the log, and one that is claimed only."""
    return claimed(kernel), claimed_not_logged(kernel)


def logged(kernel: Kernel) -> Made:
    return kernel.logged(kernel.approved())


def stopped(kernel: Kernel) -> Made:
    return kernel.turned(logged(kernel), "revoked", "web")


def early(kernel: Kernel) -> Made:
    return _in(kernel, timedelta(hours=1), timedelta(hours=2))


def late(kernel: Kernel) -> Made:
    return _in(kernel, timedelta(hours=-2), timedelta(seconds=-1))


def _in(kernel: Kernel, begins: timedelta, ends: timedelta) -> Made:
    now = kernel.now()
    made = kernel.approved(not_before=now + begins, expires_at=now + ends)
    return kernel.turned(kernel.logged(made), "claimed")


def running(kernel: Kernel) -> Made:
    return kernel.running()


def started(kernel: Kernel) -> Made:
    """Started, and no worker has begun."""
    return kernel.started(claimed(kernel))


def running_and_claimed(kernel: Kernel) -> tuple[Made, Made]:
    return kernel.running(), claimed(kernel)


def two_running(kernel: Kernel) -> tuple[Made, Made]:
    return kernel.running(), kernel.running()


def taken_over(kernel: Kernel) -> Made:
    """A second worker took the run over."""
    return kernel.attempt(kernel.running(), 2)


def ours_permitted(kernel: Kernel) -> Made:
    """An action on our own tables that may run."""
    made = kernel.staged(type="ticket.status", target=Target("desk", "1"), params={})
    return kernel.authorized(kernel.assessed(made, tier=1, mode="HOTL", needed=0))


def ours(kernel: Kernel) -> Made:
    """An action on our own tables, permitted and claimed."""
    return kernel.turned(ours_permitted(kernel), "claimed", "desk")


def ours_running(kernel: Kernel) -> Made:
    return kernel.attempt(kernel.started(ours(kernel), "desk"), role="desk")


def by_hand(kernel: Kernel) -> Made:
    return kernel.by_hand()


def two_by_hand(kernel: Kernel) -> tuple[Made, Made]:
    """One that was given to a person, and one that was reported, too."""
    other = kernel.by_hand()
    report(kernel, other)
    return kernel.by_hand(), other


def reported(kernel: Kernel) -> Made:
    made = kernel.by_hand()
    report(kernel, made)
    return made


def taken_over_and_reported(kernel: Kernel) -> tuple[Made, Made]:
    """A run that a second worker took over, and a report about something else."""
    return taken_over(kernel), reported(kernel)


def verified(kernel: Kernel) -> Made:
    return kernel.outcome(kernel.running())


def doubted(kernel: Kernel) -> Made:
    return kernel.outcome(kernel.running(), "unknown")


def settled(kernel: Kernel) -> Made:
    made = doubted(kernel)
    find(kernel, made)
    return made


# ------------------------------------------------------------------ the one turn


def _turn(words: str, control: str, scene: Any, kind: Any, role: str, **forged: Any) -> Attack:
    return Attack(words, control, scene, lambda k, made: k.turned(made, kind, role, **forged))


_TURNS = [
    *(
        _turn(f"{words} is {kind}", "fate.starts_authorized", scene, kind, role)
        for words, scene in (("what is staged", staged), ("what Sven approved", approved_only))
        for kind, role in (("claimed", "executor"), ("by_hand", "desk"))
    ),
    _turn(
        "a person does what the executor may", "fate.starts_authorized", approved, "by_hand", "desk"
    ),
    _turn(
        "the executor does what a person may",
        "fate.starts_authorized",
        for_a_persons_hands,
        "claimed",
        "executor",
    ),
    *(
        _turn(
            f"{kind} by {hands!r}",
            "fate.hands_when_started",
            for_a_persons_hands,
            kind,
            role,
            hands=hands,
        )
        for kind, role, hands in (
            ("claimed", "executor", "person"),
            ("claimed", "executor", None),
            ("by_hand", "desk", None),
        )
    ),
    _turn(
        "by_hand by 'executor'",
        "fate.hands_when_started",
        approved,
        "by_hand",
        "desk",
        hands="executor",
    ),
    *(
        _turn(
            f"what is {kind} takes the executor's hands",
            "fate.hands_when_started",
            approved,
            kind,
            role_for(kind),
            hands="executor",
        )
        for kind in ENDINGS
    ),
    *(
        _turn(f"what was {first} is {kind}", "fate.fate_pkey", taken(first), kind, role_for(kind))
        for first in ("claimed", "revoked", "rejected")
        for kind in ("claimed", *ENDINGS)
        if kind != first
    ),
    *(
        _turn(f"the web says {kind}", "rows of fate", approved, kind, "web")
        for kind in ("claimed", *OF_THE_DESK)
    ),
    _turn(
        "the web gives something to a person", "rows of fate", for_a_persons_hands, "by_hand", "web"
    ),
    *(
        _turn(f"the executor says {kind}", "rows of fate", approved, kind, "executor")
        for kind in ENDINGS
    ),
    _turn(
        "the executor gives something to a person",
        "rows of fate",
        for_a_persons_hands,
        "by_hand",
        "executor",
    ),
    *(
        _turn(f"the desk says {kind}", "rows of fate", approved, kind, "desk")
        for kind in ("claimed", *OF_THE_WEB)
    ),
    _turn(
        "a turn about other bytes",
        "fate.of_these_bytes",
        staged,
        "withdrawn",
        "web",
        digest="0" * 64,
    ),
    _turn(
        "a turn of another type",
        "fate.of_these_bytes",
        staged,
        "withdrawn",
        "web",
        type="x.y",
    ),
    _turn(
        "the desk claims what is outside as its own",
        "fate.of_these_bytes",
        approved,
        "claimed",
        "desk",
        connector="desk",
    ),
    _turn(
        "the executor claims for another system",
        "fate.of_these_bytes",
        approved,
        "claimed",
        "executor",
        connector="elsewhere",
    ),
    _turn(
        "the executor claims what is on our own tables",
        "rows of fate",
        ours_permitted,
        "claimed",
        "executor",
    ),
    *(
        _turn(f"the desk says {kind} of what is ours", "rows of fate", ours_permitted, kind, "desk")
        for kind in OF_THE_WEB
    ),
    _turn("a turn that nobody knows", "fate.fate_kind_check", staged, "x", "owner"),
    _turn("a turn that is none", "fate.kind is filled in", staged, None, "owner"),
    _turn(
        "somebody made up withdraws",
        "fate.fate_person_fkey",
        staged,
        "withdrawn",
        "web",
        person="nobody",
    ),
]

# ------------------------------------------------------------------ starting

CLAIM = "execution.execution_action_digest_kind_connector_fkey"
WINDOW = "execution.execution_action_event_expires_at_not_before_fkey"
PLACE = "execution.execution_position_event_fkey"


def _start(words: str, control: str, scene: Any, role: str = "executor", **forged: Any) -> Attack:
    return Attack(words, control, scene, lambda k, made: k.started(made, role, **forged))


def _in_its_window(kernel: Kernel, made: Made) -> None:
    now = kernel.now()
    kernel.started(made, not_before=now, expires_at=now + timedelta(hours=1))


_STARTS = [
    # Whoever makes a scene may log every event, so these two are claimed in the strike itself.
    Attack(
        "something starts that is not in the log",
        "execution.logged_first",
        nothing,
        lambda k, _: k.started(claimed_not_logged(k)),
    ),
    Attack(
        "something starts at a place in the log that is another's",
        PLACE,
        logged,
        lambda k, _: k.started(claimed_not_logged(k), position=0),
    ),
    Attack(
        "something starts with the permission of another",
        WINDOW,
        claimed_too,
        lambda k, of: k.started(of[1], position=k.position(of[0]), event=of[0].permission["event"]),
    ),
    _start("something starts before its time", "execution.in_its_window", early),
    _start("something starts after its time", "execution.in_its_window", late),
    Attack("something starts early and says that it is time", WINDOW, early, _in_its_window),
    Attack("something starts late and says that it is time", WINDOW, late, _in_its_window),
    _start("something starts that nobody claimed", CLAIM, logged),
    _start("something starts that was stopped", CLAIM, stopped),
    _start("the executor starts what a person does", CLAIM, lambda k: k.logged(k.by_hand())),
    _start("something starts on another system", CLAIM, claimed, connector="elsewhere"),
    _start("something starts with other bytes", CLAIM, claimed, digest="0" * 64),
    _start("the desk starts what is outside as its own", CLAIM, claimed, "desk", connector="desk"),
    Attack(
        "something starts that was stopped, and says so",
        "execution.execution_kind_check",
        stopped,
        lambda k, made: k.started(made, "owner", kind="revoked"),
    ),
    _start("something starts twice", "execution.execution_action_key", running),
    Attack(
        "another run takes the id of one that goes on",
        "execution.execution_pkey",
        running_and_claimed,
        lambda k, of: k.started(of[1], id=of[0].execution),
    ),
    _start("the desk starts what is outside", "rows of execution", claimed, "desk"),
    _start("the executor starts what is ours", "rows of execution", ours),
    Attack(
        "the executor works at what is ours",
        "rows of attempt",
        ours_running,
        lambda k, made: k.attempt(made, 2),
    ),
    Attack(
        "the desk ends an attempt of the executor",
        "rows of attempt",
        running,
        lambda k, made: k.attempt(made, 2, role="desk"),
    ),
    Attack(
        "an attempt is made twice",
        "attempt.attempt_pkey",
        running,
        lambda k, made: k.attempt(made),
    ),
    Attack(
        "an attempt before the first",
        "attempt.attempt_fence_check",
        running,
        lambda k, made: k.attempt(made, 0),
    ),
    Attack(
        "an attempt at nothing",
        "attempt.attempt_execution_fkey",
        running,
        lambda k, made: k.attempt(replace(made, execution=new_id()), role="owner"),
    ),
]

# ------------------------------------------------------------------ what came of it

ALONE: dict[str, Any] = {"execution": None, "fence": None}


def report(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """What a person says they did by hand."""
    row = {**made.where, "person": "sven", "did": "as_approved", "evidence": "seen"}
    kernel.insert(role, "report", **row | forged)


def find(
    kernel: Kernel, made: Made, kind: str = "unknown", role: str = "web", **forged: Any
) -> None:
    """What a person saw where the program could not tell."""
    row = {"action": made.id, "kind": kind, "person": "sven", "result": "applied", "note": "n"}
    kernel.insert(role, "finding", **row | forged)


def sight(kernel: Kernel, made: Made, shown: bool | None = True) -> Made:
    """What the target of an action shows."""
    kernel.insert("executor", "sighting", action=made.id, shown=shown, now={})
    return made


def seen_by_hand(kernel: Kernel) -> Made:
    return sight(kernel, by_hand(kernel))


def not_shown(kernel: Kernel) -> Made:
    return sight(kernel, by_hand(kernel), shown=False)


def seen_before(kernel: Kernel) -> Made:
    made = seen_by_hand(kernel)
    kernel.sql(
        "UPDATE kernel.sighting SET seen_at = seen_at - interval '1 hour' WHERE action = %s",
        made.id,
    )
    return made


def seen_elsewhere(kernel: Kernel) -> Made:
    sight(kernel, by_hand(kernel))
    return by_hand(kernel)


def seen_and_reported(kernel: Kernel) -> Made:
    return sight(kernel, reported(kernel))


def seen_and_approved(kernel: Kernel) -> Made:
    sight(kernel, by_hand(kernel))
    return sight(kernel, approved(kernel))


def seen_and_running(kernel: Kernel) -> Made:
    return sight(kernel, running(kernel))


def _ends(words: str, control: str, scene: Any, kind: str = "verified", **forged: Any) -> Attack:
    return Attack(
        words, f"outcome.{control}", scene, lambda k, made: k.outcome(made, kind, **forged)
    )


_OUTCOMES = [
    _ends("an outcome of an attempt that nobody made", "outcome_execution_fence_fkey", started),
    _ends("an outcome of no attempt", "of_something", running, fence=None),
    _ends("an outcome of a program that only a person gives", "of_something", running, "recorded"),
    _ends("an outcome that nobody knows", "outcome_kind_check", running, "x"),
    Attack(
        "an outcome of another run",
        "outcome.outcome_execution_action_fkey",
        two_running,
        lambda k, of: k.outcome(of[0], execution=of[1].execution),
    ),
    _ends("a worker that slept tells the outcome", "by_the_latest_attempt", taken_over),
    _ends("something ends twice", "outcome_pkey", verified, "mismatch"),
    Attack(
        "the executor tells the outcome of what is ours",
        "rows of outcome",
        ours_running,
        lambda k, made: k.outcome(made),
    ),
    Attack(
        "the desk tells the outcome of the executor",
        "rows of outcome",
        running,
        lambda k, made: k.outcome(made, role="desk"),
    ),
    Attack(
        "the desk tells the outcome of a report",
        "rows of outcome",
        reported,
        lambda k, made: k.outcome(made, role="desk", report=made.id, **ALONE),
    ),
    Attack(
        "an outcome of a report that nobody gave",
        "outcome.outcome_report_fkey",
        by_hand,
        lambda k, made: k.outcome(made, report=made.id, **ALONE),
    ),
    Attack(
        "an outcome of the report about something else",
        "outcome.of_something",
        two_by_hand,
        lambda k, of: k.outcome(of[0], report=of[1].id, **ALONE),
    ),
    Attack(
        "a worker that slept tells the outcome with the report of something else",
        "outcome.of_something",
        taken_over_and_reported,
        lambda k, of: k.outcome(of[0], report=of[1].id),
    ),
    Attack(
        "an outcome of a report that has the number of an attempt",
        "outcome.of_something",
        reported,
        lambda k, made: k.outcome(made, "recorded", report=made.id, execution=None),
    ),
    Attack(
        "an outcome of nothing",
        "outcome.of_something",
        approved,
        lambda k, made: k.outcome(made, "recorded", "owner", **ALONE),
    ),
    *(
        Attack(words, "outcome.as_seen", scene, lambda k, made: k.outcome(made, **ALONE))
        for words, scene in (
            ("work by hand ends that nobody saw", by_hand),
            ("work by hand ends that its target does not show", not_shown),
            ("work by hand ends by what was seen before it was given out", seen_before),
            ("work by hand ends by what the target of another shows", seen_elsewhere),
            ("work by hand ends as seen though somebody reported it", seen_and_reported),
            ("what was only permitted ends by what its target shows", seen_and_approved),
            ("what a program began ends by what its target shows", seen_and_running),
        )
    ),
    Attack(
        "the desk tells what a target shows",
        "rows of outcome",
        seen_by_hand,
        lambda k, made: k.outcome(made, role="desk", **ALONE),
    ),
    Attack(
        "what a target shows leaves a doubt",
        "outcome.of_something",
        seen_by_hand,
        lambda k, made: k.outcome(made, "mismatch", **ALONE),
    ),
    Attack(
        "a person's report leaves a doubt",
        "outcome.of_something",
        reported,
        lambda k, made: k.outcome(made, "unknown", report=made.id, **ALONE),
    ),
]


def _reports(words: str, control: str, scene: Any, role: str = "web", **forged: Any) -> Attack:
    return Attack(
        words, f"report.{control}", scene, lambda k, made: report(k, made, role, **forged)
    )


_BY_HAND = "report_action_digest_kind_connector_fkey"

_REPORTS = [
    _reports("a report of what is only permitted", _BY_HAND, approved),
    _reports("a report of what the executor does", _BY_HAND, running),
    _reports("a report of what was not answered", _BY_HAND, lambda k: k.reviewed()),
    _reports(
        "a report of what the executor does, that says so",
        "report_kind_check",
        running,
        "owner",
        kind="claimed",
    ),
    *(
        _reports(f"{person} reports", "report_person_person_kind_fkey", by_hand, person=person)
        for person in ("agent", "holdshort")
    ),
    _reports(
        "the agent reports, as an agent",
        "report_person_kind_check",
        by_hand,
        "owner",
        person="agent",
        person_kind="agent",
    ),
    _reports("a report without evidence", "report_evidence_check", by_hand, evidence=""),
    _reports("a report too long to read", "report_evidence_check", by_hand, evidence="x" * 4001),
    _reports("a report of what nobody knows", "report_did_check", by_hand, did="x"),
    _reports("a second report", "report_pkey", reported),
]


def _finds(
    words: str, control: str, scene: Any, kind: str = "unknown", role: str = "web", **forged: Any
) -> Attack:
    return Attack(
        words, f"finding.{control}", scene, lambda k, made: find(k, made, kind, role, **forged)
    )


_FINDINGS = [
    *(
        _finds(f"{kind} where there is no doubt", "finding_action_kind_fkey", verified, kind)
        for kind in ("unknown", "mismatch")
    ),
    _finds("somebody looks at what is verified", "finding_kind_check", verified, "verified"),
    _finds("the agent settles a doubt", "finding_person_person_kind_fkey", doubted, person="agent"),
    _finds(
        "the agent settles a doubt, as an agent",
        "finding_person_kind_check",
        doubted,
        role="owner",
        person="agent",
        person_kind="agent",
    ),
    _finds("a doubt is settled twice", "finding_pkey", settled),
    _finds("somebody found what nobody knows", "finding_result_check", doubted, result="x"),
    _finds("a finding without a word", "finding_note_check", doubted, note=""),
    _finds("a finding too long to read", "finding_note_check", doubted, note="x" * 4001),
]

_REMINDERS = [
    Attack(
        "a review that does not exist is reminded of",
        "reminder.reminder_review_fkey",
        nothing,
        lambda k, _: k.insert("desk", "reminder", review=999_999, step=1),
    ),
    Attack(
        "a step that nobody knows",
        "reminder.reminder_step_check",
        lambda k: k.reviewed(),
        lambda k, made: k.insert("desk", "reminder", review=made.review["review"], step=3),
    ),
    Attack(
        "people are reminded twice",
        "reminder.reminder_pkey",
        reminded,
        lambda k, made: k.insert("desk", "reminder", review=made.review["review"], step=1),
    ),
]

ATTACKS = [*_TURNS, *_STARTS, *_OUTCOMES, *_REPORTS, *_FINDINGS, *_REMINDERS]
