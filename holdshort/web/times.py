"""Times and ages in the company's zone, marked up so that a small module can improve them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.template import Library
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.filter
def moment(text: Any) -> datetime | None:
    """A time that is stored as text, as inside facts."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def when(at: datetime | None) -> SafeString:
    """A moment in the company's zone; a small module turns it into the reader's own."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%A %-d %B %Y, %H:%M:%S} {local.tzname()}",
        short_time(local),
    )


@register.filter
def exactly(at: datetime | None) -> SafeString:
    """The same to the second, with its zone: for records."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    text = f"{local:%-d %b %Y, %H:%M:%S} {local.tzname()}"
    iso = local.isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" data-exact>{}</time>', iso, text)


def short_time(local: datetime) -> str:
    """`14:03` today, `Wed 14:03` this week, `3 Jun 2026` before or after."""
    days = (local.date() - timezone.localtime().date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if abs(days) < 7:
        return f"{local:%a %H:%M}"
    same_year = local.year == timezone.localtime().year
    return f"{local:%-d %b %H:%M}" if same_year else f"{local:%-d %b %Y}"


@register.filter
def day(at: datetime | None) -> str:
    """`3 June`; with the year when it is another one."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local:%-d %B}" + ("" if local.year == timezone.localtime().year else f" {local:%Y}")


@register.filter
def ago(at: datetime | str | None) -> str:
    """How long something is ago: `40 s ago`, `12 min ago`, `3 h ago`, `2 days ago`."""
    if not at:
        return "at a time we do not know"
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit} ago"
    return f"{seconds // 86400} days ago"


@register.filter
def in_the_future(at: datetime | None) -> bool:
    """Whether a moment is still to come, with a second to spare."""
    return at is not None and at > timezone.now() + timedelta(seconds=1)


@register.filter
def clock(at: datetime | None) -> SafeString:
    """`14:03:10`, for something about to run; a small module counts down beside it."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    iso = local.isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" data-clock>{}</time>', iso, f"{local:%H:%M:%S}")
