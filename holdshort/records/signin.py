"""Signing in with a local account: passwords, one-time links, and the brake on guessing.

`new_link` and `set_password` are for the command line, on the owner's connection; the rest is
what the web process may do.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from holdshort.records import audit, db, people
from holdshort.records.people import DESK

FAILURES = 5
"""So many wrong passwords for one name within 15 minutes, and the name has to wait."""

LEAST_CHARACTERS = 12


class CannotSignIn(Exception):
    """Why a way to sign in could not be made, in a sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """The local account of a human who works here: login, person and account ids."""

    login: int
    person: str
    account: int
    password: str


def find(name: str) -> Account | None:
    """The account behind a person's id or e-mail address, if it may sign in."""
    return _account(db.rows("login_by_name", name=name))


def of_person(person: str) -> Account | None:
    """The account of a person, if it may still sign in."""
    return _account(db.rows("login_of_person", person=person))


def of_login(login: int) -> Account | None:
    """The account behind a login's number, if it may still sign in."""
    return _account(db.rows("login_by_number", login=login))


# ------------------------------------------------------------------ one-time links


def new_link(person: str, minutes: int = 60) -> str:
    """A token that signs `person` in once. Only its hash is kept. Raises CannotSignIn."""
    if of_person(person) is None:
        raise CannotSignIn(f"‘{person}’ cannot sign in here: there is no local account.")
    token = secrets.token_urlsafe(32)
    db.run("add_sign_in_link", digest=_digest(token), person=person, minutes=minutes)
    return token


def link_is_for(token: str) -> str | None:
    """Whom a link would sign in, without using it up."""
    found: str | None = db.value("sign_in_link", digest=_digest(token))
    return found


def use_link(token: str) -> Account | None:
    """Use a link up. None when it does not exist, was used, or has expired."""
    person = db.value("use_sign_in_link", digest=_digest(token))
    return of_person(person) if person else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ------------------------------------------------------------------ passwords


def set_password(person: str, password: str) -> None:
    """Give a person a password; every session they have ends. Raises CannotSignIn."""
    if len(password) < LEAST_CHARACTERS:
        raise CannotSignIn(f"A password has at least {LEAST_CHARACTERS} characters.")
    if not db.run("set_password", person=person, password=make_password(password)):
        raise CannotSignIn(f"‘{person}’ cannot sign in here: there is no local account.")


# ------------------------------------------------------------------ the brake on guessing


def locked_until(name: str) -> datetime | None:
    """When the next attempt for this name is allowed; None when it is allowed now."""
    found: datetime | None = db.value("sign_in_locked_until", name=_key(name), failures=FAILURES)
    return found


def note(name: str, *, person: str | None, succeeded: bool) -> None:
    """Record an attempt, for the brake and for the audit log."""
    event = "sign_in.succeeded" if succeeded else "sign_in.failed"
    actor = person if succeeded and person else DESK
    with db.transaction():
        db.write("add_sign_in_attempt", name=_key(name), succeeded=succeeded)
        audit.event(event, actor=actor, person=person)


def _key(name: str) -> str:
    """Attempts are counted per account, however its name was typed; unknown names too."""
    found = find(name)
    return found.person if found else name.strip().casefold()[:200]


def _account(found: list[db.Row]) -> Account | None:
    """The first of those who still work here."""
    here = (row for row in found if not people.has_left(row["employment_end"]))
    kept = ("login", "person", "account", "password")
    return next((Account(*(row[name] for name in kept)) for row in here), None)
