"""Telling people outside the console: what they are to hear is found, and goes out in letters.

It rests on the rows of the road and writes none of them, and nothing is sent inside a transaction:
a mail server that is away delays nobody but those who read mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from holdshort import catalogue
from holdshort.core import canonical, letters, settings
from holdshort.core.letters import Letter, NotSent, Speaks, Told
from holdshort.records import db
from holdshort.records.ids import new_id
from holdshort.stops import asking, switching, telling

log = structlog.get_logger()

AT_FIRST = timedelta(minutes=5)
AT_A_STRETCH = 100
"""How many letters go out before what is new is looked for again."""


def deliver(speaker: Speaks, *, console: str, since: datetime) -> int:
    """Tell on one channel what happened since then and what waits. Gives how many letters went.

    A channel that has never told anything begins with what is new: nobody wants the old.
    """
    if not db.value("has_told", channel=speaker.name):
        since = max(since, db.now() - AT_FIRST)
    db.run(
        "find_deliveries",
        channel=speaker.name,
        to_each=speaker.to_each,
        pages=sorted(settings.pages(asking.policy())),
        gather=letters.GATHER,
        since=since,
        today=_today(),
    )
    sent = 0
    for _ in range(AT_A_STRETCH):
        claimed = db.rows("claim_letter", channel=speaker.name, letter=new_id())
        if not claimed:
            break
        found, goes_on = _send(str(claimed[0]["letter"]), speaker, console)
        sent += found
        if not goes_on:
            break
    return sent


def _send(id: str, speaker: Speaks, console: str) -> tuple[bool, bool]:
    """Whether this letter went out, and whether the channel takes more."""
    rows = db.rows("letter", letter=id, today=_today())
    asked = {row["action"] for row in rows if row["kind"] == "review"}
    # Who is asked about a change hears of it by that.
    done = [r for r in rows if r["needless"] or (r["kind"] == "notice" and r["action"] in asked)]
    _settle(done, "needless")
    due = [row for row in rows if row not in done]
    if not due:
        return False, True
    try:
        speaker.send(_letter(id, due, speaker, console))
    except NotSent as no:
        _later(id, due, speaker, no)
        return False, not no.down
    _settle(due, "sent")
    return True, True


def _today() -> date:
    """The day that it is where people work; whoever's last day is over hears nothing more."""
    return settings.on_its_clock(asking.policy(), db.now()).date()


def _letter(id: str, rows: list[db.Row], speaker: Speaks, console: str) -> Letter:
    first = rows[0]
    to = [first["email"]] if speaker.to_each else first["asked"]
    return letters.letter(id, [_told(row) for row in rows], to=to, console=console)


def _told(row: Mapping[str, Any]) -> Told:
    title = ""
    if row["canonical"] is not None and not row["private"]:
        # A type that this program does not know any more has no words, and holds up no letter.
        with suppress(catalogue.CatalogueError):
            title = telling.title_of(canonical.action_from(bytes(row["canonical"])))
    scope = switching.words(row["scope"]) if row["scope"] else ""
    zone = settings.zone_of(asking.policy())
    return letters.told(row, title=title, scope=scope, zone=zone)


def _settle(rows: list[db.Row], state: str) -> None:
    if rows:
        db.run("settle_deliveries", ids=[row["id"] for row in rows], state=state, reason="")


def _later(id: str, rows: list[db.Row], speaker: Speaks, no: NotSent) -> None:
    """Try again after a pause, with everything else on that channel where nothing is taken."""
    urgent = any(row["urgent"] for row in rows)
    wait = letters.pause(max(row["tries"] for row in rows), urgent=urgent)
    reason = letters.cut(letters.plain(str(no)), letters.LONGEST_LINE)
    log.warning("not_delivered", channel=speaker.name, letter=id, text=reason, final=no.final)
    db.run("try_again", letter=id, reason=reason, wait=wait, certain=no.certain, final=no.final)
    if no.down:
        db.run("hold_back", channel=speaker.name, reason=reason, wait=wait)
