"""Reading an action with everything that has happened to it, and writing what is staged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from holdshort.core import canonical
from holdshort.core.terms import Action, Reason
from holdshort.records import db

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """One action and its rows. A part that does not exist yet is None.

    The parts carry the columns of their kernel tables; times are datetimes.
    """

    action: Action
    digest: str
    canonical: bytes
    state: str
    staged_at: datetime
    proposed: Part
    assessment: Part
    review: Part | None
    assignments: tuple[Part, ...]
    decisions: tuple[Part, ...]
    authorization: Part | None
    position: int | None
    fate: Part | None
    execution: Part | None
    attempts: tuple[Part, ...]
    outcome: Part | None
    report: Part | None
    finding: Part | None
    settlement: Part | None
    halted: bool
    """Whether the database lets nothing about it start: see docs/adr/0002-older-states.md."""
    older: bool
    """Whether it was staged before an older state of the desk came back."""
    needs: tuple[str, ...]
    next_version: str | None
    undone_by: str | None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason of the gate."""
        return tuple(Reason(**reason) for reason in self.assessment["reasons"])

    @property
    def category(self) -> str:
        """Action type / tier: the unit that earns autonomy."""
        return str(self.assessment["category"])

    @property
    def has_every_yes(self) -> bool:
        """Whether as many different people approved it as the gate asks for."""
        yes = {decision["person"] for decision in self.decided("approve")}
        return len(yes) >= int(self.assessment["needed"])

    def decided(self, verdict: str) -> list[Part]:
        """The decisions of one verdict, oldest first."""
        return [decision for decision in self.decisions if decision["verdict"] == verdict]


def story(action: str) -> Story | None:
    """The action with that id and everything about it, or None."""
    found = db.row("story", action=action)
    if found is None:
        return None
    data = bytes(found["canonical"])
    parts: dict[str, Any] = {
        name: _timed(found[name])
        for name in ("assessment", "review", "authorization", "fate", "execution", "outcome")
    } | {name: _timed(found[name]) for name in ("report", "finding", "settlement", "proposed")}
    lists: dict[str, Any] = {
        name: tuple(_timed(item) for item in found[name])
        for name in ("assignments", "decisions", "attempts")
    }
    return Story(
        action=canonical.action_from(data),
        digest=found["digest"],
        canonical=data,
        state=found["state"],
        staged_at=found["staged_at"],
        position=found["position"],
        needs=tuple(found["needs"]),
        next_version=found["next_version"] and str(found["next_version"]),
        undone_by=found["undone_by"] and str(found["undone_by"]),
        halted=found["older"] is not None,
        older=bool(found["older"]),
        **parts,
        **lists,
    )


def of_ticket(ticket: int) -> list[Story]:
    """The actions of a ticket in their order, all versions."""
    found = (story(str(row["id"])) for row in db.rows("actions_of_ticket", ticket=ticket))
    return [one for one in found if one is not None]


def unfinished(ticket: int) -> list[str]:
    """Ids of the actions of a ticket that are still on the road."""
    return [str(row["id"]) for row in db.rows("unfinished_actions", ticket=ticket)]


def add(action: Action, *, proposal: str, digest: str, data: bytes) -> None:
    """Write the immutable bytes of a staged action and what it depends on."""
    db.run(
        "add_action",
        id=action.id,
        root=action.root,
        version=action.version,
        digest=digest,
        canonical=data,
        type=action.type,
        connector=action.target.connector,
        target=action.target.id,
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
        db.run("add_dependency", action=action.id, needs=needed)


def add_fate(
    story: Story, kind: str, *, hands: str | None = None, person: str | None, reason: str = ""
) -> None:
    """Take the one irrevocable turn. Raises IntegrityError when another turn was taken first."""
    db.run(
        "add_fate",
        action=story.action.id,
        digest=story.digest,
        connector=story.action.target.connector,
        kind=kind,
        hands=hands,
        person=person,
        reason=reason,
    )


def reasons_as_data(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons in the form in which they are stored and served."""
    return [asdict(reason) for reason in reasons]


def _timed(part: Any) -> Any:
    """A JSON row with its times read back."""
    if not isinstance(part, dict):
        return part
    return {key: _time(key, value) for key, value in part.items()}


def _time(key: str, value: Any) -> Any:
    is_time = key == "at" or key.endswith("_at") or key in ("not_before", "lease_until")
    return datetime.fromisoformat(value) if is_time and isinstance(value, str) else value
