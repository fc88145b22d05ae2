"""The rules of a company.yaml apart from the rest of it, as people read them."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml

from holdshort.company.problems import Problem
from holdshort.company.schema import POLICY_SECTIONS, Company


def of_the_rules(problem: Problem) -> bool:
    """Whether a problem is one of the rules, or keeps them from being read at all."""
    section = re.split(r"[.\[]", problem.path, maxsplit=1)[0]
    return section in ("", *POLICY_SECTIONS)


def as_yaml(company: Company) -> str:
    """Every section of the rules, defaults included, as a company.yaml says it."""
    said = company.model_dump(by_alias=True, include=set(POLICY_SECTIONS), exclude_none=True)
    return yaml.dump(
        {name: said[name] for name in POLICY_SECTIONS},
        Dumper=_Plain,
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=100,
    )


class _Plain(yaml.SafeDumper):
    """Values as a person writes them in the file."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _amount(dumper: _Plain, value: Decimal) -> yaml.Node:
    whole = value == value.to_integral_value()
    return dumper.represent_int(int(value)) if whole else dumper.represent_float(float(value))


def _word(dumper: _Plain, value: Enum) -> yaml.Node:
    return dumper.represent_str(str(value.value))


_Plain.add_representer(Decimal, _amount)
_Plain.add_multi_representer(Enum, _word)
