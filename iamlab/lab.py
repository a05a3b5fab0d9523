"""The lab: one object for the learner, over the whole simulated cloud."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamlab import catalog
from iamlab.analysis.access import AccessMatrix
from iamlab.analysis.answers import Answers, answers, at, title_of
from iamlab.analysis.difference import Difference
from iamlab.analysis.fields import check_pattern
from iamlab.analysis.finding import Finding
from iamlab.analysis.findings import findings, world_findings
from iamlab.analysis.known_callers import KnownCallers
from iamlab.analysis.reach import Paths, Reach, outsider, starts
from iamlab.analysis.subjects import Subject, subject
from iamlab.analysis.things import everything
from iamlab.core import wildcard
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import PolicyKind, PolicySource
from iamlab.core.request import ANONYMOUS
from iamlab.views.access_graph import answers_graph, before_and_after, difference_graph, paths_graph
from iamlab.views.graph import Graph
from iamlab.views.question_graph import question_graph
from iamlab.views.tables import permissions_table, trail_table
from iamlab.views.world_graph import world_graph
from iamlab.world import names, organizations, store
from iamlab.world.access_keys import AccessKey
from iamlab.world.account import Account
from iamlab.world.authorization import judge
from iamlab.world.callers import Caller, Signer
from iamlab.world.calls import Check
from iamlab.world.clock import Clock
from iamlab.world.entities import AccountRecord
from iamlab.world.identities import Group, Role, Root, User
from iamlab.world.organizations import Organization
from iamlab.world.providers import IdentityToken, Provider, token
from iamlab.world.quotas import Quotas
from iamlab.world.requests import by_credentials, service_call
from iamlab.world.sessions import Session
from iamlab.world.state import START, State
from iamlab.world.sts import Sts
from iamlab.world.things import Resource
from iamlab.world.trail import TrailEntry
from iamlab.world.world import World

if TYPE_CHECKING:
    import pandas as pd

CallerLike = User | Role | Root | Session | AccessKey | str
ResourceLike = Resource | User | Role | Group | str


class Lab:
    """A world of its own: accounts, the entities in them, and the question who may do what.

    >>> lab = Lab()
    >>> dev = lab.create_account("Development", "111111111111")
    >>> alice = dev.create_user("alice")
    >>> lab.evaluate(alice, "s3:ListAllMyBuckets")
    <implicit deny: alice s3:ListAllMyBuckets on *; no statement applies (ENT-08)>
    """

    def __init__(self, *, seed: int = 0, start: datetime = START, quotas: Quotas | None = None) -> None:
        self._take(World(seed, start=start, quotas=quotas))

    def _take(self, world: World) -> None:
        """Become the lab over that world."""
        self.world = world
        self.clock = Clock(world)
        self.sts = Sts(world)
        self._known_callers: KnownCallers | None = None  # of the last question's state, for the next question

    @classmethod
    def _over(cls, world: World) -> Lab:
        """A lab over a world that is there already."""
        lab = cls.__new__(cls)
        lab._take(world)
        return lab

    @classmethod
    def load(cls, path: str | Path) -> Lab:
        """The lab that ``save`` wrote to a file.

        Raises IamlabError (``NoSuchFile``, ``DamagedFile``).
        """
        return cls._over(store.load(path))

    def save(self, path: str | Path) -> None:
        """Write the whole world to one JSON file, wholly or not at all: clock, trail and make-believe secrets too.

        Raises IamlabError (``CannotSave``).
        """
        store.save(self.world, path)

    def create_account(self, name: str, account_id: str) -> Account:
        """Create an account; its root user comes with it.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        names.ACCOUNT_NAME.check(name)
        names.check_account_id(account_id)
        accounts = self.world.state.accounts
        if account_id in accounts:
            raise IamlabError(f"The account {account_id} exists already.", code="EntityAlreadyExists")
        self.world.commit(accounts={**accounts, account_id: AccountRecord(id=account_id, name=name)})
        return Account(self.world, account_id)

    def create_organization(self, management_account: Account) -> Organization:
        """Create an organization, with that account as its management account.

        Raises IamlabError (``AlreadyInOrganizationException``, ``InvalidInput``).
        """
        return organizations.create(self.world, management_account)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts, in order of creation."""
        return tuple(Account(self.world, id_) for id_ in self.world.state.accounts)

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """The organizations, in order of creation."""
        return tuple(Organization(self.world, id_) for id_ in self.world.state.organizations)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions that have not expired, in order of issue."""
        now = self.world.state.now
        return tuple(Session(self.world, one.id) for one in self.world.state.sessions.values() if now < one.expires)

    @property
    def trail(self) -> tuple[TrailEntry, ...]:
        """Every call so far, oldest first; each prints as the AWS CLI command and the boto3 call."""
        return self.world.state.trail

    def trail_table(self) -> pd.DataFrame:
        """The trail as a pandas table: one row for each call."""
        return trail_table(self.trail)

    @property
    def callers(self) -> tuple[User | Role | Root, ...]:
        """The users, the roles for whoever assumes them, and the root users of all accounts.

        Sessions, services and anonymous callers make requests too, and are not among these.
        """
        return tuple(one for account in self.accounts for one in (*account.principals, account.root))

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs that a request may be about: all that there is, and one example object in each bucket."""
        return tuple(one for one in everything(self.world.state) if one != "*")

    def copy(self) -> Lab:
        """A lab of its own with the same world in it: what is done there is not done here."""
        return Lab._over(self.world.copy())

    def snapshot(self) -> State:
        """The world as it is now, for ``restore``; two snapshots that differ in the trail alone are equal."""
        return self.world.state

    def restore(self, state: State) -> None:
        """Bring a snapshot back, clock and trail included."""
        if not isinstance(state, State):
            raise IamlabError(f"{state!r} is no snapshot: before = lab.snapshot().", code="InvalidInput")
        self.world.restore(state)

    # Acting as somebody

    @contextmanager
    def signed_in(self, caller: CallerLike) -> Iterator[CallerLike]:
        """Within ``with lab.signed_in(alice):`` every operation is alice's: authorized first, then done, then noted.

        Outside of it the world's builder acts, unchecked. A role must be assumed first. Raises IamlabError
        (``InvalidInput``, ``NoSuchEntity``, and the codes of STS-26 for credentials that do not count).
        """
        who = _check_caller(caller)
        if who.signer in (Signer.ROLE, Signer.SERVICE, Signer.NOBODY):
            raise IamlabError(
                f"Nobody signs in as {caller!r}. Of a role there is a session: lab.sts.assume_role(alice, role, "
                "session_name); what a service does is lab.evaluate's to say.",
                code="InvalidInput",
            )
        self._check_here(caller)
        with self.world.signed_in(who):
            yield caller

    def call(
        self,
        action: str,
        resource: ResourceLike | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> TrailEntry:
        """A request to a service as whoever is signed in: authorized, and written to the trail.

        What the service would answer is not simulated. ``parameters`` stand under AWS's names (``Prefix="home/"``), and
        become condition keys where AWS makes them so; ``context`` adds further keys. Operations that change the world
        are called on it (``account.create_user``). Raises AccessDeniedError, and IamlabError as ``evaluate`` does.
        """
        found = catalog.find(_check_action(action))
        arn = _check_resource(found, resource)
        made = service_call(self.world.state, found.name, arn, _check_context(context), parameters)
        return self.world.perform(made, lambda state: state)

    def credentials(self, access_key_id: str, secret_access_key: str, session_token: str | None = None) -> CallerLike:
        """Whoever these credentials belong to, to be signed in with.

        Raises IamlabError (``InvalidClientTokenId``, ``SignatureDoesNotMatch``, ``MissingAuthenticationToken``).
        """
        return by_credentials(self.world, access_key_id, secret_access_key, session_token)

    def console_sign_in(self, user: User | Root, *, mfa: bool | str = False) -> Session:
        """Sign in to the console with a password, and with MFA if a device is enabled (COND-24).

        Raises IamlabError (``AccessDenied``, ``InvalidInput``).
        """
        return self.sts.console_sign_in(user, mfa=mfa)

    def identity_token(
        self,
        provider: Provider,
        subject: str,
        *,
        audience: str,
        claims: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        valid: timedelta = timedelta(hours=1),
    ) -> IdentityToken:
        """What an identity provider says of somebody: an OIDC token or a SAML assertion, for ``lab.sts``."""
        return token(provider, self.clock.now, subject, audience=audience, claims=claims, tags=tags, valid=valid)

    # Asking

    def evaluate(
        self,
        principal: CallerLike,
        action: str,
        resource: ResourceLike | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Evaluation:
        """Ask whether the principal may do this; nothing changes by asking.

        A user calls with its long-term keys; a role stands for any session of it; a service is given by its name
        (``"ec2.amazonaws.com"``), an unsigned request by ``"anonymous"``. ``resource`` is a thing of this world or one
        ARN without wildcards; it is left out for actions that take none. ``context`` holds condition keys of the
        request (``{"aws:SourceIp": "203.0.113.7"}``), beside those that the world knows, or instead.
        Raises IamlabError: ``InvalidInput`` (no principal, no context), ``InvalidAction``, ``InvalidResource``,
        ``NoSuchEntity``, ``AccessDenied`` for what AWS refuses before it reads any policy, and the codes of STS-26
        (``ExpiredToken`` ...) for credentials that do not count.
        """
        who = _check_caller(principal)
        self._check_here(principal)
        found = catalog.find(_check_action(action))
        arn = _check_resource(found, resource)
        return judge(self.world.state, who, Check(action=found.name, resource=arn, context=_check_context(context)))

    def access_matrix(
        self,
        principals: Iterable[CallerLike] | None = None,
        actions: str | Iterable[str] = "*",
        resources: ResourceLike | Iterable[ResourceLike] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> AccessMatrix:
        """Who can do what, for many at once; each cell is what ``evaluate`` says, or that it depends, and on what.

        Without ``principals`` everybody is asked about, without ``resources`` everything there is (and ``"*"`` for
        actions that take none). ``actions`` are names, patterns (``s3:Get*``), access levels (``Write``) or both
        (``s3:*/Write``). A resource may be a pattern, as in ``who_can``: its cell is *allowed* where all of it is,
        *depends* where some is, and says on what. Raises IamlabError as ``evaluate`` does, and for a pattern that
        matches nothing.
        """
        state = self.world.state
        given = _check_context(context)
        known = self._known()
        asked = known.everybody if principals is None else tuple(map(self._subject, _list("principals", principals)))
        named = _expanded(actions)
        arns = everything(state) if resources is None else tuple(map(self._checked_arn, _several(resources)))
        return AccessMatrix(state, asked, named, arns, given, known)

    def who_can(
        self,
        action: str | Iterable[str],
        resource: ResourceLike | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Answers:
        """Everybody who may do this: through which statements, and under which condition.

        ``action`` as in ``access_matrix``; ``resource`` is left out for actions that take none. It may be a pattern
        (``bucket / "*"``), with ``*`` and ``?`` after the fifth colon: whatever can have such an ARN is asked about, be
        it in the lab or not, but of S3 only what is in buckets of the lab. Then each answer says whether it is about
        all of it or what of it, in the patterns of the policies that make the difference; who may do it on none is in
        no answer. Raises IamlabError as ``access_matrix`` does, when AWS asks about nothing of the kind
        (``InvalidResource``), and when the policies divide the pattern into too many parts.
        """
        about = "*" if resource is None else resource
        matrix = self.access_matrix(None, action, about, context)
        if not matrix.resources:
            raise _resource_error("No resource is named.", catalog.find(matrix.actions[0]))
        if matrix.asks_nothing:
            first, several = catalog.find(matrix.actions[0]), len(matrix.actions) > 1
            if not wildcard.has_wildcard(matrix.resources[0]) or first.wildcard_only or first.asks_several:
                _check_resource(first, resource)  # says what it is asked about
            asked = "No action" if several else "Nothing"
            raise _resource_error(f"{asked} of {action!r} is asked about {matrix.resources[0]!r}.", first)
        return answers(title_of((action,) if isinstance(action, str) else action, matrix.resources[0]), matrix)

    def what_can(
        self, principal: CallerLike, actions: str | Iterable[str] = "*", context: Mapping[str, Any] | None = None
    ) -> Answers:
        """Everything that one caller may do, to everything there is in this world."""
        matrix = self.access_matrix([principal], actions, None, context)
        return answers(f"What {matrix.subjects[0].words} may do", matrix)

    def paths(
        self, action: str, resource: ResourceLike | None = None, principal: CallerLike | Group | Provider | None = None
    ) -> Paths:
        """Every way to the action: directly, through roles, and through services that are passed a role.

        From one caller, from each member of a group, or from everybody; from outside of the lab too, where a policy
        names an account that is not in it (``"444444444444"``, or an ARN in it), an identity provider, or everybody
        (``"*"``). The shortest come first; conditions on the way are in words. Raises IamlabError as ``evaluate`` does.
        """
        state = self.world.state
        found = catalog.find(_check_action(action))
        arn = _check_resource(found, resource)
        if isinstance(principal, Group):
            start: tuple[Subject, ...] = tuple(self._subject(one) for one in principal.members)
            whose = f"From members of the group {principal.name}"
        else:
            who = principal.arn if isinstance(principal, Provider) else principal
            start = starts(state) if who is None else (outsider(state, who) or self._subject(who),)
            whose = "From anybody" if principal is None else f"From {start[0].words}"
        several, complete = Reach(state, self._known()).paths(start, found.name, arn)
        return Paths(f"{whose} to {found.name}" + ("" if arn == "*" else f" on {arn}"), several, complete)

    def difference(
        self, before: State, after: State | None = None, *, actions: str | Iterable[str] = "*"
    ) -> Difference:
        """Who gained and who lost what between two snapshots, or since one: ``before = lab.snapshot()``.

        ``actions`` as in ``access_matrix``. Raises IamlabError (``InvalidInput``, ``InvalidAction``).
        """
        now = self.world.state if after is None else after
        for one in (before, now):
            if not isinstance(one, State):
                raise IamlabError(f"{one!r} is no snapshot: before = lab.snapshot().", code="InvalidInput")
        return Difference(before, now, _expanded(actions))

    def _known(self) -> KnownCallers:
        """What was found out about callers for the question before, as long as nothing has changed."""
        if self._known_callers is None or self._known_callers.state is not self.world.state:
            self._known_callers = KnownCallers(self.world.state)
        return self._known_callers

    def _checked_arn(self, resource: object) -> str:
        """The ARN of something to be asked about, or ``*``."""
        text = resource if isinstance(resource, str) else getattr(resource, "arn", None)
        if text == "*":
            return "*"
        if not isinstance(text, str) or text.count(":") < 5 or not text.startswith("arn:"):
            near = difflib.get_close_matches(str(text), self.resources, n=1, cutoff=0.3)
            hint = f" Did you mean {near[0]}?" if near else " Write arn:aws:s3:::acme-photos, for example."
            raise IamlabError(f"{resource!r} is no ARN.{hint}", code="InvalidResource")
        if wildcard.has_wildcard(text):
            check_pattern(text)
        return text

    def _subject(self, principal: CallerLike) -> Subject:
        who = _check_caller(principal)
        self._check_here(principal)
        return subject(self.world.state, who)

    def findings(self, policy: PolicySource | None = None, *, kind: str = "identity policy") -> tuple[Finding, ...]:
        """What is dubious, why, and how to mend it: in one policy, or in every policy of this world.

        ``kind`` says where the one policy is used: ``identity policy``, ``managed policy``, ``resource policy``,
        ``role trust policy``, ``session policy``, ``service control policy``, ``resource control policy`` or
        ``VPC endpoint policy``. Raises IamlabError (``InvalidInput``) for another kind.
        """
        if policy is None:
            return world_findings(self.world.state)
        found = next((one for one in PolicyKind if one.value == kind), None)
        if found is None:
            kinds = ", ".join(one.value for one in PolicyKind)
            raise IamlabError(f"There is no kind of policy {kind!r}. There are {kinds}.", code="InvalidInput")
        return findings(policy, found)

    def _check_here(self, caller: CallerLike) -> None:
        if not isinstance(caller, str) and not caller.exists_in(self.world):
            raise IamlabError(f"{caller!r} is not of this lab, or has been deleted.", code="NoSuchEntity")

    def graph(
        self, question: Evaluation | Answers | Paths | Difference | None = None, *, before: State | None = None
    ) -> Graph:
        """The whole world as a graph; or any answer of this lab, ``evaluate`` and ``who_can`` alike.

        With ``before``, a snapshot, what ``who_can`` or ``what_can`` said then and says now: what is new, what is gone.
        Raises IamlabError (``InvalidInput``) for anything else.
        """
        if before is not None:
            if not (isinstance(before, State) and isinstance(question, Answers)):
                raise IamlabError(
                    "Before and after are drawn of lab.who_can(...): lab.graph(lab.who_can(...), before=snapshot), "
                    "where snapshot = lab.snapshot() was made before the change.",
                    code="InvalidInput",
                )
            return before_and_after(at(before, question), question)
        if question is None:
            return world_graph(self.world.state)
        if isinstance(question, Evaluation):
            return question_graph(question)
        if isinstance(question, Answers):
            return answers_graph(question)
        if isinstance(question, Paths):
            return paths_graph(question, self.world.state)
        if isinstance(question, Difference):
            return difference_graph(question)
        raise IamlabError(
            f"{question!r} is no answer of this lab: lab.graph(lab.evaluate(...)), lab.graph(lab.who_can(...)).",
            code="InvalidInput",
        )

    def table(self) -> pd.DataFrame:
        """The statements that reach each user and role, one row each, as a pandas table."""
        return permissions_table(self.accounts)

    def __repr__(self) -> str:
        accounts = ", ".join(f"{one.name} {one.id}" for one in self.accounts) or "no account yet"
        return f"<Lab: {accounts}>"


def _check_context(given: Mapping[str, Any] | None) -> dict[str, Any]:
    if not isinstance(given, Mapping | None):
        raise IamlabError(
            f'The context is a dict such as {{"aws:SourceIp": "203.0.113.7"}}, not {given!r}.', code="InvalidInput"
        )
    return catalog.check_context(given or {})


def _check_caller(principal: object) -> Caller:
    if isinstance(principal, User | Role | Root | Session | AccessKey):
        return principal.caller
    if principal == ANONYMOUS:
        return Caller(Signer.NOBODY, ANONYMOUS)
    if isinstance(principal, str) and principal.endswith(".amazonaws.com"):
        return Caller(Signer.SERVICE, principal)
    if isinstance(principal, Group):
        raise IamlabError(
            f"The group {principal.name} makes no requests: a group is no principal, it only passes its policies on. "
            "Ask for one of its members.",
            code="InvalidInput",
        )
    raise IamlabError(
        f"{principal!r} makes no requests. Ask for a user, a role, a session or the root user: "
        "lab.evaluate(alice, ...).",
        code="InvalidInput",
    )


def _check_action(action: object) -> str:
    if not isinstance(action, str):
        raise IamlabError(f"An action is a text such as 's3:ListAllMyBuckets', not {action!r}.", code=catalog.UNKNOWN)
    if wildcard.has_wildcard(action):
        raise IamlabError(
            f"A request names one action; {action!r} is a pattern. Patterns stand in policies.",
            code=catalog.UNKNOWN,
        )
    return action


def _expanded(actions: str | Iterable[str]) -> list[str]:
    patterns = (actions,) if isinstance(actions, str) else _list("actions", actions)
    if not patterns:
        raise IamlabError("No action is named. Write 's3:Get*', for example, or '*' for all.", code=catalog.UNKNOWN)
    return [name for pattern in patterns for name in catalog.expand(_check_pattern(pattern))]


def _list(what: str, several: object) -> tuple[Any, ...]:
    if isinstance(several, str) or not isinstance(several, Iterable):
        raise IamlabError(f"The {what} are a list, not {several!r}.", code="InvalidInput")
    return tuple(several)


def _check_pattern(action: object) -> str:
    if not isinstance(action, str):
        raise IamlabError(f"An action is a text such as 's3:Get*', not {action!r}.", code=catalog.UNKNOWN)
    return action


def _several(resources: ResourceLike | Iterable[ResourceLike]) -> tuple[object, ...]:
    if isinstance(resources, str) or not isinstance(resources, Iterable):
        return (resources,)
    return tuple(resources)


def _check_resource(action: catalog.Action, resource: ResourceLike | None) -> str:
    if resource is None:
        if action.wildcard_only:
            return "*"
        raise _resource_error(f"{action.name} is asked about a resource.", action)
    text = resource if isinstance(resource, str) else getattr(resource, "arn", None)
    if action.asks_several:
        raise IamlabError(
            f"AWS's list names several kinds of resource for {action.name}, and one call may be judged on all of them; "
            "this version of iamlab asks about one.",
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
