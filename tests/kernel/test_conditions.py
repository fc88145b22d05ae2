"""The reader that leaves single conditions out of what PostgreSQL says."""

from __future__ import annotations

import pytest

from tests.kernel.conditions import weaker


@pytest.mark.parametrize(
    ("text", "weaker_ones"),
    [
        ("(a > 0)", []),
        ("((a > 0) AND (b > 0))", ["(true AND (b > 0))", "((a > 0) AND true)"]),
        ("((a > 0) OR (b > 0))", []),
        ("(NOT ((a > 0) AND (b > 0)))", []),
        ("(NOT ((a > 0) OR (b > 0)))", ["(NOT (false OR (b > 0)))", "(NOT ((a > 0) OR false))"]),
        ("((a = ' AND ') AND b)", ["(true AND b)", "((a = ' AND ') AND true)"]),
        ("(a <> ALL (ARRAY[x, y]))", ["(a <> ALL (ARRAY[y]))", "(a <> ALL (ARRAY[x]))"]),
        ("(a = ANY (ARRAY[x, y]))", []),
        (
            "((a)::text <> ALL ((ARRAY[x, y])::text[]))",
            ["((a)::text <> ALL ((ARRAY[y])::text[]))", "((a)::text <> ALL ((ARRAY[x])::text[]))"],
        ),
        (
            "(NOT (a = ANY (ARRAY[x, y])))",
            ["(NOT (a = ANY (ARRAY[y])))", "(NOT (a = ANY (ARRAY[x])))"],
        ),
        (
            "\nCASE k\n    WHEN 'a' THEN (x > 0)\n    ELSE true\nEND",
            ["\nCASE k\n    WHEN 'a' THEN true ELSE true\nEND"],
        ),
        (
            "(EXISTS ( SELECT\n   FROM t\n  WHERE ((t.a = a) AND (t.b = 1))))",
            [
                "(EXISTS ( SELECT\n   FROM t\n  WHERE (true AND (t.b = 1))))",
                "(EXISTS ( SELECT\n   FROM t\n  WHERE ((t.a = a) AND true)))",
            ],
        ),
        ("(NOT (EXISTS ( SELECT\n   FROM t\n  WHERE ((t.a = a) AND (t.b = 1)))))", []),
        (
            "(x @> jsonb_build_object('a', a, 'b', jsonb_build_object('c', c, 'd', d)))",
            [
                "(x @> jsonb_build_object('b', jsonb_build_object('c', c, 'd', d)))",
                "(x @> jsonb_build_object('a', a))",
                "(x @> jsonb_build_object('a', a, 'b', jsonb_build_object('d', d)))",
                "(x @> jsonb_build_object('a', a, 'b', jsonb_build_object('c', c)))",
            ],
        ),
    ],
)
def test_an_expression_is_left_without_each_of_its_conditions(
    text: str, weaker_ones: list[str]
) -> None:
    assert [one.text for one in weaker(text)] == weaker_ones
