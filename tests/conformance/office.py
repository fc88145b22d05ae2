"""A desk whose directory is a subject's target, reached over a wire that can be disturbed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from holdshort import flow
from holdshort.connectors import build, kinds
from holdshort.core.terms import Action
from holdshort.core.terms import Target as Aim
from holdshort.machine.keys import seal
from holdshort.ports import Acts, Mirrors, Previews
from tests.crash.scene import HeldDesk, Scene
from tests.desk import Server
from tests.fakes.wire import Wire

from .cases import CASES, UNITS, Case, Place, nothing
from .target import Subject, Target

PEOPLE = 90
"""With an account, and as many without: each is used once."""

GROUPS = 16
REQUESTER, REVIEWER = "gro", "rita"


class Office(Scene):
    """The desk, the target and the wire between them."""

    def __init__(
        self, subject: Subject, target: Target, wire: Wire, desk: HeldDesk, folder: Path
    ) -> None:
        super().__init__(desk, target, folder)  # type: ignore[arg-type]
        self.subject, self.target, self.wire = subject, target, wire
        self.accounts: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self._people = iter(range(PEOPLE))
        self._starters = iter(range(PEOPLE))
        self._numbers = count()

    # -------------------------------------------------------------- the target

    def connector(self, **how: Any) -> Acts:
        """A connector as a new process would have it, over the wire."""
        settings = self.target.settings(self.wire.port, **how)
        return build("directory", self.subject.kind, settings)

    def place(self, case: Case) -> Place:
        """Somebody nobody has changed yet, and a group, prepared for that type of action."""
        starts = case.type == "idp.create_account"
        person = f"n{next(self._starters):03}" if starts else f"p{next(self._people):03}"
        slug = f"g{next(self._numbers) % GROUPS:02}"
        place = Place(
            target=self.target,
            person=person,
            name=full_name(person),
            account=self.accounts.get(person, ""),
            group=slug,
            group_id=self.groups[slug],
        )
        case.prepare(place)
        return place

    def moved(self, place: Place, case: Case) -> Place:
        """The same person where that type is about them; where it creates one, somebody new."""
        return self.place(case) if case.type == "idp.create_account" else place

    def stranger(self, case: Case) -> Place:
        """The same with somebody whom the company does not know, for connectors on their own."""
        number = next(self._numbers)
        name, starts = f"x{number:03}", case.type == "idp.create_account"
        slug = f"g{number % GROUPS:02}"
        place = Place(
            target=self.target,
            person=name,
            name=full_name(name),
            account="" if starts else self.target.add_person(name, full_name(name)),
            group=slug,
            group_id=self.groups[slug],
        )
        case.prepare(place)
        return place

    def again(self, case: Case, place: Place) -> Place:
        """The same after the effect, ready for it once more; somebody new where that is final."""
        if case.reverse is None:
            return self.stranger(case)
        case.put_back(place)
        case.prepare(place)
        return place

    def case(self, type: str) -> Case:
        """The case of an action type."""
        return CASES[type]

    @property
    def membership(self) -> Case:
        """The case by which somebody joins a group here."""
        serves = kinds()[self.subject.kind].serves
        joins = ("idp.add_to_group", "db.grant_role")
        return next(CASES[type] for type in joins if type in serves)

    # -------------------------------------------------------------- the road

    def asked(self, case: Case, place: Place) -> str:
        """Somebody asks for it, and it waits for a yes. Gives the action."""
        if case.prepare is not nothing:
            self.look()
        self.desk.agent.will(case.type, confidence=0.5, **case.params(place))
        ticket = self.desk.ask(REQUESTER, f"{case.type} for {place.person}, please")
        actions = self.desk.actions(ticket)
        assert actions, self.desk.said(ticket)
        return str(actions[-1].action.id)

    def look(self) -> None:
        """Read the directory anew, past the wire; what is asked live needs no look."""
        connector = build("directory", self.subject.kind, self.target.settings(self.target.port))
        self.desk.connectors = {"directory": connector}
        if not isinstance(connector, Mirrors):
            assert isinstance(connector, Previews)
            return
        with self.desk.role("executor"):
            assert flow.look(connector)

    def ready(self, case: Case, place: Place) -> str:
        """An action that was approved and that nobody has started. Gives the action."""
        action = self.asked(case, place)
        return self.approve(self.desk.story(action))

    def attempt(self, action: str, connector: Acts | None = None) -> str:
        """One attempt, after the lease of the one before. Gives where the action stands then."""
        self.end_lease()
        with self.desk.role("executor"):
            flow.execute(
                action,
                connectors={"directory": connector or self.connector()},
                worker="test",
                seal=lambda secret: seal(self.desk.seal_public, secret),
            )
        self.desk.run()
        return self.state(action)

    def secret(self, place: Place, action: str) -> str:
        """The new password, as its owner reads it; empty where there is none."""
        if self.desk.story(action).action.type != "idp.reset_password":
            return ""
        return self.desk.read_secret(place.person, action)

    def undo(self, action: str) -> str:
        """Somebody asks to take it back, and that is approved. Gives the undoing action."""
        sender = self.desk.sender(REQUESTER)
        with self.desk.role("web"):
            flow.undo(action, "other", sender=sender)
        self.look()
        self.desk.run()
        ticket = self.desk.story(action).action.ticket
        undoing = self.desk.actions(ticket)[-1]
        assert undoing.action.undoes == action, self.desk.said(ticket)
        return self.approve(undoing)

    def link(self, place: Place) -> None:
        """The company's file names the new account, as `company apply` would load it."""
        self.desk.sql(
            "INSERT INTO kernel.account (person, issuer, subject) "
            f"VALUES ('{place.person}', 'directory', '{place.current}')"
        )

    def delays(self, action: str) -> list[bool]:
        """For every attempt that did not end: whether it may have sent the change."""
        found = self.desk.sql(
            "SELECT detail->'sent' FROM kernel.event WHERE name = 'execution.delayed' "
            f"AND action = '{action}' ORDER BY id"
        )
        return [row[0] for row in found]

    def tries(self, action: str) -> int:
        """How many attempts there were."""
        return len(self.desk.story(action).attempts)


_ACTIONS = count()


def full_name(id: str) -> str:
    """The name of a person."""
    return f"{id.title()} Test"


def acting(case: Case, place: Place) -> Action:
    """The action that the desk would stage, without what it saw."""
    id = f"a{next(_ACTIONS)}"
    seen: dict[str, Any] = {"account": place.account}
    if case.type == "idp.create_account":
        seen |= {"exists": False, "user_name": place.person, "display_name": place.name}
        seen |= {"email": f"{place.person}@acme.example"}
    if case.type == "idp.move_account":
        seen |= {"unit": place.target.units[0], "_to": place.target.units[1]}
    return Action(
        id=id,
        root=id,
        version=1,
        type=case.type,
        params=case.params(place),
        target=Aim("directory", case.target_id(place), place.name),
        requester=REQUESTER,
        beneficiary=place.person,
        initiator="agent",
        changer="agent",
        ticket=1,
        seen=seen,
    )


# ------------------------------------------------------------------ opening one


@contextmanager
def open_office(subject: Subject, server: Server, folder: Path) -> Iterator[Office]:
    """Start the target, put people and groups into it, and open a desk for that company."""
    with subject.running(folder) as target:
        wire = Wire(("127.0.0.1", target.port))
        accounts = {id: target.add_person(id, full_name(id)) for id in _people("p")}
        groups = {id: target.add_group(id) for id in _groups()}
        file, template = folder / "company.yaml", f"template_{os.urandom(4).hex()}"
        settings = {"kind": subject.kind, "settings": target.settings(target.port)}
        file.write_text(yaml.safe_dump(_company(accounts, settings, target)))
        server.make_template(file, template, mirrored=False)
        desk = HeldDesk(server, folder, template)
        office = Office(subject, target, wire, desk, folder)
        office.accounts, office.groups = accounts, groups
        try:
            office.look()
            yield office
        finally:
            wire.close()
            desk.close()


def _people(letter: str) -> list[str]:
    return [f"{letter}{number:03}" for number in range(PEOPLE)]


def _groups() -> list[str]:
    return [f"g{number:02}" for number in range(GROUPS)]


def _company(
    accounts: Mapping[str, str], connector: Mapping[str, Any], target: Target
) -> dict[str, Any]:
    listed = (*_groups(), *target.everybody)
    contexts = ["security", "access", "general"]
    return {
        "company": {"name": "Conformance", "timezone": "Europe/Berlin", "currency": "EUR"},
        "people": [
            _human(REVIEWER, "local", REVIEWER, roles=["owner"]),
            _human(REQUESTER, "local", REQUESTER, roles=["manager"]),
            *(_human(id, "directory", account) for id, account in accounts.items()),
            *(_human(id) for id in _people("n")),
            {"id": "agent", "kind": "agent", "name": "Agent"},
        ],
        "authority": [{"person": REVIEWER, "contexts": contexts}],
        "systems": [
            {
                "id": "directory",
                "name": "Directory",
                "connector": "directory",
                "owner": REVIEWER,
                "environment": "office",
                "data_class": "internal",
                "entitlements": [],
            }
        ],
        "groups": [{"id": id, "name": id, "system": "directory"} for id in listed],
        "assets": [
            {
                "id": "database",
                "name": "Database",
                "kind": "database",
                "system": "directory",
                "environment": "office",
                "criticality": "low",
                "owner": REVIEWER,
                "connector": "directory",
            }
        ],
        "units": [
            {"id": id, "name": name, "connector": "directory", "place": place, "rules": []}
            for (id, name), place in zip(UNITS.items(), target.units, strict=False)
        ],
        "standing": [
            {"category": f"{type}/{tier}", "phase": 3, "basis": "demo"}
            for type in CASES
            for tier in (1, 2, 3)
        ],
        "connectors": {"directory": connector},
    }


def _human(id: str, issuer: str = "", subject: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": full_name(id),
        "email": f"{id}@acme.example",
        "employment": {"status": "active", "start": "2020-01-01"},
        "accounts": [{"issuer": issuer, "subject": subject}] if issuer else [],
        **more,
    }
