"""What is special about OpenLDAP: conditions, evidence, ppolicy, groups that need a member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ldap3
import pytest

from holdshort.connectors import ldap_wire
from holdshort.connectors.ldap import Ldap
from holdshort.ports import Drifted, RefusedByTarget, Unreachable
from tests.directories.openldap import BIND, RIGHTS, OpenLdapServed, running_openldap
from tests.directories.road import Road
from tests.directories.served import fresh

from .conftest import action
from .test_ldap_changes import carry_out, moving, newcomer


@pytest.fixture
def road(openldap: OpenLdapServed) -> Iterator[Road]:
    road = Road(openldap.plain_port)
    yield road
    road.close()


@pytest.fixture
def ldap(openldap: OpenLdapServed, road: Road) -> Ldap:
    """The connector, through the road."""
    return openldap.connector(url=road.url, start_tls=False)


# ------------------------------------------------------------------ conditions and evidence


def test_the_evidence_has_the_condition_and_the_state_right_after(
    openldap: OpenLdapServed, ldap: Ldap
) -> None:
    dana, group = openldap.person(), openldap.group()
    evidence = carry_out(ldap, action("idp.add_to_group", group, account=dana))[1]
    assert evidence["condition"] == "assertion"
    assert evidence["post_read"] == {"version": openldap.values(group, "entryCSN")[0], "member": 2}
    evidence = carry_out(ldap, action("idp.suspend", dana))[1]
    assert evidence["post_read"]["pwdAccountLockedTime"] == "000001010000Z"


def test_drift_between_reading_and_writing_is_caught_by_the_condition(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana = openldap.person()
    asked = action("idp.suspend", dana)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.lock(dana) if road.changes() == 1 else None
    with pytest.raises(Drifted, match="locked"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.observe(asked)["active"] is True


def test_somebody_else_who_was_faster_is_drift(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana, group = openldap.person(), openldap.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.join(group, dana)
    with pytest.raises(Drifted, match="member"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)


def test_unrelated_churn_between_reading_and_writing_never_blocks(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana, group = openldap.person(), openldap.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.join(group, openldap.person())
    ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert road.changes() == 1


def test_a_rename_between_reading_and_writing_is_followed(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana = openldap.person()
    asked = action("idp.suspend", dana)
    seen = ldap.observe(asked)

    def rename_once() -> None:
        road.before_change = None
        openldap.rename(dana, fresh("renamed"))

    road.before_change = rename_once
    ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.observe(asked)["active"] is False


def test_another_entry_under_the_old_name_is_never_written_to(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    name = fresh("p")
    dana = openldap.person(name)
    asked = action("idp.suspend", dana)
    seen = ldap.observe(asked)
    others: list[str] = []

    def swap() -> None:
        road.before_change = None
        openldap.rename(dana, fresh("renamed"))
        others.append(openldap.person(name))

    road.before_change = swap
    ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.observe(asked)["active"] is False
    assert openldap.values(others[0], "pwdAccountLockedTime") == []


def test_an_account_moved_meanwhile_is_not_moved_again(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana, sales = openldap.person(), openldap.unit(fresh("u"))
    support = openldap.unit(fresh("u"))
    asked = moving(dana, openldap.people, sales)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.move(dana, support) if road.changes() == 1 else None
    with pytest.raises(RefusedByTarget, match="not where it was to be moved from"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert openldap.dn_of(dana).endswith(support)


def test_a_name_taken_at_the_last_moment_is_refused(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    name = fresh("n")
    road.before_change = lambda: openldap.person(name) and None
    with pytest.raises(RefusedByTarget, match="already has an entry with this name"):
        ldap.apply(newcomer(name), key="k", seen=newcomer(name).seen, timeout=10)


# ------------------------------------------------------------------ ppolicy


def test_an_unlock_lifts_exactly_the_lockout_that_was_seen(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana = openldap.person()
    openldap.lock(dana)
    asked = action("idp.unlock", dana)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.suspend(dana) if road.changes() == 1 else None
    with pytest.raises(Drifted):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert openldap.values(dana, "pwdAccountLockedTime") == ["000001010000Z"]


def test_a_new_password_never_ends_a_suspension(openldap: OpenLdapServed, ldap: Ldap) -> None:
    dana = openldap.person(suspended=True)
    asked = action("idp.reset_password", dana)
    with pytest.raises(RefusedByTarget, match="Resume it first"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert openldap.values(dana, "pwdAccountLockedTime") == ["000001010000Z"]


def test_the_mirror_tells_a_lockout_with_its_moment_from_a_suspension(
    openldap: OpenLdapServed, ldap: Ldap
) -> None:
    locked, suspended, plain = openldap.person(), openldap.person(suspended=True), openldap.person()
    openldap.lock(locked)
    people = {account.external_id: account for account in ldap.mirror().accounts}
    assert people[locked].locked_by == "password_attempts"
    assert people[locked].active is True
    at = people[locked].locked_at
    assert at is not None and abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert (people[suspended].active, people[suspended].locked_by) == (False, "")
    assert (people[plain].active, people[plain].locked_by) == (True, "")
    assert people[plain].factor_enrolled is None


def test_without_ppolicy_nothing_can_be_suspended_and_that_is_said(tmp_path: Path) -> None:
    rights = "\n".join(
        line.replace("pwdAccountLockedTime", "description") for line in RIGHTS.splitlines()
    )
    with running_openldap(tmp_path, rights=rights, policy=False) as served:
        dana, ldap = served.person(), served.connector()
        assert ldap.observe(action("idp.suspend", dana))["active"] is True
        for type in ("idp.suspend", "idp.unlock"):
            asked = action(type, dana)
            with pytest.raises(RefusedByTarget, match="no password policy overlay"):
                ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
        done, _, secret = carry_out(ldap, action("idp.reset_password", dana))
        assert done is True
        assert served.signs_in(dana, secret)


# ------------------------------------------------------------------ groups


def test_the_last_member_stays_where_a_group_must_not_be_empty(
    openldap: OpenLdapServed, ldap: Ldap
) -> None:
    dana = openldap.person()
    group = openldap.group(members=(dana,))
    asked = action("idp.remove_from_group", group, account=dana)
    with pytest.raises(RefusedByTarget, match="last member"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert openldap.members(group) == {openldap.dn_of(dana)}


def test_a_placeholder_takes_the_place_of_the_last_member(openldap: OpenLdapServed) -> None:
    dana = openldap.person()
    group = openldap.group(members=(dana,))
    ldap = openldap.connector(empty_member=BIND)
    assert carry_out(ldap, action("idp.remove_from_group", group, account=dana))[0] is True
    assert openldap.members(group) == {BIND}
    mirrored = {one.external_id: one for one in ldap.mirror().groups}[group]
    assert (mirrored.accounts, mirrored.groups) == ((), ())


def test_a_last_member_whose_colleague_left_meanwhile_stays(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana, other = openldap.person(), openldap.person()
    group = openldap.group(members=(dana, other))
    asked = action("idp.remove_from_group", group, account=dana)
    seen = ldap.observe(asked)
    road.before_change = lambda: openldap.leave(group, other)
    with pytest.raises(RefusedByTarget, match="does not allow the entry to become like this"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert openldap.members(group) == {openldap.dn_of(dana)}


def test_the_mirror_holds_groups_with_direct_members_and_nesting(
    openldap: OpenLdapServed, ldap: Ldap
) -> None:
    dana, odd = openldap.person(), openldap.person('Odd, "Name" + more')
    inner = openldap.group(members=(odd,))
    name = fresh("Outer group, ")
    outer = openldap.group(name, members=(dana,), includes=(inner,))
    groups = {one.external_id: one for one in ldap.mirror().groups}
    assert groups[outer].slug == groups[outer].display_name == name
    assert (groups[outer].accounts, groups[outer].groups) == ((dana,), (inner,))
    assert (groups[inner].accounts, groups[inner].groups) == ((odd,), ())


def test_a_large_directory_is_read_page_by_page_and_completely(
    openldap: OpenLdapServed, ldap: Ldap, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {account.external_id for account in ldap.mirror().accounts}
    road.seen.clear()
    monkeypatch.setattr(ldap_wire, "PAGE", 7)
    assert {account.external_id for account in ldap.mirror().accounts} == whole
    assert road.seen.count("search") > len(whole) / 7


def test_half_a_directory_is_never_a_mirror(tmp_path: Path) -> None:
    rights = RIGHTS.replace("size.prtotal=unlimited", "size.prtotal=3")
    with running_openldap(tmp_path, rights=rights) as served:
        for _ in range(5):
            served.person()
        with pytest.raises(RefusedByTarget, match="size limit"):
            served.connector().mirror()


# ------------------------------------------------------------------ lost answers


def test_a_change_whose_answer_is_lost_shows_in_the_read_back(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana, group = openldap.person(), openldap.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    road.fault = "drop_after"
    with pytest.raises(Unreachable, match="broke before its answer came"):
        ldap.apply(asked, key="k", seen=seen, timeout=5)
    assert ldap.applied(asked, seen, ldap.observe(asked)) is True
    assert road.changes() == 1


@pytest.mark.parametrize("fault", ["drop_after", "late"])
def test_a_reset_whose_answer_is_lost_still_delivers_its_password(
    openldap: OpenLdapServed, ldap: Ldap, road: Road, fault: str
) -> None:
    dana = openldap.person()
    asked = action("idp.reset_password", dana)
    seen = ldap.observe(asked)
    road.fault = fault
    receipt = ldap.apply(asked, key="k", seen=seen, timeout=3.6)
    assert openldap.signs_in(dana, receipt.secret)
    assert road.changes() == 1


def test_a_reset_that_never_arrived_delivers_nothing(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    dana = openldap.person()
    asked = action("idp.reset_password", dana)
    seen = ldap.observe(asked)
    road.fault = "drop"
    with pytest.raises(Unreachable):
        ldap.apply(asked, key="k", seen=seen, timeout=5)
    assert ldap.applied(asked, seen, ldap.observe(asked)) is False
    assert openldap.signs_in(dana, "old-Password-1")


def test_a_new_account_that_cannot_be_read_at_once_is_not_called_refused(
    openldap: OpenLdapServed, ldap: Ldap, road: Road
) -> None:
    asked = newcomer(fresh("n"))

    def answer_no_more() -> None:
        road.only, road.fault = ("search",), "drop"

    seen = ldap.observe(asked)
    road.before_change = answer_no_more
    receipt = ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert "entry" not in receipt.evidence
    road.fault = ""
    assert ldap.applied(asked, seen, ldap.observe(asked)) is True


# ------------------------------------------------------------------ rights


def test_a_right_that_is_missing_is_said_and_nothing_changes(tmp_path: Path) -> None:
    reads = f'access to * by dn.exact="{BIND}" read\n'
    with running_openldap(
        tmp_path, rights=f"access to * by anonymous auth\n  by * break\n{reads}"
    ) as served:
        ldap = served.connector()
        dana, member = served.person(), served.person()
        locked, suspended = served.person(), served.person(suspended=True)
        served.lock(locked)
        group = served.group(members=(member, dana))
        asked = [
            action("idp.suspend", dana),
            action("idp.resume", suspended),
            action("idp.unlock", locked),
            action("idp.reset_password", dana),
            action("idp.add_to_group", group, account=locked),
            action("idp.remove_from_group", group, account=member),
            newcomer(fresh("n")),
            moving(dana, served.people, served.unit("Sales")),
        ]
        for one in asked:
            seen = ldap.observe(one)
            with pytest.raises(RefusedByTarget, match="The bind account may not do this"):
                ldap.apply(one, key="k", seen=seen, timeout=10)
            assert ldap.observe(one) == seen


def test_the_bind_account_can_do_nothing_else(openldap: OpenLdapServed) -> None:
    """Its rights are the least: it can neither delete nor change what the desk does not."""
    dana, group = openldap.person(), openldap.group()
    server = ldap3.Server("127.0.0.1", openldap.plain_port, get_info=ldap3.NONE)
    password = openldap.password_file.read_text().strip()
    with ldap3.Connection(server, BIND, password, check_names=False) as weak:
        assert not weak.search(openldap.dn_of(dana), "(userPassword=*)", attributes=["*"])
        for dn in (openldap.dn_of(dana), openldap.dn_of(group)):
            assert not weak.modify(dn, {"description": [(ldap3.MODIFY_REPLACE, ["x"])]})
        assert not weak.delete(openldap.dn_of(group))
        assert not weak.modify(BIND, {"userPassword": [(ldap3.MODIFY_REPLACE, ["x"])]})
        assert not weak.add(
            f"cn={fresh('g')},{openldap.groups}", ["groupOfNames"], {"member": BIND}
        )


def test_rights_without_moves_create_people_and_delete_nobody(tmp_path: Path) -> None:
    head, _, tail = RIGHTS.partition("attrs=entry,children,uid\n")
    rights = f"{head}attrs=entry,children,uid\n{tail.replace(' write', ' =arscd', 1)}"
    with running_openldap(tmp_path, rights=rights) as served:
        ldap = served.connector()
        created = carry_out(ldap, newcomer(fresh("n")))[1]["entry"]
        asked = moving(created, served.people, served.unit("Sales"))
        with pytest.raises(RefusedByTarget, match="The bind account may not do this"):
            ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
        password = served.password_file.read_text().strip()
        server = ldap3.Server("127.0.0.1", served.plain_port, get_info=ldap3.NONE)
        with ldap3.Connection(server, BIND, password, check_names=False) as weak:
            assert not weak.delete(served.dn_of(created))


def test_the_documents_print_the_rights_that_the_tests_run_with() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "connectors.md"
    assert RIGHTS.strip() in page.read_text("utf-8")
