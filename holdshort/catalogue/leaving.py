"""A leaver: nobody signs in any more, every group is left, and the files are a question apart.

Only HR's record ends access alone. Without one, whoever asks in whatever hurry gets the smallest
thing that protects and can be taken back: the suspension, ready for one yes of HR.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue import contradictions, facts, github, returning
from holdshort.catalogue.kind import (
    ActionType,
    CatalogueError,
    Params,
    Rendering,
    Unconfirmed,
    made_of_lines,
)
from holdshort.catalogue.security import SESSIONS
from holdshort.core import employment
from holdshort.core.templates import Unreadable, local
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Offered,
    Person,
    Target,
    Tier,
)
from holdshort.ports import Knows

# ------------------------------------------------------------------ the bundle


class Offboard(Params):
    """Who leaves, and who gets their files."""

    person: str = Field(min_length=1, max_length=64, description="The id of who leaves.")
    files_to: str = Field(
        default="",
        max_length=64,
        description="The id of who gets their files; empty leaves the files where they are.",
    )


def _lines(params: Offboard, at: datetime, knows: Knows) -> Sequence[Offered]:
    person = facts.person_named(knows, params.person)
    about = {"person": person.id}
    suspend = Offered("idp.suspend", {**about, "leaving": True})
    try:
        if not employment.has_ended(person, local(knows.policy(), at)):
            return [suspend]
    except Unreadable as error:
        raise CatalogueError(f"The policy cannot be read: {error}.") from None
    groups = knows.groups_of(person.id)
    if groups is None:
        raise Unconfirmed(f"We could not confirm which groups {person.name} is in.")
    sessions = (
        [Offered("idp.revoke_sessions", {**about, "leaving": True}, (0,))]
        if knows.connected(SESSIONS)
        else []
    )
    leaves = [github.leave(person.id, group, knows, (0,)) for group in groups]
    files = (
        [Offered("files.transfer", {**about, "to": params.files_to}, (0,))]
        if params.files_to
        else []
    )
    devices = returning.of(person.id, knows)
    things = [Offered(returning.COLLECT.id, {**about, "devices": devices}, (0,))] if devices else []
    return [suspend, *sessions, *leaves, *things, *files]


def offboarding(person: Person, at: datetime, knows: Knows) -> Offered:
    """What HR's record asks for when somebody has left; their files are for the manager."""
    manager = knows.person(person.manager) if person.manager else None
    stays = manager is not None and not employment.has_ended(manager, local(knows.policy(), at))
    files = {"files_to": manager.id} if manager is not None and stays else {}
    return Offered(OFFBOARD.id, {"person": person.id, **files})


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"End {name}'s access"
    effect = f"{name} will not be able to sign in, will be signed in nowhere and in no group."
    return Rendering(title, effect, title)


OFFBOARD = ActionType(
    id="bundle.offboard",
    title="End a leaver's access",
    domain="hr",
    context="hr",
    doc="Suspends the account of somebody who has left, ends their sessions, takes them out of "
    "every group and has their devices collected, each as a line with its own gate. Without an end "
    "date in HR's record only the suspension is prepared.",
    params=Offboard,
    findings=made_of_lines,
    expand=_lines,
    render=_render,
    facts=(
        "the end date in HR's record",
        "the groups that the person is in",
        "the devices that the person has",
    ),
    undo_words="Nothing undoes the bundle as one: each line has its own undo.",
    connector="lines",
)

# ------------------------------------------------------------------ the files


class Transfer(Params):
    """Whose files, and who gets them."""

    person: str = Field(min_length=1, max_length=64, description="The id of who has left.")
    to: str = Field(min_length=1, max_length=64, description="The id of who gets the files.")


def _transfer(params: Transfer, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    heir = facts.person_named(knows, params.to)
    manager = knows.person(person.manager) if person.manager else None
    return Findings(
        target=Target("manual", person.id, f"files of {person.name}"),
        consequence=Consequence(
            facts.level(1, f"The files of one person: {person.name}.", facts.TYPE),
            facts.level(2, "A person does it, and what was read stays read.", facts.TYPE),
            facts.level(2, f"Somebody else's personal data goes to {heir.name}.", facts.TYPE),
            facts.no_cost(),
        ),
        context="hr",
        seen={"person": person.id},
        before=(f"The files of {person.name} are theirs alone.",),
        after=(f"{heir.name} has the files of {person.name}.",),
        read_at=None,
        raises=facts.present(facts.sender_unproven(asked), facts.emergency(asked)),
        refusals=facts.present(facts.leaver(heir, asked)),
        notes=contradictions.with_the_record(asked, person),
        owners=((manager.id, f"you are {person.name}'s manager"),) if manager else (),
    )


def _render_transfer(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name, heir = facts.name_of(params, knows), facts.name_of({"person": params["to"]}, knows)
    title = f"Give {name}'s files to {heir}"
    return Rendering(title, f"{heir} will be able to read and change the files of {name}.", title)


TRANSFER = ActionType(
    id="files.transfer",
    title="Give somebody's files to somebody else",
    domain="hr",
    context="hr",
    doc="Hands the files of one person to another, by hand. Their manager decides.",
    params=Transfer,
    findings=_transfer,
    render=_render_transfer,
    facts=(
        "whose files they are and whether they left",
        "who the manager is",
        "who gets them, and their employment",
    ),
    undo_words="Nothing undoes it: the files can be taken back, and what was read stays read.",
    connector="manual",
    min_tier=(Tier.POLICY, "Personal data changes hands."),
)

TYPES = (OFFBOARD, TRANSFER)
