"""People at work: they ask for changes and decide about them, also while the database restarts.

Whatever was acknowledged to them is written into a file, and has to be true afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path
from typing import Any

from django.db import Error, connection

from holdshort import flow
from holdshort.core.terms import Assurance, Channel, Sender
from holdshort.records import actions, db, people
from holdshort.stops import deciding
from holdshort.stops.deciding import Answer

ASKING = ("erik", "aylin", "mateo", "jonas")
GROUPS = ("sales-apac", "sales-emea", "crm-users", "support-agents", "finance-clerks")
PAUSE = 0.2


def write(acknowledged: Path) -> None:
    """Ask and decide until killed."""
    deciding.GRAVE_APPROVALS = 10**9  # These people have all the time in the world.
    with acknowledged.open("a") as file:

        def note(kind: str, name: object) -> None:
            file.write(f"{kind} {name}\n")
            file.flush()

        for group, person in cycle(product(GROUPS, ASKING)):
            patiently(lambda: note("ticket", ask(group, person)))  # noqa: B023
            patiently(lambda: decide_all(note))
            time.sleep(PAUSE)


def patiently(work: Callable[[], object]) -> None:
    """A person who sees an error looks again later; what was not confirmed is not repeated."""
    try:
        work()
    except (Error, flow.Refused):
        connection.close()
        time.sleep(PAUSE)


def ask(group: str, person: str) -> int:
    """Somebody asks to be added to a group."""
    params = {"person": person, "group": group}
    return flow.ask_by_form("idp.add_to_group", params, words="please", sender=sender(person))


def decide_all(note: Callable[[str, object], None]) -> None:
    """Everybody who was asked about something says yes."""
    for row in open_reviews():
        story = actions.story(str(row[1]))
        assert story is not None
        answer = Answer("approve", story.digest, "0" * 64)
        who = sender(str(story.assignments[0]["person"]))
        note("decision", flow.decide(row[0], answer, sender=who))


def open_reviews() -> list[tuple[Any, ...]]:
    """Reviews that nobody has answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.number, r.action FROM kernel.review r WHERE NOT EXISTS "
            "(SELECT FROM kernel.decision d WHERE d.review = r.number) ORDER BY r.number LIMIT 20"
        )
        return list(cursor.fetchall())


def sender(person: str) -> Sender:
    """A person with a session."""
    found, account = people.person(person), people.account(person, "local")
    assert found is not None and account is not None and db.now()
    return Sender(found, account, Channel.PORTAL, Assurance.SESSION)
