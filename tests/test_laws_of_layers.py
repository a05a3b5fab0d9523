"""Laws over all types of policy at once: what holds whoever asks, and however the policies come together."""

from __future__ import annotations

import json
from dataclasses import replace

import casework
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, decide, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind
from iamlab.core.policy_set import PolicySet
from iamlab.core.refusals import check_possible
from iamlab.core.request import Principal, Request

laws = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

OWN, OTHER = "111111111111", "222222222222"
USER, ROLE = f"arn:aws:iam::{OWN}:user/ana", f"arn:aws:iam::{OWN}:role/App"
SESSION, GUEST = f"arn:aws:sts::{OWN}:assumed-role/App/s1", f"arn:aws:sts::{OWN}:federated-user/guest"
CALLERS = (
    *(Principal(arn) for arn in (USER, SESSION, f"arn:aws:iam::{OWN}:root", "ec2.amazonaws.com", "anonymous")),
    Principal(GUEST, issuer=USER),
    Principal(f"arn:aws:iam::{OWN}:saml-provider/Corp"),
)
TARGETS = (
    ("s3:GetObject", "arn:aws:s3:::b/x"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::b"),
    ("ec2:DescribeInstances", "*"),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{OWN}:key/k"),
    ("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/Deploy"),
    ("sts:SetSourceIdentity", f"arn:aws:iam::{OWN}:role/Deploy"),
)
NAMES = (
    "*",
    {"AWS": OWN},
    {"AWS": USER},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": GUEST},
    {"Service": "ec2.amazonaws.com"},
)
CONDITIONS = (
    None,
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringNotEquals": {"aws:username": "${aws:PrincipalTag/owner}"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
    {"Null": {"aws:TagKeys": "false"}},
)
CONTEXTS = ({}, {"aws:MultiFactorAuthPresent": "true"}, {"aws:TagKeys": ["a"]}, {"aws:PrincipalTag/owner": "ana"})


@st.composite
def statements(draw, kind, effects=("Allow", "Deny")):
    trust = kind is PolicyKind.TRUST
    statement = {"Effect": "Deny" if kind is PolicyKind.RCP else draw(st.sampled_from(effects))}
    if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.ENDPOINT):
        statement["Principal"] = draw(st.sampled_from(NAMES))
    if kind is PolicyKind.RCP:
        statement["Principal"] = "*"
    actions = ("sts:AssumeRole", "sts:SetSourceIdentity") if trust else ("s3:*", "kms:Decrypt", "sts:*", "ec2:*")
    statement["Action"] = draw(st.sampled_from(actions))
    if not trust:
        statement["Resource"] = draw(st.sampled_from(("*", "arn:aws:s3:::b/*", "arn:aws:s3:::b")))
    if condition := draw(st.sampled_from(CONDITIONS)):
        statement["Condition"] = condition
    return statement


@st.composite
def levels(draw, kind, most=2, effects=("Allow", "Deny")):
    several = draw(st.lists(st.lists(statements(kind, effects), min_size=1, max_size=3), min_size=1, max_size=most))
    return tuple(_named(f"{kind.name}{at}", one, kind) for at, one in enumerate(several))


def _named(name, statements_, kind):
    return NamedPolicy(name=name, policy=Policy.parse({"Version": "2012-10-17", "Statement": statements_}, kind))


@st.composite
def questions(draw, effects=("Allow", "Deny")):
    """A request and a policy set of any layers that go with it."""
    action, resource = draw(st.sampled_from(TARGETS))
    request = Request(
        principal=draw(st.sampled_from(CALLERS)),
        action=action,
        resource=resource,
        resource_account=draw(st.sampled_from((OWN, OWN, OTHER))) if resource != "*" else OWN,
        context=draw(st.sampled_from(CONTEXTS)),
    )
    try:
        check_possible(request)
    except IamlabError:
        assume(False)
    kind = PolicyKind.TRUST if action.startswith("sts:") else PolicyKind.RESOURCE

    def maybe(one):
        return draw(st.none() | one)

    controls = {
        name: maybe(st.lists(levels(of, 2, effects), min_size=1, max_size=2).map(tuple))
        for name, of in (("scps", PolicyKind.SCP), ("rcps", PolicyKind.RCP))
        if effects != ("Allow",) or of is PolicyKind.SCP
    }
    return request, PolicySet(
        identity=maybe(levels(PolicyKind.IDENTITY, 2, effects)) or (),
        boundary=maybe(levels(PolicyKind.MANAGED, 1, effects)),
        session=maybe(levels(PolicyKind.SESSION, 2, effects)),
        resource=maybe(levels(kind, 1, effects)),
        endpoint=maybe(levels(PolicyKind.ENDPOINT, 1, effects)),
        management_account=draw(st.sampled_from(("", OWN))),
        **controls,
    )


@laws
@given(questions())
def test_the_fast_decision_is_the_explained_one(question):
    """Deciding stops early, explaining visits everything; they never disagree, and the reason fits the decision."""
    request, policies = question
    evaluation = evaluate(request, policies)
    assert evaluation.reason.decision is evaluation.decision is decide(request, policies)
    assert bool(evaluation.silent) is (evaluation.decision is Decision.IMPLICIT_DENY)
    assert bool(evaluation.error_message) is not evaluation.allowed
    if evaluation.decision is Decision.EXPLICIT_DENY:
        assert evaluation.deciding
        assert all(one.applies and one.statement.effect.value == "Deny" for one in evaluation.deciding)
    for one in evaluation.deciding:
        assert one.applies


@laws
@given(questions(), st.sampled_from(("scps", "rcps", "boundary", "session", "endpoint")))
def test_what_limits_never_grants(question, layer):
    """Taking a boundary, session policy, control policy or endpoint policy away never takes an allow away.

    But for federated users, to whom a session policy gives what their user may (EVAL-22).
    """
    request, policies = question
    assume(layer != "session" or request.principal.arn != GUEST)
    if decide(request, policies):
        assert decide(request, replace(policies, **{layer: None}))


@laws
@given(questions(), st.sampled_from(("identity", "resource", "scps", "session")))
def test_a_deny_of_everything_overrides_every_allow(question, layer):
    """No set of allows survives one matching deny in a layer that has a say, and nothing else comes of it."""
    request, policies = question
    kind = {"identity": PolicyKind.IDENTITY, "scps": PolicyKind.SCP, "session": PolicyKind.SESSION}.get(layer)
    trust = PolicyKind.TRUST if request.action.startswith("sts:") else PolicyKind.RESOURCE
    statement = {"Effect": "Deny", "Action": "sts:*" if kind is None and trust is PolicyKind.TRUST else "*"}
    if kind is None:
        statement["Principal"] = "*"
    if kind or trust is not PolicyKind.TRUST:
        statement["Resource"] = "*"
    statement["Action"] = "sts:AssumeRole" if statement["Action"] == "sts:*" else "*"
    denying = _named("DenyAll", [statement], kind or trust)
    there = policies.levels(layer)
    added = (*there, (denying,)) if layer == "scps" else (*(there[0] if there else ()), denying)
    after = evaluate(request, replace(policies, **{layer: added}))
    has_a_say = layer not in {one.layer for one in after.exempt}
    if has_a_say and not (request.action == "sts:SetSourceIdentity" and layer == "resource"):
        assert after.decision is Decision.EXPLICIT_DENY
        assert any(one.source is denying for one in after.deciding)


@laws
@given(questions(effects=("Allow",)))
def test_allows_alone_never_deny_explicitly(question):
    """Allows may grant, limit or be silent; they never forbid."""
    request, policies = question
    assert decide(request, policies) is not Decision.EXPLICIT_DENY


@laws
@given(questions())
def test_order_means_nothing(question):
    """Neither the order of policies nor that of organization levels."""
    request, policies = question
    turned = replace(
        policies,
        identity=policies.identity[::-1],
        session=policies.session and policies.session[::-1],
        scps=policies.scps and tuple(level[::-1] for level in policies.scps[::-1]),
        rcps=policies.rcps and tuple(level[::-1] for level in policies.rcps[::-1]),
    )
    assert decide(request, turned) is decide(request, policies)


@laws
@given(questions())
def test_a_bug_report_comes_back_the_same(question):
    """``as_case`` is JSON, and says everything that the decision rests on."""
    evaluation = evaluate(*question)
    case = json.loads(json.dumps(evaluation.as_case()))
    again = evaluate(casework.request(case), casework.policies(case))
    assert (again.decision, again.by, again.rule, again.doubts) == (
        evaluation.decision,
        case["expect"]["by"],
        evaluation.rule,
        evaluation.doubts,
    )
