"""The widget in the middle of each lesson, and something that one does with it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect


def _reveal(box: Locator) -> None:
    box.get_by_label("Allowed", exact=True).click()
    box.get_by_role("button", name="Reveal the verdict").click()
    expect(box.locator(".iamlab-verdict")).to_be_visible()


def _step(box: Locator) -> None:
    _reveal(box)
    box.get_by_role("button", name="Step through the decision").click()
    box.get_by_role("button", name="Step forward").click()
    expect(box).to_contain_text("Step 2 of")


def _remove(box: Locator) -> None:
    box.get_by_label("Facts").select_option(index=0)
    box.get_by_role("button", name="Remove the chosen fact").click()
    expect(box).to_contain_text("✔ Done:")
    box.get_by_role("button", name="Undo").click()  # the exercise's world, which is to be solved afterwards
    expect(box).to_contain_text("Taken back:")


def _assume(box: Locator) -> None:
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("assumed-role/")


def _choose_a_cell(box: Locator) -> None:
    box.get_by_role("gridcell").first.click()
    expect(box).to_contain_text("asks for")


def _judge(box: Locator) -> None:
    box.get_by_role("button", name="Judge both sides").click()
    expect(box.locator(".iamlab-verdict")).to_have_count(3)  # of each side, and of the whole


CENTRAL: dict[str, tuple[str, Callable[[Locator], None]]] = {
    "01": ("Request explorer", _reveal),
    "02": ("Request explorer", _reveal),
    "03": ("World editor", _remove),
    "04": ("Assume console", _assume),
    "05": ("Who can do what", _choose_a_cell),
    "06": ("Who can do what", _choose_a_cell),
    "07": ("World editor", _remove),
    "08": ("David asks|Both sides", _judge),
    "09": ("Request explorer", _step),
}
"""By the lesson's number: the beginning of the widget's name, and the deed."""
