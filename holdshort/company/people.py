"""Who belongs to the company, which accounts are theirs, and who may be asked to decide what."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from holdshort.company.fields import Day, Email, Id, Moment, Money, Section, Text
from holdshort.core.settings import DELEGATION_DAYS_AT_MOST
from holdshort.core.terms import Kind

Context = Literal["security", "access", "finance", "hr", "legal", "facilities", "general"]


class Account(Section):
    """One identity of a person. An e-mail address is never one: nobody is matched by it."""

    issuer: Text = Field(description="Who vouches: local, a connector's name, or an OIDC issuer.")
    subject: Text = Field(description="The issuer's own unchangeable id for this person.")


class Employment(Section):
    """What the HR system says about a person."""

    status: Literal["active", "ended", "future", "unknown"] = Field(
        "unknown", description="Unknown counts as worst: rules about employees do not pass."
    )
    start: Day | None = Field(None, description="First day of employment.")
    end: Day | None = Field(None, description="Last day of employment.")

    @model_validator(mode="after")
    def _dates_make_sense(self) -> Self:
        if self.status == "ended" and self.end is None:
            raise ValueError("employment has ended, so ‘end’ must say when")
        if self.start and self.end and self.end < self.start:
            raise ValueError("‘end’ lies before ‘start’")
        return self


class Person(Section):
    """A human, the agent, or a service."""

    id: Id = Field(description="Our own id of the person; it never changes.")
    kind: Kind = Field(Kind.HUMAN, description="human, agent or service. Only humans decide.")
    name: Text = Field(description="The name that screens show.")
    email: Email = Field("", description="Where notices go. It proves nothing about the sender.")
    roles: tuple[Id, ...] = Field(
        (), description="Roles that role templates name; the role ‘owner’ owns the installation."
    )
    department: Text = Field("", description="The department, as people call it.")
    manager: Id | None = Field(None, description="The person id of the manager.")
    employment: Employment = Field(Employment(), description="What the HR system says.")
    accounts: tuple[Account, ...] = Field((), description="Every identity that is this person.")

    @property
    def is_human(self) -> bool:
        """Whether this is somebody who can decide."""
        return self.kind is Kind.HUMAN


class Absence(Section):
    """A stretch of time in which nobody should wait for this person."""

    start: Moment = Field(alias="from", description="First moment of the absence.")
    end: Moment = Field(alias="to", description="Last moment of the absence.")

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.end <= self.start:
            raise ValueError("‘to’ must lie after ‘from’")
        return self


class Delegation(Section):
    """Who decides for somebody, in their name, from one moment to another."""

    person: Id = Field(description="The person id of somebody else with an entry here.")
    start: Moment = Field(alias="from", description="First moment.")
    end: Moment = Field(alias="to", description="Last moment.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.end <= self.start:
            raise ValueError("‘to’ must lie after ‘from’")
        if self.end - self.start > timedelta(days=DELEGATION_DAYS_AT_MOST):
            raise ValueError(f"a delegation lasts {DELEGATION_DAYS_AT_MOST} days at most")
        return self


class Authority(Section):
    """An entry of the authority register. Nobody is asked to decide without one."""

    person: Id = Field(description="The person id of a human.")
    contexts: tuple[Context, ...] = Field(
        min_length=1, description="What this person may be asked to decide about."
    )
    cost_limit: Money | None = Field(
        None,
        description="The largest amount this person may approve, in the company's currency; "
        "without it, none.",
    )
    backup: Id | None = Field(None, description="Who is asked when this person does not answer.")
    scope: tuple[Id, ...] = Field(
        (),
        description="Ids of the systems and assets that this person decides about; without it, "
        "all of them.",
    )
    absent: tuple[Absence, ...] = Field((), description="When this person is away.")
    delegates: tuple[Delegation, ...] = Field(
        (), description="Who decides for this person, and when."
    )

    @property
    def spends(self) -> Decimal:
        """The largest amount this person may approve; 0 where the file names none."""
        return self.cost_limit or Decimal(0)


class Consent(Section):
    """That somebody agreed, as they said on a day and until another one."""

    person: Id = Field(description="The human who agreed.")
    given: Day = Field(description="When they said so.")
    until: Day = Field(description="Last day on which it counts.")


class Guest(Section):
    """Somebody from outside with an account here."""

    person: Id = Field(description="The human whose account it is.")
    owner: Id = Field(description="The human here who answers for them.")
    last_seen: Day | None = Field(
        None, description="When they last signed in, as the directory's sign-ins say."
    )
    consent: Consent | None = Field(
        None, description="The owner's consent to suspending the account once it is idle."
    )
