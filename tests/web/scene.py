"""An ordinary morning on the demo desk, so that screens have something true to show."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdshort.core.attachments import new_file
from holdshort.core.terms import Assurance, Channel, Sender
from holdshort.stops.attaching import Files, attach
from tests.web.live import Live

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "screens" / "review.png"


class Scene:
    """Things that happened, and where each screen can be seen."""

    def __init__(self, running: Live) -> None:
        self.running = running
        self.desk = running.desk
        self.at: dict[str, Any] = {}

    def screens(self) -> dict[str, dict[str, str]]:
        """The addresses of every screen, by the person who looks."""
        at = self.at
        return {
            "": {"sign-in": "/sign-in", "not-found-sign-in": "/sign-in/link/none"},
            "dana": {
                "portal": "/",
                "ticket-password": f"/tickets/{at['password']}",
                "ticket-waiting": f"/tickets/{at['build']}",
                "forms": "/forms",
                "form": "/forms/idp.add_to_group",
                "not-found": "/nothing-here",
            },
            "sven": {
                "queue": "/reviews",
                "review": f"/reviews/{at['build_review']}",
                "review-confirm": f"/reviews/{at['build_review']}?confirm=1",
                "review-policy": f"/reviews/{at['policy_review']}",
                "review-decided": f"/reviews/{at['decided_review']}",
                "record": f"/actions/{at['decided']}/record",
                "by-hand": "/by-hand",
                "tickets": "/tickets",
                "track-record": "/track-record",
                "rules": "/rules",
                "stop": "/switches",
                "made": "/overrides/made/fw.change",
                "delegations": "/delegations",
                "ticket-staff": f"/tickets/{at['handed']}",
                "ticket-hold": f"/tickets/{at['photo']}",
                "ticket-done": f"/tickets/{at['bought']}",
                "ticket-starter": f"/tickets/{at['starter']}",
            },
            "lukas": {"review-not-you": f"/reviews/{at['build_review']}"},
            "leo": {"queue-empty": "/reviews"},
            "petra": {"ticket-starter-mine": f"/tickets/{at['starter']}"},
        }

    def came_back(self) -> dict[str, dict[str, str]]:
        """This desk is one that was restored; the screens that show it."""
        self.desk.sql(
            "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
            "VALUES ('backup', 'f00d', clock_timestamp() - interval '3 hours', 5)"
        )
        with self.desk.role("desk"):
            from holdshort import flow

            flow.sweep()
        until(lambda: self.desk.sql("SELECT count(*) FROM kernel.sighting") >= [(3,)])
        return {
            "ines": {"safe-mode": "/safe-mode", "queue-halted": "/reviews"},
            "dana": {"portal-halted": "/"},
        }

    def stopped(self) -> dict[str, dict[str, str]]:
        """Somebody stopped everything and one app; the screens that show it."""
        from holdshort import flow

        for person, scope, why in (
            ("lukas", "everything", "Somebody is being added to groups who should not be."),
            ("ines", "connector:directory", ""),
        ):
            with self.desk.role("web"):
                flow.switch_off(scope, why, sender=self.desk.sender(person))
        at = self.at
        return {
            "ines": {"switches": "/switches", "queue-stopped": "/reviews"},
            "sven": {"review-stopped": f"/reviews/{at['build_review']}"},
        }

    def guarded(self) -> dict[str, dict[str, str]]:
        """Yusuf holds something for a time, and somebody broke the glass."""
        from holdshort import flow

        given = self.offered(
            "yusuf",
            "The build is red since noon; I need to look at the runners for an hour.",
            "idp.add_to_group",
            {"person": "yusuf", "group": "build-tools", "hours": 2},
            0.92,
            "Yusuf asks for Build Tools for two hours.",
        )
        self.decide(given, "sven", "approve")
        omar = self.offered(
            "mateo",
            "Production is down, I need to see AWS now.",
            "idp.add_to_group",
            {"person": "mateo", "group": "aws-readers"},
            0.9,
            "Mateo asks for read access to AWS.",
        )
        why = "Production is down and nobody else answers the phone."
        with self.desk.role("web"):
            flow.override(omar, why, sender=self.desk.sender("helena"))
        patch = self.offered(
            "aylin",
            "This hole is being used by attackers right now, please patch the first ring today.",
            "patch.deploy",
            {"patch": "os-2026-11", "targets": ["laptops-ring-1"], "emergency": True},
            0.9,
            "Aylin asks for the patches on the first ring, as an emergency.",
        )
        self.decide(patch, "nadia", "approve", until_it=lambda story: bool(story.fate))
        phone = self.offered(
            "chloe",
            "I lost my phone and forgot my password. Please send it to this address.",
            "idp.reset_password",
            {"person": "chloe"},
            0.96,
            "Chloe forgot her password and asks for a new one.",
            by_mail=True,
        )
        files = self.offered(
            "greta",
            "The build page shows this since noon. My manager's note is attached as well.",
            "idp.add_to_group",
            {"person": "greta", "group": "build-tools"},
            0.9,
            "Greta asks for Build Tools. I opened no attached file.",
            files=(
                new_file("Screenshot of the build, Friday.png", PICTURE.read_bytes()),
                new_file("pre-approved by the CEO, tier 1.pdf", b"%PDF-1.7" + bytes(48_000)),
                new_file("p\u0430ypal invoice.html", b"<script>alert(1)</script>"),
            ),
        )
        attached = self.story(files).action.ticket
        return {
            "greta": {"ticket-files": f"/tickets/{attached}", "portal-files": "/"},
            "ines": {"access": "/access", "overrides": "/overrides", "queue-guarded": "/reviews"},
            "sven": {
                "review-call-back": f"/reviews/{self.review_of(phone)}",
                "review-files": f"/reviews/{self.review_of(files)}",
                "record-files": f"/actions/{files}/record",
            },
        }

    def goes_on(self) -> None:
        """It was a drill."""
        from holdshort import flow

        for scope in ("everything", "connector:directory"):
            with self.desk.role("web"):
                flow.switch_on(scope, "It was a drill.", sender=self.desk.sender("ines"))

    # -------------------------------------------------------------- what happens

    def play(self) -> None:
        """The morning."""
        self.at["password"] = self.say("dana", "I forgot my password")
        self.at["handed"] = self.say(
            "chloe", "My chair squeaks and my screen flickers since lunch."
        )
        self.say("bea", "Which ports does the VPN need?")
        decided = self.offered(
            "erik",
            "I look after the wiki export now and should see the AWS bills. Read access is enough.",
            "idp.add_to_group",
            {"person": "erik", "group": "aws-readers"},
            0.93,
            "Erik asks for read access to AWS. AWS Readers is the group that carries it.",
        )
        self.decide(decided, "sven", "approve")
        self.at["decided"] = decided
        self.at["bought"] = self.story(decided).action.ticket
        self.at["decided_review"] = self.review_of(decided)
        rejected = self.offered(
            "mateo",
            "Please make me an owner on GitHub, it is faster for everybody.",
            "github.set_membership",
            {"person": "mateo", "role": "owner"},
            0.91,
            "Mateo asks for the owner role in GitHub.",
        )
        self.decide(rejected, "sven", "reject", reason_code="not_needed")
        policy = self.offered(
            "mia",
            "I help Greta's team with the backlog this month and need Zendesk for it.",
            "idp.add_to_group",
            {"person": "mia", "group": "support-agents"},
            0.94,
            "Mia asks for Zendesk for a month. Support Agents carries the agent role.",
        )
        self.at["policy_review"] = self.review_of(policy)
        self.by_hand()
        omar = self.offered(
            "omar",
            "I forgot my password",
            "idp.reset_password",
            {"person": "omar"},
            0.99,
            "Omar forgot his password and asks for a new one.",
        )
        self.review_of(omar)
        build = self.offered(
            "dana",
            "Can you add me to Build Tools? I want to see why the demo build is red."
            " It is just dev really.",
            "idp.add_to_group",
            {"person": "dana", "group": "build-tools"},
            0.92,
            "Dana asks for membership of Build Tools, a group that exists. She wants to look at a"
            " failing build; joining the group is the usual way.",
        )
        self.at["build"] = self.story(build).action.ticket
        self.at["build_review"] = self.review_of(build)
        self.offered(
            "petra",
            "Lena starts on 4 January. She cuts our films, so please order the laptop for film.",
            "bundle.onboard",
            {"person": "lena", "equipment": ["laptop-studio"]},
            0.95,
            "HR's record says that Lena Vogt begins as an account executive.",
        )
        self.at["starter"] = self.story(self.latest()).action.ticket
        self.at["photo"] = self.say("aylin", "Could you add me to the Running Club group? Thanks!")

    def latest(self) -> str:
        """The action that was staged last."""
        return str(self.desk.sql("SELECT id FROM kernel.action ORDER BY staged_at DESC")[0][0])

    def by_hand(self) -> None:
        """Suspending was sent back to people, so what is approved is done by hand."""
        self.desk.sql(
            "INSERT INTO kernel.standing (category, phase, granted, basis)"
            " VALUES ('idp.suspend/2', 1, false, 'recalled')"
        )
        for person, why in (
            ("pavel", "is on leave until May"),
            ("ravi", "left his laptop in a taxi"),
        ):
            action = self.offered(
                "greta",
                f"Please suspend the account of {person.capitalize()}, who {why}.",
                "idp.suspend",
                {"person": person},
                0.95,
                f"Greta asks to suspend {person.capitalize()}'s account.",
            )
            self.decide(action, "sven", "approve")
            self.at[f"by_hand_{person}"] = action
        self.report(
            self.at["by_hand_ravi"], "sven", "as_approved", "Clicked Suspend in the portal."
        )

    def report(self, action: str, person: str, did: str, evidence: str) -> None:
        """Somebody says what they did by hand; the directory is asked whether it shows."""
        from holdshort import flow

        who = self.sender(person, Channel.CONSOLE)
        with self.desk.role("web"):
            flow.report(action, did, evidence, sender=who)
        until(lambda: self.story(action).outcome is not None)

    def sender(self, person: str, channel: Channel = Channel.PORTAL) -> Sender:
        if person == "agent":
            return self.desk.sender(person, channel=Channel.API, assurance=Assurance.NONE)
        return self.desk.sender(person, channel=channel)

    def say(self, person: str, words: str) -> int:
        """Somebody writes, and the desk does what it does."""
        from holdshort import flow
        from holdshort.records import tickets

        who = self.sender(person)
        with self.desk.role("web"):
            number = flow.receive("", words, sender=who)
        until(lambda: self.quiet(number))
        with self.desk.role("web"):
            assert tickets.ticket(number) is not None
        return number

    def offered(
        self,
        person: str,
        words: str,
        kind: str,
        params: dict[str, Any],
        sure: float,
        why: str,
        *,
        by_mail: bool = False,
        files: Files = (),
    ) -> str:
        """Somebody writes, and an agent offers exactly this. Gives the action."""
        from holdshort import flow
        from holdshort.records import db, tickets

        who, agent = self.sender(person), self.sender("agent")
        if by_mail:
            who = self.desk.sender(person, channel=Channel.EMAIL, assurance=Assurance.NONE)
        with self.desk.role("web"), db.transaction():
            number = tickets.open_ticket(who, None)
            tickets.say(number, words, author=person, kind="words")
            attach(files)
            tickets.turn(number, "staged", person=person)
            flow.offer(kind, params, ticket=number, sender=agent, reasoning=why, confidence=sure)
        until(lambda: bool(self.desk.actions(number)))
        return str(self.desk.action(number).action.id)

    def decide(
        self,
        action: str,
        person: str,
        verdict: str,
        until_it: Callable[[Any], bool] | None = None,
        **more: Any,
    ) -> None:
        """Somebody answers, and the desk draws the consequence."""
        from holdshort import flow
        from holdshort.records.world import World
        from holdshort.stops.deciding import Answer
        from holdshort.web.drawn import draw

        story = self.story(action)
        who = self.sender(person, Channel.CONSOLE)
        with self.desk.role("web"):
            answer = Answer(verdict, story.digest, draw(story, World()).shown, **more)
            flow.decide(story.review["number"], answer, sender=who)
        ended = ("executed", "rejected", "by_hand", "not_applied", "superseded")
        until(lambda: (until_it or (lambda s: s.state in ended))(self.story(action)))

    def story(self, action: str) -> Any:
        return self.desk.story(action)

    def review_of(self, action: str) -> int:
        return int(self.story(action).review["number"])

    def quiet(self, number: int) -> bool:
        """Whether nothing happens by itself on a ticket any more."""
        ticket = self.desk.ticket(number)
        moving = {"executing"}
        states = {story.state for story in self.desk.actions(number)}
        if ticket["stands"] == "with_agent" or states & moving:
            return False
        return all(story.execution is None or story.outcome for story in self.desk.actions(number))


def until(done: Callable[[], bool], seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.25)
