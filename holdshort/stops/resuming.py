"""Going on with a bundle of which a part failed: what is done stays done, the rest is asked anew.

Nothing runs twice: what the world shows already is no change, and a line that is on its way, or
that somebody said no to, is not offered again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from holdshort import catalogue
from holdshort.core.terms import Offered, Sender
from holdshort.records import actions, audit, db, offers, queue
from holdshort.stops import progress
from holdshort.stops.assess import Assessment
from holdshort.stops.refused import Refused, known


def bundle_of(number: int) -> Offered | None:
    """The latest bundle that was offered on a ticket."""
    for row in db.rows("proposals_of_ticket", ticket=number):
        proposal = offers.proposal(str(row["id"]))
        for one in proposal.offer.actions if proposal else ():
            kind = catalogue.REGISTRY.get(one.type)
            if kind is not None and kind.is_bundle:
                return one
    return None


def can_resume(number: int) -> bool:
    """Whether a bundle of this ticket has lines that ended, or will, without anybody's no."""
    found = progress.lines(number)
    failed = [one for one in found if _failed(one)]
    return bool(failed or progress.dead(found)) and bundle_of(number) is not None


def _failed(one: progress.Standing) -> bool:
    ended = (*progress.DONE, *progress.OPEN, *progress.DOUBTFUL, *progress.ANSWERED_NO)
    return one.state not in ended


def let_go(number: int, *, sender: Sender) -> Offered:
    """End the lines that can never run. Gives what is to be offered again. Raises Refused."""
    if not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can say this.")
    bundle = bundle_of(number)
    if bundle is None or not can_resume(number):
        raise Refused("nothing_to_resume", "Nothing is left here that could be tried again.")
    for id in sorted(progress.dead(progress.lines(number))):
        actions.add_fate(known(id), "withdrawn", person=sender.person.id, reason="resumed")
        audit.event("action.withdrawn", actor=sender.person.id, ticket=number, action=id)
    return bundle


def _is_answered(there: progress.Standing, one: Assessment) -> bool:
    """Whether that line is on its way, or somebody changed it and that was done instead."""
    changed = there.words != progress.words(one.action)
    done = changed and there.state in progress.DONE
    return done or there.state in (*progress.OPEN, *progress.DOUBTFUL)


def left(found: Sequence[Assessment], number: int) -> list[Assessment]:
    """Of the lines of a bundle those that the ticket does not have already, waiting for the same.

    A line that waits for one that was refused is left out with it.
    """
    found_lines = progress.lines(number)
    there = {progress.words(one.first): one for one in found_lines}
    there |= {one.words: one for one in found_lines}
    under_way: dict[str, str] = {}
    refused: set[str] = set()
    kept = []
    for one in found:
        known_as = there.get(progress.words(one.action))
        if known_as and _is_answered(known_as, one):
            under_way[one.action.id] = known_as.root
        elif (known_as and known_as.state in progress.ANSWERED_NO) or refused & {*one.action.after}:
            refused.add(one.action.id)
        else:
            after = tuple(under_way.get(id, id) for id in one.action.after)
            kept.append(replace(one, action=replace(one.action, after=after)))
    return kept
