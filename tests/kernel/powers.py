"""What a role may do besides its tables: make things, be somebody else, use numbers.

Each is a power that no login role has, as a mutant that gives it and an attack that uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from holdshort.records.roles import OWNER, role_names
from tests.kernel.attack import Attack, reached
from tests.kernel.attacks import people
from tests.kernel.grant_table import ROLES
from tests.kernel.mutants import SCHEMAS, Mutant
from tests.kernel.reach import Statement
from tests.kernel.rights import who
from tests.kernel.rows import Kernel


@dataclass(frozen=True)
class Power:
    """`gives` hands it to a role; `uses` is what the role does with it."""

    role: str
    name: str
    gives: Statement
    uses: Any
    refusal: str

    @property
    def mutant(self) -> Mutant:
        about = {"role": self.role, "table": "roles"}
        return Mutant("power", "roles", self.name, (self.gives,), frozenset({self.name}), about)

    @property
    def attack(self) -> Attack:
        words = self.name.replace("may not", "tries to").replace("is not", "acts as")
        return Attack(
            words,
            self.name,
            people.one_job_in_every_queue,
            lambda k, _: self.uses(k),
            refusal=self.refusal,
        )


def missing(kernel: Kernel) -> list[Power]:
    """Every power that a login role does not have."""
    return [
        *_makes(kernel),
        *(one for role in ROLES for one in _becomes(role)),
        *(one for role in ROLES for one in _attributes(role)),
        *_numbers(kernel),
    ]


def _run(role: str, statement: Statement) -> Any:
    return lambda kernel: kernel.run(role, statement)


def _makes(kernel: Kernel) -> Iterator[Power]:
    """Whoever makes a table puts a foreign key on ours; whoever makes a schema hides it."""
    database = kernel.sql("SELECT current_database()")[0][0]
    for role in ROLES:
        for schema in SCHEMAS:
            yield Power(
                role,
                f"{role} may not CREATE in {schema}",
                sql.SQL("GRANT CREATE ON SCHEMA {} TO {}").format(
                    sql.Identifier(schema), who(role)
                ),
                _run(role, f"CREATE TABLE {schema}.mine (id int)"),
                f"rights on {schema}",
            )
        yield Power(
            role,
            f"{role} may not CREATE schemas",
            sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                sql.Identifier(database), who(role)
            ),
            _run(role, "CREATE SCHEMA mine"),
            f"rights on {database}",
        )


def _becomes(role: str) -> Iterator[Power]:
    for other in (*ROLES, OWNER):
        if other != role:
            yield Power(
                role,
                f"{role} is not {other}",
                sql.SQL("GRANT {} TO {}").format(who(other), who(role)),
                _run(role, sql.SQL("SET ROLE {}").format(who(other))),
                "membership",
            )


def _attributes(role: str) -> Iterator[Power]:
    other = next(queue for queue in people.QUEUES if queue != role)
    jobs = f"SELECT 1 FROM procrastinate_jobs WHERE queue_name = '{other}'"

    def past_the_policies(kernel: Kernel) -> None:
        if role == "web":
            kernel.turned(kernel.staged(), "superseded", "web")
        else:
            reached(kernel.run(role, jobs), "procrastinate_jobs")

    uses: dict[str, tuple[Any, str]] = {
        "SUPERUSER": (
            _run(role, "ALTER TABLE kernel.fate DISABLE ROW LEVEL SECURITY"),
            "ownership",
        ),
        "CREATEROLE": (_run(role, "CREATE ROLE mallory LOGIN"), "attributes"),
        "BYPASSRLS": (
            past_the_policies,
            "rows of fate" if role == "web" else "rows of procrastinate_jobs",
        ),
    }
    for attribute, (use, refusal) in uses.items():
        yield Power(
            role,
            f"{role} is not {attribute}",
            sql.SQL("ALTER ROLE {} " + attribute).format(who(role)),  # type: ignore[arg-type]
            use,
            refusal,
        )


_SEQUENCES = """
SELECT r.role, v.verb, c.oid::regclass::text, c.relname::text
  FROM unnest(%(roles)s::text[], %(names)s::text[]) AS r (role, name),
       unnest(ARRAY['SELECT', 'USAGE', 'UPDATE']) AS v (verb), pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s) AND c.relkind = 'S'
   AND NOT has_sequence_privilege(r.name, c.oid, v.verb) ORDER BY 3, 1, 2
"""

_USES = {
    "SELECT": "SELECT last_value FROM {}",
    "USAGE": "SELECT nextval('{}')",
    # Numbers are never given back, not even by a rollback, so this one is far away.
    "UPDATE": "SELECT setval('{}', 1000000)",
}


def _numbers(kernel: Kernel) -> Iterator[Power]:
    """Whoever sets a counter makes the next row collide with one that is there."""
    names = [role_names()[role] for role in ROLES]
    asked = {"roles": list(ROLES), "names": names, "schemas": SCHEMAS}
    for role, verb, sequence, name in kernel.sql(_SEQUENCES, asked):
        yield Power(
            role,
            f"{role} may not {verb} {name}",
            sql.SQL(f"GRANT {verb} ON SEQUENCE {sequence} TO {{}}").format(who(role)),  # type: ignore[arg-type]
            _run(role, _USES[verb].format(sequence)),
            f"rights on {name}",
        )
