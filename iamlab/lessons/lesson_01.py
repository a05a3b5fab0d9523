"""Lesson 01: a new user, group or role can do nothing; the first permission."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from iamlab.core.evaluation import Decision
from iamlab.lessons import worlds
from iamlab.lessons.exercise import (
    VERDICTS,
    Item,
    Misconception,
    PolicyExercise,
    SortExercise,
)
from iamlab.lessons.probing import asks, calling_as, embedded_in
from iamlab.lessons.recognizing import covers, denies_only, names, names_objects, on, silent
from iamlab.lessons.story import document

PHOTOS: Final = "arn:aws:s3:::acme-photos"
ARCHIVE: Final = "arn:aws:s3:::acme-photos-archive"
PAYROLL: Final = "arn:aws:s3:::acme-payroll"


def _question(who: str, action: str, words: str, messages: dict[Decision, str], **numbers: int) -> Item:
    return Item(
        words=words,
        ask=lambda lab: lab.evaluate(worlds.identity(lab, who), action),
        messages={decision.value: message for decision, message in messages.items()},
        numbers={Decision[name].value: number for name, number in numbers.items()},
    )


_alice = partial(asks, "alice")


def _allow(action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return document({"Effect": "Allow", "Action": action, "Resource": resource})


_NOTHING_FORBIDS: Final = (
    "Denied it is, but nothing forbids it: there is no Deny anywhere. Something is missing. That is an implicit deny."
)

PREDICT: Final = SortExercise(
    id="01.1",
    title="Predict four verdicts",
    world=worlds.first_day,
    choices=VERDICTS,
    items={
        "alice": _question(
            "alice",
            "s3:ListAllMyBuckets",
            "alice, a new user, lists the account's buckets",
            {
                Decision.ALLOW: "A new user cannot even look around: until a policy allows something, "
                "everything is denied.",
                Decision.EXPLICIT_DENY: _NOTHING_FORBIDS,
            },
            ALLOW=1,
            EXPLICIT_DENY=11,
        ),
        "dana": _question(
            "dana",
            "s3:ListAllMyBuckets",
            "dana, in the new group Developers, lists the buckets",
            {
                Decision.ALLOW: "A group passes on the policies it has. The group Developers is new: "
                "it has none, so being in it gives dana nothing.",
                Decision.EXPLICIT_DENY: _NOTHING_FORBIDS,
            },
            EXPLICIT_DENY=11,
        ),
        "Auditor": _question(
            "Auditor",
            "iam:ListUsers",
            "somebody who has assumed the new role Auditor lists the users",
            {
                Decision.ALLOW: "The trust policy says who may assume the role, not what the role may do. "
                "For that it needs a policy of its own, and a new role has none.",
                Decision.EXPLICIT_DENY: _NOTHING_FORBIDS,
            },
            ALLOW=6,
            EXPLICIT_DENY=11,
        ),
        "ada": _question(
            "ada",
            "iam:ListUsers",
            "ada, with AWS's policy AdministratorAccess, lists the users",
            {
                Decision.IMPLICIT_DENY: "A policy does reach ada: AdministratorAccess allows every action "
                "on every resource.",
                Decision.EXPLICIT_DENY: "Nothing here forbids, and AdministratorAccess allows every action "
                "on every resource.",
            },
        ),
    },
    hints=(
        "Look for policies: which of the four has one that reaches it?",
        "A new user, group or role has no permissions. Nothing has to forbid it.",
        "Three of the four have no policy at all. Is that something missing, or something forbidding?",
    ),
    rules=("ENT-08",),
    explanation="alice, dana and the role are new: no policy reaches them, so three times something is missing, "
    "which is an implicit deny. AdministratorAccess reaches ada and allows everything.",
)

_BUCKETS: Final = _alice(
    "s3:ListAllMyBuckets", None, "alice lists the account's buckets (s3:ListAllMyBuckets)", allowed=True
)
_CONTENTS: Final = _alice("s3:ListBucket", PHOTOS, "alice lists what is in acme-photos (s3:ListBucket)", allowed=False)
_CREATE: Final = _alice(
    "s3:CreateBucket", "arn:aws:s3:::acme-new", "alice creates a bucket (s3:CreateBucket)", allowed=False
)
_USERS: Final = _alice("iam:ListUsers", None, "alice lists the users (iam:ListUsers)", allowed=False)
_READ: Final = _alice(
    "s3:GetObject", f"{PHOTOS}/1.jpg", "alice reads an object in acme-photos (s3:GetObject)", allowed=False
)


GRANT: Final = PolicyExercise(
    id="01.2",
    world=worlds.first_day,
    caller=calling_as("alice"),
    apply=embedded_in("alice"),
    only=(("s3:ListAllMyBuckets", "*"),),
    probes=(
        _BUCKETS,
        _CONTENTS,
        _READ,
        _CREATE,
        _alice("s3:GetBucketPolicy", PAYROLL, "alice reads a bucket's policy (s3:GetBucketPolicy)", allowed=False),
        _USERS,
    ),
    hints=(
        "You need one statement with Effect, Action and Resource. Which action lists the buckets of an account?",
        "s3:ListAllMyBuckets takes no resource: what must stand under Resource then?",
        '{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": ...}: only the star is missing.',
    ),
    reference=_allow("s3:ListAllMyBuckets", "*"),
    explanation="One Allow for exactly one action. The action takes no resource of its own, so Resource is *: "
    "that star is no generosity, for the action cannot be had any narrower.",
    misconceptions=(
        Misconception(
            answer={
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "NotAction": "s3:ListAllMyBuckets", "Resource": "*"}],
            },
            message="A Deny forbids; what it leaves out is not thereby allowed. alice still has no Allow.",
            known_by=denies_only,
        ),
        Misconception(
            answer=_allow("*", "*"),
            message="That is AdministratorAccess: every action in every service. Name the one action.",
            known_by=lambda attempt: names(attempt, "*", "*:*"),
        ),
        Misconception(
            answer=_allow("s3:*", "*"),
            message="s3:* is every action of S3, creating and deleting included. Name the one action.",
            known_by=lambda attempt: names(attempt, "s3:*") and attempt.fails(_CREATE),
        ),
        Misconception(
            answer=_allow("s3:List*", "*"),
            message="s3:List* also covers s3:ListBucket, which shows what is in each bucket, and every List action "
            "that S3 will ever get. Name the one action.",
            known_by=lambda attempt: names(attempt, "s3:List*") and attempt.fails(_CONTENTS),
        ),
        Misconception(
            answer=_allow("s3:ListBucket", "*"),
            message="The names mislead: s3:ListBucket lists what is in one bucket. The buckets of the account are "
            "listed by another action.",
            known_by=lambda attempt: attempt.fails(_BUCKETS) and names(attempt, "s3:ListBucket") and silent(attempt),
        ),
        Misconception(
            answer=_allow("s3:ListAllMyBuckets", PHOTOS),
            message="s3:ListAllMyBuckets is about all buckets at once and takes no resource, so a statement that "
            'names a bucket never matches it. Write "*".',
            known_by=lambda attempt: (
                attempt.fails(_BUCKETS)
                and names(attempt, "s3:ListAllMyBuckets")
                and silent(attempt)
                and covers(attempt, PHOTOS)
                and not on(attempt, "*")
            ),
        ),
    ),
)

_LIST_PHOTOS: Final = _alice(
    "s3:ListBucket", PHOTOS, "alice lists what is in acme-photos (s3:ListBucket)", allowed=True
)
_ONE_PHOTO: Final = _alice(
    "s3:GetObject", f"{PHOTOS}/1.jpg", "alice reads acme-photos/1.jpg (s3:GetObject)", allowed=True
)
_DEEP_PHOTO: Final = _alice(
    "s3:GetObject", f"{PHOTOS}/2026/team.jpg", "alice reads acme-photos/2026/team.jpg (s3:GetObject)", allowed=True
)
_NOTES: Final = _alice(
    "s3:GetObject", f"{PHOTOS}/notes.txt", "alice reads acme-photos/notes.txt (s3:GetObject)", allowed=True
)
_OVERWRITE: Final = _alice(
    "s3:PutObject", f"{PHOTOS}/1.jpg", "alice overwrites acme-photos/1.jpg (s3:PutObject)", allowed=False
)
_ARCHIVED: Final = _alice(
    "s3:GetObject", f"{ARCHIVE}/old.jpg", "alice reads acme-photos-archive/old.jpg (s3:GetObject)", allowed=False
)
_LIST_ARCHIVE: Final = _alice(
    "s3:ListBucket", ARCHIVE, "alice lists what is in acme-photos-archive (s3:ListBucket)", allowed=False
)
_SALARIES: Final = _alice(
    "s3:GetObject", f"{PAYROLL}/salaries.csv", "alice reads acme-payroll/salaries.csv (s3:GetObject)", allowed=False
)

BROKEN_ARN: Final = _allow(["s3:ListBucket", "s3:GetObject"], PHOTOS)

MEND: Final = PolicyExercise(
    id="01.3",
    world=worlds.first_day,
    caller=calling_as("alice"),
    apply=embedded_in("alice"),
    only=(("s3:ListBucket", PHOTOS), ("s3:GetObject", f"{PHOTOS}/*")),
    probes=(
        _LIST_PHOTOS,
        _ONE_PHOTO,
        _DEEP_PHOTO,
        _NOTES,
        _ARCHIVED,
        _LIST_ARCHIVE,
        _SALARIES,
        _OVERWRITE,
        _alice("s3:DeleteBucket", PHOTOS, "alice deletes the bucket acme-photos (s3:DeleteBucket)", allowed=False),
    ),
    hints=(
        "Ask for each action: is it about the bucket, or about an object in it?",
        "Bucket and object are different resources: the bucket is arn:aws:s3:::acme-photos, "
        "its objects are arn:aws:s3:::acme-photos/*.",
        "Resource may be a list. Put both names into it.",
    ),
    reference=_allow(["s3:ListBucket", "s3:GetObject"], [PHOTOS, f"{PHOTOS}/*"]),
    explanation="s3:ListBucket is asked about the bucket, s3:GetObject about an object. One statement may name both "
    "resources: each action finds the one that it is about. Two statements, one for each action, say the same.",
    misconceptions=(
        Misconception(
            answer=_allow(["s3:ListBucket", "s3:GetObject"], [PHOTOS, f"{PHOTOS}/*.jpg"]),
            message="The bucket holds more than what your pattern fits: every object, whatever its name, is /*.",
            known_by=lambda attempt: (
                silent(attempt)
                and not attempt.fails(_LIST_PHOTOS)
                and on(attempt, f"{PHOTOS}/*.jpg", f"{PHOTOS}/1.jpg", f"{PHOTOS}/*/*")
            ),
        ),
        Misconception(
            answer=_allow(["s3:ListBucket", "s3:GetObject"], [PHOTOS, f"{PHOTOS}/"]),
            message="The bucket is named, and that is enough to list it. But reading is about the objects in it.",
            known_by=lambda attempt: (
                attempt.fails(_ONE_PHOTO)
                and not attempt.fails(_LIST_PHOTOS)
                and not covers(attempt, f"{PHOTOS}/1.jpg")
                and not names_objects(attempt, PHOTOS)
            ),
            number=13,
        ),
        Misconception(
            answer=_allow(["s3:ListBucket", "s3:GetObject"], f"{PHOTOS}/*"),
            message="Now the objects are covered, but the bucket itself is not: /* covers what is in the bucket.",
            known_by=lambda attempt: (
                attempt.fails(_LIST_PHOTOS) and not attempt.fails(_ONE_PHOTO) and not covers(attempt, PHOTOS)
            ),
            number=13,
        ),
        Misconception(
            answer=_allow(["s3:ListBucket", "s3:GetObject"], "*"),
            message="That opens every bucket of the account, payroll included. Name the one bucket and its objects.",
            known_by=lambda attempt: attempt.fails(_SALARIES) and on(attempt, "*", "arn:aws:s3:::*"),
        ),
        Misconception(
            answer=_allow(["s3:ListBucket", "s3:GetObject"], f"{PHOTOS}*"),
            message="A star right after the name matches every bucket whose name begins so: acme-photos-archive "
            "as well. Put the slash before the star, and name the bucket beside it.",
            known_by=lambda attempt: attempt.fails(_ARCHIVED) and on(attempt, f"{PHOTOS}*", f"{PHOTOS}*/*"),
        ),
        Misconception(
            answer=_allow("s3:*", [PHOTOS, f"{PHOTOS}/*"]),
            message="The resources are right. But s3:* also overwrites and deletes; keep the two actions.",
            known_by=lambda attempt: attempt.fails(_OVERWRITE) and names(attempt, "s3:*"),
        ),
    ),
    untouched=BROKEN_ARN,
)

EXERCISES: Final = (PREDICT, GRANT, MEND)
