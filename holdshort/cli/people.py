"""`holdshort token` and `holdshort person`: ways in for programs and for humans."""

from __future__ import annotations

import argparse
import getpass
import sys

from holdshort.cli import base, beside


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "token", "ways in for programs")
    new = base.verb(verbs, "new", _token, "make a token; it is shown this once")
    new.add_argument("--as", dest="person", required=True, metavar="PERSON")
    new.add_argument("--scope", action="append", required=True, help="what it may do; repeatable")
    new.add_argument("--label", default="command line", help="what it is for")
    new.add_argument("--sponsor", metavar="PERSON", help="the human behind an agent's token")
    people = base.noun(nouns, "person", "ways in for humans")
    link = base.verb(people, "link", _link, "make a sign-in link that works once, for an hour")
    link.add_argument("person")
    link.add_argument("--url", help="the desk's address (default: the one that `up` printed)")
    password = base.verb(people, "password", _password, "set a password, read from standard input")
    password.add_argument("person")


def _token(asked: argparse.Namespace) -> None:
    base.connect(asked, "owner")
    from holdshort.records import tokens

    token = tokens.create(
        asked.person, scopes=asked.scope, label=asked.label, sponsor=asked.sponsor
    )
    base.show(asked, {"token": token}, token)


def _link(asked: argparse.Namespace) -> None:
    base.connect(asked, "owner")
    from holdshort.records import signin

    url = asked.url or beside.address(asked.data)
    address = f"{url.rstrip('/')}/sign-in/link/{signin.new_link(asked.person)}"
    base.show(asked, {"link": address}, address)


def _password(asked: argparse.Namespace) -> None:
    base.connect(asked, "owner")
    from holdshort.records import signin

    secret = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(secret) < 12:
        raise base.CommandError("Please use at least 12 characters.")
    signin.set_password(asked.person, secret)
    base.show(asked, {"person": asked.person}, "The password is set.")
