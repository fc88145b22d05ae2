"""The smallest company that has nothing wrong with it, and ways to spoil it."""

from __future__ import annotations

from holdshort.company.problems import ERROR, Problem
from holdshort.company.read import check, read
from holdshort.company.schema import Company

SMALL = """\
company: {name: Small, timezone: Europe/Berlin, currency: EUR}
people:
  - {id: ana, name: Ana Lopez, roles: [owner], accounts: [{issuer: local, subject: ana}]}
  - {id: ben, name: Ben Stone, roles: [engineer], manager: ana, department: Engineering}
  - {id: cleo, name: Cleo Park}
  - {id: agent, kind: agent, name: Agent}
authority:
  - {person: ana, contexts: [security, access], backup: cleo}
  - {person: cleo, contexts: [security], cost_limit: 2000}
systems:
  - id: aws
    name: AWS
    connector: desk
    environment: production
    data_class: confidential
    entitlements:
      - {id: "aws:admin", name: AWS admin, privileged: true, grants: ["aws:read"]}
      - {id: "aws:read", name: AWS read, privileged: false}
groups:
  - {id: builders, name: Builders, system: aws}
  - {id: admins, name: Admins, system: aws, includes: [builders], grants: ["aws:admin"]}
role_templates:
  - {id: engineer, version: 1, role: engineer, entitlements: ["aws:read"], approved_by: ana,
     owner: ana, valid_from: 2025-02-01, valid_until: 2030-01-31}
thresholds:
  - {flow: saas.renew, limit: 1000, currency: EUR, per: item, owner: cleo}
"""


def changed(*replacements: tuple[str, str], more: str = "") -> str:
    """The small company's text with pieces replaced, each of which must be there."""
    text = SMALL
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text + more


def company(*replacements: tuple[str, str], more: str = "") -> Company:
    """The small company, read after changes."""
    return read(changed(*replacements, more=more).encode())


def problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a text."""
    return check(text.encode())[1]


def errors(text: str) -> list[Problem]:
    """What keeps a text from being used."""
    return [problem for problem in problems(text) if problem.level == ERROR]


def warnings(text: str) -> list[Problem]:
    """What a text is warned about."""
    return [problem for problem in problems(text) if problem.level != ERROR]


def line_with(text: str, piece: str) -> int:
    """The number of the first line that contains a piece."""
    return text[: text.index(piece)].count("\n") + 1
