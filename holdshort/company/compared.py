"""How each section of a company.yaml is compared with an earlier one: one entry per section."""

from __future__ import annotations

from holdshort.company import loosening as loose
from holdshort.company.comparison import Compared
from holdshort.company.loosening import always, gains, loses, lowered, never, raised

SECTIONS: tuple[Compared, ...] = (
    Compared(
        "the company",
        loose.single("company"),
        {"name": never, "timezone": always, "currency": always},
    ),
    Compared(
        "person",
        loose.by_id("people"),
        {
            "kind": always,
            "name": never,
            # Notices and sign-in links go there.
            "email": always,
            "roles": gains,
            "department": always,
            "manager": always,
            "employment": loose.revived,
        },
        added=loose.new_person,
        apart=("id", "accounts"),
    ),
    Compared("the account", loose.linked_accounts, added=loose.yes),
    Compared(
        "the authority of",
        lambda company: {f"‘{row.person}’": row for row in company.authority},
        {
            "contexts": gains,
            "cost_limit": raised,
            "scope": loose.widened,
            "absent": never,
            **dict.fromkeys(("backup", "delegates"), always),
        },
        added=loose.yes,
        apart=("person",),
    ),
    Compared(
        "the guest",
        lambda company: {f"‘{row.person}’": row for row in company.guests},
        {"owner": always, "last_seen": always, "consent": always},
        added=loose.yes,
        apart=("person",),
    ),
    Compared(
        "system",
        loose.by_id("systems"),
        {
            "name": always,
            "connector": always,
            "owner": always,
            "environment": loose.ENVIRONMENT,
            "data_class": loose.DATA_CLASS,
        },
        apart=("id", "entitlements"),
    ),
    Compared(
        "entitlement",
        loose.entitlements,
        {"name": always, "privileged": lowered, "grants": loses},
        removed=loose.lost_entitlement,
        apart=("id",),
    ),
    Compared(
        "group",
        loose.by_id("groups"),
        {"name": always, "system": always, "owner": always, "includes": always, "grants": loses},
        added=loose.new_group,
        removed=loose.lost_group,
        apart=("id", "members"),
    ),
    Compared("the membership", loose.memberships, added=loose.powerful_member),
    Compared(
        "unit",
        loose.by_id("units"),
        dict.fromkeys(("name", "connector", "place", "rules"), always),
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "asset",
        loose.by_id("assets"),
        {
            "name": never,
            **dict.fromkeys(("kind", "system", "owner", "connector"), always),
            "environment": loose.ENVIRONMENT,
            "criticality": loose.CRITICALITY,
            "restart_tested": loose.proved,
        },
        added=loose.new_asset,
        apart=("id",),
    ),
    # The device management says again who holds a device before anything is installed on it.
    Compared(
        "device",
        loose.by_id("devices"),
        {"name": never, "holder": never, "fleet": never},
        apart=("id",),
    ),
    Compared(
        "zone",
        loose.by_id("zones"),
        {"name": always, "site": never, "owner": always, "privileged": lowered},
        added=loose.yes,
        apart=("id",),
    ),
    Compared("badge", loose.by_id("badges"), {"person": always, "zones": gains}, apart=("id",)),
    # Who owns a folder may delete in it, for as long as its bin allows.
    Compared(
        "folder",
        loose.by_id("folders"),
        {"name": always, "path": always, "owner": always, "bin_days": always},
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "software",
        loose.by_id("software"),
        {"name": never, "approved_for": gains}
        | dict.fromkeys(("package", "publisher", "cost"), always),
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "equipment",
        loose.by_id("equipment"),
        {"name": always, "vendor": always, "cost": always},
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "vendor",
        loose.by_id("vendors"),
        {"name": always, "owner": always, "phone": always, "phone_since": always},
        apart=("id", "contracts"),
    ),
    Compared(
        "contract",
        loose.contracts,
        {
            **dict.fromkeys(("item", "amount", "currency", "period", "seats"), always),
            **dict.fromkeys(("term", "cancellable", "renews", "notice_days"), always),
        },
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "the harmless fields of",
        lambda company: {f"‘{row.flow}’": row for row in company.field_lists},
        {"fields": gains},
        added=loose.yes,
        apart=("flow",),
    ),
    Compared(
        "paper",
        loose.by_id("documents"),
        {"name": never, "sha256": always, "owner": always, "text": always},
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "party",
        loose.by_id("parties"),
        {"name": always, "email": always, "screened_until": raised},
        added=loose.yes,
        apart=("id",),
    ),
    Compared(
        "role template",
        loose.templates,
        {
            "role": always,
            "entitlements": gains,
            "groups": gains,
            "starts_with": never,
            "equipment": gains,
            **dict.fromkeys(("approved_by", "owner"), always),
            "valid_from": loose.sooner,
            "valid_until": raised,
        },
        added=loose.new_template,
        apart=("id", "version"),
    ),
    Compared(
        "window",
        loose.by_id("windows"),
        {
            "name": never,
            **dict.fromkeys(
                ("kind", "timezone", "days", "opens", "closes", "start", "end", "targets"), always
            ),
        },
        added=loose.new_window,
        removed=loose.lost_window,
        apart=("id",),
    ),
    Compared(
        "the limit",
        loose.thresholds,
        {"limit": raised, "owner": always},
        added=loose.new_threshold,
        removed=loose.yes,
        apart=("flow", "currency", "per", "period"),
    ),
    Compared(
        "the budget",
        loose.single("budgets"),
        {
            **dict.fromkeys(("people_per_hour", "privileged_per_day"), raised),
            **dict.fromkeys(("privileged_hours", "grave_hours"), raised),
            "longest_hours": loose.longer,
        },
    ),
    Compared(
        "hold",
        loose.by_id("holds"),
        {
            "name": never,
            "people": loses,
            "assets": loses,
            "paths": loses,
            "owner": always,
            "since": never,
            "reason": never,
        },
        removed=loose.yes,
        apart=("id",),
    ),
    Compared(
        "conflict",
        loose.by_id("conflicts"),
        {"name": never, "entitlements": always, "reason": never},
        removed=loose.yes,
        apart=("id",),
    ),
    Compared(
        "how people are asked:",
        loose.single("routing"),
        {
            **dict.fromkeys(("days", "opens", "closes", "pages", "open_reviews"), never),
            **dict.fromkeys(("target_hours", "targets"), never),
            "answer_within_hours": never,
            "delegation_days": raised,
            "alone": always,
        },
    ),
    Compared(
        "confidence", loose.single("confidence"), {"threshold": lowered}, apart=("categories",)
    ),
    Compared(
        "the confidence of",
        lambda company: {
            f"‘{category}’": loose.OwnThreshold(share)
            for category, share in company.confidence.categories.items()
        },
        {"share": lowered},
        added=loose.new_own_threshold,
        removed=loose.yes,
    ),
    Compared(
        "the demo standing of",
        lambda company: {f"‘{row.category}’": row for row in company.standing},
        {"phase": raised, "basis": never},
        added=loose.yes,
        apart=("category",),
    ),
    Compared(
        "connector",
        lambda company: {f"‘{name}’": row for name, row in company.connectors.items()},
        {"kind": always, "settings": always},
        added=loose.yes,
    ),
    Compared(
        "article",
        loose.by_id("knowledge"),
        {"title": never, "body": never, "audience": gains, "review_by": never},
        apart=("id",),
    ),
    # Who points them elsewhere hears alone of what was broken open.
    Compared(
        "mail and pager",
        loose.single("notices"),
        dict.fromkeys(("console", "mail", "pager"), always),
        added=loose.yes,
        removed=loose.yes,
    ),
    Compared(
        "the demo",
        loose.single("demo"),
        dict.fromkeys(("roles", "second_account", "locks", "no_factor"), never),
    ),
)
