"""GitHub in memory, with the roles of the company's file; the real service is tested over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from holdshort.company.read import read
from holdshort.core.terms import Action
from holdshort.ports import Mirror, Receipt, Shape
from tests.conftest import COMPANY
from tests.desk import FileDirectory


class Github(FileDirectory):
    """A connected app in which people have one role each."""

    def __init__(self) -> None:
        super().__init__(read(COMPANY), "github")
        groups = super().mirror().groups
        self.roles = {login: group.external_id for group in groups for login in group.accounts}

    def mirror(self) -> Mirror:
        def having(role: str) -> tuple[str, ...]:
            return tuple(sorted(login for login, held in self.roles.items() if held == role))

        groups = super().mirror().groups
        return Mirror((), [replace(one, accounts=having(one.external_id)) for one in groups])

    def shape(self, action_type: str) -> Shape:
        return Shape.SET

    def observe(self, action: Action) -> Mapping[str, Any]:
        login = action.target.id
        return {"account": login, "held": self.roles.get(login, "none")}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        self.roles.pop(action.target.id, None)
        if action.seen["_to"] != "none":
            self.roles[action.target.id] = action.seen["_to"]
        return Receipt({"key": key})

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        return bool(now["held"] == action.seen["_to"])
