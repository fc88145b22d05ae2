"""Rows of databases: corrected by column and value, never by a statement, and put back.

Where a database stands comes from the inventory, what a change would do from the database itself,
which tried it and took it back. What nobody could confirm counts as worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from holdshort.catalogue import contradictions, facts, inventory
from holdshort.catalogue.kind import (
    ActionType,
    CatalogueError,
    Emergency,
    Params,
    Rendering,
)
from holdshort.core import consequence
from holdshort.core.terms import (
    Asset,
    Circumstances,
    Consequence,
    Findings,
    Inquiry,
    Level,
    Offered,
    Preview,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

EVERY_CHANGE = (Tier.POLICY, "A change in a database.")

Column = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[^%\x00-\x1f]+$")]
Value = Annotated[str, StringConstraints(max_length=4000)] | int | bool | None
TABLE = Field(
    max_length=127,
    pattern=r"^[^%.\x00-\x1f]+(\.[^%.\x00-\x1f]+)?$",
    description="The table, with its schema before a dot; without one it is in ‘public’.",
)


class Change(Params):
    """Which rows, and what they are to hold."""

    database: str = Field(min_length=1, max_length=64, description="The database's id here.")
    table: str = TABLE
    set: dict[Column, Value] = Field(
        min_length=1, max_length=20, description="What is to be there, a line each: column = value."
    )
    where: dict[Column, Value] = Field(
        min_length=1,
        max_length=20,
        description="Which rows, by what they hold now, a line each: column = value.",
    )
    rows: int = Field(ge=1, le=1000, description="How many rows that is, exactly.")
    emergency: Emergency = False


class Restore(Params):
    """Which change is taken back."""

    database: str = Field(min_length=1, max_length=64, description="The database's id here.")
    table: str = TABLE
    change: str = Field(min_length=1, max_length=64, description="The id of the change.")


# ------------------------------------------------------------------ asking the database


def _ask_change(params: Change, knows: Knows) -> Inquiry:
    asset = inventory.named(knows, params.database, "database")
    words = {"table": _full(params.table), "set": dict(params.set), "where": dict(params.where)}
    return Inquiry(inventory.connected(asset), "db.change", words)


def _ask_restore(params: Restore, knows: Knows) -> Inquiry:
    asset = inventory.named(knows, params.database, "database")
    words = {"table": _full(params.table), "change": params.change}
    return Inquiry(inventory.connected(asset), "db.restore", words)


def _full(table: str) -> str:
    return table if "." in table else f"public.{table}"


# ------------------------------------------------------------------ rows


def _change(params: Change, asked: Circumstances, knows: Knows) -> Findings:
    asset = inventory.named(knows, params.database, "database")
    preview = inventory.answered(knows.preview(_ask_change(params, knows)), asset)
    if preview is not None and preview.shown["rows"] != params.rows:
        found = preview.shown["rows"] or "none"
        raise CatalogueError(
            f"{_rows(params.rows)} of {_full(params.table)} in {asset.name} were to match "
            f"{_said(params.where)}, but {found} did."
        )
    match = "matches" if params.rows == 1 else "match"
    before = f"{_rows(params.rows)} of {_full(params.table)} {match} {_said(params.where)}."
    return _of_rows(params, asset, preview, facts.flagged(asked, params.emergency), before)


def _restore(params: Restore, asked: Circumstances, knows: Knows) -> Findings:
    asset = inventory.named(knows, params.database, "database")
    preview = inventory.answered(knows.preview(_ask_restore(params, knows)), asset)
    rows = _rows(preview.shown["rows"]) if preview else "The rows"
    before = f"{rows} of {_full(params.table)} hold what that change wrote."
    since = preview.shown["since"] if preview else 0
    if since:
        before = f"{since} of {rows.lower()} of {_full(params.table)} were changed since."
    return _of_rows(params, asset, preview, asked, before)


def _of_rows(
    params: Change | Restore,
    asset: Asset,
    preview: Preview | None,
    asked: Circumstances,
    before: str,
) -> Findings:
    shown: Mapping[str, Any] = preview.shown if preview else {}
    same = shown.get("same", False)
    return Findings(
        target=Target(
            inventory.connected(asset),
            f"{asset.id}:{_full(params.table)}",
            f"{_full(params.table)} in {asset.name}",
        ),
        consequence=Consequence(
            _reach(asset, preview),
            _way_back(asset, preview),
            inventory.data(asset),
            facts.no_cost(),
        ),
        context=inventory.context(asset),
        seen=preview.seen if preview else {},
        before=(before, *_sample(shown, "before")),
        after=(*_sample(shown, "after"),) or ("What it holds then: we could not confirm.",),
        read_at=preview.read_at if preview else None,
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.emergency(asked),
            _further_effects(asset, preview),
            _changed_since(shown),
        ),
        notes=contradictions.with_inventory(asked, asset),
        owners=inventory.owners(asset),
        already=f"These rows of {asset.name} hold that already." if same else "",
    )


def _reach(asset: Asset, preview: Preview | None) -> Level:
    if preview is None:
        text = f"We could not confirm which rows of {asset.name} change."
        return consequence.unknown(text, inventory.DATABASE)
    count = preview.shown["rows"]
    text = f"{_rows(count)} {'changes' if count == 1 else 'change'}."
    return inventory.reach(asset, _level(1 if count == 1 else 2, text, preview))


def _way_back(asset: Asset, preview: Preview | None) -> Level:
    if preview is None or preview.shown["effects"]:
        return _level(2, f"Not everything that this sets off in {asset.name} is undone.", preview)
    text = "What the rows held is kept beside them and put back on request, exactly."
    return _level(1, text, preview)


def _level(value: int, text: str, preview: Preview | None) -> Level:
    level = facts.level(value, text, inventory.DATABASE)
    fact = level.facts[0]
    read_at = preview.read_at if preview else None
    return Level(value, (type(fact)(fact.text, fact.source, read_at),))


def _further_effects(asset: Asset, preview: Preview | None) -> Reason | None:
    effects = preview.shown["effects"] if preview else ()
    if not effects:
        return None
    return Reason(
        rule="raise.further_effects",
        text=f"More than these rows may change in {asset.name}: {facts.listing(effects)}.",
        observed=facts.listing(effects),
        limit="nothing that follows from the change",
        would_pass="Change a table that sets nothing off.",
    )


def _changed_since(shown: Mapping[str, Any]) -> Reason | None:
    since = shown.get("since", 0)
    if not since:
        return None
    return Reason(
        rule="raise.changed_since",
        text="Somebody changed these rows after that change; taking it back takes that back too.",
        observed=_rows(since),
        limit="rows as that change left them",
        would_pass="Correct the rows one by one.",
    )


# ------------------------------------------------------------------ words


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _value(value: object) -> str:
    if value is None:
        return "empty (NULL)"
    return f"‘{'true' if value is True else 'false' if value is False else value}’"


def _said(pairs: Mapping[str, object]) -> str:
    return facts.listing(f"{name} = {_value(value)}" for name, value in pairs.items())


def _sample(shown: Mapping[str, Any], when: str) -> tuple[str, ...]:
    lines = [f"{row['key']}: {_said(row[when])}." for row in shown.get("sample", ())]
    more = shown.get("rows", 0) - len(lines)
    return (*lines, *([f"And {_rows(more)} more."] if lines and more else []))


def _render_change(params: Mapping[str, Any], knows: Knows) -> Rendering:
    where = f"{params['table']} in {inventory.name_of(params['database'], knows)}"
    title = f"Correct {_rows(params['rows'])} of {where}"
    effect = f"Where {_said(params['where'])}, it will be {_said(params['set'])}."
    return Rendering(title, effect, title)


def _render_restore(params: Mapping[str, Any], knows: Knows) -> Rendering:
    where = f"{params['table']} in {inventory.name_of(params['database'], knows)}"
    title = f"Put back what was in {where}"
    effect = f"The rows get what they held before the change {params['change']}."
    return Rendering(title, effect, title)


def _put_back(action: str, params: Mapping[str, Any]) -> Offered:
    where = {"database": params["database"], "table": params["table"]}
    return Offered("db.restore", {**where, "change": action})


# ------------------------------------------------------------------ the types

_FACTS = (
    "environment, criticality, owner and data class from the inventory",
    "the rows that change, and what they hold before and after, tried and taken back",
    "triggers and references that the change sets off",
)

CHANGE = ActionType(
    id="db.change",
    title="Correct rows in a database",
    domain="databases",
    context="access",
    doc="Sets columns of an exact number of rows that are named by what other columns hold.",
    params=Change,
    findings=_change,
    render=_render_change,
    facts=_FACTS,
    undo_of=_put_back,
    undo_words="Put back what the rows held, from the notes in the database itself.",
    inquiry=_ask_change,
    connector="sql",
    min_tier=EVERY_CHANGE,
)

RESTORE = ActionType(
    id="db.restore",
    title="Put back what a correction replaced",
    domain="databases",
    context="access",
    doc="Gives the rows of an earlier change exactly what they held before it.",
    params=Restore,
    findings=_restore,
    render=_render_restore,
    facts=_FACTS,
    undo_of=_put_back,
    undo_words="Put back what the rows held before they were put back.",
    inquiry=_ask_restore,
    connector="sql",
    min_tier=EVERY_CHANGE,
)

TYPES = (CHANGE, RESTORE)
