"""Private material of one installation: database passwords, the seal, Django's secret.

Everything is made once, kept under DATA/keys (0700, files 0600), and made under a lock, so that
processes that start together agree.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import (
    data_folder,
    explained,
    locked,
    private_folder,
    write_private,
)

LOGIN_ROLES = ("web", "agent", "desk", "executor")

_SEAL = padding.OAEP(
    mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None
)
_RSA_BITS = 3072


def role_passwords(data: Path) -> dict[str, str]:
    """The password of each database login role, made on first use.

    Raises MachineError when the file cannot be used.
    """
    path = _kept(data, "roles.json", lambda: _as_json(_new_passwords()))
    try:
        known = json.loads(_read(path))
        return {role: str(known[role]) for role in LOGIN_ROLES}
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def django_secret(data: Path) -> str:
    """Django's SECRET_KEY, made on first use."""
    return _read(_kept(data, "django", lambda: secrets.token_urlsafe(48).encode())).decode()


def reset_key(data: Path) -> str:
    """The secret that new passwords are derived from, made on first use."""
    return _read(_kept(data, "reset", lambda: secrets.token_urlsafe(48).encode())).decode()


def seal_keys(data: Path) -> tuple[bytes, bytes]:
    """The pair (private PEM, public PEM): anybody may seal, only the web process may open."""
    path = _kept(data, "seal.pem", _new_seal_key)
    private_pem = _read(path)
    public = _private_key(private_pem, path).public_key()
    return private_pem, public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def seal_key_files(data: Path) -> tuple[Path, Path]:
    """The files (private, public) of the seal keys, for processes that are given a path."""
    _, public_pem = seal_keys(data)
    public = _kept(data, "seal-public.pem", lambda: public_pem)
    return public.with_name("seal.pem"), public


def kept(data: Path) -> dict[str, bytes]:
    """Every private file of this installation by name; empty before the first start."""
    folder = data.expanduser().absolute() / "keys"
    if not folder.is_dir():
        return {}
    with explained(folder):
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        return {path.name: path.read_bytes() for path in files if path.is_file()}


def keep(data: Path, files: Mapping[str, bytes]) -> None:
    """Put the private files of a backup where there were none. Raises MachineError."""
    folder = private_folder(data_folder(data) / "keys")
    for name, content in files.items():
        if Path(name).name != name or name.startswith("."):
            raise MachineError(f"The backup holds a key with the odd name {name!r}.")
        write_private(folder / name, content)


def new_token() -> str:
    """A fresh random token of 256 bits, in letters that fit a header."""
    return secrets.token_urlsafe(32)


def seal(public_pem: bytes, plaintext: str) -> bytes:
    """Encrypt a short secret (at most 318 bytes) so that only the private key can open it.

    Raises MachineError when the secret is too long or the key is not an RSA public key.
    """
    content = plaintext.encode()
    if len(content) > _room():
        raise MachineError(f"A sealed secret has at most {_room()} bytes; use a shorter one.")
    return _public_key(public_pem).encrypt(content, _SEAL)


def unseal(private_pem: bytes, sealed: bytes) -> str:
    """Open what `seal` closed.

    Raises MachineError when it was changed, or sealed for another key.
    """
    try:
        return _private_key(private_pem).decrypt(sealed, _SEAL).decode()
    except ValueError as error:
        raise MachineError(
            "This sealed secret cannot be opened: it was changed, or sealed for another key."
        ) from error


def _room() -> int:
    """Bytes that fit into one OAEP block: the modulus less two hashes and two bytes."""
    return _RSA_BITS // 8 - 2 * hashes.SHA256.digest_size - 2


def _kept(data: Path, name: str, make: Callable[[], bytes]) -> Path:
    folder = private_folder(data_folder(data) / "keys")
    path = folder / name
    with locked(folder / ".lock"):
        if not path.exists():
            write_private(path, make())
    with explained(path):
        path.chmod(0o600)
    return path


def _read(path: Path) -> bytes:
    with explained(path):
        content = path.read_bytes()
    if not content:
        raise _damaged(path)
    return content


def _new_passwords() -> dict[str, str]:
    return {role: secrets.token_urlsafe(32) for role in LOGIN_ROLES}


def _as_json(value: dict[str, str]) -> bytes:
    return json.dumps(value, indent=1).encode()


def _new_seal_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _private_key(pem: bytes, path: Path | None = None) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _damaged(path)
    return key


def _public_key(pem: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise _damaged(None) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise _damaged(None)
    return key


def _damaged(path: Path | None) -> MachineError:
    name = path or "The key for sealed secrets"
    return MachineError(f"{name} is damaged. Restore it from a backup of the data folder.")
