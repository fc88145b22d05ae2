"""A real browser in front of the whole running desk: the main story, keys, phones, axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk import Server
from tests.screens import CHROMIUM, FLAGS, SIZES
from tests.web.live import Live, live
from tests.web.scene import PICTURE, Scene

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def scene(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A running desk on which an ordinary morning happened."""
    with live(server, tmp_path_factory.mktemp("live")) as running:
        one = Scene(running)
        one.play()
        yield one


@pytest.fixture(scope="module")
def running(scene: Scene) -> Live:
    return scene.running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield one
        one.close()


class Seen:
    """What a browser complained about, which is a failure of the page."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def watch(self, page: Page) -> Page:
        page.on("console", lambda one: self._hear(one.type, one.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, kind: str, text: str) -> None:
        expected = "Failed to load resource: the server responded with a status of 4"
        if kind in ("error", "warning") and not text.startswith(expected):
            self.complaints.append(text)


@pytest.fixture
def seen() -> Iterator[Seen]:
    one = Seen()
    yield one
    assert one.complaints == []


def signed_in(
    browser: Browser, running: Live, person: str, seen: Seen, **context: Any
) -> tuple[BrowserContext, Page]:
    """A window of somebody who used a one-time link."""
    given = {"viewport": {"width": 1280, "height": 900}, **context}
    window = browser.new_context(**given)
    page = seen.watch(window.new_page())
    if person:
        page.goto(running.link(person))
        page.get_by_role("button", name="Sign in as").click()
    return window, page


# ------------------------------------------------------------------ the main story


def test_dana_forgets_her_password_and_reads_a_new_one_once(
    browser: Browser, running: Live, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "dana", seen)
    page.get_by_label("What do you need?").fill("I forgot my password")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Show it once").click(timeout=30_000)
    secret = page.locator("#secret").inner_text()
    assert running.directory.accepts("dana", secret)
    page.goto(page.url.removesuffix("/password"))
    expect(page.get_by_role("button", name="Show it once")).to_have_count(0)
    assert secret not in page.content()
    window.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_files_are_chosen_sent_seen_and_saved(
    browser: Browser, running: Live, seen: Seen, script: bool
) -> None:
    """Through the server that a desk really has, with as much as fits and with more."""
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": script}
    window, page = signed_in(browser, running, "yusuf", seen, **phone)
    whole = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": bytes(10 * 1024 * 1024)}
    picture = {"name": "screen.png", "mimeType": "", "buffer": PICTURE.read_bytes()}
    page.get_by_label("What do you need?").fill("My chair squeaks, see the film.")
    page.get_by_label("Attach files").set_input_files([whole | {"buffer": whole["buffer"] + b"x"}])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("‘film.mp4’ has 10.1 MB; 10 MB fit")
    expect(page.get_by_label("What do you need?")).to_have_value("My chair squeaks, see the film.")
    page.get_by_label("Attach files").set_input_files([whole, picture])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("PNG picture")).to_be_visible(timeout=20_000)
    shown = page.locator(".files img")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.files img').naturalWidth > 0")
    with page.expect_download() as saved:
        page.get_by_role("link", name="film.mp4").click()
    assert saved.value.path().read_bytes() == whole["buffer"]
    found = Axe().run(page, options=WCAG) if script else None
    assert found is None or found.violations_count == 0, found.generate_report()
    window.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_grave_change_is_asked_for_approved_and_read_back(
    browser: Browser, running: Live, scene: Scene, seen: Seen, script: bool
) -> None:
    person = "bea" if script else "mia"
    _, asker = signed_in(browser, running, person, seen, java_script_enabled=script)
    asker.goto(f"{running.url}/forms/idp.add_to_group")
    asker.get_by_label("Group").select_option(label="Build Tools")
    asker.get_by_role("button", name="Send").click()
    expect(asker.get_by_role("heading", name="Waits for a yes")).to_be_visible(timeout=20_000)
    number = int(asker.url.rsplit("/", 1)[1].split("#")[0])
    review = scene.review_of(scene.desk.action(number).action.id)

    _, page = signed_in(browser, running, "sven", seen, java_script_enabled=script)
    page.goto(f"{running.url}/reviews/{review}")
    title = page.get_by_role("heading", level=1).inner_text()
    page.locator("#verb-approve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You, Sven Lindqvist")
    dialog.get_by_role("button", name=title).click()
    expect(page.locator(".verbs")).to_contain_text("Done", timeout=30_000)
    assert person in running.directory.members("build-tools")
    expect(asker.locator(".change .state")).to_have_text("Waits for a yes")
    asker.reload()
    expect(asker.get_by_role("heading", name="Done")).to_be_visible(timeout=20_000)


def test_values_of_work_by_hand_are_copied_with_the_keyboard_alone(
    browser: Browser, running: Live, seen: Seen
) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    window, page = signed_in(browser, running, "sven", seen, permissions=allowed)
    page.goto(f"{running.url}/by-hand")
    for name in ("Copy the place", "Copy Person", "Copy the reply"):
        button = page.get_by_role("button", name=name)
        source = page.locator(f"#{button.get_attribute('data-copy')}")
        wanted = source.evaluate("one => one.value ?? one.textContent")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").last).to_have_text("Copied")
        assert wanted and page.evaluate("navigator.clipboard.readText()") == wanted
    window.close()


# ------------------------------------------------------------------ hands on the keys


def test_keys_reach_every_answer_and_can_be_switched_off(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "nadia", seen)
    page.goto(f"{running.url}/reviews/{scene.at['build_review']}")
    for key, verb in (("r", "reject"), ("m", "change"), ("e", "hand-over"), ("s", "ask")):
        page.keyboard.press(key)
        expect(page.locator(f"#verb-{verb}")).to_have_attribute("open", "")
        assert page.locator(".verb[open]").count() == 1
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator("#confirm")).to_be_visible()
    focused = page.evaluate("document.activeElement.tagName")
    assert focused == "H2"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    assert page.locator(".verb[open]").count() == 0
    page.reload()
    page.keyboard.press("r")
    assert page.locator(".verb[open]").count() == 0
    window.close()


def test_keys_are_letters_while_somebody_writes(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "nadia", seen)
    page.goto(f"{running.url}/reviews/{scene.at['build_review']}")
    page.keyboard.press("s")
    page.keyboard.type("are you sure?")
    expect(page.locator("#question")).to_have_value("are you sure?")
    window.close()


def test_j_and_k_walk_through_the_list(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "sven", seen)
    page.goto(f"{running.url}/reviews")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == page.locator(".reviews a").nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{focused}")
    window.close()


def test_a_grave_decision_fits_a_laptop_without_scrolling(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "sven", seen)
    page.goto(f"{running.url}/reviews/{scene.at['build_review']}")
    bar = page.locator(".verbs").bounding_box()
    assert bar is not None
    for part in ("#decision", "#h-what", "#h-wrong", "#h-why", "#h-agent", ".you"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= bar["y"], part
    window.close()


def test_times_are_in_the_zone_of_the_reader(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    shown = []
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        window, page = signed_in(browser, running, "dana", seen, timezone_id=zone)
        page.goto(f"{running.url}/tickets/{scene.at['build']}")
        shown.append(page.locator(".talk time").first.inner_text())
        window.close()
    assert shown[0] != shown[1]


# ------------------------------------------------------------------ hostile words


def test_a_hostile_ticket_runs_nothing_and_asks_nobody_outside(
    browser: Browser, running: Live, scene: Scene
) -> None:
    payload = (
        "<script>document.title='owned'</script><img src=http://127.0.0.1:9/x onerror=alert(1)>"
        "<style>body{display:none}</style><form action=http://127.0.0.1:9><button>Yes</button></form>"
        "<iframe src=javascript:alert(2)></iframe>"
    )
    number = scene.say("mateo", payload)
    seen = Seen()
    window, page = signed_in(browser, running, "sven", seen)
    outside: list[str] = []
    page.on("request", lambda one: outside.append(one.url) if running.url not in one.url else None)
    page.on("dialog", lambda one: outside.append("dialog"))
    for address in (f"/tickets/{number}", "/tickets", "/reviews?mine=0"):
        page.goto(running.url + address)
        assert "owned" not in page.title()
        assert page.locator("main img, main iframe, main style").count() == 0
    assert outside == []
    assert seen.complaints == []
    window.close()


def test_no_page_of_ours_can_be_framed(browser: Browser, running: Live) -> None:
    page = browser.new_page()
    page.route(
        "http://attacker.example/",
        lambda route: route.fulfill(
            content_type="text/html", body=f"<iframe src='{running.url}/sign-in'></iframe>"
        ),
    )
    page.goto("http://attacker.example/")
    page.wait_for_timeout(500)
    framed = page.frames[1]
    assert framed.url.startswith("chrome-error:"), framed.url
    assert framed.locator("input").count() == 0
    page.close()


# ------------------------------------------------------------------ for everybody


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_no_screen_has_a_serious_barrier(
    browser: Browser, running: Live, scene: Scene, seen: Seen, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    found = []
    for person, screens in scene.screens().items():
        context = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
        window, page = signed_in(browser, running, person, seen, **context)
        for name, address in screens.items():
            page.goto(running.url + address)
            found += [f"{name}: {one}" for one in barriers(page)]
        window.close()
    assert found == []


def barriers(page: Page) -> list[str]:
    """What axe calls serious or critical, and whether the page scrolls sideways."""
    results = Axe().run(page, options=WCAG).response["violations"]
    grave = [
        f"{one['id']} {node['html'][:120]} {node['failureSummary'][:160]}"
        for one in results
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    return grave + (["scrolls sideways"] if wider else [])


def test_what_matters_is_within_the_edges_of_a_phone(
    browser: Browser, running: Live, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "sven", seen, viewport={"width": 390, "height": 844})
    for address, part, wide in (
        ("/rules", ".top nav [aria-current]", 40),
        ("/tickets", "main input[type=search]", 300),
        ("/track-record", "main tbody tr td:last-child >> nth=0", 40),
    ):
        page.goto(running.url + address)
        box = page.locator(part).bounding_box()
        assert box is not None, address
        assert (box["x"] >= 0, box["x"] + box["width"] <= 390, box["width"] >= wide) == (
            *(True, True),
            True,
        ), address
    window.close()


def test_targets_are_large_enough_for_a_thumb(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    small = []
    for person in ("dana", "sven"):
        window, page = signed_in(
            browser, running, person, seen, viewport={"width": 390, "height": 844}
        )
        for address in scene.screens()[person].values():
            page.goto(running.url + address)
            small += [
                (address, text)
                for text, low in page.eval_on_selector_all(
                    "button, summary, .button, input:not([type=hidden]), select, nav a, .rows a",
                    "all => all.filter(e => e.offsetParent && !e.closest('label')).map(e =>"
                    " [e.outerHTML.slice(0, 80), Math.min(e.offsetHeight, e.offsetWidth)])",
                )
                if low < 24
            ]
        window.close()
    assert small == []


def test_a_page_that_waits_shows_the_end_by_itself(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(browser, running, "pavel", seen)
    page.goto(running.url)
    page.get_by_label("What do you need?").fill("Which ports does the VPN need?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".talk")).to_contain_text("UDP 51820", timeout=30_000)
    window.close()


def test_the_picture_for_the_readme_is_small_enough() -> None:
    picture = Path(__file__).resolve().parent.parent.parent / "docs" / "screens" / "review.png"
    assert picture.stat().st_size < 150_000


def test_what_is_stopped_is_seen_by_everybody_and_on_a_phone(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    window, page = signed_in(
        browser, running, "lukas", seen, viewport={"width": 390, "height": 844}
    )
    page.get_by_role("link", name="Stop").click()
    page.get_by_role("button", name="Stop everything").click()
    expect(page.locator("main")).to_contain_text("Everything: stopped")
    window.close()
    found = []
    for size, scheme in (("desktop", "light"), ("phone", "dark")):
        width, height = SIZES[size]
        for person, screens in scene.stopped().items():
            context = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
            window, page = signed_in(browser, running, person, seen, **context)
            for name, address in screens.items():
                page.goto(running.url + address)
                expect(page.locator("body")).to_contain_text("Everything")
                found += [f"{name}: {one}" for one in barriers(page)]
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                found += [f"{name} is {wide} px too wide"] if wide > 0 else []
            window.close()
    scene.goes_on()
    assert found == []


def test_after_a_restore_somebody_looks_and_lets_it_run_again(
    browser: Browser, running: Live, scene: Scene, seen: Seen
) -> None:
    halted = scene.came_back()
    found = []
    for size, scheme in (("desktop", "light"), ("phone", "dark")):
        width, height = SIZES[size]
        for person, screens in halted.items():
            context = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
            window, page = signed_in(browser, running, person, seen, **context)
            for name, address in screens.items():
                page.goto(running.url + address)
                expect(page.locator(".halt")).to_contain_text("Nothing runs.")
                found += [f"{name}: {one}" for one in barriers(page)]
            window.close()
    assert found == []
    window, page = signed_in(browser, running, "ines", seen)
    page.get_by_role("link", name="See what may have happened since").click()
    first = page.locator("article").first
    first.get_by_label("Not wanted any more").check()
    first.get_by_role("button", name="Record it").click()
    page.get_by_label("What did you look at?").fill("The log of the directory.")
    page.get_by_label("to go on").fill("reconciled")
    page.get_by_role("button", name="End safe mode").click()
    expect(page.locator(".halt")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("“The log of the directory.”")
    window.close()
