"""What is special about Active Directory: exact values, ranges, primary groups, unicodePwd."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ldap3
import pytest

from holdshort.connectors import ldap_active_directory
from holdshort.connectors.ldap import Ldap
from holdshort.ports import Drifted, RefusedByTarget, Unreachable
from tests.directories.road import Road
from tests.directories.samba import ADMIN, BASE, BIND, OLD_PASSWORD, SambaServed
from tests.directories.served import fresh

from .conftest import action
from .test_ldap_changes import carry_out, moving, newcomer


@pytest.fixture
def served(active_directory: SambaServed) -> SambaServed:
    return active_directory


@pytest.fixture
def road(served: SambaServed) -> Iterator[Road]:
    road = Road(int(served.plain_url.rpartition(":")[2]))
    yield road
    road.close()


@pytest.fixture
def ldap(served: SambaServed, road: Road) -> Ldap:
    """The connector, through the road, which can only tell messages apart in the clear."""
    return served.connector(url=road.url, start_tls=False)


# ------------------------------------------------------------------ conditions


def test_a_suspension_replaces_exactly_the_value_that_was_read(
    served: SambaServed, ldap: Ldap, road: Road
) -> None:
    dana = served.person()
    asked = action("idp.suspend", dana)
    never_expires = [(ldap3.MODIFY_REPLACE, [str(0x200 | 0x10000)])]

    def change_once() -> None:
        road.before_change = None
        served.change(dana, userAccountControl=never_expires)

    road.before_change = change_once
    evidence = carry_out(ldap, asked)[1]
    assert evidence["condition"] == "exact value of userAccountControl"
    assert served.values(dana, "userAccountControl") == [str(0x200 | 0x10000 | 0x2)]
    assert road.changes() == 2


def test_somebody_else_who_was_faster_is_drift(served: SambaServed, ldap: Ldap, road: Road) -> None:
    dana, group = served.person(), served.group()
    joining = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(joining)
    road.before_change = lambda: served.join(group, dana)
    with pytest.raises(Drifted, match="member"):
        ldap.apply(joining, key="k", seen=seen, timeout=10)
    leaving = action("idp.remove_from_group", group, account=dana)
    seen = ldap.observe(leaving)
    road.before_change = lambda: served.leave(group, dana)
    with pytest.raises(Drifted, match="member"):
        ldap.apply(leaving, key="k", seen=seen, timeout=10)


def test_the_evidence_says_which_condition_held(served: SambaServed, ldap: Ldap) -> None:
    dana, group = served.person(), served.group()
    joining = carry_out(ldap, action("idp.add_to_group", group, account=dana))[1]
    assert joining["condition"] == "not yet a member"
    leaving = carry_out(ldap, action("idp.remove_from_group", group, account=dana))[1]
    assert leaving["condition"] == "still a member"
    served.lock(dana)
    assert carry_out(ldap, action("idp.unlock", dana))[1]["condition"] == "read just before"


def test_an_account_moved_meanwhile_is_not_moved_again(
    served: SambaServed, ldap: Ldap, road: Road
) -> None:
    dana, sales = served.person(), served.unit(fresh("u"))
    support = served.unit(fresh("u"))
    asked = moving(dana, served.people, sales)
    seen = ldap.observe(asked)
    road.before_change = lambda: served.move(dana, support) if road.changes() == 1 else None
    with pytest.raises(RefusedByTarget, match="not where it was to be moved from"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert served.dn_of(dana).endswith(support)


def test_a_change_whose_answer_is_lost_shows_in_the_read_back(
    served: SambaServed, ldap: Ldap, road: Road
) -> None:
    dana, group = served.person(), served.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    road.fault = "drop_after"
    with pytest.raises(Unreachable, match="broke before its answer came"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.applied(asked, seen, ldap.observe(asked)) is True
    assert road.changes() == 1


# ------------------------------------------------------------------ encryption and passwords


def test_a_password_is_never_sent_in_the_clear(served: SambaServed, ldap: Ldap, road: Road) -> None:
    dana = served.person()
    reset = action("idp.reset_password", dana)
    for asked in (reset, newcomer(fresh("n"))):
        with pytest.raises(RefusedByTarget, match="ldaps:// or StartTLS only"):
            ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert road.changes() == 0
    assert served.signs_in(dana, OLD_PASSWORD)


def test_start_tls_is_as_good_as_ldaps(served: SambaServed) -> None:
    ldap = served.connector(url=served.plain_url)
    assert ldap.probe().startswith("Active Directory answered, encrypted:")
    done, _, secret = carry_out(ldap, action("idp.reset_password", served.person()))
    assert (done, bool(secret)) == (True, True)


def test_a_password_that_the_domain_refuses_leaves_the_old_one(
    served: SambaServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdshort.connectors.ldap.password_for", lambda key, secret: "short")
    dana, ldap = served.person(), served.connector()
    asked = action("idp.reset_password", dana)
    with pytest.raises(RefusedByTarget, match="rules refuse this value"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert served.signs_in(dana, OLD_PASSWORD)


# ------------------------------------------------------------------ what the desk keeps


def test_the_mirror_tells_a_lockout_with_its_moment_from_a_suspension(
    served: SambaServed, ldap: Ldap
) -> None:
    locked, suspended = served.person(), served.person(suspended=True)
    served.lock(locked)
    people = {account.external_id: account for account in ldap.mirror().accounts}
    assert (people[locked].active, people[locked].locked_by) == (True, "password_attempts")
    at = people[locked].locked_at
    assert at is not None and abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert (people[suspended].active, people[suspended].locked_by) == (False, "")
    assert people[suspended].locked_at is None


def test_a_group_with_more_members_than_one_answer_holds_is_read_completely(
    served: SambaServed, ldap: Ldap, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = {served.person() for _ in range(7)}
    name = fresh("big")
    group = served.group(name, members=tuple(members))
    monkeypatch.setattr(ldap_active_directory, "RANGE", 3)
    monkeypatch.setattr(ldap_active_directory.ActiveDirectory, "member_word", "member;range=0-2")
    found = {one.external_id: one for one in ldap.mirror().groups}[group]
    assert set(found.accounts) == members
    assert found.slug == name


def test_a_primary_group_is_a_membership_too(served: SambaServed, ldap: Ldap) -> None:
    """Active Directory does not list it, so an administrator would be overlooked."""
    dana = served.person()
    admins = served.id_of(f"CN=Domain Admins,CN=Users,{BASE}")
    users = served.id_of(f"CN=Domain Users,CN=Users,{BASE}")
    served.join(admins, dana)
    served.change(dana, primaryGroupID=[(ldap3.MODIFY_REPLACE, ["512"])])
    assert served.dn_of(dana) not in served.members(admins)
    groups = {one.external_id: one for one in ldap.mirror().groups}
    assert dana in groups[admins].accounts
    leaving = action("idp.remove_from_group", admins, account=dana)
    seen = ldap.observe(leaving)
    assert seen["member"] is True
    with pytest.raises(RefusedByTarget, match="primary group"):
        ldap.apply(leaving, key="k", seen=seen, timeout=10)
    assert ldap.observe(action("idp.add_to_group", users, account=dana))["member"] is True


def test_the_groups_above_are_those_that_the_mirror_knows(served: SambaServed, ldap: Ldap) -> None:
    inner = served.group()
    middle = served.group(includes=(inner,))
    outer = served.group(includes=(middle,))
    served.join(inner, outer)
    seen = ldap.observe(action("idp.add_to_group", inner, account=served.person()))
    groups = {one.external_id: one for one in ldap.mirror().groups}
    assert groups[middle].groups == (inner,)
    assert groups[outer].groups == (middle,)
    assert seen["containers"] == sorted([middle, outer])


# ------------------------------------------------------------------ rights


def test_a_right_that_is_missing_is_said_and_nothing_changes(
    served: SambaServed, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(OLD_PASSWORD)
    weak = served.connector(
        bind_dn=served.dn_of(served.person()), password=f"file:{tmp_path / 'password'}"
    )
    dana, member, locked = served.person(), served.person(), served.person()
    served.lock(locked)
    group = served.group(members=(member,))
    asked = [
        action("idp.suspend", dana),
        action("idp.resume", served.person(suspended=True)),
        action("idp.unlock", locked),
        action("idp.reset_password", dana),
        action("idp.add_to_group", group, account=dana),
        action("idp.remove_from_group", group, account=member),
        newcomer(fresh("n")),
        moving(dana, served.people, served.unit(fresh("u"))),
    ]
    for one in asked:
        seen = weak.observe(one)
        with pytest.raises(RefusedByTarget, match="The bind account may not do this"):
            weak.apply(one, key="k", seen=seen, timeout=10)
        assert weak.observe(one) == seen


def test_the_bind_account_can_do_nothing_else(served: SambaServed) -> None:
    """Its rights are the least: nothing of administrators, nothing outside its two units."""
    ldap = served.connector()
    admin = served.id_of(ADMIN)
    admins = served.id_of(f"CN=Domain Admins,CN=Users,{BASE}")
    for asked in (
        action("idp.reset_password", admin),
        action("idp.suspend", admin),
        action("idp.add_to_group", admins, account=served.id_of(BIND)),
    ):
        with pytest.raises(RefusedByTarget, match="The bind account may not do this"):
            ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    password = served.password_file.read_text().strip()
    dana, group = served.dn_of(served.person()), served.dn_of(served.group())
    weak = served.connection(BIND, password)
    assert weak.bind()
    assert not weak.modify(dana, {"description": [(ldap3.MODIFY_REPLACE, ["x"])]})
    assert not weak.modify(group, {"description": [(ldap3.MODIFY_REPLACE, ["x"])]})
    assert not weak.delete(group)
    weak.unbind()
