"""Laws: what holds for every request and every policy, named like theorems."""

from __future__ import annotations

import json
import re

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from iamlab.core import wildcard
from iamlab.core.errors import PolicyError
from iamlab.core.evaluation import Decision, decide, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.core.settlement import FREE_ACTIONS

laws = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# A small world, so that patterns and requests meet often.
ACTIONS = ("s3:GetObject", "s3:GetObjectAcl", "s3:ListBucket", "s3:ListAllMyBuckets", "iam:GetUser")
ACTION_PATTERNS = (*ACTIONS, "*", "*:*", "s3:*", "s3:Get*", "s3:*Object", "S3:LIST*", "iam:?etUser", "ec2:*")
RESOURCES = (
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/x/y",
    "arn:aws:s3:::c",
    "arn:aws:iam::111111111111:user/alice",
)
RESOURCE_PATTERNS = (
    *RESOURCES,
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::?",
    "arn:aws:s3",
    "arn:aws:iam::*:*",
)
CALLERS = (
    "arn:aws:iam::111111111111:user/alice",
    "arn:aws:sts::111111111111:assumed-role/Auditor/any-session",
    "arn:aws:iam::111111111111:root",
)


@st.composite
def statements(draw, effects=("Allow", "Deny")):
    actions = draw(st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=3))
    resources = draw(st.lists(st.sampled_from(RESOURCE_PATTERNS), min_size=1, max_size=3))
    return {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(("Action", "Action", "NotAction"))): actions if draw(st.booleans()) else actions[0],
        draw(st.sampled_from(("Resource", "Resource", "NotResource"))): resources,
    }


def documents(effects=("Allow", "Deny"), most=4):
    listed = st.lists(statements(effects), min_size=1, max_size=most)
    return listed.map(lambda several: {"Version": "2012-10-17", "Statement": several})


def requests(callers=CALLERS[:2], actions=ACTIONS):
    return st.builds(
        Request,
        principal=st.sampled_from(callers).map(Principal),
        action=st.sampled_from(actions),
        resource=st.sampled_from(RESOURCES),
        resource_account=st.just("111111111111"),
    )


def _set(several):
    return PolicySet(
        identity=tuple(
            NamedPolicy(name=f"p{index}", policy=Policy.parse(document)) for index, document in enumerate(several)
        )
    )


several_documents = st.lists(documents(), max_size=3)


def _one(effect, action="*", resource="*"):
    return {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": resource}}


@laws
@given(requests(), st.lists(documents(effects=("Allow",)), max_size=4), st.integers(0, 4))
def test_deny_overrides_allow(request_, allows, place):
    """No set of allows survives one matching deny, wherever it stands."""
    several = [*allows[:place], _one("Deny"), *allows[place:]]
    evaluation = evaluate(request_, _set(several))
    assert evaluation.decision is Decision.EXPLICIT_DENY
    assert all(one.statement.effect.value == "Deny" for one in evaluation.deciding)


@laws
@given(requests(), st.lists(documents(effects=("Allow",)), max_size=4))
def test_without_a_deny_there_is_no_explicit_deny(request_, allows):
    """Allows may grant or be silent; they never forbid."""
    assert decide(request_, _set(allows)) is not Decision.EXPLICIT_DENY


@laws
@given(requests(), st.lists(documents(effects=("Deny",)), max_size=4))
def test_without_an_allow_nothing_is_allowed(request_, denies):
    """Denial is the default: to say nothing, or to deny something else, grants nothing."""
    assert not decide(request_, _set(denies))


RANK = {Decision.IMPLICIT_DENY: 0, Decision.ALLOW: 1, Decision.EXPLICIT_DENY: 2}


@laws
@given(requests(), several_documents, documents(effects=("Allow",)))
def test_adding_an_allow_never_takes_away_and_never_makes_an_explicit_deny(request_, several, more):
    """An explicit deny stays one, an allow stays one, silence may become an allow."""
    before, after = decide(request_, _set(several)), decide(request_, _set([*several, more]))
    assert after is before or (before, after) == (Decision.IMPLICIT_DENY, Decision.ALLOW)


@laws
@given(requests(), several_documents, documents(effects=("Deny",)))
def test_adding_a_deny_never_grants(request_, several, more):
    """The decision stays as it was or becomes an explicit deny."""
    before, after = decide(request_, _set(several)), decide(request_, _set([*several, more]))
    assert after in (before, Decision.EXPLICIT_DENY)


@laws
@given(requests(), several_documents, several_documents)
def test_the_pool_decides_as_the_stronger_of_its_parts(request_, one, other):
    """Deny before allow before silence: pooling policies is taking the strongest word."""
    parts = (decide(request_, _set(one)), decide(request_, _set(other)))
    assert decide(request_, _set([*one, *other])) is max(parts, key=RANK.__getitem__)


@laws
@given(requests(), several_documents, st.randoms(use_true_random=False))
def test_order_of_statements_and_policies_is_irrelevant(request_, several, random):
    """Shuffling policies, and statements and patterns within them, changes no decision."""
    shuffled = json.loads(json.dumps(several))
    random.shuffle(shuffled)
    for document in shuffled:
        random.shuffle(document["Statement"])
        for statement in document["Statement"]:
            for value in statement.values():
                if isinstance(value, list):
                    random.shuffle(value)
    assert decide(request_, _set(shuffled)) is decide(request_, _set(several))


@laws
@given(requests(), several_documents)
def test_statements_decide_the_same_in_one_document_or_in_many(request_, several):
    """Where a statement stands means nothing."""
    split = [_one("Allow", "ec2:RunInstances")]
    for document in several:
        split += [{"Version": "2012-10-17", "Statement": [statement]} for statement in document["Statement"]]
    assert decide(request_, _set(split)) is decide(request_, _set(several))


@laws
@given(requests(), several_documents)
def test_repeating_a_policy_changes_nothing(request_, several):
    """Twice the same is the same."""
    assert decide(request_, _set(several * 2)) is decide(request_, _set(several))


@laws
@given(requests(), several_documents)
def test_an_element_and_its_opposite_are_never_both_true(request_, several):
    """What Action matches, NotAction does not, and so for Resource."""
    flipped = json.loads(json.dumps(several))
    pairs = {"Action": "NotAction", "NotAction": "Action"}
    for document in flipped:
        document["Statement"] = [
            {pairs.get(key, key): value for key, value in one.items()} for one in document["Statement"]
        ]

    def outcomes(documents_):
        layers = evaluate(request_, _set(documents_)).layers
        return [one.elements[0].applies for layer in layers for one in layer.matches]

    assert outcomes(flipped) == [not one for one in outcomes(several)]


@laws
@given(requests(callers=CALLERS, actions=(*ACTIONS, "sts:GetCallerIdentity", "sts:GetSessionToken")), several_documents)
def test_the_fast_decision_is_the_explained_one(request_, several):
    """Deciding stops early, explaining visits everything; they never disagree."""
    # A session that asks for another session token is refused before any policy is read (STS-16).
    assume(request_.action != "sts:GetSessionToken" or ":assumed-role/" not in request_.principal.arn)
    evaluation = evaluate(request_, _set(several))
    if request_.action.lower() in FREE_ACTIONS or request_.principal.arn.endswith(":root"):
        assert (evaluation.decision, evaluation.layers, evaluation.by) == (Decision.ALLOW, (), [])
        return
    (layer,) = evaluation.layers
    assert layer.decision is evaluation.decision is decide(request_, _set(several))
    assert len(layer.matches) == sum(len(document["Statement"]) for document in several)
    assert bool(evaluation.deciding) is (evaluation.decision is not Decision.IMPLICIT_DENY)
    for one in layer.matches:
        assert one.applies is all(element.applies for element in one.elements)
    assert bool(evaluation.error_message) is not evaluation.allowed


@laws
@given(requests(), several_documents)
def test_a_bug_report_comes_back_the_same(request_, several):
    """``as_case`` is JSON, and its policies decide what it says."""
    printed = json.loads(json.dumps(evaluate(request_, _set(several)).as_case()))
    again = evaluate(request_, _set([one["document"] for one in printed["policies"]["identity"]]))
    assert {"decision": again.decision.value, "by": again.by} == printed["expect"]


free_text = st.text(max_size=20)


@laws
@given(documents(), free_text, free_text)
@example(_one("Allow"), "\u20ac", "\U0001f600")
@example(_one("Allow"), "\x00\x1f\x7f", '"\\')
def test_json_to_policy_to_json_is_stable(document, name, id_):
    """What goes in as JSON comes out as the same JSON, and goes in again."""
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::" + name.replace("${", "")}
    whole = {**document, "Id": id_, "Statement": [*_listed(document["Statement"]), statement]}
    policy = Policy.parse(whole)
    assert json.loads(policy.to_json()) == whole
    assert Policy.parse(policy.to_json()) == Policy.parse(json.dumps(whole)) == policy


def _listed(value):
    return value if isinstance(value, list) else [value]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | free_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(free_text, inner, max_size=4),
    max_leaves=12,
)
WORDS = ("Version", "Id", "Statement", "Sid", "Effect", "Action", "Resource", "Principal", "Condition", "NotAction")
VALUES = ("2012-10-17", "Allow", "Deny", "*", "s3:*", "arn:aws:s3:::b", "sts:AssumeRole", "111111111111", "AWS")
near_policies = st.recursive(
    st.sampled_from(VALUES) | free_text | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=15,
)


def _outcome(source, kind=PolicyKind.IDENTITY):
    """The policy, or the error that refuses it; any other exception is the test's failure."""
    try:
        return Policy.parse(source, kind)
    except PolicyError as error:
        return error


def _nothing_but_a_policy_error(source):
    for kind in PolicyKind:
        outcome = _outcome(source, kind)
        if isinstance(outcome, PolicyError):
            assert outcome.remedy
            assert outcome.place in str(outcome)
        else:
            assert outcome.statements


@settings(laws, max_examples=300)
@given(json_values | near_policies)
def test_no_python_value_raises_anything_but_a_policy_error(value):
    """Any JSON in Python is a policy or a PolicyError."""
    _nothing_but_a_policy_error(value)


@settings(laws, max_examples=300)
@given(st.text() | st.text(alphabet='{}[]",:\\ \n0123456789.eE+-truefalsn*') | near_policies.map(json.dumps))
@example('{"a": 1, "a": 2}}')
@example('{"Version": "\\ud800"}')
@example("-")
@example("1E400")
def test_no_text_raises_anything_but_a_policy_error(text):
    """Any text at all is a policy or a PolicyError, with line and column."""
    _nothing_but_a_policy_error(text)
    error = _outcome(text)
    if isinstance(error, PolicyError):
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


@settings(laws, max_examples=300)
@given(documents(), st.data())
def test_a_damaged_policy_raises_nothing_but_a_policy_error(document, data):
    """Cutting one piece out of a good text, or putting one in, is told like any other mistake."""
    text = json.dumps(document, indent=data.draw(st.sampled_from((None, 2))))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    piece = data.draw(st.sampled_from(("", '"', "{", "}", "[", "]", ",", ":", "\\", "\n", "\x00", "'", "0", "null")))
    _nothing_but_a_policy_error(text[:start] + piece + text[end:])


def _as_regex(pattern):
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


@settings(laws, max_examples=600)
@given(st.text(alphabet="ab*?/", max_size=10), st.text(alphabet="ab/\n", max_size=12))
def test_a_wildcard_pattern_matches_what_its_regular_expression_matches(pattern, text):
    """Star is ``.*``, question mark ``.``, everything else itself, over the whole text."""
    assert wildcard.matches(pattern, text) is (re.fullmatch(_as_regex(pattern), text, re.DOTALL) is not None)


@laws
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_text_without_wildcards_matches_itself_alone(text, other):
    """No character but the two is special."""
    plain = text.replace("*", "").replace("?", "")
    assert wildcard.matches(plain, plain)
    assert wildcard.matches(plain, other) is (plain == other)
    assert wildcard.matches(f"{plain}*", plain + other)
    assert wildcard.matches(f"*{plain}", other + plain)
