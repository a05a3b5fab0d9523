"""Driving a notebook in JupyterLab: open it, wait until the kernel listens, run it, read it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

QUIET = 1.0
"""Seconds without traffic to the kernel. Run All at the first "idle" is lost about half the time."""

HARMLESS = ("favicon",)


@dataclass  # no slots: Playwright hangs its own attributes on bound methods
class Notebook:
    """A notebook open in a page, with what went wrong in the page so far."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    _last_frame: float = 0.0
    _watching: bool = False

    def open(self, name: str, *, theme: str = "") -> Notebook:
        """Open it in a fresh workspace and wait until its kernel listens."""
        if not self._watching:
            self._watch()
        self._last_frame = 0.0  # frames of a notebook before say nothing about this one's kernel
        self.page.goto(f"{self.url}/lab/tree/{name}?reset")
        self.panel.wait_for(timeout=60_000)
        self.settle()
        if theme:
            self.use_theme(theme)
        return self

    @property
    def panel(self) -> Locator:
        """The notebook's panel."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @property
    def code_cells(self) -> Locator:
        """Its code cells."""
        return self.panel.locator(".jp-CodeCell")

    def settle(self, timeout: float = 60) -> None:
        """Wait until the kernel is idle and its connection has been quiet for a while."""
        end = time.monotonic() + timeout
        idle = self.panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        while time.monotonic() < end:
            self.page.wait_for_timeout(50)
            if idle.count() and self._last_frame and time.monotonic() - self._last_frame > QUIET:
                return
        raise TimeoutError("the kernel never settled")

    def run_all(self) -> None:
        """Run every cell, and see each prompt read ``[n]:``."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
        done = self.page.locator(".jp-InputArea-prompt").filter(has_text=re.compile(r"\[\d+\]:"))
        expect(self.code_cells.filter(has=done)).not_to_have_count(0, timeout=60_000)
        # Not counted beforehand: a long notebook is still being drawn while its first cells run. Folded code has no
        # prompt.
        folded = self.page.locator(".jp-InputPlaceholder")
        expect(self.code_cells.filter(has_not=done).filter(has_not=folded)).to_have_count(0, timeout=60_000)

    def use_theme(self, theme: str) -> None:
        """Switch to ``Light`` or ``Dark`` through JupyterLab's menu."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text="Theme").first.hover()
        self.page.locator(".lm-Menu-item", has_text=f"JupyterLab {theme}").first.click()
        expect(self.page.locator(f"body[data-jp-theme-light='{str(theme == 'Light').lower()}']")).to_be_attached()

    def _watch(self) -> None:
        self._watching = True
        self.page.route(lambda url: url.startswith("http") and not url.startswith(self.url), self._refuse)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("websocket", self._listen)

    def _refuse(self, route) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def _note(self, message) -> None:
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _listen(self, socket) -> None:
        if "/channels" in socket.url:
            socket.on("framesent", self._stamp)
            socket.on("framereceived", self._stamp)

    def _stamp(self, *_) -> None:
        self._last_frame = time.monotonic()


def press_until_focused(page: Page, wanted: Locator, key: str) -> None:
    """Press a key until the focus is there, as somebody without a mouse does."""
    for _ in range(6):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    expect(wanted).to_be_focused()


def arrow_to(page: Page, chosen: Locator, begins: str) -> None:
    """Go down a list with the arrow key until an entry that begins so is chosen.

    Typing its first letters would do as well for a person; on a busy machine the letters come too far apart.
    """
    page.keyboard.press("Home")
    for _ in range(100):
        now = chosen.evaluate("list => list.selectedOptions[0]?.textContent ?? ''")
        if now.replace("\u00a0", " ").startswith(begins):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"there is no entry that begins with {begins!r}")
