"""What the SCIM connector changes, against a real directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from holdshort.connectors.passwords import password_for
from holdshort.connectors.scim import Scim
from holdshort.core.terms import Action
from holdshort.ports import Drifted, RefusedByTarget, Shape

from .conftest import ACCOUNT, Admin, Road, action


def carry_out(
    scim: Scim, asked: Action, key: str = "k1"
) -> tuple[bool | None, Mapping[str, Any], str]:
    """Observe, apply, read back: as the road does it."""
    before = scim.observe(asked)
    assert scim.applied(asked, before, before) is not True
    receipt = scim.apply(asked, key=key, seen=before, timeout=5)
    now = scim.observe(asked)
    return scim.applied(asked, before, now), receipt.evidence, receipt.secret


def test_every_type_it_serves_but_a_reset_is_set_shaped(scim: Scim) -> None:
    others = Scim.serves - {"idp.reset_password"}
    assert {scim.shape(type) for type in others} == {Shape.SET}
    assert scim.shape("idp.reset_password") is Shape.KEYED


def test_a_person_stops_being_a_member_and_nobody_else_does(scim: Scim, admin: Admin) -> None:
    dana, other, inner = admin.person(), admin.person(), admin.group()
    group = admin.group(members=(dana, other), includes=(inner,))
    asked = action("idp.remove_from_group", group, account=dana)
    done, evidence, secret = carry_out(scim, asked)
    assert (done, evidence["condition"], secret) == (True, "If-Match", "")
    assert admin.members(group) == {other, inner}


def test_containers_are_every_group_above_even_in_a_circle(scim: Scim, admin: Admin) -> None:
    inner = admin.group()
    middle = admin.group(includes=(inner,))
    outer = admin.group(includes=(middle,))
    admin.join(inner, outer, "Group")
    seen = scim.observe(action("idp.add_to_group", inner, account=admin.person()))
    assert seen["containers"] == sorted([middle, outer])


def test_membership_is_seen_with_exactly_the_agreed_keys(scim: Scim, admin: Admin) -> None:
    dana, group = admin.person(), admin.group()
    assert scim.observe(action("idp.add_to_group", group, account=dana)) == {
        "account": dana,
        "active": True,
        "group": group,
        "member": False,
        "containers": [],
    }


def test_an_account_is_seen_with_exactly_the_agreed_keys(scim: Scim, admin: Admin) -> None:
    dana = admin.person(locked=True)
    seen = {"account": dana, "active": True, "locked": True}
    assert scim.observe(action("idp.unlock", dana)) == seen


def test_a_reset_gives_a_new_working_password_and_says_how_it_was_verified(
    scim: Scim, admin: Admin
) -> None:
    dana = admin.person()
    done, evidence, first = carry_out(scim, action("idp.reset_password", dana))
    assert done is True
    assert evidence["verified_by"] == "changed version"
    assert first not in str(evidence)
    assert admin.signs_in(dana, first)
    _, _, second = carry_out(scim, action("idp.reset_password", dana), key="k2")
    assert admin.signs_in(dana, second)
    assert not admin.signs_in(dana, first)


def test_an_unchanged_version_is_no_proof_of_a_reset(scim: Scim) -> None:
    asked = action("idp.reset_password", "x")
    assert scim.applied(asked, {"_version": "1"}, {"_version": "1"}) is False
    assert scim.applied(asked, {}, {"_version": "1"}) is None


def test_passwords_are_long_readable_and_different() -> None:
    passwords = {password_for(str(key), "a secret of the executor") for key in range(200)}
    assert len(passwords) == 200
    assert all(len(p) == 20 and not set(p) & set("0O1lI") for p in passwords)


def test_the_same_sending_sets_the_same_password_and_needs_the_secret() -> None:
    assert password_for("one", "secret") == password_for("one", "secret")
    assert password_for("one", "secret") != password_for("one", "another secret")


def new_account(name: str) -> Action:
    return action(
        "idp.create_account",
        name,
        account="",
        exists=False,
        user_name=name,
        display_name="New Person",
        email=f"{name}@acme.local",
    )


def test_an_account_is_created_once(scim: Scim, admin: Admin) -> None:
    asked = new_account("newperson")
    assert scim.observe(asked) == asked.seen
    done, evidence, secret = carry_out(scim, asked)
    assert done is True
    assert secret == ""
    created = admin.read("Users", evidence["entry"])
    assert (created["displayName"], created["active"]) == ("New Person", True)
    with pytest.raises(Drifted):
        scim.apply(asked, key="k2", seen=asked.seen, timeout=5)


def test_a_name_taken_at_the_last_moment_is_refused(scim: Scim, admin: Admin, road: Road) -> None:
    asked = new_account("twice")
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "twice"}
    road.before_change = lambda: admin._created("/Users", body) and None
    with pytest.raises(RefusedByTarget, match="already has an entry with this name"):
        scim.apply(asked, key="k", seen=asked.seen, timeout=5)


def test_a_name_with_quotes_is_only_a_name(scim: Scim) -> None:
    assert scim.observe(new_account('x" or userName pr or "'))["exists"] is False


def test_a_type_it_does_not_know_is_refused(scim: Scim) -> None:
    with pytest.raises(RefusedByTarget, match="does not carry out"):
        scim.observe(action("db.drop", "x"))


# ------------------------------------------------------------------ drift


def test_unrelated_churn_never_blocks(scim: Scim, admin: Admin, road: Road) -> None:
    dana, group = admin.person(), admin.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = scim.observe(asked)
    others = [admin.person() for _ in range(8)]
    churn = iter(others)
    admin.patch("Users", dana, op="replace", path="displayName", value="Married Name")

    def somebody_joins() -> None:
        if (other := next(churn, None)) is not None:
            admin.join(group, other)

    # Between our reading and our writing: the version is not ours any more.
    road.before_change = somebody_joins
    scim.apply(asked, key="k", seen=seen, timeout=20)
    assert admin.members(group) == {dana, *others}
    assert road.changes() == 9


def test_drift_between_reading_and_writing_is_caught_by_the_condition(
    scim: Scim, admin: Admin, road: Road
) -> None:
    dana = admin.person()
    asked = action("idp.suspend", dana)
    seen = scim.observe(asked)
    lock = f"{ACCOUNT}:locked"
    road.before_change = lambda: admin.patch("Users", dana, op="replace", path=lock, value=True)
    with pytest.raises(Drifted, match="locked"):
        scim.apply(asked, key="k", seen=seen, timeout=5)
    assert admin.read("Users", dana)["active"] is True


def test_without_conditional_writes_the_evidence_says_that_a_window_was_left(
    scim: Scim, admin: Admin, road: Road
) -> None:
    config = admin.http.get("/ServiceProviderConfig").json()
    config["etag"]["supported"] = False
    headers = {"Content-Type": "application/scim+json"}
    road.answer, road.only = (200, headers, json.dumps(config).encode()), "ServiceProviderConfig"
    assert scim.probe().endswith("without conditional writes.")
    dana = admin.person()
    assert carry_out(scim, action("idp.suspend", dana))[1]["condition"] == "read just before"


def test_an_entry_that_never_stands_still_ends_in_a_refusal(
    scim: Scim, admin: Admin, road: Road
) -> None:
    dana, group = admin.person(), admin.group()
    asked = action("idp.add_to_group", group, account=dana)
    seen = scim.observe(asked)
    road.before_change = lambda: admin.join(group, admin.person())
    with pytest.raises(RefusedByTarget, match="kept changing"):
        scim.apply(asked, key="k", seen=seen, timeout=4)
    assert dana not in admin.members(group)
