"""Lesson 06: a consultant looks, without a user of hers: what she reads, until when, and the write that slipped in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final

from iamlab.analysis.actions import shared
from iamlab.analysis.difference import Change, Turn
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import Effect, allow, deny
from iamlab.lab import Lab
from iamlab.lessons import worlds, worlds_06
from iamlab.lessons.circumstances import in_any_case, with_another
from iamlab.lessons.comparing import every_action
from iamlab.lessons.excess import instances_of
from iamlab.lessons.exercise import Attempt, Misconception, PolicyExercise, Probe, WorldExercise
from iamlab.lessons.probing import asks, calling_as, embedded_in, is_roots
from iamlab.lessons.recognizing import names, silent
from iamlab.lessons.story import DEVELOPMENT, document
from iamlab.lessons.worlds_06 import END, LONGEST, ROLE, WITH_ID, clara, consultant, trusted_for
from iamlab.world import managed_policies
from iamlab.world.authorization import AccessDeniedError

PAYROLL: Final = "arn:aws:s3:::acme-payroll"
PHOTOS: Final = "arn:aws:s3:::acme-photos"
SALARIES: Final = f"{PAYROLL}/2026.csv"
ROLE_ARN: Final = f"arn:aws:iam::{DEVELOPMENT}:role/{ROLE}"


def _regional(service: str, thing: str) -> str:
    return f"arn:aws:{service}:us-east-1:{DEVELOPMENT}:{thing}"


ORDERS: Final = _regional("dynamodb", "table/orders")


def _visitor(action: str, resource: str | None, words: str, *, allowed: bool = True) -> Probe:
    """A probe of a session of the role, whoever has assumed it."""
    return asks(ROLE, action, resource, f"clara, in a session of {ROLE}, {words} ({action})", allowed=allowed)


def _of_the_role(change: Change) -> bool:
    return change.subject.kind == "role" and change.subject.name == ROLE


# 06.1

_hidden = partial(_visitor, allowed=False)

_SALARIES: Final = _hidden("s3:GetObject", SALARIES, "reads the file acme-payroll/2026.csv")
_OLD_SALARIES: Final = _hidden("s3:GetObjectVersion", SALARIES, "reads an older version of acme-payroll/2026.csv")
_READS_OF_DATA: Final = (
    _SALARIES,
    _OLD_SALARIES,
    _hidden("dynamodb:Scan", ORDERS, "reads all items of the table orders"),
    _hidden("dynamodb:Query", ORDERS, "looks items of the table orders up"),
    _hidden("dynamodb:GetItem", ORDERS, "reads an item of the table orders"),
    _hidden("dynamodb:BatchGetItem", ORDERS, "reads several items of the table orders"),
    _hidden("sqs:ReceiveMessage", _regional("sqs", "mail"), "reads messages of the queue mail"),
    _hidden("logs:GetLogEvents", _regional("logs", "log-group:/shop:log-stream:today"), "reads the shop's log"),
    _hidden("logs:FilterLogEvents", _regional("logs", "log-group:/shop"), "searches the shop's log"),
    _hidden("ssm:GetParameter", _regional("ssm", "parameter/shop/db"), "reads the parameter /shop/db"),
    _hidden("lambda:GetFunction", _regional("lambda", "function:checkout"), "fetches the code of checkout"),
)
_FORGOTTEN: Final = (
    _hidden("ssm:GetParameters", _regional("ssm", "parameter/shop/db"), "reads several parameters, /shop/db too"),
    _hidden("ssm:GetParametersByPath", _regional("ssm", "parameter/shop"), "reads all parameters below /shop"),
    _hidden("ssm:GetParameterHistory", _regional("ssm", "parameter/shop/db"), "reads what /shop/db was before"),
    _hidden("dynamodb:PartiQLSelect", ORDERS, "reads the table orders with a SELECT"),
    _hidden("dynamodb:GetRecords", f"{ORDERS}/stream/today", "reads what has changed in the table orders"),
    _hidden("logs:StartQuery", _regional("logs", "log-group:/shop"), "looks through the shop's log with a query"),
    _hidden("lambda:GetLayerVersion", _regional("lambda", "layer:tools:3"), "fetches the code of the layer tools"),
    _hidden("athena:GetQueryResults", _regional("athena", "workgroup/primary"), "reads the results of a query"),
    _hidden("kinesis:GetRecords", _regional("kinesis", "stream/clicks"), "reads the stream clicks"),
    _hidden("codecommit:GetFile", _regional("codecommit", "shop"), "reads a file of the repository shop"),
    _hidden("secretsmanager:GetSecretValue", _regional("secretsmanager", "secret:shop-db"), "reads the secret shop-db"),
)
"""Data by other ways, of which a list of what is forbidden forgets one or another."""


def _reads_a_new_file(lab: Lab) -> Evaluation:
    """A file of some name, and of each that acme-payroll's own policy speaks of: the first one that she reads."""
    policy = next((one.policy for one in worlds.development(lab).buckets if one.arn == PAYROLL), None)
    patterns = (text for statement in policy.statements for text in statement.resources) if policy else ()
    spoken_of = [arn for text in patterns for arn in instances_of(text, DEVELOPMENT) if arn.startswith(f"{PAYROLL}/")]
    asked = [lab.evaluate(consultant(lab), "s3:GetObject", arn) for arn in (f"{PAYROLL}/2027.csv", *spoken_of)]
    return next((one for one in asked if one.allowed), asked[0])


_NEW_FILE: Final = Probe(
    words=f"clara, in a session of {ROLE}, reads another file that may come into acme-payroll (s3:GetObject)",
    ask=_reads_a_new_file,
    allowed=False,
)
_ACTIONS_OF_DATA: Final = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "dynamodb:*Item",
    "dynamodb:Query",
    "dynamodb:Scan",
    "sqs:ReceiveMessage",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "ssm:GetParameter",
    "lambda:GetFunction",
)
_BUCKETS: Final = _visitor("s3:ListAllMyBuckets", None, "lists the buckets")
_BUCKET_POLICY: Final = _visitor("s3:GetBucketPolicy", PAYROLL, "reads the bucket policy of acme-payroll")
_TRUST: Final = _visitor("iam:GetRole", ROLE_ARN, f"reads the trust policy of {ROLE}")
_SETTINGS: Final = (
    _BUCKETS,
    _BUCKET_POLICY,
    _TRUST,
    _visitor("iam:GetAccountAuthorizationDetails", None, "reads all users, roles and policies at once"),
    _visitor("iam:ListUsers", None, "lists the users"),
    _visitor("s3:ListBucket", PAYROLL, "lists the names of the files in acme-payroll"),
    _visitor("dynamodb:DescribeTable", ORDERS, "reads the settings of the table orders"),
)


def _comes_in(lab: Lab) -> Evaluation:
    return lab.evaluate(clara(lab), "sts:AssumeRole", consultant(lab), WITH_ID)


_COMES_IN: Final = Probe(
    words=f"clara, with the external ID, assumes {ROLE} (sts:AssumeRole)", ask=_comes_in, allowed=True
)


def _managed(*policies: str) -> Callable[[Lab], None]:
    """Leaves the role with these managed policies, and nothing else attached."""

    def attach(lab: Lab) -> None:
        dev, role = worlds.development(lab), consultant(lab)
        role.detach(dev.managed_policy("ReadOnlyAccess"))
        for name in policies:
            role.attach(dev.managed_policy(name))

    return attach


def _also(policy: str) -> Callable[[Lab], None]:
    return lambda lab: consultant(lab).attach(worlds.development(lab).managed_policy(policy))


def _denies(*actions: str) -> Callable[[Lab], None]:
    """Leaves ReadOnlyAccess attached, with a Deny beside it."""
    return lambda lab: consultant(lab).put_policy("NoData", deny(*actions, on="*"))


def _has(attempt: Attempt, *policies: str) -> bool:
    """Whether the role has all of these managed policies."""
    arns = {one.arn for one in consultant(attempt.lab).policies}
    return all(any(arn.endswith(f"/{name}") for arn in arns) for name in policies)


def _fails_one(attempt: Attempt, *probes: Probe) -> bool:
    return any(attempt.fails(one) for one in probes)


def _fails_only_other_data(attempt: Attempt) -> bool:
    return not _fails_one(attempt, _SALARIES, _OLD_SALARIES) and _fails_one(attempt, *_READS_OF_DATA)


def _forgets(attempt: Attempt) -> bool:
    """Whether all reads of data that come to mind are forbidden, and others are left."""
    return (
        _has(attempt, "ReadOnlyAccess")
        and not _fails_one(attempt, *_READS_OF_DATA)
        and _fails_one(attempt, *_FORGOTTEN)
        and not _hits_settings(attempt)
    )


def _denies_some_of_it(attempt: Attempt) -> bool:
    """Whether the role has a Deny beside ReadOnlyAccess, and reads data all the same, of more than one kind or not."""
    statements = (one for source in consultant(attempt.lab).policies for one in source.policy.statements)
    return (
        _has(attempt, "ReadOnlyAccess")
        and any(one.effect is Effect.DENY for one in statements)
        and _fails_one(attempt, *_READS_OF_DATA, *_FORGOTTEN)
        and not _hits_settings(attempt)
    )


def _hits_settings(attempt: Attempt) -> bool:
    """Whether a Deny hits what must stay."""
    return any(
        failure.probe.allowed and failure.evaluation.decision is Decision.EXPLICIT_DENY for failure in attempt.failures
    )


@cache
def _settings_alone() -> frozenset[str]:
    """What SecurityAudit and ViewOnlyAccess allow: they read settings and names, and no data."""
    actions, mask = shared(every_action()), 0
    for name in ("SecurityAudit", "ViewOnlyAccess"):
        for statement in managed_policies.document(name).statements:
            mask |= actions.about(statement)
    return frozenset(actions.named(mask))


def _only_looks(change: Change) -> bool:
    """What may change of the role: less, and nothing new but what reads settings."""
    less = change.turn in (Turn.LOST, Turn.TIGHTENED)
    return is_roots(change) or (_of_the_role(change) and (less or _settings_alone().issuperset(change.actions)))


NO_DATA: Final = WorldExercise(
    id="06.1",
    world=worlds_06.reads_everything,
    may_change=_only_looks,
    choice=True,  # which settings is not said
    probes=(
        *_READS_OF_DATA,
        *_FORGOTTEN,
        _NEW_FILE,
        *_SETTINGS,
        _COMES_IN,
        asks("dana", "s3:GetObject", SALARIES, "dana reads acme-payroll/2026.csv (s3:GetObject)"),
    ),
    hints=(
        "Two kinds of reading: how something is set up (its policy, who may use it), and what is in it. Which of AWS's "
        "three policies reads the first and not the second?",
        "What is attached to a role adds up: a narrower policy beside ReadOnlyAccess takes nothing away. So "
        "one has to go and another one to come.",
        "Only a name is missing: that of the one of the three that is made for checking how safe an account is.\n"
        "    acme = visited.accounts[0]\n"
        "    narrower = acme.managed_policy(...)\n"
        '    acme.role("ConsultantRole").detach(acme.managed_policy("ReadOnlyAccess"))\n'
        '    acme.role("ConsultantRole").attach(narrower)',
    ),
    rules=("EVAL-08",),
    reach="visited.accounts",
    reference=_managed("SecurityAudit"),
    explanation="clara reads how things are set up: policies, roles, settings. What is in files, tables, queues and "
    "logs she does not. SecurityAudit is made for that; beside ReadOnlyAccess it would take nothing away, for policies "
    "add up.",
    misconceptions=(
        Misconception(
            answer=_also("SecurityAudit"),
            message="Policies of a role add up: a narrower one beside ReadOnlyAccess takes nothing away.",
            known_by=lambda attempt: (
                attempt.fails(_SALARIES)
                and _has(attempt, "ReadOnlyAccess")
                and (_has(attempt, "SecurityAudit") or _has(attempt, "ViewOnlyAccess"))
            ),
        ),
        Misconception(
            answer=_managed("ViewOnlyAccess"),
            message="ViewOnlyAccess sees the names of things. Who may use a bucket or a role stands in its policy, and "
            "that it does not read: so how safe the account is cannot be checked with it.",
            known_by=lambda attempt: (
                _has(attempt, "ViewOnlyAccess")
                and attempt.fails(_BUCKET_POLICY)
                and attempt.fails(_TRUST)
                and not attempt.fails(_BUCKETS)
                and not _hits_settings(attempt)
            ),
        ),
        Misconception(
            answer=_denies("s3:GetObject", "s3:GetObjectVersion"),
            message="The files are safe now. But data is not only in files: tables, queues, logs, parameters and the "
            "code of functions are read by actions of their own.",
            known_by=_fails_only_other_data,
            number=14,
        ),
        Misconception(
            answer=_denies(*_ACTIONS_OF_DATA),
            message="A list of what is forbidden forgets something: there is another action that reads the same. Begin "
            "with a policy that does not read data.",
            known_by=_forgets,
            number=14,
        ),
        Misconception(
            answer=_denies("s3:GetObject", "dynamodb:Scan"),
            message="A Deny has to name every action that reads data, and there are hundreds. Which of AWS's policies "
            "does not allow them in the first place?",
            known_by=lambda attempt: _denies_some_of_it(attempt) and not _forgets(attempt),
            number=14,
        ),
        Misconception(
            answer=_denies("s3:Get*", "dynamodb:*", "sqs:*", "logs:*", "ssm:*", "lambda:*"),
            message="A Deny hits what must stay: clara is to read how things are set up, and some of that is read by "
            "an action that the Deny names as well.",
            known_by=_hits_settings,
        ),
        Misconception(
            answer=_managed(),
            message="Nothing is left to look with: a role without a policy can do nothing.",
            known_by=lambda attempt: attempt.fails(_BUCKETS) and not consultant(attempt.lab).policies,
        ),
    ),
)

# 06.2


def _at(day: int, hour: int, minute: int = 0, second: int = 0) -> Callable[[Lab], None]:
    """Sets the clock of a copy to a moment of that November, whatever it says: what was tried before has not been."""
    moment = datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)
    return lambda lab: lab.world.commit(now=moment, sessions={})


def _stays_late(lab: Lab) -> None:
    """One minute before the end clara comes in for as long as she can, and it gets one o'clock."""
    _at(4, 11, 59)(lab)
    _assumes(lab, consultant(lab).max_session_duration)
    lab.clock.advance(hours=1, minutes=1)


def _assumes(lab: Lab, seconds: int) -> Evaluation | None:
    """What refuses her the role, None when she has it."""
    try:
        lab.sts.assume_role(
            clara(lab), consultant(lab), "clara", duration=seconds, external_id=WITH_ID["sts:ExternalId"]
        )
    except AccessDeniedError as error:
        return error.evaluation
    except IamlabError:
        return None  # not for so long; she is asked for a new session below
    return None


def _looks(*, allowed: bool) -> Callable[[Lab], Evaluation]:
    """In a session that she has, or else in a new one; what refuses her that, if she gets none.

    She looks at several things, and the first that does not come out as it is to is what is shown.
    """

    def ask(lab: Lab) -> Evaluation:
        own = [one for one in lab.sessions if one.record.entity == consultant(lab).id]
        if not own and (refused := _assumes(lab, 3600)):
            return refused
        asked = [lab.evaluate((own or lab.sessions)[-1], one) for one in _TO_BE_SEEN]
        return next((one for one in asked if one.allowed is not allowed), asked[0])

    return ask


_TO_BE_SEEN: Final = ("s3:ListAllMyBuckets", "iam:ListUsers", "ec2:DescribeInstances")


def _later(words: str, after: Callable[[Lab], Any], *, allowed: bool) -> Probe:
    return Probe(words=f"{words} clara assumes {ROLE} (sts:AssumeRole)", ask=_comes_in, allowed=allowed, after=after)


def _firm_allows_all(lab: Lab) -> None:
    clara(lab).put_policy("Everything", allow("*", on="*"))
    _at(5, 9)(lab)


def _comes_without_id(lab: Lab) -> Evaluation:
    return lab.evaluate(clara(lab), "sts:AssumeRole", consultant(lab))


def _comes_with_another_id(lab: Lab) -> Evaluation:
    ((key, right),) = WITH_ID.items()
    return with_another(_comes_without_id(lab), key, lambda text: text == right, "another", right.upper())


_TODAY: Final = _later("on Monday", _at(2, 9), allowed=True)
_ON_WEDNESDAY: Final = _later("on Wednesday at 11:30", _at(4, 11, 30), allowed=True)
_AT_LAST: Final = _later("on Wednesday at 11:59:59", _at(4, 11, 59, 59), allowed=True)
_TOO_LATE: Final = _later("on Wednesday at 12:00:01", _at(4, 12, 0, 1), allowed=False)
_AFTER_LUNCH: Final = _later("on Wednesday at 12:30", _at(4, 12, 30), allowed=False)
_ON_THURSDAY: Final = _later("on Thursday", _at(5, 9), allowed=False)
_FIRM_CHANGES: Final = _later(
    "the firm lets clara do everything, as far as it is concerned; on Thursday", _firm_allows_all, allowed=False
)
_LOOKS: Final = Probe(
    words="on Wednesday at 11:59:59 clara looks around in a session of the role: at buckets, users, servers",
    ask=_looks(allowed=True),
    allowed=True,
    after=_at(4, 11, 59, 59),
    fixed=("aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"),  # the session ends, or a Deny begins
)
_STAYS: Final = Probe(
    words="on Wednesday at 11:59 clara comes in for as long as the role lets her; at 13:00 she looks around, at "
    "buckets, users and servers, in that session or in a new one",
    ask=_looks(allowed=False),
    allowed=False,
    after=_stays_late,
)
_WITHOUT_ID: Final = Probe(
    words=f"on Monday somebody at the firm who sends no external ID assumes {ROLE} (sts:AssumeRole)",
    ask=lambda lab: in_any_case(_comes_without_id(lab), *WITH_ID),
    allowed=False,
    after=_at(2, 9),
    fixed=tuple(WITH_ID),
)
_ANOTHER_ID: Final = Probe(
    words=f"on Monday somebody at the firm who sends another external ID assumes {ROLE} (sts:AssumeRole)",
    ask=_comes_with_another_id,
    allowed=False,
    after=_at(2, 9),
    fixed=tuple(WITH_ID),
)

LAST: Final = END.strftime("%Y-%m-%dT%H:%M:%SZ")
ASKS_FOR_ID: Final = {"StringEquals": WITH_ID}


def _limited(conditions: dict[str, Any], *, hours: int = 12) -> Callable[[Lab], None]:
    """Changes the longest session and the conditions of the trust policy."""

    def limit(lab: Lab) -> None:
        consultant(lab).update(max_session_duration=hours * 3600)
        consultant(lab).update_trust(trusted_for(conditions))

    return limit


_UNTIL: Final = {"aws:CurrentTime": LAST}
_both_limits: Final = _limited({**ASKS_FOR_ID, "DateLessThan": _UNTIL}, hours=1)


def _two_statements(lab: Lab) -> None:
    first, second = (trusted_for(one)["Statement"][0] for one in (ASKS_FOR_ID, {"DateLessThan": _UNTIL}))
    consultant(lab).update(max_session_duration=3600)
    consultant(lab).update_trust(document(first, second))


def _at_the_firm(lab: Lab) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE_ARN}
    dated = {**statement, "Condition": {"DateLessThan": _UNTIL}}
    clara(lab).put_policy("AssumeConsultantRole", document(dated))
    consultant(lab).update(max_session_duration=3600)


def _in_the_permissions(lab: Lab) -> None:
    over = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": LAST}},
    }
    consultant(lab).put_policy("UntilWednesday", document(over))


def _trust_says(attempt: Attempt, key: str) -> bool:
    return key.lower() in str(consultant(attempt.lab).trust.document).lower()


def _permissions_say(attempt: Attempt, key: str) -> bool:
    return any(key.lower() in str(one.policy.document).lower() for one in consultant(attempt.lab).policies)


VISIT: Final = WorldExercise(
    id="06.2",
    world=worlds_06.no_end,
    may_change=lambda change: is_roots(change) or (_of_the_role(change) and change.turn in (Turn.LOST, Turn.TIGHTENED)),
    probes=(
        _TODAY,
        _ON_WEDNESDAY,
        _AT_LAST,
        _LOOKS,
        _WITHOUT_ID,
        _ANOTHER_ID,
        _ON_THURSDAY,
        _TOO_LATE,
        _AFTER_LUNCH,
        _FIRM_CHANGES,
        _STAYS,
    ),
    hints=(
        "Two things have an end: the time in which clara is let in, and each session of hers. Where does each stand?",
        "Who is let in, and until when, stands in the trust policy: a condition on aws:CurrentTime with DateLessThan, "
        "beside the one on sts:ExternalId; both must hold. How long a session may last is the role's longest session, "
        "max_session_duration, in seconds.",
        f'Missing are the seconds of an hour, and the moment as a text, "{LAST}":\n'
        "    role.update(max_session_duration=...)\n"
        "    dated = role.trust.document\n"
        '    dated["Statement"][0]["Condition"]["DateLessThan"] = {"aws:CurrentTime": ...}\n'
        "    role.update_trust(dated)",
    ),
    rules=("COND-01", "COND-06", "ENT-10"),
    reach="week.accounts",
    reference=_both_limits,
    explanation="It takes two limits. The date in the trust policy closes the door at 12:00; a second one, such as the "
    "longest session, sees to it that whoever came in before is out by 13:00. Neither does it alone.",
    misconceptions=(
        Misconception(
            answer=_limited({**ASKS_FOR_ID, "DateLessThan": {"aws:TokenIssueTime": LAST}}, hours=1),
            message="aws:TokenIssueTime says when temporary credentials were issued, and clara calls with her "
            "long-term key: the key is missing in her request, so the condition never holds. What time it is says "
            "aws:CurrentTime.",
            known_by=lambda attempt: attempt.fails(_TODAY) and _trust_says(attempt, "aws:TokenIssueTime"),
        ),
        Misconception(
            answer=_limited({**ASKS_FOR_ID, "DateGreaterThan": _UNTIL}, hours=1),
            message="The other way round: she is kept out until the visit is over, and let in after it.",
            known_by=lambda attempt: attempt.fails(_TODAY) and attempt.fails(_ON_THURSDAY),
        ),
        Misconception(
            answer=_two_statements,
            message="Two statements are two doors: one that fits is enough, so the external ID is not needed at the "
            "other. Conditions that must hold together stand in one statement.",
            known_by=lambda attempt: (
                attempt.fails(_WITHOUT_ID)
                and _trust_says(attempt, "sts:ExternalId")
                and len(consultant(attempt.lab).trust.statements) > 1
            ),
        ),
        Misconception(
            answer=_limited({"DateLessThan": _UNTIL}, hours=1),
            message="The new trust policy does not ask for the external ID any more. update_trust puts a whole "
            "document in the old one's place: what is to stay has to be written again.",
            known_by=lambda attempt: attempt.fails(_WITHOUT_ID) and not _trust_says(attempt, "sts:ExternalId"),
        ),
        Misconception(
            answer=_in_the_permissions,
            message="A date in the role's permissions makes a session useless from then on. It does not close the "
            "door: whom the role lets in is said by its trust policy, and that has no date.",
            known_by=lambda attempt: (
                attempt.fails(_ON_THURSDAY)
                and _permissions_say(attempt, "aws:CurrentTime")
                and not _trust_says(attempt, "aws:CurrentTime")
            ),
        ),
        Misconception(
            answer=_limited(ASKS_FOR_ID, hours=1),
            message="A session is over sooner now, and then she asks for the next one: nothing says when the visit is "
            "over.",
            known_by=lambda attempt: (
                attempt.fails(_ON_THURSDAY)
                and not attempt.fails(_TODAY)
                and consultant(attempt.lab).max_session_duration < LONGEST
                and not _trust_says(attempt, "aws:CurrentTime")
            ),
        ),
        Misconception(
            answer=_limited({**ASKS_FOR_ID, "DateLessThan": {"aws:CurrentTime": "2026-11-04T18:00:00Z"}}, hours=1),
            message="The door is still open after 12:00.",
            known_by=lambda attempt: (
                (attempt.fails(_TOO_LATE) or attempt.fails(_AFTER_LUNCH))
                and not attempt.fails(_TODAY)
                and not attempt.fails(_WITHOUT_ID)
                and _trust_says(attempt, "aws:CurrentTime")
            ),
        ),
        Misconception(
            answer=_at_the_firm,
            message="That limit stands in the firm's account, and whoever runs the firm can lift it. Acme's own say is "
            "the role's trust policy.",
            known_by=lambda attempt: attempt.fails(_FIRM_CHANGES) and not attempt.fails(_ON_THURSDAY),
        ),
        Misconception(
            answer=_limited({**ASKS_FOR_ID, "DateLessThan": _UNTIL}),
            message="The door closes in time. But a session that is open stays open: whoever came in before may stay "
            "as long as the role's longest session.",
            known_by=lambda attempt: (
                attempt.fails(_STAYS)
                and not attempt.fails(_ON_THURSDAY)
                and not attempt.fails(_TOO_LATE)
                and not attempt.fails(_AFTER_LUNCH)
            ),
            number=20,
        ),
    ),
)

# 06.3

_SUMMARY: Final = _visitor("iam:GetAccountSummary", None, "reads how many users and roles there are")
_SEES_POLICY: Final = _visitor("s3:GetBucketPolicy", PAYROLL, "reads the bucket policy of acme-payroll")
_READS: Final = _hidden("s3:GetObject", SALARIES, "reads the file acme-payroll/2026.csv")
_PUTS: Final = _hidden("s3:PutBucketPolicy", PAYROLL, "writes a bucket policy for acme-payroll")
_DELETES: Final = _hidden("s3:DeleteBucketPolicy", PHOTOS, "deletes the bucket policy of acme-photos")


def _look_around(bucket_policies: list[str], *more: dict[str, Any]) -> dict[str, Any]:
    """Acme's own policy for the consultant, with these entries for bucket policies."""
    seen = ["s3:ListAllMyBuckets", "iam:ListRoles", "iam:*AccountSummary", "dynamodb:DescribeTable"]
    statements = (
        {"Sid": "Names", "Effect": "Allow", "Action": seen, "Resource": "*"},
        {"Sid": "Policies", "Effect": "Allow", "Action": ["iam:GetRole", *bucket_policies], "Resource": "*"},
    )
    return document(*statements, *more)


def _without_summary() -> dict[str, Any]:
    mended = _look_around(["s3:*BucketPolicy"])
    mended["Statement"][0]["Action"].remove("iam:*AccountSummary")
    return mended


def _one_bucket() -> dict[str, Any]:
    mended = _look_around([])
    narrow = {"Effect": "Allow", "Action": "s3:*BucketPolicy", "Resource": PAYROLL}
    return {**mended, "Statement": [*mended["Statement"], narrow]}


def _narrowed(attempt: Attempt) -> bool:
    """Whether the entry with the star is there, and only on resources that are named."""
    starred = [one for one in attempt.policy.statements if "s3:*BucketPolicy" in one.actions]
    return bool(starred) and not any("*" in one.resources for one in starred)


SLIPPED_IN: Final = PolicyExercise(
    id="06.3",
    world=worlds_06.own_policy,
    caller=calling_as(ROLE),
    apply=embedded_in(ROLE),
    only=(
        ("s3:ListAllMyBuckets", "*"),
        ("iam:ListRoles", "*"),
        ("iam:GetAccountSummary", "*"),
        ("dynamodb:DescribeTable", "*"),
        ("iam:GetRole", "*"),
        ("s3:GetBucketPolicy", "*"),
    ),
    spared=(("s3:GetBucketPolicy", "arn:aws:s3:*:*:accesspoint/*"),),  # a bucket's policy is what is meant
    probes=(
        _PUTS,
        _DELETES,
        _READS,
        _SEES_POLICY,
        _visitor("s3:GetBucketPolicy", PHOTOS, "reads the bucket policy of acme-photos"),
        _SUMMARY,
        _visitor("s3:ListAllMyBuckets", None, "lists the buckets"),
        _visitor("iam:ListRoles", None, "lists the roles"),
        _visitor("iam:GetRole", ROLE_ARN, f"reads the trust policy of {ROLE}"),
        _visitor("dynamodb:DescribeTable", ORDERS, "reads the settings of the table orders"),
        _visitor(
            "dynamodb:DescribeTable",
            ORDERS.replace("us-east-1", "eu-west-1"),
            "reads the settings of a table in another Region, eu-west-1,",
        ),
    ),
    hints=(
        "Go through the entries with a star, and ask of each which actions it fits. After from iamlab import catalog, "
        'catalog.expand("iam:*AccountSummary") lists them.',
        "A star stands for any run of characters, at the front as well as at the end: s3:*BucketPolicy fits "
        "every action of S3 whose name ends so, whatever it does.",
        "Write the one action that reads in place of s3:*BucketPolicy; leave everything else as it is.",
    ),
    rules=("POL-09",),
    reference=_look_around(["s3:GetBucketPolicy"]),
    untouched=_look_around(["s3:*BucketPolicy"]),
    explanation="s3:*BucketPolicy fits Get, and also Put and Delete: who may write a bucket policy may let anybody in. "
    "iam:*AccountSummary has a star too, and fits one action that reads.",
    misconceptions=(
        Misconception(
            answer=_without_summary(),
            message="You took out iam:*AccountSummary. It looks dangerous for its star, yet fits one action alone, "
            "which counts users and roles; clara needs that. The write is in another entry.",
            known_by=lambda attempt: (
                attempt.fails(_PUTS) and attempt.fails(_SUMMARY) and names(attempt, "s3:*BucketPolicy")
            ),
        ),
        Misconception(
            answer=_one_bucket(),
            message="A narrower Resource says where, not what: on that bucket the star still fits the actions that "
            "write and delete the policy.",
            known_by=lambda attempt: attempt.fails(_PUTS) is not attempt.fails(_DELETES) and _narrowed(attempt),
        ),
        Misconception(
            answer=_look_around(
                ["s3:*BucketPolicy"], {"Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "*"}
            ),
            message="Writing is forbidden now, and deleting is left: the star fits that as well.",
            known_by=lambda attempt: (
                attempt.fails(_DELETES) and not attempt.fails(_PUTS) and names(attempt, "s3:*BucketPolicy")
            ),
        ),
        Misconception(
            answer=_look_around(["s3:Get*"]),
            message="The write is gone, and something worse than a bucket's policy is open: s3:Get* also reads the "
            "files themselves.",
            known_by=lambda attempt: (
                attempt.fails(_READS)
                and not attempt.fails(_PUTS)
                and not attempt.fails(_DELETES)
                and names(attempt, "s3:Get*")
            ),
            number=14,
        ),
        Misconception(
            answer=_look_around([]),
            message="With the write the read has gone: clara has to see who may use a bucket. Name the action that "
            "reads its policy.",
            known_by=lambda attempt: (
                attempt.fails(_SEES_POLICY)
                and silent(attempt)
                and not attempt.fails(_PUTS)
                and not attempt.fails(_DELETES)
            ),
        ),
    ),
)

EXERCISES: Final = (NO_DATA, VISIT, SLIPPED_IN)
