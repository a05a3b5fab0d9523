"""Lesson 04: who may assume a role, permissions that are swapped, sessions that end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from iamlab.analysis.difference import Change, Turn
from iamlab.core.errors import IamlabError
from iamlab.core.policy import PolicyKind, allow
from iamlab.lab import Lab
from iamlab.lessons import worlds, worlds_04
from iamlab.lessons.exercise import Attempt, Item, Misconception, PolicyExercise, SortExercise, WorldExercise
from iamlab.lessons.probing import asks, calling_as, is_roots
from iamlab.lessons.recognizing import silent, trusts
from iamlab.lessons.story import DEVELOPMENT, account, document, the_account, trust
from iamlab.lessons.trusting import EVERYBODY
from iamlab.lessons.worlds_04 import CODE, REPORTS, WRITER
from iamlab.world.identities import Role, User
from iamlab.world.sessions import Session

DANA: Final = f"arn:aws:iam::{DEVELOPMENT}:user/dana"
ERIC: Final = f"arn:aws:iam::{DEVELOPMENT}:user/eric"
THE_ACCOUNT: Final = the_account(DEVELOPMENT)
PLAN: Final = f"{CODE}/plan.txt"
OCTOBER: Final = f"{REPORTS}/2026-10.csv"


def _writer(lab: Lab) -> Role:
    return worlds.development(lab).role("ReportWriter")


# 04.1


def _lets_developers_assume(lab: Lab) -> None:
    worlds.development(lab).group("Developers").put_policy("AssumeWriter", allow("sts:AssumeRole", on=WRITER))


_assumes = partial(asks, action="sts:AssumeRole", resource=WRITER)
_DANA: Final = _assumes("dana", words="dana assumes ReportWriter")
_ERIC: Final = _assumes("eric", words="eric assumes ReportWriter", allowed=False)
_ADA: Final = _assumes("ada", words="ada, an administrator, assumes ReportWriter", allowed=False)
_NEXT_MONTH: Final = _assumes(
    "eric",
    words="next month a policy of the group Developers allows it to assume ReportWriter; eric assumes it",
    allowed=False,
    after=_lets_developers_assume,
)


def _for_a_service(attempt: Attempt) -> bool:
    return any(kind == "Service" for one in attempt.policy.statements for kind, _ in one.principals)


TRUST: Final = PolicyExercise(
    id="04.1",
    kind=PolicyKind.TRUST,
    world=worlds_04.trusting_the_account,
    caller=calling_as("ReportWriter"),
    apply=lambda lab, policy: _writer(lab).update_trust(policy),
    only=(("sts:AssumeRole", DANA),),
    probes=(_DANA, _ERIC, _ADA, _NEXT_MONTH),
    hints=(
        "Only the Principal is wrong. Whom does it name now, and who has a policy that allows sts:AssumeRole?",
        "Within one account, a trust policy that names the user herself is enough; one that names the account leaves "
        "it to the account's own policies.",
        f'"Principal": {{"AWS": ...}}: dana\'s own ARN is missing, arn:aws:iam::{DEVELOPMENT}:user/ and her name.',
    ),
    rules=("EVAL-16",),
    reference=trust(AWS=DANA),
    untouched=trust(AWS=account(DEVELOPMENT)),
    explanation="The trust policy is about dana herself, so within the account nothing else is needed; and nobody else "
    "gets in, whatever their own policies say: not even an administrator.",
    misconceptions=(
        Misconception(
            answer=trust(AWS="*"),
            message=f"{EVERYBODY} So eric and ada get in like dana.",
            known_by=lambda attempt: trusts(attempt, "*") and attempt.fails(_ERIC) and attempt.fails(_ADA),
        ),
        Misconception(
            answer=trust(AWS=DEVELOPMENT),
            message=f"{DEVELOPMENT} and {account(DEVELOPMENT)} say the same: the whole account, not its root user. Who "
            "gets in is then left to the account's own policies, and none of them allows it to dana.",
            known_by=lambda attempt: (
                attempt.fails(_DANA) and trusts(attempt, *THE_ACCOUNT) and not trusts(attempt, DANA, "*")
            ),
            number=9,
        ),
        Misconception(
            answer=document(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": [DANA, account(DEVELOPMENT)]},
                    "Action": "sts:AssumeRole",
                }
            ),
            message="Naming dana is right, and enough. The account beside her lets in whoever has a policy that "
            "allows it, and ada's allows everything.",
            known_by=lambda attempt: not attempt.fails(_DANA) and attempt.fails(_ADA) and trusts(attempt, *THE_ACCOUNT),
            number=8,
        ),
        Misconception(
            answer=document(
                {"Effect": "Allow", "Principal": {"AWS": [DANA, ERIC]}, "Action": "sts:AssumeRole"},
            ),
            message="It names eric as well. Whoever is named may assume the role, with no policy of their own.",
            known_by=lambda attempt: attempt.fails(_ERIC) and trusts(attempt, ERIC),
        ),
        Misconception(
            answer=trust(AWS=WRITER),
            message="That names the role itself. Nobody belongs to a role as one does to a group: the Principal of its "
            "trust policy is who comes to it.",
            known_by=lambda attempt: attempt.fails(_DANA) and trusts(attempt, WRITER) and silent(attempt),
            number=4,
        ),
        Misconception(
            answer=trust(Service="ec2.amazonaws.com"),
            message='"Service" names a service of AWS. dana is a user: her ARN stands under "AWS".',
            known_by=lambda attempt: attempt.fails(_DANA) and _for_a_service(attempt) and silent(attempt),
        ),
    ),
)

# 04.2

_ROLE_WRITES: Final = asks("ReportWriter", "s3:PutObject", OCTOBER, "whoever is in ReportWriter writes the report")
_ROLE_READS: Final = asks("ReportWriter", "s3:GetObject", PLAN, "whoever is in ReportWriter reads acme-dev/plan.txt")
_DANA_WRITES: Final = asks(
    "dana", "s3:PutObject", OCTOBER, "dana, outside of the role, writes the report", allowed=False
)


def _makes_an_archive(lab: Lab) -> None:
    if "acme-dev-archive" not in {one.name for one in worlds.development(lab).buckets}:
        worlds.development(lab).create_bucket("acme-dev-archive")


_READS_ARCHIVE: Final = asks(
    "ReportWriter",
    "s3:GetObject",
    f"{CODE}-archive/old.zip",
    "next month there is a bucket acme-dev-archive; whoever is in ReportWriter reads acme-dev-archive/old.zip",
    allowed=False,
    after=_makes_an_archive,
)


def _statements(lab: Lab) -> list[int]:
    """How many statements reach each of the two developers, by whatever way."""
    policies = (worlds.user(lab, name).policies for name in ("dana", "eric"))
    return [sum(len(one.policy.statements) for one in found) for found in policies]


def _developers_got_something(attempt: Attempt) -> bool:
    """Whether more reaches them than before; not the same in another policy, or under another name."""
    before, now = (_statements(lab) for lab in (worlds_04.month_end(), attempt.lab))
    return any(several > some for some, several in zip(before, now, strict=True))


def _bucket_names_dana(attempt: Attempt) -> bool:
    policies = (one.policy for one in worlds.development(attempt.lab).buckets)
    named = (pair for policy in policies if policy for one in policy.statements for pair in one.principals)
    return ("AWS", DANA) in named


def _trust_has_changed(attempt: Attempt) -> bool:
    return _writer(attempt.lab).trust.document != _writer(worlds_04.month_end()).trust.document


def _give(lab: Lab) -> None:
    _writer(lab).put_policy("ReportSources", allow("s3:GetObject", on=f"{CODE}/*"))


def _let_dana_into_the_bucket(lab: Lab) -> None:
    bucket = next(one for one in worlds.development(lab).buckets if one.name == "acme-dev")
    bucket.put_policy(
        document({"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "s3:GetObject", "Resource": f"{CODE}/*"})
    )


def _give_both(lab: Lab) -> None:
    _give(lab)
    worlds.development(lab).group("Developers").put_policy("Write", allow("s3:PutObject", on=f"{REPORTS}/*"))


def _give_dana_too(lab: Lab) -> None:
    """First dana, in vain, and then the role."""
    worlds.user(lab, "dana").put_policy("ReadMore", allow("s3:GetObject", on=f"{CODE}/*"))
    _give(lab)


def _was_asked_for(change: Change) -> bool:
    if is_roots(change):
        return True
    reads = change.turn is Turn.GAINED and change.resource.startswith(f"{CODE}/")
    return change.subject.name == "ReportWriter" and reads and change.actions == ("s3:GetObject",)


def _names_the_bucket(attempt: Attempt) -> bool:
    """Whether an Allow of the role for reading lists the bucket's ARN, and nothing in it."""
    statements = (one for source in _writer(attempt.lab).policies for one in source.policy.statements)
    reading = [one.resources for one in statements if "s3:getobject" in {action.lower() for action in one.actions}]
    named = {arn for resources in reading for arn in resources}
    return CODE in named and not any(arn.startswith(f"{CODE}/") for arn in named)


def _names_with_a_star(attempt: Attempt) -> bool:
    """Whether an Allow of the role lists the bucket's name with a star right after it."""
    statements = (one for source in _writer(attempt.lab).policies for one in source.policy.statements)
    return any(f"{CODE}*" in one.resources or f"{CODE}*/*" in one.resources for one in statements)


_ROLE_OVERWRITES: Final = asks(
    "ReportWriter", "s3:PutObject", PLAN, "whoever is in ReportWriter overwrites plan.txt", allowed=False
)

SWAP: Final = WorldExercise(
    id="04.2",
    world=worlds_04.month_end,
    may_change=_was_asked_for,
    probes=(
        _ROLE_READS,
        asks("ReportWriter", "s3:GetObject", f"{CODE}/src/app.py", "whoever is in ReportWriter reads src/app.py"),
        asks(
            "ReportWriter",
            "s3:GetObject",
            f"{CODE}/docs/README",
            "next year whoever is in ReportWriter reads acme-dev/docs/README",
            after=lambda lab: lab.clock.advance(days=365),
        ),
        _ROLE_WRITES,
        _DANA_WRITES,
        _ROLE_OVERWRITES,
        _READS_ARCHIVE,
        asks("dana", "s3:GetObject", PLAN, "dana, outside of the role, reads acme-dev/plan.txt"),
        asks("dana", "sts:AssumeRole", WRITER, "dana assumes ReportWriter"),
        asks("eric", "sts:AssumeRole", WRITER, "eric assumes ReportWriter", allowed=False),
    ),
    hints=(
        "dana may read acme-dev all day long. In the role she may not. Whose permissions count there?",
        "In a role one has the role's permissions and none of one's own. So what the task needs, the role must have.",
        'Only the policy is missing, allow("s3:GetObject", on="arn:aws:s3:::acme-dev/*"):\n'
        "    acme = month.accounts[0]\n"
        '    acme.role("ReportWriter").put_policy("ReportSources", ...)',
    ),
    rules=("STS-12",),
    reach="month.accounts",
    button="Put it into the world",
    reference=_give,
    explanation="What the task needs, the role has now. dana's own permissions were no help: in a role they are set "
    "aside, and come back when the session is over.",
    misconceptions=(
        Misconception(
            answer=_give_both,
            message="Now dana writes reports without the role, on any day. Then there is no use for it: the role is "
            "there so that nobody has that permission all the time.",
            known_by=lambda attempt: attempt.fails(_DANA_WRITES),
        ),
        Misconception(
            answer=lambda lab: worlds.user(lab, "dana").put_policy("ReadMore", allow("s3:GetObject", on=f"{CODE}/*")),
            message="That gives something to a developer, or to the group. In the role, what they have does not "
            "count: permissions are swapped, not added.",
            known_by=lambda attempt: attempt.fails(_ROLE_READS) and _developers_got_something(attempt),
            number=5,
        ),
        Misconception(
            answer=_let_dana_into_the_bucket,
            message="The bucket's policy names the user dana. In the role she is another caller, with another ARN: "
            "arn:aws:sts::111111111111:assumed-role/ReportWriter/ and the name of the session.",
            known_by=lambda attempt: attempt.fails(_ROLE_READS) and _bucket_names_dana(attempt),
            number=5,
        ),
        Misconception(
            answer=lambda lab: _writer(lab).update_trust(trust(AWS=account(DEVELOPMENT))),
            message="The trust policy says who may assume the role. What one may do in it stands in the role's "
            "permissions.",
            known_by=lambda attempt: attempt.fails(_ROLE_READS) and _trust_has_changed(attempt),
            number=6,
        ),
        Misconception(
            answer=lambda lab: _writer(lab).put_policy("WriteReports", allow("s3:GetObject", on=f"{CODE}/*")),
            message="Now the role reads, and does not write any more. put_policy with a name that is there already "
            "puts the new policy in the old one's place.",
            known_by=lambda attempt: (
                attempt.fails(_ROLE_WRITES)
                and not attempt.fails(_ROLE_READS)
                and "WriteReports" in {one.name for one in _writer(attempt.lab).policies}
            ),
        ),
        Misconception(
            answer=lambda lab: _writer(lab).put_policy("ReportSources", allow("s3:GetObject", on=f"{CODE}*")),
            message="A star right after the name fits every bucket whose name begins so: next month's acme-dev-archive "
            "as well. Put the slash before the star.",
            known_by=lambda attempt: attempt.fails(_READS_ARCHIVE) and _names_with_a_star(attempt),
        ),
        Misconception(
            answer=_give_dana_too,
            message="The role can do its task now. What you gave dana, eric or their group besides is left over: in "
            "the role it is of no use. Take it away again, with Undo or with delete_policy.",
            known_by=lambda attempt: (
                not attempt.fails(_ROLE_READS) and (_developers_got_something(attempt) or _bucket_names_dana(attempt))
            ),
        ),
        Misconception(
            answer=lambda lab: _writer(lab).put_policy("ReportSources", allow("s3:*", on=f"{CODE}/*")),
            message="The task is to read. What you allow changes what is in acme-dev as well: name the one action.",
            known_by=lambda attempt: attempt.fails(_ROLE_OVERWRITES) and not attempt.fails(_ROLE_READS),
        ),
        Misconception(
            answer=lambda lab: _writer(lab).put_policy("ReportSources", allow("s3:GetObject", on=CODE)),
            message="The role is right. But you name the bucket, and reading is about the objects in it: another ARN.",
            known_by=lambda attempt: attempt.fails(_ROLE_READS) and _names_the_bucket(attempt),
            number=13,
        ),
    ),
)

# 04.3

WORKS, DENIED, EXPIRED, INVALID = "it works", "AccessDenied", "ExpiredToken", "ValidationError"
OUTCOMES: Final = (WORKS, DENIED, EXPIRED, INVALID)


def _outcome(tried: Callable[[], Any]) -> str:
    """AWS's code, or that it works."""
    try:
        tried()
    except IamlabError as error:
        return error.code
    return WORKS


def _october(lab: Lab) -> Session:
    """A session of dana, from 09:00:00 on, for an hour."""
    return lab.sts.assume_role(worlds.user(lab, "dana"), _writer(lab), "dana-october")


def _asking(lab: Lab, caller: User | Session, action: str, resource: str) -> str:
    def tried() -> None:
        with lab.signed_in(caller):
            lab.call(action, resource)

    return _outcome(tried)


def _writes(lab: Lab, *, after: timedelta) -> str:
    session = _october(lab)
    lab.clock.move_to(session.issued + after)
    return _asking(lab, session, "s3:PutObject", OCTOBER)


def _reads_herself(lab: Lab) -> str:
    lab.clock.move_to(_october(lab).expires)
    return _asking(lab, worlds.user(lab, "dana"), "s3:GetObject", PLAN)


def _shut_out(lab: Lab) -> Session:
    """At 09:30 the trust policy is changed, and it is 09:31 now."""
    session = _october(lab)
    lab.clock.advance(minutes=30)
    _writer(lab).update_trust(trust(AWS=ERIC))
    lab.clock.advance(minutes=1)
    return session


def _writes_shut_out(lab: Lab) -> str:
    return _asking(lab, _shut_out(lab), "s3:PutObject", OCTOBER)


def _assumes_again(lab: Lab) -> str:
    _shut_out(lab)
    return _outcome(lambda: _october(lab))


def _two_hours(lab: Lab) -> str:
    return _outcome(
        lambda: lab.sts.assume_role(worlds.user(lab, "dana"), _writer(lab), "dana-october", duration=7200),
    )


def _chained(lab: Lab) -> str:
    session, archiver = _october(lab), worlds.development(lab).role("Archiver")
    return _outcome(lambda: lab.sts.assume_role(session, archiver, "dana-archive", duration=7200))


_TO_S3: Final = "ValidationError is STS's answer to a call that asks for what cannot be. This is a request to S3."
_BY_POLICY: Final = "AccessDenied is what comes of policies. Here no policy is read: the credentials count no more."
_OWN_KEYS: Final = "A session's credentials expire. dana signs this one with her own, which have no end."


def _item(words: str, happens: Callable[[Lab], str], messages: dict[str, str], **numbers: int) -> Item:
    codes = {"works": WORKS, "denied": DENIED}
    return Item(words=words, happens=happens, messages=messages, numbers={codes[one]: numbers[one] for one in numbers})


EXPIRY: Final = SortExercise(
    id="04.3",
    title="Predict what happens at expiry",
    world=worlds_04.archive,
    choices=OUTCOMES,
    items={
        "last second": _item(
            "at 09:59:59 the session writes the report",
            lambda lab: _writes(lab, after=timedelta(minutes=59, seconds=59)),
            {
                DENIED: "The role may write reports, and nothing has changed since 09:00.",
                EXPIRED: "It was issued at 09:00:00 for 3600 seconds, so it still counts for one second.",
                INVALID: _TO_S3,
            },
        ),
        "on the hour": _item(
            "at 10:00:00 the session writes the report",
            lambda lab: _writes(lab, after=timedelta(hours=1)),
            {
                WORKS: "3600 seconds after 09:00:00, at 10:00:00, is the first moment at which it counts no more.",
                DENIED: _BY_POLICY,
                INVALID: _TO_S3,
            },
        ),
        "dana herself": _item(
            "at 10:00:00 dana reads acme-dev/plan.txt with her own credentials",
            _reads_herself,
            {
                DENIED: "In the role her own permissions were set aside, not taken away. Outside of it she has them.",
                EXPIRED: _OWN_KEYS,
                INVALID: _TO_S3,
            },
            denied=5,
        ),
        "right lost": _item(
            "at 09:30 the trust policy drops dana; at 09:31 her open session writes the report",
            _writes_shut_out,
            {
                DENIED: "The trust policy is read when the role is assumed, and not again. Losing the right to assume "
                "does not close an open session.",
                EXPIRED: "Nothing has ended its hour: that lasts from 09:00 to 10:00.",
                INVALID: _TO_S3,
            },
            denied=20,
        ),
        "once more": _item(
            "right after that, dana assumes ReportWriter once more",
            _assumes_again,
            {
                WORKS: "The trust policy is read at each AssumeRole, and it does not name her any more.",
                EXPIRED: _OWN_KEYS,
                INVALID: "There is nothing wrong with what she asks for. She is not let in.",
            },
        ),
        "two hours": _item(
            "at 09:00:00 dana asks for two hours in ReportWriter, whose longest session is one hour",
            _two_hours,
            {
                WORKS: "A session does not last as asked, but at most as long as the role's longest; and AWS does not "
                "shorten it, it refuses.",
                DENIED: "She may assume the role. It is the duration that is refused.",
                EXPIRED: "There is no session yet that could have expired.",
            },
            works=20,
        ),
        "chained": _item(
            "a session of ReportWriter asks for two hours in Archiver, whose longest is twelve",
            _chained,
            {
                WORKS: "A session that assumes a role gets one hour at most, whatever the role's longest session is.",
                DENIED: "ReportWriter may assume Archiver. It is the duration that is refused.",
                EXPIRED: "At 09:00:00 the first session counts, and there is no second one yet.",
            },
            works=20,
        ),
    },
    hints=(
        "Ask of each: are the credentials still good? Is it a request to S3, or a call to STS that opens a session? "
        "Does a policy that is read now allow it?",
        "A session lasts 15 minutes to the role's longest, one hour when a session assumed it. Its end is the "
        "first moment at which it counts no more. The trust policy is read by AssumeRole alone.",
        "Three of the seven work: last second, dana herself, right lost. Each of the other codes comes at least once.",
    ),
    rules=("STS-04", "STS-06", "STS-26"),
    explanation="An hour from 09:00:00 is over at 10:00:00, and then no policy is read: ExpiredToken. dana's own "
    "credentials go on. An open session outlives the right to assume; a new one is denied. And too long a duration is "
    "refused, not shortened: the role's longest session, or one hour in a chain.",
)

EXERCISES: Final = (TRUST, SWAP, EXPIRY)
