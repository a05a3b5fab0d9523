"""Who is asked about: callers by the names that people know them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy
from iamlab.core.request import ANONYMOUS, Principal, PrincipalType
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.entities import EntityRecord, GroupRecord
from iamlab.world.state import State


@dataclass(frozen=True, slots=True)
class Subject:
    """A caller, its kind and name, and its account; services, anonymous callers and anybody have none.

    Of accounts that are not in the lab there are subjects too: their users and roles by name, ``account 444444444444``
    for whoever in it, and ``caller of any account``.
    """

    caller: Caller
    kind: str
    name: str
    account: str = ""

    def __hash__(self) -> int:
        return hash(self.caller.id)

    @property
    def words(self) -> str:
        """``user alice``; of who has no kind beside its name, the name alone."""
        words = self.name if self.kind in self.name.split() or not self.kind else f"{self.kind} {self.name}"
        named = self.outside and self.account and self.kind != "account"
        return f"{words} of account {self.account}" if named else words

    @property
    def outside(self) -> bool:
        """Whether it is an identity of an account that is not in the lab."""
        return self.caller.signer is Signer.OUTSIDE

    @property
    def proviso(self) -> str:
        """``if account 444444444444 allows it``: what of a caller from outside nobody here can know; else nothing."""
        if not self.outside:
            return ""
        return f"if account {self.account} allows it" if self.account else "if its account allows it"


def subject(state: State, caller: Caller) -> Subject:
    """The caller with its names.

    Raises IamlabError for credentials that do not count (STS-26).
    """
    record = state.entities.get(caller.id)
    if record is not None:
        return _entity(record)
    if caller.signer is Signer.ROOT:
        return Subject(caller, "root", f"root user of {caller.id}", caller.id)
    if caller.signer is Signer.SERVICE:
        return _service(caller)
    if caller.signer is Signer.OUTSIDE:
        return _outside(caller)
    if caller.signer is Signer.NOBODY:
        return Subject(caller, "caller", "anonymous caller")
    principal = identify(state, caller).principal
    kind = "session" if caller.signer is Signer.SESSION else "access key"
    return Subject(caller, kind, principal.arn.split("/", 1)[-1], principal.account)


def _service(caller: Caller) -> Subject:
    """A service, or an identity provider."""
    principal = Principal(caller.id)
    if principal.type is not PrincipalType.PROVIDER:
        return Subject(caller, "service", caller.id)
    return Subject(caller, "identity provider", caller.id.partition("-provider/")[2] or caller.id, principal.account)


def _outside(caller: Caller) -> Subject:
    if caller.id == "*":
        return Subject(caller, "caller", "caller of any account")
    arn = Arn.parse(caller.id)
    if arn.kind == "root":
        return Subject(caller, "account", arn.account, arn.account)
    kind = {"assumed-role": "session", "federated-user": "federated user"}.get(arn.kind, arn.kind)
    return Subject(caller, kind, arn.resource.partition("/")[2] if kind == "session" else arn.name, arn.account)


def _entity(record: EntityRecord) -> Subject:
    signer = Signer.ROLE if record.kind == "role" else Signer.USER
    return Subject(Caller(signer, record.id), record.kind, record.name, record.account)


def everybody(state: State) -> tuple[Subject, ...]:
    """Users, roles for whoever assumes them, sessions that still count, root users, services that a resource policy
    names, and anonymous callers.
    """
    return tuple(_everybody(state))


def _everybody(state: State) -> Iterator[Subject]:
    for account in state.accounts:
        for record in state.entities.values():
            if record.account == account and not isinstance(record, GroupRecord):
                yield _entity(record)
        yield subject(state, Caller(Signer.ROOT, account))
    for session in state.sessions.values():
        if state.now < session.expires:
            try:
                yield subject(state, Caller(Signer.SESSION, session.id))
            except IamlabError:
                continue  # its role or user is gone, and it counts no more (STS-26)
    yield from services_in(state, (one.policy.policy for one in state.resources.values() if one.policy))
    yield subject(state, Caller(Signer.NOBODY, ANONYMOUS))


def services_in(state: State, policies: Iterable[Policy]) -> tuple[Subject, ...]:
    """The services that the policies name."""
    principals = (pair for policy in policies for one in policy.statements for pair in one.principals)
    named = sorted({name for kind, name in principals if kind == "Service"})
    return tuple(subject(state, Caller(Signer.SERVICE, name)) for name in named)
