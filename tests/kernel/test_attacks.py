"""Every attack, tried through a real login: it is refused, by the control that is named."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.kernel.attack import Attack, refused_by
from tests.kernel.attacks import BY_HAND, ON_ONE_DATABASE
from tests.kernel.rows import Kernel


def name(attack: Attack) -> str:
    return f"{attack.words} ({attack.control})"


def refusal(kernel: Kernel, attack: Attack) -> str:
    """What refuses an attack that is tried through the login of its role."""
    scene = kernel.once(attack.scene)
    try:
        attack.strike(kernel, scene)
    except Exception as error:
        return refused_by(error)
    return "nothing"


@pytest.mark.parametrize("attack", ON_ONE_DATABASE, ids=name)
def test_an_attack_is_refused_by_its_control(kernel: Kernel, attack: Attack) -> None:
    assert refusal(kernel, attack) == attack.refused_by


def test_no_two_attacks_are_called_the_same() -> None:
    names = Counter((attack.words, attack.control) for attack in BY_HAND)
    assert [name for name, count in names.items() if count > 1] == []
