"""Reading a company.yaml: everything that is wrong with it at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from holdshort.company.checks import OF_EACH_ENTRY, OF_THE_WHOLE, Check
from holdshort.company.known import known_in
from holdshort.company.lines import Unreadable, parse
from holdshort.company.plain_secrets import plain_secrets
from holdshort.company.problems import ERROR, CompanyErrors, Finding, Path, Problem, dotted
from holdshort.company.references import unknown_ids
from holdshort.company.schema import Company
from holdshort.company.sentences import finding

Source = FilePath | str | bytes
ENOUGH = 200
"""Errors after which looking for more stops: nobody corrects them all in one go."""

_PLACEHOLDER = {"name": "unread", "timezone": "UTC", "currency": "EUR"}


def read(source: Source, also: Sequence[Check] = ()) -> Company:
    """The company in a file (a path) or in its bytes. Raises CompanyErrors with every problem."""
    company, problems = check(source, also)
    if company is None:
        raise CompanyErrors(problems)
    return company


def check(source: Source, also: Sequence[Check] = ()) -> tuple[Company | None, tuple[Problem, ...]]:
    """The company, or None where there are errors; and all problems, warnings included.

    `also` are further checks of the whole file, such as those of the connectors' settings.
    """
    try:
        tree, problems = parse(_bytes(source))
    except Unreadable as error:
        return None, (error.problem,)
    company, findings = _validated(tree.data(), also)
    problems += [
        Problem(tree.line_of(found.path), dotted(found.path), found.text, found.level)
        for found in findings
    ]
    ordered = tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.line, p.path, p.text)))
    wrong = any(problem.level == ERROR for problem in ordered)
    return (None if wrong else company), ordered


def _bytes(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return FilePath(source).read_bytes()
    except IsADirectoryError:
        raise Unreadable(1, f"{source} is a folder; name the file") from None
    except FileNotFoundError:
        raise Unreadable(1, f"there is no file {source}") from None
    except (OSError, ValueError):
        raise Unreadable(1, f"{source} cannot be read; check its name and permissions") from None


def _validated(data: Any, also: Sequence[Check]) -> tuple[Company | None, list[Finding]]:
    if not isinstance(data, dict):
        text = "the file must consist of named sections (company:, people:, ...) at its left edge"
        return None, [Finding((), text)]
    try:
        company = Company.model_validate(data)
    except ValidationError as error:
        shape = _shape(error, data)
        rest = _about_the_rest(data, [found.path for found in shape])
        return None, list(_enough(chain(shape, plain_secrets(data), rest)))
    everything = (*OF_EACH_ENTRY, *OF_THE_WHOLE, *also)
    found = (problem for rule in everything for problem in rule(company))
    named = unknown_ids(company, known_in(data))
    return company, list(_enough(chain(plain_secrets(data), named, found)))


def _enough(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings up to the error that is enough. Warnings never hide an error behind them."""
    errors = 0
    for found in findings:
        yield found
        errors += found.level == ERROR
        if errors >= ENOUGH:
            yield Finding((), f"there are more than {ENOUGH} errors; correct the others first")
            return


def _shape(error: ValidationError, data: Any) -> list[Finding]:
    refusals = error.errors(include_url=False, include_context=True)[:ENOUGH]
    found = [finding(one, data) for one in refusals]
    paths = {one.path for one in found}
    # A list with a wrong entry is also "too short"; the entry's own problem says it all.
    return [
        one
        for one in found
        if not any(len(p) > len(one.path) and p[: len(one.path)] == one.path for p in paths)
    ]


def _about_the_rest(data: dict[str, Any], broken: list[Path]) -> Iterator[Finding]:
    """Findings about the entries that do have the right shape, so that one pass shows all."""
    kept, positions = _without(data, broken)
    try:
        company = Company.model_validate(kept)
    except ValidationError:
        return
    for found in (*unknown_ids(company, known_in(data)), *_each(company)):
        section = found.path[0]
        if len(found.path) > 1 and isinstance(found.path[1], int):
            original = positions[str(section)][found.path[1]]
            yield Finding((section, original, *found.path[2:]), found.text, found.level)
        else:
            yield found


def _each(company: Company) -> Iterator[Finding]:
    for rule in OF_EACH_ENTRY:
        yield from rule(company)


def _without(
    data: dict[str, Any], broken: list[Path]
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The data without its broken entries, and where each remaining entry was."""
    whole = {path[0] for path in broken if len(path) == 1 or not isinstance(path[1], int)}
    rows = {path[:2] for path in broken}
    kept: dict[str, Any] = {}
    positions: dict[str, list[int]] = {}
    for name, section in data.items():
        if name in whole:
            continue
        if isinstance(section, list):
            positions[name] = [n for n in range(len(section)) if (name, n) not in rows]
            kept[name] = [section[n] for n in positions[name]]
        else:
            kept[name] = section
    return {"company": _PLACEHOLDER} | kept, positions


__all__ = ["Company", "CompanyErrors", "Problem", "check", "read"]
