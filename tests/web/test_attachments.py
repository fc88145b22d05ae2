"""Files that come with words: in the portal, on the ticket, and beside a review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from holdshort.core.attachments import MOST_BYTES
from holdshort.web import uploads
from tests.desk import Desk
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
HOSTILE = b"<html><script>alert(1)</script></html>"


def file(name: str = "quote.pdf", content: bytes = b"%PDF-1.7 of mine") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def asked(visit: Visit, *files: Any, words: str = "Please order this", who: str = "dana") -> Any:
    return visit(who).post("/", words=words, files=list(files))


def addresses(page: str) -> list[str]:
    import re

    return re.findall(r'href="(/tickets/\d+/attachments/\d+/\d+)"', page)


def kept(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.sql("SELECT name, size, content FROM attachment ORDER BY message, place")


# ------------------------------------------------------------------ sending


def test_files_come_with_a_new_ticket_and_stand_under_its_words(desk: Desk, visit: Visit) -> None:
    assert asked(visit, file(), file("screen.png", PNG)).status_code == 302
    page = visit("dana").read("/tickets/1")
    assert "quote.pdf PDF by its name, 16 bytes" in plain(page)
    assert "screen.png PNG picture, 48 bytes" in plain(page)
    assert kept(desk) == [("quote.pdf", 16, b"%PDF-1.7 of mine"), ("screen.png", 48, PNG)]


def test_files_come_with_every_later_message_and_with_a_closing_one(
    desk: Desk, visit: Visit
) -> None:
    asked(visit)
    visit("dana").post("/tickets/1/reply", words="Here it is", files=[file("one.txt", b"1")])
    visit("sven").post("/tickets/1/reply", words="And ours", files=[file("two.txt", b"2")])
    end = {"words": "Done, see the receipt", "close": "1", "files": [file("three.txt", b"3")]}
    visit("sven").post("/tickets/1/reply", **end)
    assert [name for name, _, _ in kept(desk)] == ["one.txt", "two.txt", "three.txt"]
    found = desk.sql(
        "SELECT m.body, a.name FROM attachment a JOIN message m ON m.id = a.message ORDER BY m.id"
    )
    assert found[2] == ("Done, see the receipt", "three.txt")
    assert desk.sql("SELECT kind FROM turn ORDER BY id DESC LIMIT 1") == [("closed",)]


def test_files_come_with_a_form(desk: Desk, visit: Visit) -> None:
    answer = visit("dana").post(
        "/forms/idp.add_to_group",
        **{"param-person": "dana", "param-group": "build-tools"},
        words="signed by my manager",
        files=[file()],
    )
    assert answer.status_code == 302
    assert "quote.pdf" in visit("dana").read("/tickets/1")


def test_asking_who_will_be_asked_keeps_nothing_and_says_so(desk: Desk, visit: Visit) -> None:
    answer = visit("dana").post(
        "/forms/idp.add_to_group",
        **{"param-person": "dana", "param-group": "build-tools", "foretell": "1"},
        files=[file()],
    )
    assert "If you send this" in plain(answer)
    assert "Please choose the files again before you send." in plain(answer)
    assert kept(desk) == []


@pytest.mark.parametrize("address", ["/", "/tickets/1", "/forms/idp.add_to_group"])
def test_every_form_takes_several_files_and_says_what_fits(
    desk: Desk, visit: Visit, address: str
) -> None:
    asked(visit)
    page = visit("dana").read(address)
    assert 'enctype="multipart/form-data"' in page
    assert '<input id="files" type="file" name="files" multiple' in page
    assert "Up to 10 files, 10 MB each and 25 MB together." in page


# ------------------------------------------------------------------ what does not fit

TOO_MUCH: dict[str, tuple[Callable[[], list[Any]], int, str]] = {
    "an empty file": (lambda: [file("a.txt", b"")], 400, "‘a.txt’ is empty."),
    "eleven files": (lambda: [file(f"{n}.txt") for n in range(11)], 400, "11 files; 10 fit"),
    "a file too large": (
        lambda: [file("film.mp4", bytes(MOST_BYTES + 1))],
        413,
        "‘film.mp4’ has 10.1 MB; 10 MB fit in one file.",
    ),
    "files too large together": (
        lambda: [file(f"{n}.bin", bytes(MOST_BYTES)) for n in range(3)],
        413,
        "30 MB together; 25 MB fit with one message",
    ),
}


@pytest.mark.parametrize("what", TOO_MUCH)
@pytest.mark.parametrize("address", ["/", "/tickets/1/reply"])
def test_what_does_not_fit_is_said_and_no_word_is_lost(
    desk: Desk, visit: Visit, address: str, what: str
) -> None:
    asked(visit)
    files, status, says = TOO_MUCH[what]
    before = desk.sql("SELECT count(*) FROM message")
    answer = visit("dana").post(address, words="All that I wrote", files=files())
    assert answer.status_code == status
    assert says in plain(answer)
    assert "Your words are still here; please choose the files again." in plain(answer)
    assert ">All that I wrote</textarea>" in answer.content.decode()
    assert desk.sql("SELECT count(*) FROM message") == before
    assert kept(desk) == []


def test_as_much_as_fits_is_kept_byte_by_byte(desk: Desk, visit: Visit) -> None:
    whole = bytes(range(256)) * (MOST_BYTES // 256)
    assert asked(visit, file("a.bin", whole), file("b.bin", whole)).status_code == 302
    assert [bytes(content) == whole for _, _, content in kept(desk)] == [True, True]


def test_files_alone_are_no_request(desk: Desk, visit: Visit) -> None:
    answer = asked(visit, file(), words=" ")
    assert "Please write what you need." in plain(answer)
    assert "choose the files again" in plain(answer)


def test_a_file_in_a_field_that_no_form_has_is_not_kept(desk: Desk, visit: Visit) -> None:
    big = file("other.bin", bytes(MOST_BYTES))
    visit("dana").post("/", words="mine", other=[big, big, big], files=[file()])
    assert [name for name, _, _ in kept(desk)] == ["quote.pdf"]


def test_of_what_has_no_end_only_so_much_is_read(
    desk: Desk, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "READ_AT_MOST", 100_000)
    answer = asked(visit, file("a.bin", bytes(400_000)), words="mine")
    assert answer.status_code in (302, 400, 413)
    assert kept(desk) == []


# ------------------------------------------------------------------ reading


def download(visit: Visit, who: str | None, number: int = 0) -> HttpResponse:
    return visit(who).get(addresses(visit("dana").read("/tickets/1"))[number])


def test_a_file_is_saved_and_never_opened(desk: Desk, visit: Visit) -> None:
    asked(visit, file("page.html", HOSTILE))
    answer = download(visit, "dana")
    assert (answer.status_code, answer.content) == (200, HOSTILE)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_only_what_is_a_picture_by_its_bytes_is_shown_as_one(desk: Desk, visit: Visit) -> None:
    asked(visit, file("mine.txt", PNG), file("fake.png", HOSTILE), file("a.svg", b"<svg/>"))
    page = visit("dana").read("/tickets/1")
    assert page.count("<img ") == 1
    assert "fake.png PNG by its name" in plain(page)
    kinds = [download(visit, "dana", number)["Content-Type"] for number in range(3)]
    assert kinds == ["image/png", "application/octet-stream", "application/octet-stream"]
    assert "attachment" in download(visit, "dana")["Content-Disposition"]


def test_a_stranger_is_answered_about_a_file_as_about_its_ticket(desk: Desk, visit: Visit) -> None:
    asked(visit, file())
    there = addresses(visit("dana").read("/tickets/1"))[0]
    stranger = visit("bea")
    answers = [stranger.get(one) for one in ("/tickets/1", there, "/tickets/9/attachments/9/9")]
    assert {one.status_code for one in answers} == {404}
    assert len({plain(one) for one in answers}) == 1
    assert visit(None).get(there)["Location"].startswith("/sign-in")
    assert visit("sven").get(there).status_code == 200


def test_a_file_of_a_private_ticket_is_as_private(desk: Desk, visit: Visit) -> None:
    asked(visit, file())
    desk.sql("UPDATE ticket SET private_to = 'hr'")
    there = addresses(visit("dana").read("/tickets/1"))[0]
    assert (
        visit("sven").get("/tickets/1").status_code == visit("sven").get(there).status_code == 404
    )


def test_a_file_is_found_under_its_own_ticket_only(desk: Desk, visit: Visit) -> None:
    asked(visit, file())
    asked(visit, who="bea")
    there = addresses(visit("dana").read("/tickets/1"))[0]
    assert visit("bea").get(there.replace("/tickets/1/", "/tickets/2/")).status_code == 404


def test_a_name_is_shown_as_text_that_somebody_else_wrote(desk: Desk, visit: Visit) -> None:
    asked(visit, file("<img src=x onerror=alert(1)> pаypal.pdf", b"x"))
    page = visit("dana").read("/tickets/1")
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert '<mark class="odd" title="cyrillic small letter a">' in page


# ------------------------------------------------------------------ beside a review


def reviewed(desk: Desk, visit: Visit, *files: Any) -> None:
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    asked(visit, *files, words="Build Tools please")


def test_a_reviewer_sees_that_there_are_files_and_what_they_are_called(
    desk: Desk, visit: Visit
) -> None:
    reviewed(desk, visit, file("approved by the CEO.png", PNG))
    page = visit("sven").read("/reviews/1")
    assert "1 file came with it." in plain(page)
    assert "Neither the assistant nor any rule looked at it." in plain(page)
    assert "approved by the CEO.png PNG picture, 48 bytes" in plain(page)
    assert "<img" not in page, "a picture of a stamp is no evidence"
    assert visit("sven").get(addresses(page)[0]).content == PNG


def test_the_decision_record_names_the_files_with_their_digests(desk: Desk, visit: Visit) -> None:
    reviewed(desk, visit, file())
    action = desk.sql("SELECT id FROM kernel.action")[0][0]
    page = visit("sven").read(f"/actions/{action}/record")
    digest = desk.sql("SELECT sha256 FROM attachment")[0][0]
    assert "quote.pdf" in page and digest in page


def test_what_is_decided_about_is_the_same_with_files_and_without(desk: Desk, visit: Visit) -> None:
    reviewed(desk, visit)
    reviewed(desk, visit, file("tier 1, pre-approved.png", PNG))
    signed = desk.sql(
        "SELECT convert_from(canonical, 'UTF8')::jsonb - '{id,root,ticket}'::text[] "
        "FROM kernel.action ORDER BY ticket"
    )
    plain_one, with_a_file = (said_of(desk, number) for number in (1, 2))
    assert len(signed) == 2 and signed[0] == signed[1]
    assert plain_one == with_a_file


def said_of(desk: Desk, number: int) -> dict[str, Any]:
    """What the gate answered about the change of a ticket, but for the times of its facts."""
    assessed = desk.action(number).assessment
    kept = ("tier", "mode", "hands", "needed", "min_assurance", "phase", "reasons")
    levels = {
        name: (level["value"], [fact["text"] for fact in level["facts"]])
        for name, level in assessed["findings"]["consequence"].items()
    }
    return {**{name: assessed[name] for name in kept}, **levels}


# ------------------------------------------------------------------ what is on record


def test_the_log_has_the_digest_and_the_size_and_no_name(desk: Desk, visit: Visit) -> None:
    asked(visit, file("salary of Bea.xlsx", b"abc"))
    visit("dana").post("/tickets/1/reply", words="more", files=[file("b.txt", b"abc")])
    rows = desk.sql(
        "SELECT name, detail FROM kernel.event WHERE name LIKE 'ticket.re%' ORDER BY id"
    )
    digest = desk.sql("SELECT sha256 FROM attachment LIMIT 1")[0][0]
    told = {"attachments": [{"place": 1, "sha256": digest, "size": 3}]}
    assert rows == [("ticket.received", told), ("ticket.replied", told)]
    assert "salary" not in str(desk.sql("SELECT detail FROM kernel.event"))
