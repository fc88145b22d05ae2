"""What must not lower a tier: words, names, confidence, missing facts, splitting, the clock."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from holdshort import flow
from holdshort.core.attachments import MOST_FILES, NewFile, new_file
from holdshort.core.terms import Offer, Offered
from tests.desk import Desk, Server
from tests.story.scenarios import (
    THERE,
    Counter,
    Counters,
    Row,
    counters,
    find,
    happen,
    is_laxer,
    outcome,
    said,
)

EVERY_TEXT = tuple(yaml.safe_load(Path(__file__).with_name("injected.yaml").read_text("utf-8")))
"""Own sentences in the manner of known attacks, in several languages and disguises."""

INJECTED = EVERY_TEXT[:10]
"""Those that every ticket hears; all of them are heard by three."""

SHARED = Path(os.environ.get("HOLDSHORT_SHARED_DATA", "")) / "injection" / "injections_dev.jsonl"

SAYINGS = {
    "2b": ("Account locked", "ich komme nicht mehr rein", "kilitlendi, acil", "locked out again"),
    "3b": (
        "Access: GitHub",
        "CI is red, I need more",
        "Ich brauche Owner für die CI",
        "org, please",
    ),
    "4b": (
        "Add me to a group",
        "build tools bitte",
        "ajoutez-moi au groupe",
        "one more list for me",
    ),
    "8b": ("Restart database", "just dev really", "die Datenbank hängt", "reinicien la base"),
    "11b": ("Phishing report", "I typed my password", "ich habe geklickt", "j'ai cliqué"),
    "16e": ("Licence renewal", "only 900", "bitte verlängern", "renew as always"),
    "4a": ("Add me to a group", "photo club please", "in den Fotoclub bitte", "club photo"),
    "1a": ("Password reset", "forgot it", "Passwort vergessen", "contraseña olvidada"),
}
"""The label, and the same wish paraphrased and translated."""

LABELS = tuple(words[0] for words in SAYINGS.values())
STALE = "UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 day'"
FAR = ("1999-12-31T23:59:59+01:00", "2026-12-24T12:00:00+01:00", "2031-06-03T20:30:00+02:00")
"""Long before anything, inside a blackout, and after everything has expired."""

OF_THE_LAST_HOURS = ("9c",)
"""Held for what the last hours brought, so that on a later day it is another ticket."""


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    with counters(server, tmp_path_factory.mktemp("traps")) as one:
        yield one


@pytest.fixture(scope="module")
def plain(desk: Counters) -> dict[str, tuple[int, str]]:
    """What each row is answered with nothing odd about it."""
    return {row.id: outcome(desk.ask(row)) for row in THERE}


@pytest.fixture
def other(server: Server, tmp_path: Path) -> Iterator[Counter]:
    """A desk whose world may be changed."""
    one = Desk(server, tmp_path)
    yield Counter(one)
    one.close()


# ------------------------------------------------------------------ words and labels


@pytest.mark.parametrize("words", INJECTED)
def test_injected_words_of_a_ticket_change_no_tier_and_no_mode(
    desk: Counters, plain: dict[str, tuple[int, str]], words: str
) -> None:
    assert {row.id: desk.hear(row, words) for row in THERE} == plain


@pytest.mark.parametrize("id", SAYINGS)
def test_labels_permuted_and_words_paraphrased_or_translated_change_nothing(
    desk: Counters, plain: dict[str, tuple[int, str]], id: str
) -> None:
    heard = {desk.hear(find(id), words) for words in (*SAYINGS[id], *LABELS, "")}
    assert heard == {plain[id]}


@pytest.mark.parametrize("id", ["2b", "3b", "4b", "19b"])
def test_words_in_subject_body_reasoning_and_file_names_change_no_tier_on_the_road(
    server: Server, tmp_path: Path, id: str
) -> None:
    row, desk = find(id), Desk(server, tmp_path)
    try:
        staged = [_staged(desk, row, words) for words in INJECTED[:3]]
    finally:
        desk.close()
    assert staged == [(row.tier, row.mode)] * 3


def _staged(desk: Desk, row: Row, words: str, *, body: str | None = None) -> tuple[int, str]:
    """What becomes of this row on a ticket whose every text is injected, what its files are called
    included; with a `body` of its own that is all that is."""
    offered = (Offered(row.body["type"], row.body["params"]),)
    said = words if body is None else body
    desk.agent.next = Offer(row.body["type"], 1.0, said, "scripted", offered)
    sender, files = desk.sender(row.body["requester"]), called(words)
    with desk.role("web"):
        ticket = flow.receive(said[:200], said, sender=sender, files=files)
    desk.run()
    assert desk.agent.read is not None
    assert desk.agent.read.attachments == tuple(one.name for one in files)
    story = desk.action(ticket)
    return story.assessment["tier"], story.assessment["mode"]


def called(words: str) -> list[NewFile]:
    """Files whose names, read one after the other, say these words; a stroke is no path here."""
    whole = words.replace("/", "\u2215").replace("\\", "\u2216")
    parts = [whole[start : start + 110] for start in range(0, len(whole), 110)]
    return [new_file(part, b"%PDF") for part in parts[:MOST_FILES]]


NAMES = {
    "the name and department of a person": (
        "UPDATE profile SET name = name || ' ' || {words}, department = {words} || department "
        "WHERE person IN ('dana', 'omar', 'carla', 'bea')",
        ("1b", "1c", "3c", "4b", "15b"),
    ),
    "the description of a group": (
        "UPDATE directory_group SET name = {words} WHERE slug IN "
        "('build-tools', 'ci-runners', 'github-owner', 'payment-approvers', 'netsuite-admins')",
        ("3b", "4b", "12c", "14b"),
    ),
    "the names of papers, folders, rooms and databases": (
        'UPDATE kernel.policy_version SET file = regexp_replace(file::text, \'"name": '
        "\"(Mutual NDA|Commission 2025|Server room|prod-db-1)\"', '\"name\": ' || {quoted}, 'g')"
        "::jsonb",
        ("8b", "18b", "19b", "20b"),
    ),
}


@pytest.mark.parametrize("place", NAMES)
def test_injected_words_in_fields_and_names_change_no_tier(
    other: Counter, plain: dict[str, tuple[int, str]], place: str
) -> None:
    statement, ids = NAMES[place]
    words = " ".join(INJECTED[:3])
    text, quoted = words.replace("'", "''"), json.dumps(words).replace("'", "''")
    other.desk.sql(statement.format(words=f"'{text}'", quoted=f"'{quoted}'"))
    answers = {id: other.ask(find(id)) for id in ids}
    assert {id: outcome(one) for id, one in answers.items()} == {id: plain[id] for id in ids}
    assert any(words in line for one in answers.values() for line in said(one))


HEAR_ALL = ("2b", "4b", "16e")


def test_48_injected_texts_in_the_body_change_no_tier(
    desk: Counters, plain: dict[str, tuple[int, str]]
) -> None:
    assert len(EVERY_TEXT) == 48
    for id in HEAR_ALL:
        heard = {words: desk.hear(find(id), words) for words in EVERY_TEXT}
        assert {words for words, found in heard.items() if found != plain[id]} == set()


def test_48_injected_texts_as_subject_body_reasoning_and_file_names_change_no_tier_on_the_road(
    server: Server, tmp_path: Path
) -> None:
    desk = Desk(server, tmp_path)
    try:
        for number, words in enumerate(EVERY_TEXT):
            row = find(HEAR_ALL[number % 3])
            assert _staged(desk, row, words) == (row.tier, row.mode), words
    finally:
        desk.close()


def test_48_injected_texts_as_names_of_attached_files_change_no_tier_on_the_road(
    server: Server, tmp_path: Path
) -> None:
    desk = Desk(server, tmp_path)
    try:
        for words in EVERY_TEXT:
            for row in map(find, HEAR_ALL):
                found = _staged(desk, row, words, body="Please, it is in the file.")
                assert found == (row.tier, row.mode), (row.id, words)
    finally:
        desk.close()


def test_48_injected_texts_as_names_of_hr_and_of_groups_change_no_tier(
    other: Counter, plain: dict[str, tuple[int, str]]
) -> None:
    for words in EVERY_TEXT:
        in_fields(other.desk, words)
        answers = {id: other.ask(find(id)) for id in HEAR_ALL}
        found = {id: outcome(one) for id, one in answers.items()}
        assert found == {id: plain[id] for id in HEAR_ALL}, words
        assert any(words in line for line in said(answers["4b"])), words


def in_fields(desk: Desk, words: str) -> None:
    """What HR and the directory say about those whom the three tickets are about."""
    text = words.replace("'", "''")
    desk.sql(
        f"UPDATE profile SET name = '{text}', department = '{text}' "
        "WHERE person IN ('mia', 'dana', 'lukas')"
    )
    desk.sql(f"UPDATE directory_group SET name = '{text}' WHERE slug = 'build-tools'")


@pytest.mark.skipif(not SHARED.is_file(), reason="HOLDSHORT_SHARED_DATA has no injection set")
def test_every_known_injection_changes_no_tier(
    desk: Counters, other: Counter, plain: dict[str, tuple[int, str]]
) -> None:
    texts = [json.loads(line)["text"] for line in SHARED.read_text("utf-8").splitlines()]
    assert len(texts) > 300
    for number, words in enumerate(texts):
        heard = {id: desk.hear(find(id), words) for id in HEAR_ALL}
        assert heard == {id: plain[id] for id in HEAR_ALL}, words
        if number % 10 == 0:
            in_fields(other.desk, words.replace("\0", ""))
            found = {id: outcome(other.ask(find(id))) for id in HEAR_ALL}
            assert found == heard, words
            named = {id: _staged(other.desk, find(id), words, body="See file.") for id in HEAR_ALL}
            assert named == heard, words


# ------------------------------------------------------------------ confidence


@pytest.mark.parametrize("phase", [1, 2, 3])
def test_confidence_changes_no_tier_and_only_ever_makes_the_gate_stricter(
    desk: Counters, phase: int
) -> None:
    for row in THERE:
        known, sure, unsure = (
            outcome(desk.ask(row, phase=phase, confidence=share)) for share in (0.97, 0.99, 0.10)
        )
        assert sure[0] == unsure[0] == known[0] and sure == known, row.id
        assert not is_laxer(unsure, known), row.id
        if row.tier == 3:
            assert sure[1] in ("HITL", "REFUSE"), row.id
        if row.tier == 1:
            assert unsure[1] == "HITL", row.id


# ------------------------------------------------------------------ missing facts


def test_a_directory_that_was_not_read_lately_makes_nothing_laxer(
    desk: Counters, plain: dict[str, tuple[int, str]]
) -> None:
    with desk.changed(STALE):
        replies = {row.id: desk.reply(row) for row in THERE}
    told = {id: outcome(one.json()) for id, one in replies.items() if one.status_code == 200}
    assert [id for id, found in told.items() if is_laxer(found, plain[id])] == []
    assert {id for id in ("1a", "3a", "4a", "9a") if told.get(id, (0, ""))[1] == "HOTL"} == set()
    assert {one.status_code for one in replies.values()} <= {200, 409, 422, 503}


SECTIONS = (
    *("role_templates", "windows", "software", "thresholds", "field_lists", "documents", "parties"),
    *("guests", "folders", "zones", "badges", "devices", "assets", "vendors", "equipment"),
)


@pytest.mark.parametrize("section", SECTIONS)
def test_what_the_company_does_not_say_makes_nothing_laxer(
    desk: Counters, plain: dict[str, tuple[int, str]], section: str
) -> None:
    without = f"UPDATE kernel.policy_version SET {{0}} = {{0}} - '{section}'"
    with desk.changed(without.format("file"), without.format("document")):
        replies = {row.id: desk.reply(row) for row in THERE}
    told = {id: outcome(one.json()) for id, one in replies.items() if one.status_code == 200}
    assert [id for id, found in told.items() if is_laxer(found, plain[id])] == []
    assert {one.status_code for one in replies.values()} <= {200, 409, 422}
    assert told != plain, "it was there to be missed"


def test_without_a_policy_in_force_nothing_runs_alone(desk: Counters) -> None:
    gone = (
        "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM kernel.adoption; COMMIT"
    )
    with desk.changed(gone):
        replies = {row.id: desk.reply(row) for row in THERE}
    told = {id: outcome(one.json()) for id, one in replies.items() if one.status_code == 200}
    assert len(told) > 20
    assert {id for id, (_, mode) in told.items() if mode not in ("HITL", "REFUSE")} == set()


def test_after_what_was_missing_came_back_everything_is_as_it_was(
    desk: Counters, plain: dict[str, tuple[int, str]]
) -> None:
    assert {row.id: outcome(desk.ask(row)) for row in THERE} == plain


# ------------------------------------------------------------------ splitting


@pytest.mark.parametrize("id", ["6c", "13c", "14b"])
def test_the_strictest_line_of_a_split_is_as_strict_alone_as_the_whole(
    desk: Counters, id: str
) -> None:
    row = find(id)
    whole = desk.ask(row)
    alone = [
        outcome(desk.ask(row, type=line["type"], params=line["params"]))
        for line in whole["actions"]
    ]
    assert max(alone) == (row.tier, row.mode)


def test_5c_one_device_at_a_time_is_held_from_the_sixth_person_on(other: Counter) -> None:
    whole, offered = find("5c"), []
    for person in ("mia", "ravi", "yusuf", "chloe", "pavel"):
        params = {"person": person, "software": "zoom"}
        assert outcome(other.ask(whole, params=params)) == (2, "HOTL")
        offered.append({"requester": "ines", "type": "mdm.install", "params": params})
    happen(other.desk, {"offered": offered})
    sixth = other.ask(whole, params={"person": "greta", "software": "zoom"})
    assert outcome(sixth) == outcome(other.ask(whole)) == (3, "HITL")
    assert "raise.budget" in [one["rule"] for one in sixth["gate"]["reasons"]]
    own = {"requester": "dana", "params": {"person": "dana", "software": "zoom"}}
    assert outcome(other.ask(whole, **own)) == (2, "HOTL")


# ------------------------------------------------------------------ the clock


@pytest.mark.parametrize("at", FAR)
def test_wherever_the_clock_jumps_what_a_person_decides_never_runs_alone(
    desk: Counters, at: str
) -> None:
    for row in THERE:
        if row.id in OF_THE_LAST_HOURS and at > datetime.now(UTC).isoformat():
            continue
        answer = desk.reply(row, at=at)
        if row.mode in ("HITL", "REFUSE") and answer.status_code == 200:
            assert answer.json()["gate"]["mode"] in ("HITL", "REFUSE"), row.id


@pytest.mark.parametrize("id", ["3a", "4a", "6a", "9a", "18a"])
def test_what_has_expired_or_is_closed_at_that_time_allows_nothing(desk: Counters, id: str) -> None:
    assert outcome(desk.ask(find(id)))[1] == "HOTL"
    assert outcome(desk.ask(find(id), at="2031-06-04T12:00:00+02:00"))[1] == "HITL"


@pytest.mark.parametrize(
    ("at", "mode"),
    [
        ("2026-05-05T19:59:59+02:00", "HITL"),
        ("2026-05-05T20:00:00+02:00", "HOTL"),
        ("2026-05-05T17:59:59+00:00", "HITL"),
        ("2026-05-05T18:00:00+00:00", "HOTL"),
        ("2026-05-06T00:00:00+02:00", "HITL"),
        ("2026-10-27T19:30:00+00:00", "HOTL"),
        ("2026-10-27T18:30:00+00:00", "HITL"),
    ],
)
def test_6a_keeps_both_edges_of_its_window_in_its_time_zone_all_year(
    desk: Counters, at: str, mode: str
) -> None:
    assert outcome(desk.ask(find("6a"), at=at))[1] == mode
