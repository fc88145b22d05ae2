"""What a file must not say although every part of it has the right shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from holdshort.company.fields import EVERYONE, OWNER
from holdshort.company.policy import RoleTemplate
from holdshort.company.problems import WARNING, Finding, Path
from holdshort.company.reach import loops, privileged, rights_through, rights_within
from holdshort.company.schema import Company
from holdshort.core.circles import SMALL_TEAM
from holdshort.core.terms import Kind

MOVING_KINDS = ("ldap",)
"""Kinds of connector that move accounts between organisational units."""

Check = Callable[[Company], Iterator[Finding]]


def repeated_ids(company: Company) -> Iterator[Finding]:
    """Two entries with one id; ids that differ only in capitals count as one."""
    sections = ("people", "systems", "groups", "assets", "software", "vendors", "windows", "holds")
    things = ("units", "devices", "zones", "badges", "folders", "documents", "parties", "equipment")
    for name in (*sections, *things, "conflicts", "knowledge"):
        rows = getattr(company, name)
        yield from _repeated(((name, n, "id"), row.id.casefold()) for n, row in enumerate(rows))
    yield from _repeated(
        (("systems", n, "entitlements", m, "id"), held.id.casefold())
        for n, system in enumerate(company.systems)
        for m, held in enumerate(system.entitlements)
    )
    yield from _repeated(
        (("role_templates", n, "version"), f"{row.id} version {row.version}")
        for n, row in enumerate(company.role_templates)
    )
    yield from _repeated((("authority", n), row.person) for n, row in enumerate(company.authority))
    yield from _repeated(
        (("field_lists", n), row.flow) for n, row in enumerate(company.field_lists)
    )
    yield from _repeated((("badges", n), row.person) for n, row in enumerate(company.badges))
    yield from _repeated(
        (("standing", n, "category"), row.category) for n, row in enumerate(company.standing)
    )


def _repeated(places: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, key in places:
        if key in seen:
            yield Finding(path, f"‘{key}’ is already used by an entry above; each needs its own")
        seen.add(key)


def shared_accounts(company: Company) -> Iterator[Finding]:
    """One account cannot be two people, or nobody could say who decided."""
    holder: dict[tuple[str, str], str] = {}
    for n, person in enumerate(company.people):
        for m, account in enumerate(person.accounts):
            first = holder.setdefault((account.issuer, account.subject), person.id)
            path = ("people", n, "accounts", m)
            if first != person.id:
                text = f"the account ‘{account.subject}’ at ‘{account.issuer}’ is also ‘{first}’"
                yield Finding(path, f"{text}; an account belongs to one person")
            elif account in person.accounts[:m]:
                yield Finding(path, "this account is already listed for the same person")


def no_sign_in_for_machines(company: Company) -> Iterator[Finding]:
    """The agent and services never sign in and never hold rights as the agent."""
    for n, person in enumerate(company.people):
        if not person.is_human and person.accounts:
            text = f"‘{person.id}’ is no human and cannot sign in; give it a token instead"
            yield Finding(("people", n, "accounts"), text)
    agents = {person.id for person in company.people if person.kind is Kind.AGENT}
    for n, group in enumerate(company.groups):
        for m, member in enumerate(group.members):
            if member in agents:
                text = "the agent belongs to no group: it must hold no rights of its own"
                yield Finding(("groups", n, "members", m), text)


def management(company: Company) -> Iterator[Finding]:
    """Nobody is their own manager; a longer loop is only pointed out."""
    edges = {person.id: (person.manager,) for person in company.people if person.manager}
    looped = loops(edges)
    for n, person in enumerate(company.people):
        path = ("people", n, "manager")
        if person.manager == person.id:
            yield Finding(path, "nobody is their own manager; leave it out")
        elif person.id in looped:
            yield Finding(path, f"‘{person.id}’ is, further up, their own manager", WARNING)


def nesting(company: Company) -> Iterator[Finding]:
    """Groups that contain themselves: directories allow it, and all of them become one group."""
    looped = loops({group.id: group.includes for group in company.groups})
    for n, group in enumerate(company.groups):
        if group.id in looped:
            text = f"‘{group.id}’ contains itself through nesting; its members gain every right"
            yield Finding(("groups", n, "includes"), f"{text} of all groups in the loop", WARNING)


def entitlements_match_their_system(company: Company) -> Iterator[Finding]:
    """An entitlement's id begins with the system it is listed under."""
    for n, system in enumerate(company.systems):
        for m, held in enumerate(system.entitlements):
            if not held.id.startswith(f"{system.id}:"):
                text = (
                    f"‘{held.id}’ is listed under ‘{system.id}’, so it begins with ‘{system.id}:’"
                )
                yield Finding(("systems", n, "entitlements", m, "id"), text)


def units_that_can_be_moved_between(company: Company) -> Iterator[Finding]:
    """A unit belongs to a directory whose connector moves accounts."""
    for n, unit in enumerate(company.units):
        found = company.connectors.get(unit.connector)
        if found is not None and found.kind not in MOVING_KINDS:
            text = f"a directory of the kind ‘{found.kind}’ cannot move accounts between units"
            yield Finding(("units", n, "connector"), f"{text}; one of the kind ‘ldap’ can")


def register(company: Company) -> Iterator[Finding]:
    """The authority register names people who can still answer."""
    ended = {person.id for person in company.people if person.employment.status == "ended"}
    for n, entry in enumerate(company.authority):
        if entry.person in ended:
            text = f"‘{entry.person}’ has left the company and cannot decide anything"
            yield Finding(("authority", n, "person"), text)
        if entry.backup == entry.person:
            yield Finding(("authority", n, "backup"), "nobody is their own backup")


def backups(company: Company) -> Iterator[Finding]:
    """A backup without an entry of their own would never be asked."""
    entered = {entry.person for entry in company.authority}
    for n, entry in enumerate(company.authority):
        if entry.backup and entry.backup not in entered:
            text = f"‘{entry.backup}’ has no entry here and would not be asked; add one"
            yield Finding(("authority", n, "backup"), text, WARNING)


def unreachable(company: Company) -> Iterator[Finding]:
    """Who decides here hears of it by mail, where there is any."""
    if company.notices is None or company.notices.mail is None:
        return
    reached = {person.id for person in company.people if person.email}
    for n, entry in enumerate(company.authority):
        if entry.person not in reached:
            text = f"‘{entry.person}’ has no e-mail address and hears of nothing by mail; add one"
            yield Finding(("authority", n, "person"), text, WARNING)


def delegations(company: Company) -> Iterator[Finding]:
    """Who decides for somebody has an entry of their own, and is not the same person."""
    entered = {entry.person for entry in company.authority}
    for n, entry in enumerate(company.authority):
        for m, given in enumerate(entry.delegates):
            path = ("authority", n, "delegates", m, "person")
            if given.person == entry.person:
                yield Finding(path, "nobody decides for themselves in another's name")
            elif given.person not in entered:
                yield Finding(path, f"‘{given.person}’ has no entry here; add one")


def templates(company: Company) -> Iterator[Finding]:
    """A template is approved by somebody else than the one it serves; privilege is pointed out."""
    for n, template in enumerate(company.role_templates):
        path = ("role_templates", n)
        holders = [p.id for p in company.people if template.role in p.roles]
        if holders == [template.approved_by]:
            text = f"‘{template.approved_by}’ is the only one with the role ‘{template.role}’"
            yield Finding((*path, "approved_by"), f"{text}; somebody else must approve it")
        elif template.approved_by in holders:
            text = f"‘{template.approved_by}’ approved it and has the role, so gains from it"
            yield Finding((*path, "approved_by"), text, WARNING)
        yield from _powers(company, template, path)


def _powers(company: Company, template: RoleTemplate, path: Path) -> Iterator[Finding]:
    through = rights_through(company, template.groups)
    rights = through | rights_within(company, template.entitlements)
    if powerful := privileged(company, rights):
        text = f"it contains {', '.join(powerful)}: privileged, so a person still decides each time"
        yield Finding(path, text, WARNING)
    if template.role == EVERYONE and through:
        text = f"it is for everyone, yet its groups carry {', '.join(sorted(through))}"
        yield Finding((*path, "groups"), f"{text}; only groups without rights pass here", WARNING)


def demonstration(company: Company) -> Iterator[Finding]:
    """The demo tokens go to people of the right kind."""
    demo = company.demo
    if demo is None:
        return
    kinds = {person.id: person.kind for person in company.people}
    if kinds.get(demo.roles.agent) not in (Kind.AGENT, None):
        yield Finding(("demo", "roles", "agent"), f"‘{demo.roles.agent}’ is not of kind agent")
    if demo.roles.requester_second_account != demo.roles.requester:
        text = "must be the same person as ‘requester’"
        yield Finding(("demo", "roles", "requester_second_account"), text)
    owned = {p.id: p.accounts for p in company.people}.get(demo.roles.requester)
    if owned is not None and demo.second_account not in owned:
        text = f"is not an account of ‘{demo.roles.requester}’"
        yield Finding(("demo", "second_account"), text)


def unearned_standing(company: Company) -> Iterator[Finding]:
    """Standing belongs to a demonstration."""
    if company.standing and company.demo is None:
        text = "standing counts only in a demonstration; here every category starts in phase 1"
        yield Finding(("standing",), text, WARNING)


def first_owner(company: Company) -> Iterator[Finding]:
    """Somebody must be able to adopt the first policy."""
    owners = [p for p in company.people if OWNER in p.roles and p.is_human]
    if not any(owner.employment.status != "ended" for owner in owners):
        text = "no human has the role ‘owner’, so nobody could sign in first; give it to one person"
        yield Finding(("people",), text)


def security_register(company: Company) -> Iterator[Finding]:
    """With nobody to ask about security, everything that needs it would wait."""
    asked = [entry.person for entry in company.authority if "security" in entry.contexts]
    waits = "privileged access, unlocking after an alarm and changes to sign-in"
    if not asked:
        text = f"nobody has the context security: {waits} will wait for a person to be named"
        yield Finding(("authority",), text, WARNING)
    elif len(asked) == 1 and not _somebody_else_decides(company, asked[0]):
        text = (
            f"only ‘{asked[0]}’ has the context security: for their own tickets, {waits} will wait"
        )
        yield Finding(("authority",), f"{text} until another approver is named", WARNING)


def _somebody_else_decides(company: Company, only: str) -> bool:
    """Of two who decide, each decides what the other may not; else a backup with an entry does."""
    entries = {entry.person: entry for entry in company.authority}
    return len(entries) == SMALL_TEAM or (entries[only].backup or "") in entries


OF_EACH_ENTRY: tuple[Check, ...] = (
    repeated_ids,
    shared_accounts,
    no_sign_in_for_machines,
    management,
    nesting,
    entitlements_match_their_system,
    units_that_can_be_moved_between,
    register,
    demonstration,
)
"""Checks that hold for a part of the file too, while other entries are still wrong."""

OF_THE_WHOLE: tuple[Check, ...] = (
    backups,
    unreachable,
    delegations,
    templates,
    unearned_standing,
    first_owner,
    security_register,
)
"""Checks that depend on what is absent, so they need every entry."""
