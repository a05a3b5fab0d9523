"""Which condition keys a question leaves open: those that only the single request of a caller decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from iamlab import catalog
from iamlab.analysis.strangers import Unknown
from iamlab.world.callers import Signer


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which keys are open: who signs, whether its sessions may pass tags, what is known of the resource,
    which keys the question gives (in lower case), and what nobody here knows of a caller from outside.
    """

    signer: Signer
    passes_tags: bool
    known_resource: bool
    has_resource: bool
    given: frozenset[str]
    unknown: Unknown | None = None

    def leaves_open(self, key: str) -> bool:
        """Whether requests of this caller may carry the key (in lower case) with one value or another.

        The world's own answers are not open: a request goes straight to the service, over TLS, in the lab's Region.
        """
        if key in self.given:
            return False
        if self.unknown and self.unknown.leaves_open(key):
            return True
        if key in _NEVER:
            return False
        if key.partition("/")[0] == "aws:principaltag":
            return self.signer is Signer.ROLE and self.passes_tags
        if catalog.is_resource_tag(key):
            return self.has_resource and not self.known_resource
        if key in _OF_SESSIONS:
            return self.signer in _OF_SESSIONS[key]
        if key in SOURCES:
            return self.signer is Signer.SERVICE
        return True

    def settles(self, key: str) -> bool:
        """Whether the key (in lower case) has one value in all requests of this caller, whatever they are about."""
        if key in self.given:
            return True
        return not (key in _BROUGHT or catalog.is_resource_tag(key) or self.leaves_open(key))


def carried(signer: Signer) -> frozenset[str]:
    """The open keys that every request signed in that way carries, whatever their values (COND-24)."""
    return _CARRIED if signer is Signer.ROLE else frozenset()


_CARRIED: Final = frozenset({"aws:tokenissuetime"})


_NEVER: Final = frozenset(
    [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:userid",
        "aws:username",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:securetransport",
        "aws:viaawsservice",
        "aws:requestedregion",
        "aws:assumedroot",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "iam:permissionsboundary",
    ]
)
_WITH_SESSIONS: Final = (Signer.USER, Signer.ROOT, Signer.ROLE)
_OF_SESSIONS: Final = {
    # Keys belong to who has them, and with them come temporary credentials: with MFA, or without (COND-24, COND-25).
    "aws:multifactorauthpresent": _WITH_SESSIONS,
    "aws:multifactorauthage": _WITH_SESSIONS,
    "aws:tokenissuetime": _WITH_SESSIONS,
    "aws:sourceidentity": (Signer.ROLE,),
    "aws:federatedprovider": (Signer.ROLE,),
    "ec2:sourceinstancearn": (Signer.ROLE,),
    "aws:ec2instancesourcevpc": (Signer.ROLE, Signer.SESSION),
    "aws:ec2instancesourceprivateipv4": (Signer.ROLE, Signer.SESSION),
}
SOURCES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
"""Keys that a service's own call brings: what it acts for (COND-20)."""
_BROUGHT: Final = frozenset(
    [
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "iam:permissionsboundary",
    ]
)
"""Keys that come with the resource, beside its tags."""
