"""Sessions as HTML: the clock, who somebody is, a table of sessions, permissions side by side, the last calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from iamlab.core import errors
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.views import explain
from iamlab.views.html import Markup, breakable, code, element, join, page
from iamlab.views.sessions import maker_words, moment_words, session_words, stands, time_words
from iamlab.world.authorization import AccessDeniedError
from iamlab.world.credentials import SessionRecord
from iamlab.world.state import State
from iamlab.world.trail import TrailEntry

LONGEST: Final = 400
"""Characters shown of a message: what was typed may stand in it."""
MOST_SESSIONS: Final = 20
Asked = Evaluation | IamlabError | None
"""What came of a request: the engine's answer, the error for credentials that do not count, or nothing asked."""

STYLE: Final = """
.iamlab-part { border-top: 1px solid var(--jp-border-color1, #bbb); margin-top: 10px; padding-top: 2px; }
.iamlab-part .widget-html, .iamlab-part .widget-html-content { min-width: 0; max-width: 100%; }
.iamlab-first { border-top: none; margin-top: 0; }
.iamlab.iamlab .iamlab-outcomes td { white-space: nowrap; }
.iamlab h3.iamlab-heading { margin: 0.5em 0 0.1em; font-size: 1.15em; line-height: 1.3; }
.iamlab .iamlab-clock { font-size: 1.15em; font-variant-numeric: tabular-nums; }
.iamlab dl.iamlab-facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.1em 1em; margin: 0.4em 0; }
.iamlab dl.iamlab-facts dt { font-weight: 600; }
.iamlab dl.iamlab-facts dd { margin: 0; overflow-wrap: anywhere; }
.iamlab.iamlab .iamlab-scrolled { overflow-x: auto; }
.iamlab.iamlab .iamlab-scrolled table { margin: 0.2em 0; }
.iamlab .iamlab-calls { max-height: 24rem; overflow: auto; padding-right: 0.4em; }
.iamlab .iamlab-calls ol { margin: 0; padding-left: 1.6em; }
.iamlab .iamlab-calls li { margin-bottom: 0.8em; }
.iamlab .iamlab-calls pre { margin: 0.2em 0; }
"""


def heading(words: str, hint: str, *, styled: bool = False) -> Markup:
    """The heading of one part, with a sentence about what to do there; ``styled`` brings the style of all parts."""
    title = element("h3", words, cls="iamlab-heading")
    style = Markup(f"<style>{STYLE}</style>") if styled else Markup()
    return join(style, page(join(title, element("p", hint)), label=words))


def clock_html(now: datetime, since: datetime) -> Markup:
    """What the clock says, and how far it has been moved."""
    moved = f"moved on by {time_words(now - since)}" if now > since else "it stands still until you move it"
    said = join(element("strong", f"{now:%A}, {now.day} {now:%B %Y}, {now:%H:%M:%S} UTC"), f" ({moved})")
    return page(element("p", said, cls="iamlab-clock"), label="The time")


def identity_html(answer: Mapping[str, str] | IamlabError) -> Markup:
    """What GetCallerIdentity answers: UserId, Account and Arn, or AWS's error."""
    asked = element("p", join(code("aws sts get-caller-identity"), " answers:"))
    return page(join(asked, _error(answer) if isinstance(answer, IamlabError) else facts(answer)), label="Who am I")


def facts(given: Mapping[str, str]) -> Markup:
    """Names and values, one pair a line."""
    pairs = (join(element("dt", name), element("dd", breakable(value))) for name, value in given.items())
    return element("dl", join(*pairs), cls="iamlab-facts")


def _error(error: IamlabError) -> Markup:
    return element("pre", shortened(str(error)))


def shortened(text: str) -> str:
    """A message that may hold what somebody typed: as much of it as can be read."""
    return errors.shortened(text, LONGEST)


def refusal_html(error: IamlabError, remedy: str) -> Markup:
    """A call that AWS refuses: its code and message, what to do, and the explanation where policies decided."""
    if error.code == "InvalidInput":  # iamlab's own word, before anything was sent
        return page(
            element("p", f"✖ {shortened(error.message)} Nothing has changed.", cls="iamlab-rule"), label="Refused"
        )
    parts = [element("p", "✖ Refused. AWS says:"), _error(error)]
    if isinstance(error, AccessDeniedError):
        parts.append(element("p", explain.verdict(error.evaluation)))
    parts.append(element("p", join(remedy, " Nothing else has changed.") if remedy else "Nothing else has changed."))
    if isinstance(error, AccessDeniedError):
        why = element("summary", "Why, statement by statement")
        parts.append(element("details", join(why, explain.body(error.evaluation))))
    return page(join(*parts), label="Refused")


def sessions_html(state: State, records: Sequence[SessionRecord], acting: str = "") -> Markup:
    """A row for each session, the latest first; ``acting`` is the ID of the one that somebody acts with."""
    label = "Sessions"
    if not records:
        return page(element("p", "There is no session yet. Assume a role above."), label=label)
    head = ("Session", "Made by", "Issued", "Expires", "Now")
    rows = [_session_row(state, one, acting) for one in reversed(records[-MOST_SESSIONS:])]
    left = len(records) - MOST_SESSIONS
    more = element("p", f"and {left} older.") if left > 0 else ""
    return page(join(_table(label, head, rows), more), label=label)


def _session_row(state: State, record: SessionRecord, acting: str) -> list[Markup]:
    mine = " (you act with it)" if record.id == acting else ""
    cells = (
        maker_words(state, record),
        moment_words(record.issued, state.now),
        moment_words(record.expires, state.now),
        stands(state, record),
    )
    name = element("th", f"{session_words(state, record)}{mine}", scope="row")
    return [name, *(element("td", one) for one in cells)]


def _table(label: str, head: Sequence[str], rows: Sequence[Sequence[Markup]], cls: str = "") -> Markup:
    titles = element("tr", join(*(element("th", one, scope="col") for one in head)))
    body = join(*(element("tr", join(*row)) for row in rows))
    table = element("table", join(element("thead", titles), element("tbody", body)))
    # A region that scrolls must be reached by keyboard.
    return element(
        "div", table, cls=f"iamlab-scrolled {cls}".strip(), tabindex="0", role="group", aria_label=f"{label}: table"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One request, asked as the user, in the role, and as the user again."""

    words: str
    user: Asked
    role: Asked


def swap_html(user: str, role: str, compared: Sequence[Compared], *, ended: bool = False) -> Markup:
    """Permissions side by side: before, in the role, after; and in a sentence what the role swapped.

    ``user`` and ``role`` say in words whose they are; ``role`` is empty as long as there is no session, and ``ended``
    says that AWS does not take the session's credentials any more.
    """
    label = "Permissions side by side"
    head = ("Request", f"Before: {user}", f"In the role: {role or 'no session yet'}", f"After: {user} again")
    rows = [
        [
            element("th", breakable(one.words), scope="row"),
            element("td", _outcome(one.user)),
            element("td", _outcome(one.role)),
            element("td", _outcome(one.user) if role else _outcome(None)),
        ]
        for one in compared
    ]
    return page(
        join(_table(label, head, rows, "iamlab-outcomes"), element("p", _ENDED if ended else swapped(compared))),
        label=label,
    )


_ENDED: Final = (
    "The session has ended: AWS refuses its credentials before it reads any policy. Drop it to act as the user again."
)


def _outcome(asked: Asked) -> str:
    if isinstance(asked, Evaluation):
        return explain.summary(asked.decision)
    return f"⊘ {asked.code}" if isinstance(asked, IamlabError) else "– not yet"


def swapped(compared: Sequence[Compared]) -> str:
    """What the role gives and what it takes, in a sentence."""
    if not any(one.role for one in compared):
        return "Assume a role, and its column is filled in."
    gained = sum(_allowed(one.role) and not _allowed(one.user) for one in compared)
    lost = sum(_allowed(one.user) and not _allowed(one.role) for one in compared)
    return (
        f"In the role, {_requests(gained)} allowed that the user is denied, and {_requests(lost)} denied that the user "
        "is allowed: permissions are swapped, not added."
    )


def _allowed(asked: Asked) -> bool:
    return isinstance(asked, Evaluation) and asked.allowed


def _requests(number: int) -> str:
    return "1 request is" if number == 1 else f"{number or 'no'} requests are"


def calls_html(calls: Sequence[TrailEntry]) -> Markup:
    """The last calls, the latest first: when, who, what and how it ended, as CLI command and as boto3 line."""
    label = "The last calls"
    if not calls:
        return page(element("p", "No call yet. What you do above is noted here, also what is refused."), label=label)
    items = element("ol", join(*(element("li", _call(one)) for one in reversed(calls))))
    scrolled = element("div", items, cls="iamlab-calls", tabindex="0", role="group", aria_label=label)
    return page(scrolled, label=label)


def _call(entry: TrailEntry) -> Markup:
    sign = "✖" if entry.error else "✔"
    said = join(
        f"{entry.time:%H:%M:%S} {entry.caller.rpartition(':')[2]}: ",
        element("strong", f"{entry.service}:{entry.operation}"),
        f" {sign} {entry.outcome}",
    )
    return join(said, element("pre", entry.cli()), element("pre", entry.boto3()))
