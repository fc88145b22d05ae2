"""Short ways to the points of the road that the tests start from."""

from __future__ import annotations

from typing import Any

from holdshort import flow
from holdshort.ports import Shape
from tests.desk import Desk
from tests.fakes.connector import Fake, FakeSettings


def connect(desk: Desk, shape: Shape = Shape.SET, timeout: float = 5) -> None:
    """The directory of the demo company is the fake target, in one of its shapes."""
    desk.connectors["directory"] = Fake("directory", FakeSettings(shape=shape, timeout=timeout))


def ask_for(
    desk: Desk, group: str, *, who: str = "dana", words: str = "please add me", **sender: Any
) -> str:
    """Somebody asks to be added to a group. Gives the action."""
    desk.agent.will("idp.add_to_group", person=who, group=group)
    return latest(desk, desk.ask(who, words, **sender))


def latest(desk: Desk, ticket: int) -> str:
    action: str = desk.action(ticket).action.id
    return action


def grave(desk: Desk, **more: Any) -> str:
    """An action of tier 3 that waits for a person."""
    return ask_for(desk, "build-tools", **more)


def held(desk: Desk, **more: Any) -> str:
    """An action of tier 2 that will run by itself when its hold window is over."""
    return ask_for(desk, "photo-club", **more)


def approved_but_not_run(desk: Desk) -> str:
    """An action of tier 3 that was approved and is in the log, and that nobody has started."""
    from tests.kernel.waking import woken

    action = grave(desk)
    say_yes(desk, action, "sven")
    desk.stop("desk", "authorize", action)
    with desk.role("desk"):
        flow.sequence()
    woken(desk)
    return action


def say_yes(desk: Desk, action: str, person: str) -> None:
    """An approval, after which nothing runs yet."""
    say(desk, action, person, "approve")


def say(desk: Desk, action: str, person: str, verdict: str, **more: Any) -> str:
    """An answer, after which nothing runs yet. Gives the decision."""
    from holdshort.stops.deciding import Answer

    story = desk.story(action)
    who = desk.sender(person)
    answer = Answer(verdict, more.pop("digest", story.digest), "0" * 64, **more)
    with desk.role("web"):
        return flow.decide(story.review["number"], answer, sender=who)


def state_of(desk: Desk, action: str) -> str:
    found: str = desk.story(action).state
    return found
