"""Take every control of the kernel away in turn, and see that an attack then succeeds.

    python -m tests.kernel.mutation

prints each control with the attack that succeeds without it. `tests/kernel/test_mutation.py`
does the same in the suite. A control without which nothing succeeds is listed in
`tests/kernel/redundant.py` with its reason, or it fails the test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import psycopg

from tests.kernel import limits, mutants, powers, rights
from tests.kernel.attack import Attack, refused_by
from tests.kernel.attacks import BY_HAND
from tests.kernel.mutants import Mutant
from tests.kernel.reach import SUPERUSER, OneTransaction
from tests.kernel.redundant import REDUNDANT, Redundant, listed, why
from tests.kernel.rows import Kernel
from tests.kernel.specimens import Specimens


@dataclass(frozen=True)
class Verdict:
    """What became of a control that was taken away.

    `killer` is the attack that succeeded without it. Where there is none, `redundant` says why
    that is no hole. `wrong` is empty unless the test must fail.
    """

    mutant: Mutant
    killer: Attack | None
    redundant: Redundant | None
    wrong: str = ""


class Run:
    """All attacks, their scenes made, on one database whose schema is never changed for good."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._connection = psycopg.connect(kernel.desk.url(), autocommit=True)
        # A plan that was made for the schema as it is would be wrong for a mutant.
        self._connection.prepare_threshold = None
        self._before: dict[Attack, str | None] = {}
        for attack in BY_HAND:
            kernel.once(attack.scene)
        specimens = Specimens(kernel, self._accepted)
        found, given = mutants.mutants(kernel), powers.missing(kernel)
        self.missing = rights.missing(kernel)
        self.on_limits = limits.limits(kernel, specimens, found)
        self.on_rights = [
            *(rights.attack(one, specimens) for one in self.missing),
            *(one.attack for one in given),
        ]
        self.attacks = [*BY_HAND, *self.on_limits, *self.on_rights]
        self.mutants = [*found, *(one.mutant for one in (*self.missing, *given))]
        self._mutants = {one.name: one for one in self.mutants}
        self._on: dict[str, list[Attack]] = {}
        for attack in self.attacks:
            self._on.setdefault(attack.control, []).append(attack)
        self._listed = listed(kernel, self.mutants)

    def close(self) -> None:
        self._connection.close()

    # -------------------------------------------------------------- one attack

    def refusal(self, attack: Attack) -> str | None:
        """What refuses an attack while nothing is taken away; None if nothing does."""
        if attack not in self._before:
            with self._transaction():
                self._before[attack] = self._refusal(attack)
        return self._before[attack]

    def _refusal(self, attack: Attack) -> str | None:
        scene = self._kernel.once(attack.scene)
        try:
            with self._connection.transaction(force_rollback=True):
                if attack.arrange:
                    attack.arrange(self._kernel, scene)
                attack.strike(self._kernel, scene)
        except Exception as error:
            return refused_by(error)
        return None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """What happens inside is seen by everybody inside and kept by nobody."""
        with (
            self._kernel.through(OneTransaction(self._connection)),
            self._connection.transaction(force_rollback=True),
        ):
            yield

    def _accepted(self, attempt: Callable[[], None]) -> bool:
        try:
            with self._transaction():
                attempt()
        except psycopg.Error:
            return False
        return True

    # -------------------------------------------------------------- one mutant

    def verdict(self, mutant: Mutant) -> Verdict:
        """Try every attack that the control refuses, without the control.

        An attack that another control refuses is refused by it all the same, so only those count
        that name this one. Raises psycopg.Error when the control cannot be taken away.
        """
        killer = self._killer(mutant.weakened, mutant)
        entry = self._listed.get(mutant.name) or why(mutant)
        if killer and entry:
            return Verdict(mutant, killer, entry, "is listed as redundant, and is needed")
        if killer or not entry:
            wrong = "" if killer else f"nothing succeeds without it: {self._tried(mutant)}"
            return Verdict(mutant, killer, None, wrong)
        return Verdict(mutant, None, entry, self._not_so(mutant, entry))

    def _killer(self, controls: Iterable[str], *taken: Mutant) -> Attack | None:
        """An attack that succeeds without some controls, and is refused with them."""
        found = self._succeeding(self._attacks_on(controls), *taken, most=1)
        return found[0] if found else None

    def _succeeding(self, attacks: list[Attack], *taken: Mutant, most: int = 99) -> list[Attack]:
        sound = [one for one in attacks if self.refusal(one) == one.refused_by]
        with self._transaction():
            for change in (one for each in taken for one in each.changes):
                self._kernel.run(SUPERUSER, change)
            succeeding = (one for one in sound if self._refusal(one) is None)
            return list(islice(succeeding, most))

    def _not_so(self, mutant: Mutant, entry: Redundant) -> str:
        """What is wrong with the reason of a redundant control; empty if it holds."""
        names = entry.partners(mutant)
        if unknown := [name for name in names if name not in self._mutants]:
            return f"no control is called {unknown}"
        partners = [self._mutants[name] for name in names]
        if not partners:
            return ""
        theirs = frozenset[str]().union(*(one.weakened for one in partners))
        # Its own attacks show it quickest, where it has any.
        for controls in (mutant.weakened, theirs - mutant.weakened):
            with_all = self._succeeding(self._attacks_on(controls), mutant, *partners)
            without_it = self._succeeding(with_all, *partners) if with_all else []
            if set(with_all) - set(without_it):
                return ""
        return f"nothing needs it even without {names}: {self._tried(mutant)}"

    def _attacks_on(self, controls: Iterable[str]) -> list[Attack]:
        return [one for name in sorted(controls) for one in self._on.get(name, ())]

    def _tried(self, mutant: Mutant) -> str:
        tried = self._attacks_on(mutant.weakened)
        return ", ".join(one.words for one in tried) or "no attack names it"


def stale(run: Run) -> list[str]:
    """What is listed as redundant and is no control any more."""
    return [one.name for one in REDUNDANT if not any(map(one.fits, run.mutants))]


# ------------------------------------------------------------------ by hand


def table(verdicts: Iterable[Verdict]) -> str:
    """Every control, with the attack that needs it or the reason why none does."""
    lines, counts = [], Counter[tuple[str, str]]()
    for one in verdicts:
        became = "WRONG" if one.wrong else "killed" if one.killer else "redundant"
        counts[one.mutant.kind, became] += 1
        told = one.wrong or (one.killer.words if one.killer else one.redundant.reason)  # type: ignore[union-attr]
        lines.append(f"{became:9}  {one.mutant.kind:12}  {one.mutant.name:60}  {told}")
    kinds = sorted({kind for kind, _ in counts})
    head = ("killed", "redundant", "WRONG")
    lines += ["", f"{'':16}" + "".join(f"{name:>11}" for name in head)]
    for kind in kinds:
        lines.append(f"{kind:16}" + "".join(f"{counts[kind, name]:11}" for name in head))
    sums = [sum(counts[kind, name] for kind in kinds) for name in head]
    return "\n".join([*lines, f"{'all':16}" + "".join(f"{one:11}" for one in sums)])


def main() -> int:
    import tempfile
    import time
    from pathlib import Path

    from holdshort.machine.postgres import embedded_postgres
    from tests.desk import Desk, Server

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        postgres = embedded_postgres(Path(folder) / "data")
        server = Server(postgres.start())
        try:
            server.admin("ALTER SYSTEM SET fsync = off")
            server.admin("SELECT pg_reload_conf()")
            server.make_template(Path(__file__).resolve().parents[2] / "demo" / "company.yaml")
            run = Run(Kernel(Desk(server, Path(folder))))
            verdicts = [run.verdict(one) for one in run.mutants]
            left = stale(run)
        finally:
            postgres.stop()
    print(table(verdicts))
    print("".join(f"\nlisted as redundant, and no control: {name}" for name in left))
    print(f"{time.monotonic() - began:.0f} seconds")
    return 1 if left or any(one.wrong for one in verdicts) else 0


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
    django.setup()
    raise SystemExit(main())
