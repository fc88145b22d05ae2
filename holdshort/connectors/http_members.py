"""Who belongs to what in a REST service, read from the list that its declaration names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from holdshort.connectors.directory import Deadline
from holdshort.connectors.http_declared import Members
from holdshort.connectors.http_filled import value_at
from holdshort.connectors.http_wire import Wire
from holdshort.ports import Mirror, MirroredGroup, Unreachable

MOST_PAGES = 1_000


def read(members: Members, wire: Wire, app: str, who: str, deadline: Deadline) -> Mirror:
    """Each group with the accounts in it; accounts are not told of, directories do that.

    A role that nobody declared is a group too, under the connected app's name `app`: one that
    nobody says anything about yet. Raises Unreachable where the list is not as declared: a part of
    it would be no truth.
    """
    listed = list(_entries(members, wire, who, deadline))
    declared = {group.value: (group.id, group.name) for group in members.groups}
    ids = {id for id, _ in declared.values()}
    for value in {value for _, value in listed} - declared.keys():
        if (id := f"{app}-{value}") in ids:
            raise Unreachable(f"{who} has a role ‘{value}’, and ‘{id}’ is declared for another.")
        declared[value] = (id, f"{value} in {who}")
    return Mirror((), [_group(value, *named, listed) for value, named in sorted(declared.items())])


def _group(value: str, id: str, name: str, listed: Iterable[tuple[str, str]]) -> MirroredGroup:
    accounts = sorted(account for account, held in listed if held == value)
    return MirroredGroup(value, id, name, tuple(accounts), ())


def _entries(
    members: Members, wire: Wire, who: str, deadline: Deadline
) -> Iterator[tuple[str, str]]:
    for number in range(1, MOST_PAGES + 1):
        query = {members.page: str(number)} if members.page else {}
        answer = wire.get(members.path, query, deadline)
        entries = value_at(members.list, answer.value) if answer.exists else None
        if not isinstance(entries, list):
            raise Unreachable(f"{who}'s answer has no list at {members.list}.")
        for entry in entries:
            yield _text(members.account, entry, who), _text(members.group, entry, who)
        if not members.page or not entries:
            return
    raise Unreachable(f"{who}'s list of members does not end.")


def _text(pointer: str, entry: Any, who: str) -> str:
    found = value_at(pointer, entry)
    if not isinstance(found, str) or not found:
        raise Unreachable(f"{who}'s list of members has an entry without {pointer}.")
    return found
