"""The executor's protocol: claim → observe → apply → read back → settle.

The claim is on record before anything is sent. Whoever finds an execution without an outcome
after its lease reads back first, and sends again only where the target promises that this is
safe; where nobody can tell, a person is asked. Network calls happen outside transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from holdshort.core import canonical
from holdshort.core.terms import AWAITS_ACCOUNT, Action, Hands
from holdshort.ports import (
    Acts,
    ConnectorError,
    Drifted,
    Receipt,
    RefusedByTarget,
    Shape,
    Unreachable,
)
from holdshort.records import actions, audit, db, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops import authorizing, leaving, progress, telling

LEASE = 60
"""Seconds after which another attempt may take over."""

TIMEOUT = 20
"""Seconds a target may take; well inside the lease, so that no answer comes after it."""

DRIFT = "drift"
log = structlog.get_logger()
State = Mapping[str, Any]
Seal = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one action, as attempt number `fence` of `execution`."""

    story: Story
    execution: str
    fence: int
    sent: bool
    """Whether an earlier attempt may have sent the change."""

    made: Action | None = None
    """The action with what lines before it made, where its bytes could not name that yet."""

    @property
    def action(self) -> Action:
        """What is carried out."""
        return self.made or self.story.action


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, before it is written down."""

    kind: str
    before: State
    after: State
    receipt: Receipt | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delay:
    """An attempt that did not end: the target is away, or time ran out. A later one goes on."""

    sent: bool
    """Whether this attempt may have sent the change."""


# ------------------------------------------------------------------ claim


def claim(action: str, *, worker: str) -> Claim | None:
    """Turn an authorization into the one execution, or take over an abandoned one.

    None when it is not due.
    """
    with actions.turn_to_run(action) as (story, at):
        if story is None or story.outcome is not None or story.halted:
            return None
        if story.execution is None:
            may = _may_start(story, at) and _rules_hold(story, at)
            return _start(story, worker) if may else None
        if story.attempts[-1]["lease_until"] > at:
            return None
        return _take_over(story, worker)


def _may_start(story: Story, at: Any) -> bool:
    permission = story.authorization
    return (
        permission is not None
        and story.fate is None
        and story.stopped is None
        and story.position is not None
        and permission["hands"] == Hands.EXECUTOR
        and permission["not_before"] <= at < permission["expires_at"]
        and permission["digest"] == canonical.digest(story.canonical)
        and (not story.needs or bool(db.value("needs_met", action=story.action.id)))
    )


def _rules_hold(story: Story, at: Any) -> bool:
    """What rules permitted, and may not permit now, is not started and goes back to the gate."""
    if not authorizing.outlived(story) and authorizing.closed(story, at) is None:
        return True
    wake("restage", story.action.id)
    return False


def _start(story: Story, worker: str) -> Claim:
    execution = new_id()
    actions.add_fate(story, "claimed", hands="executor", person=None)
    db.write(
        "add_execution",
        id=execution,
        action=story.action.id,
        connector=story.action.target.connector,
    )
    return _attempt(story, execution, 1, worker, "execution.started")


def _take_over(story: Story, worker: str) -> Claim:
    assert story.execution is not None
    fence = len(story.attempts) + 1
    return _attempt(story, story.execution["id"], fence, worker, "execution.resumed")


def _attempt(story: Story, execution: str, fence: int, worker: str, event: str) -> Claim:
    sent = fence > 1 and db.value("may_have_been_sent", execution=execution, fence=fence)
    db.write("add_attempt", execution=execution, fence=fence, lease=LEASE, worker=worker)
    audit.event(
        event,
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        execution=execution,
        fence=fence,
    )
    return Claim(story, execution, fence, bool(sent))


# ------------------------------------------------------------------ effect


def carry_out(claimed: Claim, connector: Acts | None) -> Ending | Delay:
    """Make the change at the target and read it back. Without a connector nothing can be done."""
    if connector is None:
        name = claimed.action.target.connector
        return _no(claimed, f"There is no connected app named {name!r} any more.")
    shape = connector.shape(claimed.action.type)
    if claimed.sent and shape is Shape.BLIND:
        return Ending("unknown", {}, {}, reason="It was interrupted, and this app cannot be asked.")
    try:
        claimed = replace(claimed, made=complete(claimed.action))
        before = observe(claimed.action, connector)
    except Unreachable as away:
        return _no(claimed, str(away)) if _is_late(claimed.story) else Delay(sent=False)
    except ConnectorError as no:
        return _no(claimed, str(no))
    standing = _standing(claimed)
    ending = (
        _why_not(claimed, connector, before, shape, late=standing["late"])
        or _closed(claimed, standing["at"])
        or _doubted(claimed, connector, before)
    )
    return ending or _send(claimed, connector, before, shape, in_time=standing["may_send"])


def _no(claimed: Claim, reason: str, shown: bool | None = None) -> Ending:
    """Nothing happened, unless an earlier attempt may have made the change and nobody can tell."""
    certain = not claimed.sent or shown is False
    return Ending("not_applied" if certain else "unknown", {}, {}, reason=reason)


def _why_not(
    claimed: Claim, connector: Acts, before: State, shape: Shape, *, late: bool
) -> Ending | None:
    """Why the change must not be sent now; None when it may be, for a keyed target also again."""
    seen = claimed.action.seen
    shown = _shown(claimed, connector, before)
    moved = drifted(seen, before)
    if shown and (shape is Shape.SET or late or moved):
        return Ending("verified", seen, before)
    if late:
        return _no(claimed, "The permission to run has ended.", shown)
    if moved and shown is None:
        return Ending("unknown", seen, before, reason="The target changed while it was being done.")
    return Ending("not_applied", seen, before, reason=DRIFT) if moved else None


def _closed(claimed: Claim, at: datetime) -> Ending | None:
    """Where its time ended after the claim, as when a worker slept: it is asked anew."""
    why = authorizing.closed(claimed.story, at)
    if why is None:
        return None
    return _no(claimed, why.text) if claimed.sent else Ending("not_applied", {}, {}, reason=DRIFT)


def _doubted(claimed: Claim, connector: Acts, before: State) -> Ending | None:
    """Where what it rests on came into doubt before this attempt took over, and nothing was done
    yet: it is asked anew.
    """
    if claimed.fence == 1 or _shown(claimed, connector, before) is not False:
        return None
    doubt = authorizing.doubted(claimed.story)
    return Ending("not_applied", claimed.action.seen, before, reason=DRIFT) if doubt else None


def _shown(claimed: Claim, connector: Acts, now: State) -> bool | None:
    """Whether the target shows the work of an earlier attempt; None where it cannot tell."""
    return connector.applied(claimed.action, claimed.action.seen, now) if claimed.sent else False


def _send(
    claimed: Claim, connector: Acts, before: State, shape: Shape, *, in_time: bool
) -> Ending | Delay:
    if not in_time:
        return Delay(sent=False)
    try:
        receipt = apply(claimed, connector, before)
    except Unreachable as away:
        doubt = Ending("unknown", before, {}, reason=str(away))
        return doubt if shape is Shape.BLIND else Delay(sent=True)
    except Drifted:
        drift = Ending("not_applied", claimed.action.seen, before, reason=DRIFT)
        return Delay(sent=False) if claimed.sent else drift
    except ConnectorError as no:
        return _no(claimed, str(no), _shown(claimed, connector, before))
    if shape is Shape.BLIND:
        return Ending("unknown", before, {}, receipt, "This app cannot be asked whether it worked.")
    return _check(claimed, connector, before, receipt)


def _check(claimed: Claim, connector: Acts, before: State, receipt: Receipt) -> Ending | Delay:
    try:
        after = read_back(claimed.action, connector)
    except Unreachable:
        return Delay(sent=True)
    except ConnectorError as no:
        return Ending("unknown", before, {}, receipt, str(no))
    kind = {True: "verified", False: "mismatch", None: "unknown"}[
        connector.applied(claimed.action, before, after)
    ]
    return Ending(kind, before, after, receipt)


def complete(action: Action) -> Action:
    """The action with the account that was still to come when it was staged.

    Its bytes say whose account, and that it waits for it. Raises RefusedByTarget.
    """
    if not action.seen.items() >= AWAITS_ACCOUNT.items():
        return action
    whose = {"person": action.beneficiary, "connector": action.target.connector}
    account = db.value("account_in", **whose)
    if account is None:
        raise RefusedByTarget("The account that this waits for is not there.")
    return replace(action, seen={**action.seen, "account": account})


def observe(action: Action, connector: Acts) -> State:
    """The relevant state just before the change."""
    with _in_words():
        return connector.observe(action)


def apply(claimed: Claim, connector: Acts, before: State) -> Receipt:
    """Send the change, once, under the execution's own key."""
    with _in_words():
        return connector.apply(claimed.action, key=claimed.execution, seen=before, timeout=TIMEOUT)


def read_back(action: Action, connector: Acts) -> State:
    """The relevant state after the change, read independently of what the change answered."""
    with _in_words():
        return connector.observe(action)


@contextmanager
def _in_words() -> Iterator[None]:
    """A connector's own fault leaves as much open as silence; its words may hold a secret."""
    try:
        yield
    except ConnectorError:
        raise
    except Exception as error:
        log.error("connector_failed", error=type(error).__name__)
        raise Unreachable("The connection to this app failed unexpectedly.") from None


def drifted(seen: State, now: State) -> bool:
    """Whether what matters differs from what the approver saw; names with _ never matter."""
    keys = {key for key in (*seen, *now) if not key.startswith("_")}
    return any(seen.get(key) != now.get(key) for key in keys)


def _standing(claimed: Claim) -> db.Row:
    """Asked right before sending, because a process may have slept since its claim."""
    found = db.row(
        "may_send", execution=claimed.execution, fence=claimed.fence, seconds=float(TIMEOUT)
    )
    assert found is not None, "the attempt is on record"
    return found


def _is_late(story: Story) -> bool:
    permission = story.authorization
    return permission is not None and bool(permission["expires_at"] <= db.now())


# ------------------------------------------------------------------ settle


def delay(claimed: Claim, how: Delay) -> None:
    """Note that it did not end, and whether it was sent; the sweep goes on after the lease."""
    with db.transaction():
        audit.event(
            "execution.delayed",
            actor=DESK,
            ticket=claimed.action.ticket,
            action=claimed.action.id,
            fence=claimed.fence,
            sent=how.sent,
        )


def settle(claimed: Claim, ending: Ending, *, seal: Seal) -> bool:
    """Write the outcome and tell the ticket; False when a later attempt has taken over."""
    action = claimed.action
    with db.transaction():
        around, world = _before_the_end(claimed)
        if not around["mine"]:
            return False
        db.write(
            "add_outcome",
            action=action.id,
            kind=ending.kind,
            execution=claimed.execution,
            fence=claimed.fence,
            before=db.as_json(ending.before),
            after=db.as_json(ending.after),
            evidence=db.as_json(_evidence(action, ending)),
            reason=ending.reason,
        )
        _keep_secret(claimed, ending, seal)
        audit.event(
            "execution.settled",
            actor=DESK,
            ticket=action.ticket,
            action=action.id,
            outcome=ending.kind,
        )
        tell(
            claimed.story,
            ending.kind,
            ending.reason,
            secret=_has_secret(ending),
            others_open=around["others_open"],
            world=world,
        )
        _wake_others(around["dependents"])
    return True


def _before_the_end(claimed: Claim) -> tuple[db.Row, World]:
    """What the end depends on, read alone with the action, and the world that its words name."""
    action = claimed.action
    found = {
        "execution": claimed.execution,
        "fence": claimed.fence,
        "action": action.id,
        "ticket": action.ticket,
    }
    named = World.naming(action.params)
    _, [around], *names = db.together(db.lock("action", action.id), ("settling", found), *named)
    return around, World.named(*names)


def _evidence(action: Action, ending: Ending) -> State:
    """What the target said, and how long after HR's time access ended, if it did."""
    said = ending.receipt.evidence if ending.receipt else {}
    return {**said, **leaving.since_the_end(action)} if ending.kind == "verified" else said


def _has_secret(ending: Ending) -> bool:
    return ending.receipt is not None and bool(ending.receipt.secret)


def _keep_secret(claimed: Claim, ending: Ending, seal: Seal) -> None:
    if ending.receipt is None or not ending.receipt.secret:
        return
    db.write(
        "add_sealed",
        action=claimed.action.id,
        ticket=claimed.action.ticket,
        person=claimed.action.beneficiary,
        sealed=seal(ending.receipt.secret),
    )


def _wake_others(dependents: Iterable[str]) -> None:
    for dependent in dependents:
        wake("execute", dependent)


def ask_anew(claimed: Claim, ending: Ending) -> None:
    """After drift, once the target was read again, so that the next version rests on what it says.

    Where this wake-up is lost the sweep finds the outcome.
    """
    if ending.reason == DRIFT:
        with db.transaction():
            wake("restage", claimed.action.id)


def met_drift(story: Story) -> bool:
    """Whether it did not run, because the world had moved."""
    return story.outcome is not None and bool(story.outcome["reason"] == DRIFT)


def tell(
    story: Story,
    kind: str,
    reason: str,
    *,
    secret: bool = False,
    others_open: bool | None = None,
    world: World | None = None,
) -> None:
    """Say on the ticket how it ended; what is not certain goes to a person.

    The reason is for people who can mend it: they read it in the record.
    """
    name, number = telling.title(story, world), story.action.ticket
    if number is None:
        return
    if kind in ("verified", "recorded"):
        checked = "We checked it in the target system." if kind == "verified" else ""
        wait = "The new password waits for you here for 15 minutes, to be read once."
        said = " ".join(filter(None, [f"Done: {name}.", checked, secret * wait]))
        telling.finish(story, said, others_open=others_open)
    elif reason == DRIFT:
        tickets.say(
            number, f"Something changed before ‘{name}’ could run. It will be looked at again."
        )
    else:
        doubt = "We could not confirm" if kind == "unknown" else "The result differs for"
        said = f"{doubt} ‘{name}’."
        if kind == "not_applied":
            said = f"‘{name}’ did not happen, and nothing was changed."
        tickets.hand_over(number, " ".join(filter(None, (said, progress.summary(number)))))
