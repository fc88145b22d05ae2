"""What we know about the world: `ports.Knows` over the mirrors and the company's rows.

A directory that was not read in the last ten minutes is unknown, and unknown counts as worst.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from holdshort.core.budgets import Reached
from holdshort.core.settings import zone_of
from holdshort.core.terms import (
    Asset,
    DirectoryAccount,
    Group,
    Inquiry,
    Lock,
    Person,
    Preview,
    Right,
)
from holdshort.records import batches, db, grants, lookalikes, people, previews, rights, spending


class World:
    """One reading of the rows; ask a new one for every decision.

    `asking` is the proposal, or the action that is asked anew, for which apps were asked live.
    `before` looks at what had been done by a moment in the past, and takes the mirrors as they
    are, however old. `rules` are asked instead of those in force: their `number` and `document`.
    `last` looks before a change begins; about one person's rights nobody else does until it has.
    """

    def __init__(
        self,
        asking: str | None = None,
        *,
        before: datetime | None = None,
        rules: Mapping[str, Any] | None = None,
        last: bool = False,
    ) -> None:
        self._asking = asking
        self._before = before
        self._other_rules = rules
        self._last = last
        self._people: dict[str, Person | None] = {}
        self._groups: dict[str, Group | None] = {}
        self._through: dict[str, tuple[Right, ...] | None] = {}
        self._in: dict[str, list[db.Row]] = {}
        self._held: dict[str, tuple[Right, ...]] = {}
        self._sections: dict[str, tuple[Mapping[str, Any], ...]] = {}

    @staticmethod
    def naming(params: Mapping[str, Any]) -> tuple[db.Asked, db.Asked]:
        """The readings of the person and the group that are named, to be asked with others."""
        return (
            ("person", {"person": params.get("person")}),
            ("directory_group", {"group": params.get("group")}),
        )

    @classmethod
    def about(cls, params: Mapping[str, Any]) -> World:
        """A world that has read at once what words about these parameters need."""
        group = str(params.get("group") or "")
        persons, groups, [reading], *carried = db.together(
            *cls.naming(params), ("mirror_read_at", {}), *(cls._carrying(group) if group else ())
        )
        made = cls.named(persons, groups)
        made._reading = reading
        if carried:
            made._through[group] = rights.through(*carried)
        return made

    @staticmethod
    def _carrying(group: str) -> tuple[db.Asked, db.Asked]:
        """The readings of what membership in a group gives, to be asked with others."""
        named = {"group": group}
        return ("reach_of_group", named), ("rights_through_group", named)

    @classmethod
    def before_access(cls, group: str) -> World:
        """A last look that has read at once what may speak against access through a group."""
        [reading], reached, held, policy = db.together(
            ("mirror_read_at", {}), *cls._carrying(group), ("policy_in_force", {})
        )
        made = cls(last=True)
        made._reading, made._policy = reading, policy[0] if policy else None
        made._through[group] = rights.through(reached, held)
        return made

    @classmethod
    def named(cls, persons: Iterable[db.Row], groups: Iterable[db.Row]) -> World:
        """A world that has read those already."""
        made = cls()
        made._people = {row["id"]: people.from_row(row) for row in persons}
        made._groups = {row["slug"]: _group(row) for row in groups}
        return made

    def person(self, person: str) -> Person | None:
        if person not in self._people:
            self._people[person] = people.person(person)
        return self._people[person]

    def account(self, person: str) -> DirectoryAccount | None:
        found = db.row("directory_account", person=person) if self._fresh else None
        if found is None:
            return None
        lock = Lock(found["locked_by"], found["locked_at"]) if found["locked_by"] else None
        return DirectoryAccount(
            connector=found["connector"],
            external_id=found["external_id"],
            user_name=found["user_name"],
            active=found["active"],
            read_at=found["read_at"],
            factor_enrolled=found["factor_enrolled"],
            lock=lock,
        )

    def is_user_name_taken(self, user_name: str) -> bool | None:
        return bool(db.value("user_name_taken", name=user_name)) if self._fresh else None

    def group(self, group: str) -> Group | None:
        if group not in self._groups:
            found = db.row("directory_group", group=group)
            self._groups[group] = _group(found) if found else None
        return self._groups[group]

    def is_member(self, person: str, group: str) -> bool | None:
        return bool(db.value("is_member", person=person, group=group)) if self._fresh else None

    def groups_of(self, person: str) -> tuple[str, ...] | None:
        rows = db.rows("groups_of_person", person=person) if self._fresh else None
        return None if rows is None else tuple(row["slug"] for row in rows)

    def rights_of(self, person: str) -> tuple[Right, ...] | None:
        if not self._fresh:
            return None
        if person not in self._held:
            self._held[person] = self._rights(self._reached(person))
        return self._held[person]

    def unlisted_of(self, person: str) -> tuple[str, ...]:
        reached = self._reached(person) if self._fresh else []
        return tuple(sorted({row["name"] for row in reached if not row["listed"]}))

    def rights_coming(self, person: str) -> tuple[Right, ...] | None:
        if self._before:
            return ()
        turn = [db.lock("rights", person)] if self._last else []
        joining = db.together(*turn, ("joining", {"person": person}))[-1]
        through = [self.rights_through(row["slug"]) for row in joining]
        unknown = any(rights is None for rights in through)
        return None if unknown else tuple(right for rights in through for right in rights or ())

    def rights_through(self, group: str) -> tuple[Right, ...] | None:
        if not self._fresh:
            return None
        if group not in self._through:
            self._through[group] = rights.through(*db.together(*self._carrying(group)))
        return self._through[group]

    def containers_of(self, group: str) -> tuple[str, ...] | None:
        if not self._fresh:
            return None
        rows = db.rows("reach_of_group", group=group)
        itself = {row["group_id"] for row in rows if row["via"] is None}
        return tuple(sorted({row["group_id"] for row in rows} - itself))

    def lookalikes(self, name: str) -> tuple[str, ...]:
        return lookalikes.of(name, among=self._names)

    def read_at(self) -> datetime | None:
        return self._reading["read_at"]  # type: ignore[no-any-return]

    def asset(self, asset: str) -> Asset | None:
        found = db.row("asset", asset=asset)
        return Asset(**found) if found else None

    def account_in(self, person: str, connector: str) -> str | None:
        return db.value("account_in", person=person, connector=connector)  # type: ignore[no-any-return]

    def preview(self, inquiry: Inquiry) -> Preview | None:
        return previews.answer(self._asking, inquiry) if self._asking else None

    def reached(self, types: Sequence[str], requester: str = "") -> tuple[Reached, ...]:
        rows = self._lately("lately_reached", types=list(types), requester=requester)
        return tuple(Reached(title=row.pop("type"), **row) for row in rows)

    def privileged(self, people: Collection[str]) -> frozenset[str] | None:
        if not self._fresh:
            return None
        # Whose rights were read already is not looked for a second time.
        unread = sorted(set(people) - self._held.keys())
        found = db.rows("privileged_among", people=unread) if unread else []
        read = (one for one in people if any(right.privileged for right in self._held.get(one, ())))
        return frozenset({row["person"] for row in found}.union(read))

    def released(self) -> frozenset[str]:
        return batches.released(self._asking) if self._asking else frozenset()

    doubt = staticmethod(batches.doubt)
    held_before = staticmethod(grants.held_before)

    def patched(self, type_id: str, patch: str) -> tuple[str, ...]:
        rows = self._lately("patched_lately", type=type_id, patch=patch)
        return tuple(str(row["target"]) for row in rows)

    def _lately(self, statement: str, **named: Any) -> list[db.Row]:
        """Of two that are staged at once only one may take the last place: the other waits."""
        turn = [db.lock("budget", "people")] if self._asking and not self._before else []
        return db.together(*turn, (statement, {**named, "at": self._before}))[-1]

    def connected(self, name: str) -> bool:
        found = db.row("company_section", section="connectors")
        return name in ((found or {}).get("rows") or {})

    def reports(self, numbers: Sequence[int]) -> list[db.Row]:
        return db.rows("reports", numbers=list(numbers))

    def policy(self) -> Mapping[str, Any]:
        return self._policy["document"] if self._policy else {}

    def policy_version(self) -> int | None:
        return self._policy["number"] if self._policy else None

    def registered(self, section: str) -> tuple[Mapping[str, Any], ...]:
        if section not in self._sections:
            found = db.row("company_section", section=section)
            self._sections[section] = tuple((found or {}).get("rows") or ())
        return self._sections[section]

    def consent(self, guest: str) -> Mapping[str, Any] | None:
        return db.row("consent", guest=guest, at=self._before, zone=zone_of(self.policy()).key)

    def ordered_for(self, person: str) -> tuple[str, ...]:
        return tuple(row["item"] for row in db.rows("ordered_for", person=person))

    def opens_for_a_time(self, person: str) -> tuple[str, ...]:
        return tuple(row["zone"] for row in db.rows("opens_for_a_time", person=person))

    def article(self, article: str) -> Mapping[str, Any] | None:
        return db.row("article", article=article)

    def spent(self, vendor: str, days: int) -> int | None:
        return spending.lately(vendor, days, asking=self._asking, before=self._before)

    def cost_limit(self, person: str) -> int | None:
        return next((one.cost_limit for one in people.register() if one.person == person), None)

    def met(self) -> Mapping[str, Any]:
        return spending.met(self._asking) if self._asking else {}

    @cached_property
    def _reading(self) -> db.Row:
        return db.row("mirror_read_at") or {"read_at": None, "fresh": False}

    @property
    def _fresh(self) -> bool:
        return bool(self._reading["read_at"] if self._before else self._reading["fresh"])

    @cached_property
    def _policy(self) -> Mapping[str, Any] | None:
        return self._other_rules or db.row("policy_in_force")

    @cached_property
    def _names(self) -> str:
        return str(db.value("names_of_a_kind"))

    def _reached(self, person: str) -> list[db.Row]:
        if person not in self._in:
            self._in[person] = db.rows("reach_of_person", person=person)
        return self._in[person]

    def _rights(self, reached: list[db.Row]) -> tuple[Right, ...]:
        slugs = sorted({row["slug"] for row in reached})
        return rights.best(reached, db.rows("rights_of_groups", groups=slugs))


def _group(row: db.Row) -> Group:
    return Group(row["slug"], row["name"], row["connector"], row["external_id"], row["owner"])
