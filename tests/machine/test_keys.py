"""Private material: made once, closed to others, and the same for processes that start at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from holdshort.machine.errors import MachineError
from holdshort.machine.keys import (
    LOGIN_ROLES,
    django_secret,
    role_passwords,
    seal,
    seal_keys,
    unseal,
)

from .conftest import first_line, mode, python

ALL_KEYS = """
import sys
from pathlib import Path
from holdshort.machine.keys import django_secret, role_passwords, seal_keys
data = Path(sys.argv[1])
print(hash((django_secret(data), *role_passwords(data).values(), seal_keys(data))), flush=True)
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    return seal_keys(tmp_path_factory.mktemp("sealed"))


def test_each_login_role_has_a_long_password_of_its_own(tmp_path: Path) -> None:
    passwords = role_passwords(tmp_path)
    assert set(passwords) == set(LOGIN_ROLES) == {"web", "agent", "desk", "executor"}
    assert len(set(passwords.values())) == 4
    assert all(len(password) >= 40 for password in passwords.values())


def test_everything_stays_the_same_once_made_and_differs_between_installations(
    tmp_path: Path,
) -> None:
    def everything(data: Path) -> tuple[object, ...]:
        return role_passwords(data), django_secret(data), seal_keys(data)

    first = everything(tmp_path / "one")
    assert everything(tmp_path / "one") == first
    assert not any(a == b for a, b in zip(everything(tmp_path / "two"), first, strict=True))


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    django_secret(tmp_path)
    role_passwords(tmp_path)
    seal_keys(tmp_path)
    files = list((tmp_path / "keys").iterdir())
    assert mode(tmp_path / "keys") == 0o700
    assert {path.name for path in files} == {".lock", "django", "roles.json", "seal.pem"}
    assert {mode(path) for path in files} == {0o600}


def test_permissions_that_somebody_widened_are_closed_again(tmp_path: Path) -> None:
    django_secret(tmp_path)
    (tmp_path / "keys").chmod(0o755)
    (tmp_path / "keys" / "django").chmod(0o644)
    django_secret(tmp_path)
    assert (mode(tmp_path / "keys"), mode(tmp_path / "keys" / "django")) == (0o700, 0o600)


def test_processes_that_start_at_once_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    starters = [python(ALL_KEYS, tmp_path) for _ in range(4)]
    answers = [first_line(starter) for starter in starters]
    assert [starter.wait() for starter in starters] == [0, 0, 0, 0]
    assert len(set(answers)) == 1


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=79))
def test_what_was_sealed_can_be_opened_with_the_private_key(
    pair: tuple[bytes, bytes], plaintext: str
) -> None:
    private, public = pair
    sealed = seal(public, plaintext)
    assert unseal(private, sealed) == plaintext
    assert seal(public, plaintext) != sealed


@pytest.mark.parametrize("position", [0, 100, 383])
def test_a_changed_seal_is_refused(pair: tuple[bytes, bytes], position: int) -> None:
    private, public = pair
    sealed = bytearray(seal(public, "correct horse"))
    sealed[position] ^= 1
    with pytest.raises(MachineError, match="it was changed") as refused:
        unseal(private, bytes(sealed))
    assert "horse" not in str(refused.value)


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 384, b"x" * 500])
def test_what_was_never_sealed_is_refused(pair: tuple[bytes, bytes], sealed: bytes) -> None:
    with pytest.raises(MachineError, match="cannot be opened"):
        unseal(pair[0], sealed)


def test_the_key_of_another_installation_opens_nothing(
    pair: tuple[bytes, bytes], tmp_path: Path
) -> None:
    stranger, _ = seal_keys(tmp_path)
    with pytest.raises(MachineError, match="sealed for another key"):
        unseal(stranger, seal(pair[1], "secret"))


def test_a_secret_fits_up_to_318_bytes_and_not_one_more(pair: tuple[bytes, bytes]) -> None:
    private, public = pair
    assert unseal(private, seal(public, "a" * 318)) == "a" * 318
    with pytest.raises(MachineError, match="at most 318 bytes"):
        seal(public, "ä" * 159 + "a")


def test_another_kind_of_key_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for wrong in (public, b"no key"):
        with pytest.raises(MachineError, match="damaged"):
            seal(wrong, "secret")
    with pytest.raises(MachineError, match="damaged"):
        unseal(private, b"x")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"web": "x"}'])
def test_a_damaged_file_is_told_and_never_replaced(tmp_path: Path, content: str) -> None:
    role_passwords(tmp_path)
    path = tmp_path / "keys" / "roles.json"
    path.write_text(content)
    with pytest.raises(MachineError, match=r"roles.json is damaged. Restore it from a backup"):
        role_passwords(tmp_path)
    assert path.read_text() == content


@pytest.mark.parametrize(("name", "make"), [("seal.pem", seal_keys), ("django", django_secret)])
def test_other_damaged_files_are_told_too(tmp_path: Path, name: str, make: object) -> None:
    assert callable(make)
    make(tmp_path)
    (tmp_path / "keys" / name).write_text("")
    with pytest.raises(MachineError, match=f"{name} is damaged"):
        make(tmp_path)


def test_passwords_are_kept_in_a_form_that_a_backup_shows_whole(tmp_path: Path) -> None:
    passwords = role_passwords(tmp_path)
    assert json.loads((tmp_path / "keys" / "roles.json").read_text()) == passwords
