"""The help desk's board (09.4): what ten people of the company ask for in vain, and what is proposed to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons import tickets
from iamlab.lessons.story import DEVELOPMENT, PRODUCTION, account, document
from iamlab.lessons.tickets import Ask, Cure, Posted, Ticket
from iamlab.lessons.worlds import there
from iamlab.lessons.worlds_09 import CODE, JOBS, LIMIT, ORDERS, PAYROLL, SERVICES, TRAIL, say
from iamlab.world.account import Account
from iamlab.world.identities import User

SHOP: Final = "arn:aws:s3:::productionapp"


def _dev(lab: Lab) -> Account:
    return there(lab, DEVELOPMENT)


def _prod(lab: Lab) -> Account:
    return there(lab, PRODUCTION)


def _user(lab: Lab, name: str) -> User:
    return next(one for account in lab.accounts for one in account.users if one.name == name)


def _by(name: str, action: str, resource: str, **context: str) -> Ask:
    return lambda lab: lab.evaluate(_user(lab, name), action, resource, context)


def _key(lab: Lab) -> Any:
    return next(one for one in _dev(lab).resources if one.kind == "key")


def _nothing(_: Lab) -> None:
    """The request is made in another way, and nothing is changed."""


def _scp(name: str, action: str, unit: bool = False) -> Callable[[Lab], Any]:
    """Another control policy with an Allow: on Development, or on the unit above both accounts."""

    def attach(lab: Lab) -> None:
        organization = lab.organizations[0]
        made = organization.create_policy(name, document(say("More", "Allow", action, "*")))
        organization.attach(made, organization.units[0] if unit else _dev(lab))

    return attach


def _without_secrets(lab: Lab) -> None:
    code = say("Code", "Allow", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"], [CODE, f"{CODE}/*"])
    _dev(lab).managed_policy("DevAccess").create_version(document(code), set_as_default=True)


def _bucket_names(bucket: str, *names: str, sid: str = "More") -> Callable[[Lab], Any]:
    def put(lab: Lab) -> None:
        found = next(one for each in lab.accounts for one in each.buckets if one.arn == bucket)
        principals = {"AWS": list(names)}
        found.put_policy(document(say(sid, "Allow", "s3:GetObject", f"{bucket}/*", Principal=principals)))

    return put


def _leave_ada_out(lab: Lab) -> None:
    wages = next(one for one in _dev(lab).buckets if one.arn == PAYROLL)
    left_out = [_dev(lab).role("PayrollClerk").arn, _user(lab, "ada").arn]
    others = {"ArnNotEquals": {"aws:PrincipalArn": left_out}}
    wages.put_policy(document(say("ClerkAlone", "Deny", "s3:GetObject", wages / "*", Principal="*", Condition=others)))


def _key_trusts_the_account(lab: Lab) -> None:
    keeper = say("Keeper", "Allow", "kms:*", "*", Principal={"AWS": _dev(lab).role("PayrollClerk").arn})
    whole = say("Account", "Allow", "kms:*", "*", Principal={"AWS": account(DEVELOPMENT)})
    _key(lab).put_policy(document(keeper, whole))


def _wider_limit(lab: Lab) -> None:
    more = say("Queues", "Allow", "sqs:SendMessage", "*")
    limit = {**LIMIT, "Statement": [*LIMIT["Statement"], more]}
    _dev(lab).managed_policy("DeveloperLimit").create_version(limit, set_as_default=True)


def _again(lab: Lab) -> None:
    lab.sts.assume_role(_user(lab, "oscar"), _dev(lab).role("Auditor"), "oscar-audit-2")


def _listed(*more: str) -> Callable[[Lab], Any]:
    document_ = document(say("Listed", "Allow", [*SERVICES, *more], "*"))
    return lambda lab: lab.organizations[0].policy("ProductionServices").update(document_)


def _keep_only_the_trail(lab: Lab) -> None:
    lab.organizations[0].policy("KeepLogs").update(document(say("NoDeleting", "Deny", "cloudtrail:DeleteTrail", "*")))


def _reports(condition: dict[str, Any]) -> Callable[[Lab], Any]:
    looks = document(say("Look", "Allow", "s3:ListBucket", CODE, Condition=condition))
    return lambda lab: _user(lab, "tess").put_policy("Reports", looks)


def _second_device(lab: Lab) -> None:
    _dev(lab).create_mfa_device("oscar-spare").enable(_user(lab, "oscar"))


def _put(name: str, action: str, resource: str = "*") -> Callable[[Lab], Any]:
    """One more Allow for a user."""
    return lambda lab: _user(lab, name).put_policy("More", allow(action, on=resource))


_DENY_WINS: Final = "No Allow wins over an explicit Deny, wherever it stands."

TICKETS: Final = (
    Ticket(
        words="eric reads acme-dev/secret/key.txt",
        ask=_by("eric", "s3:GetObject", f"{CODE}/secret/key.txt"),
        cures=(
            Cure(
                words="allow eric this one object, in a policy of his own",
                change=_put("eric", "s3:GetObject", f"{CODE}/secret/key.txt"),
                said=_DENY_WINS,
                number=10,
            ),
            Cure(words="take the statement NoSecrets out of DevAccess", change=_without_secrets),
            Cure(
                words="let a bucket policy of acme-dev name eric",
                change=_bucket_names(CODE, f"arn:aws:iam::{DEVELOPMENT}:user/eric"),
                said=f"{_DENY_WINS} A bucket policy is no exception.",
                number=10,
            ),
        ),
    ),
    Ticket(
        words="eric, of Development, reads productionapp/index.html",
        ask=_by("eric", "s3:GetObject", f"{SHOP}/index.html"),
        cures=(
            Cure(
                words="allow it for the group Developers",
                change=lambda lab: (
                    _dev(lab).group("Developers").put_policy("Shop", allow("s3:GetObject", on=f"{SHOP}/*"))
                ),
            ),
            Cure(
                words="name the account Development in the bucket policy as well",
                change=_bucket_names(SHOP, f"arn:aws:iam::{DEVELOPMENT}:user/eric", account(DEVELOPMENT)),
                said="The bucket's half is there: it names eric. Across accounts the other half is needed too.",
                number=12,
            ),
            Cure(
                words="attach an SCP that allows s3:GetObject to Development",
                change=_scp("MoreFiles", "s3:GetObject"),
                said="An SCP grants nothing; and those that there are allow it already.",
                number=17,
            ),
        ),
    ),
    Ticket(
        words="ada, administrator of Development, reads acme-payroll/2026.csv",
        ask=_by("ada", "s3:GetObject", f"{PAYROLL}/2026.csv"),
        cures=(
            Cure(
                words="allow s3:GetObject on acme-payroll in a policy of ada's",
                change=_put("ada", "s3:GetObject", f"{PAYROLL}/*"),
                said=f"{_DENY_WINS} AdministratorAccess allows it already.",
                number=10,
            ),
            Cure(
                words="ask as the root user of Development",
                change=_nothing,
                ask=lambda lab: lab.evaluate(_dev(lab).root, "s3:GetObject", f"{PAYROLL}/2026.csv"),
                said="Root is not bound by identity policies. A Deny in a bucket policy binds it as well.",
                number=2,
            ),
            Cure(words="let the condition of ClerkAlone leave ada out", change=_leave_ada_out),
        ),
    ),
    Ticket(
        words="ada, administrator of Development, decrypts with the key of the payroll",
        ask=lambda lab: lab.evaluate(_user(lab, "ada"), "kms:Decrypt", _key(lab)),
        cures=(
            Cure(
                words="allow kms:Decrypt in a policy of ada's",
                change=_put("ada", "kms:Decrypt"),
                said="She is allowed everything already. A key is an exception: unless its own policy lets the "
                "account in, identity policies cannot allow.",
            ),
            Cure(words="add a statement to the key's policy that names the account", change=_key_trusts_the_account),
            Cure(
                words="ask as the root user of Development",
                change=_nothing,
                ask=lambda lab: lab.evaluate(_dev(lab).root, "kms:Decrypt", _key(lab)),
                said="A key's policy has to name the account, for its root user as well.",
                number=2,
            ),
        ),
    ),
    Ticket(
        words="dana sends a message to the queue jobs",
        ask=_by("dana", "sqs:SendMessage", JOBS),
        cures=(
            Cure(
                words="attach AdministratorAccess to dana",
                change=lambda lab: _user(lab, "dana").attach(_dev(lab).managed_policy("AdministratorAccess")),
                said="Her own policies allow it already, and a boundary caps all of them, however much they allow.",
            ),
            Cure(
                words="attach an SCP that allows sqs:* to Development",
                change=_scp("MoreQueues", "sqs:*"),
                said="An SCP grants nothing, and widens no boundary.",
                number=17,
            ),
            Cure(words="allow sqs:SendMessage in her boundary, DeveloperLimit", change=_wider_limit),
        ),
    ),
    Ticket(
        words="oscar, in his session of Auditor, reads acme-dev/plan.txt",
        ask=lambda lab: lab.evaluate(lab.sessions[-1], "s3:GetObject", f"{CODE}/plan.txt"),
        cures=(
            Cure(words="assume the role again, without a session policy", change=_again),
            Cure(
                words="allow s3:GetObject in one more policy of the role",
                change=lambda lab: _dev(lab).role("Auditor").put_policy("More", allow("s3:GetObject", on=f"{CODE}/*")),
                said="The role allows it already. A session policy is fixed for as long as the session lasts.",
            ),
            Cure(
                words="allow s3:GetObject in a policy of oscar's",
                change=_put("oscar", "s3:GetObject", f"{CODE}/*"),
                said="In a session the role's permissions count, and oscar's own are set aside.",
                number=5,
            ),
        ),
    ),
    Ticket(
        words="pia, administrator of Production, stops the trail audit",
        ask=_by("pia", "cloudtrail:StopLogging", TRAIL),
        cures=(
            Cure(
                words="ask as the root user of Production",
                change=_nothing,
                ask=lambda lab: lab.evaluate(_prod(lab).root, "cloudtrail:StopLogging", TRAIL),
                said="SCPs bind the root users of member accounts as well.",
                number=2,
            ),
            Cure(
                words="allow cloudtrail:StopLogging in a policy of pia's",
                change=_put("pia", "cloudtrail:StopLogging"),
                said=f"{_DENY_WINS} AdministratorAccess allows it already.",
                number=10,
            ),
            Cure(words="take cloudtrail:StopLogging out of the SCP KeepLogs", change=_keep_only_the_trail),
        ),
    ),
    Ticket(
        words="pia, administrator of Production, creates the queue orders",
        ask=_by("pia", "sqs:CreateQueue", ORDERS),
        cures=(
            Cure(
                words="allow sqs:* in a policy of pia's",
                change=_put("pia", "sqs:*"),
                said="AdministratorAccess allows it already. What the SCPs above do not allow, no policy in the "
                "account can.",
            ),
            Cure(words="add sqs:* to the SCP ProductionServices", change=_listed("sqs:*")),
            Cure(
                words="attach an SCP that allows sqs:* to the unit Workloads",
                change=_scp("MoreQueues", "sqs:*", unit=True),
                said="There FullAWSAccess allows it already. Each level must allow it, and one level lifts no other.",
                number=17,
            ),
        ),
    ),
    Ticket(
        words="oscar assumes ReleaseRole",
        ask=_by("oscar", "sts:AssumeRole", f"arn:aws:iam::{DEVELOPMENT}:role/ReleaseRole"),
        cures=(
            Cure(
                words="allow sts:AssumeRole in a policy of oscar's",
                change=_put("oscar", "sts:AssumeRole"),
                said="The permission to ask is not enough: the trust policy must let him in.",
                number=7,
            ),
            Cure(
                words="enable a second MFA device for oscar",
                change=_second_device,
                said="To have a device is not to have used it: a request with long-term keys has no word of MFA.",
            ),
            Cure(
                words="give the code of his MFA device when he assumes the role",
                change=_nothing,
                ask=_by(
                    "oscar",
                    "sts:AssumeRole",
                    f"arn:aws:iam::{DEVELOPMENT}:role/ReleaseRole",
                    **{"aws:MultiFactorAuthPresent": "true"},
                ),
            ),
        ),
    ),
    Ticket(
        words="tess lists what lies below reports/2026 in acme-dev",
        ask=_by("tess", "s3:ListBucket", CODE, **{"s3:prefix": "reports/2026"}),
        cures=(
            Cure(
                words="write StringLike for StringEquals",
                change=_reports({"StringLike": {"s3:prefix": "reports/*"}}),
            ),
            Cure(
                words="write reports/ for reports/* and keep StringEquals",
                change=_reports({"StringEquals": {"s3:prefix": "reports/"}}),
                said="Then the request would have to say reports/ and nothing behind it.",
            ),
            Cure(
                words="allow s3:GetObject on the objects as well",
                change=_put("tess", "s3:GetObject", f"{CODE}/*"),
                said="Listing is about the bucket and needs s3:ListBucket; reading the objects is another thing.",
                number=13,
            ),
        ),
    ),
)


def board(lab: Lab) -> tuple[Posted, ...]:
    """The ten as they are read, in the world of 09.4: ``board(begin("09.4"))``."""
    return tickets.posted(lab, TICKETS)
