"""YAML text as plain data in which every value remembers its line.

Only the plain part of YAML is read: no anchors, tags or second documents, and only `true` and
`false` are truth values, so that a country code `NO` stays two letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import yaml

from holdshort.company.problems import Path, Problem, shown

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}", re.ASCII)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Node:
    """A value of the file: a scalar, a list of nodes, or named nodes with their key's line."""

    line: int
    value: Any = None
    items: list[Node] | None = None
    fields: dict[str, Node] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)

    def data(self) -> Any:
        """The plain value of this node and all below it; a field left empty is not there."""
        if self.items is not None:
            return [item.data() for item in self.items]
        if self.fields is not None:
            return {k: node.data() for k, node in self.fields.items() if not node.is_empty}
        return self.value

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written here."""
        return self.value is None and self.items is None and self.fields is None

    def line_of(self, path: Path) -> int:
        """The line of the value at a path, or of the nearest thing above it that is there."""
        node, line = self, self.line
        for part in path:
            if isinstance(part, int) and node.items is not None and part < len(node.items):
                node = node.items[part]
                line = node.line
            elif node.fields is not None and part in node.fields:
                line = node.key_lines[str(part)]
                node = node.fields[str(part)]
            else:
                break
        return line


class Unreadable(Exception):
    """The text is no YAML that can be read at all; carries the one problem known."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(line, "", text)


def parse(data: bytes) -> tuple[Node, list[Problem]]:
    """The tree of a file and what is wrong with its YAML. Raises Unreadable."""
    text = _decoded(data)
    last = text.rstrip("\n").count("\n") + 1
    try:
        tree, problems = _Tree().grow(yaml.parse(text, Loader=_LOADER))
        # A document without anything in it begins behind the last line.
        return replace(tree, line=min(tree.line, last)), problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A parser that reaches the end of the text points behind its last line.
        line = min(mark.line + 1, last) if mark else 1
        raise Unreadable(line, _syntax(error, text)) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Unreadable(1, "this is not YAML that can be read") from None


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(1, f"the file is larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "this is not UTF-8 text; save the file as UTF-8") from None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(line, "contains an invisible control character; remove it")
    return text


def _syntax(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in str(error.problem):
        return "a tab is used for indentation; use spaces"
    return (
        f"this is not valid YAML ({error.problem or error.context}). Check the indentation, and "
        "put text that contains ‘: ’, ‘#’ or quotation marks in quotes"
    )


class _Tree:
    """Builds the tree from parser events with a stack of its own, so depth cannot exhaust us."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        self.documents = 0

    def grow(self, events: Iterator[Any]) -> tuple[Node, list[Problem]]:
        for event in events:
            line = event.start_mark.line + 1
            self._refuse_extras(event, line)
            match event:
                case yaml.ScalarEvent():
                    self._place(Node(line, _scalar(event.value, plain=event.implicit[0])), event)
                case yaml.SequenceStartEvent():
                    self._enter(Node(line, items=[]), event)
                case yaml.MappingStartEvent():
                    self._enter(Node(line, fields={}), event)
                case yaml.CollectionEndEvent():
                    self.open.pop()
                    self.keys.pop()
        if self.root is None:
            raise Unreadable(1, "the file is empty; ‘holdshort company schema’ shows what it holds")
        return self.root, self.problems

    def _refuse_extras(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise Unreadable(line, "a second document starts here (---); one file, one company")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(line, "anchors and aliases (& and *) are not read; write it out")
        if getattr(event, "tag", None):
            raise Unreadable(line, f"the tag {shown(event.tag)} is not read; leave it out")

    def _enter(self, node: Node, event: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable(node.line, f"this is nested deeper than {MAX_DEPTH} levels")
        self._place(node, event)
        self.open.append(node)
        self.keys.append(None)

    def _place(self, node: Node, event: Any) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif self.keys[-1] is None:
            self._open_key(node, event)
        else:
            self._close_key(parent, node)

    def _open_key(self, node: Node, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable(node.line, "the name of a field must be a word, not a list or block")
        # A name is its text as written: `on:` and `1:` are not turned into something else.
        self.keys[-1] = Node(node.line, event.value)

    def _close_key(self, parent: Node, node: Node) -> None:
        key = self.keys[-1]
        self.keys[-1] = None
        if key is None or parent.fields is None:
            return
        if key.value in parent.fields:
            first = parent.key_lines[key.value]
            text = f"{shown(key.value)} is written twice; the first is on line {first}"
            self.problems.append(Problem(key.line, "", text))
            return
        parent.fields[key.value] = node
        parent.key_lines[key.value] = key.line


def _scalar(text: str, *, plain: bool) -> Any:
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
