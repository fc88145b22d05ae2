"""A decision of several sides: each of them has to have somebody's yes."""

from __future__ import annotations

import pytest

from holdshort.core.sides import missing

SIDES = ("hr", "access")


@pytest.mark.parametrize(
    ("yes", "left"),
    [
        ([], SIDES),
        ([{"hr"}], ("access",)),
        ([{"access", "security"}], ("hr",)),
        ([{"hr"}, {"hr", "legal"}], ("access",)),
        ([{"hr", "access"}, {"hr"}], ()),
        ([{"hr"}, {"hr", "access"}], ()),
        ([{"general"}, {"hr", "access"}], ()),
        ([{"finance"}, {"hr", "access"}], ("hr",)),
        ([{"hr", "access"}], ("access",)),
    ],
)
def test_each_person_speaks_for_one_side_and_a_generalist_for_any(
    yes: list[set[str]], left: tuple[str, ...]
) -> None:
    assert missing(SIDES, yes) == left
