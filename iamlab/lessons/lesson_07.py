"""Lesson 07: an application on EC2: the service that is trusted, one folder of a bucket, and who may hand a role on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import PolicyKind
from iamlab.core.resources import resource_matches
from iamlab.lab import Lab
from iamlab.lessons import worlds, worlds_07
from iamlab.lessons.circumstances import with_another
from iamlab.lessons.exercise import Attempt, Misconception, PolicyExercise, Probe
from iamlab.lessons.probing import calling_as, embedded_in
from iamlab.lessons.recognizing import covers, names, silent, trusts
from iamlab.lessons.story import DEVELOPMENT, account, document, the_account, trust
from iamlab.lessons.trusting import trusted
from iamlab.lessons.worlds_07 import APP_ROLE, EC2, LAMBDA, PHOTOS, PROD_ROLE, app_role, launches, passes, starts_server

# 07.1

THE_ACCOUNT: Final = the_account(DEVELOPMENT)
BOB: Final = f"arn:aws:iam::{DEVELOPMENT}:user/bob"


def _assumes(who: str, words: str, *, allowed: bool = False) -> Probe:
    """A service, or a user of the account, assumes the role."""

    def ask(lab: Lab) -> Evaluation:
        caller = who if who.endswith(".amazonaws.com") else worlds.identity(lab, who)
        return lab.evaluate(caller, "sts:AssumeRole", app_role(lab))

    return Probe(words=f"{words} assumes AppRole (sts:AssumeRole)", ask=ask, allowed=allowed)


_EC2: Final = _assumes(EC2, "EC2, for the server,", allowed=True)
_LAMBDA: Final = _assumes(LAMBDA, "Lambda, another service,")
_ALICE: Final = _assumes("alice", "alice, the administrator,")
_BOB: Final = _assumes("bob", "bob, who starts servers,")
_READS: Final = Probe(
    words="a minute later the program on the server reads acme-photos/1.jpg (s3:GetObject)",
    ask=worlds_07.reads_photos,
    allowed=True,
    after=lambda lab: lab.clock.advance(minutes=1),
)


def _trusts_both() -> dict[str, Any]:
    statement = trust(Service=EC2)["Statement"][0]
    return document({**statement, "Principal": {"Service": EC2, "AWS": account(DEVELOPMENT)}})


def _trusts_services(*services: str) -> dict[str, Any]:
    statement = trust(Service=EC2)["Statement"][0]
    return document({**statement, "Principal": {"Service": list(services)}})


SERVICE: Final = PolicyExercise(
    id="07.1",
    kind=PolicyKind.TRUST,
    world=worlds_07.no_credentials,
    caller=calling_as("AppRole"),
    apply=lambda lab, policy: app_role(lab).update_trust(policy),
    only=(("sts:AssumeRole", EC2),),
    probes=(_EC2, _READS, _LAMBDA, _ALICE, _BOB),
    hints=(
        "The role's permissions are right, and so is the profile. Who is to assume the role, and whom does its trust "
        "policy name?",
        "A service is named under Service, by a name of its own that ends in .amazonaws.com; for a service "
        "the trust policy alone decides.",
        '"Principal": {"Service": ...}: the name of EC2 is missing, in small letters, before .amazonaws.com.',
    ),
    rules=("EVAL-16", "POL-06"),
    reference=trust(Service=EC2),
    untouched=trust(AWS=account(DEVELOPMENT)),
    explanation="Nobody of the account assumes this role: EC2 does, for the program on the server. So the trust policy "
    "names EC2, ec2.amazonaws.com, and nobody else.",
    misconceptions=(
        Misconception(
            answer=trust(AWS="*"),
            message='"*" is everybody: all users and roles here, and of every other account those whom it permits.',
            known_by=lambda attempt: trusts(attempt, "*") and attempt.fails(_ALICE),
        ),
        Misconception(
            answer=trust(AWS=DEVELOPMENT),
            message="An account is its users and roles. EC2 belongs to AWS and to none of your accounts: it has to be "
            "named as a service.",
            known_by=lambda attempt: (
                attempt.fails(_EC2)
                and trusts(attempt, *THE_ACCOUNT)
                and not any(one.endswith(".amazonaws.com") for one in trusted(attempt.policy))
            ),
        ),
        Misconception(
            answer=_trusts_both(),
            message="EC2 gets in now. But the account is still named, so whoever of it has a permission to assume "
            "roles gets in as well: alice, for one.",
            known_by=lambda attempt: (
                attempt.fails(_ALICE) and not attempt.fails(_EC2) and trusts(attempt, *THE_ACCOUNT)
            ),
        ),
        Misconception(
            answer=trust(AWS=BOB),
            message="bob starts the server, and that is all. It is not he who assumes the role, and the program does "
            "not work with his rights: EC2 assumes the role for it.",
            known_by=lambda attempt: attempt.fails(_BOB) and trusts(attempt, BOB),
            number=15,
        ),
        Misconception(
            answer=trust(Service=LAMBDA),
            message="That is another service: Lambda runs functions, and has no servers to be started. The program "
            "runs on EC2.",
            known_by=lambda attempt: attempt.fails(_EC2) and trusts(attempt, LAMBDA),
        ),
        Misconception(
            answer=_trusts_services(EC2, LAMBDA),
            message="EC2 is right, and enough. Whoever may hand this role to Lambda could run code of theirs with it.",
            known_by=lambda attempt: attempt.fails(_LAMBDA) and not attempt.fails(_EC2) and trusts(attempt, LAMBDA),
        ),
        Misconception(
            answer=trust(AWS=APP_ROLE),
            message="A role that trusts itself lets in whoever is in it already, and nobody is: nobody belongs to a "
            "role as one does to a group.",
            known_by=lambda attempt: attempt.fails(_EC2) and trusted(attempt.policy) == {APP_ROLE},
            number=4,
        ),
    ),
)

# 07.2

WEB: Final = f"{PHOTOS}/web/*"


def _program(action: str, resource: str, words: str, *, allowed: bool = True, prefix: str | None = None) -> Probe:
    """A probe of a session of AppRole; ``prefix`` is what a list of the bucket is asked for."""
    context = {} if prefix is None else {"s3:prefix": prefix}

    def ask(lab: Lab) -> Evaluation:
        return lab.evaluate(app_role(lab), action, resource, context)

    return Probe(words=f"the program {words} ({action})", ask=ask, allowed=allowed, fixed=("s3:prefix",))


def _lists(prefix: str | None, words: str, *, allowed: bool) -> Probe:
    return _program("s3:ListBucket", PHOTOS, words, allowed=allowed, prefix=prefix)


_LISTS_WEB: Final = _lists("web/", "lists what is in web/", allowed=True)
_LISTS_BELOW: Final = _lists("web/2026/", "lists what is in web/2026/", allowed=True)
_LISTS_NEXT: Final = Probe(
    words="next year the program lists what is in web/2027/ (s3:ListBucket)",
    ask=_lists("web/2027/", "", allowed=True).ask,
    allowed=True,
    fixed=("s3:prefix",),
    after=lambda lab: lab.clock.advance(days=365),
)


def _lists_any_folder(lab: Lab) -> Evaluation:
    """The first of several lists that is denied; or the last one."""
    folders = ("web/archive/", "web/Team photos/", "web/a/b/c/", "web/x/")
    asked = [lab.evaluate(app_role(lab), "s3:ListBucket", PHOTOS, {"s3:prefix": one}) for one in folders]
    return next((one for one in asked if not one.allowed), asked[-1])


_LISTS_ANY: Final = Probe(
    words="the program lists what is in web/archive/, or in any other folder in web/ (s3:ListBucket)",
    ask=_lists_any_folder,
    allowed=True,
    fixed=("s3:prefix",),
)
_LISTS_EMPTY: Final = _lists("", "lists the whole bucket, by an empty prefix", allowed=False)
_LISTS_RAW: Final = _lists("raw/", "lists what is in raw/", allowed=False)
_LISTS_ALL: Final = _lists(None, "lists the whole bucket", allowed=False)
_LISTS_OLD: Final = _lists("web-old/", "lists what is in web-old/", allowed=False)


def _lists_elsewhere(lab: Lab) -> Evaluation:
    """The prefix of a list is how names begin, and ends anywhere: what is before web/, or another folder's."""
    asked = lab.evaluate(app_role(lab), "s3:ListBucket", PHOTOS, {"s3:prefix": "web"})
    return with_another(
        asked, "s3:prefix", lambda prefix: prefix.startswith("web/"), "web", "w", "raw/web/", "example/"
    )


_LISTS_ELSEWHERE: Final = Probe(
    words="the program lists by a prefix that does not begin with web/ (s3:ListBucket)",
    ask=_lists_elsewhere,
    allowed=False,
)
_READS_WEB: Final = _program("s3:GetObject", f"{PHOTOS}/web/1.jpg", "reads web/1.jpg")
_READS_BELOW: Final = _program("s3:GetObject", f"{PHOTOS}/web/2026/2.jpg", "reads web/2026/2.jpg")
_READS_NOTES: Final = _program("s3:GetObject", f"{PHOTOS}/web/notes.txt", "reads web/notes.txt")
_READS_RAW: Final = _program("s3:GetObject", f"{PHOTOS}/raw/1.tif", "reads raw/1.tif", allowed=False)
_READS_OLD: Final = _program("s3:GetObject", f"{PHOTOS}/web-old/1.jpg", "reads web-old/1.jpg", allowed=False)
_WRITES: Final = _program("s3:PutObject", f"{PHOTOS}/web/1.jpg", "overwrites web/1.jpg", allowed=False)
_DELETES: Final = _program("s3:DeleteObject", f"{PHOTOS}/web/1.jpg", "deletes web/1.jpg", allowed=False)


def _statement(action: str | list[str], resource: str | list[str], **condition: dict[str, Any]) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


_IN_WEB: Final = {"s3:prefix": "web/*"}
_LIST: Final = _statement("s3:ListBucket", PHOTOS, StringLike=_IN_WEB)
_READ: Final = _statement("s3:GetObject", WEB)


def _lists_by_a_beginning(attempt: Attempt) -> bool:
    """Whether the first thing wrong is that it lists by a beginning of web/, such as web without its slash."""
    first = attempt.failures[0]
    return first.probe is _LISTS_ELSEWHERE and "web/".startswith(str(first.evaluation.request.context["s3:prefix"]))


def _lists_nothing(attempt: Attempt) -> bool:
    return attempt.fails(_LISTS_WEB) and attempt.fails(_LISTS_BELOW)


def _literal_star(attempt: Attempt) -> bool:
    """Whether a prefix with a star is compared letter for letter."""
    conditions = (one for statement in attempt.policy.statements for one in statement.conditions)
    return any(
        one.operator == "StringEquals" and one.key.lower() == "s3:prefix" and any("*" in value for value in one.values)
        for one in conditions
    )


def _only_object_arns(attempt: Attempt) -> bool:
    return names(attempt, "s3:ListBucket") and not covers(attempt, PHOTOS)


PREFIX: Final = PolicyExercise(
    id="07.2",
    world=worlds_07.no_permissions,
    caller=calling_as("AppRole"),
    apply=embedded_in("AppRole"),
    only=(("s3:ListBucket", PHOTOS), ("s3:GetObject", WEB)),
    probes=(
        _LISTS_WEB,
        _LISTS_BELOW,
        _LISTS_NEXT,
        _LISTS_ANY,
        _READS_WEB,
        _READS_BELOW,
        _READS_NOTES,
        _LISTS_RAW,
        _LISTS_ALL,
        _LISTS_EMPTY,
        _LISTS_OLD,
        _LISTS_ELSEWHERE,
        _READS_RAW,
        _READS_OLD,
        _WRITES,
        _DELETES,
    ),
    hints=(
        "Listing is asked about the bucket, whichever folder is meant; reading about one object. So the folder stands "
        "in two places, and only one of them is a Resource.",
        "Which folder a list is asked for is in the condition key s3:prefix. A star is one with StringLike "
        "alone, and a condition belongs to the one statement that it stands in.",
        f'{{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "{PHOTOS}", "Condition": {{"StringLike": '
        '{"s3:prefix": "web/*"}}} is the first statement. The second one, for s3:GetObject, needs no condition: the '
        "folder is in the ARN of its objects.",
    ),
    rules=("COND-05", "COND-27"),
    reference=document(_LIST, _READ),
    explanation="For reading, the folder is part of the object's ARN. For listing the resource is the bucket, always, "
    "so a condition on s3:prefix says which folder; a request without a prefix is about the whole bucket.",
    misconceptions=(
        Misconception(
            answer=document(_statement("s3:ListBucket", WEB), _READ),
            message="s3:ListBucket is asked about the bucket itself, never about something in it. The folder goes into "
            "a condition.",
            known_by=lambda attempt: _lists_nothing(attempt) and silent(attempt) and _only_object_arns(attempt),
            number=13,
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", PHOTOS, StringEquals=_IN_WEB), _READ),
            message="With StringEquals a star is a star: the prefix would have to be web/* letter for letter. "
            "StringLike reads it as any run of characters.",
            known_by=lambda attempt: (
                _lists_nothing(attempt) and _literal_star(attempt) and not _only_object_arns(attempt)
            ),
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", PHOTOS, StringEquals={"s3:prefix": "web/"}), _READ),
            message="web/ itself can be listed, and no folder in it: their prefixes go on after web/.",
            known_by=lambda attempt: attempt.fails(_LISTS_BELOW) and not attempt.fails(_LISTS_WEB),
        ),
        Misconception(
            answer=document(_statement(["s3:ListBucket", "s3:GetObject"], [PHOTOS, WEB], StringLike=_IN_WEB)),
            message="The condition stands in a statement for both actions. A request to read an object has no "
            "s3:prefix, so there it never holds: each action needs a statement of its own.",
            known_by=lambda attempt: (
                attempt.fails(_READS_WEB) and not attempt.fails(_LISTS_WEB) and _reading_needs_a_prefix(attempt)
            ),
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", PHOTOS), _READ),
            message="Reading is limited to the folder, and listing is not: the names of all other objects are seen.",
            known_by=lambda attempt: (
                attempt.fails(_LISTS_RAW)
                and attempt.fails(_LISTS_ALL)
                and not attempt.fails(_READS_RAW)
                and not attempt.fails(_READS_WEB)
            ),
        ),
        Misconception(
            answer=document(_LIST, _statement("s3:GetObject", f"{PHOTOS}/*")),
            message="Listing is limited to the folder, and reading is not: whoever knows or guesses a name reads any "
            "object in the bucket.",
            known_by=lambda attempt: (
                attempt.fails(_READS_RAW)
                and not attempt.fails(_LISTS_RAW)
                and not attempt.fails(_LISTS_WEB)
                and covers(attempt, f"{PHOTOS}/any/where.jpg")
            ),
        ),
        Misconception(
            answer=document(
                _statement("s3:ListBucket", PHOTOS, StringLike={"s3:prefix": "web*"}),
                _statement("s3:GetObject", f"{PHOTOS}/web*"),
            ),
            message="Without the slash, web* fits whatever begins so: web-old as well.",
            known_by=lambda attempt: (
                (attempt.fails(_LISTS_OLD) or attempt.fails(_READS_OLD))
                and not attempt.fails(_LISTS_RAW)
                and not attempt.fails(_READS_RAW)
                and "web*" in attempt.policy.to_json()
            ),
        ),
        Misconception(
            answer=document(_statement("s3:ListBucket", PHOTOS, StringLike={"s3:prefix": ["web", "web/*"]}), _READ),
            message="A prefix is how names begin, and no folder: a list by the prefix web shows web-old/ as well. "
            "Every prefix that you allow must begin with web/.",
            known_by=_lists_by_a_beginning,
        ),
    ),
)


def _reading_needs_a_prefix(attempt: Attempt) -> bool:
    """Whether each statement that would let the program read has a condition on the prefix."""
    reading = [
        one
        for one in attempt.policy.statements
        if any(resource_matches(pattern, f"{PHOTOS}/web/1.jpg") for pattern in one.resources)
    ]
    keys = [{condition.key.lower() for condition in one.conditions} for one in reading]
    return bool(keys) and all("s3:prefix" in one for one in keys)


# 07.3


_TO_WHOM: Final = ("iam:PassedToService", "iam:AssociatedResourceArn", "ec2:InstanceProfile")


def _bob(ask: Callable[[Lab], Evaluation], words: str, *, allowed: bool) -> Probe:
    return Probe(words=f"bob {words}", ask=ask, allowed=allowed, fixed=_TO_WHOM)


_STARTS: Final = _bob(
    lambda lab: starts_server(lab, "AppProfile"), "starts a server with AppProfile (ec2:RunInstances)", allowed=True
)
_LAUNCHES: Final = _bob(launches, "starts it next year as well, with MFA or without (ec2:RunInstances)", allowed=True)
_STARTS_PROD: Final = _bob(
    lambda lab: starts_server(lab, "ProdProfile"), "starts a server with ProdProfile (ec2:RunInstances)", allowed=False
)
_TO_EC2: Final = _bob(lambda lab: passes(lab, "AppRole", EC2), "hands AppRole to EC2 (iam:PassRole)", allowed=True)
_TO_LAMBDA: Final = _bob(
    lambda lab: passes(lab, "AppRole", LAMBDA), "hands AppRole to Lambda (iam:PassRole)", allowed=False
)
_PROD_TO_EC2: Final = _bob(
    lambda lab: passes(lab, "ProdRole", EC2), "hands ProdRole to EC2 (iam:PassRole)", allowed=False
)


ECS: Final = "ecs-tasks.amazonaws.com"
_OTHER_SERVICES: Final = ("glue.amazonaws.com", "sagemaker.amazonaws.com", "a-new-one.amazonaws.com")
_TO_OTHERS: Final = _bob(
    lambda lab: with_another(
        passes(lab, "AppRole", ECS), "iam:PassedToService", lambda one: one.lower() == EC2, ECS, *_OTHER_SERVICES
    ),
    "hands AppRole to ECS, or to any service other than EC2 (iam:PassRole)",
    allowed=False,
)
_NEXT_ROLE: Final = Probe(
    words="next week there is a role AppRole2; bob hands it to EC2 (iam:PassRole)",
    ask=lambda lab: passes(lab, "AppRole2", EC2),
    allowed=False,
    fixed=_TO_WHOM,
    after=lambda lab: worlds.development(lab).create_role("AppRole2", trust=trust(Service=EC2)),
)
_LAUNCH: Final = _statement("ec2:RunInstances", "*")
_TO: Final = {"iam:PassedToService": EC2}


def _pass(resource: str, **condition: dict[str, Any]) -> dict[str, Any]:
    return document(_LAUNCH, _statement("iam:PassRole", resource, **condition))


PASS: Final = PolicyExercise(
    id="07.3",
    world=worlds_07.two_profiles,
    caller=calling_as("bob"),
    apply=embedded_in("bob"),
    only=(("ec2:RunInstances", "*"), ("iam:PassRole", APP_ROLE)),
    spared=(("ec2:RunInstances", "*"),),  # what of it a launch needs, the probes that start a server ask for
    probes=(_STARTS, _LAUNCHES, _TO_EC2, _PROD_TO_EC2, _STARTS_PROD, _TO_LAMBDA, _TO_OTHERS, _NEXT_ROLE),
    hints=(
        "iam:PassRole is asked twice over: which role is handed on, and to which service. The policy says neither yet.",
        "The resource of iam:PassRole is the role that is handed on; the service is in the condition key "
        "iam:PassedToService, by the name that a trust policy uses too.",
        f'"Resource": "{APP_ROLE}", and "Condition": {{"StringEquals": {{"iam:PassedToService": ...}}}}: the name of '
        "EC2 is missing. Only the statement for iam:PassRole is to be changed.",
    ),
    rules=("STS-19",),
    reference=_pass(APP_ROLE, StringEquals=_TO),
    untouched=_pass("*"),
    explanation='The Resource says which role bob may hand on, the condition to whom. With "*" he could have started a '
    "server with ProdRole and used its rights from there: a way to rights that were never his.",
    misconceptions=(
        Misconception(
            answer=document(_LAUNCH, _statement("sts:AssumeRole", APP_ROLE)),
            message="sts:AssumeRole would be for bob to act in the role himself. He is to hand it to EC2, and that is "
            "another permission: iam:PassRole.",
            known_by=lambda attempt: (
                attempt.fails(_TO_EC2) and names(attempt, "sts:AssumeRole") and not names(attempt, "iam:PassRole")
            ),
            number=16,
        ),
        Misconception(
            answer=document(_LAUNCH),
            message="Without iam:PassRole bob can start servers only without a role: EC2 asks whether he may hand on "
            "the one that is in the profile.",
            known_by=lambda attempt: (
                attempt.fails(_STARTS)
                and attempt.fails(_TO_EC2)
                and attempt.failures[0].evaluation.request.action == "iam:PassRole"
                and not names(attempt, "iam:PassRole", "sts:AssumeRole", "iam:*", "*")
            ),
        ),
        Misconception(
            answer=_pass(f"arn:aws:iam::{DEVELOPMENT}:instance-profile/AppProfile", StringEquals=_TO),
            message="bob names the profile, and what is asked about is the role in it: iam:PassRole is about a role.",
            known_by=lambda attempt: (
                attempt.fails(_TO_EC2)
                and not any(resource_matches(one, APP_ROLE) for one in _passed(attempt))
                and any(":instance-profile/" in one for one in _passed(attempt))
            ),
        ),
        Misconception(
            answer=document(_statement(["ec2:RunInstances", "iam:PassRole"], "*", StringEquals=_TO)),
            message="iam:PassedToService is in the request about the role alone. In a statement with ec2:RunInstances "
            "the condition never holds for that one, so bob starts nothing.",
            known_by=lambda attempt: attempt.fails(_STARTS) and _launching_needs_a_service(attempt),
        ),
        Misconception(
            answer=_pass(APP_ROLE, StringEquals={"iam:PassedToService": "ec2"}),
            message='The service is named by its whole name, as in a trust policy: "ec2.amazonaws.com".',
            known_by=lambda attempt: attempt.fails(_TO_EC2) and _short_name(attempt),
        ),
        Misconception(
            answer=_pass("*", StringEquals=_TO),
            message="The service is named, and the role is not: bob may hand EC2 any role, and ProdRole may do "
            "everything.",
            known_by=lambda attempt: (
                attempt.fails(_PROD_TO_EC2)
                and not attempt.fails(_TO_LAMBDA)
                and any("*" in one and resource_matches(one, PROD_ROLE) for one in _passed(attempt))
            ),
        ),
        Misconception(
            answer=_pass(APP_ROLE),
            message="The role is named, and the service is not: any service that the role should ever trust could be "
            "given it.",
            known_by=lambda attempt: (
                attempt.fails(_TO_LAMBDA)
                and not attempt.fails(_PROD_TO_EC2)
                and not attempt.fails(_STARTS)
                and "iam:passedtoservice" not in attempt.policy.to_json().lower()
            ),
        ),
    ),
)


def _passed(attempt: Attempt) -> tuple[str, ...]:
    """The resources of the statements that name iam:PassRole."""
    return tuple(
        pattern
        for one in attempt.policy.statements
        if "iam:passrole" in {action.lower() for action in one.actions}
        for pattern in one.resources
    )


def _short_name(attempt: Attempt) -> bool:
    """Whether a condition on the service that gets the role names none by its whole name."""
    conditions = (one for statement in attempt.policy.statements for one in statement.conditions)
    values = [text for one in conditions if one.key.lower() == "iam:passedtoservice" for text in one.values]
    return bool(values) and not any(one.lower().endswith(".amazonaws.com") for one in values)


def _launching_needs_a_service(attempt: Attempt) -> bool:
    """Whether each statement for ec2:RunInstances has a condition on the service that gets a role."""
    launching = [one for one in attempt.policy.statements if "ec2:runinstances" in {a.lower() for a in one.actions}]
    keys = [{condition.key.lower() for condition in one.conditions} for one in launching]
    return bool(keys) and all("iam:passedtoservice" in one for one in keys)


EXERCISES: Final = (SERVICE, PREFIX, PASS)
