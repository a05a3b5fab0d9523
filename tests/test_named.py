"""Who is named by a resource policy, and what still limits him: EVAL-10 row by row, through the world."""

from __future__ import annotations

import pytest

from iamlab import Lab, allow
from iamlab.lessons.story import account, document, may_assume, trust

DEV, PROD = "111111111111", "999999999999"


class Cast:
    """Callers with a silent boundary or a silent session policy, and a bucket to be reached by being named."""

    def __init__(self):
        self.lab = lab = Lab()
        self.dev = dev = lab.create_account("Development", DEV)
        self.bucket = dev.create_bucket("acme-photos")
        self.bucket.block_public_access(False)
        elsewhere = allow("ec2:*")
        edge = dev.create_policy("Edge", elsewhere)
        plain = dev.create_user("plain")
        plain.put_policy("Federate", allow("sts:GetFederationToken"))
        bounded = dev.create_user("bounded", boundary=edge)
        role = dev.create_role("Role", trust=trust(AWS=plain.arn))
        edged = dev.create_role("Edged", trust=trust(AWS=plain.arn), boundary=edge)
        self.callers = {
            "user": plain,
            "bounded user": bounded,
            "federated": lab.sts.get_federation_token(plain, "fed", policy=elsewhere),
            "session": lab.sts.assume_role(plain, role, "open"),
            "narrow session": lab.sts.assume_role(plain, role, "narrow", policy=elsewhere),
            "edged session": lab.sts.assume_role(plain, edged, "edged"),
            "root": dev.root,
            "anonymous": "anonymous",
        }
        self.names = {
            "user": plain.arn,
            "bounded user": bounded.arn,
            "federated": self.callers["federated"].arn,
            "role": role.arn,
            "edged role": edged.arn,
            "narrow session": self.callers["narrow session"].arn,
            "edged session": self.callers["edged session"].arn,
            "account": DEV,
            "everyone": "*",
        }


@pytest.fixture(scope="module")
def cast():
    return Cast()


# who is named, who calls, whether it is allowed without any identity policy
ROWS = [
    ("user", "user", True),
    ("bounded user", "bounded user", True),  # a user's own ARN: the boundary does not limit
    ("user", "federated", False),  # through the user: the session policy does
    ("federated", "federated", True),
    ("role", "session", True),
    ("role", "narrow session", False),
    ("edged role", "edged session", False),
    ("narrow session", "narrow session", True),  # the session's own ARN: neither limits
    ("edged session", "edged session", True),
    ("account", "user", False),  # delegation only
    ("account", "session", False),
    ("account", "root", True),
    ("everyone", "user", True),
    ("everyone", "bounded user", True),
    ("everyone", "narrow session", True),
    ("everyone", "anonymous", True),
    ("user", "session", False),
    ("role", "user", False),
    ("user", "anonymous", False),
]


@pytest.mark.parametrize(("named", "caller", "allowed"), ROWS, ids=lambda one: str(one))
def test_eval_10(cast, named, caller, allowed):
    """EVAL-10, and UNSURE-29 for everyone."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": cast.bucket / "*"}
    cast.bucket.put_policy(document({**statement, "Principal": {"AWS": cast.names[named]}}))
    evaluation = cast.lab.evaluate(cast.callers[caller], "s3:GetObject", cast.bucket / "x")
    assert evaluation.allowed is allowed, evaluation


@pytest.mark.parametrize("caller", ["user", "session", "root"])
def test_a_deny_that_names_the_account_hits_everybody_in_it(cast, caller):
    """EVAL-12."""
    statement = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": cast.bucket / "*"}
    cast.bucket.put_policy(document({**statement, "Principal": {"AWS": DEV}}))
    evaluation = cast.lab.evaluate(cast.callers[caller], "s3:GetObject", cast.bucket / "x")
    assert evaluation.decision.value == "explicit deny"


# EVAL-16: who is trusted, who calls, whether he has an identity Allow, and the outcome
TRUSTS = {
    "a: the user is named": ("user", "user", False, True),
    "c: the account is named, no Allow": ("account", "user", False, False),
    "c: the account is named": ("account", "user", True, True),
    "d: not trusted": ("other", "user", True, False),
    "e: the foreign user is named, no Allow": ("stranger", "stranger", False, False),
    "e: the foreign user is named": ("stranger", "stranger", True, True),
    "f: everyone": ("everyone", "user", False, True),
    "f: everyone, from elsewhere, no Allow": ("everyone", "stranger", False, False),
    "f: everyone, from elsewhere": ("everyone", "stranger", True, True),
    "j: the user is named, a boundary is silent": ("user", "bounded", False, False),
}


@pytest.mark.parametrize(("trusted", "who", "may", "allowed"), TRUSTS.values(), ids=TRUSTS.keys())
def test_eval_16(trusted, who, may, allowed):
    """The table of EVAL-16, UNSURE-22 for the last row."""
    lab = Lab()
    dev, prod = lab.create_account("Development", DEV), lab.create_account("Production", PROD)
    caller = (prod if who == "stranger" else dev).create_user("caller")
    other = dev.create_user("other")
    if who == "bounded":
        caller.put_boundary(dev.create_policy("Edge", allow("ec2:*")))
    named = {"account": account(DEV), "everyone": "*", "other": other.arn}.get(trusted, caller.arn)
    role = dev.create_role("Role", trust=trust(AWS=named))
    if may:
        caller.put_policy("Assume", may_assume(role.arn))
    assert lab.evaluate(caller, "sts:AssumeRole", role).allowed is allowed
