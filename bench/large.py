"""A large company: how long the gate takes to answer there, with its facts read and without.

10,000 people in 2,000 groups that are nested ten deep, each person in twenty of them. The ends of
three chains of groups carry rights, one of them privileged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.figures import Figure, Times
from bench.ground import Ground
from holdshort import catalogue
from holdshort.core import consequence, gate
from holdshort.core.terms import Assurance, Channel, Circumstances, Offered
from holdshort.records import db, people
from holdshort.records.world import World
from holdshort.stops.assess import assess
from tests.catalogue import world as memory
from tests.desk import Desk

PEOPLE, DEPTH, CHAINS, GROUPS_OF_ONE = 10_000, 10, 200, 20
MILLISECONDS_WITH_FACTS, MILLISECONDS_IN_THE_CORE = 15.0, 1.0
"""The targets: with facts for the slowest hundredth, in the core for all."""

ABOUT = (
    "10,000 people, each in twenty of 2,000 groups that are nested ten deep, are given one group "
    "more; then the same with its facts in memory."
)

FILL = f"""
INSERT INTO kernel.person (id, kind) SELECT 'p-' || n, 'human' FROM generate_series(1, {PEOPLE}) n;
INSERT INTO public.profile (person, name, department, manager, roles, employment_status)
SELECT 'p-' || n, 'Person ' || n, 'Sales', 'viktor', '{{account-executive}}', 'active'
  FROM generate_series(1, {PEOPLE}) n;
INSERT INTO kernel.account (person, issuer, subject)
SELECT 'p-' || n, 'directory', 'entry-' || n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO public.directory_account
SELECT 'directory', 'entry-' || n, 'p-' || n, 'Person ' || n, true, true
  FROM generate_series(1, {PEOPLE}) n;
INSERT INTO public.directory_group
SELECT 'directory', format('group-%s-%s', c, d), format('group-%s-%s', c, d),
       format('Group %s.%s', c, d)
  FROM generate_series(1, {CHAINS}) c, generate_series(1, {DEPTH}) d;
INSERT INTO public.group_owner (group_slug)
SELECT format('group-%s-%s', c, d)
  FROM generate_series(1, {CHAINS}) c, generate_series(1, {DEPTH}) d;
INSERT INTO public.membership
SELECT 'directory', format('group-%s-%s', c, d + 1), format('group-%s-%s', c, d), 'group'
  FROM generate_series(1, {CHAINS}) c, generate_series(1, {DEPTH} - 1) d;
INSERT INTO public.membership
SELECT 'directory', format('group-%s-1', (n + k * 7) %% {CHAINS} + 1), 'entry-' || n, 'account'
  FROM generate_series(1, {PEOPLE}) n, generate_series(1, {GROUPS_OF_ONE}) k;
INSERT INTO public.group_grant VALUES
    ('group-1-{DEPTH}', 'aws:AdministratorAccess'), ('group-2-{DEPTH}', 'crm:seller'),
    ('group-3-{DEPTH}', 'wiki:editor');
ANALYZE;
""".replace("%%", "%")


@contextmanager
def company(ground: Ground) -> Iterator[Ground]:
    """Such a company on the same server, on a ground of its own."""
    with tempfile.TemporaryDirectory(prefix="holdshort-bench-") as folder:
        made = Ground(Desk(ground.desk.server, Path(folder)))
        try:
            made.desk.sql(FILL)
            yield made
        finally:
            made.close()
            made.desk.close()


def measure(ground: Ground, times: int) -> list[Figure]:
    """The gate's answer about giving one person one group, for as many people and groups."""
    with company(ground) as made:
        made.as_role("desk")
        made.desk.refresh_reading()
        found, paths = Times(), set()
        for number in range(1, times + 1):
            person, group = f"p-{number * 31 % PEOPLE + 1}", f"group-{number % 5 + 1}-1"
            with found.of("assess one action, with its facts"), db.transaction():
                answer = _assessed(person, group)
            paths |= {len(right.path) for right in answer.findings.rights}
        assert paths == {DEPTH}, "the nesting is not what it is said to be"
        ground.as_role("desk")
        in_memory = _core(times)
    middle, slowest = found.figures()
    return [
        middle,
        replace(slowest, at_most=MILLISECONDS_WITH_FACTS),
        *(replace(one, at_most=MILLISECONDS_IN_THE_CORE) for one in in_memory),
    ]


def _assessed(person: str, group: str) -> Any:
    requester, agent = people.person(person), people.person("agent")
    assert requester is not None and agent is not None
    asked = Circumstances(
        requester=requester,
        beneficiary=None,
        initiator=agent,
        channel=Channel.PORTAL,
        assurance=Assurance.SESSION,
        at=db.now(),
        confidence=0.97,
    )
    draft = {"id": "bench", "root": "bench", "version": 1, "ticket": None}
    offered = Offered("idp.add_to_group", {"person": person, "group": group})
    return assess(offered, asked, World(), draft=draft)


def _core(times: int) -> list[Figure]:
    """The same without a database: findings from facts in memory, tier, and gate."""
    kind, world = catalogue.find("idp.add_to_group"), memory.World()
    params = catalogue.parse(kind.id, {"person": "dana", "group": "build-tools"})
    asked, given = memory.asked("dana", world), _given()
    found = Times()
    for _ in range(times):
        with found.of("assess one action, its facts at hand"):
            findings = kind.findings(params, asked, world)
            tier = consequence.tier(findings.consequence, raises=findings.raises)
            gate.gate(replace(given, tier=tier, policy=findings.policy, raises=findings.raises))
    return found.figures()


def _given() -> gate.GateInput:
    """What the gate is given about such an action on a real desk."""
    given: list[gate.GateInput] = []
    original = gate.gate

    def noted(one: gate.GateInput) -> Any:
        given.append(one)
        return original(one)

    with patch.object(gate, "gate", noted), db.transaction():
        _assessed("dana", "build-tools")
    return given[0]
