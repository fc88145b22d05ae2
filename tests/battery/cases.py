"""The cases, written against the protocol alone. Each gives its evidence, or raises Broken.

A case that is held has shown that the system also says yes where it should: what refuses
everything holds nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.battery.system import (
    Broken,
    Case,
    NotCovered,
    Proposed,
    Role,
    Said,
    Shape,
    Stands,
    System,
    Try,
)
from tests.fakes.running import Target

CLIENTS = 50
ACTIONS = 3
SECONDS_UNTIL_SETTLED = 40.0
PROMISES = {
    Shape.SET: "a target that reaches a state",
    Shape.BLIND: "a target that counts every arrival",
}


def effects(target: Target, one: Proposed | str) -> int:
    """How often a thing was changed, by the target's own count."""
    thing = one if isinstance(one, str) else one.thing
    return sum(effect["id"] == thing for effect in target.effects())


def check(holds: bool, otherwise: str) -> None:
    """Raise Broken with what was counted."""
    if not holds:
        raise Broken(otherwise)


def approved(system: System, **how: object) -> Proposed:
    """An action that waited and that somebody approved."""
    one = system.propose(**how)  # type: ignore[arg-type]
    check(system.stands(one) is Stands.WAITING, f"It did not wait: {system.stands(one)}.")
    said = system.approve(one, Role.APPROVER)
    check(said.accepted, f"A rightful yes was refused: {said.words}")
    return one


def settled(system: System, one: Proposed) -> Stands:
    """Where it stands once it is done or nobody can tell; Broken when it never gets there."""
    ends = time.monotonic() + SECONDS_UNTIL_SETTLED
    while (stands := system.stands(one)) not in (Stands.DONE, Stands.UNKNOWN, Stands.ENDED):
        check(time.monotonic() < ends, f"It never came to an end: {stands}.")
        time.sleep(0.05)
    return stands


def refused(said: Said, what: str) -> None:
    """Broken unless it was refused, with a word why."""
    check(not said.accepted, f"{what} was accepted.")
    check(bool(said.words.strip()), f"{what} was refused without a word why.")


def tried(tries: Iterable[Try]) -> str:
    """How many ways were tried and how many were let through."""
    made = list(tries)
    return f"{counted(len(made), 'way')} tried, {sum(one.written for one in made)} written"


def counted(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number} {what}{'s' * (number != 1)}"


def sentence(parts: list[str]) -> str:
    """The parts as one sentence."""
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


# ------------------------------------------------------------------ what was approved


def payload_edited(system: System, target: Target) -> str:
    """What was approved is edited in the database before it runs."""
    control, one = approved(system), approved(system)
    edited = system.edit_payload(one)
    system.start_workers()
    system.wake(one)
    system.rest()
    count = effects(target, edited.thing)
    check(count == 0, f"{tried(edited.tries)}; the edited payload had {counted(count, 'effect')}.")
    check(effects(target, control) == 1, "The one beside it that nobody edited did not run.")
    return f"{tried(edited.tries)}; the edited payload had 0 effects, the one beside it 1."


def forged_approval(system: System, target: Target) -> str:
    """A row in the database says yes; no person did."""
    one = system.propose()
    tries = system.forge_approval(one)
    system.start_workers()
    system.wake(one)
    system.rest()
    count = effects(target, one)
    check(count == 0, f"{tried(tries)}; {counted(count, 'effect')} without any person's yes.")
    said = system.approve(one, Role.APPROVER)
    check(said.accepted, f"{tried(tries)}; afterwards the rightful yes was refused: {said.words}")
    settled(system, one)
    check(effects(target, one) == 1, "The rightful yes had no effect.")
    return f"{tried(tries)}; 0 effects, and 1 after the rightful yes."


def identical_later(system: System, target: Target) -> str:
    """The same request once more: an old yes is for the old one only."""
    system.start_workers()
    first = approved(system, key="battery-identical")
    settled(system, first)
    second = system.propose(like=first)
    system.rest()
    count, stands = effects(target, first), system.stands(second)
    check(count == 1, f"The old yes was used again: {counted(count, 'effect')} after one approval.")
    check(stands is Stands.WAITING, f"The second did not wait: {stands}.")
    replayed = system.approve(second, Role.APPROVER, yes_to=first)
    refused(replayed, "The old yes, sent to the new request,")
    again = system.propose(like=first, key="battery-identical")
    system.rest()
    count = effects(target, first)
    check(count == 1, f"Its idempotency key had an effect of its own: {count}.")
    check(again.id == first.id, "Its idempotency key made another action.")
    said = system.approve(second, Role.APPROVER)
    check(said.accepted, f"The second yes was refused: {said.words}")
    settled(system, second)
    check(effects(target, first) == 2, "The second yes had no effect of its own.")
    return (
        "Asked again each time: 1 effect after the first yes, its key and its old yes; 2 after "
        "the second."
    )


# ------------------------------------------------------------------ who says yes, and when


def initiator_approves(system: System, target: Target) -> str:
    """Whoever asked for it or started it says yes to it."""
    asked, own = system.propose(), system.propose(by=Role.APPROVER)
    system.start_workers()
    refused(system.approve(asked, Role.AGENT), "The agent's yes to what it proposed")
    refused(system.approve(asked, Role.ASKER), "The asker's yes to what they asked for")
    refused(system.approve(own, Role.APPROVER), "An approver's yes to what they started")
    system.rest()
    count = effects(target, asked) + effects(target, own)
    check(count == 0, f"All were refused, and yet there was {counted(count, 'effect')}.")
    said = system.approve(own, Role.OTHER_APPROVER)
    check(said.accepted, f"Another approver's yes was refused: {said.words}")
    settled(system, own)
    return "3 of 3 were refused, 0 effects; another approver's yes was taken."


def after_expiry(system: System, target: Target) -> str:
    """The time to decide is over, or the time to run."""
    late, unused = system.propose(), approved(system)
    system.end_review(late)
    refused(system.approve(late, Role.APPROVER), "A yes after the time to decide")
    system.end_permission(unused)
    system.start_workers()
    for one in (late, unused):
        system.wake(one)
    system.rest()
    counts = effects(target, late), effects(target, unused)
    check(counts == (0, 0), f"After expiry there was {counted(sum(counts), 'effect')}.")
    return "The late yes was refused, the unused permission did not start: 0 effects."


def approve_after_reject(system: System, target: Target) -> str:
    """Somebody said no; then somebody says yes."""
    one = system.propose()
    no = system.reject(one, Role.APPROVER)
    check(no.accepted, f"A rightful no was refused: {no.words}")
    system.start_workers()
    for who in (Role.OTHER_APPROVER, Role.APPROVER):
        refused(system.approve(one, who), f"After the no, a yes of {who}")
    system.wake(one)
    system.rest()
    count = effects(target, one)
    check(count == 0, f"{counted(count, 'effect')} although somebody said no.")
    return "2 of 2 later approvals were refused, 0 effects."


# ------------------------------------------------------------------ many at once


def fifty_at_once(system: System, target: Target) -> str:
    """Fifty clients approve the same action at once, and fifty wake-ups arrive meanwhile."""
    system.start_workers(2)
    accepted = 0
    for _ in range(ACTIONS):
        one = system.propose()
        accepted += _all_at_once(system, one)
        settled(system, one)
        system.rest()
        _once_each(system, target, one)
    return (
        f"{ACTIONS} actions, each with {CLIENTS} approvals through two processes and "
        f"{CLIENTS} resumes by two workers: {accepted} decisions, {ACTIONS} permissions, "
        f"{ACTIONS} effects."
    )


def _all_at_once(system: System, one: Proposed) -> int:
    """How many of the fifty were accepted."""
    start = threading.Barrier(2 * CLIENTS, timeout=60)
    people = (Role.APPROVER, Role.OTHER_APPROVER)

    def yes(client: int) -> Said:
        start.wait()
        return system.approve(one, people[client % 2], front=client // 2 % 2)

    def resume(_: int) -> None:
        start.wait()
        system.wake(one)

    with ThreadPoolExecutor(2 * CLIENTS) as pool:
        answers = [pool.submit(yes, client) for client in range(CLIENTS)]
        resumes = [pool.submit(resume, number) for number in range(CLIENTS)]
        for done in resumes:
            done.result()
        return sum(answer.result().accepted for answer in answers)


def _once_each(system: System, target: Target, one: Proposed) -> None:
    record, count = system.record(one), effects(target, one)
    told = (
        f"{counted(len(record.approvals), 'decision')}, "
        f"{counted(record.permissions, 'permission')}, {counted(count, 'effect')} "
        f"after {CLIENTS} approvals at once."
    )
    check(len(record.approvals) == len(set(record.approvals)) > 0, told)
    check(record.permissions == 1 and count == 1, told)


# ------------------------------------------------------------------ stop and kill


def stop_after_approval(system: System, target: Target) -> str:
    """It was approved, and is stopped before it starts; and after."""
    before = approved(system)
    said = system.call_off(before, Role.ASKER)
    check(said.accepted, f"It could not be stopped before it started: {said.words}")
    system.start_workers()
    system.wake(before)
    system.rest()
    count = effects(target, before)
    check(
        count == 0, f"It was stopped before it started, and yet it had {counted(count, 'effect')}."
    )
    after = approved(system)
    settled(system, after)
    refused(system.call_off(after, Role.ASKER), "Stopping what has run")
    check(effects(target, after) == 1, "What was not stopped did not run once.")
    return "Stopped first: 0 effects. Run first: 1 effect, and the stop was told that it is late."


def killed_before(system: System, target: Target) -> str:
    """kill -9 right before the change is sent; another worker goes on."""
    told = []
    for shape in (Shape.SET, Shape.BLIND):
        one = approved(system, shape=shape)
        system.start_workers(dying=True)
        system.wait_for_death()
        check(effects(target, one) == 0, "It had an effect before it was sent.")
        told.append(_goes_on(system, target, one, shape))
    return sentence(told)


def killed_during(system: System, target: Target) -> str:
    """kill -9 while the target works on the request, which it goes on to do."""
    told = []
    for shape, fault in ((Shape.SET, "slow_after"), (Shape.BLIND, "slow")):
        one = approved(system, shape=shape)
        sent, before = target.sent(), len(target.effects())
        target.fault(fault, seconds=1.5)
        system.start_workers()
        target.wait_sent(sent + 1, seconds=30)
        system.kill_workers()
        target.wait_effects(before + 1)
        told.append(_goes_on(system, target, one, shape))
    return sentence(told)


def _goes_on(system: System, target: Target, one: Proposed, shape: Shape) -> str:
    """Another worker goes on; the system's word must agree with what the target counted."""
    system.start_workers()
    end = settled(system, one)
    system.rest()
    system.kill_workers()
    count = effects(target, one)
    told = f"{PROMISES[shape]}: {counted(count, 'effect')}, said to be {end}"
    check(count <= 1, sentence([told]))
    check(end is Stands.UNKNOWN or (end is Stands.DONE) == (count == 1), sentence([told]))
    return told


# ------------------------------------------------------------------ the audit


def audit_by_processes(system: System, target: Target) -> str:
    """The system's own processes try to change the audit."""
    tries = system.edit_audit_as_processes(system.propose())
    written = [one.how for one in tries if one.written]
    check(not written, f"{tried(tries)}: {', '.join(written)}.")
    return f"{tried(tries)}."


def audit_edited(system: System, target: Target) -> str:
    """The administrator of the database changes what happened."""
    return _noticed(system, system.edit_audit(system.propose()))


def audit_cut(system: System, target: Target) -> str:
    """The administrator of the database removes what happened last."""
    return _noticed(system, system.cut_audit(system.propose()))


def _noticed(system: System, tries: tuple[Try, ...]) -> str:
    if not any(one.written for one in tries):
        return f"{tried(tries)}."
    try:
        intact = system.audit_is_intact()
    except NotCovered as missing:
        raise NotCovered(f"{tried(tries)}. {missing}") from None
    check(not intact, f"{tried(tries)}, and nothing noticed.")
    return f"{tried(tries)}, and it was noticed."


CASES: tuple[Case, ...] = (
    Case("Payload edited after approval", payload_edited),
    Case("Forged approval row", forged_approval),
    Case("50 concurrent approvals and resumes in two processes", fifty_at_once),
    Case("Initiator approves", initiator_approves),
    Case("Approval after expiry", after_expiry),
    Case("Approve after reject", approve_after_reject),
    Case("Kill before execution", killed_before),
    Case("Kill during execution", killed_during),
    Case("Identical later proposal asks again", identical_later),
    Case("Stop after approval", stop_after_approval),
    Case("Audit edited by the system's own processes", audit_by_processes),
    Case("Audit edited by the database's administrator", audit_edited),
    Case("Audit truncated by the database's administrator", audit_cut),
)
"""Every case; the last two damage the audit, so they come last."""
