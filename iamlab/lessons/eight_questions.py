"""The eight requests that are asked before and after the course: each in a small world of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import allow, deny
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, PRODUCTION, account, document, may_assume, trust
from iamlab.world.account import Account

ALLOWED: Final = "allowed"
DENIED: Final = "denied"
NO_IDEA: Final = "no idea"
CHOICES: Final = (ALLOWED, DENIED, NO_IDEA)
"""What a request is answered with; "no idea" is an answer, and never the right one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request: ``words`` tell all there is in its world, ``ask`` builds that world and puts the request to it.

    ``learned`` is what to take away, and ``lesson`` the one that tells it.
    """

    words: str
    ask: Callable[[], Evaluation]
    learned: str
    lesson: str


def _development() -> tuple[Lab, Account]:
    lab = Lab()
    return lab, lab.create_account("Development", DEVELOPMENT)


def _new_user() -> Evaluation:
    lab, dev = _development()
    return lab.evaluate(dev.create_user("nina"), "s3:ListAllMyBuckets")


def _bucket_arn() -> Evaluation:
    lab, dev = _development()
    alice, photos = dev.create_user("alice"), dev.create_bucket("acme-photos")
    alice.put_policy("Photos", allow("s3:ListBucket", "s3:GetObject", on=photos.arn))
    return lab.evaluate(alice, "s3:GetObject", photos / "1.jpg")


def _deny() -> Evaluation:
    lab, dev = _development()
    bob, photos = dev.create_user("bob"), dev.create_bucket("acme-photos")
    bob.put_policy("KeepAll", deny("s3:DeleteObject", on="*"))
    bob.put_policy("DeleteOne", allow("s3:DeleteObject", on=photos / "old.jpg"))
    return lab.evaluate(bob, "s3:DeleteObject", photos / "old.jpg")


def _root() -> Evaluation:
    lab, dev = _development()
    return lab.evaluate(dev.root, "s3:DeleteBucket", dev.create_bucket("acme-photos"))


def _group() -> Evaluation:
    lab, dev = _development()
    developers, eric = dev.create_group("Developers"), dev.create_user("eric")
    developers.add(eric)
    developers.put_policy("SeeUsers", allow("iam:ListUsers"))
    return lab.evaluate(eric, "iam:ListUsers")


def _session() -> Evaluation:
    lab, dev = _development()
    dana, photos = dev.create_user("dana"), dev.create_bucket("acme-photos")
    reader = dev.create_role("Reader", trust=trust(AWS=account(DEVELOPMENT)))
    reader.put_policy("Read", allow("s3:GetObject", on=photos / "*"))
    dana.put_policy("AssumeReader", may_assume(reader.arn))
    dana.put_policy("NoStorage", deny("s3:*", on="*"))
    session = lab.sts.assume_role(dana, reader, "dana")
    return lab.evaluate(session, "s3:GetObject", photos / "1.jpg")


def _two_accounts() -> Evaluation:
    lab, dev = _development()
    prod = lab.create_account("Production", PRODUCTION)
    carol, app = dev.create_user("carol"), prod.create_bucket("productionapp")
    reads = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "s3:GetObject", "Resource": app / "*"}
    app.put_policy(document(reads))
    return lab.evaluate(carol, "s3:GetObject", app / "v2.zip")


def _boundary() -> Evaluation:
    lab, dev = _development()
    limit = dev.create_policy("OnlyStorage", allow("s3:*"))
    return lab.evaluate(dev.create_user("zoe", boundary=limit), "s3:ListAllMyBuckets")


QUESTIONS: Final = {
    "nina": Question(
        words="nina is a new user; nobody has given her anything, and nobody has forbidden her anything. She asks for "
        "the list of the account's buckets (where Amazon's storage, S3, keeps files).",
        ask=_new_user,
        learned="A new user can do nothing: until something allows a request, it is denied.",
        lesson="01",
    ),
    "alice": Question(
        words="alice's only policy allows s3:ListBucket and s3:GetObject on the resource arn:aws:s3:::acme-photos, "
        "which is a bucket. She reads the file 1.jpg in it (s3:GetObject).",
        ask=_bucket_arn,
        learned="A bucket and what is in it are different resources: reading is about arn:aws:s3:::acme-photos/*.",
        lesson="01",
    ),
    "bob": Question(
        words="Of bob's two policies one denies deleting any file, and the other allows deleting exactly "
        "acme-photos/old.jpg. He deletes acme-photos/old.jpg.",
        ask=_deny,
        learned="An explicit Deny wins over every Allow, however exactly the Allow is meant.",
        lesson="02",
    ),
    "root": Question(
        words="The root user, with whom the account was opened, deletes a bucket of the account. No policy anywhere "
        "mentions the root user.",
        ask=_root,
        learned="The root user needs no policy in its own account; that is why nobody works with it.",
        lesson="02",
    ),
    "eric": Question(
        words="eric has no policy of his own. He is in the group Developers, which has a policy that allows listing "
        "the users. He lists the users.",
        ask=_group,
        learned="A user has the policies of all its groups, besides its own.",
        lesson="03",
    ),
    "dana": Question(
        words="dana's own policies deny her everything in S3, and let her assume the role Reader, whose policy allows "
        "reading acme-photos. She has assumed Reader, and as Reader she reads acme-photos/1.jpg.",
        ask=_session,
        learned="Assuming a role swaps permissions: the session has those of the role, and none of the caller's, "
        "not even the Deny.",
        lesson="04",
    ),
    "carol": Question(
        words="The bucket productionapp is in the account Production. Its policy allows carol, a user of the account "
        "Development, to read it. carol has no policy in Development. She reads productionapp/v2.zip.",
        ask=_two_accounts,
        learned="From one account to another both sides must allow: the resource's policy, and one of the caller's.",
        lesson="08",
    ),
    "zoe": Question(
        words="zoe's permissions boundary, a policy that is put over a user as its limit, allows everything in S3. She "
        "has no other policy. She lists the account's buckets.",
        ask=_boundary,
        learned="A permissions boundary only caps: what it allows must be granted as well, by another policy.",
        lesson="09",
    ),
}
