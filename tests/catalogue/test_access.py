"""Joining and leaving groups: what is gained or lost decides, whatever the group is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort import catalogue
from holdshort.catalogue import CatalogueError, Unconfirmed, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import (
    Assurance,
    Channel,
    Employment,
    Findings,
    Offered,
    PolicyVerdict,
    Reason,
    Right,
    Tier,
)
from tests.catalogue.world import World, asked

ADD, REMOVE = "idp.add_to_group", "idp.remove_from_group"
GITHUB, END = "github.set_membership", "github.end_membership"


def look(
    type_id: str, person: str, group: str, world: World | None = None, by: str = "", **how: Any
) -> Findings:
    world = world or World()
    params = catalogue.parse(type_id, {"person": person, "group": group})
    circumstances = asked(by or person, world, **how)
    found: Findings = catalogue.find(type_id).findings(params, circumstances, world)
    return found


def rules(reasons: tuple[Reason, ...]) -> set[str]:
    return {reason.rule for reason in reasons}


def tier_of(found: Findings) -> Tier:
    return tier(found.consequence, min_tier=Tier.POLICY, raises=found.raises)


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
def test_the_target_is_the_group_and_the_state_seen_names_every_container(type_id: str) -> None:
    found = look(type_id, "dana", "build-tools")
    assert (found.target.connector, found.target.id) == ("directory", "g-build-tools")
    assert found.seen == {
        "account": World().accounts["dana"].external_id,
        "active": True,
        "group": "g-build-tools",
        "member": False,
        "containers": ["g-aws-admins", "g-ci-runners"],
    }


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
def test_an_unknown_person_or_group_is_named_in_a_plain_sentence(type_id: str) -> None:
    with pytest.raises(UnknownTarget, match="Nobody here has the id ‘nobody’"):
        look(type_id, "nobody", "photo-club", by="dana")
    with pytest.raises(UnknownTarget, match="No group here has the id ‘no-group’"):
        look(type_id, "dana", "no-group")


def test_a_github_role_that_the_directory_does_not_carry_is_named() -> None:
    world = World()
    del world.groups["github-owner"]
    params = catalogue.parse(GITHUB, {"person": "erik", "role": "owner"})
    with pytest.raises(UnknownTarget, match="GitHub role ‘owner’ is not set up"):
        catalogue.find(GITHUB).findings(params, asked("erik", world), world)


def github(type_id: str, person: str, role: str, world: World | None = None, **more: Any) -> Any:
    world = world or World()
    params = catalogue.parse(type_id, {"person": person, "role": role, **more})
    return catalogue.find(type_id).findings(params, asked(person, world), world)


def test_a_role_in_github_is_set_from_what_is_held_there_and_counts_what_it_adds() -> None:
    found = github(GITHUB, "aylin", "owner")
    assert (found.target.connector, found.target.id) == ("github", "aylin-acme")
    assert found.seen == {"account": "aylin-acme", "held": "member", "_to": "owner"}
    assert found.before[0] == "Aylin Demir is a member in GitHub."
    assert found.after[0] == "Aylin Demir is an owner in GitHub."
    assert {right.id for right in found.rights} == {"github:maintainer", "github:owner"}


def test_a_role_that_a_greater_one_includes_is_held_already() -> None:
    assert (
        github(GITHUB, "jonas", "member").already
        == "Jonas Keller is a maintainer in GitHub already."
    )
    assert github(GITHUB, "jonas", "owner").already == ""


def test_the_end_of_a_role_gives_back_a_lesser_one_from_before_and_nothing_else() -> None:
    world = World()
    world.formerly = {"a1": "member", "a2": "owner"}
    assert github(END, "jonas", "maintainer", world, change="a1").seen["_to"] == "member"
    back = github(END, "lukas", "owner", world, change="a1")
    assert back.after[0] == "Lukas Weber is a member in GitHub."
    assert not any("GitHub member" in line for line in back.after[1:])
    for change in ("a2", "unknown", ""):
        assert github(END, "jonas", "maintainer", world, change=change).seen["_to"] == "none"
    assert github(END, "erik", "member").already == "Erik Johansson is nothing in GitHub."


def test_whom_github_does_not_know_gets_no_role_there() -> None:
    with pytest.raises(UnknownTarget, match="Dana Fischer has no account in GitHub"):
        github(GITHUB, "dana", "member")


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
def test_a_group_that_stands_for_a_role_is_not_joined_by_itself(type_id: str) -> None:
    with pytest.raises(CatalogueError, match="stands for a role in GitHub: ask for that role"):
        look(type_id, "aylin", "github-owner")


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
def test_a_directory_that_was_not_read_lately_stops_the_action(type_id: str) -> None:
    world = World()
    world.stale = True
    with pytest.raises(Unconfirmed):
        look(type_id, "dana", "photo-club", world)


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
@pytest.mark.parametrize("unknown", ["rights_of", "rights_through", "containers_of", "is_member"])
def test_what_is_unknown_counts_as_worst_and_passes_no_policy(type_id: str, unknown: str) -> None:
    world = World()
    setattr(world, unknown, lambda *args: None)
    found = look(type_id, "bea" if type_id == REMOVE else "dana", "photo-club", world)
    assert found.consequence.blast_radius.value == 3
    assert found.consequence.regulatory.value == 3
    assert found.policy.verdict is PolicyVerdict.NONE
    assert found.context == "security"
    assert found.already == ""


def test_a_right_whose_data_class_is_unknown_counts_as_worst() -> None:
    world = World()
    world.rights["vpn:connect"] = replace(world.rights["vpn:connect"], data_class="")
    assert look(ADD, "bea", "vpn-users", world).consequence.regulatory.value == 3


@pytest.mark.parametrize("environment", ["production", "unknown", ""])
def test_a_right_in_production_or_in_an_unknown_environment_needs_a_person(
    environment: str,
) -> None:
    world = World()
    world.rights["vpn:connect"] = replace(world.rights["vpn:connect"], environment=environment)
    found = look(ADD, "bea", "vpn-users", world)
    assert found.consequence.blast_radius.value == 3
    assert found.raises == ()
    assert tier_of(found) is Tier.HUMAN


def test_restricted_data_needs_a_person_even_without_privilege() -> None:
    found = look(ADD, "lea", "payment-approvers", by="frieda")
    assert found.consequence.regulatory.value == 3
    assert tier_of(found) is Tier.HUMAN


def test_rights_that_the_role_template_holds_pass_the_policy() -> None:
    found = look(ADD, "ravi", "vpn-users")
    assert found.policy.verdict is PolicyVerdict.PASSES
    assert tier_of(found) is Tier.POLICY


def test_a_group_without_rights_that_no_template_names_passes_no_policy() -> None:
    world = World()
    world.groups["book-club"] = {"name": "Book Club", "owner": "tom", "members": []}
    found = look(ADD, "dana", "book-club", world)
    assert found.policy.verdict is PolicyVerdict.FAILS
    assert tier_of(found) is Tier.POLICY
    assert found.owners == (("tom", "you own the group Book Club"),)


def test_rights_held_already_are_not_gained_again() -> None:
    found = look(ADD, "lukas", "build-tools")
    assert found.rights == ()
    assert found.raises == ()


def test_somebody_who_is_in_the_group_has_nothing_to_wait_for() -> None:
    assert look(ADD, "bea", "photo-club").already == "Bea Lorenz is in Photo Club already."
    assert look(REMOVE, "dana", "photo-club").already == "Dana Fischer is not in Photo Club."


def test_two_rights_that_policy_keeps_apart_need_a_person() -> None:
    found = look(ADD, "lea", "payment-approvers")
    (reason,) = [reason for reason in found.raises if reason.rule == "raise.duty_conflict"]
    assert reason.limit == "rule pay-vendor"
    assert "pay it" in reason.text
    assert "raise.duty_conflict" not in rules(look(ADD, "frieda", "payment-approvers").raises)


def test_a_conflict_that_somebody_has_already_is_not_blamed_on_another_group() -> None:
    world = World()
    world.members["payment-approvers"].add("lea")
    assert look(ADD, "lea", "photo-club", world).raises == ()


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
@pytest.mark.parametrize(
    ("how", "rule"),
    [
        ({"assurance": Assurance.NONE}, "raise.requester_unproven"),
        ({"channel": Channel.EMAIL}, "raise.requester_unproven"),
        ({"emergency": True}, "raise.emergency"),
        ({"beneficiary": World().people["bea"]}, "raise.beneficiary_differs"),
    ],
    ids=["no session", "e-mail", "emergency", "for somebody else"],
)
def test_how_it_was_asked_can_need_a_person(type_id: str, how: dict[str, Any], rule: str) -> None:
    found = look(type_id, "dana", "photo-club", **how)
    assert rules(found.raises) == {rule}
    assert tier_of(found) is Tier.HUMAN


def test_the_access_of_somebody_else_is_regulated_more_than_ones_own() -> None:
    own, other = look(ADD, "bea", "vpn-users"), look(ADD, "bea", "vpn-users", by="viktor")
    assert own.consequence.vector == (1, 0, 1, 0)
    assert other.consequence.vector == (1, 0, 2, 0)
    own, other = look(ADD, "dana", "photo-club"), look(ADD, "dana", "photo-club", by="bea")
    assert own.consequence.vector == (0, 0, 0, 0)
    assert other.consequence.vector == (1, 0, 1, 0)


@pytest.mark.parametrize("conflicts", ["none", [{}], [{"entitlements": "all"}], None])
def test_a_list_of_conflicts_that_cannot_be_read_needs_a_person(conflicts: object) -> None:
    world = World()
    world.document = {**world.document, "conflicts": conflicts}
    found = look(ADD, "dana", "photo-club", world)
    assert rules(found.raises) == {"raise.duty_conflict"}


def test_a_suspended_account_gets_no_new_access_unseen() -> None:
    world = World()
    world.change("dana", active=False)
    found = look(ADD, "dana", "photo-club", world)
    assert rules(found.raises) == {"raise.account_suspended"}
    assert found.seen["active"] is False


def test_a_leaver_joins_nothing_and_may_be_taken_out() -> None:
    assert rules(look(ADD, "karl", "photo-club").refusals) == {"refuse.leaver"}
    out = look(REMOVE, "karl", "sales-emea", by="viktor")
    assert (out.refusals, out.raises) == ((), ())


def test_employment_that_hr_does_not_confirm_needs_a_person() -> None:
    world = World()
    world.employ("dana", Employment("unknown"))
    assert "raise.employment_unconfirmed" in rules(look(ADD, "dana", "photo-club", world).raises)


@pytest.mark.parametrize("type_id", [ADD, REMOVE])
def test_a_group_whose_name_imitates_another_shows_its_id_to_a_person(type_id: str) -> None:
    world = World()
    world.imitated["Photo Club"] = ("Рhoto Club",)
    found = look(type_id, "dana", "photo-club", world)
    (reason,) = found.raises
    assert (reason.rule, reason.observed) == ("raise.lookalike", "id g-photo-club")
    assert found.lookalikes == ("Рhoto Club",)


# ------------------------------------------------------------------ leaving


def test_leaving_a_harmless_group_is_as_free_as_joining_it() -> None:
    found = look(REMOVE, "bea", "photo-club")
    assert found.policy.verdict is PolicyVerdict.PASSES
    assert tier_of(found) is Tier.POLICY


def test_taking_rights_that_the_persons_role_includes_waits() -> None:
    found = look(REMOVE, "dana", "vpn-users", by="viktor")
    assert found.policy.verdict is PolicyVerdict.FAILS
    assert found.policy.reason is not None
    assert "account executive v3 of Dana Fischer's role gives this" in found.policy.reason.text
    assert tier_of(found) is Tier.POLICY
    assert any(line.startswith("Loses VPN connection") for line in found.after)
    assert found.rights == ()


def test_taking_privileged_rights_away_needs_security() -> None:
    found = look(REMOVE, "omar", "idp-super-admins", by="ines")
    assert found.consequence.blast_radius.value == 3
    assert tier_of(found) is Tier.HUMAN
    assert found.context == "security"


# ------------------------------------------------------------------ words never lower anything


def test_words_that_contradict_the_facts_are_shown_and_change_nothing() -> None:
    plain = look(ADD, "dana", "build-tools")
    said = look(ADD, "dana", "build-tools", ticket_text="It is just dev really, read-only.")
    assert [note.text for note in said.notes] == [
        "The ticket says ‘dev’, but this reaches production.",
        "The ticket says ‘read-only’, but this reaches privileged rights.",
    ]
    assert replace(said, notes=()) == plain


def test_words_that_contradict_nothing_are_not_noted() -> None:
    assert look(ADD, "dana", "photo-club", ticket_text="just dev really").notes == ()


@given(
    text=st.text(max_size=200), group=st.sampled_from(["photo-club", "build-tools", "vpn-users"])
)
def test_no_ticket_text_changes_what_is_found(text: str, group: str) -> None:
    found = look(ADD, "ravi", group, WORLD, ticket_text=text)
    assert replace(found, notes=()) == look(ADD, "ravi", group, WORLD)


WORLD = World()
RIGHTS = st.sets(st.sampled_from(sorted(WORLD.rights)), max_size=4)


@given(carried=RIGHTS, more=RIGHTS)
def test_more_rights_never_lower_a_level(carried: set[str], more: set[str]) -> None:
    less, all_of_it = _joining(carried), _joining(carried | more)
    pairs = zip(less.consequence.vector, all_of_it.consequence.vector, strict=True)
    assert all(a <= b for a, b in pairs)
    assert tier_of(less) <= tier_of(all_of_it)


def _joining(carried: set[str]) -> Findings:
    def through(group: str) -> tuple[Right, ...]:
        return tuple(world.rights[id] for id in sorted(carried))

    world = World()
    world.rights_through = through  # type: ignore[method-assign]
    return look(ADD, "tom", "newsletter", world)


# ------------------------------------------------------------------ undo and words


def test_undo_of_joining_is_leaving_and_of_leaving_joining() -> None:
    params = {"person": "dana", "group": "photo-club"}
    assert catalogue.find(ADD).undo(params) == Offered(REMOVE, params)
    assert catalogue.find(REMOVE).undo(params) == Offered(ADD, params)
    member = {"person": "erik", "role": "member"}
    assert catalogue.find(GITHUB).inverse("a", member) == Offered(END, {**member, "change": "a"})
    assert catalogue.find(END).inverse("a", {**member, "change": "a"}) == Offered(GITHUB, member)


def test_the_title_is_the_decision_and_the_button_repeats_it() -> None:
    words = catalogue.find(ADD).render({"person": "dana", "group": "build-tools"}, World())
    assert words.title == words.button == "Add Dana Fischer to Build Tools"
    assert "AWS AdministratorAccess in AWS (production)" in words.sentence


def test_a_github_role_is_said_in_words() -> None:
    render = catalogue.find(GITHUB).render
    owner = render({"person": "erik", "role": "owner"}, World())
    assert owner.title == "Make Erik Johansson an owner in GitHub"
    assert "GitHub organisation owner" in owner.sentence
    assert render({"person": "erik", "role": "member"}, World()).title.endswith(
        "a member in GitHub"
    )


def test_what_has_gone_since_is_shown_by_its_id() -> None:
    world = World()
    del world.people["dana"], world.groups["photo-club"]
    for type_id in (ADD, REMOVE):
        words = catalogue.find(type_id).render({"person": "dana", "group": "photo-club"}, world)
        assert "‘dana’" in words.title
        assert "‘photo-club’" in words.title
