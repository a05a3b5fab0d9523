"""The lab: one object for the learner, over the whole simulated cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iamlab import catalog
from iamlab.core import wildcard
from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Request
from iamlab.views.graph import Graph, question_graph, world_graph
from iamlab.views.tables import permissions_table
from iamlab.world import names
from iamlab.world.account import Account
from iamlab.world.entities import AccountRecord, RoleRecord
from iamlab.world.identities import Group, Role, Root, User
from iamlab.world.resources import Bucket
from iamlab.world.state import State, World
from iamlab.world.trail import Step

if TYPE_CHECKING:
    import pandas as pd

Caller = User | Role | Root
EXAMPLE_KEY = "1.jpg"
TRUST_POLICY = "trust policy"

Resource = Bucket | User | Role | Group | str


class Lab:
    """A world of its own: accounts, the entities in them, and the question who may do what.

    >>> lab = Lab()
    >>> dev = lab.create_account("Development", "111111111111")
    >>> alice = dev.create_user("alice")
    >>> lab.evaluate(alice, "s3:ListAllMyBuckets")
    <implicit deny: alice s3:ListAllMyBuckets on *; no statement applies (ENT-08)>
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.world = World(seed)

    def create_account(self, name: str, account_id: str) -> Account:
        """Create an account; its root user comes with it.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        names.ACCOUNT_NAME.check(name)
        names.check_account_id(account_id)
        accounts = self.world.state.accounts
        if account_id in accounts:
            raise IamlabError(f"The account {account_id} exists already.", code="EntityAlreadyExists")
        self.world.commit(None, accounts={**accounts, account_id: AccountRecord(id=account_id, name=name)})
        return Account(self.world, account_id)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts, in order of creation."""
        return tuple(Account(self.world, id_) for id_ in self.world.state.accounts)

    @property
    def trail(self) -> tuple[Step, ...]:
        """Every change so far, oldest first; each prints as the AWS CLI command and the boto3 call."""
        return self.world.state.trail

    @property
    def callers(self) -> tuple[Caller, ...]:
        """Everybody who can make a request: users, roles for whoever assumes them, and root users."""
        return tuple(one for account in self.accounts for one in (*account.principals, account.root))

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs that a request may be about: what there is, and one example object in each bucket."""
        buckets = [bucket for account in self.accounts for bucket in account.buckets]
        identities = [one.arn for account in self.accounts for one in (*account.principals, *account.groups)]
        return (*(one.arn for one in buckets), *(one / EXAMPLE_KEY for one in buckets), *identities)

    def snapshot(self) -> State:
        """The world as it is now; ``restore`` brings it back."""
        return self.world.state

    def restore(self, state: State) -> None:
        """Bring a snapshot back."""
        self.world.restore(state)

    def evaluate(
        self,
        principal: Caller,
        action: str,
        resource: Resource | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Evaluation:
        """Ask whether the principal may do this; nothing changes by asking.

        A user calls with its long-term keys; a role stands for any session of it. ``resource`` is a thing of this
        world or one ARN without wildcards; it is left out for actions that take none. ``context`` holds condition
        keys of the request (``{"aws:SourceIp": "203.0.113.7"}``), beside those that the world knows, or instead.
        Raises IamlabError: ``InvalidInput`` (no principal, no context), ``InvalidAction``, ``InvalidResource``,
        ``NoSuchEntity``, ``AccessDenied`` for what AWS refuses before it reads any policy.
        """
        caller = _check_caller(principal)
        self._check_here(caller)
        found = catalog.find(_check_text(action))
        arn = _check_resource(found, resource)
        request = Request(
            principal=caller.principal,
            action=found.name,
            resource=arn,
            resource_account=self._owner(found.name, arn) or caller.account_id,
            context=self._context(caller, found, arn, context),
        )
        return evaluate(request, PolicySet(identity=caller.policies, resource=self._resource_policy(arn)))

    def _context(
        self, caller: Caller, action: catalog.Action, resource: str, given: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What the world knows of a request, and over it what the learner says (COND-20)."""
        if not isinstance(given, Mapping | None):
            raise IamlabError(
                f'The context is a dict such as {{"aws:SourceIp": "203.0.113.7"}}, not {given!r}.', code="InvalidInput"
            )
        said = catalog.check_context(given or {})
        known: dict[str, Any] = {"aws:PrincipalArn": caller.arn}  # for a session that of its role, path included
        known |= {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
        names_ = {key.lower() for key in said}
        return {**{key: value for key, value in known.items() if key.lower() not in names_}, **said}

    def _resource_policy(self, resource: str) -> tuple[NamedPolicy, ...] | None:
        """The policy on the resource: a role's trust policy, for buckets none yet."""
        role = next((one for one in self.world.state.entities.values() if one.arn == resource), None)
        if not isinstance(role, RoleRecord):
            return None
        return (NamedPolicy(name=TRUST_POLICY, policy=role.trust),)

    def _check_here(self, caller: Caller) -> None:
        if not caller.exists_in(self.world):
            raise IamlabError(f"{caller!r} is not of this lab, or has been deleted.", code="NoSuchEntity")

    def _owner(self, action: str, arn: str) -> str:
        """The account that a resource belongs to; empty when neither its ARN nor the world says."""
        if arn == "*":
            return ""
        parsed = Arn.parse(arn)
        if parsed.account == "aws":
            return ""  # the policies that AWS made are in no account, and every account asks for itself
        if parsed.service != "s3" or parsed.account:
            return parsed.account
        bucket = self.world.state.buckets.get(parsed.kind)
        if bucket is None and action != "s3:CreateBucket":
            raise IamlabError(
                f"There is no bucket {parsed.kind} in this lab. Make it with account.create_bucket({parsed.kind!r}).",
                code="NoSuchBucket",
            )
        return bucket.account if bucket else ""

    def graph(self, question: Evaluation | None = None) -> Graph:
        """The whole world as a graph; or, of one evaluation, the path from who asked to what was asked for."""
        return world_graph(self.world.state) if question is None else question_graph(question)

    def table(self) -> pd.DataFrame:
        """The statements that reach each user and role, one row each, as a pandas table."""
        return permissions_table(self.accounts)

    def __repr__(self) -> str:
        accounts = ", ".join(f"{one.name} {one.id}" for one in self.accounts) or "no account yet"
        return f"<Lab: {accounts}>"


def _check_caller(principal: object) -> Caller:
    if isinstance(principal, User | Role | Root):
        return principal
    if isinstance(principal, Group):
        raise IamlabError(
            f"The group {principal.name} makes no requests: a group is no principal, it only passes its policies on. "
            "Ask for one of its members.",
            code="InvalidInput",
        )
    raise IamlabError(
        f"{principal!r} makes no requests. Ask for a user, a role or the root user: lab.evaluate(alice, ...).",
        code="InvalidInput",
    )


def _check_text(action: object) -> str:
    if not isinstance(action, str):
        raise IamlabError(f"An action is a text such as 's3:ListAllMyBuckets', not {action!r}.", code=catalog.UNKNOWN)
    if wildcard.has_wildcard(action):
        raise IamlabError(
            f"A request names one action; {action!r} is a pattern. Patterns stand in policies.",
            code=catalog.UNKNOWN,
        )
    return action


def _check_resource(action: catalog.Action, resource: Resource | None) -> str:
    if resource is None:
        if action.wildcard_only:
            return "*"
        raise _resource_error(f"{action.name} is asked about a resource.", action)
    text = resource if isinstance(resource, str) else getattr(resource, "arn", None)
    if action.asks_several:
        raise IamlabError(
            f"AWS judges {action.name} on several resources at once; this version of iamlab asks about one.",
            code="NotModelled",
        )
    if action.wildcard_only:
        if text == "*":
            return text
        raise IamlabError(f"{action.name} takes no resource: leave {text or resource!r} out.", code="InvalidResource")
    if not isinstance(text, str):
        raise _resource_error(f"{resource!r} is no resource.", action)
    if wildcard.has_wildcard(text):
        raise _resource_error(f"A request names one resource; {text!r} is a pattern.", action)
    if not action.takes(text):
        raise _resource_error(f"{action.name} is never asked about {text!r}.", action)
    return text


def _resource_error(problem: str, action: catalog.Action) -> IamlabError:
    forms = " or ".join(action.resource_forms[:3])
    return IamlabError(f"{problem} Give one of the form {forms}.", code="InvalidResource")
