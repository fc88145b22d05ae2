"""Asking connected apps what a change would do, before it is staged.

Only the executor holds their credentials, so the desk wakes it, waits, and is woken again. What an
app cannot answer is an answer too: the desk goes on and hands the ticket to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import structlog

from holdshort import catalogue
from holdshort.core.terms import Inquiry, Offered, Preview
from holdshort.ports import Acts, ConnectorError, Previews
from holdshort.records import actions, db, grants, offers, previews
from holdshort.records.actions import Story
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops import authorizing, execution, lines, older

COME_AFTER = ("stage", "authorize", "restage", "lapse")
"""Stops that may wait for a preview whose wake-up was lost."""

log = structlog.get_logger()


def waits(about: str, offered: Sequence[Offered]) -> bool:
    """Whether an app must be asked first; then the executor is woken to ask it."""
    if not list(_unanswered(about, offered)):
        return False
    wake("preview", about)
    return True


def look(about: str, connectors: Mapping[str, Acts]) -> None:
    """Ask the apps about a proposal, or about an action that is asked anew, and wake the desk."""
    stop, offered = _asked(about)
    answers = [
        (inquiry, _answer(connectors.get(inquiry.connector), inquiry))
        for inquiry in _unanswered(about, offered)
    ]
    if not answers:
        return
    with db.transaction():
        for inquiry, answered in answers:
            previews.keep(about, inquiry, answered)
        wake(stop, about)


def next_words(story: Story) -> Mapping[str, object]:
    """The parameters that an action is asked anew with: its own, or as a reviewer changed them."""
    changed = story.decided("change") if story.fate is None else ()
    return {**story.action.params, **(changed[0]["changes"] if changed else {})}


def _asked(about: str) -> tuple[str, Sequence[Offered]]:
    """Which stop waits for the answers, and for what; nothing where nobody waits."""
    proposal = offers.proposal(about)
    if proposal is not None:
        return "stage", proposal.offer.actions if proposal.result is None else ()
    story = actions.story(about)
    if story is not None and (given := _due(story)):
        return "lapse", (given,)
    stop = _stop_that_waits(story) if story is not None else ""
    if story is None or not stop:
        return "", ()
    return stop, (Offered(story.action.type, next_words(story)),)


def _due(story: Story) -> Offered | None:
    """What takes back access whose time is over, where this gave it or was the last try to."""
    given = actions.story(story.action.undoes) if story.action.undoes else story
    grant = grants.grant(given.action.id) if given is not None else None
    if given is None or grant is None or not grant.due or grant.under_way:
        return None
    if (grant.tried or grant.action) != story.action.id:
        return None
    return catalogue.find(given.action.type).inverse(given.action.id, given.action.params)


def _stop_that_waits(story: Story) -> str:
    """Which stop is about to ask it anew. Too early an answer would be an old one by then."""
    if story.next_version is not None:
        return ""
    if story.fate is None and story.decided("change"):
        return "authorize"
    drifted = (story.outcome or {}).get("reason") == execution.DRIFT
    replaced = story.fate is None and not story.halted and bool(authorizing.voided(story, db.now()))
    return "restage" if drifted or replaced or older.asks_anew(story) else ""


def _unanswered(about: str, offered: Sequence[Offered]) -> Iterator[Inquiry]:
    world = World(asking=about)
    for one in _with_lines(offered, world):
        inquiry = _inquiry(one, world)
        if inquiry is not None and world.preview(inquiry) is None:
            yield inquiry


def _with_lines(offered: Sequence[Offered], world: World) -> Iterator[Offered]:
    for one in offered:
        yield one
        try:
            yield from lines.parts_of(one, db.now(), world)
        except catalogue.CatalogueError:
            continue


def _inquiry(offered: Offered, world: World) -> Inquiry | None:
    """What must be asked about an offered action; what is wrong with it is told when staging."""
    try:
        kind = catalogue.find(offered.type)
        return kind.inquiry(catalogue.parse(kind.id, offered.params), world)
    except catalogue.CatalogueError:
        return None


def _answer(connector: Acts | None, inquiry: Inquiry) -> Preview:
    if not isinstance(connector, Previews):
        return Preview({}, {}, f"‘{inquiry.connector}’ is no connected app that can be asked.")
    try:
        return connector.preview(inquiry)
    except ConnectorError as no:
        return Preview({}, {}, str(no))
    except Exception as error:
        log.error("preview_failed", connector=inquiry.connector, error=type(error).__name__)
        return Preview({}, {}, "The connection to this app failed unexpectedly.")
