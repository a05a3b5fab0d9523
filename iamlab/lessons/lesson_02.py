"""Lesson 02: the root user and administrators; an explicit Deny wins; reading an AccessDenied message."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from iamlab.core.policy import Effect
from iamlab.lessons import worlds
from iamlab.lessons.exercise import Attempt, Item, Misconception, PolicyExercise, SortExercise
from iamlab.lessons.probing import asks, calling_as, embedded_in, in_any_circumstances
from iamlab.lessons.story import document

LEDGER: Final = "arn:aws:s3:::acme-ledger"
PHOTOS: Final = "arn:aws:s3:::acme-photos"
BOOK: Final = f"{LEDGER}/2026.csv"
ROOT, ADMINISTRATOR = "root user", "administrator"

# 02.1

_ROOT_ALONE: Final = "No policy gives this to anybody: it is one of the few things that only the root user can do."
_LOCKED_OUT: Final = (
    "Whoever could give permissions back is locked out as well. No identity policy reaches the root user."
)
_DENIED_TO_ALL: Final = (
    "The policy denies it to every administrator too. Only the account's root user gets past it (in an organization "
    "also a root session opened from the management account)."
)
_ADMINISTRATORS: Final = (
    "The root user could, but need not: an administrator can do this, and root is kept for what nobody else can do."
)


def _task(words: str, *, root: bool, why: str = _ROOT_ALONE) -> Item:
    """A task of ENT-22, and why no administrator can do it; or one that every administrator can do."""
    if root:
        return Item(words=words, right=ROOT, messages={ADMINISTRATOR: why}, numbers={ADMINISTRATOR: 2})
    return Item(words=words, right=ADMINISTRATOR, messages={ROOT: _ADMINISTRATORS})


SORT: Final = SortExercise(
    id="02.1",
    title="Root user or administrator: who is to do it?",
    choices=(ROOT, ADMINISTRATOR),
    items={
        "close": _task("close the AWS account", root=True),
        "email": _task("change the root user's e-mail address", root=True),
        "hire": _task("make a user for a new colleague", root=False),
        "bucket": _task("create a bucket", root=False),
        "locked": _task(
            "let people in again after the only administrator has locked everybody out", root=True, why=_LOCKED_OUT
        ),
        "attach": _task("attach a policy to a user", root=False),
        "mend": _task("delete a bucket policy that denies everything to everybody", root=True, why=_DENIED_TO_ALL),
    },
    hints=(
        "What belongs to the account itself, and what is work inside of it?",
        "Only the root user can change what belongs to the account itself or to the root user, and get back in when "
        "nobody else can.",
        "Three of the seven are everyday work: hire, bucket and attach.",
    ),
    rules=("ENT-22",),
    explanation="Root is for the account itself (close, email) and for getting back in (locked, mend). Everything else "
    "an administrator can do, with a name of its own on the trail and with policies that can limit it.",
)

# 02.2


_ada = partial(asks, "ada")


def _says(effect: str, action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return document({"Effect": effect, "Action": action, "Resource": resource})


def _denied(attempt: Attempt, element: str) -> set[str]:
    """What the Deny statements list under Action or Resource, letter for letter but for case."""
    denies = (one for one in attempt.policy.statements if one.effect is Effect.DENY)
    return {text.lower() for one in denies for text in (one.actions if element == "Action" else one.resources)}


_DELETE: Final = _ada("s3:DeleteObject", BOOK, "ada deletes acme-ledger/2026.csv (s3:DeleteObject)", allowed=False)
_DELETE_OLD: Final = _ada(
    "s3:DeleteObject",
    f"{LEDGER}/archive/2025.csv",
    "ada deletes acme-ledger/archive/2025.csv (s3:DeleteObject)",
    allowed=False,
)
_EVER: Final = in_any_circumstances(
    _ada(
        "s3:DeleteObject",
        BOOK,
        "ada, with MFA or without, whenever and from wherever, deletes acme-ledger/2026.csv (s3:DeleteObject)",
        allowed=False,
    )
)
_READ: Final = _ada("s3:GetObject", BOOK, "ada reads acme-ledger/2026.csv (s3:GetObject)", allowed=True)
_WRITE: Final = _ada("s3:PutObject", BOOK, "ada writes acme-ledger/2026.csv (s3:PutObject)", allowed=True)
_PHOTO: Final = _ada(
    "s3:DeleteObject", f"{PHOTOS}/1.jpg", "ada deletes acme-photos/1.jpg (s3:DeleteObject)", allowed=True
)
_ARCHIVED: Final = _ada(
    "s3:DeleteObject",
    f"{LEDGER}-archive/2019.csv",
    "ada deletes acme-ledger-archive/2019.csv (s3:DeleteObject)",
    allowed=True,
)
_HIRE: Final = _ada(
    "iam:CreateUser", "arn:aws:iam::111111111111:user/nina", "ada creates the user nina (iam:CreateUser)", allowed=True
)

STOP: Final = PolicyExercise(
    id="02.2",
    world=worlds.with_ledger,
    caller=calling_as("ada"),
    apply=embedded_in("ada"),
    only=(),
    spared=(("s3:DeleteObjectVersion", f"{LEDGER}/*"),),  # a version of an object is deleted by an action of its own
    probes=(
        _DELETE,
        _DELETE_OLD,
        _EVER,
        _READ,
        _WRITE,
        _PHOTO,
        _ARCHIVED,
        _ada("s3:ListBucket", LEDGER, "ada lists what is in acme-ledger (s3:ListBucket)", allowed=True),
        _HIRE,
        _ada("ec2:DescribeInstances", None, "ada looks at the instances (ec2:DescribeInstances)", allowed=True),
    ),
    hints=(
        "AdministratorAccess allows everything and stays attached. What wins over an Allow?",
        "An explicit Deny in any policy wins. Deleting an object is about the object: which ARN is that?",
        '{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": ...}: every object of acme-ledger is missing.',
    ),
    rules=("EVAL-03",),
    reference=_says("Deny", "s3:DeleteObject", f"{LEDGER}/*"),
    explanation="A Deny beside AdministratorAccess, about deleting the objects of one bucket and nothing else. It wins "
    "over the Allow for everything. Mind that ada, an administrator, may also take this policy away again: a limit "
    "that holds against an administrator is set from outside, and comes in a later lesson.",
    misconceptions=(
        Misconception(
            answer=_says("Allow", ["s3:GetObject", "s3:PutObject"], f"{LEDGER}/*"),
            message="An Allow takes nothing away. AdministratorAccess still allows the rest: only a Deny forbids.",
            known_by=lambda attempt: all(one.effect is Effect.ALLOW for one in attempt.policy.statements),
            number=10,
        ),
        Misconception(
            answer=_says("Deny", "s3:DeleteBucket", [LEDGER, f"{LEDGER}/*"]),
            message="s3:DeleteBucket deletes a bucket, an empty one. Objects are deleted by another action.",
            known_by=lambda attempt: attempt.fails(_DELETE) and _denied(attempt, "Action") == {"s3:deletebucket"},
        ),
        Misconception(
            answer=_says("Deny", "s3:DeleteObject", LEDGER),
            message="Your Deny names the bucket. Deleting an object is about the object, another resource.",
            known_by=lambda attempt: attempt.fails(_DELETE) and LEDGER in _denied(attempt, "Resource"),
            number=13,
        ),
        Misconception(
            answer=_says("Deny", "*", "*"),
            message="Now ada can do nothing at all, not even take this policy away again. Only root could help.",
            known_by=lambda attempt: attempt.fails(_HIRE) and "*" in _denied(attempt, "Action"),
        ),
        Misconception(
            answer=_says("Deny", "s3:*", f"{LEDGER}/*"),
            message="That forbids reading and writing as well. Name the one action.",
            known_by=lambda attempt: attempt.fails(_READ),
        ),
        Misconception(
            answer=_says("Deny", "s3:DeleteObject", "*"),
            message="That forbids deleting objects everywhere. Name the one bucket's objects.",
            known_by=lambda attempt: attempt.fails(_PHOTO),
        ),
        Misconception(
            answer=_says("Deny", "s3:DeleteObject", f"{LEDGER}*"),
            message="A star right after the name fits every bucket whose name begins so, in a Deny as well: "
            "acme-ledger-archive. Put the slash before the star.",
            known_by=lambda attempt: (
                attempt.fails(_ARCHIVED)
                and not attempt.fails(_PHOTO)
                and any(one in (f"{LEDGER}*", f"{LEDGER}*/*") for one in _denied(attempt, "Resource"))
            ),
        ),
    ),
)

# 02.3

_MISSING, _FORBIDDEN, _UNKNOWN = "a permission is missing", "a policy forbids it", "the user does not exist"
_WHY: Final = (_MISSING, _FORBIDDEN, _UNKNOWN)
_GIVE, _CHANGE, _AGAIN = "add a policy that allows it", "change the statement that denies it", "sign in again"
_CURES: Final = (_GIVE, _CHANGE, _AGAIN)
_KNOWN: Final = "AWS knows the caller: the message begins with the user's own ARN."
_SIGNED_IN: Final = "The caller is signed in, or AWS would not have looked at any policy."

READ: Final = SortExercise(
    id="02.3",
    title="Read an AccessDenied message",
    items={
        "first: why": Item(
            words="The first message: why was it denied?",
            choices=_WHY,
            right=_MISSING,
            messages={
                _FORBIDDEN: "It says 'because no identity-based policy allows': nothing forbids, an Allow is missing.",
                _UNKNOWN: _KNOWN,
            },
            numbers={_FORBIDDEN: 11},
        ),
        "first: cure": Item(
            words="The first message: what would help?",
            choices=_CURES,
            right=_GIVE,
            messages={_CHANGE: "There is no Deny that could be changed: an Allow is missing.", _AGAIN: _SIGNED_IN},
            numbers={_CHANGE: 11},
        ),
        "second: why": Item(
            words="The second message: why was it denied?",
            choices=_WHY,
            right=_FORBIDDEN,
            messages={
                _MISSING: "It says 'with an explicit deny': a statement forbids it, whatever is allowed beside it.",
                _UNKNOWN: _KNOWN,
            },
            numbers={_MISSING: 11},
        ),
        "second: cure": Item(
            words="The second message: what would help?",
            choices=_CURES,
            right=_CHANGE,
            messages={_GIVE: "No Allow wins over an explicit Deny, however exact it is.", _AGAIN: _SIGNED_IN},
            numbers={_GIVE: 10},
        ),
    },
    hints=(
        "Read each message to its end: the last words say why.",
        "'because no ... policy allows' is an implicit deny, 'with an explicit deny' an explicit one.",
        "What is missing can be added. What forbids has to be changed.",
    ),
    rules=("STS-18",),
    explanation="The end of the message is the useful part: 'because no identity-based policy allows' means that an "
    "Allow is missing, 'with an explicit deny in an identity-based policy' that a statement forbids it, and in which "
    "kind of policy it stands.",
)

EXERCISES: Final = (SORT, STOP, READ)
