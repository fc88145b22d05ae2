"""PostgreSQL addresses: one for each login role, and the form in which Django wants them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from holdshort.machine.errors import MachineError

_SCHEMES = ("postgresql://", "postgres://")
_NAMED_BY_DJANGO = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


def database_url(base_url: str, role: str, password: str) -> str:
    """`base_url` with another role and its password; host, port, name and options stay.

    Raises MachineError when `base_url` is not a PostgreSQL address.
    """
    return url_of({**_parts(base_url), "user": role, "password": password})


def renamed(url: str, database: str) -> str:
    """The same address for another database of that server. Raises MachineError."""
    return url_of({**_parts(url), "dbname": database})


def parse_database_url(url: str) -> dict[str, Any]:
    """An entry of Django's DATABASES for `url`.

    Raises MachineError when it is not a PostgreSQL address or names no database.
    """
    parts = _parts(url)
    settings: dict[str, Any] = {key: parts.pop(name, "") for name, key in _NAMED_BY_DJANGO.items()}
    return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": parts}


def url_of(parts: dict[str, str]) -> str:
    """A postgresql:// address from libpq's keywords; a socket folder becomes `?host=`."""
    rest = dict(parts)
    account = f"{quote(rest.pop('user', ''), safe='')}:{quote(rest.pop('password', ''), safe='')}"
    name = quote(rest.pop("dbname"), safe="")
    where = _network_place(rest)
    options = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
    return f"postgresql://{account}@{where}/{name}{options}"


def _network_place(rest: dict[str, str]) -> str:
    """Take one plain host and port out of `rest`; folders and lists of hosts stay options."""
    host, port = rest.get("host", ""), rest.get("port", "")
    if not host or set("/,@") & set(host) or "," in port:
        return ""
    del rest["host"]
    rest.pop("port", None)
    place = f"[{host}]" if ":" in host else quote(host, safe="")
    return f"{place}:{port}" if port else place


def _parts(url: str) -> dict[str, str]:
    """libpq's own reading of `url`; its complaints are dropped because they quote the password."""
    if not url.startswith(_SCHEMES):
        raise MachineError(f"This is not a PostgreSQL address. {_FORM}")
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        raise _unreadable() from None
    if not all(map(_is_port, str(parts.get("port", "5432")).split(","))):
        raise _unreadable()
    if not parts.get("dbname"):
        raise MachineError(f"This PostgreSQL address names no database. {_FORM}")
    return {name: str(value) for name, value in parts.items() if value is not None}


def _is_port(word: str) -> bool:
    """libpq looks at ports only when it connects, and then names no address."""
    return word.isdecimal() and 1 <= int(word) <= 65535


def _unreadable() -> MachineError:
    return MachineError(f"This PostgreSQL address cannot be read. {_FORM}")


_FORM = "DATABASE_URL has the form postgresql://name:password@host:5432/database."
