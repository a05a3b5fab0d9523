"""Whom a trust policy lets in, in words: each principal of each statement, and on which condition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from iamlab.analysis.wording import phrases, together
from iamlab.core import wildcard
from iamlab.core.arn import is_account_id
from iamlab.core.naming import PrincipalEntry
from iamlab.core.policy import Effect, Policy, Statement
from iamlab.world.state import State

ASSUMING: Final = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_ROOT: Final = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """One principal that one statement of a trust policy names; ``named`` is how it stands there."""

    effect: Effect
    position: int
    named: PrincipalEntry
    words: str
    condition: str

    @property
    def sentence(self) -> str:
        """``trusts user oscar, only with MFA``."""
        verb = "trusts" if self.effect is Effect.ALLOW else "refuses"
        return f"{verb} {self.words}{self.condition}"


def trusted(state: State, policy: Policy) -> tuple[Trusted, ...]:
    """Everybody whom a trust policy names, statement by statement."""
    return tuple(_trusted(state, policy))


def _trusted(state: State, policy: Policy) -> Iterator[Trusted]:
    for statement in policy.statements:
        for named in dict.fromkeys(statement.principals):
            yield Trusted(
                effect=statement.effect,
                position=statement.position,
                named=named,
                words=principal_words(state, named),
                condition=f"{_for(statement)}{_condition(statement)}",
            )


def principal_words(state: State, named: PrincipalEntry) -> str:
    """One principal of a policy in words: ``user oscar``, ``the whole account Development``, ``everybody``."""
    kind, name = named
    entity = state.entity_at(name)
    if entity is not None:
        return f"{entity.kind} {entity.name}{account_words(state, entity.account)}"
    if kind == "Service":
        return f"the service {name}"
    if kind == "Federated":
        return f"the identity provider {name}"
    if name == "*":
        return "everybody, in every account"
    root = _ROOT.fullmatch(name)
    account = root.group(1) if root else name if is_account_id(name) else ""
    if account:
        known = state.accounts.get(account)
        return f"the whole account {known.name}" if known else f"the whole account {account}, which is not in this lab"
    return f"somebody who has been deleted ({name})" if name.startswith(("AIDA", "AROA")) else name


def account_words(state: State, account: str) -> str:
    """`` (Production)`` where there are several accounts; with the number where two have that name."""
    if len(state.accounts) < 2:
        return ""
    name = state.accounts[account].name
    alike = sum(one.name == name for one in state.accounts.values())
    return f" ({name} {account})" if alike > 1 else f" ({name})"


def _for(statement: Statement) -> str:
    """What it is about where that is no way to assume the role: ``, for sts:TagSession``."""
    patterns = statement.actions
    if not patterns:
        return f", for everything except {', '.join(statement.not_actions)}"
    assumes = any(wildcard.matches(pattern.lower(), one) for pattern in patterns for one in ASSUMING)
    return "" if assumes else f", for {', '.join(patterns)}"


def _condition(statement: Statement) -> str:
    conditions = statement.conditions
    return f", only {together(phrases(conditions, (True,) * len(conditions)))}" if conditions else ""


def trust_sentence(found: Iterable[Trusted]) -> str:
    """Who may become the role, in one sentence; whoever is trusted as an account's needs a permission as well."""
    everyone = tuple(found)
    let_in = [one for one in everyone if one.effect is Effect.ALLOW]
    refused = [one for one in everyone if one.effect is not Effect.ALLOW]
    said = "It trusts " + ("; ".join(f"{one.words}{one.condition}" for one in let_in) or "nobody") + "."
    if refused:
        said += " It refuses " + "; ".join(f"{one.words}{one.condition}" for one in refused) + "."
    if any(one.words.startswith("the whole account") for one in let_in):
        said += " Who of an account may assume it is for that account's own policies to say."
    return said
