"""Controls without which no attack succeeds, each with its reason.

A reason is checked, too. Where `also` names another control that refuses the same, an attack
must succeed once that one is taken away as well. An entry whose control is needed after all, or
that names no control any more, fails the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.kernel.mutants import SCHEMAS, Mutant, guarded
from tests.kernel.rows import Kernel


@dataclass(frozen=True)
class Redundant:
    """`name` may hold `*`; `also` may hold {role}, {table} and {column} of the control."""

    name: str
    reason: str
    also: tuple[str, ...] = ()

    def fits(self, mutant: Mutant) -> bool:
        return fnmatchcase(mutant.name, self.name)

    def partners(self, mutant: Mutant) -> list[str]:
        """The names of the controls that refuse the same."""
        return [name.format(**mutant.about) for name in self.also]


GUARDED = (
    "attachment",
    "attempt",
    "authorization",
    "call_back",
    "decision",
    "delegation",
    "emergency_looked_over",
    "ending",
    "event",
    "execution",
    "fate",
    "looked_over",
    "made_already",
    "outcome",
    "override",
    "procrastinate_jobs",
    "proposal",
    "reconciliation",
    "report",
    "settlement",
    "side",
    "switch",
)
"""Tables whose row policies let nobody do what no policy names."""

_TWICE = (
    Redundant(
        "authorization.authorization_pkey",
        "the hands of an action are those of its one assessment, so the key on the action with its "
        "hands refuses a second permission as well",
        ("authorization.authorization_action_digest_hands_key",),
    ),
    Redundant(
        "action.canonical is filled in",
        "bytes that are not there say no target either",
        ("action.somewhere",),
    ),
    Redundant(
        "authorization.authorization_basis_check",
        "policy_or_people knows no third basis; the short check gives the plainer message",
        ("authorization.policy_or_people",),
    ),
    Redundant(
        "authorization.policy_or_people asks: (tier < 3)",
        "no gate lets tier 3 run on its own, and tier 3 never has a standing; said a third time on "
        "purpose, where it decides",
        ("assessment.tier_3_waits", "standing.tier_3_never_stands"),
    ),
    Redundant(
        "decision.decision_person_person_kind_fkey",
        "only humans are asked, and only who was asked decides",
        ("decision.asked",),
    ),
    Redundant(
        "decision.human",
        "only humans are asked, and only who was asked decides; said twice on purpose, for no "
        "agent may ever decide",
        ("decision.asked",),
    ),
    *(
        Redundant(
            f"{table}.{table}_web is for some",
            "no other role has the grant",
            (f"desk may not INSERT {table}",),
        )
        for table in (
            *("decision", "delegation", "reconciliation", "settlement", "switch"),
            *("override", "looked_over", "call_back", "emergency_looked_over", "made_already"),
            "attachment",
        )
    ),
    *(
        Redundant(
            f"{table}.{table}_desk is for some",
            "no other role has the grant",
            (f"executor may not INSERT {table}",),
        )
        for table in ("authorization", "side")
    ),
    Redundant(
        "report.report_desk is for some",
        "the web reports under a policy of its own, and no other role has the grant",
        ("executor may not INSERT report",),
    ),
)

_RIGHTS = (
    *(
        Redundant(
            f"* may not {verb} {table}{columns}",
            "no row policy lets the role do it either",
            (guarded(table),),
        )
        for table in GUARDED
        for verb, columns in (("UPDATE", ".*"), ("DELETE", ""), ("INSERT", ""))
        # Its policies let every role write; what each may write is said by a restrictive one.
        if (verb, table) not in (("INSERT", "event"), ("INSERT", "proposal"))
        and (verb, table) != ("INSERT", "procrastinate_jobs")
    ),
    Redundant(
        "web may not SELECT procrastinate_jobs.*",
        "no row policy lets the role do it either",
        (guarded("procrastinate_jobs"),),
    ),
    *(
        Redundant(
            f"* may not INSERT {column}",
            "the database computes it and takes no other value",
            (f"{column} is computed", *compared),
        )
        for column, *compared in (
            ("event.digest",),
            ("attachment.size",),
            ("attachment.sha256",),
            ("decision.seated", "decision.asked"),
            ("decision.assigned", "decision.asked_later"),
        )
    ),
    Redundant(
        "* may not REFERENCES *",
        "a foreign key needs a table to stand in, and no role may make one",
        ("{role} may not CREATE in public",),
    ),
)

_LIBRARY = (
    *(
        Redundant(
            name,
            "the queue library's own: how it wakes workers and counts what they did. A wake-up is "
            "no authority, and what is lost or doubled is found by the rows that are due",
        )
        for name in (
            "procrastinate_jobs.procrastinate_jobs_pkey",
            "procrastinate_jobs.procrastinate_jobs_*lock_idx_*",
            "procrastinate_jobs.procrastinate_jobs_notify_*",
            "procrastinate_jobs.procrastinate_trigger_*",
            "procrastinate_jobs.tell_the_queue",
            "procrastinate_jobs.check_not_todo_abort_requested",
            "procrastinate_periodic_defers.procrastinate_periodic_defers_pkey",
            "procrastinate_periodic_defers.procrastinate_periodic_defers_unique",
        )
    ),
    Redundant(
        "procrastinate_jobs.queue_name is filled in",
        "waking the worker of a queue without a name fails",
        ("procrastinate_jobs.tell_the_queue",),
    ),
    Redundant(
        "web may not DELETE procrastinate_jobs",
        "no row policy lets the web do it, and what the library unlinks then is not the web's",
        (
            guarded("procrastinate_jobs"),
            "web may not SELECT procrastinate_periodic_defers.job_id",
            "web may not UPDATE procrastinate_periodic_defers.job_id",
        ),
    ),
)

REDUNDANT: tuple[Redundant, ...] = (*_TWICE, *_LIBRARY, *_RIGHTS)


def why(mutant: Mutant, entries: Iterable[Redundant] = REDUNDANT) -> Redundant | None:
    """The entry that lists a control, or None."""
    return next((one for one in entries if one.fits(mutant)), None)


# ------------------------------------------------------------------ what the catalogues say


def listed(kernel: Kernel, mutants: Iterable[Mutant]) -> dict[str, Redundant]:
    """The controls whose reason is in the foreign keys themselves."""
    return {**_targets(kernel), **_emptied_together(kernel, mutants)}


_TARGETS = """
SELECT c.relname::text, t.conname::text, k.conname::text, (
         SELECT string_agg(f.conrelid::regclass || '.' || f.conname, ', ' ORDER BY f.conname)
           FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = t.conindid)
  FROM pg_constraint t JOIN pg_class c ON c.oid = t.conrelid
  JOIN pg_constraint k ON k.conrelid = t.conrelid AND k.contype = 'p' AND k.conkey <@ t.conkey
 WHERE t.contype = 'u' AND c.relnamespace::regnamespace::text = ANY(%s)
"""


def _targets(kernel: Kernel) -> dict[str, Redundant]:
    """Keys that hold no more than the primary key does, and are there to be pointed at.

    One that nothing points at is not among them.
    """
    return {
        f"{table}.{name}": Redundant(
            f"{table}.{name}", f"{key} is as strict; {pointing} need it to point at"
        )
        for table, name, key, pointing in kernel.sql(_TARGETS, SCHEMAS)
        if pointing
    }


_REFERRING = """
WITH RECURSIVE f AS (
    SELECT DISTINCT confrelid AS one, conrelid AS other FROM pg_constraint
     WHERE contype = 'f' AND confrelid <> conrelid),
  closed AS (SELECT one, other FROM f UNION
             SELECT c.one, f.other FROM closed c JOIN f ON f.one = c.other)
SELECT a.relname::text, array_agg(b.relname::text ORDER BY b.relname)
  FROM closed JOIN pg_class a ON a.oid = one JOIN pg_class b ON b.oid = other
 WHERE one <> other AND a.relnamespace::regnamespace::text = ANY(%s) GROUP BY 1
"""


def _emptied_together(kernel: Kernel, mutants: Iterable[Mutant]) -> dict[str, Redundant]:
    """A table that others refer to is emptied only together with them."""
    referring = dict(kernel.sql(_REFERRING, SCHEMAS))
    return {
        one.name: Redundant(
            one.name,
            f"it is emptied only together with {', '.join(referring[one.table])}",
            # To empty many tables takes long, and shows the same.
            tuple(f"{{role}} may not TRUNCATE {table}" for table in referring[one.table])
            if len(referring[one.table]) < 4
            else (),
        )
        for one in mutants
        if one.kind == "no TRUNCATE" and one.table in referring
    }
