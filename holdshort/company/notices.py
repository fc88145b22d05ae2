"""How people hear of what needs them outside the console: by mail, and through a pager."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from holdshort.company.fields import Section, Text
from holdshort.company.plain_secrets import REFERENCE
from holdshort.core.letters import ADDRESS


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone: nothing is resolved."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_address(url: str) -> str:
    """`url` if this desk may link or post to it. Raises ValueError with what to change."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must begin with https:// and name a host")
    if parts.username or parts.password or parts.fragment or not url.isascii() or " " in url:
        raise ValueError("must hold no user name, password, # or blank")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https://, but for a host that is this machine")
    return url.rstrip("/")


def _reference(value: str) -> str:
    if REFERENCE.fullmatch(value) is None:
        raise ValueError("must name where the secret is kept, env:NAME or file:PATH")
    return value


def _host(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value) is None:
        raise ValueError("must be the name of a server alone, like mail.acme.example")
    return value


def _writable(value: str) -> str:
    if ADDRESS.fullmatch(value) is None:
        raise ValueError("must be an e-mail address, in plain letters")
    return value


def _kept_address(url: str) -> str:
    """An address may be as good as a secret, and is named like one then."""
    return url if REFERENCE.fullmatch(url) else checked_address(url)


Address = Annotated[str, AfterValidator(checked_address)]
Secret = Annotated[str, AfterValidator(_reference)]
Host = Annotated[str, AfterValidator(_host)]


class Mail(Section):
    """The server that takes mail from this desk."""

    host: Host = Field(description="Its name.")
    port: StrictInt = Field(587, ge=1, le=65535, description="Its port.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How it is encrypted; none only where it is this machine."
    )
    user: Text | None = Field(None, description="Who this desk signs in as, if at all.")
    password: Secret | None = Field(None, description="Where that password is kept.")
    sender: Annotated[str, AfterValidator(_writable)] = Field(
        description="The address that mail is from."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("‘tls: none’ is for a server on this machine; write starttls or tls")
        if (self.user is None) != (self.password is None):
            raise ValueError("‘user’ and ‘password’ belong together: write both or neither")
        return self


class Pager(Section):
    """Where what is urgent is posted, signed: a pager service of your choice."""

    url: Annotated[str, AfterValidator(_kept_address)] = Field(
        description="An address that begins with https://, or where it is kept."
    )
    secret: Secret = Field(description="Where the secret that signs each post is kept.")
    allow_internal: StrictBool = Field(
        False, description="Whether it is on this machine or a private network."
    )


class Notices(Section):
    """Mail and pager; without this section everything is told in the console only."""

    console: Address = Field(description="Where people reach the console: every link begins so.")
    mail: Mail | None = Field(None, description="The server that takes mail.")
    pager: Pager | None = Field(None, description="Where what is urgent is posted.")
