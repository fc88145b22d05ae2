"""A real Active Directory domain controller (Samba) in a network of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ldap3

from tests.directories.certificates import certificates
from tests.directories.served import PASSWORD, Served, fresh, missing, need

ROOT = Path(__file__).resolve().parents[2]
BASE = "DC=acme,DC=example"
PEOPLE, GROUPS = f"OU=People,{BASE}", f"OU=Groups,{BASE}"
BIND, ADMIN = f"CN=holdshort,CN=Users,{BASE}", f"CN=Administrator,CN=Users,{BASE}"
ADMIN_PASSWORD = "Admin-of-tests-1"
WRONG_PASSWORDS = 3
OLD_PASSWORD = "old-Password-1"

RIGHTS = {
    PEOPLE: (
        # Create and delete users below: the second is what moving one away needs.
        "(OA;CI;CCDC;bf967aba-0de6-11d0-a285-00aa003049e2;;{sid})",
        # Of users: their names (a move writes them again), control, lockout and password.
        "(OA;CIIO;WP;bf96793f-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{sid})",
        "(OA;CIIO;WP;bf967a0e-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{sid})",
        "(OA;CIIO;WP;bf967a68-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{sid})",
        "(OA;CIIO;WP;28630ebf-41d5-11d1-a9c1-0000f80367c1;bf967aba-0de6-11d0-a285-00aa003049e2;{sid})",
        "(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967aba-0de6-11d0-a285-00aa003049e2;{sid})",
    ),
    # Of groups: their members.
    GROUPS: (
        "(OA;CIIO;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;bf967a9c-0de6-11d0-a285-00aa003049e2;{sid})",
    ),
}
"""The least that the connector needs, as SDDL; docs/connectors.md says it in words."""

_CONFIG = """[global]
    netbios name = DC
    realm = ACME.EXAMPLE
    workgroup = ACME
    server role = active directory domain controller
    server services = ldap
    interfaces = lo
    bind interfaces only = yes
    ldap server require strong auth = no
    tls enabled = yes
    tls cafile = {certificates.authority}
    tls certfile = {certificates.server}
    tls keyfile = {certificates.key}
    private dir = {folder}/private
    state directory = {folder}/state
    cache directory = {folder}/cache
    lock directory = {folder}
    ncalrpc dir = {folder}/ncalrpc
    pid directory = {folder}
    old password allowed period = 0
    log file = {folder}/log
    vfs objects = dfs_samba4 acl_xattr
"""


class SambaServed(Served):
    """The domain controller and its administrator."""

    base, people, groups, bind_dn = BASE, PEOPLE, GROUPS, BIND
    forbids = frozenset('"/\\[]:;|=,+*?<>')

    def __init__(self, folder: Path, ca_file: Path, plain: int, tls: int) -> None:
        self.ca_file = ca_file
        self.url, self.plain_url = f"ldaps://localhost:{tls}", f"ldap://localhost:{plain}"
        self.folder, self.tls_port = folder, tls
        self.password_file = folder / "bind-password"
        self.password_file.write_text(PASSWORD + "\n")
        self.admin = self.connection(ADMIN, ADMIN_PASSWORD)
        assert self.admin.bind()

    def prepare(self) -> None:
        """Units, the bind account with its rights, and a limit of wrong passwords."""
        for dn in (PEOPLE, GROUPS):
            self.admin.add(dn, ["organizationalUnit"])
            self._succeeded()
        self._add_user(BIND, "holdshort", PASSWORD)
        sid = _sid(self.admin_value(BIND, "objectSid"))
        for dn, rights in RIGHTS.items():
            _samba_tool(
                *("dsacl", "set", "-H", self.folder / "private" / "sam.ldb", "--objectdn", dn),
                *("--sddl", "".join(rights).format(sid=sid), "-s", self.folder / "smb.conf"),
            )
        self.admin.modify(
            BASE, {"lockoutThreshold": [(ldap3.MODIFY_REPLACE, [str(WRONG_PASSWORDS)])]}
        )
        self._succeeded()

    def person(self, name: str = "", *, suspended: bool = False, unit: str = "") -> str:
        name = name or fresh("p")
        dn = f"CN={ldap3.utils.dn.escape_rdn(name)},{unit or PEOPLE}"
        self._add_user(dn, name, OLD_PASSWORD)
        id = self.id_of(dn)
        if suspended:
            self.suspend(id)
        return id

    def group(
        self, name: str = "", *, members: tuple[str, ...] = (), includes: tuple[str, ...] = ()
    ) -> str:
        name = name or fresh("g")
        dn = f"CN={ldap3.utils.dn.escape_rdn(name)},{GROUPS}"
        self.admin.add(dn, ["group"], {"sAMAccountName": name})
        self._succeeded()
        id = self.id_of(dn)
        for member in (*members, *includes):
            self.join(id, member)
        return id

    def unit(self, name: str) -> str:
        dn = f"OU={name},{PEOPLE}"
        self.admin.add(dn, ["organizationalUnit"])
        self._succeeded()
        return dn

    def lock(self, id: str) -> None:
        for _ in range(WRONG_PASSWORDS + 1):
            assert not self.signs_in(id, "a wrong one")
        assert self.values(id, "lockoutTime") not in ([], ["0"])

    def suspend(self, id: str, suspended: bool = True) -> None:
        control = "514" if suspended else "512"
        self.change(id, userAccountControl=[(ldap3.MODIFY_REPLACE, [control])])

    def signs_in(self, id: str, password: str) -> bool:
        connection = self.connection(self.dn_of(id), password)
        try:
            return bool(connection.bind())
        finally:
            connection.unbind()

    def id_of(self, dn: str) -> str:
        return str(uuid.UUID(bytes_le=self.admin_value(dn, "objectGUID")))

    def dn_of(self, id: str) -> str:
        raw = "".join(f"\\{byte:02x}" for byte in uuid.UUID(id).bytes_le)
        return str(self._found(f"(objectGUID={raw})", "objectGUID")["dn"])

    def admin_value(self, dn: str, attribute: str) -> bytes:
        self.admin.search(dn, "(objectClass=*)", ldap3.BASE, attributes=[attribute])
        value: bytes = self.admin.response[0]["raw_attributes"][attribute][0]
        return value

    def _add_user(self, dn: str, name: str, password: str) -> None:
        attributes = {
            "sAMAccountName": name,
            "userAccountControl": "512",
            "unicodePwd": f'"{password}"'.encode("utf-16-le"),
        }
        self.admin.add(dn, ["user"], attributes)
        self._succeeded()

    def _grant(self, dn: str, rights: list[str]) -> None:
        pass

    def connection(self, user: str, password: str) -> ldap3.Connection:
        server = ldap3.Server("127.0.0.1", self.tls_port, use_ssl=True, get_info=ldap3.NONE)
        return ldap3.Connection(server, user, password, check_names=False, auto_range=False)


@contextmanager
def running_samba(folder: Path) -> Iterator[SambaServed]:
    """A domain controller of its own until the block ends, with the bind account prepared."""
    need(
        *("samba", "samba-tool", "ip"),
        packages="samba-ad-dc samba-ad-provision samba-dsdb-modules iproute2",
    )
    if os.geteuid() != 0:
        missing("needs root, as a domain controller does")
    made = certificates(folder)
    _provision(folder)
    config = folder / "smb.conf"
    config.write_text(_CONFIG.format(folder=folder, certificates=made))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.directories.isolated", "389,636"),
            *("samba", "--foreground", "--no-process-group", "-s", config),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        plain, tls = map(int, process.stdout.readline().split())
        served = _served(folder, made.authority, plain, tls)
        served.prepare()
        yield served
        served.admin.unbind()
    finally:
        process.communicate(timeout=20)


def _provision(folder: Path) -> None:
    _samba_tool(
        *("domain", "provision", "--targetdir", folder, "--realm", "ACME.EXAMPLE"),
        *("--domain", "ACME", "--server-role", "dc", "--dns-backend", "NONE"),
        *("--adminpass", ADMIN_PASSWORD, "--host-name", "dc", "--host-ip", "127.0.0.1"),
        # File permissions of a kind that not every container may write are kept in a database.
        *("--option", "vfs objects = dfs_samba4 acl_xattr xattr_tdb"),
        *("--option", f"xattr_tdb:file = {folder}/xattr.tdb"),
    )


def _samba_tool(*arguments: str | Path) -> None:
    done = subprocess.run(["samba-tool", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def _served(folder: Path, ca_file: Path, plain: int, tls: int) -> SambaServed:
    """Wait until the administrator can sign in."""
    for _ in range(300):
        try:
            return SambaServed(folder, ca_file, plain, tls)
        except (AssertionError, ldap3.core.exceptions.LDAPException):
            time.sleep(0.1)
    raise AssertionError("the domain controller does not answer")


def _sid(raw: bytes) -> str:
    """A security identifier as text: S-1-5-…"""
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return "-".join(map(str, ("S", raw[0], int.from_bytes(raw[2:8], "big"), *parts)))
