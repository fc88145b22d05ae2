"""Decisions that must not count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.kernel.attack import Attack, nothing
from tests.kernel.attacks.actions import PARTIES
from tests.kernel.rows import Kernel, Made

# ------------------------------------------------------------------ scenes


def reviewed(kernel: Kernel) -> Made:
    """Sven and Nadia were asked about what Dana asks for."""
    return kernel.reviewed()


def another_reviewed(kernel: Kernel) -> tuple[Made, Made]:
    """Two reviews: Sven was asked about the first, Nadia about the second."""
    return kernel.reviewed(asked=("sven",)), kernel.reviewed(asked=("nadia",))


def one_panel(kernel: Kernel) -> int:
    """Sven and Nadia, each in their place."""
    return kernel.panel("sven", "nadia")


def panel_of_two(kernel: Kernel) -> int:
    """Sven has the first place of a panel; the second is free."""
    number = kernel.sql("SELECT count(*) + 2000 FROM kernel.panel")[0][0]
    kernel.insert("desk", "panel", id=number, size=2)
    kernel.seated(number, "sven", rank=1, size=2)
    return int(number)


def empty_panel(kernel: Kernel) -> int:
    """A panel of one, before anybody has a place on it."""
    number = kernel.sql("SELECT count(*) + 1000 FROM kernel.panel")[0][0]
    kernel.insert("desk", "panel", id=number, size=1)
    return int(number)


def asked_later(kernel: Kernel) -> Made:
    """Ines was asked when the review had opened."""
    made = kernel.reviewed()
    kernel.asked(made, "ines")
    return made


def decided(kernel: Kernel) -> Made:
    return kernel.decided(kernel.reviewed(), "sven")


def run_out(kernel: Kernel) -> Made:
    return kernel.reviewed(expires_at=kernel.now() - timedelta(seconds=1))


def asked_for_longer(kernel: Kernel) -> tuple[Made, Any]:
    """A review that has run out; Ines was asked later, as if it went on."""
    made, later = run_out(kernel), kernel.now() + timedelta(days=1)
    kernel.asked(made, "ines", expires_at=later)
    return made, later


def ended_account(kernel: Kernel) -> tuple[Made, int]:
    """Sven was asked; one of his accounts was taken away."""
    taken = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject, ended_at) "
        "VALUES ('sven', 'taken', 'sven', clock_timestamp()) RETURNING id"
    )
    return kernel.reviewed(), taken[0][0]


def about_the_agent(kernel: Kernel) -> tuple[Made, int]:
    """Erik started something; the agent has an account of its own."""
    account = kernel.sql(
        "INSERT INTO kernel.account (person, issuer, subject) "
        "VALUES ('agent', 'made-up', 'agent') RETURNING id"
    )
    made = kernel.reviewed(kernel.assessed(kernel.staged(initiator="erik", changer="erik")))
    return made, account[0][0]


def party(part: str) -> Any:
    """Sven, who was asked, has that part in the action himself."""

    def scene(kernel: Kernel) -> Made:
        return kernel.reviewed(kernel.assessed(kernel.staged(**{part: "sven"})))

    return scene


def second_account(kernel: Kernel) -> tuple[Made, int]:
    """Dana was asked about her own request, and has two accounts."""
    found = kernel.sql("SELECT max(id) FROM kernel.account WHERE person = 'dana'")
    return kernel.reviewed(asked=("dana", "sven")), found[0][0]


def turned(kind: str) -> Any:
    def scene(kernel: Kernel) -> Made:
        return kernel.turned(kernel.reviewed(), kind, "desk")

    return scene


_PARTY = {part: party(part) for part in PARTIES}

# ------------------------------------------------------------------ attacks


def as_owner(kernel: Kernel, made: Made, **forged: Any) -> None:
    """A decision with columns that no login role may fill in."""
    row = kernel.decision_row(made, "sven") | forged
    kernel.insert("owner", "decision", **row)


def _not_asked(kernel: Kernel) -> dict[str, Any]:
    return {"person": "helena", "account": kernel.accounts["helena"]}


def _seat(kernel: Kernel, panel: int, person: str, role: str = "desk", **forged: Any) -> None:
    kernel.seated(panel, person, role, **forged)


def _ask_later(kernel: Kernel, made: Made, person: str, role: str = "desk", **forged: Any) -> None:
    kernel.asked(made, person, role, **forged)


_WHO = [
    *(
        Attack(
            f"O1, O3: the {part} of an action decides about it",
            "decision.another_person",
            _PARTY[part],
            lambda k, made: k.decided(made, "sven"),
        )
        for part in PARTIES
    ),
    *(
        Attack(
            f"O1, O3: the {part} decides and says that somebody else is",
            "decision.of_these_bytes",
            _PARTY[part],
            lambda k, made, part=part: k.decided(made, "sven", **{part: "erik"}),
        )
        for part in PARTIES
    ),
    Attack(
        "O2: the requester decides through a second account",
        "decision.another_person",
        second_account,
        lambda k, of: k.decided(of[0], "dana", account=of[1]),
    ),
    Attack(
        "somebody decides with another person's account",
        "decision.decision_account_person_fkey",
        reviewed,
        lambda k, made: k.decided(made, "sven", account=k.accounts["nadia"]),
    ),
    Attack(
        "somebody decides through an account that was taken away",
        "decision.account_in_use",
        ended_account,
        lambda k, of: k.decided(of[0], "sven", account=of[1]),
    ),
    *(
        Attack(
            f"O4: the desk asks the {kind}, {when}",
            f"{table}.{table}_person_person_kind_fkey",
            scene,
            lambda k, of, person=person, ask=ask: ask(k, of, person),
        )
        for kind, person in (("agent", "agent"), ("service", "holdshort"))
        for when, table, scene, ask in (
            ("at first", "seat", empty_panel, _seat),
            ("later", "assignment", reviewed, _ask_later),
        )
    ),
    *(
        Attack(
            f"O4: the agent is asked, as an agent, {when}",
            f"{table}.{table}_person_kind_check",
            scene,
            lambda k, of, ask=ask: ask(k, of, "agent", "owner", person_kind="agent"),
        )
        for when, table, scene, ask in (
            ("at first", "seat", empty_panel, _seat),
            ("later", "assignment", reviewed, _ask_later),
        )
    ),
    Attack(
        "O4: the agent decides with an account of its own",
        "decision.decision_person_person_kind_fkey",
        about_the_agent,
        lambda k, of: k.decided(of[0], "agent", account=of[1]),
    ),
    Attack(
        "O4: the agent decides, as an agent",
        "decision.human",
        about_the_agent,
        lambda k, of: as_owner(k, of[0], person="agent", person_kind="agent", account=of[1]),
    ),
    Attack(
        "somebody decides who was not asked",
        "decision.asked",
        reviewed,
        lambda k, made: k.decided(made, "ines"),
    ),
    Attack(
        "somebody decides who was asked about something else",
        "decision.about_its_review",
        another_reviewed,
        lambda k, of: k.decided(of[0], "nadia", **of[1].review),
    ),
    Attack(
        "somebody decides who says that they were asked later",
        "decision.asked_later",
        reviewed,
        lambda k, made: k.decided(made, "ines", later=True),
    ),
    Attack(
        "somebody decides who was not asked, on the seat of somebody who was",
        "decision.seated is computed",
        reviewed,
        lambda k, made: as_owner(k, made, **_not_asked(k), seated="sven"),
        refusal="generated seated",
    ),
    Attack(
        "somebody decides who was not asked, for somebody who was asked later",
        "decision.assigned is computed",
        asked_later,
        lambda k, made: as_owner(k, made, **_not_asked(k), later=True, assigned="ines"),
        refusal="generated assigned",
    ),
    Attack(
        "somebody decides who is on the panel of another review",
        "decision.about_its_review",
        another_reviewed,
        lambda k, of: k.decided(of[0], "nadia", panel=of[1].review["panel"]),
    ),
    Attack(
        "people are asked who are no panel",
        "review.review_panel_fkey",
        lambda k: k.assessed(),
        lambda k, made: k.reviewed(made, panel=999_999),
    ),
    Attack(
        "another panel takes the number of one",
        "panel.panel_pkey",
        one_panel,
        lambda k, panel: k.insert("desk", "panel", id=panel, size=3),
    ),
    Attack(
        "a panel of fewer than none",
        "panel.panel_size_check",
        nothing,
        lambda k, _: k.insert("desk", "panel", id=999_998, size=-1),
    ),
    Attack(
        "somebody joins a panel that is full, and so the reviews that it was asked in",
        "seat.seat_panel_rank_key",
        one_panel,
        lambda k, panel: k.seated(panel, "ines", rank=2, size=2),
    ),
    *(
        Attack(
            f"somebody joins a panel that is full, on place {rank} of 2",
            "seat.a_place_of_it",
            one_panel,
            lambda k, panel, rank=rank: k.seated(panel, "ines", rank=rank, size=2),
        )
        for rank in (0, 3)
    ),
    Attack(
        "somebody joins a panel that is full, and says that it is greater",
        "seat.seat_panel_size_fkey",
        one_panel,
        lambda k, panel: k.seated(panel, "ines", rank=3, size=3),
    ),
    Attack(
        "somebody takes two places of a panel",
        "seat.seat_pkey",
        panel_of_two,
        lambda k, panel: k.seated(panel, "sven", rank=2, size=2),
    ),
    Attack(
        "somebody is asked in a review that does not exist",
        "assignment.assignment_review_fkey",
        reviewed,
        lambda k, made: k.asked(made, "sven", review=999_999),
    ),
    Attack(
        "somebody is asked twice",
        "assignment.assignment_pkey",
        asked_later,
        lambda k, made: k.asked(made, "ines", rank=7),
    ),
    Attack(
        "somebody is asked before the first",
        "assignment.assignment_rank_check",
        reviewed,
        lambda k, made: k.asked(made, "ines", rank=-1),
    ),
]

_WHEN = [
    Attack(
        "O6: a decision about other bytes",
        "decision.of_these_bytes",
        reviewed,
        lambda k, made: k.decided(made, "sven", digest="0" * 64),
    ),
    Attack(
        "O7: a decision after its time",
        "decision.in_time",
        run_out,
        lambda k, made: k.decided(made, "sven"),
    ),
    Attack(
        "O7: a decision after its time that says its time is not over",
        "decision.about_its_review",
        asked_for_longer,
        lambda k, of: k.decided(of[0], "ines", expires_at=of[1], later=True),
    ),
    *(
        Attack(
            f"O5: a decision about what is {kind}",
            "decision.not_ended",
            scene,
            lambda k, made: k.decided(made, "sven"),
        )
        for kind in ("superseded", "rejected", "expired")
        for scene in [turned(kind)]
    ),
    *(
        Attack(
            f"somebody who said yes says {second}, too",
            "decision.one_answer_each",
            decided,
            lambda k, made, second=second: k.decided(made, "sven", second),
        )
        for second in ("approve", "reject", "change")
    ),
    Attack(
        "a decision with the id of another",
        "decision.decision_pkey",
        decided,
        lambda k, made: k.decided(made, "nadia", id=made.decisions[0]["id"]),
    ),
]


def _says(words: str, control: str, verdict: str = "approve", **forged: Any) -> Attack:
    return Attack(
        words,
        f"decision.{control}",
        reviewed,
        lambda k, made: k.decided(made, "sven", verdict, **forged),
    )


_WHAT = [
    *(
        _says(f"{verdict}, for {reason!r}", "with_reason", verdict, reason_code=reason)
        for verdict in ("reject", "change", "hand_over")
        for reason in (None, "")
    ),
    _says("a change to nothing", "change_says_what", "change", changes=None),
    _says("a yes with a change", "change_says_what", changes={"group": "x"}),
    _says("a hand-over to nobody", "hand_over_says_whom", "hand_over", hand_to=None),
    _says("a yes that hands over", "hand_over_says_whom", hand_to="helena"),
    _says(
        "a hand-over to somebody made up", "decision_hand_to_fkey", "hand_over", hand_to="nobody"
    ),
    _says("a verdict that nobody knows", "decision_verdict_check", "yes"),
    _says("more assurance than there is", "decision_assurance_check", assurance=9),
    Attack(
        "a decision of another authority",
        "decision.decision_authority_check",
        reviewed,
        lambda k, made: as_owner(k, made, authority="self_declared"),
    ),
]


def proved(assurance: int) -> Any:
    """Sven was asked about something that asks for that assurance."""

    def scene(kernel: Kernel) -> Made:
        return kernel.reviewed(kernel.assessed(min_assurance=assurance))

    return scene


_PROVED = [
    Attack(
        f"somebody decides at assurance {less} what asks for {assurance}",
        "decision.well_proved",
        scene,
        lambda k, made, less=less: k.decided(made, "sven", assurance=less),
    )
    for assurance in (1, 2)
    for scene in [proved(assurance)]
    for less in range(assurance)
]

ATTACKS = [*_WHO, *_WHEN, *_WHAT, *_PROVED]
