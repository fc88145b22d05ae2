"""A browser's session: which login it is, proved again at every request.

Django's own sessions and hashers, without its tables of users, groups and permissions.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare, salted_hmac

from holdshort.records import signin
from holdshort.records.signin import Account

LOGIN, PROOF = "login", "proof"


def enter(request: HttpRequest, account: Account) -> None:
    """Begin a session of this account; whatever session the browser had is gone."""
    request.session.flush()
    request.session[LOGIN] = account.login
    request.session[PROOF] = _proof(account)
    rotate_token(request)


def leave(request: HttpRequest) -> None:
    """End the session, here and in the database."""
    request.session.flush()


def account_of(request: HttpRequest) -> Account | None:
    """The account of the session, unless it ended or its password is another one since."""
    login = request.session.get(LOGIN)
    account = signin.of_login(login) if isinstance(login, int) else None
    if account is None:
        return None
    proof = str(request.session.get(PROOF, ""))
    return account if constant_time_compare(proof, _proof(account)) else None


def _proof(account: Account) -> str:
    return salted_hmac("holdshort.session", account.password, algorithm="sha256").hexdigest()
