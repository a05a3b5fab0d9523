"""Identity providers, as the learner holds them, and what one says of somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from iamlab.core.errors import IamlabError
from iamlab.world import names
from iamlab.world.handles import Handle
from iamlab.world.operations import call
from iamlab.world.state import State
from iamlab.world.world import World


class Provider(Handle):
    """An identity provider that an account trusts, by SAML or by OIDC."""

    def __init__(self, world: World, arn: str) -> None:
        super().__init__(world, arn)
        self.arn = arn

    @property
    def saml(self) -> bool:
        """Whether it speaks SAML; OIDC otherwise."""
        return ":saml-provider/" in self.arn

    @property
    def name(self) -> str:
        """The name of a SAML provider, host and path of an OIDC provider."""
        return self.arn.partition("-provider/")[2]

    @property
    def account_id(self) -> str:
        """The account that trusts it."""
        return self.arn.split(":")[4]

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.arn in world.state.providers

    def delete(self) -> None:
        """Delete it.

        Raises IamlabError (``NoSuchEntity``) when it is gone.
        """

        def deleted(state: State) -> State:
            if self.arn not in state.providers:
                raise IamlabError(f"The provider {self.arn} cannot be found.", code="NoSuchEntity")
            return replace(state, providers={arn: one for arn, one in state.providers.items() if arn != self.arn})

        name = "SAMLProvider" if self.saml else "OpenIDConnectProvider"
        given = {f"{name}Arn": self.arn}
        self._world.perform(call(f"iam:Delete{name}", self.arn, given), deleted)

    def __repr__(self) -> str:
        return f"<identity provider {self.name} of {self.account_id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityToken:
    """What an identity provider says of somebody: an OIDC token or a SAML assertion.

    ``claims`` are the condition keys that the trust policy sees (``HOST:sub``, ``saml:sub``).
    """

    provider: Provider
    subject: str
    audience: str
    expires: datetime
    claims: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def token(
    provider: Provider,
    now: datetime,
    subject: str,
    *,
    audience: str,
    claims: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    valid: timedelta = timedelta(hours=1),
) -> IdentityToken:
    """What a provider says of somebody, with the condition keys that a trust policy sees (COND-27).

    Raises IamlabError (``InvalidInput``).
    """
    if not isinstance(provider, Provider):
        raise IamlabError(
            f"{provider!r} is no identity provider. Make one with account.create_saml_provider(name) or "
            "account.create_oidc_provider(url, audiences).",
            code="InvalidInput",
        )
    texts = (subject, audience, *(claims.values() if isinstance(claims, Mapping) else ()))
    if not all(isinstance(one, str) and one for one in texts) or not isinstance(claims, Mapping | None):
        raise IamlabError("Subject, audience and claims are texts: claims={'ref': 'main'}.", code="InvalidInput")
    if not isinstance(valid, timedelta):
        raise IamlabError(f"A token is valid for a timedelta, not {valid!r}.", code="InvalidInput")
    prefix = "saml" if provider.saml else provider.name
    said = {f"{prefix}:sub": subject, f"{prefix}:aud": audience}
    said |= {f"{prefix}:{name}": value for name, value in (claims or {}).items()}
    return IdentityToken(
        provider=provider,
        subject=subject,
        audience=audience,
        expires=now + valid,
        claims=said,
        tags=names.check_tags(tags, ignoring_case=True),
    )
