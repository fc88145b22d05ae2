"""What stops a change to an account, one circumstance at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import Unconfirmed, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import (
    Assurance,
    Channel,
    Employment,
    Findings,
    Lock,
    Offered,
    Reason,
    Tier,
)
from tests.catalogue.world import World, asked


def look(type_id: str, person: str, by: str, world: World | None = None, **how: Any) -> Findings:
    world = world or World()
    kind = catalogue.find(type_id)
    params = catalogue.parse(type_id, {"person": person})
    found: Findings = kind.findings(params, asked(by, world, **how), world)
    return found


def rules(reasons: tuple[Reason, ...]) -> set[str]:
    return {reason.rule for reason in reasons}


ACCOUNT_TYPES = ["idp.reset_password", "idp.unlock", "idp.suspend", "idp.resume"]


@pytest.mark.parametrize("type_id", [*ACCOUNT_TYPES, "idp.create_account"])
def test_an_unknown_person_is_named_in_a_plain_sentence(type_id: str) -> None:
    with pytest.raises(UnknownTarget, match="Nobody here has the id ‘nobody’"):
        look(type_id, "nobody", "dana")


@pytest.mark.parametrize("type_id", [*ACCOUNT_TYPES, "idp.create_account"])
def test_a_directory_that_was_not_read_lately_confirms_no_account(type_id: str) -> None:
    world = World()
    world.stale = True
    with pytest.raises(Unconfirmed, match="could not confirm"):
        look(type_id, "dana", "dana", world)


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_the_target_is_the_account_by_its_immutable_id_with_the_state_seen(type_id: str) -> None:
    found = look(type_id, "mia", "mia")
    entry = World().accounts["mia"]
    assert found.target.connector == "directory"
    assert (found.target.id, found.target.name) == (entry.external_id, "mia")
    assert found.seen == {"account": entry.external_id, "active": True, "locked": True}


@pytest.mark.parametrize("type_id", [*ACCOUNT_TYPES, "idp.create_account"])
@pytest.mark.parametrize(
    "how",
    [
        {"assurance": Assurance.NONE},
        {"channel": Channel.EMAIL},
        {"channel": Channel.EMAIL, "assurance": Assurance.NONE},
    ],
    ids=["no session", "e-mail", "e-mail without session"],
)
def test_an_unproven_sender_needs_a_person(type_id: str, how: dict[str, Any]) -> None:
    assert "raise.requester_unproven" in rules(look(type_id, "dana", "dana", **how).raises)


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_a_privileged_account_needs_a_person_whatever_is_asked(type_id: str) -> None:
    found = look(type_id, "omar", "omar")
    assert "raise.beneficiary_privileged" in rules(found.raises)
    assert found.consequence.blast_radius.value == 3
    assert found.context == "security"


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_an_account_that_reaches_production_reaches_far_without_being_privileged(
    type_id: str,
) -> None:
    found = look(type_id, "sven", "sven")
    assert found.consequence.blast_radius.value == 3
    assert "AWS ReadOnlyAccess in AWS (production)" in found.consequence.blast_radius.facts[0].text
    assert "raise.beneficiary_privileged" not in rules(found.raises)


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_rights_that_are_unknown_count_as_the_most(type_id: str) -> None:
    class Silent(World):
        def rights_of(self, person: str) -> None:
            return None

    found = look(type_id, "dana", "dana", Silent())
    assert found.consequence.blast_radius.value == 3
    assert "raise.beneficiary_privileged" in rules(found.raises)


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_what_a_group_gives_that_nobody_lists_counts_as_the_most_where_somebody_is_let_in(
    type_id: str,
) -> None:
    """An ending is no graver for it: while it waits, what nobody knows of stays open."""
    world = World()
    before = look(type_id, "dana", "dana", world)
    world.unlisted["dana"] = ("Domain Admins", "Everybody", "Floor 2", "Printers", "Scanners")
    found = look(type_id, "dana", "dana", world)
    if type_id == "idp.suspend":
        assert found == before
        return
    [raised] = set(found.raises) - set(before.raises)
    assert raised.rule == "raise.group_unlisted"
    assert "in ‘Domain Admins’, ‘Everybody’, ‘Floor 2’ and 2 more" in raised.text
    assert raised.observed == "Domain Admins, Everybody, Floor 2, Printers and Scanners"
    assert (found.consequence.blast_radius.value, found.context) == (3, "security")


def test_whoever_resumes_an_account_reads_which_groups_nobody_lists() -> None:
    world = World()
    world.unlisted["dana"] = ("Domain Admins",)
    (after,) = look("idp.resume", "dana", "dana", world).after
    assert after.endswith(", and whatever comes with ‘Domain Admins’.")


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_an_emergency_is_for_a_person_to_call(type_id: str) -> None:
    assert "raise.emergency" in rules(look(type_id, "dana", "dana", emergency=True).raises)


@pytest.mark.parametrize("type_id", ACCOUNT_TYPES)
def test_a_change_recorded_for_somebody_else_needs_a_person(type_id: str) -> None:
    world = World()
    found = look(type_id, "dana", "dana", world, beneficiary=world.people["bea"])
    assert "raise.beneficiary_differs" in rules(found.raises)
    right = look(type_id, "dana", "dana", world, beneficiary=world.people["dana"])
    assert "raise.beneficiary_differs" not in rules(right.raises)


@pytest.mark.parametrize("type_id", ["idp.reset_password", "idp.unlock", "idp.resume"])
@pytest.mark.parametrize("status", ["unknown", "future", "nonsense"])
def test_employment_that_hr_does_not_confirm_needs_a_person(type_id: str, status: str) -> None:
    world = World()
    world.employ("dana", Employment(status))
    found = look(type_id, "dana", "dana", world)
    assert rules(found.raises) == {"raise.employment_unconfirmed"}
    assert found.refusals == ()


@pytest.mark.parametrize("type_id", ["idp.reset_password", "idp.unlock", "idp.resume"])
@pytest.mark.parametrize(
    "job", [Employment("ended"), Employment("active", end=date(2026, 5, 3))], ids=["status", "end"]
)
def test_a_leaver_gets_no_access_back(type_id: str, job: Employment) -> None:
    world = World()
    world.employ("dana", job)
    assert rules(look(type_id, "dana", "dana", world).refusals) == {"refuse.leaver"}


def test_the_last_day_still_counts_as_employed() -> None:
    world = World()
    world.employ("dana", Employment("active", end=date(2026, 5, 4)))
    found = look("idp.reset_password", "dana", "dana", world)
    assert (found.raises, found.refusals) == ((), ())


def test_a_leaver_may_be_suspended() -> None:
    assert look("idp.suspend", "karl", "ines").refusals == ()


# ------------------------------------------------------------------ a new password


@pytest.mark.parametrize("enrolled", [None, False])
def test_a_reset_without_an_enrolled_factor_needs_a_person(enrolled: bool | None) -> None:
    world = World()
    world.change("dana", factor_enrolled=enrolled)
    found = look("idp.reset_password", "dana", "dana", world)
    assert rules(found.raises) == {"raise.no_enrolled_factor"}


def test_a_reset_for_somebody_else_needs_a_person() -> None:
    found = look("idp.reset_password", "bea", "dana")
    assert rules(found.raises) == {"raise.authority_unproven"}
    assert found.consequence.vector == (1, 1, 2, 0)


def test_a_reset_under_a_security_lock_needs_a_person() -> None:
    found = look("idp.reset_password", "mia", "mia")
    assert rules(found.raises) == {"raise.undoes_security_control"}


def test_a_reset_takes_no_address_to_send_the_password_to() -> None:
    with pytest.raises(catalogue.BadParams, match="‘send_to’ is not a parameter"):
        catalogue.parse("idp.reset_password", {"person": "dana", "send_to": "d@elsewhere.example"})


# ------------------------------------------------------------------ lifting a lock


def test_an_account_that_is_not_locked_needs_no_unlocking() -> None:
    assert look("idp.unlock", "dana", "dana").already == "Dana Fischer's account is not locked."


def test_unlocking_a_colleague_is_for_a_person_by_its_levels() -> None:
    found = look("idp.unlock", "yusuf", "greta")
    assert found.consequence.vector == (1, 0, 2, 0)
    assert tier(found.consequence) is Tier.POLICY
    assert found.raises == ()


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("sven", "Sven Lindqvist"),
        ("impossible-travel", "the rule ‘impossible-travel’"),
        ("unknown", "somebody we could not identify"),
        ("", "somebody we could not identify"),
    ],
)
def test_lifting_a_lock_that_security_set_names_who_set_it(by: str, words: str) -> None:
    world = World()
    world.change("dana", lock=Lock(by))
    found = look("idp.unlock", "dana", "dana", world)
    (reason,) = found.raises
    assert reason.rule == "raise.undoes_security_control"
    assert reason.observed == f"locked by {words}"
    assert found.consequence.irreversibility.value == 2


# ------------------------------------------------------------------ suspend, resume, create


def test_suspending_one_person_waits_for_a_yes_without_a_raise() -> None:
    found = look("idp.suspend", "bea", "viktor")
    assert found.raises == ()
    assert found.consequence.vector == (1, 0, 2, 0)
    assert found.policy.reason is not None
    assert "no record of HR says that Bea Lorenz has left" in found.policy.reason.text
    assert catalogue.find("idp.suspend").min_tier is not None


def test_a_state_that_is_as_asked_leaves_nothing_to_do() -> None:
    world = World()
    world.change("bea", active=False)
    assert "suspended already" in look("idp.suspend", "bea", "viktor", world).already
    assert look("idp.resume", "bea", "viktor", world).already == ""
    assert "active already" in look("idp.resume", "dana", "viktor", world).already


def test_resuming_shows_every_right_that_comes_back() -> None:
    world = World()
    world.change("yusuf", active=False, lock=None)
    found = look("idp.resume", "yusuf", "greta", world)
    assert "zendesk:agent" in {right.id for right in found.rights}
    assert "Zendesk agent in Zendesk (office)" in found.after[0]


def test_an_account_under_a_security_lock_is_resumed_by_security() -> None:
    world = World()
    world.change("mia", active=False)
    found = look("idp.resume", "mia", "mia", world)
    assert rules(found.raises) == {"raise.undoes_security_control"}


def newcomer(job: Employment) -> World:
    world = World()
    bea = world.people["bea"]
    world.people["nora"] = replace(
        bea, id="nora", name="Nora Klein", email="Nora@acme.example", employment=job
    )
    return world


@pytest.mark.parametrize(
    "job", [Employment("active"), Employment("future", start=date(2026, 6, 1))], ids=str
)
def test_an_account_is_created_for_whoever_hr_knows(job: Employment) -> None:
    found = look("idp.create_account", "nora", "petra", newcomer(job))
    assert (found.raises, found.refusals, found.already) == ((), (), "")
    assert found.target.id == "nora"
    assert found.seen == {
        "account": "",
        "exists": False,
        "user_name": "nora",
        "display_name": "Nora Klein",
        "email": "Nora@acme.example",
    }
    assert tier(found.consequence, min_tier=Tier.POLICY) is Tier.POLICY


def test_an_account_for_somebody_without_hr_record_needs_a_person() -> None:
    found = look("idp.create_account", "nora", "petra", newcomer(Employment()))
    assert rules(found.raises) == {"raise.employment_unconfirmed"}


def test_an_account_for_somebody_who_left_is_refused() -> None:
    found = look("idp.create_account", "nora", "petra", newcomer(Employment("ended")))
    assert rules(found.refusals) == {"refuse.leaver"}


def test_whoever_has_an_account_gets_no_second_one() -> None:
    assert "has the account ‘dana’" in look("idp.create_account", "dana", "petra").already


def test_a_user_name_that_an_unknown_account_has_is_not_asked_for() -> None:
    world = newcomer(Employment("active"))
    world.unowned.add("nora")
    with pytest.raises(UnknownTarget, match="an account ‘nora’ already"):
        look("idp.create_account", "nora", "petra", world)


def test_a_name_that_imitates_another_is_looked_at_by_a_person() -> None:
    world = newcomer(Employment("active"))
    world.imitated["Nora Klein"] = ("Nora Kleın",)
    found = look("idp.create_account", "nora", "petra", world)
    assert rules(found.raises) == {"raise.lookalike"}
    assert found.lookalikes == ("Nora Kleın",)


def test_nobody_is_named_after_a_missing_address() -> None:
    world = newcomer(Employment("active"))
    world.people["nora"] = replace(world.people["nora"], email="")
    with pytest.raises(UnknownTarget, match="no work address"):
        look("idp.create_account", "nora", "petra", world)


@pytest.mark.parametrize(
    ("type_id", "inverse"),
    [
        ("idp.unlock", "idp.suspend"),
        ("idp.suspend", "idp.resume"),
        ("idp.resume", "idp.suspend"),
        ("idp.create_account", "idp.suspend"),
    ],
)
def test_the_undo_of_an_account_change_is_its_inverse(type_id: str, inverse: str) -> None:
    offered = catalogue.find(type_id).undo({"person": "dana"})
    assert offered == Offered(inverse, {"person": "dana"})


def test_an_old_password_cannot_be_brought_back() -> None:
    assert catalogue.find("idp.reset_password").undo({"person": "dana"}) is None
