"""A small office for the agent's tests: who and what a ticket may name."""

from __future__ import annotations

from typing import Any

from holdshort.core.terms import Offer
from holdshort.ports import Agent, Named, Words

PEOPLE = (
    Named("person", "p-dana", "Dana Kim", ("dana@acme.test", "dana")),
    Named("person", "p-omar", "Omar Haddad", ("omar@acme.test",)),
    Named("person", "p-ana", "Ana Ruiz", ("ana.ruiz@acme.test", "ana.ruiz")),
    Named("person", "p-sam", "Sam Carter", ("sam@acme.test",)),
    Named("person", "p-ben1", "Ben Okafor", ("ben.okafor@acme.test",)),
    Named("person", "p-ben2", "Ben Meyer", ("ben.meyer@acme.test",)),
    Named("person", "p-will", "Will Young"),
    Named("person", "p-jose", "José Nuñez"),
)
GROUPS = (
    Named("group", "g-photo", "photo-club", ("Photo Club",)),
    Named("group", "g-build", "build-tools"),
    Named("group", "g-design", "design-tools"),
    Named("group", "g-support", "support"),
    Named("group", "g-sales-uk", "sales-uk"),
    Named("group", "g-gh-owners", "GitHub Owners"),
)
REST = (
    Named("application", "github", "GitHub"),
    Named("application", "figma", "Figma"),
    Named("article", "k-vpn", "Which ports does the VPN need?", ("The VPN needs UDP port 51820.",)),
    Named("article", "k-pto", "How many days of paid leave do I have?"),
    Named("article", "k-print", "Printing in the Berlin office"),
)
THINGS = (
    Named("software", "zoom", "Zoom", ("us.zoom.Zoom",)),
    Named("software", "vscode", "Visual Studio Code", ("com.microsoft.VSCode",)),
    Named("equipment", "e-laptop", "Laptop, 14 inches"),
    Named("equipment", "e-studio", "Laptop for film and 3D"),
    Named("equipment", "e-headset", "Headset with a microphone"),
    Named("contract", "zoom/zoom-2025", "Zoom Business", ("Zoom Communications", "zoom")),
    Named("contract", "adobe/design", "Adobe design apps", ("Adobe", "adobe")),
    Named("contract", "adobe/video", "Adobe video apps", ("Adobe", "adobe")),
    Named("patched", "ring-1", "Laptops ring 1"),
    Named("patched", "prod-db-1", "prod-db-1"),
)
OFFICE = (*PEOPLE, *GROUPS, *REST, *THINGS)
DANA = ("p-dana", "Dana Kim")
OMAR = ("p-omar", "Omar Haddad")


def ticket(body: str, sender: tuple[str, str] = DANA, subject: str = "") -> Words:
    """Words of a ticket that Dana wrote, unless somebody else did."""
    return Words(1, sender[0], sender[1], subject, body)


def offer(agent: Agent, body: str, sender: tuple[str, str] = DANA, subject: str = "") -> Offer:
    """What the agent offers for these words."""
    return agent.propose(ticket(body, sender, subject), OFFICE)


def staged(told: Offer) -> list[tuple[str, dict[str, Any]]]:
    """The actions, in a form that is easy to compare."""
    return [(action.type, dict(action.params)) for action in told.actions]
