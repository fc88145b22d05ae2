"""A real slapd on loopback with ppolicy, memberof and referential integrity."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ldap3

from tests.directories.certificates import certificates
from tests.directories.served import PASSWORD, Served, fresh, need

BASE = "dc=acme,dc=example"
PEOPLE, GROUPS = f"ou=People,{BASE}", f"ou=Groups,{BASE}"
BIND, ROOT = f"cn=holdshort,ou=Services,{BASE}", f"cn=root,{BASE}"
ROOT_PASSWORD = "root-of-tests"
WRONG_PASSWORDS = 3

_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
{policy_module}
moduleload memberof
moduleload refint
pidfile {folder}/slapd.pid
{encryption}
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {root_password}
directory {folder}/data
dbnosync
index objectClass,entryUUID,uid,member eq
{rights}
{policy_overlay}
overlay memberof
overlay refint
refint_attributes member
refint_nothing "cn=nobody,{base}"
"""

RIGHTS = """
access to attrs=userPassword
  by dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" =w
  by anonymous auth
access to dn.subtree="ou=People,dc=acme,dc=example" attrs=pwdAccountLockedTime
  by dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" write
access to dn.subtree="ou=People,dc=acme,dc=example" attrs=entry,children,uid
  by dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" write
access to dn.subtree="ou=Groups,dc=acme,dc=example" attrs=member
  by dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" write
access to *
  by dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" read
limits dn.exact="cn=holdshort,ou=Services,dc=acme,dc=example" size.pr=500 size.prtotal=unlimited
"""
"""The least that the connector needs; docs/connectors.md prints it."""

_ENCRYPTION = """TLSCACertificateFile {certificates.authority}
TLSCertificateFile {certificates.server}
TLSCertificateKeyFile {certificates.key}
"""

_POLICY = """overlay ppolicy
ppolicy_default "cn=default,ou=Policies,{base}"
"""

_ENTRIES = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Acme
dc: acme

dn: {PEOPLE}
objectClass: organizationalUnit
ou: People

dn: {GROUPS}
objectClass: organizationalUnit
ou: Groups

dn: ou=Services,{BASE}
objectClass: organizationalUnit
ou: Services

dn: {BIND}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: holdshort
userPassword: {PASSWORD}

dn: ou=Policies,{BASE}
objectClass: organizationalUnit
ou: Policies
"""

_DEFAULT_POLICY = f"""
dn: cn=default,ou=Policies,{BASE}
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: {WRONG_PASSWORDS}
pwdMinLength: 12
pwdCheckQuality: 1
"""


class OpenLdapServed(Served):
    """The directory and its root."""

    base, people, groups, bind_dn = BASE, PEOPLE, GROUPS, BIND

    def __init__(self, folder: Path, ca_file: Path, plain: int, tls: int) -> None:
        self.ca_file = ca_file
        self.url, self.plain_url = f"ldaps://localhost:{tls}", f"ldap://localhost:{plain}"
        self.plain_port = plain
        self.password_file = folder / "bind-password"
        self.password_file.write_text(PASSWORD + "\n")
        self.admin = ldap3.Connection(
            ldap3.Server("127.0.0.1", plain, get_info=ldap3.NONE),
            ROOT,
            ROOT_PASSWORD,
            check_names=False,
            auto_bind=True,
        )

    def person(self, name: str = "", *, suspended: bool = False, unit: str = "") -> str:
        name = name or fresh("p")
        dn = f"uid={ldap3.utils.dn.escape_rdn(name)},{unit or PEOPLE}"
        attributes = {"uid": name, "cn": name.title(), "sn": name, "userPassword": "old-Password-1"}
        self.admin.add(dn, ["inetOrgPerson"], attributes)
        self._succeeded()
        id = self.id_of(dn)
        if suspended:
            self.suspend(id)
        return id

    def group(
        self, name: str = "", *, members: tuple[str, ...] = (), includes: tuple[str, ...] = ()
    ) -> str:
        name = name or fresh("g")
        dn = f"cn={ldap3.utils.dn.escape_rdn(name)},{GROUPS}"
        inside = [self.dn_of(id) for id in (*members, *includes)] or [BIND]
        self.admin.add(dn, ["groupOfNames"], {"cn": name, "member": inside})
        self._succeeded()
        return self.id_of(dn)

    def unit(self, name: str) -> str:
        dn = f"ou={name},{PEOPLE}"
        self.admin.add(dn, ["organizationalUnit"], {"ou": name})
        self._succeeded()
        return dn

    def lock(self, id: str) -> None:
        for _ in range(WRONG_PASSWORDS):
            assert not self.signs_in(id, "a wrong one")
        assert self.values(id, "pwdAccountLockedTime")

    def suspend(self, id: str, suspended: bool = True) -> None:
        values = ["000001010000Z"] if suspended else []
        self.change(id, pwdAccountLockedTime=[(ldap3.MODIFY_REPLACE, values)])

    def signs_in(self, id: str, password: str) -> bool:
        server = ldap3.Server("127.0.0.1", self.plain_port, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, self.dn_of(id), password, check_names=False)
        try:
            return bool(connection.bind())
        finally:
            connection.unbind()

    def id_of(self, dn: str) -> str:
        self.admin.search(dn, "(objectClass=*)", ldap3.BASE, attributes=["entryUUID"])
        id: str = self.admin.response[0]["raw_attributes"]["entryUUID"][0].decode()
        return id

    def dn_of(self, id: str) -> str:
        return str(self._found(f"(entryUUID={id})", "entryUUID")["dn"])


@contextmanager
def running_openldap(
    folder: Path, *, rights: str = RIGHTS, policy: bool = True, tls: bool = True, more: str = ""
) -> Iterator[OpenLdapServed]:
    """A slapd of its own until the block ends. `more` is LDIF that is loaded before it starts."""
    need("slapd", packages="slapd")
    made = certificates(folder)
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            encryption=_ENCRYPTION.format(certificates=made) if tls else "",
            base=BASE,
            root=ROOT,
            root_password=ROOT_PASSWORD,
            rights=rights,
            policy_module="moduleload ppolicy" if policy else "",
            policy_overlay=_POLICY.format(base=BASE) if policy else "",
        )
    )
    entries = folder / "entries.ldif"
    entries.write_text(_ENTRIES + (_DEFAULT_POLICY if policy else "") + more)
    # A copy: where AppArmor confines slapd, it may read nothing outside its usual folders.
    slapd = shutil.copy(shutil.which("slapd", path="/usr/sbin:/usr/libexec:/usr/bin"), folder)
    subprocess.run([slapd, "-T", "add", "-f", config, "-l", entries], check=True, timeout=30)
    plain, secure = _free_port(), _free_port() if tls else 0
    listen = f"ldap://127.0.0.1:{plain}/" + f" ldaps://127.0.0.1:{secure}/" * tls
    process = subprocess.Popen(
        [slapd, "-f", config, "-h", listen, "-d", "0"], stderr=subprocess.DEVNULL
    )
    try:
        for port in (plain, secure)[: 1 + tls]:
            _wait_for(port, process)
        served = OpenLdapServed(folder, made.authority, plain, secure)
        yield served
        served.admin.unbind()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, "the directory ended at once"
            time.sleep(0.025)
    raise AssertionError("the directory does not listen")
