"""Lesson 08: another account: both halves, testers denied, role or bucket policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from iamlab.analysis.difference import Change, Turn
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import Effect, Statement, allow, deny
from iamlab.lab import Lab
from iamlab.lessons import worlds, worlds_08
from iamlab.lessons.exercise import Attempt, Item, Misconception, Probe, SortExercise, WorldExercise
from iamlab.lessons.probing import is_roots
from iamlab.lessons.recognizing import missing
from iamlab.lessons.story import DEVELOPMENT, FIRM, PRODUCTION, account, document, trust
from iamlab.lessons.trusting import trusted
from iamlab.lessons.worlds_08 import (
    APP,
    BOTH,
    BUILDS,
    FORBIDDEN,
    NOTHING,
    PERMISSION,
    READ_BUILDS,
    RELEASES,
    TEST_APP,
    TRUST,
    UPDATE_APP,
)
from iamlab.world.account import Account
from iamlab.world.things import Bucket


def _prod(lab: Lab) -> Account:
    return worlds.there(lab, PRODUCTION)


def _asks(
    who: str, action: str, resource: str, words: str, *, allowed: bool = True, after: Callable[[Lab], Any] | None = None
) -> Probe:
    """A probe of a user of Development, or of a session of the role UpdateApp."""

    def ask(lab: Lab) -> Evaluation:
        caller = worlds_08.role(lab, who) if who == "UpdateApp" else worlds.user(lab, who)
        return lab.evaluate(caller, action, resource)

    return Probe(words=f"{words} ({action})", ask=ask, allowed=allowed, after=after)


# 08.1


def _pair(who: str, role: str, words: str, messages: dict[str, str], **numbers: int) -> Item:
    """One caller and one role; what is right is read off the engine's answer."""

    def missing(lab: Lab) -> str:
        return worlds_08.missing(worlds_08.assumes(lab, who, role))

    return Item(words=words, happens=missing, messages=messages, numbers=numbers)


_NO_DENY: Final = "No Deny reaches this caller, so nothing is forbidden."
_DEVELOPERS: Final = "the group Developers allows sts:AssumeRole on this very role"
_WHOLE: Final = "the trust policy names 111111111111:root, which is the whole account Development"

HALVES: Final = SortExercise(
    id="08.1",
    title="Which half is missing?",
    choices=(NOTHING, PERMISSION, TRUST, BOTH, FORBIDDEN),
    world=worlds_08.two_halves,
    items={
        "David: UpdateApp": _pair(
            "David",
            "UpdateApp",
            "David, a developer, assumes UpdateApp in Production",
            {
                PERMISSION: f"It is there: {_DEVELOPERS}, and David is a member.",
                TRUST: f"It is there: {_WHOLE}. It does not mean the root user alone.",
                BOTH: f"Neither is: {_WHOLE}, and {_DEVELOPERS}.",
                FORBIDDEN: "The Deny for UpdateApp is on the group Testers. David is not in it.",
            },
            **{TRUST: 9},
        ),
        "Ned: UpdateApp": _pair(
            "Ned",
            "UpdateApp",
            "Ned, who is in no group, assumes UpdateApp in Production",
            {
                NOTHING: "Production lets the account Development in. Who of that account may come, Development says "
                "itself, and no policy there gives it to Ned.",
                TRUST: f"It is there: {_WHOLE}, Ned included. Look at the other half.",
                BOTH: f"One of them is there: {_WHOLE}.",
                FORBIDDEN: "The Deny for UpdateApp is on the group Testers. Ned is in no group.",
            },
            **{TRUST: 9},
        ),
        "David: Reports": _pair(
            "David",
            "Reports",
            "David assumes Reports in Production",
            {
                NOTHING: f"David may ask. But the trust policy of Reports names {FIRM}, and David comes from "
                f"{DEVELOPMENT}.",
                PERMISSION: f"It is there: {_DEVELOPERS}. What does the role say to that?",
                BOTH: f"One of them is there: {_DEVELOPERS}.",
                FORBIDDEN: f"{_NO_DENY} The role does not name David or his account, and that is enough.",
            },
            **{NOTHING: 7},
        ),
        "Ned: Reports": _pair(
            "Ned",
            "Reports",
            "Ned assumes Reports in Production",
            {
                NOTHING: f"Neither the one side nor the other knows Ned here: Reports trusts {FIRM}, and Ned has no "
                "policy.",
                PERMISSION: f"That is missing, and it would not be enough: the trust policy of Reports names {FIRM}.",
                TRUST: "That is missing, and it would not be enough: no policy allows Ned to assume any role.",
                FORBIDDEN: f"{_NO_DENY} What is missing is missing on both sides.",
            },
        ),
        "Jane: UpdateApp": _pair(
            "Jane",
            "UpdateApp",
            "Jane, a tester, assumes UpdateApp in Production",
            {
                NOTHING: "PowerUserAccess would allow it. The group Testers has a Deny for this role besides, and an "
                "explicit Deny wins.",
                PERMISSION: "PowerUserAccess allows sts:AssumeRole. Nothing is missing: look for what forbids.",
                TRUST: f"It is there: {_WHOLE}, Jane included.",
                BOTH: "PowerUserAccess allows, and the role trusts her account: nothing is missing. Look for what "
                "forbids.",
            },
            **{NOTHING: 10, PERMISSION: 11, TRUST: 9, BOTH: 11},
        ),
        "Ned: Deploy": _pair(
            "Ned",
            "Deploy",
            "Ned assumes Deploy in Production, whose trust policy names the user Ned himself",
            {
                NOTHING: "Being named by the role is enough within one account. Ned comes from another one: there both "
                "halves are needed, whoever is named.",
                TRUST: "It is there: it names Ned by his ARN.",
                BOTH: "One of them is there: the trust policy names Ned by his ARN.",
                FORBIDDEN: f"{_NO_DENY} An Allow is missing, in Development.",
            },
        ),
        "Ned: Build": _pair(
            "Ned",
            "Build",
            "Ned assumes Build in Development, whose trust policy names the user Ned himself",
            {
                PERMISSION: "Both are Development's: Ned and the role. Within one account a trust policy that names "
                "the user itself is enough.",
                TRUST: "It is there: it names Ned by his ARN.",
                BOTH: "The trust policy names Ned by his ARN and, within one account, that is enough.",
                FORBIDDEN: f"{_NO_DENY} The trust policy names Ned.",
            },
            **{PERMISSION: 8},
        ),
    },
    hints=(
        "Ask two questions of each pair: whom does the role's trust policy name, and does a policy of the caller "
        "allow sts:AssumeRole on this role?",
        "Across accounts both halves must be there. In one account a trust policy that names the "
        "user itself is enough; one that names the account is not. And a Deny wins.",
        "Reports trusts the consulting firm's account. Ned has no policy. Build is the one role in Development.",
    ),
    rules=("EVAL-13", "EVAL-16"),
    explanation="Across accounts each side says yes for itself: the role in its trust policy, the caller's account "
    "in a policy of the caller. Being named personally changes nothing about that. Within one account it does: there "
    "the trust policy that names the user is enough.",
)

# 08.2

_JANE: Final = _asks("Jane", "sts:AssumeRole", UPDATE_APP, "Jane assumes UpdateApp", allowed=False)
_NEXT_TESTER: Final = _asks(
    "Ned",
    "sts:AssumeRole",
    UPDATE_APP,
    "next month Ned joins the testers; Ned assumes UpdateApp",
    allowed=False,
    after=lambda lab: worlds.group(lab, "Testers").add(worlds.user(lab, "Ned")),
)
_DAVID: Final = _asks("David", "sts:AssumeRole", UPDATE_APP, "David assumes UpdateApp")
_NEXT_DEVELOPER: Final = _asks(
    "Ned",
    "sts:AssumeRole",
    UPDATE_APP,
    "next month Ned joins the developers; Ned assumes UpdateApp",
    after=lambda lab: worlds.group(lab, "Developers").add(worlds.user(lab, "Ned")),
)


def _makes_a_role(name: str) -> Callable[[Lab], Any]:
    """A role in Production that trusts the account Development, if there is none of that name."""

    def made(lab: Lab) -> None:
        if name not in {one.name for one in _prod(lab).roles}:
            _prod(lab).create_role(name, trust=trust(AWS=account(DEVELOPMENT)))

    return made


_NOBODY_YET: Final = "tester-of-next-year"
"""A name that no policy speaks of."""


_THIRD_TESTER: Final = _asks(
    _NOBODY_YET,
    "sts:AssumeRole",
    UPDATE_APP,
    "whoever is hired next year and joins the testers assumes UpdateApp",
    allowed=False,
    after=lambda lab: worlds.hire(lab, _NOBODY_YET, "Testers"),
)
_JANE_DOCS: Final = _asks(
    "Jane",
    "sts:AssumeRole",
    f"arn:aws:iam::{PRODUCTION}:role/ReadDocs",
    "next month there is a role ReadDocs in Production, which trusts Development; Jane assumes ReadDocs",
    after=_makes_a_role("ReadDocs"),
)
_JANE_UPDATES_DOCS: Final = _asks(
    "Jane",
    "sts:AssumeRole",
    f"arn:aws:iam::{PRODUCTION}:role/UpdateDocs",
    "next month there is a role UpdateDocs in Production, which trusts Development; Jane assumes UpdateDocs",
    after=_makes_a_role("UpdateDocs"),
)
_JANE_TESTS: Final = _asks("Jane", "sts:AssumeRole", TEST_APP, "Jane assumes TestApp")
_JANE_WORKS: Final = _asks("Jane", "s3:PutObject", "arn:aws:s3:::acme-test/1.txt", "Jane writes acme-test/1.txt")


def _never(lab: Lab) -> None:
    worlds.group(lab, "Testers").put_policy("ForTesters", deny("sts:AssumeRole", on=UPDATE_APP))


def _only_test_app(lab: Lab) -> None:
    worlds.group(lab, "Testers").put_policy("OnlyTestApp", allow("sts:AssumeRole", on=TEST_APP))


def _never_but_test_app(lab: Lab) -> None:
    statement = {"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": TEST_APP}
    worlds.group(lab, "Testers").put_policy("ForTesters", document(statement))


def _denies(attempt: Attempt) -> list[Statement]:
    """The Deny statements that reach Jane."""
    policies = (one.policy for one in worlds.user(attempt.lab, "Jane").policies)
    return [one for policy in policies for one in policy.statements if one.effect is Effect.DENY]


def _trust_david(lab: Lab) -> None:
    worlds_08.role(lab, "UpdateApp").update_trust(trust(AWS=worlds.user(lab, "David").arn))


def _trust_production(lab: Lab) -> None:
    worlds_08.role(lab, "UpdateApp").update_trust(trust(AWS=account(PRODUCTION)))


def _trusts_development(lab: Lab) -> bool:
    """Whether UpdateApp still lets somebody of Development in who is new and allowed to ask."""
    copy = lab.copy()
    worlds.user(copy, "Ned").put_policy("Ask", allow("sts:AssumeRole", on=UPDATE_APP))
    evaluation = worlds_08.assumes(copy, "Ned", "UpdateApp")
    return next(layer for layer in evaluation.layers if layer.name == "resource").decision is Decision.ALLOW


def _allows_more(attempt: Attempt) -> bool:
    """Whether the testers got an Allow, and no Deny, to keep them out."""
    policies = [one.policy for one in worlds.user(attempt.lab, "Jane").policies if one.name != "PowerUserAccess"]
    effects = {statement.effect for policy in policies for statement in policy.statements}
    return attempt.fails(_JANE) and effects == {Effect.ALLOW}


def _testers_lost_it(change: Change) -> bool:
    return is_roots(change) or (
        change.subject.name == "Jane"
        and change.turn in (Turn.LOST, Turn.TIGHTENED)  # whether it always does, the probes ask
        and change.resource == UPDATE_APP
        and all(one.startswith("sts:") for one in change.actions)
    )


TESTERS: Final = WorldExercise(
    id="08.2",
    world=worlds_08.testers_can_too,
    may_change=_testers_lost_it,
    spared=(("sts:*", UPDATE_APP),),  # tags and the like come with assuming it
    probes=(
        _JANE,
        _NEXT_TESTER,
        _THIRD_TESTER,
        _DAVID,
        _NEXT_DEVELOPER,
        _JANE_TESTS,
        _JANE_DOCS,
        _JANE_UPDATES_DOCS,
        _JANE_WORKS,
        _asks("David", "sts:AssumeRole", TEST_APP, "David assumes TestApp", allowed=False),
        _asks("Ned", "sts:AssumeRole", UPDATE_APP, "Ned, who is in no group, assumes UpdateApp", allowed=False),
    ),
    hints=(
        "Jane does not come in through the developers' policy. Which Allow of hers covers sts:AssumeRole? It is to "
        "stay, so what wins over an Allow?",
        "An explicit Deny wins. It is to hold for whoever is a tester, and for this one role.",
        "Only the ARN of the one role is missing, role_arn:\n"
        '    development.group("Testers").put_policy("ForTesters", deny("sts:AssumeRole", on=...))',
    ),
    rules=("EVAL-03",),
    reach="office.accounts",
    button="Put it into the world",
    reference=_never,
    explanation="A Deny for whoever is a tester, about one role. Production needs to know nothing of testers: it "
    "trusts the account, and the account decides who of it may come.",
    misconceptions=(
        Misconception(
            answer=_only_test_app,
            message="An Allow takes nothing away. PowerUserAccess still allows all roles: only a Deny forbids one.",
            known_by=_allows_more,
            number=10,
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Testers").detach(
                worlds.development(lab).managed_policy("PowerUserAccess")
            ),
            message="That takes the testers' daily work away with it. What they have is to stay, but for one role.",
            known_by=lambda attempt: attempt.fails(_JANE_WORKS),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Testers").put_policy("NoRoles", deny("sts:AssumeRole", on="*")),
            message="Now they can assume no role at all. Name the one that you mean.",
            known_by=lambda attempt: (
                attempt.fails(_JANE_TESTS)
                and attempt.fails(_JANE_DOCS)
                and not attempt.fails(_JANE_WORKS)
                and attempt.lab.evaluate(
                    worlds.user(attempt.lab, "Jane"), "sts:AssumeRole", f"arn:aws:iam::{PRODUCTION}:role/AnyOther"
                ).decision
                is Decision.EXPLICIT_DENY
            ),
        ),
        Misconception(
            answer=_never_but_test_app,
            message="NotResource is everything that is not listed: all other roles too, those of next month included. "
            "Name the one that you mean.",
            known_by=lambda attempt: (
                attempt.fails(_JANE_DOCS)
                and not attempt.fails(_JANE_TESTS)
                and any(one.not_resources for one in _denies(attempt))
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Testers").put_policy(
                "Never", deny("sts:AssumeRole", on=f"arn:aws:iam::{PRODUCTION}:role/Update*")
            ),
            message="With a star at its end the Deny hits every role whose name begins so: UpdateDocs as well. Name "
            "the one that you mean.",
            known_by=lambda attempt: (
                attempt.fails(_JANE_UPDATES_DOCS)
                and not attempt.fails(_JANE_DOCS)
                and any(pattern.endswith("*") for one in _denies(attempt) for pattern in one.resources)
            ),
        ),
        Misconception(
            answer=_trust_production,
            message="The door is closed to the developers as well: the trust policy does not name Development any "
            "more. And :root was never the root user: it stands for the whole account.",
            known_by=lambda attempt: (
                missing(attempt, _DAVID) == "resource"
                and missing(attempt, _NEXT_DEVELOPER) == "resource"
                and not _trusts_development(attempt.lab)
            ),
            number=9,
        ),
        Misconception(
            answer=_trust_david,
            message="David gets in, and the next developer does not: each name would have to be written into "
            "Production's trust policy. Trust the account, and say in Development who may.",
            known_by=lambda attempt: (
                not attempt.fails(_DAVID)
                and missing(attempt, _NEXT_DEVELOPER) == "resource"
                and any(":user/" in one for one in trusted(worlds_08.role(attempt.lab, "UpdateApp").trust))
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Developers").delete_policy("AssumeUpdateApp"),
            message="That takes it from the developers. Jane never came in through their policy: she has "
            "PowerUserAccess.",
            known_by=lambda attempt: (
                missing(attempt, _DAVID) == "identity" and missing(attempt, _NEXT_DEVELOPER) == "identity"
            ),
        ),
        Misconception(
            answer=lambda lab: worlds.user(lab, "Jane").put_policy("Never", deny("sts:AssumeRole", on=UPDATE_APP)),
            message="Jane is kept out, and the next tester is not. Say it once, for whoever is a tester.",
            known_by=lambda attempt: (
                not attempt.fails(_JANE)
                and (attempt.fails(_NEXT_TESTER) or attempt.fails(_THIRD_TESTER))
                and not attempt.fails(_NEXT_DEVELOPER)
                and not attempt.fails(_JANE_WORKS)
            ),
        ),
    ),
)

# 08.3

_WRITES: Final = _asks("David", "s3:PutObject", f"{RELEASES}/v2.zip", "David writes productionapp/releases/v2.zip")
_READS: Final = _asks("David", "s3:GetObject", f"{BUILDS}/v2.zip", "David reads acme-build/v2.zip")
_JANE_WRITES: Final = _asks(
    "Jane", "s3:PutObject", f"{RELEASES}/v2.zip", "Jane, a tester, writes productionapp/releases/v2.zip", allowed=False
)
_PAGE: Final = _asks(
    "David", "s3:PutObject", f"{APP}/index.html", "David writes productionapp/index.html", allowed=False
)
_OLD: Final = _asks(
    "David", "s3:PutObject", f"{RELEASES}-old/v0.zip", "David writes productionapp/releases-old/v0.zip", allowed=False
)
_DELETES: Final = _asks(
    "David", "s3:DeleteObject", f"{RELEASES}/v1.zip", "David deletes productionapp/releases/v1.zip", allowed=False
)


def _bucket(lab: Lab) -> Bucket:
    return _prod(lab).buckets[0]


def _lets(principal: str, action: str = "s3:PutObject", resource: str = f"{RELEASES}/*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": resource}
    return document(statement)


def _identity_half(lab: Lab) -> None:
    worlds.user(lab, "David").put_policy("WriteReleases", allow("s3:PutObject", on=f"{RELEASES}/*"))


def _bucket_half(lab: Lab) -> None:
    _bucket(lab).put_policy(_lets(worlds.user(lab, "David").arn))


def _both_halves(lab: Lab) -> None:
    _identity_half(lab)
    _bucket_half(lab)


def _account_half(lab: Lab) -> None:
    _identity_half(lab)
    _bucket(lab).put_policy(_lets(account(DEVELOPMENT)))


def _bucket_arn(lab: Lab) -> None:
    _identity_half(lab)
    _bucket(lab).put_policy(_lets(worlds.user(lab, "David").arn, resource=APP))


def _whole_bucket(lab: Lab) -> None:
    worlds.user(lab, "David").put_policy("WriteAll", allow("s3:PutObject", on=f"{APP}/*"))
    _bucket(lab).put_policy(_lets(worlds.user(lab, "David").arn, resource=f"{APP}/*"))


def _without_the_slash(lab: Lab) -> None:
    worlds.user(lab, "David").put_policy("WriteReleases", allow("s3:PutObject", on=f"{RELEASES}*"))
    _bucket(lab).put_policy(_lets(worlds.user(lab, "David").arn, resource=f"{RELEASES}*"))


def _all_actions(lab: Lab) -> None:
    worlds.user(lab, "David").put_policy("Releases", allow("s3:*", on=f"{RELEASES}/*"))
    _bucket(lab).put_policy(_lets(worlds.user(lab, "David").arn, action="s3:*"))


def _through_the_role(lab: Lab) -> None:
    app = worlds_08.role(lab, "UpdateApp")
    app.put_policy("ReadBuilds", document(READ_BUILDS))
    builds = next(one for one in worlds.development(lab).buckets if one.arn == BUILDS)
    builds.put_policy(_lets(app.arn, action="s3:GetObject", resource=f"{BUILDS}/*"))


def _role_reads(attempt: Attempt) -> bool:
    """Whether a session of UpdateApp has got what was David's, on one of the two sides at least."""
    app = worlds_08.role(attempt.lab, "UpdateApp")
    evaluation = attempt.lab.evaluate(app, "s3:GetObject", f"{BUILDS}/v2.zip")
    return any(layer.decision is Decision.ALLOW for layer in evaluation.layers)


def _role_has_more(attempt: Attempt) -> bool:
    before, now = (worlds_08.role(lab, "UpdateApp").policies for lab in (worlds_08.copy_job(), attempt.lab))
    return len(now) > len(before)


def _bucket_says(attempt: Attempt, arn: str) -> bool:
    """Whether the bucket policy has an Allow for David's writing that lists this ARN, letter for letter."""
    policy = _bucket(attempt.lab).policy
    return policy is not None and any(
        arn in statement.resources for statement in policy.statements if statement.effect is Effect.ALLOW
    )


def _said(attempt: Attempt, layer: str) -> Decision | None:
    """What one type of policy says to David's writing, where that fails."""
    found = attempt.evaluation(_WRITES)
    layers = found.layers if found else ()
    return next((one.decision for one in layers if one.name == layer), None)


def _releases_gained(change: Change) -> bool:
    return is_roots(change) or (
        change.subject.name == "David"
        and change.turn is Turn.GAINED
        and change.resource.startswith(f"{RELEASES}/")
        and change.actions == ("s3:PutObject",)
    )


COPY: Final = WorldExercise(
    id="08.3",
    world=worlds_08.copy_job,
    may_change=_releases_gained,
    probes=(
        _WRITES,
        _asks("David", "s3:PutObject", f"{RELEASES}/2027/v3.zip", "David writes productionapp/releases/2027/v3.zip"),
        _asks(
            "David",
            "s3:PutObject",
            f"{RELEASES}/latest",
            "next year David writes productionapp/releases/latest",
            after=lambda lab: lab.clock.advance(days=365),
        ),
        _READS,
        _JANE_WRITES,
        _PAGE,
        _OLD,
        _DELETES,
        _asks(
            "UpdateApp",
            "s3:PutObject",
            f"{APP}/index.html",
            "a session of UpdateApp writes productionapp/index.html",
        ),
    ),
    hints=(
        "The program signs as David, for reading and for writing. What must Production say, and what Development?",
        "Across accounts the bucket's policy and a policy of David's must both allow. In a session of the role, "
        "David's own permissions are set aside.",
        'Only the Principal is missing, {"AWS": development.user("David").arn}:\n'
        '    development.user("David").put_policy("Releases", allow("s3:PutObject", on=releases))\n'
        '    lets_david = {"Effect": "Allow", "Principal": ..., "Action": "s3:PutObject", "Resource": releases}\n'
        '    production.buckets[0].put_policy({"Version": "2012-10-17", "Statement": [lets_david]})',
    ),
    rules=("EVAL-13", "STS-12"),
    reach="night.accounts",
    button="Apply to the world",
    reference=_both_halves,
    explanation="With a bucket policy David stays David: he keeps what he may do at home, and gets what the bucket "
    "gives him. It takes both halves, as every way into another account does. A role is the better way when somebody "
    "is to work in the other account; a resource policy, when one caller needs both accounts at once.",
    misconceptions=(
        Misconception(
            answer=_through_the_role,
            message="You gave the role more. But the program signs as David, and in a session of the role it would "
            "be the role: one swaps permissions and does not add them.",
            known_by=lambda attempt: attempt.fails(_WRITES) and _role_reads(attempt),
            number=5,
        ),
        Misconception(
            answer=lambda lab: worlds_08.role(lab, "UpdateApp").put_policy(
                "Releases", allow("s3:PutObject", on=f"{RELEASES}/*")
            ),
            message="What you gave the role counts in a session of the role alone, and the program signs as David.",
            known_by=lambda attempt: attempt.fails(_WRITES) and _role_has_more(attempt),
            number=5,
        ),
        Misconception(
            answer=_account_half,
            message="The bucket policy names the whole account, not its root user. So everybody there whose own "
            "policies allow it comes in, and PowerUserAccess allows it. Name David.",
            known_by=lambda attempt: attempt.fails(_JANE_WRITES) and not attempt.fails(_WRITES),
            number=9,
        ),
        Misconception(
            answer=_bucket_arn,
            message="The bucket policy names the bucket. Writing is about an object in it: another ARN.",
            known_by=lambda attempt: (
                attempt.fails(_WRITES)
                and missing(attempt, _WRITES) == "resource"
                and _bucket_says(attempt, APP)
                and not _bucket_says(attempt, f"{RELEASES}/*")
            ),
            number=13,
        ),
        Misconception(
            answer=_bucket_half,
            message="The bucket lets David in. In one account that would be enough; David comes from another one, and "
            "nothing in Development allows him to write there.",
            known_by=lambda attempt: (
                _said(attempt, "resource") is Decision.ALLOW and _said(attempt, "identity") is Decision.IMPLICIT_DENY
            ),
            number=12,
        ),
        Misconception(
            answer=_identity_half,
            message="David's own half is there. The bucket is Production's, and says nothing of David: no policy in "
            "Development can open a bucket of another account.",
            known_by=lambda attempt: (
                _said(attempt, "identity") is Decision.ALLOW
                and _said(attempt, "resource") is not Decision.ALLOW
                and _bucket(attempt.lab).policy is None
            ),
            number=12,
        ),
        Misconception(
            answer=_all_actions,
            message="That is more than writing: s3:PutObject is the one action that the program needs.",
            known_by=lambda attempt: attempt.fails(_DELETES) and not attempt.fails(_PAGE),
        ),
        Misconception(
            answer=_without_the_slash,
            message="Without the slash, releases* fits whatever begins so: releases-old as well.",
            known_by=lambda attempt: attempt.fails(_OLD) and not attempt.fails(_PAGE),
        ),
        Misconception(
            answer=_whole_bucket,
            message="David can now overwrite all of the application. He needs what is below releases/.",
            known_by=lambda attempt: attempt.fails(_PAGE),
        ),
    ),
)

EXERCISES: Final = (HALVES, TESTERS, COPY)
