"""What every kind of change has earned, and what ran without a person lately."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort import catalogue
from holdshort.records import db, queue
from holdshort.records.world import World
from holdshort.web.drawn import titled
from holdshort.web.screen import Who, screen


@screen(staff=True)
def track_record(request: HttpRequest, who: Who) -> HttpResponse:
    """One row for each category; what is not listed is in the first phase."""
    given = {
        "rows": [_row(row) for row in queue.standing()],
        "lately": queue.lately(),
        "runs": titled(queue.ran_alone(), World()),
    }
    return render(request, "track_record.html", given)


def _row(row: db.Row) -> db.Row:
    type_id, _, tier = row["category"].rpartition("/")
    kind = catalogue.REGISTRY.get(type_id)
    return {**row, "tier": int(tier), "title": kind.title if kind else type_id}
