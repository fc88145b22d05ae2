"""What other rules would have done: the gate, asked again about what was offered. Writes nothing.

Each action is assessed in the world as it is, less what the action itself did to it, on the
circumstances on record. Rules, the trust in each kind and who decides are those of today, but for
the rules that are tried. Where that world no longer gives the findings on record under the rules
they were made by, the facts are gone, and nobody can say what would have been: it is counted so.

Of several versions of a change the last counts, which is the one that was decided about. A person
who changed one was asked first: under rules by which that one goes ahead, no other ever came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from holdshort import catalogue
from holdshort.catalogue import Effect
from holdshort.catalogue.foreseen import foresee
from holdshort.core.shares import Share, share
from holdshort.core.terms import Mode, Offered
from holdshort.ports import Knows
from holdshort.records import actions, db, grounds, offers, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops import budgets
from holdshort.stops.assess import Assessment, assess
from holdshort.stops.circumstances import circumstances_of

Rules = Mapping[str, Any]
"""The `number` of a version and its `document`."""

OUTCOMES: Mapping[Mode, str] = {
    Mode.HOTL: "runs alone",
    Mode.SUGGEST: "waits for a person",
    Mode.HITL: "waits for a person",
    Mode.REFUSE: "is refused",
}
ASKS = OUTCOMES[Mode.HITL]
_FACTS = ("target", "consequence", "seen", "policy", "raises", "refusals", "rights")
"""What of the findings must come out as it is on record."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one action under the rules in force, under others, and why that differs.

    `action` and `version` are what was decided about last.
    """

    action: str
    version: int
    ticket: int | None
    type: str
    now: str
    then: str
    why: str

    @property
    def changes(self) -> bool:
        """Whether the rules make a difference."""
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Simulation:
    """The answers, oldest first, and why what could not be judged could not, with how many."""

    in_force: int
    answers: tuple[Answer, ...]
    unjudged: Mapping[str, int]

    @property
    def unknown(self) -> int:
        """How many could not be judged."""
        return sum(self.unjudged.values())

    def shares(self) -> Mapping[str, tuple[Share, Share]]:
        """For each outcome its share of everything offered: as it is, and as it would be."""
        of = len(self.answers) + self.unknown
        now, then = Counter(a.now for a in self.answers), Counter(a.then for a in self.answers)
        return {
            outcome: (share(now[outcome], of, self.unknown), share(then[outcome], of, self.unknown))
            for outcome in dict.fromkeys(OUTCOMES.values())
        }


@dataclass(frozen=True, slots=True)
class _Gone(Exception):
    """Why an action cannot be judged any more."""

    why: str


def simulate(
    document: Mapping[str, Any] | None,
    since: datetime,
    until: datetime,
    *,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Simulation:
    """Ask the gate again about what was offered from `since` to before `until`.

    `told` hears how many are done, of how many. Raises LookupError where no rules are in force.
    """
    with db.looking():
        force = db.row("policy_in_force")
        if force is None:
            raise LookupError("no rules are in force")
        tried = tried_as(document, force)
        rows = db.rows("staged_between", since=since, until=until)
        changes = len({row["first"] for row in rows})
        answers: list[Answer] = []
        unjudged: Counter[str] = Counter()
        for done, answer in enumerate(_answers(rows, force, tried), 1):
            if isinstance(answer, Answer):
                answers.append(answer)
            else:
                unjudged[answer.why] += 1
            told(done, changes)
        return Simulation(force["number"], tuple(answers), dict(unjudged))


def tried_as(document: Mapping[str, Any] | None, force: Rules) -> Rules:
    """The rules that are tried, as the version after the one in force; else that one."""
    return force if document is None else {"number": force["number"] + 1, "document": document}


def _answers(rows: Sequence[db.Row], force: Rules, tried: Rules) -> Iterator[Answer | _Gone]:
    for _, offered in groupby(sorted(rows, key=_of_offer), key=_of_offer):
        chains = [
            [(row, story) for row in versions if (story := actions.story(row["id"]))]
            for _, versions in groupby(offered, key=itemgetter("first"))
        ]
        together = [chain[-1][1] for chain in chains]
        for chain in chains:
            again = [_Again(story, together, row["at"], row["previous"]) for row, story in chain]
            try:
                yield _answer(again, force, tried)
            except _Gone as gone:
                yield gone


def _of_offer(row: db.Row) -> tuple[datetime, str]:
    return row["offered_at"], row["proposal"]


@dataclass(frozen=True, slots=True)
class _Again:
    """One version of the log, to be assessed again as at that moment.

    `together` is the last version of everything in its offer; `previous` the version before it.
    """

    story: Story
    together: Sequence[Story]
    at: datetime
    previous: str | None

    def under(self, rules: Rules) -> Assessment:
        """The gate's answer under these rules. Raises _Gone."""
        action = self.story.action
        ticket = tickets.ticket(action.ticket) if action.ticket else None
        proposal = offers.proposal(str(self.story.proposed["id"]))
        if ticket is None or proposal is None:
            raise _Gone("its offer is not on record")
        world = World(self.previous or proposal.id, before=self.at, rules=rules)
        # What is not about what it does is taken as it is on record.
        draft = {name: getattr(action, name) for name in _DRAFT}
        try:
            return assess(
                Offered(action.type, action.params),
                circumstances_of(ticket, proposal, self.at),
                self._foreseen(world),
                draft=draft,
                people=self._people(),
            )
        except catalogue.CatalogueError:
            raise _Gone("what it names does not exist any more") from None

    def _people(self) -> frozenset[str]:
        """Whom the whole offer reaches: a batch counts before its first, and is offered once."""
        if self.previous:
            return frozenset()
        told = [Offered(one.action.type, one.action.params) for one in self.together]
        return budgets.people_of(told, self.story.action.requester)

    def _foreseen(self, world: World) -> Knows:
        """The world without what the offer did to it since, with what this line waits for.

        A later version was looked up alone, in the world as it was then.
        """
        awaited = self._awaited(self.story)
        past = [_inverse(one) for one in self.together if self._ran_since(one)]
        before: list[Effect] = []
        beside: list[Effect] = []
        for offered in filter(None, past):
            before += _effects(offered, world)
        for one in self.together if self.previous is None else ():
            if one.action.root != self.story.action.root:
                into = before if one.action.root in awaited else beside
                into += _effects(Offered(one.action.type, one.action.params), world)
        return foresee(world, before, beside)

    def _ran_since(self, one: Story) -> bool:
        ended = one.outcome["at"] if one.outcome else None
        return one.state == "executed" and (ended is None or ended > self.at)

    def _awaited(self, story: Story) -> set[str]:
        """Everything that had to be done before it, directly or through other lines."""
        found: set[str] = set()
        for one in self.together:
            if one.action.root in story.action.after:
                found |= {one.action.root, *self._awaited(one)}
        return found


_DRAFT = ("id", "root", "version", "changer", "ticket", "position", "after", "undoes")


def _inverse(story: Story) -> Offered | None:
    return catalogue.find(story.action.type).inverse(story.action.id, story.action.params)


def _effects(offered: Offered, world: World) -> list[Effect]:
    """What the facts about other lines rest on, of one change."""
    kind = catalogue.find(offered.type)
    found = kind.effect(catalogue.parse(kind.id, offered.params), world)
    return [found] if found else []


def _answer(chain: Sequence[_Again], force: Rules, tried: Rules) -> Answer:
    """Raises _Gone where the facts that any version was judged by are gone."""
    for again in chain:
        _must_be_as_on_record(again, force)
    now, _ = _where_it_ends(chain, force)
    then, ends = _where_it_ends(chain, tried)
    action = chain[-1].story.action
    why = difference(now, then)
    if why and ends is not chain[-1]:
        why = f"As version {ends.story.action.version}, before a person changed it: {why}"
    return Answer(
        action.id,
        action.version,
        action.ticket,
        action.type,
        OUTCOMES[now.gate.mode],
        OUTCOMES[then.gate.mode],
        why,
    )


def _where_it_ends(chain: Sequence[_Again], rules: Rules) -> tuple[Assessment, _Again]:
    """The first version that nobody is asked about, and so nobody changes; else the last one."""
    for again in chain[:-1]:
        found = again.under(rules)
        if OUTCOMES[found.gate.mode] != ASKS:
            return found, again
    return chain[-1].under(rules), chain[-1]


def _must_be_as_on_record(again: _Again, force: Rules) -> None:
    """Raise _Gone unless today's world gives what is on record, under the rules of then."""
    number = again.story.gate["policy_version"]
    recorded = force if number == force["number"] else db.row("policy_version", number=number)
    if recorded is None:
        raise _Gone("it was judged without rules")
    made = again.under(recorded)
    if _facts(grounds.as_kept(asdict(made.findings))) != _facts(again.story.assessment["findings"]):
        raise _Gone("the facts are others by now")


def _facts(findings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _without_age(findings[name]) for name in _FACTS}


def _without_age(data: Any) -> Any:
    """The same fact counts the same, whenever it was read."""
    if isinstance(data, dict):
        return {key: _without_age(value) for key, value in data.items() if key != "read_at"}
    return [_without_age(one) for one in data] if isinstance(data, list) else data


def difference(now: Assessment, then: Assessment) -> str:
    """What made the difference: the policy rule where its verdict turned, else another rule."""
    if OUTCOMES[now.gate.mode] == OUTCOMES[then.gate.mode]:
        return ""
    allowed = then.findings.policy
    if allowed.verdict is not now.findings.policy.verdict:
        return allowed.reason.text if allowed.reason else "No policy rule covers it."
    before = {reason.rule for reason in now.gate.reasons}
    after = {reason.rule for reason in then.gate.reasons}
    new = [reason.text for reason in then.gate.reasons if reason.rule not in before]
    gone = [reason.text for reason in now.gate.reasons if reason.rule not in after]
    return new[0] if new else f"No longer: {gone[0]}" if gone else ""
