"""Makes README's pictures: ``make screenshots``. One for each lesson: the widget in its middle, in use."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from central import CENTRAL
from drive import Notebook
from playwright.sync_api import Locator, Page, sync_playwright
from server import CHROMIUM, FLAGS, MISSING, running_lab

from iamlab.lessons.course import Lesson, lessons

PICTURES = Path(__file__).resolve().parents[2] / "pictures"
TALLEST = 760
"""Pixels of a widget that are shown; the top of a long one says enough."""


def main() -> int:
    """Write the pictures; the exit code is 1 without a browser."""
    if CHROMIUM is None:
        print(MISSING, file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for lesson in (one for one in lessons() if one.exercises):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            _lesson(page, url, lesson)
            page.close()
        browser.close()
    return 0


def _lesson(page: Page, url: str, lesson: Lesson) -> None:
    notebook = Notebook(page, url).open(lesson.path.name)
    page.keyboard.press("Control+b")  # the side bar
    notebook.run_all()
    label, operate = CENTRAL[lesson.number]
    box = notebook.widget(label)
    operate(box)
    page.wait_for_timeout(800)
    if lesson.number == "01":
        notebook.panel.locator("h2", has_text="Ask for yourself").evaluate("heading => heading.scrollIntoView()")
        page.wait_for_timeout(800)
        page.screenshot(path=PICTURES / "start.png")
    _picture(page, box, PICTURES / f"lesson-{lesson.number}.png")
    print(f"wrote {PICTURES.name}/lesson-{lesson.number}.png", flush=True)


def _picture(page: Page, box: Locator, path: Path) -> None:
    """The top of a widget; the page is made tall enough to hold it."""
    page.set_viewport_size({"width": 1280, "height": 2400})
    box.evaluate("box => box.scrollIntoView()")
    page.wait_for_timeout(800)
    place = box.bounding_box()
    assert place is not None
    size = {"width": place["width"] + 8, "height": min(place["height"] + 8, TALLEST)}
    page.screenshot(path=path, clip={"x": place["x"] - 4, "y": max(place["y"] - 4, 0), **size})


if __name__ == "__main__":
    sys.exit(main())
