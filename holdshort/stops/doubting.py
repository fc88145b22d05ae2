"""Whether HR's record is in doubt, where a change rests on nothing else."""

from __future__ import annotations

from dataclasses import replace

from holdshort.core.leavers import Doubt, in_doubt
from holdshort.core.terms import Findings, PolicyVerdict, Reason
from holdshort.ports import Knows
from holdshort.records import batches, db
from holdshort.records.actions import Story

RESTS_ON = "policy.hr_end_date"


def applied(findings: Findings, knows: Knows, person: str) -> Findings:
    """The same findings, for people to decide while that record is in doubt.

    Those whom people have let go as one of many are not doubted any more.
    """
    reason = findings.policy.reason
    rests = findings.policy.verdict is PolicyVerdict.PASSES and reason and reason.rule == RESTS_ON
    if not rests or person in knows.released():
        return findings
    doubt = knows.doubt(person)
    if doubt is None:
        return findings
    known = knows.person(person)
    raised = in_doubt(doubt, known.name if known else person)
    return replace(findings, raises=(*findings.raises, raised), context="hr")


def asked_about(story: Story) -> db.Asked:
    """The question whether HR's record is in doubt for whom an action is about, for `since`."""
    return "doubt_about_record", {"person": story.action.beneficiary}


def since(story: Story, found: list[db.Row]) -> Reason | None:
    """Why what HR's record alone permitted is not done: it came into doubt afterwards."""
    permission = story.authorization
    if not found or permission is None or permission["basis"] != "policy":
        return None
    reason = story.assessment["findings"]["policy"]["reason"] or {}
    if reason.get("rule") != RESTS_ON:
        return None
    if story.action.beneficiary in batches.released(story.action.id):
        return None
    doubt = Doubt(**found[0])
    return replace(
        in_doubt(doubt, story.action.beneficiary),
        text=f"HR's record came into doubt: {doubt.people} people at once (ticket {doubt.ticket})",
    )
