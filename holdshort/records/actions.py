"""Reading an action with everything that has happened to it, and writing what is staged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, cast, overload

from holdshort.core import canonical
from holdshort.core.terms import Action, Reason
from holdshort.records import db, grounds

Part = Mapping[str, Any]
_LASTING = ("canonical", "action", "assessment", "proposed", "made")
"""Parts of a story that are written once, before anybody answers."""

P = TypeVar("P")


class _Read(Generic[P]):
    """A part of a story, as it was read. What was not read at first is read when it is needed."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, story: None, owner: type) -> _Read[P]: ...
    @overload
    def __get__(self, story: Story, owner: type) -> P: ...
    def __get__(self, story: Story | None, owner: type) -> _Read[P] | P:
        if story is None:
            return self
        found = cast(P, _told(story.row(self._name)[self._name], story.canonical))
        # An attribute of the object comes before this one from now on.
        vars(story)[self._name] = found
        return found


class Story:
    """One action and its rows. A part that does not exist yet is None.

    The parts carry the columns of their kernel tables; times are datetimes.
    """

    digest = _Read[str]()
    state = _Read[str]()
    staged_at = _Read[datetime]()
    writer = _Read[str | None]()
    """Whose account opened the ticket: the requester's own, or of whoever asked in their name."""

    private_to = _Read[str | None]()
    """The context whose people alone may read the ticket."""

    proposed = _Read[Part]()
    """The offer it comes from, without the other actions of it."""

    assessment = _Read[Part]()
    gate = _Read[Part]()
    """The assessment's columns without what it rests on: findings and reasons."""

    review = _Read[Part | None]()
    assignments = _Read[tuple[Part, ...]]()
    decisions = _Read[tuple[Part, ...]]()
    authorization = _Read[Part | None]()
    position = _Read[int | None]()
    fate = _Read[Part | None]()
    execution = _Read[Part | None]()
    attempts = _Read[tuple[Part, ...]]()
    outcome = _Read[Part | None]()
    report = _Read[Part | None]()
    finding = _Read[Part | None]()
    settlement = _Read[Part | None]()
    halted = _Read[bool]()
    """Whether the database lets nothing about it start: see docs/adr/0002-older-states.md."""

    stopped = _Read[Part | None]()
    """The switch that is off over it, if any: its scope, person, reason and time."""

    override = _Read[Part | None]()
    """What one human permitted alone, if anybody did: who, when and why."""

    made = _Read[Part | None]()
    """What its maker says of a change that nobody had permitted: who, when and why."""

    rules_are_newer = _Read[bool]()
    """Whether rules were adopted after those under which it was assessed."""

    older = _Read[bool]()
    """Whether it was staged before an older state of the desk came back."""

    needs = _Read[tuple[str, ...]]()
    next_version = _Read[str | None]()
    undone_by = _Read[str | None]()

    def __init__(self, row: db.Row, before: Story | None = None) -> None:
        """`before` is the same action's story of a moment ago: what never changes is not read."""
        self._row = row
        if before is not None:
            vars(self).update({name: getattr(before, name) for name in _LASTING})

    def row(self, name: str) -> db.Row:
        """The columns that were read, with this one: a stop reads first what it always needs."""
        if name not in self._row:
            whole = db.row("story", action=self.action.id, review=None)
            self._row = {**(whole or {}), **self._row}
        return self._row

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that are approved and carried out."""
        return bytes(self._row["canonical"])

    @cached_property
    def action(self) -> Action:
        """What these bytes say."""
        return canonical.action_from(self.canonical)

    @cached_property
    def concerned(self) -> Sequence[Part]:
        """Whom it concerns by HR's record, and whether they had left when it was assessed."""
        return db.rows("concerned", action=self.action.id)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason of the gate."""
        return tuple(Reason(**reason) for reason in self.assessment["reasons"])

    @property
    def category(self) -> str:
        """Action type / tier: the unit that earns autonomy."""
        return str(self.gate["category"])

    @property
    def has_every_yes(self) -> bool:
        """Whether as many different people approved it as the gate asks for."""
        return len(self.yes) >= int(self.gate["needed"])

    @property
    def yes(self) -> list[Part]:
        """One approving decision for each authority, oldest first: somebody and whoever decides
        for them are one."""
        found: dict[str, Part] = {}
        for decision in self.decided("approve"):
            found.setdefault(decision["instead_of"] or decision["person"], decision)
        return list(found.values())

    def decided(self, verdict: str) -> list[Part]:
        """The decisions of one verdict, oldest first."""
        return [decision for decision in self.decisions if decision["verdict"] == verdict]


def story(action: str) -> Story | None:
    """The action with that id and everything about it, or None."""
    found = db.row("story", action=action, review=None)
    return Story(found) if found else None


def of_review(number: int) -> Story | None:
    """The action that a review is about and everything about it, or None."""
    found = db.row("story", action=None, review=number)
    return Story(found) if found else None


def to_answer(number: int) -> Story | None:
    """The same with what somebody needs who answers the review; the rest when it is asked for."""
    found = db.row("story_to_answer", review=number)
    return Story(found) if found else None


def answered(before: Story, number: int) -> Story:
    """That story again, with what became of the action by an answer to its review."""
    found = db.row("story_answered", review=number)
    assert found is not None, "an answer to it is on record"
    return Story(found, before)


Turn = AbstractContextManager[tuple[Story | None, datetime]]
"""One transaction, alone with an action: its story, read in it, and the database's time."""


def turn_of(action: str) -> Turn:
    """The turn of an action, with everything about it."""
    return _turn(db.lock("action", action), ("story", {"action": action, "review": None}))


def turn_to_decide(review: int) -> Turn:
    """The turn of a review's action with what a decision needs; the rest when it is asked for."""
    named = {"review": review}
    return _turn(("lock_review", named), ("story_to_decide", named))


def turn_to_authorize(action: str) -> Turn:
    """The turn of an action with what an approval leads to; the rest when it is asked for."""
    return _turn(db.lock("action", action), ("story_to_authorize", {"action": action}))


def turn_to_run(action: str) -> Turn:
    """The turn of an action with what a claim needs; the rest when it is asked for."""
    named = {"action": action}
    return _turn(db.lock("action", action), ("story_to_run", named), ("concerned", named))


@contextmanager
def _turn(*asked: db.Asked) -> Iterator[tuple[Story | None, datetime]]:
    with db.transaction():
        locked, found, *concerned = db.together(*asked)
        story = Story(found[0]) if found else None
        if story and concerned:
            story.concerned = concerned[0]
        # Where there is no such review, there is nothing to lock either.
        yield story, locked[0]["at"] if locked else db.now()


def of_ticket(ticket: int) -> list[Story]:
    """The actions of a ticket in their order, all versions."""
    found = (story(str(row["id"])) for row in db.rows("actions_of_ticket", ticket=ticket))
    return [one for one in found if one is not None]


def unfinished(ticket: int) -> list[str]:
    """Ids of the actions of a ticket that are still on the road."""
    return [str(row["id"]) for row in db.rows("unfinished_actions", ticket=ticket)]


def add(action: Action, *, proposal: str, digest: str, data: bytes) -> None:
    """Write the immutable bytes of a staged action and what it depends on."""
    db.write(
        "add_action",
        id=action.id,
        root=action.root,
        version=action.version,
        digest=digest,
        canonical=data,
        type=action.type,
        connector=action.target.connector,
        ticket=action.ticket,
        proposal=proposal,
        requester=action.requester,
        beneficiary=action.beneficiary,
        initiator=action.initiator,
        changer=action.changer,
        position=action.position,
        undoes=action.undoes,
    )
    for needed in action.after:
        db.write("add_dependency", action=action.id, needs=needed)


def add_fate(
    story: Story, kind: str, *, hands: str | None = None, person: str | None, reason: str = ""
) -> None:
    """Take the one irrevocable turn. Raises IntegrityError when another turn was taken first."""
    db.write(
        "add_fate",
        action=story.action.id,
        digest=story.digest,
        type=story.action.type,
        connector=story.action.target.connector,
        kind=kind,
        hands=hands,
        person=person,
        reason=reason,
    )


def reasons_as_data(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons in the form in which they are stored and served."""
    return [asdict(reason) for reason in reasons]


def _told(part: Any, data: bytes) -> Any:
    """A JSON row, or a tuple of several: times read back, digests as told, grounds unpacked."""
    if isinstance(part, list):
        return tuple(_told(item, data) for item in part)
    if not isinstance(part, dict):
        return part
    if kept := part.get("grounds"):
        part = {**part, **grounds.unpack(bytes.fromhex(_hexadecimal(kept)), beside=data)}
    if told := part.get("digest"):
        part = {**part, "digest": _hexadecimal(told)}
    return {key: _time(key, value) for key, value in part.items()}


def _hexadecimal(kept: str) -> str:
    """The digits of bytes that came in JSON."""
    return kept.removeprefix("\\x")


def _time(key: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) and _is_time(key) else value


@cache
def _is_time(column: str) -> bool:
    return column == "at" or column.endswith("_at") or column in ("not_before", "lease_until")
