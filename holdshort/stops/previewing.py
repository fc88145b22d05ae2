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
from holdshort.records import actions, db, offers, previews
from holdshort.records.actions import Story
from holdshort.records.wake import wake
from holdshort.records.world import World

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
    for inquiry in _unanswered(about, offered):
        answered = _answer(connectors.get(inquiry.connector), inquiry)
        with db.transaction():
            previews.keep(about, inquiry, answered)
    if offered:
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
    if story is None or story.next_version is not None:
        return "restage", ()
    stop = "authorize" if story.fate is None and story.decided("change") else "restage"
    return stop, (Offered(story.action.type, next_words(story)),)


def _unanswered(about: str, offered: Sequence[Offered]) -> Iterator[Inquiry]:
    world = World(asking=about)
    for one in offered:
        inquiry = _inquiry(one, world)
        if inquiry is not None and world.preview(inquiry) is None:
            yield inquiry


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
