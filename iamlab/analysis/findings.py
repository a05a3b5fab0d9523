"""Findings: what is dubious in a policy that AWS would store, why it matters, and how to mend it (VAL)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from iamlab.analysis import condition_checks, document_checks, principal_checks, service_checks, statement_checks
from iamlab.analysis.finding import Advice, Examined, Finding, Level
from iamlab.core.errors import PolicyError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import documents
from iamlab.world.entities import RoleRecord
from iamlab.world.services import SERVICES
from iamlab.world.state import State

MALFORMED: Final = "MALFORMED_POLICY"
ADVICE: Final = {
    **document_checks.ADVICE,
    **statement_checks.ADVICE,
    **principal_checks.ADVICE,
    **service_checks.ADVICE,
    **condition_checks.ADVICE,
}
"""Every kind of finding by its code."""


def findings(
    source: PolicySource,
    kind: PolicyKind = PolicyKind.IDENTITY,
    *,
    account: str = "",
    own: frozenset[str] = frozenset(),
    service: str = "",
    name: str = "",
) -> tuple[Finding, ...]:
    """All that is dubious in one policy, in the order of the document.

    A document that AWS would not store is one finding, with the level error. ``account`` is where the policy is kept,
    ``own`` which accounts belong together with it: without them, no account is a stranger. ``service`` is that of the
    resource that has the policy; without it, it is guessed from what the policy is about.
    """
    try:
        policy = Policy.parse(source, kind)
    except PolicyError as error:
        advice = Advice(id="POL-24", level=Level.ERROR, why=error.message, remedy=error.remedy)
        return (_finding(MALFORMED, error.place, error.problem, advice, name),)
    found = [*document_checks.check(policy)]
    written = policy.document["Statement"]
    for statement, one in zip(policy.statements, written if isinstance(written, list) else [written], strict=True):
        examined = Examined(policy=policy, statement=statement, written=one, account=account, own=own, service=service)
        foreign = [*service_checks.check(examined)]
        places = [place for code, place, _ in foreign if code == service_checks.FOREIGN_ACTION]
        about = (one for one in statement_checks.check(examined) if one[1] not in places)  # said already, and why
        found += [*about, *foreign, *condition_checks.check(examined)]
    return tuple(_finding(code, place, problem, ADVICE[code], name) for code, place, problem in found)


def world_findings(state: State) -> tuple[Finding, ...]:
    """All that is dubious in the customers' policies of a world; those of one organization belong together."""
    found: list[Finding] = []
    for name, policy, account, service in _policies(state):
        organization = state.organization_of(account)
        own = frozenset(organization.parents if organization else ())
        found += findings(policy, policy.kind, account=account, own=own, service=service, name=name)
    return tuple(found)


def _policies(state: State) -> Iterator[tuple[str, Policy, str, str]]:
    """Every policy with a name that says where it is, the account that it is kept in, and whose resource has it."""
    for one in state.entities.values():
        for inline in one.inline:
            yield f"{inline.name} of {one.kind} {one.name}", inline.policy, one.account, ""
        if isinstance(one, RoleRecord):
            yield f"trust policy of role {one.name}", documents.current(state, one.trust), one.account, ""
    for managed in state.policies.values():
        yield f"policy {managed.name}", managed.policy, managed.account, ""
    for resource in state.resources.values():
        if resource.policy:
            name = f"policy of {resource.kind} {resource.name}"
            service = SERVICES[resource.kind].prefix
            yield name, documents.current(state, resource.policy), resource.account, service
    for organization in state.organizations.values():
        for control in organization.policies.values():
            yield f"{control.kind.value} {control.name}", control.policy, organization.management_account, ""


def _finding(code: str, place: str, problem: str, advice: Advice, name: str) -> Finding:
    return Finding(
        code=code,
        place=place,
        problem=problem,
        id=advice.id,
        level=advice.level,
        why=advice.why,
        remedy=advice.remedy,
        policy=name,
    )
