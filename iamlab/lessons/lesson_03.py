"""Lesson 03: a team through a group."""

from __future__ import annotations

from typing import Any, Final

from iamlab.analysis.difference import Change, Turn
from iamlab.core.evaluation import Decision
from iamlab.core.policy import Policy, allow, deny
from iamlab.lab import Lab
from iamlab.lessons import worlds
from iamlab.lessons.excess import YOURS
from iamlab.lessons.exercise import Attempt, Misconception, PolicyExercise, Probe, WorldExercise
from iamlab.lessons.probing import asks, calling_as, is_roots
from iamlab.lessons.recognizing import covers, forbidden, names, names_objects, on, silent
from iamlab.lessons.story import DEVELOPMENT, document

CODE: Final = "arn:aws:s3:::acme-dev"
ARCHIVE: Final = "arn:aws:s3:::acme-dev-archive"
REPORTS: Final = "arn:aws:s3:::acme-test"
PLAN: Final = f"{CODE}/plan.txt"


def _asks(who: str, action: str, resource: str | None, words: str, *, allowed: bool = True, after: Any = None) -> Probe:
    return asks(who, action, resource, f"{words} ({action})", allowed=allowed, after=after)


def _is_in(lab: Lab, name: str, group: str) -> bool:
    return worlds.group(lab, group) in worlds.user(lab, name).groups


def _of_the_code(change: Change) -> bool:
    """Whether it is about the bucket, or something in it."""
    return change.resource.partition("/")[0] == CODE


def _statement(action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


# 03.1


def _join(lab: Lab) -> None:
    worlds.group(lab, "Developers").add(worlds.user(lab, "fay"))


def _leave(lab: Lab) -> None:
    if _is_in(lab, "fay", "Developers"):
        worlds.group(lab, "Developers").remove(worlds.user(lab, "fay"))


def _join_and_attach(lab: Lab) -> None:
    _join(lab)
    worlds.user(lab, "fay").attach(worlds.development(lab).managed_policy("DevAccess"))


def _join_both(lab: Lab) -> None:
    _join(lab)
    worlds.group(lab, "Testers").add(worlds.user(lab, "fay"))


def _own_group(lab: Lab) -> None:
    made = worlds.development(lab).create_group("NewDevelopers")
    made.attach(worlds.development(lab).managed_policy("DevAccess"))
    made.add(worlds.user(lab, "fay"))


_FAY_LISTS: Final = _asks("fay", "s3:ListBucket", CODE, "fay lists what is in acme-dev")
_FAY_TESTS: Final = _asks("fay", "s3:ListBucket", REPORTS, "fay lists what is in acme-test", allowed=False)
_FAY_DELETES: Final = _asks("fay", "s3:DeleteBucket", CODE, "fay deletes the bucket acme-dev", allowed=False)
_FAY_HIRES: Final = _asks(
    "fay", "iam:CreateUser", f"arn:aws:iam::{DEVELOPMENT}:user/gil", "fay creates the user gil", allowed=False
)
_NEXT_MONTH: Final = _asks(
    "fay",
    "iam:ListUsers",
    None,
    "next month the group Developers gets a policy that lets it list the users; fay lists them",
    after=lambda lab: worlds.group(lab, "Developers").put_policy("SeeUsers", allow("iam:ListUsers")),
)
_ANOTHER_TEAM: Final = _asks(
    "fay",
    "s3:ListBucket",
    CODE,
    "next year fay is taken out of the group Developers; fay lists what is in acme-dev",
    allowed=False,
    after=_leave,
)


def _for_fay_alone(attempt: Attempt) -> bool:
    return not attempt.fails(_FAY_LISTS) and attempt.fails(_NEXT_MONTH) and not worlds.user(attempt.lab, "fay").groups


HIRE: Final = WorldExercise(
    id="03.1",
    world=worlds.new_hire,
    may_change=lambda change: (
        is_roots(change) or (change.subject.name == "fay" and change.turn is Turn.GAINED and _of_the_code(change))
    ),
    probes=(
        _FAY_LISTS,
        _asks("fay", "s3:GetObject", PLAN, "fay reads acme-dev/plan.txt"),
        _asks("fay", "s3:PutObject", PLAN, "fay overwrites acme-dev/plan.txt"),
        _FAY_HIRES,
        _FAY_DELETES,
        _FAY_TESTS,
        _asks("fay", "s3:DeleteObject", PLAN, "fay deletes acme-dev/plan.txt", allowed=False),
        _NEXT_MONTH,
        _ANOTHER_TEAM,
        _asks("dana", "s3:GetObject", PLAN, "dana reads acme-dev/plan.txt"),
    ),
    hints=(
        "Look at the picture: by which way do dana and eric get what they may do? fay needs the same way.",
        "A user has the policies of all its groups. So membership is enough; no policy has to be touched.",
        'Only the user is missing, acme.user("fay"):\n'
        "    acme = team.accounts[0]\n"
        '    acme.group("Developers").add(...)',
    ),
    rules=("ENT-07",),
    reach="team.accounts",
    reference=_join,
    explanation="One membership, and nothing else. What the group has, fay has: today, after the next change, and "
    "until somebody takes her out.",
    misconceptions=(
        Misconception(
            answer=lambda lab: worlds.user(lab, "fay").attach(
                worlds.development(lab).managed_policy("AdministratorAccess")
            ),
            message="An administrator may do everything, so fay may do what the developers do, and all the rest.",
            known_by=lambda attempt: attempt.fails(_FAY_HIRES) and attempt.fails(_FAY_DELETES),
        ),
        Misconception(
            answer=_own_group,
            message="The same policy on another group works today. But now there are two groups to keep in step, and "
            "what Developers gets next does not reach fay.",
            known_by=lambda attempt: (
                not attempt.fails(_FAY_LISTS)
                and attempt.fails(_NEXT_MONTH)
                and any(one.name not in ("Developers", "Testers") for one in worlds.user(attempt.lab, "fay").groups)
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.user(lab, "fay").attach(worlds.development(lab).managed_policy("DevAccess")),
            message="fay can work today. But she was given it alone: what the group gets later passes her by.",
            known_by=_for_fay_alone,
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Testers").add(worlds.user(lab, "fay")),
            message="fay is among the testers now: a group passes its own policies on, and no other group's.",
            known_by=lambda attempt: (
                _is_in(attempt.lab, "fay", "Testers") and not _is_in(attempt.lab, "fay", "Developers")
            ),
        ),
        Misconception(
            answer=_join_both,
            message="Developers is right. But a user has what all its groups have together, so Testers gives her more "
            "than was asked for.",
            known_by=lambda attempt: _is_in(attempt.lab, "fay", "Testers") and _is_in(attempt.lab, "fay", "Developers"),
        ),
        Misconception(
            answer=_join_and_attach,
            message="She is in the group, and the policy is attached to her as well. The day she leaves the group, "
            "that is left over.",
            known_by=lambda attempt: attempt.fails(_ANOTHER_TEAM) and _is_in(attempt.lab, "fay", "Developers"),
        ),
    ),
)

# 03.2

_TESS_READS: Final = _asks("tess", "s3:GetObject", PLAN, "tess reads acme-dev/plan.txt", allowed=False)
_TESS_TESTS: Final = _asks("tess", "s3:ListBucket", REPORTS, "tess lists what is in acme-test")
_TESS_USERS: Final = _asks("tess", "iam:ListUsers", None, "tess lists the users")
_DANA_READS: Final = _asks("dana", "s3:GetObject", PLAN, "dana reads acme-dev/plan.txt")
_DANA_WRITES: Final = _asks("dana", "s3:PutObject", PLAN, "dana overwrites acme-dev/plan.txt")
_COMES_BACK: Final = _asks(
    "tess",
    "s3:GetObject",
    PLAN,
    "next year tess is put into the group Developers; tess reads acme-dev/plan.txt",
    after=lambda lab: worlds.group(lab, "Developers").add(worlds.user(lab, "tess")),
)


def _detach_from_tess(lab: Lab) -> None:
    worlds.user(lab, "tess").detach(worlds.development(lab).managed_policy("DevAccess"))


def _strip(lab: Lab) -> None:
    _detach_from_tess(lab)
    worlds.user(lab, "tess").delete_policy("SeeUsers")


def _narrow(lab: Lab) -> None:
    shared = worlds.development(lab).managed_policy("DevAccess")
    shared.create_version(allow("s3:ListAllMyBuckets"), set_as_default=True)


def _forbidden_to_tess(attempt: Attempt) -> bool:
    """Whether a Deny keeps tess from some of what DevAccess gives her."""
    tess, lab = worlds.user(attempt.lab, "tess"), attempt.lab
    asked = (lab.evaluate(tess, "s3:ListBucket", CODE), lab.evaluate(tess, "s3:PutObject", PLAN))
    return any(one.decision is Decision.EXPLICIT_DENY for one in asked)


LEFT_OVER: Final = WorldExercise(
    id="03.2",
    world=worlds.moved_over,
    may_change=lambda change: (
        is_roots(change) or (change.subject.name == "tess" and change.turn is Turn.LOST and _of_the_code(change))
    ),
    probes=(
        _TESS_READS,
        _asks("tess", "s3:ListBucket", CODE, "tess lists what is in acme-dev", allowed=False),
        _asks("tess", "s3:PutObject", PLAN, "tess overwrites acme-dev/plan.txt", allowed=False),
        _TESS_TESTS,
        _TESS_USERS,
        _DANA_READS,
        _DANA_WRITES,
        _asks("eric", "s3:GetObject", PLAN, "eric reads acme-dev/plan.txt"),
        _COMES_BACK,
    ),
    hints=(
        "tess is not in Developers any more. So by which other way does something about acme-dev reach her? Look at "
        "the lines that leave tess in the picture, or at her rows of office.table().",
        "A policy can be attached to several users and groups. Taking it off one of them leaves the others as they "
        "are; changing the policy itself changes it for all.",
        'Only the policy is missing, acme.managed_policy("DevAccess"):\n'
        "    acme = office.accounts[0]\n"
        '    acme.user("tess").detach(...)',
    ),
    reach="office.accounts",
    reference=_detach_from_tess,
    explanation="DevAccess was attached to tess herself, beside the group. Leaving the group could not take that away: "
    "it never came through the group. Detaching it from her touches nobody else.",
    misconceptions=(
        Misconception(
            answer=lambda lab: worlds.user(lab, "tess").put_policy("NoCode", deny("s3:*", on=[CODE, f"{CODE}/*"])),
            message="A Deny covers the old grant up and does not take it away. Both stay, and should tess come back to "
            "the developers, the Deny would win.",
            known_by=lambda attempt: forbidden(attempt, _COMES_BACK),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Developers").detach(
                worlds.development(lab).managed_policy("DevAccess")
            ),
            message="That takes it from the developers. tess is not among them: what she has, she has by another way.",
            known_by=lambda attempt: (
                attempt.fails(_TESS_READS)
                and attempt.fails(_DANA_READS)
                and not worlds.group(attempt.lab, "Developers").policies
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.user(lab, "tess").put_policy("NoWriting", deny("s3:PutObject", on=f"{CODE}/*")),
            message="A Deny covers a part of the old grant up, and does not take it away: what the Deny does not name, "
            "tess still may. Find by which way the grant comes to her.",
            known_by=lambda attempt: attempt.fails(_TESS_READS) and _forbidden_to_tess(attempt),
        ),
        Misconception(
            answer=lambda lab: worlds.user(lab, "tess").delete_policy("SeeUsers"),
            message="SeeUsers lets her list the users, which she needs. What lets her into acme-dev is another policy.",
            known_by=lambda attempt: (
                attempt.fails(_TESS_READS) and attempt.fails(_TESS_USERS) and not _forbidden_to_tess(attempt)
            ),
        ),
        Misconception(
            answer=_narrow,
            message="A new version of a managed policy counts for everybody whom the policy reaches: the developers "
            "have lost it with her.",
            known_by=lambda attempt: (
                (attempt.fails(_DANA_READS) or attempt.fails(_DANA_WRITES))
                and worlds.development(attempt.lab).managed_policy("DevAccess").default_version != "v1"
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Testers").remove(worlds.user(lab, "tess")),
            message="Testers is where tess works now. Leaving a group takes away what came through that group, and "
            "nothing else.",
            known_by=lambda attempt: attempt.fails(_TESS_TESTS) and not _is_in(attempt.lab, "tess", "Testers"),
        ),
        Misconception(
            answer=_strip,
            message="The left-over is gone, and with it something that tess needs. Not everything that is given to one "
            "user alone is left over.",
            known_by=lambda attempt: attempt.fails(_TESS_USERS) and not attempt.fails(_TESS_READS),
        ),
    ),
)

# 03.3

_LISTS: Final = _asks("dana", "s3:ListBucket", CODE, "dana lists what is in acme-dev")
_READS: Final = _asks("dana", "s3:GetObject", PLAN, "dana reads acme-dev/plan.txt")
_WRITES: Final = _asks("dana", "s3:PutObject", f"{CODE}/src/app.py", "dana writes acme-dev/src/app.py")
_ARCHIVED: Final = _asks(
    "dana", "s3:GetObject", f"{ARCHIVE}/old.zip", "dana reads acme-dev-archive/old.zip", allowed=False
)
_TESTED: Final = _asks("dana", "s3:GetObject", f"{REPORTS}/1.txt", "dana reads acme-test/1.txt", allowed=False)
_DELETES: Final = _asks("dana", "s3:DeleteObject", PLAN, "dana deletes acme-dev/plan.txt", allowed=False)
_DESTROYS: Final = _asks("dana", "s3:DeleteBucket", CODE, "dana deletes the bucket acme-dev", allowed=False)


_HIRED: Final = _asks(
    "nina",
    "s3:GetObject",
    PLAN,
    "next month nina is hired and put into Developers; nina reads acme-dev/plan.txt",
    after=lambda lab: worlds.hire(lab, "nina", "Developers"),
)
_THREE: Final = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]


def _give_the_group(lab: Lab, policy: Policy) -> None:
    worlds.group(lab, "Developers").put_policy(YOURS, policy)


WRITE: Final = PolicyExercise(
    id="03.3",
    world=worlds.team_without_policy,
    caller=calling_as("dana"),
    apply=_give_the_group,
    only=(("s3:ListBucket", CODE), ("s3:GetObject", f"{CODE}/*"), ("s3:PutObject", f"{CODE}/*")),
    probes=(
        _LISTS,
        _READS,
        _WRITES,
        _asks("eric", "s3:GetObject", f"{CODE}/src/app.py", "eric reads acme-dev/src/app.py"),
        _HIRED,
        _DESTROYS,
        _DELETES,
        _TESTED,
        _ARCHIVED,
        _asks("dana", "s3:ListBucket", ARCHIVE, "dana lists what is in acme-dev-archive", allowed=False),
        _asks("tess", "s3:GetObject", PLAN, "tess, who is not in the group, reads acme-dev/plan.txt", allowed=False),
    ),
    hints=(
        "Three actions: list, read, write. Ask of each: is it about the bucket, or about an object in it?",
        "Two statements are the clearest: s3:ListBucket on arn:aws:s3:::acme-dev, and the other two on the objects. "
        "Whom it is about does not stand in the policy: that follows from the group it is put on.",
        '{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::acme-dev/*"} is one '
        "statement; the one for s3:ListBucket is missing.",
    ),
    rules=("POL-15",),
    reference=document(_statement("s3:ListBucket", CODE), _statement(["s3:GetObject", "s3:PutObject"], f"{CODE}/*")),
    explanation="Each action meets the resource that it is about: listing the bucket, reading and writing the objects "
    "in it. No user has to be named, for whoever is in the group has it.",
    misconceptions=(
        Misconception(
            answer=document(_statement(_THREE, "*")),
            message='"*" is every bucket there is, those of the testers too. Name the one bucket and its objects.',
            known_by=lambda attempt: attempt.fails(_TESTED) and on(attempt, "*", "arn:aws:s3:::*"),
        ),
        Misconception(
            answer=document(_statement(_THREE, f"{CODE}*")),
            message="A star right after the name fits every bucket whose name begins so: acme-dev-archive as well.",
            known_by=lambda attempt: attempt.fails(_ARCHIVED) and on(attempt, f"{CODE}*", f"{CODE}*/*"),
        ),
        Misconception(
            answer=document(_statement("s3:*", [CODE, f"{CODE}/*"])),
            message="The resources are right. But s3:* also deletes the objects and the bucket itself; name the three "
            "actions.",
            known_by=lambda attempt: attempt.failures[0].probe is _DESTROYS and names(attempt, "s3:*"),
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", CODE), _statement("s3:*Object", f"{CODE}/*")),
            message="s3:*Object is every action whose name ends so, s3:DeleteObject among them. Name the two you mean.",
            known_by=lambda attempt: attempt.fails(_DELETES) and names(attempt, "s3:*Object", "s3:*Object*"),
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", CODE), _statement("s3:GetObject", f"{CODE}/*")),
            message="They can look and read, and not write: s3:GetObject does not include s3:PutObject.",
            known_by=lambda attempt: attempt.fails(_WRITES) and not attempt.fails(_READS) and silent(attempt),
        ),
        Misconception(
            answer=document(_statement(_THREE, f"{CODE}/*")),
            message="/* is what is in the bucket; s3:ListBucket is asked about the bucket itself, and no statement "
            "names that.",
            known_by=lambda attempt: (
                attempt.fails(_LISTS) and silent(attempt) and not covers(attempt, CODE) and covers(attempt, PLAN)
            ),
            number=13,
        ),
        Misconception(
            answer=document(_statement(_THREE, CODE)),
            message="One ARN does not do for all: it names the bucket, and reading and writing are about the objects "
            "in it.",
            known_by=lambda attempt: (
                attempt.fails(_READS) and not attempt.fails(_LISTS) and not names_objects(attempt, CODE)
            ),
            number=13,
        ),
    ),
)

EXERCISES: Final = (HIRE, LEFT_OVER, WRITE)
