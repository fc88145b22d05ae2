"""The demo company's own systems behind a wire, and what each action type does there.

As in `cases`, but a target is whatever the type is about: a device, a fleet, somebody's badge.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import yaml

from holdshort import flow
from holdshort.connectors import build
from holdshort.core.terms import Action
from holdshort.core.terms import Target as Aim
from holdshort.machine.keys import seal
from holdshort.ports import Acts, Mirrors
from tests.conformance import services_it
from tests.conftest import COMPANY
from tests.crash.scene import HeldDesk, Scene
from tests.desk import Server
from tests.fakes.wire import Wire
from tests.services import SYSTEMS, TOKENS, Services, running_services

PEOPLE = 320
"""Each is used once: with a laptop and a badge of their own."""

MACHINES = (services_it.asset, services_it.database)
REQUESTER, REVIEWER = "gro", "rita"
ZOOM, ZONES = "us.zoom.Zoom", ["front-door", "office-floor"]


@dataclass(frozen=True, slots=True)
class Thing:
    """What one action is about: somebody, with a device and a badge."""

    services: Services
    person: str
    number: int

    @property
    def device(self) -> str:
        return f"D-{self.number:04}"

    @property
    def vendor(self) -> str:
        return f"v-{self.number:04}"

    @property
    def contract(self) -> str:
        return f"c-{self.number:04}"

    @property
    def folder(self) -> str:
        return f"/home/{self.person}"

    @property
    def paper(self) -> str:
        return f"paper-{self.number:04}"

    def ask(self, method: str, path: str, system: str, **how: Any) -> Any:
        return self.services.ask(system, method, path, **how)

    def package(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/v1/targets/{self.device}/packages/{ZOOM}", "mdm")
        return found

    def badge(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/v1/holders/{self.person}", "badge")
        return found


State = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One action type, or one form of it."""

    name: str
    system: str
    type: str
    params: Callable[[Thing], dict[str, Any]]
    target: Callable[[Thing], str]
    seen: Callable[[Thing], dict[str, Any]]
    prepare: Callable[[Thing], None]
    state: Callable[[Thing], State]
    """Everything that the system says about it, but for versions and what `churn` changes."""

    becomes: Callable[[Thing, State, State], State]
    """What the state must be, from the one before and the new one (for numbers it chooses)."""

    before: Callable[[Thing, State], tuple[str, ...]]
    after: Callable[[Thing, State, State], tuple[str, ...]]
    drifts: Mapping[str, Callable[[Thing], None]]
    churn: Callable[[Thing, int], None]
    effects: int = 1
    """How many events at the system one change makes."""

    compares_effect: bool = True
    """Whether what changes is compared, so that doing it again is drift; else it is harmless."""

    restores: bool = False
    """Whether an undo gives back what was; else it is said to be irreversible."""


def nothing(thing: Thing) -> None:
    """Every device is bare, and every badge works."""


# ------------------------------------------------------------------ software


def _put_zoom(thing: Thing) -> None:
    thing.ask("PUT", f"/v1/targets/{thing.device}/packages/{ZOOM}", "mdm", json={})


def _take_zoom(thing: Thing) -> None:
    thing.ask("DELETE", f"/v1/targets/{thing.device}/packages/{ZOOM}", "mdm")


def _to_somebody_else(thing: Thing) -> None:
    thing.ask("PATCH", f"/v1/targets/{thing.device}", "mdm", json={"holder": "somebody-else"})


def _note_device(thing: Thing, number: int) -> None:
    thing.ask("PATCH", f"/v1/targets/{thing.device}", "mdm", json={"note": f"no. {number}"})


def _zoom_on(thing: Thing, state: State) -> tuple[str, ...]:
    word = "on" if state["installed"] else "not on"
    package = f"Zoom ({state['package']}, signed by {state['publisher']})"
    return (f"{package} is {word} Laptop of {thing.person.title()} Test.",)


def _software(type: str, *, installed: bool) -> Case:
    done = _put_zoom if installed else _take_zoom
    return Case(
        name=type,
        system="mdm",
        type=type,
        params=lambda thing: {"person": thing.person, "software": "zoom"},
        target=lambda thing: thing.device,
        seen=lambda thing: {"package": ZOOM, "_publisher": "Zoom Communications"},
        prepare=nothing if installed else _put_zoom,
        state=Thing.package,
        becomes=lambda thing, before, now: {**before, "installed": installed},
        before=_zoom_on,
        after=lambda thing, before, now: _zoom_on(thing, now),
        drifts={"somebody else did it": done, "the device changed hands": _to_somebody_else},
        churn=_note_device,
        restores=True,
    )


# ------------------------------------------------------------------ badges


def _names(state: State) -> str:
    names = {"front-door": "Front door", "office-floor": "Office floor", "workshop": "Workshop"}
    *head, last = [names[zone] for zone in state["zones"]]
    return f"{', '.join(head)} and {last}"


def _opens(thing: Thing, state: State) -> tuple[str, ...]:
    return (f"Badge {state['badge']} of {thing.person.title()} Test opens {_names(state)}.",)


def _replaced(thing: Thing, before: State, now: State) -> tuple[str, ...]:
    old = thing.ask("GET", f"/v1/badges/{before['badge']}", "badge")
    opens = "something" if old["active"] else "nothing"
    return (
        f"Badge {old['id']} opens {opens}, from before the new one is issued.",
        f"A new badge of {thing.person.title()} Test opens {_names(now)}.",
    )


def _widened(thing: Thing, before: State, now: State) -> tuple[str, ...]:
    gained = set(now["zones"]) - set(before["zones"])
    return (*_opens(thing, now), *(f"Gains {zone.title()}." for zone in sorted(gained)))


def _zones_by_somebody_else(thing: Thing) -> None:
    _set_to(thing, ["front-door", "office-floor", "workshop"])


def _fewer_by_somebody_else(thing: Thing) -> None:
    _set_to(thing, ["front-door"])


def _set_to(thing: Thing, zones: list[str]) -> None:
    path = f"/v1/badges/{thing.badge()['badge']}/zones"
    thing.ask("PUT", path, "badge", json={"zones": zones})


def _replaced_by_somebody_else(thing: Thing) -> None:
    now = thing.badge()
    thing.ask("PUT", f"/v1/badges/{now['badge']}/active", "badge", json={"active": False})
    body = {"holder": thing.person, "zones": now["zones"]}
    thing.ask("POST", "/v1/badges", "badge", json=body)


def _note_badge(thing: Thing, number: int) -> None:
    path = f"/v1/badges/{thing.badge()['badge']}"
    thing.ask("PATCH", path, "badge", json={"note": f"no. {number}"})


def _seen_badge(to: list[str]) -> Callable[[Thing], dict[str, Any]]:
    return lambda thing: {"badge": thing.badge()["badge"], "_to": to}


# ------------------------------------------------------------------ vendors and papers


def _vendor(thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = thing.ask("GET", f"/v1/vendors/{thing.vendor}", "erp")
    kept = {"name": found["name"], "contact": found["contact"]["name"]}
    return {"vendor": found["id"], **kept, "bank": found["bank"]["iban"]}


def _rename_vendor(thing: Thing) -> None:
    thing.ask("PATCH", f"/v1/vendors/{thing.vendor}", "erp", json={"name": "Another Ltd"})


def _touch_vendor(thing: Thing, number: int) -> None:
    body = {"contact": {"email": f"no-{number}@acme.example"}}
    thing.ask("PATCH", f"/v1/vendors/{thing.vendor}", "erp", json=body)


def _contact_after(thing: Thing, before: State, now: State) -> tuple[str, ...]:
    return (f"The contact name of {now['name']} is ‘{now['contact']}’.",)


def _contact_before(thing: Thing, state: State) -> tuple[str, ...]:
    said = "is what the ERP says; it is kept in the record"
    return (f"The contact name of {state['name']} {said}.",)


def _paper(thing: Thing) -> dict[str, Any]:
    template = thing.ask("GET", f"/v1/templates/{thing.paper}", "esign")
    listed = thing.ask("GET", "/v1/envelopes", "esign")["envelopes"]
    sent = [one["recipient"] for one in listed if one["template"] == thing.paper]
    return {"document": template["id"], "sha256": template["sha256"], "sent": sent}


def _change_paper(thing: Thing) -> None:
    thing.ask("PUT", f"/v1/templates/{thing.paper}", "esign", json={"sha256": "f" * 64})


def _touch_paper(thing: Thing, number: int) -> None:
    """The same words once more: a new version of the entry, and nothing else."""
    body = {"sha256": _hash(thing.number)}
    thing.ask("PUT", f"/v1/templates/{thing.paper}", "esign", json=body)


def _hash(number: int) -> str:
    return f"{number:064x}"


def _signed(thing: Thing, before: State, now: State) -> tuple[str, ...]:
    [recipient] = now["sent"]
    return (
        f"Northwind ({recipient}) is asked to sign our template ‘Paper {thing.number}’, unchanged.",
        f"The paper has the hash {now['sha256'][:12]}….",
    )


# ------------------------------------------------------------------ contracts


def _listed_contract(number: int) -> dict[str, Any]:
    return {
        "id": f"c-{number:04}",
        "item": f"Seats {number}",
        "amount": 90,
        "currency": "EUR",
        "period": "year",
        "cancellable": True,
        "renews": "2030-01-31",
    }


def _contract(thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = thing.ask("GET", f"/v1/contracts/{thing.contract}", "erp")
    names = ("vendor", "item", "amount", "currency", "term", "cancellable", "ordered", "order")
    return {"contract": found["id"], **{name: found[name] for name in names}}


def _seen_contract(thing: Thing) -> dict[str, Any]:
    terms = {"amount": 9000, "currency": "EUR", "term": 1, "cancellable": True}
    return {"contract": thing.contract, "vendor": thing.vendor, "ordered": False, **terms}


def _renew(thing: Thing, reference: str = "by-phone") -> None:
    order = {"reference": reference, "amount": _contract(thing)["amount"], "currency": "EUR"}
    thing.ask("PUT", f"/v1/contracts/{thing.contract}/order", "erp", json=order)


def _raise_price(thing: Thing) -> None:
    thing.ask("PATCH", f"/v1/contracts/{thing.contract}", "erp", json={"amount": 12_000})


def _note_contract(thing: Thing, number: int) -> None:
    thing.ask("PATCH", f"/v1/contracts/{thing.contract}", "erp", json={"note": f"no. {number}"})


def _runs_out(thing: Thing, state: State) -> tuple[str, ...]:
    return (f"{state['item']} from Vendor {thing.number} ends on 2030-01-31.",)


def _ordered(thing: Thing, before: State, now: State) -> tuple[str, ...]:
    terms = "90.00 EUR a year for 1 × year, can be left after any"
    return (f"{now['item']} is ordered: {terms}.", "That is 90.00 EUR in all.")


# ------------------------------------------------------------------ files


GONE = {"path": "gone", "owner": "gone", "in_bin": False, "there": False}
"""What the desk's declaration makes of a file that is not there."""


def _address(thing: Thing) -> str:
    return f"/v1/files/{quote(thing.folder, safe='')}"


def _file(thing: Thing) -> dict[str, Any]:
    answer = thing.services.respond("files", "GET", _address(thing))
    if answer.status_code == 404:
        return GONE
    return {"path": thing.folder, "there": True} | {
        name: answer.json()[name] for name in ("owner", "in_bin")
    }


def _bin(thing: Thing) -> None:
    thing.ask("PUT", f"{_address(thing)}/bin", "files")


def _give_away(thing: Thing) -> None:
    thing.ask("PATCH", _address(thing), "files", json={"owner": "somebody-else"})


def _note_file(thing: Thing, number: int) -> None:
    note = {"note": f"no. {number}"}
    found = thing.services.respond("files", "PATCH", _address(thing), json=note)
    # Of what the change has deleted for good there is nothing left to edit.
    assert found.is_success or found.status_code == 404, found.text


def _said_file(thing: Thing, how: str) -> str:
    return f"‘{thing.folder}’ in Home of {thing.person} is {how}."


def _filed(name: str, *, before: str, after: tuple[str, ...], **more: Any) -> Case:
    """A case about a folder; `after` are the ends of its lines."""
    gone = more.get("permanent", False)
    return Case(
        name=name,
        system="files",
        type=name.partition("-")[0],
        params=lambda thing: {"path": thing.folder, **more},
        target=lambda thing: thing.folder,
        seen=lambda thing: (
            {"path": thing.folder, "owner": thing.person} | {"in_bin": before == "in the bin"}
        ),
        prepare=_bin if before == "in the bin" else nothing,
        state=_file,
        becomes=lambda thing, was, now: GONE if gone else {**was, "in_bin": not was["in_bin"]},
        before=lambda thing, state: (_said_file(thing, before),),
        after=lambda thing, was, now: (_said_file(thing, after[0]), *after[1:]),
        drifts={"it is somebody else's": _give_away},
        churn=_note_file,
        restores=not gone,
    )


FILES = (
    _filed(
        "files.delete",
        before="there",
        after=("in the bin", "It can be restored for 30 days."),
    ),
    _filed(
        "files.delete-permanent",
        before="there",
        after=("gone", "Nothing brings it back."),
        permanent=True,
    ),
    _filed("files.restore", before="in the bin", after=("there again",)),
)


# ------------------------------------------------------------------ equipment


def _order(thing: Thing) -> dict[str, Any]:
    found = thing.services.respond("erp", "GET", f"/v1/orders/{thing.person}:laptop")
    state = found.json()["state"] if found.is_success else "none"
    return {"order": f"{thing.person}:laptop", "state": state}


def _put_order(thing: Thing) -> None:
    body = {"item": "laptop", "holder": thing.person, "amount": 140000}
    thing.ask("PUT", f"/v1/orders/{thing.person}:laptop", "erp", json=body)


def _take_order(thing: Thing) -> None:
    thing.ask("DELETE", f"/v1/orders/{thing.person}:laptop", "erp")


def _equipment(type: str, *, ordered: bool) -> Case:
    def said(thing: Thing, *others: State) -> tuple[str, ...]:
        name = f"{thing.person.title()} Test"
        what = "Laptop, 14 inches from Notebooks Direct"
        if others[-1]["state"] == "ordered":
            price = ": 1,400.00 EUR" if ordered else ""
            return (f"{what if ordered else what[:17]} is ordered for {name}{price}.",)
        gone = f"The order of {what[:17]} for {name} is cancelled."
        return (f"Nothing is ordered for {name}." if ordered else gone,)

    return Case(
        name=type,
        system="erp",
        type=type,
        params=lambda thing: {"person": thing.person, "item": "laptop"},
        target=lambda thing: f"{thing.person}:laptop",
        seen=lambda thing: {"_cost": 140000},
        prepare=nothing if ordered else _put_order,
        state=_order,
        becomes=lambda thing, before, now: {**before, "state": "ordered" if ordered else "none"},
        before=said,
        after=said,
        drifts={"somebody else did it": _put_order if ordered else _take_order},
        churn=_touch_vendor,
        restores=ordered,
    )


_BADGE_DRIFTS = {
    "the zones are others": _zones_by_somebody_else,
    "the badge was replaced": _replaced_by_somebody_else,
}

# ------------------------------------------------------------------ doors


def _opening(thing: Thing) -> dict[str, str]:
    day = date(2035, 1, 1) + timedelta(days=thing.number)
    return {"zone": "workshop", "day": day.isoformat(), "opens": "09:00", "closes": "17:00"}


def _day(thing: Thing) -> dict[str, Any]:
    path = f"/v1/zones/workshop/days/{_opening(thing)['day']}"
    found = thing.ask("GET", path, "badge")
    return {name: found[name] for name in ("zone", "day", "exception", "opens", "closes")}


def _open(thing: Thing) -> None:
    asked = _opening(thing)
    times = {"opens": asked["opens"], "closes": asked["closes"]}
    path = f"/v1/zones/workshop/days/{asked['day']}/exception"
    thing.ask("PUT", path, "badge", json=times)


def _as_usual(thing: Thing) -> None:
    path = f"/v1/zones/workshop/days/{_opening(thing)['day']}/exception"
    thing.ask("DELETE", path, "badge")


def _note_day(thing: Thing, number: int) -> None:
    path = f"/v1/zones/workshop/days/{_opening(thing)['day']}"
    thing.ask("PATCH", path, "badge", json={"note": f"no. {number}"})


def _said_day(thing: Thing, state: State) -> tuple[str, ...]:
    if state["exception"] == "none":
        return (f"Workshop keeps its usual times on {state['day']}.",)
    when = f"{state['day']} from {_opening(thing)['opens']} to {_opening(thing)['closes']}"
    return (f"Workshop stands open on {when}, for anybody.",)


def _door(type: str, *, opened: bool) -> Case:
    times = ("open", "09:00", "17:00") if opened else ("none", "usual", "usual")
    return Case(
        name=type,
        system="badge",
        type=type,
        params=_opening,
        target=lambda thing: "workshop",
        seen=lambda thing: (
            {"zone": "workshop", "day": _opening(thing)["day"]}
            | {"exception": "none" if opened else "open"}
        ),
        prepare=nothing if opened else _open,
        state=_day,
        becomes=lambda thing, before, now: (
            before | dict(zip(("exception", "opens", "closes"), times, strict=True))
        ),
        before=_said_day,
        after=lambda thing, before, now: _said_day(thing, now),
        drifts={"somebody else did it": _open if opened else _as_usual},
        churn=_note_day,
        restores=True,
    )


CASES = (
    _door("door.schedule", opened=True),
    _door("door.unschedule", opened=False),
    *FILES,
    _software("mdm.install", installed=True),
    _software("mdm.remove", installed=False),
    _equipment("equipment.order", ordered=True),
    _equipment("equipment.cancel", ordered=False),
    Case(
        name="badge.set_zones-lost",
        system="badge",
        type="badge.set_zones",
        params=lambda thing: {"person": thing.person, "zones": ZONES, "lost": True},
        target=lambda thing: thing.person,
        seen=_seen_badge(ZONES),
        prepare=nothing,
        state=Thing.badge,
        becomes=lambda thing, before, now: {**before, "badge": now["badge"]},
        before=_opens,
        after=_replaced,
        drifts=_BADGE_DRIFTS,
        churn=_note_badge,
        effects=2,
    ),
    Case(
        name="badge.set_zones",
        system="badge",
        type="badge.set_zones",
        params=lambda thing: {"person": thing.person, "zones": [*ZONES, "workshop"]},
        target=lambda thing: thing.person,
        seen=_seen_badge([*ZONES, "workshop"]),
        prepare=nothing,
        state=Thing.badge,
        becomes=lambda thing, before, now: {**before, "zones": [*ZONES, "workshop"]},
        before=_opens,
        after=_widened,
        drifts={**_BADGE_DRIFTS, "the zones are others": _fewer_by_somebody_else},
        churn=_note_badge,
    ),
    Case(
        name="badge.remove_zones",
        system="badge",
        type="badge.remove_zones",
        params=lambda thing: {"person": thing.person, "zones": ["workshop"]},
        target=lambda thing: thing.person,
        seen=_seen_badge(ZONES),
        prepare=_zones_by_somebody_else,
        state=Thing.badge,
        becomes=lambda thing, before, now: {**before, "zones": ZONES},
        before=lambda thing, before: (
            f"Badge {before['badge']} of {thing.person.title()} Test opens Workshop.",
        ),
        after=lambda thing, before, now: (
            f"Badge {now['badge']} of {thing.person.title()} Test does not open Workshop.",
        ),
        drifts={"the badge was replaced": _replaced_by_somebody_else},
        churn=_note_badge,
    ),
    Case(
        name="erp.update_vendor",
        system="erp",
        type="erp.update_vendor",
        params=lambda thing: {"vendor": thing.vendor, "field": "contact_name", "value": "Zoe"},
        target=lambda thing: thing.vendor,
        seen=lambda thing: {},
        prepare=nothing,
        state=_vendor,
        becomes=lambda thing, before, now: {**before, "contact": "Zoe"},
        before=_contact_before,
        after=_contact_after,
        drifts={"the vendor is another one": _rename_vendor},
        churn=_touch_vendor,
        compares_effect=False,
    ),
    Case(
        name="esign.send",
        system="esign",
        type="esign.send",
        params=lambda thing: {"document": thing.paper, "party": "northwind"},
        target=lambda thing: thing.paper,
        seen=lambda thing: {"sha256": _hash(thing.number), "_recipient": "legal@northwind.example"},
        prepare=nothing,
        state=_paper,
        becomes=lambda thing, before, now: {**before, "sent": ["legal@northwind.example"]},
        before=lambda thing, state: (
            f"The template ‘Paper {thing.number}’ has the hash {state['sha256'][:12]}….",
        ),
        after=_signed,
        drifts={"the paper was changed": _change_paper},
        churn=_touch_paper,
        compares_effect=False,
    ),
    Case(
        name="saas.renew",
        system="erp",
        type="saas.renew",
        params=lambda thing: {"vendor": thing.vendor, "contract": thing.contract},
        target=lambda thing: thing.contract,
        seen=_seen_contract,
        prepare=nothing,
        state=_contract,
        becomes=lambda thing, before, now: {**before, "ordered": True, "order": now["order"]},
        before=_runs_out,
        after=_ordered,
        drifts={"the price rose": _raise_price},
        churn=_note_contract,
        restores=True,
    ),
    Case(
        name="saas.cancel",
        system="erp",
        type="saas.cancel",
        params=lambda thing: {
            "vendor": thing.vendor,
            "contract": thing.contract,
            "order": "by-phone",
        },
        target=lambda thing: thing.contract,
        seen=lambda thing: {
            "contract": thing.contract,
            "vendor": thing.vendor,
            "ordered": True,
            "order": "by-phone",
        },
        prepare=_renew,
        state=_contract,
        becomes=lambda thing, before, now: {**before, "ordered": False, "order": ""},
        before=lambda thing, state: (f"{state['item']} is ordered anew.",),
        after=lambda thing, before, now: (f"The order is cancelled. {_runs_out(thing, now)[0]}",),
        drifts={"it was ordered again": lambda thing: _renew(thing, "by-mail")},
        churn=_note_contract,
    ),
    *(Case(**fields) for fields in services_it.CASES),
)


# ------------------------------------------------------------------ the desk and the wire


class ServicesOffice(Scene):
    """The desk, the systems and the wire between them."""

    def __init__(self, services: Services, wire: Wire, desk: HeldDesk, folder: Path) -> None:
        super().__init__(desk, services, folder)  # type: ignore[arg-type]
        self.services, self.wire = services, wire
        self._numbers = count(1)

    def connector(self, system: str, *, wrong: bool = False, timeout: float = 10) -> Acts:
        """A connector as a new process would have it, over the wire."""
        settings = self.services.settings(COMPANY, system, timeout=timeout)
        settings["base_url"] = f"http://127.0.0.1:{self.wire.port}/{system}"
        if wrong:
            settings["token"] = f"file:{self.wrong_token}"
        return build(system, "http", settings)

    @property
    def wrong_token(self) -> Path:
        """A file with a token that no system takes."""
        file = self.services.folder / "wrong"
        file.write_text("a-wrong-token")
        return file

    def thing(self, case: Case) -> Thing:
        """Somebody nobody has changed yet, prepared for that type of action."""
        number = next(self._numbers)
        thing = Thing(self.services, f"p{number:03}", number)
        case.prepare(thing)
        return thing

    def effects(self, case: Case) -> int:
        """How much the system has done so far."""
        return len(self.services.events(case.system))

    def ready(self, case: Case, thing: Thing) -> str:
        """An action that was approved and that nobody has started. Gives the action."""
        self.mirror(case)
        self.desk.agent.will(case.type, confidence=0.5, **case.params(thing))
        ticket = self.desk.ask(REQUESTER, f"{case.name} for {thing.person}, please")
        actions = self.desk.actions(ticket)
        assert actions, self.desk.said(ticket)
        return self.approve(actions[-1])

    def mirror(self, case: Case) -> None:
        """Read again who is what, where the system tells that, and let no reading grow old."""
        connector = self.desk.connectors.get(case.system)
        if isinstance(connector, Mirrors):
            with self.desk.role("executor"):
                flow.look(connector)
        self.desk.sql("UPDATE mirror_read SET read_at = clock_timestamp()")

    def attempt(self, action: str, connector: Acts) -> str:
        """One attempt, after the lease of the one before. Gives where the action stands then."""
        self.end_lease()
        with self.desk.role("executor"):
            flow.execute(
                action,
                connectors={connector.name: connector},
                worker="test",
                seal=lambda secret: seal(self.desk.seal_public, secret),
            )
        self.desk.run()
        return self.state(action)


def acting(case: Case, thing: Thing) -> Action:
    """The action that the desk would stage, without what it saw."""
    return Action(
        id=f"a{thing.number}",
        root=f"a{thing.number}",
        version=1,
        type=case.type,
        params=case.params(thing),
        target=Aim(case.system, case.target(thing)),
        requester=REQUESTER,
        beneficiary=thing.person,
        initiator="agent",
        changer="agent",
        ticket=1,
        seen=case.seen(thing),
    )


@contextmanager
def open_services(server: Server, folder: Path) -> Iterator[ServicesOffice]:
    """Start the systems of a company of many people, and open a desk for it."""
    company = _company()
    file, template = folder / "company.yaml", f"template_{os.urandom(4).hex()}"
    file.write_text(json.dumps(company))
    with running_services(folder, file) as services:
        wire = Wire(("127.0.0.1", urlsplit(services.url).port or 0))
        server.make_template(file, template)
        desk = HeldDesk(server, folder, template)
        try:
            office = ServicesOffice(services, wire, desk, folder)
            # Asked what a change would do, before it is staged.
            for name in ("mail", "hosts", "github"):
                desk.connectors[name] = office.connector(name)
            yield office
        finally:
            wire.close()
            desk.close()


def _company() -> dict[str, Any]:
    demo = yaml.safe_load(COMPANY.read_text("utf-8"))
    people = [f"p{number:03}" for number in range(1, PEOPLE + 1)]
    contexts = ["security", "access", "finance", "legal", "facilities", "general"]
    site = {"id": "site-berlin", "name": "Berlin", "kind": "site"}
    return {
        "company": {"name": "Conformance", "timezone": "Europe/Berlin", "currency": "EUR"},
        "people": [
            _human(REVIEWER, roles=["owner"]),
            _human(REQUESTER, roles=["manager"]),
            *(_human(id) for id in people),
            {"id": "agent", "kind": "agent", "name": "Agent"},
        ],
        "authority": [{"person": REVIEWER, "contexts": contexts, "cost_limit": 9000}],
        "assets": [
            site,
            *(make(n) for make in MACHINES for n, _ in enumerate(people, 1)),
        ],
        "connectors": {name: demo["connectors"][name] for name in ("directory", "github", "hosts")},
        "systems": [
            {"id": app, "name": app.title(), "connector": app} for app in ("directory", "github")
        ],
        "groups": [
            {"id": f"github-{role}", "name": role.title(), "system": "github"}
            for role in services_it.ROLES
        ],
        "software": [one for one in demo["software"] if one["id"] == "zoom"],
        "equipment": [one for one in demo["equipment"] if one["id"] == "laptop"],
        "devices": [
            {"id": f"D-{n:04}", "name": "Laptop", "holder": id} for n, id in enumerate(people, 1)
        ],
        "zones": [
            {"id": id, "name": id.replace("-", " ").capitalize(), "site": "site-berlin"}
            | {"privileged": False}
            for id in (*ZONES, "workshop")
        ],
        "badges": [
            {"id": f"B-{n:04}", "person": id, "zones": ZONES} for n, id in enumerate(people, 1)
        ],
        "vendors": [
            {"id": f"v-{n:04}", "name": f"Vendor {n}", "contracts": [_listed_contract(n)]}
            for n, _ in enumerate(people, 1)
        ],
        "folders": [
            {"id": f"home-{id}", "name": f"Home of {id}", "path": f"/home/{id}", "owner": id}
            | {"bin_days": 30}
            for id in people
        ],
        "field_lists": demo["field_lists"],
        "thresholds": [{**one, "owner": REVIEWER} for one in demo["thresholds"]],
        "documents": [
            {"id": f"paper-{n:04}", "name": f"Paper {n}", "sha256": _hash(n), "owner": REVIEWER}
            for n, _ in enumerate(people, 1)
        ],
        "parties": [
            {"id": "northwind", "name": "Northwind", "email": "legal@northwind.example"}
            | {"screened_until": "2040-01-01"}
        ],
        "standing": [
            {"category": f"{case.type}/{tier}", "phase": 3, "basis": "demo"}
            for case in {case.type: case for case in CASES}.values()
            for tier in (2, 3)
        ],
    }


def _human(id: str, **more: Any) -> dict[str, Any]:
    office = id in (REQUESTER, REVIEWER)
    known = [("local", id)] if office else [("directory", id), ("github", f"{id}-acme")]
    return {
        "id": id,
        "name": f"{id.title()} Test",
        "email": f"{id}@acme.example",
        "employment": {"status": "active", "start": "2020-01-01"},
        "accounts": [{"issuer": issuer, "subject": subject} for issuer, subject in known],
        **more,
    }


__all__ = ["CASES", "SYSTEMS", "TOKENS", "Case", "ServicesOffice", "Thing", "acting"]
