"""The registry of connector kinds."""

from __future__ import annotations

import pytest

from holdshort import connectors
from holdshort.connectors import build
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

from .conftest import connect

GOOD = {"base_url": "https://directory.example/v2", "token": "env:TOKEN"}


def test_building_contacts_nothing_and_reads_no_secret() -> None:
    assert build("directory", "scim", GOOD).name == "directory"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"token": "env:T"}, "base_url"),
        ({**GOOD, "token": "hunter2"}, "token"),
        ({**GOOD, "timeout": 0}, "timeout"),
        ({**GOOD, "passwrod": "hunter2"}, "passwrod"),
    ],
)
def test_bad_settings_are_named_and_their_values_are_not(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ConnectorError, match=named) as caught:
        build("directory", "scim", settings)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConnectorError, match="Known kinds: http, ldap, manual, scim"):
        build("x", "os:system", {})


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connectors.KINDS, "ldap", "not_installed_anywhere:Ldap")
    with pytest.raises(ConnectorError, match=r"pip install 'holdshort\[ldap\]'"):
        build("x", "ldap", {})


def test_an_internal_address_is_refused_without_a_word_for_it(
    road: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", "x")
    for host in ("127.0.0.1", "localhost"):
        scim = connect(f"https://{host}:1/v2", allow_internal=False)
        with pytest.raises(RefusedByTarget, match="allow_internal: true"):
            scim.probe()
    for host in ("169.254.169.254", "[fe80::1]"):
        with pytest.raises(RefusedByTarget, match="no connector may connect to"):
            connect(f"http://{host}:1/v2").probe()


def test_an_address_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", "x")
    with pytest.raises(RefusedByTarget, match="env:DIRECTORY_URL is empty or not set"):
        connect("env:DIRECTORY_URL").probe()
    monkeypatch.setenv("DIRECTORY_URL", "http://127.0.0.1:1/v2")
    with pytest.raises(Unreachable, match="cannot be reached"):
        connect("env:DIRECTORY_URL").probe()
