"""A role in two columns: who may become it, which its trust policy says, and what it may do then."""

from __future__ import annotations

from typing import Final

from iamlab.core.matching import NamedPolicy
from iamlab.views.html import Markup, element, join
from iamlab.views.policy_text import policy_html
from iamlab.views.trust import trust_sentence, trusted
from iamlab.world.identities import Role
from iamlab.world.state import State

COLUMNS: Final = "display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 0 1.5rem"
LONG: Final = "max-height: 22rem; overflow: auto"


def role_card(state: State, role: Role) -> Markup:
    """The two policies of a role side by side, each with one plain sentence; to be put into a page.

    Raises IamlabError (``NoSuchEntity``) when the role has been deleted.
    """
    trust = join(
        element("p", element("strong", "Who may become it: the trust policy")),
        element("p", trust_sentence(trusted(state, role.trust))),
        scrolling(policy_html(role.trust), f"trust policy of {role.name}"),
    )
    may = join(
        element("p", element("strong", "What it may do then: its permissions policies")),
        element("p", permissions_sentence(role)),
        *(_policy(one, role) for one in role.policies),
    )
    head = element("p", element("strong", f"Role {role.name}"))
    return join(head, element("div", join(element("div", trust), element("div", may)), style=COLUMNS))


def _policy(one: NamedPolicy, role: Role) -> Markup:
    how = "attached" if one.arn else "embedded"
    shown = scrolling(policy_html(one.policy), f"policy {one.name} of {role.name}")
    return join(element("p", f"{one.name} ({how}):"), shown)


def permissions_sentence(role: Role) -> str:
    """What a session of the role may do, as far as the role's own policies say."""
    names = ", ".join(one.name for one in role.policies)
    if not names:
        return "It has no permissions policy: by itself, whoever has assumed it may do nothing."
    verb = "say" if len(role.policies) > 1 else "says"
    limit = f", within the permissions boundary {role.boundary.rpartition('/')[2]}" if role.boundary else ""
    said = f"Whoever has assumed it may do what {names} {verb}{limit}."
    return f"{said} The caller's own permissions do not count meanwhile."


def scrolling(content: Markup, label: str) -> Markup:
    """A long text in a frame that scrolls, also by keyboard."""
    return element("div", content, style=LONG, tabindex="0", role="region", aria_label=label)
