"""From a changed control to the changed page, in Chromium: ``make bench-browser``. It reports and never fails.

Each figure is the time in the page from the event of a control until what it changes has been drawn anew: fifty changes
each, on a story's world and in a world of two hundred users.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from drive import Notebook
from pages import LESSONS, write_notebook
from playwright.sync_api import sync_playwright
from server import CHROMIUM, FLAGS, MISSING, running_lab

WORLDS = """
from iamlab import Lab, allow
from iamlab.lessons import story
from iamlab.widgets import *
def large():
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_bucket("acme-dev")
    prod = dev.create_bucket("acme-prod")
    role = dev.create_role("Deploy", trust=story.trust(AWS="111111111111"))
    role.put_policy("Work", allow("s3:GetObject", on=prod / "*"))
    groups = [dev.create_group(f"team-{at:02}") for at in range(20)]
    for at, group in enumerate(groups):
        group.put_policy("Folder", allow("s3:GetObject", "s3:PutObject", on=f"arn:aws:s3:::acme-dev/team-{at:02}/*"))
        group.put_policy("Assume", allow("sts:AssumeRole", on=role.arn))
    for at in range(200):
        groups[at % 20].add(dev.create_user(f"user-{at:03}"))
    return lab
"""
STORY = 'world, who, group = story.staging_and_production, "dana", "Developers"'
LARGE = 'world, who, group = large, "user-000", "team-00"'
SHOWN = (
    "RequestExplorer(world(), ['s3:GetObject'])",
    "lab = world(); dev = lab.accounts[0]\n"
    "PolicyWorkbench(lab, on=group, must_allow=[(dev.user(who), 's3:GetObject', dev.buckets[0] / '1.jpg')])",
    "WorldEditor(world())",
    "GraphView(world())",
    "AssumeConsole(world(), who=who)",
    "AccessExplorer(world(), ['s3:GetObject', 'sts:AssumeRole'])",
)
"""Each on a world of its own, as in a lesson."""

QUIET = 200
"""Milliseconds without a change of the page after which a change counts as drawn."""
MEASURE = """
async ([box, script, quiet]) => {
  const act = new Function("box", script);
  let last = 0;
  const seen = new MutationObserver(() => { last = performance.now(); });
  seen.observe(box, {subtree: true, childList: true, characterData: true});
  const begun = performance.now();
  act(box);
  const end = begun + 15000;
  while (performance.now() < end && !(last && performance.now() - last > quiet)) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  seen.disconnect();
  if (!last) throw new Error("nothing changed");
  return last - begun;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done to which widget, as JavaScript over its ``box``; several ways take turns.

    ``before`` is done first and is not measured.
    """

    widget: str
    words: str
    ways: tuple[str, ...]
    before: tuple[str, ...] = ("",)


def _click(name: str) -> str:
    return f"[...box.querySelectorAll('button')].find(one => one.textContent.trim() === {name!r}).click();"


def _choose(label: str, index: int) -> str:
    """Chooses in a list, by the words before it."""
    return (
        f"const label = [...box.querySelectorAll('label')].find(one => one.textContent.trim().startsWith({label!r}));"
        "const select = label.parentElement.querySelector('select');"
        f"select.selectedIndex = {index}; select.dispatchEvent(new Event('change', {{bubbles: true}}));"
    )


def _type(text: str) -> str:
    return (
        f"const area = box.querySelector('textarea'); area.value = {text!r};"
        "area.dispatchEvent(new Event('input', {bubbles: true}));"
    )


_POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:%s", "Resource": "*"}}'
_PREDICT = "box.querySelectorAll('input[type=radio]')[%d].click();"
_NODE = "box.querySelectorAll('g.node')[%d].dispatchEvent(new MouseEvent('click', {bubbles: true}));"
_CELL = "box.querySelectorAll('[role=gridcell]')[%d].click();"

CHANGES = (
    Change(
        widget="Request explorer",
        words="reveal a verdict",
        before=(_PREDICT % 0, _PREDICT % 1),
        ways=(_click("Reveal the verdict"),),
    ),
    Change(
        widget="Policy workbench",
        words="edit the policy",
        ways=(_type(_POLICY % "GetObject"), _type(_POLICY % "PutObject")),
    ),
    Change(
        widget="World editor",
        words="remove a statement, and undo",
        before=(_choose("Facts", 0), ""),
        ways=(_click("Remove the chosen fact"), _click("Undo")),
    ),
    Change(widget="Graph", words="choose a part", ways=(_NODE % 0, _NODE % 1)),
    Change(widget="Assume console", words="move the clock", ways=(_click("+1 min"),)),
    Change(widget="Who can do what", words="choose a cell", ways=(_CELL % 1, _CELL % 2)),
)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; the exit code is 1 without a browser."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50, help="changes of each kind (default: 50)")
    options = parser.parse_args(arguments)
    if CHROMIUM is None:
        print(MISSING, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, world in (("a story's world", STORY), ("two hundred users", LARGE)):
            write_notebook(Path(home) / LESSONS / "bench.ipynb", (WORLDS + world, *SHOWN))
            notebook = Notebook(browser.new_page(viewport={"width": 1400, "height": 1000}), url).open("bench.ipynb")
            notebook.run_all()
            notebook.page.wait_for_timeout(3000)
            print(f"\n{name}, milliseconds from the change to the page, {options.rounds} changes each")
            for change in CHANGES:
                print(_line(change, _times(notebook, change, options.rounds)), flush=True)
        browser.close()
    return 0


def _times(notebook: Notebook, change: Change, rounds: int) -> list[float]:
    """The figures of one kind of change; the first round, which still loads things, is thrown away."""
    box = notebook.panel.get_by_role("group", name=re.compile(f"^{change.widget}")).first.element_handle()
    found = []
    for at in range(rounds + 1):
        if prepared := change.before[at % len(change.before)]:
            notebook.page.evaluate("([box, script]) => new Function('box', script)(box)", [box, prepared])
            notebook.page.wait_for_timeout(2 * QUIET)
        found.append(notebook.page.evaluate(MEASURE, [box, change.ways[at % len(change.ways)], QUIET]))
    return found[1:]


def _line(change: Change, times: list[float]) -> str:
    middle, worst = statistics.median(times), max(times)
    return f"  {change.widget:<18} {change.words:<30} median {middle:6.0f}   worst {worst:6.0f}"


if __name__ == "__main__":
    sys.exit(main())
