"""Whether HR's record is in doubt, where a change rests on nothing else."""

from __future__ import annotations

from dataclasses import replace

from holdshort.core.leavers import in_doubt
from holdshort.core.terms import Findings, PolicyVerdict
from holdshort.ports import Knows

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
