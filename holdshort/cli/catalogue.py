"""`holdshort catalogue`: what the desk can do."""

from __future__ import annotations

import argparse

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "catalogue", "what the desk can do")
    base.verb(verbs, "list", _list, "every action type in a line")
    base.verb(verbs, "page", _page, "print docs/catalogue.md")


def _list(asked: argparse.Namespace) -> None:
    from holdshort import catalogue

    found = catalogue.describe()
    rows = ((one["id"], one["title"], one["connector"]) for one in found)
    base.show(asked, found, base.table(("type", "what it does", "carried out in"), rows))


def _page(asked: argparse.Namespace) -> None:
    from holdshort import catalogue
    from holdshort.catalogue.page import document

    print(document(catalogue.REGISTRY.values()), end="")
