"""Why a change of a company.yaml weakens a control, or strengthens one: a sentence per rule.

Each rule of loosening.py has two: for a change that weakens, and for the one that takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from holdshort.company import loosening as loose

Why = Mapping[Callable[[Any, Any], bool], tuple[str, str]]
NO_CONTROL = "no control rests on it"

_GRAVER = ("it counts as less grave than before", "it counts as graver than before")

CHANGED: Why = {
    loose.always: (
        "it decides what passes, who is asked or what they see, whatever it becomes",
        "",
    ),
    loose.never: ("", ""),
    loose.gains: ("more is allowed than before", "less is allowed than before"),
    loose.loses: (
        "what is no longer named is no longer looked at",
        "more is looked at than before",
    ),
    loose.raised: ("it goes further than before", "it goes less far than before"),
    loose.sooner: ("it counts from an earlier day on", "it counts from a later day on"),
    loose.longer: ("access lasts longer than before", "access ends sooner than before"),
    loose.widened: ("it reaches further than before", "it reaches less far than before"),
    loose.proved: ("what nothing proved counts as proved", "nothing proves it any more"),
    loose.lowered: ("less is demanded than before", "more is demanded than before"),
    loose.revived: ("employment counts again, or for longer", "employment counts no longer"),
    loose.ENVIRONMENT: _GRAVER,
    loose.DATA_CLASS: _GRAVER,
    loose.CRITICALITY: _GRAVER,
}

ADDED: Why = {
    loose.no: ("", ""),
    loose.yes: ("it allows something, or names who is asked", "it allows nothing any more"),
    loose.new_person: ("it is an owner, an agent or a service", "its say ends"),
    loose.new_group: (
        "what was not listed counted as giving the most",
        "what is not listed counts as giving the most",
    ),
    loose.new_asset: (
        "what is changed through that app may sound more harmless under this name",
        "under this name nothing is changed any more",
    ),
    loose.new_template: (
        "it allows what no template allowed for as long",
        "what it allowed waits for a person",
    ),
    loose.new_window: (
        "changes pass while it is open",
        "changes no longer pass at that time",
    ),
    loose.new_threshold: (
        "amounts below the first limit of a flow pass",
        "without a limit every amount waits for a person",
    ),
    loose.new_own_threshold: (
        "less is demanded than for the others",
        "as much is demanded as for the others",
    ),
    loose.powerful_member: ("it carries a privileged right", "a privileged right ends"),
}

REMOVED: Why = {
    loose.no: ("", ""),
    loose.yes: ("what it stopped passes", "it stops what passed before"),
    loose.lost_window: ("what it stopped passes", "it stops what passed before"),
    loose.lost_group: ("what it granted is no longer seen", "what it grants is seen"),
    loose.lost_entitlement: (
        "a privileged right is no longer seen",
        "a privileged right is seen",
    ),
}
