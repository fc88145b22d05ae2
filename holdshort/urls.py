"""Every address of the web process."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import IntConverter

from holdshort.web import (
    access,
    alone,
    attachments,
    by_hand,
    call_backs,
    change,
    delegations,
    forms,
    made,
    overrides,
    portal,
    record,
    review,
    reviews,
    rules,
    safe_mode,
    signin,
    switches,
    ticket,
    tickets,
    track_record,
)


class NumberConverter(IntConverter):
    """A number of ours; what is longer never was one."""

    regex = "[0-9]{1,15}"


register_converter(NumberConverter, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", portal.home),
    path("sign-in", signin.sign_in),
    path("sign-in/link/<str:token>", signin.link),
    path("sign-out", signin.sign_out),
    path("forms", forms.forms),
    path("forms/<str:type_id>", forms.form),
    path("tickets", tickets.listing),
    path("tickets/<number:number>", ticket.show),
    path("tickets/<number:number>/reply", ticket.reply),
    path("tickets/<number:number>/person", ticket.ask_a_person),
    path("tickets/<number:number>/password", ticket.password),
    path("tickets/<number:number>/resume", ticket.resume),
    path(
        "tickets/<number:number>/attachments/<number:message>/<number:place>",
        attachments.download,
    ),
    path("reviews", reviews.reviews),
    path("reviews/<number:number>", review.show),
    path("reviews/<number:number>/decision", review.decide),
    path("reviews/<number:number>/call-back", call_backs.record),
    path("actions/<uuid:action>/record", record.record),
    path("actions/<uuid:action>/stop", change.stop),
    path("actions/<uuid:action>/undo", change.undo),
    path("actions/<uuid:action>/report", by_hand.report),
    path("actions/<uuid:action>/answer", by_hand.send),
    path("actions/<uuid:action>/finding", by_hand.find),
    path("actions/<uuid:action>/end", access.end),
    path("access", access.show),
    path("actions/<uuid:action>/override", overrides.use),
    path("overrides", overrides.show),
    path("overrides/made", made.kinds),
    path("overrides/made/<str:type_id>", made.form),
    path("overrides/<uuid:action>/look", overrides.look),
    path("by-hand", by_hand.show),
    path("safe-mode", safe_mode.show),
    path("safe-mode/end", safe_mode.end),
    path("safe-mode/<uuid:action>", safe_mode.settle),
    path("switches", switches.show),
    path("switches/off", switches.off),
    path("switches/on", switches.on),
    path("track-record", track_record.track_record),
    path("delegations", delegations.delegations),
    path("delegations/<uuid:delegation>/end", delegations.take_back),
    path("own-decisions", alone.own_decisions),
    path("own-decisions/<uuid:decision>", alone.look),
    path("rules", rules.rules),
    path("rules/<number:number>/adopt", rules.adopt),
]
if find_spec("holdshort.api.urls"):
    # First, because programs ask more often than people, and addresses are compared in this order.
    urlpatterns.insert(0, path("api/", include("holdshort.api.urls")))

handler400 = "holdshort.web.errors.bad_request"
handler403 = "holdshort.web.errors.forbidden"
handler404 = "holdshort.web.errors.not_found"
handler500 = "holdshort.web.errors.server_error"
