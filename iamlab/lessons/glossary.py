"""The words of the course: one sentence for each, and a line to run that shows one.

The lines use the names of ``acme()``: run ``lab, dev, prod, dana, eric, deploy, bucket, session = acme()`` first.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Final

from iamlab.core.policy import Policy, allow
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, PRODUCTION, account, document, trust
from iamlab.views.html import code, element, join, page
from iamlab.world.account import Account
from iamlab.world.identities import Role, User
from iamlab.world.sessions import Session
from iamlab.world.things import Bucket

__all__ = ["Policy", "acme", "allow", "glossary"]  # what the lines need


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word: what it means, a line that shows one, and the lesson that tells of it first."""

    sentence: str
    line: str
    lesson: int


def _term(lesson: int, sentence: str, line: str) -> Term:
    return Term(sentence=sentence, line=line, lesson=lesson)


TERMS: Final = {
    "access key": _term(
        4,
        "Long-term credentials for programs: a key ID that begins with AKIA, and a secret that is shown once.",
        "dana.create_access_key()",
    ),
    "account": _term(1, "What one opens with AWS: it owns users, groups, roles and resources.", "lab.accounts"),
    "action": _term(
        1,
        "What a request asks to do, as service:Name; each has an access level (List, Read, Write, ...).",
        'lab.access_matrix([dana], "s3:Get*", [bucket / "1.jpg"]).actions[:5]',
    ),
    "ARN": _term(1, "The name of a thing that is unique in all of AWS: Amazon Resource Name.", "dana.arn"),
    "assume": _term(
        4,
        "To ask STS for credentials of a role; then one acts in the role, and with nothing of one's own.",
        'lab.sts.assume_role(dana, deploy, "dana-at-work")',
    ),
    "AWS managed policy": _term(
        1, "A policy that AWS made and keeps up to date; one attaches it.", 'dev.managed_policy("ReadOnlyAccess")'
    ),
    "bucket policy": _term(
        2, "A policy at a bucket: a resource policy, which says who may do what with it.", "bucket.policy"
    ),
    "condition": _term(
        5,
        "What must be true of a request besides who, what and on what, for a statement to apply.",
        "deploy.trust",
    ),
    "condition key": _term(
        5,
        "A fact about a request that a condition can look at, such as aws:MultiFactorAuthPresent.",
        'lab.evaluate(dana, "s3:GetObject", bucket / "1.jpg", {"aws:SourceIp": "203.0.113.7"})',
    ),
    "customer managed policy": _term(
        3, "A policy of one's own with a name and an ARN, to be attached to many; it has versions.", "dev.policies"
    ),
    "default version": _term(
        3,
        "The one version of a managed policy that is in force, wherever it is attached.",
        'dev.managed_policy("DevAccess").default_version',
    ),
    "effect": _term(
        1, "What a statement does when it applies: Allow or Deny.", 'bucket.policy.document["Statement"][0]["Effect"]'
    ),
    "explicit deny": _term(
        2,
        "A denial because some statement forbids it; it wins over every Allow.",
        'lab.evaluate(dana, "s3:DeleteBucket", bucket).decision',
    ),
    "external ID": _term(
        6,
        "A value that an outside firm sends along, saying for which customer it assumes a role; it is no secret.",
        "deploy.trust",
    ),
    "group": _term(
        3, "A list of users who share policies; it makes no requests itself.", 'dev.group("Developers").members'
    ),
    "identity policy": _term(1, "A policy on a user, a group or a role: it says what they may do.", "lab.table()"),
    "implicit deny": _term(
        1,
        "A denial because no statement allows it; where every request begins.",
        'lab.evaluate(eric, "iam:ListUsers").decision',
    ),
    "inline policy": _term(
        1,
        "A policy that is embedded in one user, group or role: it has no ARN and belongs to that one alone.",
        '[one.name for one in dev.group("Developers").policies]',
    ),
    "instance profile": _term(
        7, "The container in which an EC2 instance gets a role; it holds one.", "dev.instance_profiles"
    ),
    "MFA": _term(
        5,
        "Multi-factor authentication: besides password or key, the code of a device.",
        "dana.mfa_devices[0].code",
    ),
    "NotAction": _term(
        9,
        "Every action but those listed: with Allow it grants all else, with Deny it denies all else.",
        'Policy.parse({"Statement": {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}})',
    ),
    "organization": _term(
        9, "Several accounts under a management account, which can limit the others.", "lab.organizations"
    ),
    "PassRole": _term(
        7,
        "The permission iam:PassRole: to hand a role to a service; one does not get the role oneself.",
        'lab.who_can("iam:PassRole", deploy.arn)',
    ),
    "permissions boundary": _term(
        9,
        "A managed policy set on a user or role as a limit: what it does not allow, identity policies cannot give.",
        "eric.boundary",
    ),
    "policy": _term(
        1,
        "A JSON document of statements that allow or deny.",
        'dev.managed_policy("DevAccess").policy',
    ),
    "policy variable": _term(
        3,
        "A place in a policy, such as ${aws:username}, that is filled in for each request.",
        'lab.evaluate(dana, "s3:PutObject", bucket / "home/dana/a.txt").allowed',
    ),
    "principal": _term(1, "Whoever makes a request: a user, a session, the root user, a service.", "dana.principal"),
    "resource": _term(1, "What a request is about, named by its ARN.", "dev.resources"),
    "resource control policy": _term(
        9,
        "A policy of an organization that limits what anybody may do with the resources of its accounts.",
        'lab.organizations[0].policy("RCPFullAWSAccess")',
    ),
    "resource policy": _term(
        3,
        "A policy on a resource, such as a bucket, a key or a queue: it names who may, in Principal.",
        "bucket.policy",
    ),
    "role": _term(
        4,
        "An identity with permissions and no credentials of its own: trusted ones assume it, for a while.",
        "dev.roles",
    ),
    "role chaining": _term(
        4,
        "To assume a role out of a session of another one; such a session lasts one hour at most.",
        'lab.sts.assume_role(session, prod.role("UpdateApp"), "chained").time_left',
    ),
    "root user": _term(
        2,
        "What an account is opened with: no identity policy binds it, so it is kept for what it alone can do.",
        "dev.root",
    ),
    "service control policy": _term(
        9,
        "A policy of an organization that limits what the principals of its member accounts may do; it never grants.",
        'lab.organizations[0].policy("FullAWSAccess")',
    ),
    "service principal": _term(
        7,
        "An AWS service as whoever makes a request, such as ec2.amazonaws.com.",
        'lab.evaluate("ec2.amazonaws.com", "sts:AssumeRole", dev.role("AppRole")).allowed',
    ),
    "session": _term(
        4, "Somebody acting with temporary credentials, until they expire.", "lab.sts.get_caller_identity(session)"
    ),
    "session policy": _term(
        9,
        "A policy passed along when a role is assumed: it narrows that one session.",
        'lab.sts.assume_role(dana, deploy, "narrow", policy=allow("s3:GetObject", on=bucket / "*"))',
    ),
    "Sid": _term(1, "A statement's own name, if it has one.", "bucket.policy.statements[0].sid"),
    "statement": _term(
        1,
        "One sentence of a policy: an effect, on actions, on resources, under conditions.",
        'dev.managed_policy("DevAccess").policy.document["Statement"]',
    ),
    "STS": _term(4, "The Security Token Service: it gives temporary credentials.", "lab.sts.get_caller_identity(dana)"),
    "temporary credentials": _term(
        4, "A key ID that begins with ASIA, a secret and a token, which count until they expire.", "session.expires"
    ),
    "trail": _term(1, "Who called what, when, and how it ended: AWS's service for it is CloudTrail.", "lab.trail[-3:]"),
    "trust policy": _term(
        4,
        "A role's own resource policy: it says who may assume the role, and nothing of what the role may do.",
        "deploy.trust",
    ),
    "user": _term(
        1, "An identity of an account for a person or a program, which can have long-term credentials.", "dev.users"
    ),
}
"""In order of the alphabet."""

NAMES: Final = "lab, dev, prod, dana, eric, deploy, bucket, session"
FIRST: Final = f"{NAMES} = acme()"
"""What to run before a line of the glossary."""


def acme() -> tuple[Lab, Account, Account, User, User, Role, Bucket, Session]:
    """A small world with one of everything that the glossary names, in the order of ``NAMES``."""
    lab = Lab()
    dev, prod = lab.create_account("Development", DEVELOPMENT), lab.create_account("Production", PRODUCTION)
    organization = lab.create_organization(lab.create_account("Management", "222222222222"))
    for one in (dev, prod):
        organization.add(one)
    organization.enable("RCP")
    dana, eric = dev.create_user("dana"), dev.create_user("eric")
    dev.create_mfa_device("dana").enable(dana)
    bucket = dev.create_bucket("acme-dev")
    keep = {"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": bucket.arn}
    bucket.put_policy(document(keep))
    developers = dev.create_group("Developers")
    developers.add(dana)
    developers.attach(dev.create_policy("DevAccess", allow("s3:GetObject", "s3:PutObject", on=OWN_FOLDER)))
    developers.put_policy("MayAssume", allow("sts:AssumeRole", "iam:PassRole", on="*"))
    eric.put_boundary(dev.managed_policy("ReadOnlyAccess"))
    same = {"StringEquals": {"sts:ExternalId": "acme-7f3c"}}
    deploy = dev.create_role("Deploy", trust=_either(dana.arn, same))
    deploy.put_policy("Work", allow("s3:*", "sts:AssumeRole", on="*"))
    app = dev.create_role("AppRole", trust=trust(Service="ec2.amazonaws.com"))
    dev.create_instance_profile("AppProfile").add_role(app)
    prod.create_role("UpdateApp", trust=trust(AWS=account(DEVELOPMENT)))
    session = lab.sts.assume_role(dana, deploy, "dana")
    return lab, dev, prod, dana, eric, deploy, bucket, session


OWN_FOLDER: Final = "arn:aws:s3:::acme-dev/home/${aws:username}/*"


def _either(arn: str, condition: dict[str, Any]) -> dict[str, Any]:
    """The firm with the external ID, or one user."""
    firm = trust(condition, AWS=account("333333333333"))["Statement"]
    return document(*firm, *trust(AWS=arn)["Statement"])


@dataclass(frozen=True, slots=True)
class Glossary:
    """Words with what they mean; ``said`` stands before them."""

    terms: tuple[tuple[str, Term], ...]
    said: str = ""

    def __repr__(self) -> str:
        lines = [f"{word}: {one.sentence} (lesson {one.lesson})  {one.line}" for word, one in self.terms]
        return "\n".join(part for part in (self.said, *lines) if part)


TRY: Final = f"To try a line, run this first: from iamlab.lessons.glossary import *; {FIRST}"


def glossary(word: str | None = None) -> Glossary:
    """The words of the course, or one of them. Never raises."""
    if word is None:
        return Glossary(tuple(TERMS.items()), TRY)
    wanted = " ".join(str(word)[:60].casefold().split())
    found = {name: one for name, one in TERMS.items() if wanted in (name.casefold(), f"{name.casefold()}s")}
    if not found:
        near = difflib.get_close_matches(wanted, [name.casefold() for name in TERMS], n=3, cutoff=0.4)
        found = {
            name: one
            for name, one in TERMS.items()
            if (wanted and wanted in name.casefold()) or name.casefold() in near
        }
        said = f"{word!r:.60} is not in the glossary." + (
            " Did you mean one of these?" if found else " See glossary()."
        )
        return Glossary(tuple(found.items()), said)
    return Glossary(tuple(found.items()), TRY)


def glossary_html(shown: Glossary) -> str:
    """The words as a table."""
    head = element(
        "tr", join(*(element("th", title, scope="col") for title in ("Word", "Meaning", "To see one", "Lesson")))
    )
    rows = (
        element(
            "tr",
            join(
                element("th", word, scope="row"),
                element("td", one.sentence),
                element("td", code(one.line)),
                element("td", str(one.lesson)),
            ),
        )
        for word, one in shown.terms
    )
    said = element("p", shown.said) if shown.said else ""
    table = element("table", join(element("thead", head), element("tbody", join(*rows)))) if shown.terms else ""
    return page(join(said, table), label="Glossary")
