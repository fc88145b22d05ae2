"""The company's rules as data: templates, windows, limits, holds, conflicts, whom to ask how."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holdshort.company.fields import (
    ActionType,
    Category,
    Clock,
    Count,
    Currency,
    Day,
    EntitlementId,
    GroupId,
    Hours,
    Id,
    Moment,
    Money,
    Path,
    Section,
    Share,
    Text,
    TimeZone,
    Version,
)
from holdshort.core.grants import LONGEST, PRIVILEGED_HOURS
from holdshort.core.settings import (
    ANSWER_WITHIN_HOURS,
    DELEGATION_DAYS,
    DELEGATION_DAYS_AT_MOST,
    OPEN_REVIEWS,
    PAGES,
    TARGET_HOURS,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Period = Literal["week", "month", "quarter", "year"]


class RoleTemplate(Section):
    """What a role may have without asking anybody, as one human approved it."""

    id: Id = Field(description="The template's id; versions of it share the id.")
    version: Version = Field(description="Counts up with every change of what it contains.")
    role: Id = Field(description="The role it is for; ‘everyone’ holds harmless groups for all.")
    entitlements: tuple[EntitlementId, ...] = Field((), description="Rights the role includes.")
    groups: tuple[GroupId, ...] = Field((), description="Groups the role includes.")
    starts_with: tuple[GroupId, ...] = Field(
        (), description="Those of its groups that a starter joins; without it all of them."
    )
    equipment: tuple[Id, ...] = Field((), description="What a starter is given to work with.")
    approved_by: Id = Field(description="The human who approved this version.")
    owner: Id | None = Field(
        None, description="The human who answers for it; whoever approved it, where it is not said."
    )
    valid_from: Day | None = Field(None, description="First day on which it counts.")
    valid_until: Day = Field(description="Last day on which it counts.")

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from is not None and self.valid_from > self.valid_until:
            raise ValueError("‘valid_from’ lies after ‘valid_until’, so it never counts")
        return self

    @model_validator(mode="after")
    def _starts_with_its_own(self) -> Self:
        other = [group for group in self.starts_with if group not in self.groups]
        if other:
            raise ValueError(f"‘starts_with’ names {other[0]}, which is not among ‘groups’")
        return self


class Window(Section):
    """A stretch of time in which changes may be made (maintenance) or must not be (blackout)."""

    id: Id = Field(description="Our own id of the window.")
    name: Text = Field(description="The name that screens show.")
    kind: Literal["maintenance", "blackout"] = Field(description="May, or must not.")
    timezone: TimeZone = Field(description="The time zone of its times of day.")
    days: tuple[Weekday, ...] = Field((), description="Days of the week on which it returns.")
    opens: Clock | None = Field(None, alias="from", description='Time of day, "20:00".')
    closes: Clock | None = Field(None, alias="to", description='Time of day, up to "24:00".')
    start: Moment | None = Field(None, description="First moment, for a window that is once.")
    end: Moment | None = Field(None, description="Last moment, for a window that is once.")
    targets: tuple[Id, ...] = Field(min_length=1, description="Asset or system ids.")

    @model_validator(mode="after")
    def _weekly_or_once(self) -> Self:
        weekly = (bool(self.days), self.opens is not None, self.closes is not None)
        once = (self.start is not None, self.end is not None)
        if not ((all(weekly) and not any(once)) or (all(once) and not any(weekly))):
            raise ValueError("give ‘days’, ‘from’ and ‘to’, or else ‘start’ and ‘end’")
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValueError("‘to’ must be later than ‘from’; write two windows across midnight")
        if self.start and self.end and self.end <= self.start:
            raise ValueError("‘end’ must lie after ‘start’")
        return self


class Threshold(Section):
    """Up to which amount a kind of spending needs no human."""

    flow: ActionType = Field(description="The action type that spends.")
    limit: Money = Field(description="The amount, in whole units of the currency.")
    currency: Currency = Field(description="The currency's code.")
    per: Literal["item", "vendor"] = Field(
        description="For one purchase, or for all purchases from one vendor in a period."
    )
    period: Period | None = Field(None, description="The period of a limit per vendor.")
    owner: Id = Field(description="The human who decides above the limit.")

    @model_validator(mode="after")
    def _vendor_has_a_period(self) -> Self:
        if (self.per == "vendor") != (self.period is not None):
            raise ValueError("‘period’ belongs to a limit per vendor, and only to that")
        return self


class Budgets(Section):
    """How much may happen without a human in total, in absolute numbers."""

    people_per_hour: Count = Field(5, description="People whose access changes within an hour.")
    privileged_per_day: Count = Field(
        1, description="People with privileged rights of whom anything changes in a day."
    )
    privileged_hours: Annotated[Hours, Field(le=PRIVILEGED_HOURS)] = Field(
        PRIVILEGED_HOURS, description="The most hours for which somebody gets privileged access."
    )
    grave_hours: Hours = Field(
        LONGEST, description="The most hours for which a person may give any access (tier 3)."
    )
    longest_hours: dict[GroupId, Hours] = Field(
        {},
        description="The most hours for which a person may give access, by action type or by the "
        "id of a system, group, asset or zone; the shortest that fits counts.",
    )


class Hold(Section):
    """A legal hold: nothing of these people or assets is deleted, whoever approves it."""

    id: Id = Field(description="Our own id of the hold.")
    name: Text = Field(description="The name that screens show.")
    people: tuple[Id, ...] = Field((), description="People whose data is held.")
    assets: tuple[Id, ...] = Field((), description="Assets that are held.")
    paths: tuple[Path, ...] = Field((), description="Folders that are held, from /.")
    owner: Id = Field(description="The human who may lift it.")
    since: Day = Field(description="First day of the hold.")
    reason: Text = Field(description="Why, in one sentence.")

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not (self.people or self.assets or self.paths):
            raise ValueError("a hold names ‘people’, ‘assets’ or ‘paths’")
        return self


class Conflict(Section):
    """Two entitlements that nobody may hold together."""

    id: Id = Field(description="Our own id of the rule.")
    name: Text = Field(description="The name that screens show.")
    entitlements: tuple[EntitlementId, EntitlementId] = Field(description="Exactly two.")
    reason: Text = Field(description="What one person could do with both.")

    @model_validator(mode="after")
    def _two_different(self) -> Self:
        if self.entitlements[0] == self.entitlements[1]:
            raise ValueError("an entitlement cannot conflict with itself")
        return self


class Alone(Section):
    """What one person may decide for themselves where nobody else can be asked."""

    types: tuple[ActionType, ...] = Field(
        min_length=1,
        description="Action types; never what is privileged, or in production, or tier 3.",
    )
    reviewed_by: Id = Field(description="The human who looks at each within seven days.")


class Routing(Section):
    """How people are asked: when they work, how long they have, and how much is too much."""

    days: tuple[Weekday, ...] = Field(
        ("mon", "tue", "wed", "thu", "fri"), min_length=1, description="Working days."
    )
    opens: Clock = Field("09:00", alias="from", description="When work begins, in the time zone.")
    closes: Clock = Field("17:00", alias="to", description="When it ends; at most 23:59.")
    answer_within_hours: Count = Field(
        ANSWER_WITHIN_HOURS,
        gt=0,
        description="Working hours until an unanswered review closes as not approved. At a third "
        "of them people are reminded, at two thirds their backups are asked as well.",
    )
    open_reviews: Count = Field(
        OPEN_REVIEWS, gt=0, description="With so many open ones somebody is asked last."
    )
    target_hours: Count = Field(
        TARGET_HOURS,
        gt=0,
        description="Working hours until a ticket is to be done; who has it is told before.",
    )
    targets: dict[Text, Annotated[Count, Field(gt=0)]] = Field(
        {}, description="The same for tickets with a label, such as Phishing report: 2."
    )
    delegation_days: Count = Field(
        DELEGATION_DAYS,
        gt=0,
        le=DELEGATION_DAYS_AT_MOST,
        description="How long somebody may let another decide for them.",
    )
    pages: tuple[ActionType, ...] = Field(
        PAGES, description="Action types whose clocks run outside working hours, too."
    )

    alone: Alone | None = Field(
        None, description="What somebody may decide alone; without it, nothing."
    )

    @model_validator(mode="after")
    def _a_day_has_hours(self) -> Self:
        if self.closes <= self.opens or self.closes == "24:00":
            raise ValueError("‘to’ must be later than ‘from’, and at most 23:59")
        return self


class Confidence(Section):
    """How sure the agent must be before its action may run without a decision."""

    threshold: Share = Field(Decimal("0.9"), description="From 0 to 1, for every category.")
    categories: dict[Category, Share] = Field({}, description="Other thresholds, by category.")


class Standing(Section):
    """A phase given to a category for a demonstration. Never earned, never outside one."""

    category: Category = Field(description="Action type, a slash, the tier: idp.unlock/1.")
    phase: Literal[1, 2, 3] = Field(description="1 you do it, 2 you approve, 3 it runs.")
    basis: Literal["demo"] = Field(description="Always ‘demo’: standing is not set by a file.")


class FieldList(Section):
    """Fields that a flow may change without a person looking."""

    flow: ActionType = Field(description="The action type that changes them.")
    fields: tuple[Id, ...] = Field(min_length=1, description="Their names.")
