"""Software on devices: what the catalogue lists, on how many devices, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.catalogue import facts
from holdshort.catalogue.contracts import vendor_named
from holdshort.catalogue.devices import (
    DEVICES,
    OnDevices,
    Package,
    Place,
    devices_of,
    in_words,
    package_named,
    place,
)
from holdshort.catalogue.kind import ActionType, Effect, Rendering
from holdshort.core import consequence, cost, listed, standards
from holdshort.core.cost import Purchase
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

CONNECTOR = "mdm"
CATALOGUE = "the software catalogue"


# ------------------------------------------------------------------ what it does


def _install(params: OnDevices, asked: Circumstances, knows: Knows) -> Findings:
    return _changed(params, asked, knows, installed=True)


def _remove(params: OnDevices, asked: Circumstances, knows: Knows) -> Findings:
    return _changed(params, asked, knows, installed=False)


def _changed(params: OnDevices, asked: Circumstances, knows: Knows, *, installed: bool) -> Findings:
    at, package = place(params, knows), package_named(params.software, knows)
    buys = _purchase(at, package, knows, installed=installed)
    raises = _raises(at, asked)
    on, off = (f"{package.said} is {word} {_where(at)}." for word in ("on", "not on"))
    return Findings(
        target=Target(CONNECTOR, at.id, at.name),
        consequence=Consequence(
            _reach(at, package, asked, knows),
            _way_back(package, installed),
            _regulated(at, package, asked),
            _spent(buys, knows),
        ),
        context=_context(at, package, raises),
        seen={
            "holder": at.holder.id if at.holder else "",
            "devices": at.devices,
            "package": package.id,
            "installed": not installed,
            # The device management refuses a package that somebody else has signed.
            "_publisher": package.publisher,
            **_bill(buys, knows),
        },
        before=(off if installed else on, *_more_than_listed(at)),
        after=(on if installed else off,),
        read_at=None,
        policy=_allowed(at, package, buys, asked, knows) if installed else _no_rule(),
        raises=raises,
        refusals=facts.present(facts.leaver(at.holder, asked) if at.holder and installed else None),
        spends=buys.altogether if buys.total != 0 else 0,
    )


def _more_than_listed(at: Place) -> tuple[str, ...]:
    if at.devices == at.listed:
        return ()
    there = f"The device management has {at.devices} devices there by now"
    return (f"{there}; the list of this company has {at.listed}.",)


def _purchase(at: Place, package: Package, knows: Knows, *, installed: bool) -> Purchase:
    """What is bought: for a year, on every device; with what its publisher got lately."""
    document, total = knows.policy(), package.cost
    vendor = vendor_named(package.publisher, knows)
    return Purchase(
        flow="mdm.install",
        item=package.name,
        vendor=package.publisher,
        total=None if total is None else total * at.devices * installed,
        currency=cost.currency_of(document),
        lately={
            period: knows.spent(vendor, cost.DAYS[period])
            for period in cost.periods(document, "mdm.install")
            if installed and total != 0
        },
    )


def _bill(buys: Purchase, knows: Knows) -> dict[str, Any]:
    """What counts for what its publisher gets; nothing where it is free."""
    vendor = vendor_named(buys.vendor, knows)
    return {} if buys.total == 0 else {"_vendor": vendor, "_total": buys.total}


def _effect(params: OnDevices, knows: Knows) -> Effect | None:
    """What other lines of the same offer must count."""
    at, package = place(params, knows), package_named(params.software, knows)
    buys = _purchase(at, package, knows, installed=True)
    if buys.total == 0:
        return None
    return Effect("", vendor=vendor_named(package.publisher, knows), spends=buys.total)


def _where(at: Place) -> str:
    return f"{at.name} of {at.holder.name}" if at.holder else in_words(at.id, at.devices)


def _raises(at: Place, asked: Circumstances) -> tuple[Reason, ...]:
    of_holder = (
        (
            facts.beneficiary_differs(asked, at.holder),
            facts.employment_unconfirmed(at.holder, asked),
        )
        if at.holder
        else ()
    )
    return facts.present(facts.sender_unproven(asked), *of_holder, facts.emergency(asked))


def _context(at: Place, package: Package, raises: tuple[Reason, ...]) -> str:
    """Security decides about what nobody has looked at; IT about how many devices."""
    return "security" if raises or not package.listed else "access"


# ------------------------------------------------------------------ levels


def _reach(at: Place, package: Package, asked: Circumstances, knows: Knows) -> Level:
    if not package.listed:
        return _nobody_knows(package, "what it can do")
    if at.is_fleet:
        few = at.devices <= listed.people_budget(knows.policy())
        return facts.level(2 if few else 3, f"{at.name[0].upper()}{at.name[1:]}.", DEVICES)
    assert at.holder is not None
    if at.holder.id == asked.requester.id:
        return facts.level(0, f"{at.holder.name}'s own device.", DEVICES)
    return facts.level(1, f"One person's device: {at.holder.name}'s.", DEVICES)


def _way_back(package: Package, installed: bool) -> Level:
    if not package.listed:
        return _nobody_knows(package, "whether removing it takes back what it did")
    inverse = "Removing" if installed else "Installing"
    return facts.level(0, f"{inverse} it again undoes it.", facts.TYPE)


def _regulated(at: Place, package: Package, asked: Circumstances) -> Level:
    if not package.listed:
        return _nobody_knows(package, "which data it would reach")
    if at.holder is not None and at.holder.id == asked.requester.id:
        return facts.level(0, "No access and no data change.", facts.TYPE)
    return facts.level(1, "The devices of other people.", DEVICES)


def _spent(buys: Purchase, knows: Knows) -> Level:
    if buys.total is None or buys.altogether is None:
        return consequence.unknown("We could not confirm what it costs.", CATALOGUE)
    if buys.total == 0:
        return facts.no_cost()
    within = cost.threshold(knows.policy(), knows.policy_version(), buys)
    text = f"Costs {buys.total / 100:.2f} a year."
    return facts.level(1 if within.verdict is PolicyVerdict.PASSES else 2, text, CATALOGUE)


def _nobody_knows(package: Package, what: str) -> Level:
    text = f"‘{package.id}’ is not in the catalogue, so nobody confirmed {what}."
    return consequence.unknown(text, CATALOGUE)


# ------------------------------------------------------------------ the policy rule


def _allowed(
    at: Place, package: Package, buys: Purchase, asked: Circumstances, knows: Knows
) -> PolicyResult:
    document, version = knows.policy(), knows.policy_version()
    found = standards.software_catalogue(
        document, version, at.holder, package.id, buys.total, asked.at
    )
    if found.verdict is not PolicyVerdict.PASSES or buys.total == 0:
        return found
    within = cost.threshold(document, version, buys)
    return found if within.verdict is PolicyVerdict.PASSES else within


def _no_rule() -> PolicyResult:
    return PolicyResult(PolicyVerdict.NONE)


# ------------------------------------------------------------------ words and undo


def _words(verb: str, where: str, effect: str) -> Any:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        package = package_named(str(params["software"]), knows)
        at = _named(params, knows)
        title = f"{verb} {package.name} {where} {at}"
        return Rendering(title, f"{package.said} {effect} {at}.", title)

    return render


def _named(params: Mapping[str, Any], knows: Knows) -> str:
    fleet = params.get("fleet")
    if fleet:
        return in_words(str(fleet), len(devices_of(str(fleet), knows)))
    return f"{facts.name_of({'person': params.get('person', '')}, knows)}'s device"


def _inverse(type_id: str) -> Any:
    def undo(params: Mapping[str, Any]) -> Offered | None:
        return Offered(type_id, dict(params))

    return undo


_FACTS = (
    "the software catalogue: package, publisher, for which roles, cost",
    "which devices that is, and how many, when it is staged",
    "who works with the device, and their employment",
)

INSTALL = ActionType(
    id="mdm.install",
    title="Install software",
    domain="devices",
    context="access",
    doc="Installs one signed package on one person's device, or on a fleet of devices.",
    params=OnDevices,
    findings=_install,
    render=_words("Install", "on", "will be installed on"),
    facts=_FACTS,
    undo=_inverse("mdm.remove"),
    effect=_effect,
    budget="devices",
    undo_words="Remove the software from the same devices.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Software on a device."),
    policy_rule="software_catalogue",
)

REMOVE = ActionType(
    id="mdm.remove",
    title="Remove software",
    domain="devices",
    context="access",
    doc="Removes one package from one person's device, or from a fleet of devices.",
    params=OnDevices,
    findings=_remove,
    render=_words("Remove", "from", "will be removed from"),
    facts=_FACTS,
    undo=_inverse("mdm.install"),
    budget="devices",
    undo_words="Install the software on the same devices again.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Software on a device."),
)

TYPES = (INSTALL, REMOVE)
