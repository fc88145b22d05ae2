"""Deleting files: one's own into a bin, anybody's for good, and nothing at all that is on hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, CatalogueError, Params, Rendering
from holdshort.core import deletion
from holdshort.core.consequence import unknown
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    PolicyResult,
    PolicyVerdict,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "files"
FOLDERS = "the list of folders"


class Restore(Params):
    """What is taken out of the bin."""

    path: str = Field(
        min_length=2, max_length=400, description="The whole path of the file or folder, from /."
    )


class Delete(Restore):
    """What is deleted, and whether for good."""

    permanent: bool = Field(
        default=False, description="Whether nothing may be restored afterwards."
    )
    erasure_for: str = Field(
        default="",
        max_length=64,
        description="Where somebody asked for erasure of their data: our id of them, no name.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A path, with what is known of the folder that it lies in."""

    path: str
    owner: str | None
    name: str
    bin_days: int | None

    @property
    def said(self) -> str:
        return f"‘{self.path}’ in {self.name}" if self.owner else f"‘{self.path}’"


def _place(path: str, knows: Knows) -> Place:
    """The place, by the innermost folder that is listed. Raises CatalogueError."""
    try:
        deletion.parts(path)
    except ValueError as error:
        raise CatalogueError(f"That path says no single place: {error}.") from None
    rows = [row for row in knows.registered("folders") if deletion.within(path, str(row["path"]))]
    if not rows:
        met = knows.met()
        owner = met.get("owner") if met.get("path") == path else None
        return Place(path, owner, "a folder that is not listed", None)
    row = max(rows, key=lambda row: len(str(row["path"])))
    days = row.get("bin_days")
    return Place(path, str(row["owner"]), str(row["name"]), days if isinstance(days, int) else None)


# ------------------------------------------------------------------ deleting


def _delete(params: Delete, asked: Circumstances, knows: Knows) -> Findings:
    if params.erasure_for and not params.permanent:
        raise CatalogueError("An erasure is for good: say ‘permanent’.")
    at = _place(params.path, knows)
    own = at.owner == asked.requester.id
    holds = _forbids(params.model_dump(), knows)
    erasure = bool(params.erasure_for)
    return Findings(
        target=Target(CONNECTOR, at.path, at.path),
        consequence=Consequence(
            _reach(at, own),
            _way_back(at, params.permanent),
            _regulated(at, own, erasure, holds),
            facts.no_cost(),
        ),
        context="legal" if holds or erasure else "general",
        seen={"path": at.path, "owner": at.owner, "in_bin": False},
        before=(f"{at.said} is there.",),
        after=_after(at, params, asked),
        read_at=None,
        policy=deletion.own_files(
            knows.policy_version(),
            own=own,
            permanent=params.permanent,
            bin_days=at.bin_days,
        ),
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.employment_unconfirmed(asked.requester, asked),
            facts.emergency(asked),
        ),
        refusals=(*holds, *facts.present(facts.leaver(asked.requester, asked))),
        owners=_owners(at, own, erasure),
    )


def _forbids(params: Mapping[str, Any], knows: Knows) -> tuple[Reason, ...]:
    """A hold on the folder, or on the person whose folder it is."""
    at = _place(str(params["path"]), knows)
    owner = filter(None, [at.owner])
    return facts.present(deletion.held(knows.policy(), people=owner, path=at.path))


def _owners(at: Place, own: bool, erasure: bool) -> tuple[tuple[str, str], ...]:
    """Whose folder it is; a request for erasure is for those who answer for privacy."""
    if own or erasure or at.owner is None:
        return ()
    return ((at.owner, f"you own {at.name}"),)


def _after(at: Place, params: Delete, asked: Circumstances) -> tuple[str, ...]:
    days = f"It can be restored for {at.bin_days} days."
    if at.bin_days is None:
        days = "We could not confirm for how long it can be restored."
    gone = f"{at.said} is gone." if params.permanent else f"{at.said} is in the bin."
    lines = [gone, "Nothing brings it back." if params.permanent else days]
    if params.erasure_for:
        by = deletion.month_after((asked.opened or asked.at).date())
        lines.append(f"The erasure for {params.erasure_for} is due by {by.isoformat()}: one month.")
    return tuple(lines)


def _reach(at: Place, own: bool) -> Level:
    if at.owner is None:
        return unknown(f"We could not confirm whose ‘{at.path}’ is.", FOLDERS)
    if own:
        return facts.level(0, "One's own files.", FOLDERS)
    return facts.level(2, f"Everybody who works with {at.name}.", FOLDERS)


def _way_back(at: Place, permanent: bool) -> Level:
    if permanent:
        return facts.level(3, "Nothing brings it back.", facts.TYPE)
    if not at.bin_days:
        return unknown("We could not confirm that it can be restored.", FOLDERS)
    if at.bin_days < deletion.BIN_DAYS:
        return facts.level(2, f"It can be restored for {at.bin_days} days only.", FOLDERS)
    return facts.level(0, f"It can be restored for {at.bin_days} days.", FOLDERS)


def _regulated(at: Place, own: bool, erasure: bool, holds: tuple[Reason, ...]) -> Level:
    if holds:
        return facts.level(3, holds[0].text, "the list of holds")
    if erasure:
        return facts.level(3, "Erasure of somebody's data on their request.", facts.TYPE)
    if own:
        return facts.level(0, "Nobody else's data.", FOLDERS)
    return facts.level(2, "Data of others.", FOLDERS)


# ------------------------------------------------------------------ restoring


def _restore(params: Restore, asked: Circumstances, knows: Knows) -> Findings:
    at = _place(params.path, knows)
    own = at.owner == asked.requester.id
    return Findings(
        target=Target(CONNECTOR, at.path, at.path),
        consequence=Consequence(
            _reach(at, own),
            facts.level(0, "It can be deleted again.", facts.TYPE),
            facts.level(0 if own else 2, "Whoever may read it reads it again.", FOLDERS),
            facts.no_cost(),
        ),
        context="general",
        seen={"path": at.path, "owner": at.owner, "in_bin": True},
        before=(f"{at.said} is in the bin.",),
        after=(f"{at.said} is there again.",),
        read_at=None,
        policy=_own(knows, own),
        raises=facts.present(
            facts.sender_unproven(asked), facts.employment_unconfirmed(asked.requester, asked)
        ),
        refusals=facts.present(facts.leaver(asked.requester, asked)),
        owners=_owners(at, own, erasure=False),
    )


def _own(knows: Knows, own: bool) -> PolicyResult:
    """Taking one's own files out of the bin undoes what one's own rule allowed."""
    version = knows.policy_version()
    passed = deletion.own_files(
        version, own=own, permanent=False, bin_days=deletion.BIN_DAYS if own else None
    )
    return passed if own else PolicyResult(PolicyVerdict.NONE)


# ------------------------------------------------------------------ words


def _render_delete(params: Mapping[str, Any], knows: Knows) -> Rendering:
    path, permanent = params["path"], params.get("permanent")
    title = f"Delete ‘{path}’{' for good' if permanent else ''}"
    effect = "will be gone for good" if permanent else "will be in the bin and can be restored"
    return Rendering(title, f"‘{path}’ {effect}.", title)


def _render_restore(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Restore ‘{params['path']}’"
    return Rendering(title, f"‘{params['path']}’ will be there again.", title)


def _undo_delete(params: Mapping[str, Any]) -> Offered | None:
    return None if params.get("permanent") else Offered("files.restore", {"path": params["path"]})


def _undo_restore(params: Mapping[str, Any]) -> Offered | None:
    return Offered("files.delete", {"path": params["path"]})


_FACTS = (
    "whose folder it lies in, and for how long its bin keeps what is deleted",
    "legal holds on the folder and on its owner, when it is staged and again before it runs",
    "who asks and their employment",
)

DELETE = ActionType(
    id="files.delete",
    title="Delete files",
    domain="legal",
    context="legal",
    doc="Puts one file or folder into the bin, or deletes it for good.",
    params=Delete,
    findings=_delete,
    render=_render_delete,
    facts=_FACTS,
    undo=_undo_delete,
    undo_words="Restore it from the bin; what is deleted for good cannot be restored.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It deletes something."),
    policy_rule="own_files",
    objections=_forbids,
    permanent=True,
    permanent_part="for good, an erasure, and what is on hold",
)

RESTORE = ActionType(
    id="files.restore",
    title="Restore deleted files",
    domain="legal",
    context="legal",
    doc="Takes one file or folder out of the bin.",
    params=Restore,
    findings=_restore,
    render=_render_restore,
    facts=_FACTS,
    undo=_undo_restore,
    undo_words="Delete it again.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It brings back what somebody deleted."),
    policy_rule="own_files",
)

TYPES = (DELETE, RESTORE)
