"""In a company of one person for IT and one outside approver, every wait names who can end it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.core import routing
from holdshort.core.deciders import Deciders
from holdshort.core.terms import Assurance, Channel, Circumstances, Offered, Person
from tests.desk import Desk
from tests.story.offices import COUPLE

pytestmark = pytest.mark.parametrize("office", [COUPLE], indirect=True, ids=["couple"])

HUMANS = ("ines", "helena", "dana")
DECIDERS = {"ines", "helena"}
VALUES = {"group": "super-admins", "article": "wifi", "context": "security"}
NAMES = {"ines": "Ines Hoffmann", "helena": "Helena Brandt", "dana": "Dana Fischer"}


def params(type_id: str, beneficiary: str) -> dict[str, Any]:
    """Something to fill every parameter of a type with."""
    schema = catalogue.find(type_id).params.model_json_schema()["properties"]
    given = {**VALUES, "person": beneficiary}
    return {
        name: given.get(name, form.get("enum", [1 if form.get("type") == "integer" else "x"])[0])
        for name, form in schema.items()
    }


def circumstances(desk: Desk, requester: Person, initiator: Person) -> Circumstances:
    from holdshort.records import db

    return Circumstances(
        requester=requester,
        beneficiary=None,
        initiator=initiator,
        channel=Channel.PORTAL,
        assurance=Assurance.SESSION,
        at=db.now(),
        confidence=0.97,
    )


def waits(desk: Desk) -> Iterator[tuple[str, Deciders, dict[str, Any]]]:
    """Every type that can be staged, asked by anybody for anybody, with who decides here."""
    from holdshort.records import people
    from holdshort.records.world import World
    from holdshort.stops import asking
    from holdshort.stops.assess import assess

    known, world = people.people((*HUMANS, "agent")), World()
    for type_id, requester, beneficiary in product(catalogue.REGISTRY, HUMANS, HUMANS):
        asked = circumstances(desk, known[requester], known["agent"])
        offered = Offered(type_id, params(type_id, beneficiary))
        draft = {"id": "a", "root": "a", "version": 1, "ticket": None}
        try:
            one = assess(offered, asked, world, draft=draft)
        except catalogue.CatalogueError:
            continue
        field = asking.field_of(one.findings)
        question = {"context": one.findings.context, "owners": one.findings.owners}
        yield type_id, asking.deciders(one.action, field, at=asked.at), question


def test_every_wait_names_who_can_end_it(desk: Desk) -> None:
    seen: set[str] = set()
    with desk.role("desk"):
        found = list(waits(desk))
    for type_id, usual, question in found:
        parts = product((*HUMANS, "agent"), (None, *HUMANS), (None, *HUMANS))
        for initiator, changer, writer in parts:
            action = replace(usual.action, initiator=initiator, changer=changer or initiator)
            deciders = replace(usual, action=action, writer=writer)
            check(deciders, question)
        seen.add(type_id)
    assert len(seen) > 8, "hardly any type could be staged"


def check(deciders: Deciders, question: dict[str, Any]) -> None:
    action = deciders.action
    parties = {action.requester, action.beneficiary, action.initiator, action.changer}
    parties |= {deciders.writer}
    who = routing.route(deciders, **question, keepers=["Ines Hoffmann"])
    asked = {one.person for one in who.reviewers}
    assert asked == set() if parties >= DECIDERS else asked and asked <= DECIDERS - parties
    if who.reviewers:
        assert who.fault is None
        return
    assert who.fault is not None and who.who_can_end_it in who.fault.text
    assert "Ines Hoffmann can end this wait by naming another reviewer" in who.who_can_end_it
    assert f"{NAMES[action.requester]} can withdraw it." in who.who_can_end_it
    if action.beneficiary == action.requester == action.initiator and not deciders.writer:
        return
    assert f"If {NAMES[action.beneficiary]} asks for it, " in who.who_can_end_it
