"""What the dry run answers about a bundle: as strict as its strictest line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdshort import catalogue
from holdshort.core.terms import Mode
from holdshort.records.world import World
from holdshort.stops.lines import STRICTNESS

Answer = Mapping[str, Any]
DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")


def of(type_id: str, params: Mapping[str, Any], lines: Sequence[Answer]) -> dict[str, Any]:
    """The answer about the whole, from the answers about its lines."""
    ahead = [line for line in lines if not line["already"]] or list(lines)
    strictest = max(ahead, key=_strictness)
    tier = max(line["tier"] for line in ahead)
    levels = {
        name: max((line["consequence"][name] for line in ahead), key=_level) for name in DIMENSIONS
    }
    return {
        "type": type_id,
        "title": catalogue.find(type_id).render(params, World()).title,
        "params": dict(params),
        "needs": [],
        "target": strictest["target"],
        "category": f"{type_id}/{tier}",
        "phase": min(line["phase"] for line in lines),
        "policy_version": strictest["policy_version"],
        "facts": [fact for line in lines for fact in line["facts"]],
        "consequence": {"vector": [_level(one) for one in levels.values()], **levels},
        "tier": tier,
        "gate": _gate(strictest, ahead),
        "preview": _preview(ahead),
        "already": _already(lines),
        "actions": list(lines),
    }


def _strictness(line: Answer) -> tuple[int, int]:
    return STRICTNESS.index(Mode(line["gate"]["mode"])), line["tier"]


def _level(level: Answer) -> int:
    return int(level["level"])


def _gate(strictest: Answer, lines: Sequence[Answer]) -> dict[str, Any]:
    """The gate of the strictest line, with everybody who is asked about any of them."""
    asked: dict[str, Any] = {}
    for line in lines:
        for who in line["gate"]["reviewers"]:
            asked.setdefault(who["person"], who)
    return {**strictest["gate"], "reviewers": list(asked.values())}


def _preview(lines: Sequence[Answer]) -> dict[str, Any]:
    read = [line["preview"]["read_at"] for line in lines if line["preview"]["read_at"]]
    return {
        "before": [text for line in lines for text in line["preview"]["before"]],
        "after": [text for line in lines for text in line["preview"]["after"]],
        "read_at": min(read, default=None),
    }


def _already(lines: Sequence[Answer]) -> str:
    """Only where nothing is left to do."""
    said = [line["already"] for line in lines]
    return " ".join(said) if all(said) else ""
