"""The right person is asked, sees why, and no wait is without an end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.deciders import Deciders
from holdshort.core.duties import who_may_not
from holdshort.core.routing import Assigned, Routing, route
from holdshort.core.stakes import NOTHING
from holdshort.core.terms import Authority, Employment, Kind

from .examples import NOON, action, person

AWAY = ((datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)),)
CONTEXTS = ("security", "access", "finance", "hr", "legal", "facilities", "general")
PEOPLE = {who: person(who) for who in ("dana", "bo", "priya", "sam", "fay")}


def asked(register: list[Authority], context: str = "access", **changes: Any) -> Routing:
    desk: dict[str, Any] = {
        "action": action(),
        "writer": None,
        "register": {entry.person: entry for entry in register},
        "people": PEOPLE,
        "at": NOON,
        "open_reviews": {},
        "stakes": NOTHING,
    }
    desk |= {name: changes.pop(name) for name in desk.keys() & changes.keys()}
    return route(Deciders(**desk), **{"context": context, "owners": (), **changes})


def who(found: Routing) -> list[str]:
    return [one.person for one in found.reviewers]


def test_whoever_decides_the_context_is_asked_and_sees_why() -> None:
    found = asked([Authority("priya", ("security",)), Authority("sam", ("access",))], "security")
    assert found.reviewers == (Assigned("priya", "you decide security questions", 1),)
    assert found.fault is None
    assert found.who_can_end_it == "Priya can end this wait by deciding."


def test_the_owner_of_the_system_comes_first_and_is_asked_once() -> None:
    register = [Authority("bo", ("access",)), Authority("priya", ("access", "security"))]
    found = asked(register, owners=(("priya", "you own AWS"),), open_reviews={"priya": 9})
    assert found.reviewers == (
        Assigned("priya", "you own AWS", 1),
        Assigned("bo", "you decide access questions", 2),
    )
    assert found.who_can_end_it == "Priya or Bo can end this wait by deciding."


def test_an_owner_outside_the_register_is_not_asked() -> None:
    found = asked([Authority("bo", ("access",))], owners=(("sam", "you own AWS"),))
    assert who(found) == ["bo"]


def test_among_equals_whoever_has_least_waiting_comes_first() -> None:
    register = [Authority(one, ("access",)) for one in ("bo", "priya", "sam")]
    found = asked(register, open_reviews={"bo": 4, "priya": 2, "sam": 3})
    assert who(found) == ["priya", "sam", "bo"]


def test_a_generalist_is_asked_when_nobody_of_the_context_is_there() -> None:
    register = [Authority("bo", ("general",)), Authority("sam", ("hr",)), Authority("fay", ("hr",))]
    found = asked(register, "finance")
    assert found.reviewers == (
        Assigned("bo", "nobody else can decide this finance question now", 1),
    )
    assert who(asked([*register, Authority("priya", ("finance",))], "finance")) == ["priya"]


@pytest.mark.parametrize("context", ["security", "something unheard of", ""])
def test_a_generalist_never_decides_security_or_what_nobody_understands(context: str) -> None:
    register = [Authority(one, ("general",)) for one in ("bo", "priya", "sam")]
    assert asked(register, context).fault


def test_a_backup_stands_in_until_the_absence_ends() -> None:
    register = [
        Authority("bo", ("access",), backup="sam", absent=AWAY),
        Authority("sam", ("hr",)),
        Authority("fay", ("finance",)),
    ]
    assert asked(register).reviewers == (Assigned("sam", "you stand in for Bo until 3 Dec", 1),)
    back = datetime(2026, 12, 3, tzinfo=UTC)
    assert who(asked(register, at=back)) == ["bo"]


def test_a_backup_who_is_away_too_is_followed_by_theirs() -> None:
    register = [
        Authority("bo", ("access",), backup="sam", absent=AWAY),
        Authority("sam", ("hr",), backup="fay", absent=AWAY),
        Authority("fay", ("finance",)),
    ]
    assert asked(register).reviewers == (Assigned("fay", "you stand in for Bo until 3 Dec", 1),)


def test_backups_in_a_circle_end_in_a_fault_and_not_in_a_loop() -> None:
    register = [
        Authority("bo", ("access",), backup="sam", absent=AWAY),
        Authority("sam", ("hr",), backup="bo", absent=AWAY),
        Authority("fay", ("finance",)),
    ]
    assert asked(register).fault


@pytest.mark.parametrize("backup", ["stranger", "priya"])
def test_a_backup_outside_the_register_is_not_asked(backup: str) -> None:
    register = [
        Authority("bo", ("access",), backup=backup, absent=AWAY),
        Authority("sam", ("hr",)),
        Authority("fay", ("hr",)),
    ]
    assert asked(register).fault


def test_a_backup_also_stands_in_for_whoever_has_a_part_in_the_action() -> None:
    register = [
        Authority("dana", ("access",), backup="sam"),
        Authority("sam", ("hr",)),
        Authority("fay", ("hr",)),
    ]
    found = asked(register)
    assert found.reviewers == (
        Assigned("sam", "you stand in for Dana, who may not decide this", 1),
    )


def test_agents_strangers_and_people_who_left_are_not_asked() -> None:
    people = PEOPLE | {
        "priya": person("priya", kind=Kind.AGENT),
        "sam": person("sam", employment=Employment("ended")),
        "fay": person("fay", employment=Employment("active", end=date(2026, 11, 30))),
    }
    register = [Authority(one, ("access",)) for one in ("priya", "sam", "fay", "stranger", "bo")]
    assert who(asked(register, people=people)) == ["bo"]


def test_an_outside_approver_without_employment_record_may_decide() -> None:
    people = PEOPLE | {"fay": person("fay", employment=Employment())}
    assert who(asked([Authority("fay", ("access",))], people=people)) == ["fay"]


# ------------------------------------------------------------------ nobody, and small teams


def test_an_empty_answer_is_a_fault_that_names_who_can_end_the_wait() -> None:
    register = [
        Authority("dana", ("access",)),
        Authority("bo", ("access",), absent=AWAY),
        Authority("sam", ("hr",)),
    ]
    found = asked(register)
    assert found.reviewers == ()
    assert found.fault is not None
    assert found.fault.rule == "routing.nobody"
    assert found.fault.observed == (
        "Dana asked for this, so somebody else must decide. Bo is away until 3 Dec. "
        "Sam decides other questions."
    )
    assert found.who_can_end_it == (
        "Bo can decide from 3 Dec. An owner of this desk can end this wait by naming another "
        "reviewer for access questions in company.yaml. Dana can withdraw it."
    )
    assert found.who_can_end_it in found.fault.text


def test_an_empty_register_is_a_fault() -> None:
    found = asked([])
    assert found.fault
    assert found.fault.observed == "The authority register is empty."


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("requester", ["bo", "fay", "dana"])
def test_one_it_person_and_one_outside_approver_never_deadlock(
    context: str, requester: str
) -> None:
    register = [
        Authority("bo", ("security", "access", "general")),
        Authority("fay", ("finance",)),
    ]
    own = action(requester=requester, beneficiary=requester)
    found = asked(register, context, action=own)
    assert found.fault is None
    assert requester not in who(found)


def test_the_outside_approver_is_told_why_it_is_their_turn() -> None:
    register = [Authority("bo", ("security",)), Authority("fay", ("finance",))]
    found = asked(register, "security", action=action(requester="bo", beneficiary="bo"))
    assert found.reviewers == (Assigned("fay", "you are the other person who decides here", 1),)


def test_a_team_of_one_cannot_decide_about_itself() -> None:
    found = asked([Authority("dana", CONTEXTS)])
    assert found.fault


def test_the_fault_names_the_owners_of_the_desk() -> None:
    found = asked([], keepers=("Ines", "Fay"))
    assert found.who_can_end_it.startswith("Ines or Fay can end this wait by naming another")


def test_whoever_opened_the_ticket_for_somebody_else_is_not_asked() -> None:
    register = [Authority("bo", ("access",)), Authority("fay", ("general",))]
    found = asked(register, writer="bo")
    assert who(found) == ["fay"]
    assert who(asked(register, writer="dana")) == ["bo"]


def test_where_both_deciders_have_a_part_the_beneficiary_can_ask_instead() -> None:
    register = [Authority("bo", ("access",)), Authority("fay", ("general",))]
    found = asked(register, action=action(requester="bo", beneficiary="fay"))
    assert found.who_can_end_it.startswith("If Fay asks for it, Bo can decide. ")
    wrote = asked(register, action=action(requester="fay", beneficiary="bo", initiator="bo"))
    assert wrote.who_can_end_it.startswith("If Bo asks for it, Fay can decide. ")


# ------------------------------------------------------------------ where two must say yes


def test_two_are_asked_where_two_must_say_yes() -> None:
    register = [Authority("bo", ("security",)), Authority("fay", ("general",))]
    found = asked(register, "security", needed=2)
    assert (who(found), found.fault) == (["bo", "fay"], None)


def test_where_two_must_say_yes_and_one_may_the_fault_says_so_and_the_one_is_asked() -> None:
    register = [Authority("bo", ("security",)), Authority("fay", ("general",))]
    own = action(requester="fay", beneficiary="fay")
    found = asked(register, "security", action=own, needed=2)
    assert who(found) == ["bo"]
    assert found.fault is not None
    assert found.fault.text.startswith("Needs 2 people, and only Bo may decide it here. ")
    assert "Fay can withdraw it." in found.who_can_end_it


def test_the_wait_for_a_second_one_who_is_away_ends_when_they_are_back() -> None:
    register = [Authority("bo", ("security",)), Authority("fay", ("general",), absent=AWAY)]
    found = asked(register, "security", needed=2)
    assert found.who_can_end_it.startswith("Bo or Fay can decide from 3 Dec. ")


# ------------------------------------------------------------------ where two sides must say yes

BADGES: dict[str, Any] = {"context": "security", "also": ("facilities",), "needed": 2}
SAFE, DOORS = Authority("bo", ("security",)), Authority("fay", ("facilities",))


def test_each_side_is_asked_and_the_first_of_each_stand_first() -> None:
    found = asked([SAFE, Authority("priya", ("security", "access")), DOORS], **BADGES)
    assert who(found) == ["bo", "fay", "priya"]
    assert found.who_can_end_it == (
        "Bo or Priya for security, and Fay for facilities can end this wait by deciding."
    )


@pytest.mark.parametrize(
    ("register", "short"),
    [
        ([SAFE, Authority("priya", ("security",)), Authority("sam", ("hr",))], "for facilities"),
        ([Authority("bo", ("security", "facilities"))], "only Bo may decide it here"),
    ],
)
def test_two_of_one_side_are_not_enough(register: list[Authority], short: str) -> None:
    found = asked(register, **BADGES)
    assert who(found) == ["bo"], "with fewer than needed it is routed again when more are there"
    assert found.fault is not None and short in found.fault.text


def test_who_decides_both_speaks_for_either_and_never_for_both() -> None:
    both = Authority("sam", ("security", "facilities"))
    assert asked([SAFE, both], **BADGES).fault is None
    assert asked([both, DOORS], **BADGES).fault is None
    assert asked([both], **BADGES).fault is not None


def test_a_generalist_speaks_for_a_side_that_has_nobody() -> None:
    register = [SAFE, Authority("fay", ("general",)), Authority("sam", ("hr",))]
    assert (who(asked(register, **BADGES)), asked(register, **BADGES).fault) == (
        ["bo", "fay"],
        None,
    )


# ------------------------------------------------------------------ work by hand


def done_by(approver: str, *register: Authority, owners: Any = ()) -> str:
    entries = {entry.person: entry for entry in register}
    desk = Deciders(action(requester="bo", beneficiary="bo"), None, entries, PEOPLE, NOON, {})
    return desk.hands(approver, "access", owners)


def test_who_approves_in_their_own_field_does_the_work() -> None:
    assert done_by("sam", Authority("bo", ("access",)), Authority("sam", ("access",))) == "sam"
    owner = (("fay", "you own AWS"),)
    assert done_by("fay", Authority("bo", ("access",)), owners=owner) == "fay"


def test_an_approver_outside_the_field_leaves_the_work_to_it() -> None:
    assert done_by("fay", Authority("bo", ("access",)), Authority("fay", ("general",))) == "bo"


def test_without_anybody_of_the_field_here_the_approver_has_it() -> None:
    away = Authority("bo", ("access",), absent=AWAY)
    assert done_by("fay", away, Authority("fay", ("general",))) == "fay"


entries = st.builds(
    Authority,
    st.sampled_from([*PEOPLE, "stranger"]),
    st.lists(st.sampled_from(CONTEXTS), max_size=3).map(tuple),
    backup=st.none() | st.sampled_from([*PEOPLE, "stranger"]),
    absent=st.sampled_from([(), AWAY]),
)
names = st.sampled_from(sorted(PEOPLE))


@given(
    st.lists(entries, max_size=5, unique_by=lambda entry: entry.person),
    st.sampled_from([*CONTEXTS, "odd"]),
    st.lists(st.tuples(names, st.just("you own AWS")), max_size=3),
    names,
    names,
    st.dictionaries(names, st.integers(0, 5)),
    st.integers(1, 2),
    st.none() | names,
)
def test_everybody_asked_may_decide_and_too_few_asked_are_a_fault(
    register: list[Authority],
    context: str,
    owners: list[tuple[str, str]],
    requester: str,
    beneficiary: str,
    load: dict[str, int],
    needed: int,
    writer: str | None,
) -> None:
    one = action(requester=requester, beneficiary=beneficiary)
    more: dict[str, Any] = {"needed": needed, "writer": writer, "open_reviews": load}
    found = asked(register, context, action=one, owners=owners, **more)
    entered = {entry.person: entry for entry in register}
    for place, assigned in enumerate(found.reviewers, start=1):
        assert assigned.rank == place
        assert assigned.why.startswith(("you ", "nobody else"))
        assert who_may_not(one, PEOPLE[assigned.person], writer=writer) == ()
        assert not entered[assigned.person].absent
    assert len(set(who(found))) == len(found.reviewers)
    assert (found.fault is None) == (len(found.reviewers) >= needed)
    assert "can end this wait" in found.who_can_end_it


# ------------------------------------------------------------------ too much, and silence

LAST = {"bo": 25, "priya": 3}


def test_an_owner_with_too_much_waiting_comes_last_and_the_next_reads_why() -> None:
    register = [Authority(one, ("access",)) for one in ("bo", "priya")]
    found = asked(register, owners=(("bo", "you own AWS"),), open_reviews=LAST)
    assert found.reviewers == (
        Assigned("priya", "you decide access questions; Bo has 20 or more open", 1),
        Assigned("bo", "you own AWS", 2),
    )


def test_where_everybody_has_too_much_the_next_circle_is_asked_first() -> None:
    register = [
        Authority("bo", ("access",)),
        Authority("fay", ("general",)),
        Authority("sam", ("hr",)),
    ]
    assert who(asked(register, open_reviews={"bo": 20})) == ["fay", "bo"]
    assert who(asked(register, open_reviews={"bo": 20, "fay": 20})) == ["bo", "fay"]
