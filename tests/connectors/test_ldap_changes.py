"""What the LDAP connector changes, against real directories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from holdshort.connectors.ldap import Ldap
from holdshort.connectors.ldap_entries import split
from holdshort.connectors.passwords import password_for
from holdshort.core.terms import Action
from holdshort.ports import Drifted, RefusedByTarget, Shape
from tests.directories.served import Served, fresh

from .conftest import action


@pytest.fixture(params=["openldap", "active_directory"])
def served(request: pytest.FixtureRequest) -> Served:
    """A running directory of each dialect."""
    found: Served = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ldap(served: Served) -> Ldap:
    return served.connector()


def carry_out(
    ldap: Ldap, asked: Action, key: str = "k1"
) -> tuple[bool | None, Mapping[str, Any], str]:
    """Observe, apply, read back: as the road does it."""
    before = ldap.observe(asked)
    assert ldap.applied(asked, before, before) is not True
    receipt = ldap.apply(asked, key=key, seen=before, timeout=10)
    now = ldap.observe(asked)
    return ldap.applied(asked, before, now), receipt.evidence, receipt.secret


def moving(id: str, unit: str, to: str) -> Action:
    return action("idp.move_account", id, account=id, unit=unit, _to=to)


def test_every_type_it_serves_but_a_reset_is_set_shaped(ldap: Ldap) -> None:
    assert {ldap.shape(type) for type in Ldap.serves - {"idp.reset_password"}} == {Shape.SET}
    assert ldap.shape("idp.reset_password") is Shape.KEYED


# ------------------------------------------------------------------ membership


def test_a_person_becomes_a_member(served: Served, ldap: Ldap) -> None:
    dana, other = served.person(), served.person()
    group = served.group(members=(other,))
    done, evidence, secret = carry_out(ldap, action("idp.add_to_group", group, account=dana))
    assert done is True
    assert served.members(group) == {served.dn_of(dana), served.dn_of(other)}
    assert (evidence["entry"], secret) == (group, "")


def test_a_person_stops_being_a_member_and_nobody_else_does(served: Served, ldap: Ldap) -> None:
    dana, other, inner = served.person(), served.person(), served.group()
    group = served.group(members=(dana, other), includes=(inner,))
    asked = action("idp.remove_from_group", group, account=dana)
    assert carry_out(ldap, asked)[0] is True
    assert served.members(group) == {served.dn_of(other), served.dn_of(inner)}


def test_membership_is_seen_with_exactly_the_agreed_keys(served: Served, ldap: Ldap) -> None:
    dana, group = served.person(), served.group()
    assert ldap.observe(action("idp.add_to_group", group, account=dana)) == {
        "account": dana,
        "active": True,
        "group": group,
        "member": False,
        "containers": [],
    }


def test_containers_are_every_group_above_even_in_a_circle(served: Served, ldap: Ldap) -> None:
    inner = served.group()
    middle = served.group(includes=(inner,))
    outer = served.group(includes=(middle,))
    served.join(inner, outer)
    seen = ldap.observe(action("idp.add_to_group", inner, account=served.person()))
    assert seen["containers"] == sorted([middle, outer])


def test_an_entry_is_found_by_its_id_after_a_rename_and_a_move(served: Served, ldap: Ldap) -> None:
    dana, group = served.person(), served.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    served.move(dana, served.unit(fresh("u")))
    served.rename(dana, fresh("renamed"))
    served.rename(group, fresh("renamed"))
    ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.observe(asked)["member"] is True


# ------------------------------------------------------------------ suspending and locks


def test_a_suspended_person_cannot_sign_in_until_resumed(served: Served, ldap: Ldap) -> None:
    dana = served.person()
    assert carry_out(ldap, action("idp.suspend", dana))[0] is True
    assert not served.signs_in(dana, "old-Password-1")
    assert carry_out(ldap, action("idp.resume", dana))[0] is True
    assert served.signs_in(dana, "old-Password-1")


def test_a_suspension_is_no_lock(served: Served, ldap: Ldap) -> None:
    dana = served.person(suspended=True)
    seen = ldap.observe(action("idp.unlock", dana))
    assert seen == {"account": dana, "active": False, "locked": False}


def test_wrong_passwords_lock_and_unlocking_opens(served: Served, ldap: Ldap) -> None:
    dana = served.person()
    served.lock(dana)
    assert not served.signs_in(dana, "old-Password-1")
    seen = ldap.observe(action("idp.unlock", dana))
    assert seen == {"account": dana, "active": True, "locked": True}
    assert carry_out(ldap, action("idp.unlock", dana))[0] is True
    assert served.signs_in(dana, "old-Password-1")


def test_an_unlock_never_lifts_a_suspension_that_came_in_between(
    served: Served, ldap: Ldap
) -> None:
    dana = served.person()
    served.lock(dana)
    asked = action("idp.unlock", dana)
    seen = ldap.observe(asked)
    served.suspend(dana)
    with pytest.raises(Drifted, match="active"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert ldap.observe(asked)["active"] is False


# ------------------------------------------------------------------ passwords


def test_a_reset_gives_a_new_working_password_and_says_how_it_was_verified(
    served: Served, ldap: Ldap
) -> None:
    dana = served.person()
    done, evidence, first = carry_out(ldap, action("idp.reset_password", dana))
    assert done is True
    assert evidence["verified_by"] == "changed version"
    assert first not in str(evidence)
    assert served.signs_in(dana, first)
    assert not served.signs_in(dana, "old-Password-1")


def test_a_second_reset_in_the_same_second_is_told_from_the_first(
    served: Served, ldap: Ldap
) -> None:
    dana = served.person()
    first = carry_out(ldap, action("idp.reset_password", dana))
    second = carry_out(ldap, action("idp.reset_password", dana), key="k2")
    assert (first[0], second[0]) == (True, True)
    assert served.signs_in(dana, second[2])


def test_a_reset_that_is_sent_again_leaves_the_password_as_it_was(
    served: Served, ldap: Ldap
) -> None:
    dana = served.person()
    asked = action("idp.reset_password", dana)
    first = ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10).secret
    second = ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10).secret
    assert first == second
    assert served.signs_in(dana, first)


def test_a_wrong_password_meanwhile_is_no_proof_of_a_reset(served: Served, ldap: Ldap) -> None:
    dana = served.person()
    asked = action("idp.reset_password", dana)
    ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    before = ldap.observe(asked)
    assert not served.signs_in(dana, "a wrong one")
    assert ldap.applied(asked, before, ldap.observe(asked)) is False


def test_every_password_has_small_and_capital_letters_and_digits() -> None:
    passwords = [password_for(str(key), "a secret of the executor") for key in range(500)]
    for kind in (str.islower, str.isupper, str.isdigit):
        assert all(any(map(kind, password)) for password in passwords)


# ------------------------------------------------------------------ new accounts


def newcomer(name: str) -> Action:
    return action(
        "idp.create_account",
        name,
        account="",
        exists=False,
        user_name=name,
        display_name="New Person",
        email=f"{name}@acme.example",
    )


def test_an_account_is_created_once(served: Served, ldap: Ldap) -> None:
    asked = newcomer(fresh("n"))
    assert ldap.observe(asked) == asked.seen
    done, evidence, secret = carry_out(ldap, asked)
    assert (done, secret) == (True, "")
    created = ldap.observe(action("idp.suspend", evidence["entry"]))
    assert (created["active"], created["locked"]) == (True, False)
    with pytest.raises(Drifted):
        ldap.apply(asked, key="k2", seen=asked.seen, timeout=10)


def test_a_new_account_gets_its_first_password_by_a_reset(served: Served, ldap: Ldap) -> None:
    _, evidence, _ = carry_out(ldap, newcomer(fresh("n")))
    done, _, secret = carry_out(ldap, action("idp.reset_password", evidence["entry"]))
    assert done is True
    assert served.signs_in(evidence["entry"], secret)


def test_an_account_without_a_place_for_it_is_refused(served: Served) -> None:
    ldap = served.connector(new_accounts="")
    asked = newcomer(fresh("n"))
    with pytest.raises(RefusedByTarget, match="Set new_accounts"):
        ldap.apply(asked, key="k", seen=asked.seen, timeout=10)


# ------------------------------------------------------------------ moving


def test_an_account_is_moved_to_another_unit_and_back(served: Served, ldap: Ldap) -> None:
    dana, sales = served.person(), served.unit(fresh("u"))
    group = served.group(members=(dana,))
    there, back = moving(dana, served.people, sales), moving(dana, sales, served.people)
    assert carry_out(ldap, there)[0] is True
    assert served.dn_of(dana).endswith(sales)
    assert served.dn_of(dana) in served.members(group)
    assert carry_out(ldap, back)[0] is True
    assert not served.dn_of(dana).endswith(sales)


def test_a_unit_may_be_written_in_any_way(served: Served, ldap: Ldap) -> None:
    dana, sales = served.person(), served.unit(fresh("u"))
    spelt = sales.upper().replace(",", ", ")
    assert carry_out(ldap, moving(dana, served.people.lower(), spelt))[0] is True


def test_an_account_that_is_elsewhere_is_not_moved(served: Served, ldap: Ldap) -> None:
    dana, sales, support = served.person(), served.unit(fresh("u")), served.unit(fresh("u"))
    served.move(dana, support)
    with pytest.raises(RefusedByTarget, match="not where it was to be moved from"):
        ldap.observe(moving(dana, served.people, sales))


def test_a_unit_that_does_not_exist_is_named(served: Served, ldap: Ldap) -> None:
    asked = moving(served.person(), served.people, f"ou=nowhere,{served.base}")
    with pytest.raises(RefusedByTarget, match="no organisational unit at ‘ou=nowhere"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)


def test_a_unit_outside_of_what_is_read_is_none(served: Served) -> None:
    people, outside = served.unit(fresh("u")), served.unit(fresh("u"))
    ldap = served.connector(base_dn=people, new_accounts="")
    asked = moving(served.person(unit=people), people, outside)
    with pytest.raises(RefusedByTarget, match="no organisational unit"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)


# ------------------------------------------------------------------ drift


def test_a_change_of_relevant_state_is_drift_and_nothing_is_sent(
    served: Served, ldap: Ldap
) -> None:
    dana, group = served.person(), served.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    served.suspend(dana)
    with pytest.raises(Drifted, match="active"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert served.dn_of(dana) not in served.members(group)


def test_a_group_nested_elsewhere_meanwhile_is_drift(served: Served, ldap: Ldap) -> None:
    dana, group = served.person(), served.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    served.group(includes=(group,))
    with pytest.raises(Drifted, match="containers"):
        ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert served.dn_of(dana) not in served.members(group)


def test_unrelated_churn_never_blocks(served: Served, ldap: Ldap) -> None:
    dana, other = served.person(), served.person()
    group = served.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = ldap.observe(asked)
    served.join(group, other)
    served.change(dana, description=[("MODIFY_REPLACE", ["married"])])
    ldap.apply(asked, key="k", seen=seen, timeout=10)
    assert {served.dn_of(dana), served.dn_of(other)} <= served.members(group)


# ------------------------------------------------------------------ names that try to be more


@pytest.mark.parametrize("name", ["*", "x)(objectClass=*", "a\\2a", "x*)(uid=*))(|(uid=*", "nul\0"])
def test_a_name_with_the_characters_of_a_filter_is_only_a_name(
    served: Served, ldap: Ldap, name: str
) -> None:
    served.person()
    assert ldap.observe(newcomer(name))["exists"] is False


@pytest.mark.parametrize("id", ["*", "nobody", "x)(objectClass=*", "../etc", "\\2a", ""])
def test_an_id_that_is_none_is_no_entry(ldap: Ldap, id: str) -> None:
    with pytest.raises(RefusedByTarget, match="no such entry"):
        ldap.observe(action("idp.suspend", id))


def test_the_id_of_a_group_is_no_account(served: Served, ldap: Ldap) -> None:
    with pytest.raises(RefusedByTarget, match="no such entry"):
        ldap.observe(action("idp.suspend", served.group()))


@pytest.mark.parametrize(
    "name", ["o,ou=Groups", "plus+cn=x", 'quo"te', "#hash", "semi;colon", "o'hara"]
)
def test_a_new_name_stays_one_part_of_the_distinguished_name(
    served: Served, ldap: Ldap, name: str
) -> None:
    unique = name + fresh("")
    if served.forbids & set(name):
        with pytest.raises(RefusedByTarget, match="rules refuse this value"):
            carry_out(ldap, newcomer(unique))
        assert ldap.observe(newcomer(unique))["exists"] is False
        return
    done, evidence, _ = carry_out(ldap, newcomer(unique))
    assert done is True
    assert split(served.dn_of(evidence["entry"]))[1].lower() == served.people.lower()
    group = served.group()
    asked = action("idp.add_to_group", group, account=evidence["entry"])
    assert carry_out(ldap, asked)[0] is True


def test_a_type_it_does_not_know_is_refused(ldap: Ldap) -> None:
    with pytest.raises(RefusedByTarget, match="does not carry out"):
        ldap.observe(action("db.drop", "x"))
    with pytest.raises(RefusedByTarget, match="does not carry out"):
        ldap.apply(action("db.drop", "x"), key="k", seen={}, timeout=1)
