"""Makes README's pictures: ``make screenshots``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from drive import Notebook
from playwright.sync_api import sync_playwright
from server import CHROMIUM, FLAGS, MISSING, running_lab

PICTURES = Path(__file__).resolve().parents[2] / "pictures"


def main() -> int:
    """Write the pictures; the exit code is 1 without a browser."""
    if CHROMIUM is None:
        print(MISSING, file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        notebook = Notebook(page, url).open("01-first-permission.ipynb")
        page.keyboard.press("Control+b")  # the side bar
        notebook.run_all()
        explorer = notebook.panel.locator(".iamlab-widget")
        explorer.get_by_label("Who asks").select_option(label="user ada")
        explorer.get_by_label("Action", exact=True).select_option(label="s3:GetObject  (Read)")
        explorer.get_by_label("Denied: something is missing (implicit deny)").click()
        explorer.get_by_role("button", name="Reveal the verdict").click()
        explorer.locator(".iamlab-verdict").wait_for()
        notebook.panel.locator("h2", has_text="Ask for yourself").evaluate("heading => heading.scrollIntoView()")
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / "lesson-01.png")
        browser.close()
    print(f"wrote {PICTURES.name}/lesson-01.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
