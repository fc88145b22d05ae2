"""Scenarios 12a to 14b as data: each line of a bundle with its levels, raises, policy and tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdshort.core.terms import Channel, PolicyVerdict, Tier

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE


@dataclass(frozen=True)
class Line:
    """What one line must come to; `about` is a parameter that tells it from the others."""

    type: str
    about: str
    levels: tuple[int, int, int, int]
    tier: Tier
    policy: PolicyVerdict
    raises: tuple[str, ...] = ()
    waits_for: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bundle:
    id: str
    requester: str
    type: str
    params: Mapping[str, Any]
    lines: tuple[Line, ...]
    how: Mapping[str, Any] = field(default_factory=dict)


def _account(person: str) -> Line:
    return Line("idp.create_account", person, (1, 1, 2, 0), Tier.POLICY, PASSES)


def _group(group: str, *, data: int = 2) -> Line:
    return Line("idp.add_to_group", group, (1, 0, data, 0), Tier.POLICY, PASSES, waits_for=(0,))


BUNDLES = (
    Bundle(
        "12a", "petra", "bundle.onboard", {"person": "lena"},
        (
            _account("lena"),
            _group("sales-emea"),
            _group("vpn-users"),
            Line("equipment.order", "laptop", (1, 1, 0, 1), Tier.POLICY, PASSES, waits_for=(0,)),
        ),
    ),
    Bundle(
        "12b", "petra", "bundle.onboard", {"person": "lena", "equipment": ["laptop-studio"]},
        (
            _account("lena"),
            _group("sales-emea"),
            _group("vpn-users"),
            Line(
                "equipment.order", "laptop-studio", (1, 1, 0, 2), Tier.POLICY, FAILS,
                waits_for=(0,),
            ),
        ),
    ),
    Bundle(
        "12c", "petra", "bundle.onboard", {"person": "claudia"},
        (
            _account("claudia"),
            Line(
                "idp.add_to_group", "netsuite-admins", (3, 0, 3, 0), Tier.HUMAN, PASSES,
                raises=("raise.privilege_gained",), waits_for=(0,),
            ),
            Line("equipment.order", "laptop", (1, 1, 0, 1), Tier.POLICY, PASSES, waits_for=(0,)),
        ),
    ),
    Bundle(
        "13a", "petra", "bundle.offboard", {"person": "karl"},
        (
            Line("idp.suspend", "karl", (1, 0, 2, 0), Tier.POLICY, PASSES),
            Line(
                "idp.revoke_sessions", "karl", (1, 1, 2, 0), Tier.POLICY, PASSES, waits_for=(0,),
            ),
            Line(
                "idp.remove_from_group", "sales-emea", (1, 0, 2, 0), Tier.POLICY, PASSES,
                waits_for=(0,),
            ),
        ),
    ),
    Bundle(
        "13a, files", "petra", "bundle.offboard", {"person": "karl", "files_to": "viktor"},
        (
            Line("idp.suspend", "karl", (1, 0, 2, 0), Tier.POLICY, PASSES),
            Line(
                "idp.revoke_sessions", "karl", (1, 1, 2, 0), Tier.POLICY, PASSES, waits_for=(0,),
            ),
            Line(
                "idp.remove_from_group", "sales-emea", (1, 0, 2, 0), Tier.POLICY, PASSES,
                waits_for=(0,),
            ),
            Line("files.transfer", "viktor", (1, 2, 2, 0), Tier.HUMAN, NONE, waits_for=(0,)),
        ),
    ),
    Bundle(
        "13c", "viktor", "bundle.offboard", {"person": "samuel", "files_to": "viktor"},
        (
            Line(
                "idp.suspend", "samuel", (1, 0, 2, 0), Tier.HUMAN, FAILS,
                raises=("raise.authority_unproven",),
            ),
        ),
        how={"channel": Channel.SLACK},
    ),
    Bundle(
        "14a", "viktor", "bundle.transfer", {"person": "nils", "from_role": "support-agent"},
        (
            Line("idp.remove_from_group", "support-agents", (1, 0, 2, 0), Tier.POLICY, PASSES),
            _group("sales-emea"),
            _group("vpn-users"),
        ),
    ),
    Bundle(
        "14b", "frieda", "bundle.transfer",
        {"person": "paula", "from_role": "accounts-payable", "keep": ["vendor-creators"]},
        (
            Line(
                "idp.add_to_group", "payment-approvers", (1, 0, 3, 0), Tier.HUMAN, PASSES,
                raises=("raise.duty_conflict",),
            ),
        ),
    ),
)  # fmt: skip
