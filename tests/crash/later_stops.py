"""The stops beside the straight road: who decides for whom, what stands still, what ends."""

from __future__ import annotations

from datetime import timedelta

from holdshort import flow
from holdshort.core.terms import Assurance, Channel
from tests.crash.road import Args, Stop, _ticket
from tests.desk import Desk
from tests.kernel import scenes

WHY = "Production is down and nobody else answers the phone."


def _to_delegate(desk: Desk) -> Args:
    [(now,)] = desk.sql("SELECT clock_timestamp()")
    return 0, "samuel", now, now + timedelta(days=1), desk.sender("frieda")


def _delegated(desk: Desk) -> Args:
    _, *given, who = _to_delegate(desk)
    with desk.role("web"):
        return 0, flow.delegate(*given, sender=who), who


def _stands_still(desk: Desk) -> Args:
    who = desk.sender("ines")
    with desk.role("web"):
        flow.switch_off("connector:badge", "It opens the wrong doors.", sender=who)
    return 0, who


def _waits(desk: Desk) -> Args:
    action = scenes.grave(desk)
    return _ticket(desk, action), action, desk.sender("helena")


def _overridden(desk: Desk) -> Args:
    ticket, action, who = _waits(desk)
    with desk.role("web"):
        flow.override(action, WHY, sender=who)
    desk.stop("desk", "authorize", action)
    return ticket, action, desk.sender("nadia")


def _unproven(desk: Desk) -> Args:
    nobody_knows = {"channel": Channel.EMAIL, "assurance": Assurance.NONE}
    action = scenes.grave(desk, **nobody_knows)
    number = desk.story(action).review["number"]
    return _ticket(desk, action), number, desk.sender("sven")


def _to_record(desk: Desk) -> Args:
    [(ago,)] = desk.sql("SELECT clock_timestamp() - interval '1 hour'")
    return 0, {"person": "dana", "group": "build-tools"}, ago, desk.sender("sven")


def _silent(desk: Desk) -> Args:
    action = scenes.grave(desk)
    due = "remind_at = clock_timestamp() - interval '1 minute'"
    desk.sql(f"UPDATE kernel.review SET {due} WHERE action = '{action}'")
    return _ticket(desk, action), action


def _given(desk: Desk, person: str = "erik") -> Args:
    action = scenes.ask_for(desk, "build-tools", who=person)
    scenes.say_yes(desk, action, "sven")
    desk.stop("desk", "authorize", action)
    with desk.role("desk"):
        flow.sequence()
    desk.stop("executor", "execute", action)
    return _ticket(desk, action), action, desk.sender(person)


def _over(desk: Desk) -> Args:
    """Access for a time whose time is over; the directory does not show it any more."""
    ticket, action, _ = _given(desk, "carla")
    desk.sql(f"UPDATE kernel.outcome SET at = at - interval '5 hours' WHERE action = '{action}'")
    return ticket, action


LATER: dict[str, Stop] = {
    "delegate": Stop(
        "web",
        _to_delegate,
        lambda t, to, start, end, who: flow.delegate(to, start, end, sender=who),
    ),
    "take_back": Stop("web", _delegated, lambda t, one, who: flow.take_back(one, sender=who)),
    "switch_off": Stop(
        "web",
        lambda desk: (0, desk.sender("ines")),
        lambda t, who: flow.switch_off("connector:mdm", "It installs twice.", sender=who),
    ),
    "switch_on": Stop(
        "web",
        _stands_still,
        lambda t, who: flow.switch_on("connector:badge", "Mended.", sender=who),
    ),
    "override": Stop("web", _waits, lambda t, a, who: flow.override(a, WHY, sender=who)),
    "look_over": Stop(
        "web", _overridden, lambda t, a, who: flow.look_over(a, "right", "Seen.", sender=who)
    ),
    "record_made": Stop(
        "web",
        _to_record,
        lambda t, what, at, who: flow.record_made("idp.add_to_group", what, at, WHY, sender=who),
    ),
    "call_back": Stop(
        "web",
        _unproven,
        lambda t, n, who: flow.call_back(n, "directory", "confirmed", sender=who),
    ),
    "remind": Stop("desk", _silent, lambda t, a: flow.remind(a)),
    "end_access": Stop("web", _given, lambda t, a, who: flow.end_access(a, sender=who)),
    "lapse": Stop("desk", _over, lambda t, a: flow.lapse(a)),
}
