"""A yes counts though nobody knows who asked, or somebody forges the call that confirmed it."""

from __future__ import annotations

from typing import Any

from holdshort.records.ids import new_id
from tests.kernel.attack import Attack
from tests.kernel.attacks import overrides
from tests.kernel.attacks.actions import ANOTHER
from tests.kernel.rows import Kernel, Made

# ------------------------------------------------------------------ scenes


def unproven(kernel: Kernel) -> Made:
    """A change that waits, of which nobody knows who asked for it."""
    return kernel.reviewed(kernel.assessed(call_back=True))


def call(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    """Nadia called Dana, who confirmed it."""
    person = forged.get("person", "nadia")
    row = {"id": new_id(), "action": made.id, "digest": made.digest, **made.parties}
    row |= {"person": person, "account": kernel.accounts.get(person), "channel": "console"}
    row |= {"number_from": "directory", "result": "confirmed"}
    kernel.insert(role, "call_back", **row | forged)


def vendors(kernel: Kernel) -> Made:
    """A change of where a vendor's money goes."""
    return kernel.reviewed(kernel.assessed(call_vendor=True))


def not_the_vendor(kernel: Kernel) -> Made:
    """Whoever is to have asked was called, and the vendor was not."""
    made = vendors(kernel)
    call(kernel, made)
    return made


def vendor_denied(kernel: Kernel) -> Made:
    made = vendors(kernel)
    call(kernel, made, number_from="vendor_record")
    call(kernel, made, person="ines", number_from="contract", result="denied")
    return made


def vendor_not_reached(kernel: Kernel) -> Made:
    made = vendors(kernel)
    call(kernel, made, number_from="vendor_record", result="not_reached")
    return made


def vendor_denied_on_file(kernel: Kernel) -> Made:
    made = vendors(kernel)
    call(kernel, made, number_from="contract")
    call(kernel, made, person="ines", number_from="vendor_record", result="denied")
    return made


def only_the_vendor(kernel: Kernel) -> Made:
    """The vendor was called, and nobody knows who asked."""
    made = unproven(kernel)
    call(kernel, made, number_from="vendor_record")
    call(kernel, made, number_from="contract")
    return made


def of_another_version(kernel: Kernel) -> Made:
    """The vendor confirmed an account, and then it was changed."""
    first = vendors(kernel)
    call(kernel, first, number_from="vendor_record")
    kernel.turned(first, "superseded", "desk")
    action = first.action
    again = kernel.staged(root=action.root, version=2, ticket=action.ticket, target=action.target)
    return kernel.reviewed(kernel.assessed(again, call_vendor=True))


def confirmed(kernel: Kernel) -> Made:
    made = unproven(kernel)
    call(kernel, made)
    return made


def noted(kernel: Kernel) -> Made:
    made = unproven(kernel)
    call(kernel, made, id=ANOTHER)
    return made


def not_reached(kernel: Kernel) -> Made:
    made = unproven(kernel)
    call(kernel, made, result="not_reached")
    return made


def denied(kernel: Kernel) -> Made:
    """Somebody confirmed it at first, and then Dana said that it was not her."""
    made = confirmed(kernel)
    call(kernel, made, person="ines", result="denied")
    return made


def by_a_party(kernel: Kernel, part: str) -> Made:
    said = {part: "sven"}
    if part == "initiator":
        said["changer"] = "dana"
    asked = kernel.assessed(kernel.staged(**said), call_back=True)
    return kernel.reviewed(asked, asked=("nadia",))


# ------------------------------------------------------------------ attacks

_VENDOR = [
    Attack(words, control, scene, strike)
    for words, control_of, scene in (
        ("somebody says yes though nobody called the vendor", "vendor_called", not_the_vendor),
        ("somebody says yes to what the vendor denied", "vendor_called", vendor_denied),
        ("somebody says yes to what the vendor denied at the number on file", "vendor_called",
         vendor_denied_on_file),
        ("somebody says yes though nobody reached the vendor", "vendor_called",
         vendor_not_reached),
        ("somebody says yes to another account than the vendor's", "vendor_called",
         of_another_version),
        ("somebody says yes though only the vendor was called", "called_back", only_the_vendor),
    )
    for control, strike in (
        (f"decision.{control_of}", lambda k, made: k.decided(made, "sven")),
        (f"override.{control_of}", lambda k, made: overrides.use(k, made)),
    )
]  # fmt: skip

_YES = [
    Attack(words, control, scene, strike)
    for words, scene in (
        ("somebody says yes though nobody knows who asked", unproven),
        ("somebody says yes to whom nobody reached", not_reached),
        ("somebody says yes to what the requester denied", denied),
    )
    for control, strike in (
        ("decision.called_back", lambda k, made: k.decided(made, "sven")),
        ("override.called_back", lambda k, made: overrides.use(k, made)),
    )
]


def _calls(words: str, control: str, scene: Any = unproven, role: str = "web",
           **forged: Any) -> Attack:  # fmt: skip
    def strike(kernel: Kernel, found: Any) -> None:
        made, account = found if isinstance(found, tuple) else (found, None)
        call(kernel, made, role, **({"account": account} if account else {}), **forged)

    return Attack(words, f"call_back.{control}", scene, strike)


_CALLS = [
    *(
        _calls(f"Sven confirms what he is {part} of", "another_person",
               lambda k, part=part: by_a_party(k, part), person="sven")
        for part in ("requester", "beneficiary", "initiator", "changer")
    ),
    _calls("somebody who does not work here confirms it", "by_somebody_who_works_here",
           person="bea"),
    _calls("somebody confirms it through an account that was taken away", "account_in_use",
           overrides.taken, person="ines"),
    _calls("somebody confirms it with the account of another", "call_back_account_person_fkey",
           lambda k: (unproven(k), k.accounts["sven"])),
    _calls("the agent confirms it in a human's kind", "call_back_person_person_kind_fkey",
           overrides.humans_and_agents, "owner", person="agent"),
    _calls("the agent confirms it", "human", overrides.humans_and_agents, "owner",
           person="agent", person_kind="agent"),
    _calls("other bytes are confirmed", "of_these_bytes", digest="0" * 64),
    _calls("the number is from the ticket", "call_back_number_from_check", number_from="ticket"),
    _calls("they said something else", "call_back_result_check", result="perhaps"),
    _calls("a call is put in the place of another", "call_back_pkey", noted, id=ANOTHER),
    _calls("a note too long to read", "call_back_note_check", note="x" * 1001),
]  # fmt: skip

ATTACKS = [*_YES, *_VENDOR, *_CALLS]
