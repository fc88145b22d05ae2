"""The schema as PostgreSQL's own catalogue tells it, in lines that can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdshort.records.roles import role_names

Ask = Callable[[str], list[tuple[Any, ...]]]
_OURS = "nspname IN ('kernel', 'public')"
_COLUMNS = (
    "pg_attribute t JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace"
)

PARTS = {
    "TABLES": f"""
        SELECT format('%s.%s %s %s%s%s', nspname, relname, attname,
                      format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END,
                      CASE attidentity WHEN 'a' THEN ' IDENTITY'
                                       WHEN 'd' THEN ' IDENTITY BY DEFAULT' END)
               || COALESCE(' = ' || pg_get_expr(adbin, adrelid), '')
          FROM {_COLUMNS}
          LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
         WHERE {_OURS} AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
         ORDER BY nspname, relname, attnum""",
    "CONSTRAINTS": f"""
        SELECT format('%s.%s %s %s', nspname, relname, conname, pg_get_constraintdef(k.oid))
          FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid
          JOIN pg_namespace n ON n.oid = relnamespace
         WHERE {_OURS} AND contype <> 'n' ORDER BY nspname, relname, conname""",
    "INDEXES": f"""
        SELECT indexdef FROM pg_indexes JOIN pg_namespace ON nspname = schemaname
         WHERE {_OURS} ORDER BY 1""",
    "TRIGGERS": f"""
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
          JOIN pg_namespace n ON n.oid = relnamespace
         WHERE {_OURS} AND NOT tgisinternal ORDER BY 1""",
    "FUNCTIONS": f"""
        SELECT format('%s.%s(%s) %s', nspname, proname, pg_get_function_identity_arguments(p.oid),
                      md5(prosrc))
          FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
         WHERE {_OURS} ORDER BY 1""",
}
"""What is written down in tests/snapshots/schema.txt; the same on every PostgreSQL from 15 on."""

RIGHTS = {
    "VIEWS": f"""
        SELECT format('%s.%s %s', nspname, relname, pg_get_viewdef(c.oid)) FROM pg_class c
          JOIN pg_namespace n ON n.oid = relnamespace WHERE {_OURS} AND relkind = 'v' ORDER BY 1""",
    "OWNERS AND RIGHTS": f"""
        SELECT format('%s.%s %s %s %s', nspname, relname, relowner::regrole, relrowsecurity,
                      (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) a))
          FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE {_OURS} AND relkind IN ('r', 'v', 'S') ORDER BY 1""",
    "RIGHTS OF COLUMNS": f"""
        SELECT format('%s.%s %s %s', nspname, relname, attname,
                      (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(attacl) a))
          FROM {_COLUMNS}
         WHERE {_OURS} AND attacl IS NOT NULL AND NOT attisdropped ORDER BY 1""",
    "POLICIES": """
        SELECT format('%s %s %s %s %s %s %s', tablename, policyname, permissive, roles, cmd, qual,
                      with_check)
          FROM pg_policies ORDER BY 1""",
    "SCHEMAS": f"""
        SELECT format('%s %s', nspname, nspacl) FROM pg_namespace WHERE {_OURS} ORDER BY 1""",
}
"""The rest, which only two databases of one server are compared by."""


def lines(ask: Ask, parts: dict[str, str]) -> list[str]:
    """The parts under their heads; roles appear by the name of their process."""
    found: list[str] = []
    for head, statement in parts.items():
        found += [head, "", *(" ".join(str(row[0]).split()) for row in ask(statement)), ""]
    text = "\n".join(found)
    for role, name in role_names().items():
        text = text.replace(name, f"{{{role}}}")
    return text.splitlines()
