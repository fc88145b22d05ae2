"""What the LDAP connector says when the directory, the road or the settings are broken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from holdshort.connectors import build
from holdshort.connectors.ldap import Ldap
from holdshort.connectors.ldap_wire import SECONDS_OF_REST
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable
from tests.directories.certificates import certificates
from tests.directories.openldap import OpenLdapServed, running_openldap
from tests.directories.road import Road
from tests.directories.served import PASSWORD

from .conftest import action

NOBODY = "00000000-0000-0000-0000-000000000000"


def refusal(ldap: Ldap, expected: type[ConnectorError], id: str = NOBODY) -> str:
    """The sentence with which reading somebody fails."""
    with pytest.raises(expected) as caught:
        ldap.observe(action("idp.suspend", id))
    sentence = str(caught.value)
    assert PASSWORD not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.fixture
def road(openldap: OpenLdapServed) -> Iterator[Road]:
    road = Road(openldap.plain_port, only=("search", "bind"))
    yield road
    road.close()


# ------------------------------------------------------------------ encryption


def test_the_connection_is_encrypted_either_way(openldap: OpenLdapServed) -> None:
    assert openldap.connector().probe().startswith("OpenLDAP answered, encrypted:")
    by_start_tls = openldap.connector(url=openldap.plain_url)
    assert by_start_tls.probe().startswith("OpenLDAP answered, encrypted:")
    plain = openldap.connector(url=openldap.plain_url, start_tls=False)
    assert plain.probe().startswith("OpenLDAP answered, NOT encrypted:")


@pytest.mark.parametrize("by", ["url", "plain_url"])
def test_a_certificate_of_another_authority_is_not_trusted(
    openldap: OpenLdapServed, tmp_path: Path, by: str, road: Road
) -> None:
    other = certificates(tmp_path).authority
    ldap = openldap.connector(url=getattr(openldap, by), ca_file=str(other))
    assert "certificate is not to be trusted for localhost" in refusal(ldap, RefusedByTarget)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_certificate_for_another_name_is_not_trusted(
    openldap: OpenLdapServed, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: real(host.replace("dc.acme.example", "127.0.0.1"), *a, **k),
    )
    port = (openldap.url if scheme == "ldaps" else openldap.plain_url).rpartition(":")[2]
    ldap = openldap.connector(url=f"{scheme}://dc.acme.example:{port}")
    assert "not to be trusted for dc.acme.example" in refusal(ldap, RefusedByTarget)


def test_the_credential_is_never_sent_before_the_encryption(
    openldap: OpenLdapServed, road: Road, tmp_path: Path
) -> None:
    other = certificates(tmp_path).authority
    refusal(openldap.connector(url=road.url, ca_file=str(other)), RefusedByTarget)
    assert road.seen == ["extended"]


def test_a_directory_without_start_tls_gets_no_credential(tmp_path: Path, road: Road) -> None:
    with running_openldap(tmp_path, tls=False) as served:
        inner = Road(served.plain_port)
        ldap = served.connector(url=inner.url)
        assert "does not offer StartTLS" in refusal(ldap, RefusedByTarget)
        assert inner.seen == ["extended"]
        inner.close()


def test_authorities_that_cannot_be_read_are_named(openldap: OpenLdapServed) -> None:
    ldap = openldap.connector(ca_file="/nowhere/ca.pem")
    assert "ca_file cannot be read" in refusal(ldap, RefusedByTarget)


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://localhost", "must start with ldaps://"),
        ("ldaps://", "must start with ldaps://"),
        ("localhost:636", "must start with ldaps://"),
        ("ldaps://me:secret@localhost", "a host and a port only"),
        ("ldaps://localhost/dc=x??sub", "a host and a port only"),
        ("ldaps://localhost:99999", "a port that does not exist"),
        ("env:NOT_SET_ANYWHERE", "env:NOT_SET_ANYWHERE is empty or not set"),
    ],
)
def test_an_address_that_is_none_is_refused(openldap: OpenLdapServed, url: str, said: str) -> None:
    assert said in refusal(openldap.connector(url=url), RefusedByTarget)


def test_an_address_may_come_from_the_environment(
    openldap: OpenLdapServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_URL", openldap.url)
    assert "answered" in openldap.connector(url="env:DIRECTORY_URL").probe()


def test_internal_addresses_and_plain_connections_need_an_explicit_word(
    openldap: OpenLdapServed,
) -> None:
    internal = openldap.connector(allow_internal=False)
    assert "allow_internal: true" in refusal(internal, RefusedByTarget)
    plain = openldap.connector(url=openldap.plain_url, start_tls=False, allow_internal=False)
    assert "use ldaps://" in refusal(plain, RefusedByTarget)
    never = openldap.connector(url="ldaps://169.254.169.254")
    assert "no connector may connect to" in refusal(never, RefusedByTarget)
    public = openldap.connector(url="ldap://93.184.216.34", start_tls=False)
    assert "must be encrypted" in refusal(public, RefusedByTarget)


# ------------------------------------------------------------------ credentials


def test_a_wrong_credential_names_the_secret_to_check(
    openldap: OpenLdapServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIND_PASSWORD", "wrong-one")
    ldap = openldap.connector(password="env:BIND_PASSWORD")
    assert refusal(ldap, RefusedByTarget) == (
        "The directory refused the credential. "
        "Check bind_dn and the secret named env:BIND_PASSWORD."
    )
    monkeypatch.setenv("BIND_PASSWORD", PASSWORD)
    assert "no such entry" in refusal(ldap, RefusedByTarget)


def test_a_refused_credential_is_not_counted_against_its_account_again(
    openldap: OpenLdapServed, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIND_PASSWORD", "wrong-one")
    bind_dn = openldap.dn_of(openldap.person())
    ldap = openldap.connector(
        url=road.url, start_tls=False, bind_dn=bind_dn, password="env:BIND_PASSWORD"
    )
    first = refusal(ldap, RefusedByTarget)
    for _ in range(3):
        with pytest.raises(RefusedByTarget) as again:
            ldap.mirror()
        assert str(again.value) == first
    assert road.seen.count("bind") == 1

    monkeypatch.setenv("BIND_PASSWORD", "another-wrong-one")
    assert refusal(ldap, RefusedByTarget) == first
    assert road.seen.count("bind") == 2

    rested = monotonic() + SECONDS_OF_REST
    monkeypatch.setattr("holdshort.connectors.ldap_wire.monotonic", lambda: rested)
    assert refusal(ldap, RefusedByTarget) == first
    assert road.seen.count("bind") == 3


@pytest.mark.parametrize("value", ["", "two\nlines", "smørrebrød"])
def test_a_credential_that_is_missing_or_unfit_is_refused_before_any_connection(
    openldap: OpenLdapServed, road: Road, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("BIND_PASSWORD", value)
    ldap = openldap.connector(url=road.url, start_tls=False, password="env:BIND_PASSWORD")
    assert "env:BIND_PASSWORD" in refusal(ldap, RefusedByTarget)
    assert road.seen == []


@pytest.mark.parametrize("field", ["password", "reset_key"])
def test_a_secret_written_into_the_settings_is_refused_and_not_repeated(
    openldap: OpenLdapServed, field: str
) -> None:
    with pytest.raises(ConnectorError, match=field) as caught:
        build("directory", "ldap", openldap.settings(**{field: "hunter2"}))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("place", ["ou=People,dc=other,dc=example", "dc=example", "nonsense"])
def test_new_accounts_belong_where_accounts_are_looked_for(
    openldap: OpenLdapServed, place: str
) -> None:
    with pytest.raises(ConnectorError, match="new_accounts must be below base_dn"):
        openldap.connector(new_accounts=place)
    spelt = openldap.people.upper().replace(",", ", ")
    assert openldap.connector(new_accounts=spelt)


def test_a_missing_reset_key_leaves_the_password_as_it_was(openldap: OpenLdapServed) -> None:
    dana = openldap.person()
    ldap = openldap.connector(reset_key="env:NOT_SET_ANYWHERE")
    asked = action("idp.reset_password", dana)
    with pytest.raises(RefusedByTarget, match="env:NOT_SET_ANYWHERE"):
        ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert openldap.signs_in(dana, "old-Password-1")


# ------------------------------------------------------------------ directories that fail


def test_a_directory_that_is_down_is_unreachable(openldap: OpenLdapServed) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ldaps://127.0.0.1:{unused.getsockname()[1]}"
    assert "cannot be reached" in refusal(openldap.connector(url=url), Unreachable)
    no_tls = openldap.connector(url=openldap.plain_url.replace("ldap:", "ldaps:"), timeout=3)
    assert "does not speak TLS there" in refusal(no_tls, Unreachable)
    unknown = openldap.connector(url="ldaps://nowhere.invalid")
    assert "cannot be reached" in refusal(unknown, Unreachable)


def test_people_that_are_not_where_the_settings_say_are_no_entries(
    openldap: OpenLdapServed,
) -> None:
    ldap = openldap.connector(base_dn="ou=nowhere,dc=acme,dc=example", new_accounts="")
    assert "Check it" in refusal(ldap, RefusedByTarget)
    broken = openldap.connector(base_dn="not a name", new_accounts="")
    assert "Check base_dn" in refusal(broken, RefusedByTarget)


def test_an_entry_that_is_gone_is_a_refusal(openldap: OpenLdapServed) -> None:
    assert "no such entry any more" in refusal(openldap.connector(), RefusedByTarget)


@pytest.mark.parametrize("fault", ["drop", "drop_after"])
def test_a_dropped_connection_is_unreachable(
    openldap: OpenLdapServed, road: Road, fault: str
) -> None:
    road.fault = fault
    ldap = openldap.connector(url=road.url, start_tls=False)
    assert "broke before its answer came" in refusal(ldap, Unreachable)


@pytest.mark.parametrize("fault", ["late", "drip"])
def test_an_answer_later_than_the_time_allowed_is_unreachable(
    openldap: OpenLdapServed, road: Road, fault: str
) -> None:
    road.fault = fault
    ldap = openldap.connector(url=road.url, start_tls=False, timeout=0.6)
    assert "in time" in refusal(ldap, Unreachable)


def test_an_answer_without_end_is_not_read(
    openldap: OpenLdapServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ldap = openldap.connector()
    openldap.person()
    assert ldap.mirror().accounts
    monkeypatch.setattr("holdshort.connectors.ldap_socket.MAX_ANSWER", 100)
    with pytest.raises(Unreachable, match="broke before"):
        ldap.mirror()


def test_an_answer_that_is_not_ldap_is_not_believed(openldap: OpenLdapServed, road: Road) -> None:
    road.fault = "garbage"
    ldap = openldap.connector(url=road.url, start_tls=False)
    assert "Check url" in refusal(ldap, Unreachable)


@pytest.mark.parametrize(
    "bytes", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\x7f\xff\xff\xff", b"\x00" * 64, b""]
)
def test_another_kind_of_server_is_not_believed(openldap: OpenLdapServed, bytes: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(100)
                client.sendall(bytes)

        threading.Thread(target=answer, daemon=True).start()
        url = f"ldap://127.0.0.1:{listening.getsockname()[1]}"
        refusal(openldap.connector(url=url, start_tls=False, timeout=2), Unreachable)


def test_a_referral_is_never_followed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.3)
        url = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}/ou=Moved"
        more = (
            "\ndn: ou=Moved,dc=acme,dc=example\nobjectClass: referral\n"
            f"objectClass: extensibleObject\nou: Moved\nref: {url}\n"
        )
        with running_openldap(tmp_path, more=more) as served:
            served.person()
            ldap = served.connector(base_dn="ou=Moved,dc=acme,dc=example", new_accounts="")
            assert "never followed" in refusal(ldap, RefusedByTarget)
            assert len(served.connector().mirror().accounts) == 1
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_a_directory_without_conditional_writes_says_that_a_window_was_left(
    openldap: OpenLdapServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdshort.connectors.ldap_wire._ASSERTION", "1.2.3.4")
    ldap = openldap.connector()
    assert ldap.probe().endswith("without conditional writes.")
    asked = action("idp.suspend", openldap.person())
    receipt = ldap.apply(asked, key="k", seen=ldap.observe(asked), timeout=10)
    assert receipt.evidence["condition"] == "read just before"


def test_the_probe_changes_nothing(openldap: OpenLdapServed) -> None:
    road = Road(openldap.plain_port)
    sentence = openldap.connector(url=road.url, start_tls=False).probe()
    assert sentence.endswith("groups, with conditional writes.")
    assert road.changes() == 0
    road.close()
