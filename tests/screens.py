"""PNG files of every screen with real data: `python -m tests.screens [folder]`.

Desktop (1280×900) and phone (390×844), light and dark. The desk really runs; what the pictures
show went through the whole road. The README's picture is `review.png`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.picture import shrink

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main(folder: Path, only: tuple[str, ...] = ()) -> None:
    """Start a desk, let things happen on it, and take every picture, or only the named ones."""
    import django
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
    django.setup()

    from tests.web.live import live, own_server
    from tests.web.scene import Scene

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        data, work = Path(name) / "data", Path(name) / "work"
        data.mkdir()
        work.mkdir()
        with own_server(data) as server, live(server, work) as running:
            scene = Scene(running)
            scene.play()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            for screens in (scene.screens, scene.guarded, scene.stopped, scene.came_back):
                shown = screens()
                for size in SIZES:
                    for scheme in ("light", "dark"):
                        photograph(browser, scene, shown, folder, size, scheme, only)
            browser.close()
    if not only or "review" in only:
        shrink(folder / "review-desktop-light.png", folder / "review.png")


def photograph(
    browser: Browser,
    scene: object,
    shown: dict[str, dict[str, str]],
    folder: Path,
    size: str,
    scheme: str,
    only: tuple[str, ...],
) -> None:
    """Every screen at one size and in one scheme; `shown` has their addresses by person."""
    from tests.web.scene import Scene

    assert isinstance(scene, Scene)
    width, height = SIZES[size]
    for person, everything in shown.items():
        screens = {name: at for name, at in everything.items() if not only or name in only}
        if not screens:
            continue
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Europe/Berlin",
        )
        page = context.new_page()
        if person:
            page.goto(scene.running.link(person))
            page.click("main button")
        for name, address in screens.items():
            page.goto(scene.running.url + address)
            page.wait_for_timeout(150)
            path = folder / f"{name}-{size}-{scheme}.png"
            page.screenshot(path=str(path))
            print(path.name, flush=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screens"), tuple(sys.argv[2:]))
