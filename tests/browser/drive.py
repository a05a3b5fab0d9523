"""Driving a notebook in JupyterLab: open it, wait until the kernel listens, run it, read it, look for harm."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from functools import partial

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

# What must come comes; on a busy machine not within Playwright's five seconds.
expect.set_options(timeout=20_000)

QUIET = 1.0
"""Seconds without traffic to the kernel. Run All at the first "idle" is lost about half the time."""

HARMLESS = ("favicon",)

# What no text from outside may become in an output.
ELEMENTS = "script, iframe, object, embed, img, video, audio, link, meta, base, form, marquee"
HANDLERS = "[onerror], [onload], [onfocus], [ontoggle], [onstart], a[href^='javascript']"

INDEX = "cell => [...cell.closest('.jp-Notebook').querySelectorAll('.jp-CodeCell')].indexOf(cell)"


@dataclass  # no slots: Playwright hangs its own attributes on bound methods
class Notebook:
    """A notebook open in a page, with what went wrong in the page so far."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    _opened: int = 0
    _last_frame: float = 0.0
    _watching: bool = False

    def open(self, name: str, *, theme: str = "") -> Notebook:
        """Open it in a fresh workspace and wait until its kernel listens."""
        if not self._watching:
            self._watch()
        self._opened += 1  # frames of a notebook before, which may still come, say nothing about this one's kernel
        self._last_frame = 0.0
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

    def widget(self, label: str, number: int = 0) -> Locator:
        """The widget whose name begins so, scrolled to; ``number`` counts among several."""
        box = self.panel.get_by_role("group", name=re.compile(f"^({label})")).nth(number)
        box.scroll_into_view_if_needed()
        return box

    def checking(self, exercise: str) -> Locator:
        """The learner's cell that checks this exercise, by its place: its text is about to change."""
        found = self.code_cells.filter(has_text=re.compile(rf'check\("{re.escape(exercise)}", ')).first
        return self.code_cells.nth(found.evaluate(INDEX))

    def answer(self, exercise: str, source: str) -> None:
        """Replace the text of that cell, run it, and see that the answer is right."""
        cell = self.checking(exercise)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)  # as by a paste: the editor would add brackets to single keys
        self.page.keyboard.press("Control+Enter")
        expect(cell).to_contain_text(f"{exercise}: correct")

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

    def restart(self) -> None:
        """Restart the kernel through JupyterLab's menu, and wait until it is back.

        A lab that is stopped while a kernel restarts leaves that kernel behind.
        """
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.locator(".lm-Menu-item[data-command='kernelmenu:restart']").click()
        self._last_frame = 0.0
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.settle()

    def use_theme(self, theme: str) -> None:
        """Switch to ``Light`` or ``Dark`` through JupyterLab's menu."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text="Theme").first.hover()
        self.page.locator(".lm-Menu-item", has_text=f"JupyterLab {theme}").first.click()
        expect(self.page.locator(f"body[data-jp-theme-light='{str(theme == 'Light').lower()}']")).to_be_attached()

    def clean(self) -> None:
        """Assert that nothing went wrong in the page, and that it asked nothing of the world outside."""
        assert self.errors == []
        assert self.outside == []

    def accessible(self) -> None:
        """Assert that axe finds no serious or critical violation in the widgets."""
        results = Axe().run(self.page, context=".iamlab-widget").response
        bad = [one for one in results["violations"] if one["impact"] in ("serious", "critical")]
        assert not bad, json.dumps(
            [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in bad], indent=1
        )
        assert results["passes"], "axe looked at nothing"

    def inert(self) -> None:
        """Assert that no payload in the page ran, opened a dialog, asked for anything or became an element."""
        self.page.wait_for_timeout(500)
        assert self.page.evaluate("() => window.__ran") is None
        assert self.dialogs == []
        assert self.outside == []
        outputs = self.panel.locator(".jp-OutputArea")
        expect(outputs.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
        assert outputs.locator(ELEMENTS).count() == 0
        assert outputs.locator(HANDLERS).count() == 0

    def _watch(self) -> None:
        self._watching = True
        self.page.route(lambda url: url.startswith("http") and not url.startswith(self.url), self._refuse)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("dialog", self._dismiss)
        self.page.on("websocket", self._listen)

    def _refuse(self, route) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def _note(self, message) -> None:
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _dismiss(self, dialog) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's own, of a notebook that is not saved
            dialog.accept()
            return
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _listen(self, socket) -> None:
        if "/channels" in socket.url:
            stamp = partial(self._stamp, self._opened)
            socket.on("framesent", stamp)
            socket.on("framereceived", stamp)

    def _stamp(self, opened: int, *_) -> None:
        if opened == self._opened:
            self._last_frame = time.monotonic()


def press_until_focused(page: Page, wanted: Locator, key: str) -> None:
    """Press a key until the focus is there, as somebody without a mouse does."""
    for _ in range(40):
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
