"""kill -9 of the executor before and after every step: never two effects, nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.executor import MOMENTS
from tests.crash.scene import Scene, ended, scene
from tests.desk import Server

SHAPES = ("set", "keyed", "blind")
ENDS = {"set": "executed", "keyed": "executed", "blind": "unknown"}


class Killed:
    """One action for every moment; its executor was killed there, and another one came later."""

    def __init__(self, on: Scene, shape: str) -> None:
        self.on = on
        self.shape = shape
        self.actions = {moment: on.authorized() for moment in MOMENTS}
        self.exits = self._all(killing=True)
        self.effects_when_killed = self._effects()
        on.end_lease()
        self.exits_after = self._all(killing=False)

    def _all(self, *, killing: bool) -> dict[str, int | None]:
        started = {
            moment: self.on.start(action, shape=self.shape, at=moment if killing else "")
            for moment, action in self.actions.items()
        }
        return {moment: ended(process) for moment, process in started.items()}

    def _effects(self) -> dict[str, int]:
        return {moment: len(self.on.effects(action)) for moment, action in self.actions.items()}


@pytest.fixture(scope="module", params=SHAPES)
def killed(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Killed]:
    with scene(server, tmp_path_factory.mktemp("killed")) as on:
        yield Killed(on, request.param)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_any_moment_leaves_one_effect_at_most_and_no_doubt_unsaid(
    killed: Killed, moment: str
) -> None:
    action = killed.actions[moment]
    if killed.shape == "blind" and moment.startswith("read_back"):
        assert killed.exits[moment] == 0  # Nothing can be read there, so the step does not exist.
    else:
        assert killed.exits[moment] == -9
    assert killed.exits_after[moment] == 0
    assert killed.on.desk.story(action).state == ENDS[killed.shape]
    effects = len(killed.on.effects(action))
    if killed.shape == "blind":
        assert killed.on.stands(action) == "with_person"
        started = moment not in ("claim:before", "_attempt:before", "_attempt:after")
        assert effects == (killed.effects_when_killed[moment] if started else 1)
    else:
        assert killed.on.stands(action) == "closed"
        assert effects == 1


def test_what_happened_before_the_kill_is_counted(killed: Killed) -> None:
    before, after = killed.effects_when_killed["request:before"], "request:after"
    assert (before, killed.effects_when_killed[after]) == (0, 1)
