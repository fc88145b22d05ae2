"""Addresses of the database, in the three forms we need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from holdshort.machine.database_url import database_url, parse_database_url, url_of
from holdshort.machine.errors import MachineError

words = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=20)
hosts = st.sampled_from(
    ["db.example.org", "10.0.0.1", "::1", "/var/run/x y", "/a,b", "one,two", "@abstract"]
)


@given(user=words, password=words, name=words, host=hosts, port=st.integers(1, 65535))
def test_every_address_reads_back_as_it_was_written(
    user: str, password: str, name: str, host: str, port: int
) -> None:
    parts = {"user": user, "password": password, "dbname": name, "host": host, "port": str(port)}
    read = {key: str(value) for key, value in conninfo_to_dict(url_of(parts)).items()}
    assert read == parts


@given(base=words, role=words, password=words, host=hosts)
def test_a_role_gets_the_same_database_with_its_own_name_and_password(
    base: str, role: str, password: str, host: str
) -> None:
    parts = {"user": "postgres", "password": base, "dbname": "holdshort", "host": host}
    url = database_url(url_of({**parts, "sslmode": "require"}), role, password)
    expected = {**parts, "user": role, "password": password, "sslmode": "require"}
    assert conninfo_to_dict(url) == expected


def test_a_network_address_looks_like_people_write_it() -> None:
    base = "postgresql://postgres:old@db.example.org:6432/holdshort?sslmode=verify-full"
    assert database_url(base, "web", "p@ss/word") == (
        "postgresql://web:p%40ss%2Fword@db.example.org:6432/holdshort?sslmode=verify-full"
    )


def test_a_socket_folder_is_an_option() -> None:
    url = database_url("postgres://a:b@/holdshort?host=/srv/my%20data", "desk", "secret")
    assert url == "postgresql://desk:secret@/holdshort?host=%2Fsrv%2Fmy%20data"


def test_several_servers_keep_their_ports() -> None:
    url = database_url("postgresql://a:b@one:5432,two:5433/desk", "web", "secret")
    parts = conninfo_to_dict(url)
    assert (parts["host"], parts["port"], parts["user"]) == ("one,two", "5432,5433", "web")


def test_django_gets_its_settings() -> None:
    assert parse_database_url("postgresql://web:s%3Acret@[::1]:6432/desk?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "desk",
        "USER": "web",
        "PASSWORD": "s:cret",
        "HOST": "::1",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_django_gets_a_socket_folder_as_the_host() -> None:
    settings = parse_database_url("postgresql://web:secret@/desk?host=/srv/socket")
    assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]) == ("/srv/socket", "", {})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not a PostgreSQL address"),
        ("mysql://root:hidden@localhost/x", "not a PostgreSQL address"),
        ("sqlite:///hidden.db", "not a PostgreSQL address"),
        ("host=localhost password=hidden", "not a PostgreSQL address"),
        ("postgresql://a:hidden@host:port:5/x", "cannot be read"),
        ("postgresql://a:hidden@host:0/x", "cannot be read"),
        ("postgresql://a:hidden@host:65536/x", "cannot be read"),
        ("postgresql://a:hidden@[::1/x", "cannot be read"),
        ("postgresql://a:hidden@host/x?nonsense=1", "cannot be read"),
        ("postgresql://a:%zzhidden@host/x", "cannot be read"),
        ("postgresql://a:hidden@host", "names no database"),
        ("postgresql://a:hidden@host/", "names no database"),
    ],
)
def test_anything_else_is_refused_with_the_form_to_use_and_without_its_secrets(
    url: str, reason: str
) -> None:
    for read in (parse_database_url, lambda bad: database_url(bad, "web", "x")):
        with pytest.raises(MachineError, match=reason) as refused:
            read(url)
        assert "postgresql://name:password@host:5432/database" in str(refused.value)
        assert "hidden" not in str(refused.value)
        assert refused.value.__cause__ is None
