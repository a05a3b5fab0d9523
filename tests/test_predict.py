"""The headline of a revealed verdict: true for each way in which a request is settled."""

from __future__ import annotations

import pytest

from iamlab import Lab, allow, deny
from iamlab.core.evaluation import Evaluation
from iamlab.lessons import reveal, story

LIST, READ = "s3:ListAllMyBuckets", "s3:GetObject"


def _lab() -> Lab:
    lab = Lab()
    lab.create_account("Development", story.DEVELOPMENT)
    lab.create_account("Production", story.PRODUCTION)
    return lab


def _for_everyone(effect: str, action: str, arn: str) -> dict[str, object]:
    return story.document({"Effect": effect, "Principal": "*", "Action": action, "Resource": arn})


def _rescue() -> Evaluation:
    """Root deletes a bucket policy that denies everybody everything (EVAL-14)."""
    lab = _lab()
    account = lab.accounts[0]
    locked = account.create_bucket("acme-locked")
    locked.put_policy(_for_everyone("Deny", "s3:*", locked.arn))
    return lab.evaluate(account.root, "s3:DeleteBucketPolicy", locked)


def _root() -> Evaluation:
    lab = _lab()
    return lab.evaluate(lab.accounts[0].root, LIST)


def _free() -> Evaluation:
    """A deny of everything does not reach what needs no permission (EVAL-24)."""
    lab = _lab()
    ana = lab.accounts[0].create_user("ana")
    ana.put_policy("Nothing", deny("*"))
    return lab.evaluate(ana, "sts:GetCallerIdentity")


def _management() -> Evaluation:
    """A control policy that denies, over a user of the management account, who has a permission (EVAL-06)."""
    lab = _lab()
    account = lab.accounts[0]
    organization = lab.create_organization(account)
    organization.enable("SCP")
    organization.attach(organization.create_policy("NoLists", deny(LIST)), organization.root)
    ana = account.create_user("ana")
    ana.put_policy("List", allow(LIST))
    return lab.evaluate(ana, LIST)


def _allowed() -> Evaluation:
    lab = _lab()
    ana = lab.accounts[0].create_user("ana")
    ana.put_policy("List", allow(LIST))
    return lab.evaluate(ana, LIST)


def _nothing() -> Evaluation:
    lab = _lab()
    return lab.evaluate(lab.accounts[0].create_user("ana"), LIST)


def _half() -> Evaluation:
    """The caller's account allows, the bucket's says nothing (EVAL-13)."""
    lab = _lab()
    ana = lab.accounts[0].create_user("ana")
    theirs = lab.accounts[1].create_bucket("acme-theirs")
    ana.put_policy("Read", allow(READ, on=theirs / "*"))
    return lab.evaluate(ana, READ, theirs / "1.jpg")


def _bounded() -> Evaluation:
    """A boundary allows it, and nothing gives it (EVAL-09)."""
    lab = _lab()
    account = lab.accounts[0]
    ana = account.create_user("ana", boundary=account.create_policy("Bound", allow(LIST)))
    return lab.evaluate(ana, LIST)


def _untrusted() -> Evaluation:
    """An administrator, and a role that trusts EC2 alone (EVAL-16, row d)."""
    lab = story.administrator()
    account = lab.accounts[0]
    return lab.evaluate(account.user("alice"), "sts:AssumeRole", account.role("AppRole"))


def _forbidden() -> Evaluation:
    lab = story.administrator()
    return lab.evaluate(lab.accounts[0].user("alice"), "s3:DeleteObject", "arn:aws:s3:::acme-kept/1")


BY_NEED = "No statement allows it: the root user needs none in its own account."
UNREACHED = (
    "A Deny in a policy of a user, group or role does not reach the root user, which needs no Allow in its own account."
)
RESCUED = (
    f"A Deny is there that would fit, but no bucket policy can keep the owner's root user from mending it. {BY_NEED}"
)
UNBOUND = (
    "A Deny is there that would fit, but service control policies do not bind the management account. "
    "Something does allow it; see which."
)
NEEDLESS = "This action needs no permission, and no policy can take it away."
SILENCE = "Nothing forbids it; no statement allows it, and that is enough."
HEADLINES = [
    ("explicit deny", _rescue, RESCUED),
    ("implicit deny", _rescue, RESCUED),
    ("explicit deny", _root, UNREACHED),
    ("implicit deny", _root, BY_NEED),
    ("explicit deny", _free, NEEDLESS),
    ("explicit deny", _management, UNBOUND),
    ("explicit deny", _allowed, "Nothing forbids it, and something allows it; see which."),
    ("implicit deny", _allowed, "Something does allow it; see which."),
    ("allowed", _nothing, SILENCE),
    ("explicit deny", _nothing, SILENCE),
    (
        "allowed",
        _half,
        "Nothing forbids it, and a statement does allow it; but the resource policy must allow it as well.",
    ),
    (
        "explicit deny",
        _untrusted,
        "Nothing forbids it, and a statement does allow it; but the role trust policy must allow it as well.",
    ),
    (
        "allowed",
        _bounded,
        "Nothing forbids it; but a policy that only limits gives no permission, and no other allows it.",
    ),
    ("allowed", _forbidden, "An explicit Deny wins over every Allow."),
    (
        "implicit deny",
        _forbidden,
        "It is denied because a statement forbids it, not because something is missing.",
    ),
]


@pytest.mark.parametrize(
    ("predicted", "asked", "said"), HEADLINES, ids=[f"{asked.__name__}, not {word}" for word, asked, _ in HEADLINES]
)
def test_a_wrong_prediction_is_told_what_is_true_of_this_verdict(predicted, asked, said) -> None:
    """Who needs no statement, a Deny that has no say, half a permission: each is said as it is."""
    evaluation = asked()
    assert reveal(predicted, evaluation).feedback == (
        f"You predicted {predicted!r}; it is {evaluation.decision.value!r}. {said}"
    )
