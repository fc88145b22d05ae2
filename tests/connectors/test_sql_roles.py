"""Roles of a real PostgreSQL: given, taken, and what they carry however deep they are nested."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from holdshort.core.terms import Action, Inquiry, Target
from holdshort.ports import Drifted, RefusedByTarget, Shape
from tests.databases.served import Served

NUMBERS = count(1)
GRANT, REVOKE = "db.grant_role", "db.revoke_role"


def somebody(served: Served) -> tuple[str, str]:
    """A new account: its name and its oid."""
    name = f"user {next(NUMBERS)}"
    return name, served.role(name, login=True)


def a_role(served: Served, more: str = "") -> str:
    name = f"role-{next(NUMBERS)}"
    served.role(name, more=more)
    return name


def acting(type: str, account: str, role: str, seen: dict[str, Any] | None = None) -> Action:
    return Action(
        id=f"a{next(NUMBERS)}",
        root="a",
        version=1,
        type=type,
        params={"person": "dana", "database": "dev-db", "role": role},
        target=Target("dev-db", role),
        requester="dana",
        beneficiary="dana",
        initiator="agent",
        changer="agent",
        ticket=1,
        seen={"account": account, **(seen or {})},
    )


def tried(served: Served, type: str, account: str, role: str) -> Any:
    words = {"account": account, "role": role}
    return served.connector().preview(Inquiry("dev-db", type, words))


def test_a_role_is_given_read_back_and_taken_again(postgres: Served) -> None:
    (name, account), role, connector = somebody(postgres), a_role(postgres), postgres.connector()
    assert connector.shape(GRANT) is Shape.SET
    for type, member in ((GRANT, True), (REVOKE, False)):
        action = acting(type, account, role)
        seen = connector.observe(action)
        connector.apply(action, key="k", seen=seen, timeout=10)
        assert postgres.in_role(role, name) is member
        assert connector.applied(action, seen, connector.observe(action)) is True


def test_a_preview_gives_nothing_and_sees_what_is_observed(postgres: Served) -> None:
    (name, account), role = somebody(postgres), a_role(postgres)
    answer = tried(postgres, GRANT, account, role)
    assert not postgres.in_role(role, name)
    observed = postgres.connector().observe(acting(GRANT, account, role))
    assert answer.seen == {k: v for k, v in observed.items() if k[0] != "_"}
    assert answer.seen["containers"] == [role]
    assert answer.shown["login"] == name


@pytest.mark.parametrize(
    ("power", "said"),
    [
        ("SUPERUSER", "superuser"),
        ("CREATEROLE", "may create roles"),
        ("CREATEDB", "may create databases"),
        ("REPLICATION", "may copy the whole server"),
        ("BYPASSRLS", "sees rows that are hidden from others"),
    ],
)
def test_power_is_found_through_every_role_on_the_way(
    postgres: Served, power: str, said: str
) -> None:
    _, account = somebody(postgres)
    inner, middle, outer = a_role(postgres), a_role(postgres), a_role(postgres, power)
    postgres.run(f'GRANT "{outer}" TO "{middle}"; GRANT "{middle}" TO "{inner}"')
    assert sorted(tried(postgres, GRANT, account, inner).seen["containers"]) == sorted(
        [inner, middle, f"{outer}: {said}"]
    )


def test_roles_of_the_server_and_owners_count_as_powerful(postgres: Served) -> None:
    _, account = somebody(postgres)
    reads, owns, all_of_it = a_role(postgres), a_role(postgres), a_role(postgres)
    postgres.run(
        f'GRANT pg_read_all_data TO "{reads}"; CREATE TABLE public."of {owns}" (a int);'
        f'ALTER TABLE public."of {owns}" OWNER TO "{owns}"'
    )
    seen = tried(postgres, GRANT, account, reads).seen["containers"]
    assert "pg_read_all_data: administration of the server" in seen
    assert tried(postgres, GRANT, account, owns).seen["containers"] == [f"{owns}: owns tables"]
    was = postgres.run("SELECT current_user")[0][0]
    postgres.run(f'ALTER DATABASE holdshort OWNER TO "{all_of_it}"')
    try:
        seen = tried(postgres, GRANT, account, all_of_it).seen["containers"]
        assert seen == [f"{all_of_it}: owns the database"]
    finally:
        postgres.run(f'ALTER DATABASE holdshort OWNER TO "{was}"')


@pytest.mark.parametrize("drift", ["active", "member", "containers", "group"])
def test_whatever_changed_meanwhile_is_drift_and_nothing_is_given(
    postgres: Served, drift: str
) -> None:
    (name, account), role, connector = somebody(postgres), a_role(postgres), postgres.connector()
    action = acting(GRANT, account, role)
    seen = connector.observe(action)
    match drift:
        case "active":
            postgres.run(f'ALTER ROLE "{name}" NOLOGIN')
        case "member":
            postgres.run(f'GRANT "{role}" TO "{name}"')
        case "containers":
            postgres.run(f'GRANT "{a_role(postgres, "SUPERUSER")}" TO "{role}"')
        case "group":
            postgres.run(f'DROP ROLE "{role}"')
            postgres.role(role)
    with pytest.raises(Drifted, match=f"changed since this was seen: {drift}"):
        connector.apply(action, key="k", seen=seen, timeout=10)
    assert postgres.in_role(role, name) is (drift == "member")


def test_an_account_that_is_gone_is_not_replaced_by_one_of_its_name(postgres: Served) -> None:
    (name, account), role = somebody(postgres), a_role(postgres)
    postgres.run(f'DROP ROLE "{name}"')
    postgres.role(name, login=True)
    with pytest.raises(RefusedByTarget, match="no such account any more"):
        tried(postgres, GRANT, account, role)


def test_a_role_that_is_not_there_and_one_that_the_desk_may_not_give(postgres: Served) -> None:
    _, account = somebody(postgres)
    with pytest.raises(RefusedByTarget, match="has no role ‘nothing’"):
        tried(postgres, GRANT, account, "nothing")
    postgres.run("CREATE ROLE not_ours")
    with pytest.raises(RefusedByTarget, match="may not do this"):
        tried(postgres, GRANT, account, "not_ours")


def test_a_membership_with_more_than_its_undo_gives_back_is_left_alone(postgres: Served) -> None:
    (name, account), role = somebody(postgres), a_role(postgres)
    postgres.run(f'GRANT "{role}" TO "{name}" WITH ADMIN OPTION')
    with pytest.raises(RefusedByTarget, match="the right to give the role to others"):
        tried(postgres, REVOKE, account, role)
    assert postgres.in_role(role, name)
