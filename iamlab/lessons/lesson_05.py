"""Lesson 05: a role for staging, a role for production, and who may assume which."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from iamlab.analysis.difference import Change, Turn
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import Effect, PolicyKind, allow, deny
from iamlab.core.resources import resource_matches
from iamlab.lab import Lab
from iamlab.lessons import worlds, worlds_05
from iamlab.lessons.circumstances import in_any_case
from iamlab.lessons.excess import ELSEWHERE
from iamlab.lessons.exercise import Attempt, Misconception, PolicyExercise, Probe, WorldExercise
from iamlab.lessons.probing import asks, calling_as, is_roots
from iamlab.lessons.recognizing import forbidden, missing, names, on, silent
from iamlab.lessons.story import DEVELOPMENT, account, document, may_assume, the_account, trust
from iamlab.lessons.trusting import EVERYBODY, trusted
from iamlab.lessons.worlds_05 import PROD, ROLE, STAGING
from iamlab.world.identities import Role, User

STAGING_ROLE: Final = f"{ROLE}/StagingRole"
CLEANER: Final = f"{ROLE}/StagingCleaner"
PROD_ROLE: Final = f"{ROLE}/ProdRole"
AUDIT_ROLE: Final = f"{ROLE}/AuditRole"
DANA: Final = f"arn:aws:iam::{DEVELOPMENT}:user/dana"
OSCAR: Final = f"arn:aws:iam::{DEVELOPMENT}:user/oscar"
ERIC: Final = f"arn:aws:iam::{DEVELOPMENT}:user/eric"


def _prod(lab: Lab) -> Role:
    return worlds.development(lab).role("ProdRole")


def _assumes(who: str, role: str, *, allowed: bool = True, when: str = "", after: Any = None) -> Probe:
    words = f"{when}{who} assumes {role.rpartition('/')[2]}"
    return asks(who, "sts:AssumeRole", role, words, allowed=allowed, after=after)


# 05.1

_DANA, _OSCAR = _assumes("dana", PROD_ROLE), _assumes("oscar", PROD_ROLE)
_ERIC, _FAY = _assumes("eric", PROD_ROLE, allowed=False), _assumes("fay", PROD_ROLE, allowed=False)
_AUDIT: Final = _assumes("dana", AUDIT_ROLE, allowed=False)


_HIRED: Final = partial(
    _assumes,
    "nina",
    when="next month nina is hired and put into Developers; ",
    after=lambda lab: worlds.hire(lab, "nina", "Developers"),
)
_NINA_PROD: Final = _HIRED(PROD_ROLE, allowed=False)
_DIRECTLY: Final = asks(
    "dana", "s3:PutObject", f"{PROD}/app.zip", "dana, in no role, writes acme-prod/app.zip", allowed=False
)
_FROM_STAGING: Final = asks(
    "StagingRole",
    "s3:PutObject",
    f"{PROD}/app.zip",
    "whoever is in StagingRole writes acme-prod/app.zip",
    allowed=False,
)


def _makes_a_cleaner(lab: Lab) -> None:
    if "ProdCleaner" not in {one.name for one in worlds.development(lab).roles}:
        worlds.development(lab).create_role("ProdCleaner", trust=trust(AWS=account(DEVELOPMENT)))


def _trusted_elsewhere(lab: Lab) -> None:
    there = {one.id: one for one in lab.accounts}
    other = there.get(ELSEWHERE) or lab.create_account("Elsewhere", ELSEWHERE)
    if "ProdRole" not in {one.name for one in other.roles}:
        other.create_role("ProdRole", trust=trust(AWS=account(DEVELOPMENT)))


_NEXT_ROLE: Final = _assumes(
    "dana",
    f"{ROLE}/ProdCleaner",
    allowed=False,
    when="next week there is a role ProdCleaner, which trusts the account too; ",
    after=_makes_a_cleaner,
)
_OTHER_ACCOUNT: Final = _assumes(
    "dana",
    f"arn:aws:iam::{ELSEWHERE}:role/ProdRole",
    allowed=False,
    when=f"somebody else's account {ELSEWHERE} has a ProdRole as well, which trusts this one; there ",
    after=_trusted_elsewhere,
)


def _release(lab: Lab) -> None:
    release = worlds.development(lab).create_group("Release")
    for name in ("dana", "oscar"):
        release.add(worlds.user(lab, name))
    release.put_policy("AssumeProduction", may_assume(PROD_ROLE))


def _all_but_two(lab: Lab) -> None:
    worlds.group(lab, "Developers").put_policy("AssumeProduction", may_assume(PROD_ROLE))
    for name in ("eric", "fay"):
        worlds.user(lab, name).put_policy("NoProduction", deny("sts:AssumeRole", on=PROD_ROLE))


def _both(change: Callable[[User], Any]) -> Callable[[Lab], None]:
    def changed(lab: Lab) -> None:
        for name in ("dana", "oscar"):
            change(worlds.user(lab, name))

    return changed


def _both_and_a_code(lab: Lab) -> None:
    _both(lambda user: user.put_policy("AssumeProduction", may_assume(PROD_ROLE)))(lab)
    statement = trust(AWS=account(DEVELOPMENT))["Statement"][0]
    _prod(lab).update_trust(document({**statement, "Condition": {"Bool": {MFA: "true"}}}))


def _missing_for_both(attempt: Attempt, layer: str) -> bool:
    """Whether dana and oscar are both kept out, for want of an Allow in that layer."""
    return missing(attempt, _DANA) == missing(attempt, _OSCAR) == layer


def _trust_has_a_condition(lab: Lab) -> bool:
    """Whether each Allow of ProdRole's trust policy has a condition."""
    allows = [one for one in _prod(lab).trust.statements if one.effect is Effect.ALLOW]
    return bool(allows) and all(one.conditions for one in allows)


def _into_production_alone(change: Change) -> bool:
    if is_roots(change):
        return True
    assumes = change.turn is Turn.GAINED and change.resource == PROD_ROLE
    return assumes and change.subject.name in ("dana", "oscar") and change.actions == ("sts:AssumeRole",)


def _may_through_the_group(attempt: Attempt) -> bool:
    """Whether the group Developers has a policy with an Allow about the production role."""
    policies = (one.policy for one in worlds.group(attempt.lab, "Developers").policies)
    allows = (one for policy in policies for one in policy.statements if one.effect is Effect.ALLOW)
    return any(resource_matches(pattern, PROD_ROLE) for one in allows for pattern in one.resources)


def _allowed_on(lab: Lab, name: str, action: str) -> set[str]:
    """What the Allow statements that reach a user list as Resource beside that action."""
    statements = (one for source in worlds.user(lab, name).policies for one in source.policy.statements)
    allows = (one for one in statements if one.effect is Effect.ALLOW and action in one.actions)
    return {pattern for one in allows for pattern in one.resources}


def _group_alone(lab: Lab) -> None:
    release = worlds.development(lab).create_group("Release")
    for name in ("dana", "oscar"):
        release.add(worlds.user(lab, name))


def _has_an_empty_group(lab: Lab) -> bool:
    """Whether the two are in a group that has no policy."""
    groups = (one for one in worlds.development(lab).groups if not one.policies)
    return any({"dana", "oscar"} <= {user.name for user in one.members} for one in groups)


TWO: Final = WorldExercise(
    id="05.1",
    world=worlds_05.production_closed,
    may_change=_into_production_alone,
    probes=(
        _DANA,
        _OSCAR,
        _ERIC,
        _FAY,
        *(_assumes(name, STAGING_ROLE) for name in ("dana", "eric", "fay", "oscar")),
        _HIRED(STAGING_ROLE),
        _NINA_PROD,
        _AUDIT,
        _NEXT_ROLE,
        _OTHER_ACCOUNT,
        _DIRECTLY,
        _FROM_STAGING,
        asks("ProdRole", "s3:PutObject", f"{PROD}/app.zip", "whoever is in ProdRole writes acme-prod/app.zip"),
    ),
    hints=(
        "ProdRole trusts the account already. What do dana and oscar lack, that eric and fay must not get?",
        "Where the trust policy names the account, a policy of the caller's own, or of one of its groups, must allow "
        "sts:AssumeRole on the role. Who has the same task can be in a group.",
        'Only the ARN of ProdRole is missing, acme.role("ProdRole").arn:\n'
        '    production = allow("sts:AssumeRole", on=...)\n'
        "    acme = team.accounts[0]\n"
        '    two = acme.create_group("Release")\n'
        '    two.add(acme.user("dana"))\n'
        '    two.add(acme.user("oscar"))\n'
        '    two.put_policy("AssumeProduction", production)',
    ),
    rules=("EVAL-16",),
    reach="team.accounts",
    reference=_release,
    explanation="Those two, and nobody else, are let in: by name, or through a group of their own. Whoever is hired is "
    "not. Nobody can do anything in production without assuming the role.",
    misconceptions=(
        Misconception(
            answer=_both(lambda user: user.put_policy("Production", allow("s3:PutObject", on=f"{PROD}/*"))),
            message="That gives them production itself, in no role, on every day. They should have to assume ProdRole.",
            known_by=lambda attempt: attempt.fails(_DIRECTLY),
        ),
        Misconception(
            answer=lambda lab: (
                worlds.development(lab)
                .role("StagingRole")
                .put_policy("Production", allow("s3:PutObject", on=f"{PROD}/*"))
            ),
            message="Every developer may assume StagingRole. What that role may do in production, all of them may.",
            known_by=lambda attempt: attempt.fails(_FROM_STAGING),
        ),
        Misconception(
            answer=lambda lab: _prod(lab).update_trust(trust(AWS="*")),
            message=EVERYBODY,
            known_by=lambda attempt: attempt.fails(_ERIC) and "*" in trusted(_prod(attempt.lab).trust),
        ),
        Misconception(
            answer=lambda lab: worlds.group(lab, "Developers").put_policy("AssumeProduction", may_assume(PROD_ROLE)),
            message="Developers is everybody: eric and fay are members too. What only two may do belongs to these two, "
            "or to a group of their own.",
            known_by=lambda attempt: attempt.fails(_ERIC) and attempt.fails(_FAY) and _may_through_the_group(attempt),
        ),
        Misconception(
            answer=_all_but_two,
            message="Who must not is forbidden, and the next to be hired is not on that list. Allow the two, and "
            "nobody has to be forbidden.",
            known_by=lambda attempt: attempt.fails(_NINA_PROD) and not attempt.fails(_ERIC),
        ),
        Misconception(
            answer=_both(lambda user: user.put_policy("Assume", allow("sts:AssumeRole"))),
            message='A permission on "*" is about every role, and so is allow(...) without on=. AuditRole, which '
            "trusts the account too, is open to them.",
            known_by=lambda attempt: (
                attempt.fails(_AUDIT)
                and not attempt.fails(_DANA)
                and "*" in _allowed_on(attempt.lab, "dana", "sts:AssumeRole")
            ),
        ),
        Misconception(
            answer=_both(lambda user: user.put_policy("Assume", allow("sts:AssumeRole", on=f"{ROLE}/Prod*"))),
            message="With a star at its end the name fits every role that begins so, the roles of next week included.",
            known_by=lambda attempt: (
                attempt.fails(_NEXT_ROLE)
                and not attempt.fails(_AUDIT)
                and not attempt.fails(_DANA)
                and any(one.endswith("*") for one in _allowed_on(attempt.lab, "dana", "sts:AssumeRole"))
            ),
        ),
        Misconception(
            answer=_group_alone,
            message="The two have a group of their own. But a group is a list of names until it has a policy: what its "
            "members may do stands there.",
            known_by=lambda attempt: _missing_for_both(attempt, "identity") and _has_an_empty_group(attempt.lab),
        ),
        Misconception(
            answer=lambda lab: _prod(lab).update_trust(trust(AWS=DEVELOPMENT)),
            message="ProdRole trusts the account, as before. Which of its users may assume it, their own policies "
            "say, and those of dana and oscar do not.",
            known_by=lambda attempt: (
                _missing_for_both(attempt, "identity") and trusted(_prod(attempt.lab).trust) == {DEVELOPMENT}
            ),
            number=9,
        ),
        Misconception(
            answer=_both_and_a_code,
            message="Their own policies allow it now. What keeps them out is the trust policy: it has a condition that "
            "their requests do not meet.",
            known_by=lambda attempt: (
                _missing_for_both(attempt, "resource")
                and all(PROD_ROLE in _allowed_on(attempt.lab, name, "sts:AssumeRole") for name in ("dana", "oscar"))
                and _trust_has_a_condition(attempt.lab)
            ),
        ),
    ),
)

# 05.2


def _opens_a_role(lab: Lab) -> None:
    worlds.development(lab).create_role("BillingRole", trust=trust(AWS=account(DEVELOPMENT)))


_DANA_STAGING: Final = _assumes("dana", STAGING_ROLE)
_DANA_PROD: Final = _assumes("dana", PROD_ROLE, allowed=False)
_DANA_CLEANER: Final = _assumes("dana", CLEANER, allowed=False)
_DANA_BILLING: Final = _assumes(
    "dana",
    f"{ROLE}/BillingRole",
    allowed=False,
    when="next week somebody makes BillingRole, which trusts the account; ",
    after=_opens_a_role,
)


def _assume(*resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(resources)}


def _everything_but(attempt: Attempt) -> bool:
    return any(one.not_resources for one in attempt.policy.statements if one.effect is Effect.ALLOW)


def _begins(attempt: Attempt, role: str) -> bool:
    """Whether an Allow lists the beginning of the role's ARN, and a star."""
    patterns = (one for statement in attempt.policy.statements for one in statement.resources)
    return any(one.endswith("*") and role.startswith(one[:-1]) for one in patterns)


CLOSE: Final = PolicyExercise(
    id="05.2",
    world=worlds_05.wide_open,
    caller=calling_as("dana"),
    apply=lambda lab, policy: worlds.group(lab, "Developers").put_policy("AssumeRoles", policy),
    only=(("sts:AssumeRole", STAGING_ROLE),),
    probes=(
        _DANA_STAGING,
        _assumes("eric", STAGING_ROLE),
        _HIRED(STAGING_ROLE),
        _OSCAR,
        _DANA_PROD,
        _DANA_CLEANER,
        _AUDIT,
        _DANA_BILLING,
    ),
    hints=(
        "Which role do the developers need? Of every other role, ask whether the policy names it.",
        "The Resource of sts:AssumeRole is the ARN of a role, and names are compared letter for letter but for the "
        "star.",
        f'"Resource": "arn:aws:iam::{DEVELOPMENT}:role/...": only the name of the role is missing, whole.',
    ),
    rules=("POL-11", "POL-12"),
    reference=document(_assume(STAGING_ROLE)),
    untouched=document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}),
    explanation="One role, by its whole name. What other roles there are, and which are made next week, no longer "
    "matters; and oscar reaches production as before, through his other group.",
    misconceptions=(
        Misconception(
            answer=document(_assume("*"), {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": PROD_ROLE}),
            message="The Deny also hits oscar, who is in Developers as well as in Release: an explicit Deny wins over "
            "what Release allows. And all other roles stay open.",
            known_by=lambda attempt: forbidden(attempt, _OSCAR) and attempt.fails(_DANA_BILLING),
            number=10,
        ),
        Misconception(
            answer=document({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": PROD_ROLE}),
            message="NotResource is everything that is not listed, the roles of next week included.",
            known_by=lambda attempt: attempt.fails(_DANA_BILLING) and _everything_but(attempt),
        ),
        Misconception(
            answer=document(_assume(f"{ROLE}/*")),
            message="role/* is still every role of the account.",
            known_by=lambda attempt: (
                attempt.fails(_DANA_PROD) and attempt.fails(_DANA_BILLING) and on(attempt, f"{ROLE}/*")
            ),
        ),
        Misconception(
            answer=document(_assume(f"{ROLE}/Staging*")),
            message="With a star at its end, the name fits every role that begins so: StagingCleaner, which empties "
            "the bucket, as well.",
            known_by=lambda attempt: (
                attempt.fails(_DANA_CLEANER) and not attempt.fails(_DANA_PROD) and _begins(attempt, CLEANER)
            ),
        ),
        Misconception(
            answer=document({"Effect": "Allow", "Action": "s3:*", "Resource": [STAGING, f"{STAGING}/*"]}),
            message="Now they have the bucket itself and cannot assume the role any more.",
            known_by=lambda attempt: (
                attempt.fails(_DANA_STAGING) and names(attempt, "s3:*", "s3:PutObject", "s3:GetObject")
            ),
        ),
        Misconception(
            answer=document(_assume(STAGING, f"{STAGING}/*")),
            message="sts:AssumeRole is asked about the role. What can be done in it, and to which bucket, stands in "
            "the role's permissions.",
            known_by=lambda attempt: (
                attempt.fails(_DANA_STAGING)
                and silent(attempt)
                and names(attempt, "sts:AssumeRole")
                and on(attempt, STAGING, f"{STAGING}/*")
            ),
        ),
        Misconception(
            answer=document(_assume(PROD_ROLE)),
            message="That is the role for production. The developers need the one for staging.",
            known_by=lambda attempt: (
                attempt.fails(_DANA_STAGING) and attempt.fails(_DANA_PROD) and on(attempt, PROD_ROLE)
            ),
        ),
    ),
)

# 05.3

MFA: Final = "aws:MultiFactorAuthPresent"
GIVEN: Final = {MFA: "true", "aws:MultiFactorAuthAge": "0"}
NOT_GIVEN: Final = {MFA: "false"}


def _with(who: str, context: dict[str, str], words: str, *, allowed: bool) -> Probe:
    def ask(lab: Lab) -> Evaluation:
        return lab.evaluate(worlds.user(lab, who), "sts:AssumeRole", PROD_ROLE, context)

    # For how long a code counts is left to the answer.
    return Probe(words=f"{who} assumes ProdRole {words}", ask=ask, allowed=allowed, fixed=("aws:MultiFactorAuthAge",))


def _without_code(who: str, words: str) -> Probe:
    """With long-term keys, and with temporary credentials that were given without MFA, in any circumstances."""

    def ask(lab: Lab) -> Evaluation:
        asked = [lab.evaluate(worlds.user(lab, who), "sts:AssumeRole", PROD_ROLE, given) for given in ({}, NOT_GIVEN)]
        found = [in_any_case(one, *GIVEN) for one in asked]
        return next((one for one in found if one.allowed), found[0])

    return Probe(words=words, ask=ask, allowed=False)


_CODE, _NO_CODE = "with a code of the MFA device", "without a code, with long-term keys"
_GIVES: Final = _with("oscar", GIVEN, _CODE, allowed=True)
_NEVER_WITHOUT: Final = tuple(
    _without_code(who, f"{who} assumes ProdRole without a code, from wherever, whenever and with whatever besides")
    for who in ("dana", "oscar")
)
_GIVES_NONE: Final = _with("oscar", {}, _NO_CODE, allowed=False)
_TEMPORARY: Final = _with("oscar", NOT_GIVEN, "with temporary credentials that were given without MFA", allowed=False)
_ERIC_GIVES: Final = _with("eric", GIVEN, _CODE, allowed=False)
BOTH: Final = {"Effect": "Allow", "Principal": {"AWS": [DANA, OSCAR]}, "Action": "sts:AssumeRole"}


def _conditions(attempt: Attempt, effect: Effect) -> set[tuple[str, str]]:
    """The operators on MFA in statements of that effect, each with its value; ``IfExists`` belongs to the operator."""
    return {
        (one.operator.lower(), value.lower())
        for statement in attempt.policy.statements
        if statement.effect is effect
        for one in statement.conditions
        if one.key.lower() == MFA.lower()
        for value in one.values
    }


def _if_exists(attempt: Attempt) -> bool:
    return any(operator.endswith("ifexists") for operator, _ in _conditions(attempt, Effect.ALLOW))


def _when(operator: str, value: str) -> dict[str, Any]:
    return {**BOTH, "Condition": {operator: {MFA: value}}}


REQUIRE: Final = PolicyExercise(
    id="05.3",
    kind=PolicyKind.TRUST,
    world=worlds_05.production_by_name,
    caller=calling_as("ProdRole"),
    apply=lambda lab, policy: _prod(lab).update_trust(policy),
    only=(("sts:AssumeRole", DANA), ("sts:AssumeRole", OSCAR)),
    probes=(
        _GIVES,
        _with("dana", GIVEN, _CODE, allowed=True),
        _GIVES_NONE,
        _with("dana", {}, _NO_CODE, allowed=False),
        _TEMPORARY,
        *_NEVER_WITHOUT,
        _ERIC_GIVES,
        _with("eric", {}, _NO_CODE, allowed=False),
    ),
    hints=(
        "The Principal is right. What is missing is a Condition in the same statement.",
        "The key is aws:MultiFactorAuthPresent, and its value a text. Long-term keys never carry it: mind which "
        "operators hold when the key is absent.",
        '"Condition": {...: {"aws:MultiFactorAuthPresent": "true"}}: only the operator is missing, one that does not '
        "hold without the key.",
    ),
    rules=("COND-25",),
    reference=document(_when("Bool", "true")),
    untouched=document(BOTH),
    explanation="They get in only where the request says that MFA was given: with a code, or in a session that was "
    "opened with one. Long-term keys alone, even stolen ones, do not get in any more.",
    misconceptions=(
        Misconception(
            answer=document(_when("BoolIfExists", "true")),
            message="IfExists holds where the key is absent, and long-term keys never carry it: without a code they "
            "get in as before.",
            known_by=lambda attempt: attempt.fails(_GIVES_NONE) and _if_exists(attempt),
        ),
        Misconception(
            answer=document(BOTH, {**BOTH, "Effect": "Deny", "Condition": {"Bool": {MFA: "false"}}}),
            message="This Deny applies where the key says false. Long-term keys carry no such key, so it does not "
            "reach them.",
            known_by=lambda attempt: (
                attempt.fails(_GIVES_NONE)
                and not attempt.fails(_TEMPORARY)
                and ("bool", "false") in _conditions(attempt, Effect.DENY)
            ),
        ),
        Misconception(
            answer=document(_when("Bool", "false")),
            message='"false" turns it around: whoever gives a code is shut out.',
            known_by=lambda attempt: (
                attempt.fails(_GIVES) and ("bool", "false") in _conditions(attempt, Effect.ALLOW) and silent(attempt)
            ),
        ),
        Misconception(
            answer=document(_when("Null", "false")),
            message="Null asks whether the key is there. Temporary credentials mostly carry it, and it may say false.",
            known_by=lambda attempt: (
                attempt.fails(_TEMPORARY)
                and not attempt.fails(_GIVES_NONE)
                and ("null", "false") in _conditions(attempt, Effect.ALLOW)
            ),
        ),
        Misconception(
            answer=document(
                _when("Bool", "true"), {**BOTH, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
            ),
            message="Two statements are two doors: one that fits is enough, and one of yours opens without a code.",
            known_by=lambda attempt: (
                any(attempt.fails(one) for one in _NEVER_WITHOUT)
                and not attempt.fails(_GIVES_NONE)
                and not attempt.fails(_TEMPORARY)
                and len([one for one in attempt.policy.statements if one.effect is Effect.ALLOW]) > 1
            ),
        ),
        Misconception(
            answer=document({**_when("Bool", "true"), "Principal": {"AWS": "*"}}),
            message=f"The condition says how, not who. {EVERYBODY}",
            known_by=lambda attempt: attempt.fails(_ERIC_GIVES) and "*" in trusted(attempt.policy),
        ),
        Misconception(
            answer=document({**_when("Bool", "true"), "Principal": {"AWS": account(DEVELOPMENT)}}),
            message="The condition is right. But the account is named now in place of dana and oscar, and no policy of "
            "theirs allows them to assume ProdRole.",
            known_by=lambda attempt: (
                attempt.fails(_GIVES)
                and ("bool", "true") in _conditions(attempt, Effect.ALLOW)
                and trusted(attempt.policy) <= the_account(DEVELOPMENT)
                and silent(attempt)
            ),
            number=9,
        ),
    ),
)

EXERCISES: Final = (TWO, CLOSE, REQUIRE)
