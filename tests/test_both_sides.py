"""Both sides of a request: what each half says, which is missing, and what becomes of texts that are applied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from iamlab import Decision, IamlabError, Lab, allow, deny
from iamlab.core.evaluation import Evaluation
from iamlab.lessons import story
from iamlab.views.both_sides import Says, callers_side, other_side, together
from iamlab.views.both_sides_html import meaning
from iamlab.views.language import VERDICTS
from iamlab.widgets import BothSides, WorldEditor, memory
from iamlab.widgets.side_policies import policy_kind
from iamlab.world.identities import User

UPDATE_APP = f"arn:aws:iam::{story.PRODUCTION}:role/UpdateApp"
STAGING_ROLE, PROD_ROLE = (f"arn:aws:iam::{story.DEVELOPMENT}:role/{name}" for name in ("StagingRole", "ProdRole"))
APP_ROLE = f"arn:aws:iam::{story.DEVELOPMENT}:role/AppRole"
OBJECT = "arn:aws:s3:::productionapp/v2.zip"
MFA = {"aws:MultiFactorAuthPresent": "true"}
MAY_UPDATE = json.dumps(story.may_assume(UPDATE_APP).document)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_kept", {})


@pytest.fixture
def lab() -> Lab:
    """Three accounts: the role is in one, David, Jane and Ned in another, Frank in a third (SCN-04)."""
    return story.two_accounts()


def _text(html: str) -> str:
    """What somebody reads of a piece of HTML."""
    shown = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown).replace("<wbr>", "")).split())


def _said(widget: BothSides) -> tuple[str, str, str]:
    return _text(widget.left.said.value), _text(widget.right.said.value), _text(widget.whole.value)


def _judged(lab: Lab | str, *asked: Any) -> BothSides:
    widget = BothSides(lab, *asked)
    widget.judge.click()
    return widget


def _trust_of(*principals: str, effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole", **more}
    return json.dumps(story.document(statement), indent=2)


# What the halves say, by the tables of EVAL-10, -13, -16, -17 and the story's (SCN-01 to SCN-06)

YES, SILENT, NO, NOT_ASKED = "says yes", "is silent", "says no", "is not asked"
NEEDED = "Both halves are needed here, and both say yes."
CALLERS_MISSING = "The caller's half is missing"
OTHERS_MISSING = "The other half is missing"
BOTH_MISSING = "Both halves are missing"
EITHER_MISSING = "either is enough here"
CALLERS_ENOUGH = "The caller's half is enough here"
OTHERS_ENOUGH = "The other half is enough here"
NO_WINS = "The caller's side says no: an explicit Deny ends the matter"

ALLOW, IMPLICIT, EXPLICIT = Decision.ALLOW, Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY
ASSUME = "sts:AssumeRole"
GET = "s3:GetObject"


@pytest.mark.parametrize(
    ("world", "who", "action", "resource", "given", "caller", "other", "decision", "said"),
    [
        # two accounts: both must allow (EVAL-13, EVAL-16 e)
        ("two_accounts", "David", ASSUME, UPDATE_APP, None, YES, YES, ALLOW, NEEDED),
        ("two_accounts", "Jane", ASSUME, UPDATE_APP, None, NO, YES, EXPLICIT, NO_WINS),
        ("two_accounts", "Ned", ASSUME, UPDATE_APP, None, SILENT, YES, IMPLICIT, CALLERS_MISSING),
        ("two_accounts", "Frank", ASSUME, UPDATE_APP, None, YES, SILENT, IMPLICIT, OTHERS_MISSING),
        ("two_accounts", "David", GET, OBJECT, None, SILENT, SILENT, IMPLICIT, BOTH_MISSING),
        ("two_accounts", "Jane", GET, OBJECT, None, YES, SILENT, IMPLICIT, OTHERS_MISSING),
        ("two_accounts", "UpdateApp", GET, OBJECT, None, YES, SILENT, ALLOW, CALLERS_ENOUGH),
        # one account: the role's trust policy must always allow; one that names the user is enough (EVAL-16 a, c, d)
        ("staging_and_production", "dana", ASSUME, STAGING_ROLE, None, YES, YES, ALLOW, NEEDED),
        ("staging_and_production", "erin", ASSUME, STAGING_ROLE, None, SILENT, YES, IMPLICIT, EITHER_MISSING),
        ("staging_and_production", "oscar", ASSUME, PROD_ROLE, MFA, SILENT, YES, ALLOW, OTHERS_ENOUGH),
        ("staging_and_production", "oscar", ASSUME, PROD_ROLE, None, SILENT, SILENT, IMPLICIT, OTHERS_MISSING),
        ("administrator", "alice", ASSUME, APP_ROLE, None, YES, SILENT, IMPLICIT, OTHERS_MISSING),
        # one account, a bucket: either side is enough, and a Deny wins (EVAL-10, EVAL-03)
        ("administrator", "alice", GET, "arn:aws:s3:::acme-photos/1.jpg", None, YES, SILENT, ALLOW, CALLERS_ENOUGH),
        ("developer_group", "dana", GET, "arn:aws:s3:::acme-prod/1.jpg", None, NO, YES, EXPLICIT, NO_WINS),
        ("developer_group", "eric", GET, "arn:aws:s3:::acme-dev/x", None, SILENT, SILENT, IMPLICIT, EITHER_MISSING),
        # nothing but the caller's side
        ("application_on_ec2", "bob", "iam:PassRole", APP_ROLE, None, SILENT, NOT_ASKED, IMPLICIT, CALLERS_MISSING),
        ("developer_group", "dana", "ec2:DescribeInstances", None, None, YES, NOT_ASKED, ALLOW, CALLERS_ENOUGH),
        ("developer_group", "dana", "sts:GetCallerIdentity", None, None, NOT_ASKED, NOT_ASKED, ALLOW, "Neither half"),
        # nothing but the other side (EVAL-16 g, EVAL-19)
        ("application_on_ec2", "ec2.amazonaws.com", ASSUME, APP_ROLE, None, NOT_ASKED, YES, ALLOW, OTHERS_ENOUGH),
        ("two_accounts", "ec2.amazonaws.com", ASSUME, UPDATE_APP, None, NOT_ASKED, SILENT, IMPLICIT, OTHERS_MISSING),
        ("two_accounts", "anonymous", GET, OBJECT, None, NOT_ASKED, SILENT, IMPLICIT, OTHERS_MISSING),
    ],
)
def test_each_half_says_what_the_tables_say(
    world: str,
    who: str,
    action: str,
    resource: str | None,
    given: dict[str, str] | None,
    caller: str,
    other: str,
    decision: Decision,
    said: str,
) -> None:
    """The caller's side, the other side, the whole, and which half is missing."""
    widget = _judged(world, who, action, resource, given)
    left, right, whole = _said(widget)
    assert f"The caller's side {caller}" in left
    assert f"The other side {other}" in right
    assert widget.evaluation.decision is decision
    assert f"Both halves together: {VERDICTS[decision].sign} {VERDICTS[decision].word}" in whole
    assert said in whole
    assert f"Rule {widget.evaluation.rule.id}." in whole
    assert widget.evaluation.error_message in whole
    assert ("AWS would answer" in whole) is not widget.evaluation.allowed


def test_a_key_answers_for_itself() -> None:
    """The key's policy names a role alone: the administrator's half does not help (EVAL-17)."""
    lab = story.administrator()
    (key,) = (one for one in lab.accounts[0].resources if one.kind == "key")
    left, right, whole = _said(_judged(lab, "alice", "kms:Decrypt", key))
    assert "says yes" in left
    assert "is silent" in right
    assert "The other half is missing: the key policy must let alice in." in whole
    left, right, whole = _said(_judged(lab, "KeyKeeper", "kms:Decrypt", key))
    assert "It names who is behind any-session" in right
    assert "The other half is enough here: the key policy says yes" in whole


def test_the_root_user_needs_neither_half() -> None:
    """In its own account (EVAL-14); of a role in another one nobody could ask as root (STS-05)."""
    lab = story.administrator()
    left, _, whole = _said(_judged(lab, lab.accounts[0].root, "s3:ListBucket", "arn:aws:s3:::acme-photos"))
    assert "The caller's side is not asked" in left
    assert "Neither half is needed" in whole
    with pytest.raises(IamlabError, match="AccessDenied"):
        BothSides(lab, lab.accounts[0].root, ASSUME, APP_ROLE)


def test_a_boundary_is_part_of_the_callers_half(lab: Lab) -> None:
    """David's group allows, his boundary is silent: his half says nothing (EVAL-13)."""
    dev = lab.accounts[0]
    dev.user("David").put_boundary(dev.managed_policy("AmazonS3ReadOnlyAccess"))
    left, _, whole = _said(_judged(lab, "David", ASSUME, UPDATE_APP))
    assert "The caller's side is silent" in left
    assert "Identity policies: allow it, by statement 1 of AssumeUpdateApp of the group Developers." in left
    assert "Permissions boundary: does not allow it." in left
    assert "The caller's half is missing: the permissions boundary must allow it." in whole


def test_control_policies_stand_on_the_side_that_they_bind(lab: Lab) -> None:
    """An SCP on the caller's, an RCP on the resource's (EVAL-05, EVAL-06)."""
    dev, prod, _ = lab.accounts
    organization = lab.create_organization(lab.create_account("Management", "555555555555"))
    for account in (dev, prod):
        organization.add(account, organization.root)
    for kind in ("SCP", "RCP"):
        organization.enable(kind)
    everybody = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}
    widget = _judged(lab, "David", ASSUME, UPDATE_APP)
    assert NEEDED in _said(widget)[2]
    rcp = organization.create_policy("NobodyAssumes", story.document(everybody), kind="RCP")
    organization.attach(rcp, prod)
    assert "The other side says no" in _said(widget)[1]
    assert (
        "Resource control policies: deny it, by statement 1 of NobodyAssumes attached to the account 999999999999."
        in _said(widget)[1]
    )
    assert "The other side says no: an explicit Deny ends the matter" in _said(widget)[2]
    organization.attach(organization.create_policy("NoAssume", deny("sts:AssumeRole")), dev)
    assert "The caller's side says no" in _said(widget)[0]
    assert "Both sides say no" in _said(widget)[2]
    organization.detach(rcp, prod)
    assert NO_WINS in _said(widget)[2]


def test_how_the_other_side_names_the_caller(lab: Lab) -> None:
    """Itself, its whole account, everybody, or not for want of a condition."""
    widget = _judged(lab, "David", ASSUME, UPDATE_APP)
    role = lab.accounts[1].role("UpdateApp")
    assert "It names the whole account, and leaves it to that account's own policies." in _said(widget)[1]
    role.update_trust(_trust_of(lab.accounts[0].user("David").arn))
    assert "It names David itself." in _said(widget)[1]
    role.update_trust(_trust_of("*"))
    assert "It names everybody." in _said(widget)[1]
    role.update_trust(_trust_of("*", Condition={"StringEquals": {"sts:ExternalId": "x-1"}}))
    right = _said(widget)[1]
    assert "The other side is silent" in right
    assert "Statement 1 of the trust policy would, but for its condition: the request has no sts:ExternalId" in right


def test_a_statement_about_something_else_is_no_near_miss() -> None:
    """Ec2Dev and HomeList have conditions, and are about other actions."""
    left, _, _ = _said(_judged("developer_group", "eric", GET, "arn:aws:s3:::acme-dev/x"))
    assert "would, but for its condition" not in left


def test_a_thing_without_a_policy_in_another_account_lets_nobody_in(lab: Lab) -> None:
    """Frank administers his own account; a user of Development has no policy that could name him (EVAL-13)."""
    _, right, whole = _said(_judged(lab, "Frank", "iam:GetUser", lab.accounts[0].user("David")))
    assert "No policy can stand there." in right
    assert "no policy can stand there: nobody from another account can be let in" in whole


@pytest.mark.parametrize(
    ("who", "action", "resource", "rules"),
    [
        ("David", ASSUME, UPDATE_APP, ["EVAL-13", "EVAL-16"]),
        ("David", GET, OBJECT, ["EVAL-13"]),
        ("UpdateApp", GET, OBJECT, ["EVAL-10"]),
        ("David", "iam:ListUsers", None, ["EVAL-08"]),
        ("anonymous", GET, OBJECT, ["EVAL-19"]),
        ("ec2.amazonaws.com", ASSUME, UPDATE_APP, ["EVAL-16"]),
        ("David", "sts:GetCallerIdentity", None, ["EVAL-24"]),
    ],
)
def test_the_head_says_what_one_account_or_two_mean(
    lab: Lab, who: str, action: str, resource: str | None, rules: list[str]
) -> None:
    """With the rule's own sentence, and the accounts by name and number."""
    widget = BothSides(lab, who, action, resource)
    kind = policy_kind(lab, action, resource or "*")
    assert [one.id for one in meaning(widget.evaluation, kind)] == rules
    head = _text(widget.head.value)
    assert all(one.sentence in head for one in meaning(widget.evaluation, kind))
    if who == "David" and resource:
        assert "Two accounts: who asks is in account Development (111111111111)" in head
        assert "in account Production (999999999999)" in head
    if who == "UpdateApp":
        assert "One account" in head


# The sentence about the missing half is true: the half that it names is written, and the engine asked again


def _questions() -> Iterator[tuple[Any, User, str, str]]:
    for build in (story.two_accounts, story.staging_and_production, story.developer_group, story.application_on_ec2):
        lab = build()
        users = [user for account in lab.accounts for user in account.users]
        roles = [(ASSUME, role.arn) for account in lab.accounts for role in account.roles]
        buckets = [(GET, bucket / "1.jpg") for account in lab.accounts for bucket in account.buckets]
        for user in users:
            for action, resource in (*roles, *buckets):
                yield build, user, action, resource


def _with(lab: Lab, evaluation: Evaluation, *, caller: bool, other: bool) -> Lab:
    """The world with one half, or both, written so that it says yes."""
    action, resource = evaluation.request.action, evaluation.request.resource
    account = next(one for one in lab.accounts if one.id == evaluation.request.principal.account)
    who = account.user(evaluation.request.principal.name)
    if caller:
        who.put_policy("Half", allow(action, on=resource))
    if other:
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": who.arn}, "Action": action}
        role = next((one for each in lab.accounts for one in each.roles if one.arn == resource), None)
        if role is not None:
            role.update_trust(story.document(*role.trust.document["Statement"], statement))
        else:
            bucket = next(one for each in lab.accounts for one in each.buckets if resource.startswith(f"{one.arn}/"))
            there = bucket.policy.document["Statement"] if bucket.policy else []
            bucket.put_policy(story.document(*there, {**statement, "Resource": resource}))
    return lab


def test_the_half_that_is_said_to_be_missing_is() -> None:
    """Over the story's worlds: writing it, and it alone, makes each denied request an allowed one."""
    seen: dict[str, int] = {}
    for build, user, action, resource in _questions():
        lab = build()
        asked = lab.evaluate(_same(lab, user), action, resource)
        if asked.decision is not Decision.IMPLICIT_DENY:
            continue
        said = together(asked, policy_kind(lab, action, resource))
        found = {
            (caller, other): _with(build(), asked, caller=caller, other=other)
            for caller, other in ((True, False), (False, True), (True, True))
        }
        allowed = {half: world.evaluate(_same(world, user), action, resource).allowed for half, world in found.items()}
        kind = next(
            one for one in (EITHER_MISSING, CALLERS_MISSING, OTHERS_MISSING, BOTH_MISSING) if one in said
        )  # StopIteration: a sentence that names no half
        seen[kind] = seen.get(kind, 0) + 1
        wanted = {
            EITHER_MISSING: (True, True, True),
            CALLERS_MISSING: (True, False, True),
            OTHERS_MISSING: (False, True, True),
            BOTH_MISSING: (False, False, True),
        }[kind]
        assert tuple(allowed.values()) == wanted, (said, user.name, action, resource)
    assert len(seen) == 4, seen


def _same(lab: Lab, user: User) -> User:
    return next(one for account in lab.accounts for one in account.users if one.arn == user.arn)


def test_the_half_that_is_said_to_be_enough_is() -> None:
    """Over the same worlds: with everything of the other half taken away, an allowed request stays allowed."""
    seen = set()
    for build, user, action, resource in _questions():
        lab = build()
        asked = lab.evaluate(_same(lab, user), action, resource)
        if not asked.allowed:
            continue
        said = together(asked, policy_kind(lab, action, resource))
        kind = next(one for one in (NEEDED, CALLERS_ENOUGH, OTHERS_ENOUGH, "Either half") if one in said)
        seen.add(kind)
        who = _same(lab, user)
        for group in who.groups:
            group.remove(who)
        for one in who.policies:
            if one.arn:
                who.detach(lab.accounts[0].managed_policy(one.arn))
            else:
                who.delete_policy(one.name)
        without = lab.evaluate(who, action, resource).allowed
        assert without is (kind in (OTHERS_ENOUGH, "Either half")), (said, user.name, action, resource)
    assert seen >= {NEEDED, CALLERS_ENOUGH}, seen


def test_a_side_is_what_its_layers_are() -> None:
    """Never yes with a silent or denying layer; of both sides of every question in the story."""
    for build, user, action, resource in _questions():
        lab = build()
        asked = lab.evaluate(_same(lab, user), action, resource)
        for side, names in (
            (callers_side(asked), ("identity", "boundary", "session", "scps")),
            (other_side(asked, policy_kind(lab, action, resource)), ("resource", "rcps")),
        ):
            said = {layer.decision for layer in asked.layers if layer.name in names}
            wanted = Says.SILENT
            if Decision.EXPLICIT_DENY in said:
                wanted = Says.NO
            elif said == {Decision.ALLOW}:
                wanted = Says.YES
            assert side.says is wanted


# The widget: when it speaks, and what it keeps


def test_nothing_is_judged_before_the_button(lab: Lab) -> None:
    """Neither in the widget nor in what a saved notebook holds; afterwards it follows the lab."""
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    assert _said(widget) == ("", "", "")
    bundle = widget._repr_mimebundle_()
    for text in (bundle["text/plain"], bundle["text/html"]):
        assert not any(look.word in text for look in VERDICTS.values())
        assert not any(words in text for words in (YES, SILENT, NO))
        assert "0x" not in text
    assert MAY_UPDATE[1:10] in bundle["text/html"].replace("&quot;", '"')
    assert (
        BothSides(story.two_accounts(), "David", ASSUME, UPDATE_APP)._repr_mimebundle_()["text/html"]
        == (bundle["text/html"])
    )
    lab.accounts[0].create_user("nina")
    assert _said(widget) == ("", "", ""), "a change is no look"
    widget.judge.click()
    assert "✔ Allowed" in _said(widget)[2]
    lab.accounts[0].group("Developers").delete_policy("AssumeUpdateApp")
    assert "The caller's half is missing" in _said(widget)[2]


def test_the_policies_that_reach_the_caller_are_to_choose_from() -> None:
    """Its own and its groups', inline and customer managed, and a new one; AWS's own are named, and not offered."""
    lab = story.two_accounts()
    dev = lab.accounts[0]
    jane = dev.user("Jane")
    jane.put_policy("Mine", allow("s3:ListAllMyBuckets"))
    jane.attach(dev.create_policy("Shared", allow("s3:ListAllMyBuckets")))
    widget = BothSides(lab, "Jane", ASSUME, UPDATE_APP)
    assert [label for label, _ in widget.which.options] == [
        "inline policy Mine of user Jane",
        "managed policy Shared, attached to user Jane",
        "inline policy NeverUpdateApp of group Testers",
        "a new inline policy of user Jane",
    ]
    assert widget.which.label == "inline policy NeverUpdateApp of group Testers", "the first that is about the action"
    assert "PowerUserAccess, through the group Testers" in _text(widget.fixed.value)


def test_both_texts_are_applied_at_once_and_taken_back(lab: Lab) -> None:
    """One change for both halves: who gained what, the two commands, the verdict; undo leaves the texts standing."""
    before = lab.snapshot()
    widget = _judged(lab, "Ned", ASSUME, UPDATE_APP)
    ned = lab.accounts[0].user("Ned")
    trust = _trust_of(ned.arn)
    widget.left.editor.text, widget.right.editor.text = MAY_UPDATE, trust
    assert "not in the world before you apply it" in _text(widget.left.status.value)
    assert "The caller's half is missing" in _said(widget)[2], "a typed text is not in the world"
    widget.apply.click()
    result = _text(widget.result.value)
    assert "Done: wrote a new inline policy of user Ned and changed the role trust policy of UpdateApp." in result
    assert f"user Ned gained sts:AssumeRole on {UPDATE_APP}" in result
    assert f"user David lost sts:AssumeRole on {UPDATE_APP}" in result
    assert "aws iam put-user-policy" in result
    assert "aws iam update-assume-role-policy" in result
    assert NEEDED in _said(widget)[2]
    assert widget.which.label == "inline policy NewPolicy of user Ned"
    assert (widget.left.text, widget.right.text) == (MAY_UPDATE, trust), "as they were typed"
    widget.undo.click()
    assert lab.snapshot() == before
    assert "The caller's half is missing" in _said(widget)[2]
    assert (widget.left.text, widget.right.text) == (MAY_UPDATE, trust)
    widget.apply.click()
    assert lab.evaluate(ned, ASSUME, UPDATE_APP).allowed
    widget.undo.click()
    widget.undo.click()
    assert "There is nothing to undo." in _text(widget.result.value)


@pytest.mark.parametrize("wrong", ["left", "right"])
def test_when_one_half_is_refused_neither_is_applied(lab: Lab, wrong: str) -> None:
    """The good half is not put into the world by itself, whichever comes first; both texts stay."""
    before = lab.snapshot()
    widget = _judged(lab, "Ned", ASSUME, UPDATE_APP)
    nobody = _trust_of(f"arn:aws:iam::{story.DEVELOPMENT}:user/nobody")
    texts = ('{"Version": "2012-10-17"}', _trust_of(story.FIRM)) if wrong == "left" else (MAY_UPDATE, nobody)
    widget.left.editor.text, widget.right.editor.text = texts
    widget.apply.click()
    assert "✖ Nothing has changed. MalformedPolicyDocument" in _text(widget.result.value)
    half = getattr(widget, wrong)
    assert "✖ AWS refuses it." in _text(half.status.value)
    assert (widget.left.text, widget.right.text) == texts
    assert lab.snapshot() == before
    assert "The caller's half is missing" in _said(widget)[2]


def test_a_text_stays_when_only_the_other_half_is_refused(lab: Lab) -> None:
    """The group's policy was changed for a moment, before the role's trust was refused: its text is still there."""
    before = lab.snapshot()
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    widget.left.editor.text = typed = MAY_UPDATE.replace("sts:AssumeRole", "sts:*")
    widget.right.editor.text = _trust_of(f"arn:aws:iam::{story.DEVELOPMENT}:user/nobody")
    widget.apply.click()
    assert lab.snapshot() == before
    assert widget.left.text == typed
    assert widget.left.typed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"Version": "2012-10-17",\n"Statement": [{"Efect": "Allow"}]}', "line 2, column"),
        (_trust_of().replace("[]", "{}"), "is a text"),
        (json.dumps(story.document({"Effect": "Allow", "Action": ASSUME, "Principal": {}})), "names no Principal"),
        (_trust_of(f"arn:aws:iam::{story.DEVELOPMENT}:user/*"), "a wildcard cannot stand for part of a principal"),
        (_trust_of(f"arn:aws:iam::{story.DEVELOPMENT}:group/Developers"), "a group is no principal"),
        (_trust_of(f"arn:aws:iam::{story.PRODUCTION}:role/Nobody"), "a role cannot name itself before it exists"),
        (
            json.dumps(story.document({**json.loads(_trust_of(story.FIRM))["Statement"][0], "Resource": "*"})),
            "Resource",
        ),
        ("", "the document is empty"),
        ("null", "✖"),
        ("{" * 5000, "✖"),
        ("x" * 1_000_000, "✖"),
        ("\x00", "✖"),
    ],
)
def test_a_trust_policy_that_aws_refuses_changes_nothing(lab: Lab, text: str, said: str) -> None:
    """The reason stands beside the text while one types, and again when it is applied."""
    before = lab.snapshot()
    widget = _judged(lab, "David", ASSUME, UPDATE_APP)
    widget.right.editor.text = text
    status = _text(widget.right.status.value)
    assert "✖ Not valid yet." in status
    assert said in status
    assert len(status) < 3000
    widget.apply.click()
    assert "Nothing has changed" in _text(widget.result.value)
    assert widget.right.text == text
    assert lab.snapshot() == before
    assert "✔ Allowed" in _said(widget)[2]


def test_the_place_of_an_error_is_marked(lab: Lab) -> None:
    """In the half that it is in, until it is mended."""
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    widget.left.editor.text = '{"Version": "2012-10-17",\n"Statement": [{"Efect": "Allow"}]}'
    assert widget.left.editor.error["line"] == 2
    assert widget.right.editor.error == {}
    widget.left.editor.text = MAY_UPDATE
    assert widget.left.editor.error == {}


def test_a_trust_policy_may_name_everybody_and_its_own_role(lab: Lab) -> None:
    """IAM saves both (VAL-36, STS-21); who comes from another account needs its own half none the less (EVAL-16 f)."""
    widget = _judged(lab, "Ned", ASSUME, UPDATE_APP)
    widget.right.editor.text = _trust_of("*", UPDATE_APP)
    widget.apply.click()
    assert "Done" in _text(widget.result.value)
    assert "The caller's half is missing" in _said(widget)[2]


def test_with_nothing_typed_there_is_nothing_to_apply(lab: Lab) -> None:
    """No call, no line on the trail."""
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    calls = len(lab.trail)
    widget.apply.click()
    assert "nothing to apply" in _text(widget.result.value)
    widget.left.editor.text = json.dumps(json.loads(widget.left.text))
    assert len(lab.trail) == calls


# Policies of each kind


def test_a_managed_policy_gets_a_new_version() -> None:
    """In force at once; of six the oldest makes place, as the console offers (ENT-11: five at most)."""
    lab = story.developer_group()
    managed = lab.accounts[0].managed_policy("DevAccess")
    widget = _judged(lab, "eric", "s3:ListAllMyBuckets")
    assert widget.which.label == "managed policy DevAccess, attached to group Developers"
    for number in range(6):
        widget.left.editor.text = json.dumps(allow("s3:ListAllMyBuckets", sid=f"Edit{number}").document)
        widget.apply.click()
        assert "Done: changed the managed policy DevAccess" in _text(widget.result.value)
        assert f"by statement Edit{number} of DevAccess of the group Developers." in _said(widget)[0]
    assert [one.id for one in managed.versions] == ["v3", "v4", "v5", "v6", "v7"]
    assert managed.default_version == "v7"
    managed.set_default_version("v3")
    widget.left.editor.text = json.dumps(allow("s3:ListAllMyBuckets", sid="Last").document)
    widget.apply.click()
    assert [one.id for one in managed.versions] == ["v3", "v5", "v6", "v7", "v8"], "what was in force is kept"
    widget.left.editor.text = json.dumps({"Statement": allow("s3:*").document["Statement"]})
    assert "Not valid yet" in _text(widget.left.status.value), "a managed policy needs its Version (POL-02)"
    widget.left.editor.text = " "
    widget.apply.click()
    assert "Nothing has changed" in _text(widget.result.value)


def test_a_bucket_policy_is_written_changed_and_taken_away(lab: Lab) -> None:
    """From nothing; David's half first, so both are there then (EVAL-13); empty takes it away."""
    widget = _judged(lab, "David", GET, OBJECT)
    assert "There is none yet. Write its first statement." in _text(widget.right.status.value)
    assert "There is no bucket policy." in _said(widget)[1]
    statement = {"Effect": "Allow", "Principal": {"AWS": story.DEVELOPMENT}, "Action": GET, "Resource": OBJECT}
    widget.right.editor.text = json.dumps(story.document(statement))
    widget.which.label = "a new inline policy of user David"
    widget.name.value = "Read"
    widget.left.editor.text = json.dumps(allow(GET, on=OBJECT).document)
    widget.apply.click()
    assert NEEDED in _said(widget)[2]
    assert "aws s3api put-bucket-policy" in _text(widget.result.value)
    widget.right.editor.text = "  \n"
    assert "the policy is taken away" in _text(widget.right.status.value)
    widget.apply.click()
    assert "Done: took away the bucket policy of productionapp." in _text(widget.result.value)
    assert lab.accounts[1].buckets[0].policy is None
    assert "The other half is missing" in _said(widget)[2]


def test_what_the_service_refuses_is_said() -> None:
    """S3 keeps a bucket from becoming public (EVAL-30), and its code for a bad policy is its own; a key keeps one."""
    lab = story.administrator()
    widget = BothSides(lab, "alice", GET, "arn:aws:s3:::acme-photos/1.jpg")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": GET, "Resource": "arn:aws:s3:::acme-photos/*"}
    widget.right.editor.text = json.dumps(story.document(everybody))
    widget.apply.click()
    assert "Nothing has changed. AccessDenied" in _text(widget.result.value)
    assert "AWS refuses it. AccessDenied" in _text(widget.right.status.value)
    widget.right.editor.text = "{"
    assert "MalformedPolicy:" in _text(widget.right.status.value)
    (key,) = (one for one in lab.accounts[0].resources if one.kind == "key")
    widget = BothSides(lab, "alice", "kms:Decrypt", key)
    widget.right.editor.text = ""
    widget.apply.click()
    assert "A key always has a policy." in _text(widget.result.value)


def test_a_new_policy_needs_a_name_of_its_own(lab: Lab) -> None:
    """One that is taken would be overwritten, and a bad one is AWS's to refuse."""
    lab.accounts[0].user("Ned").put_policy("Kept", allow("s3:ListAllMyBuckets"))
    before = lab.snapshot()
    widget = BothSides(lab, "Ned", ASSUME, UPDATE_APP)
    widget.which.label = "a new inline policy of user Ned"
    widget.left.editor.text = MAY_UPDATE
    for name, said in (("Kept", "EntityAlreadyExists"), ("", "ValidationError"), ("<b>", "ValidationError")):
        widget.name.value = name
        widget.apply.click()
        assert said in _text(widget.result.value)
        assert lab.snapshot() == before
    assert widget.left.text == MAY_UPDATE


def test_a_functions_permissions_are_shown_and_not_written() -> None:
    """They are added one by one (AddPermission)."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    lab.create_account("Production", "999999999999")
    role = dev.create_role("Runs", trust=story.trust(Service="lambda.amazonaws.com"))
    function = dev.create_function("thumbs", role=role)
    ana = dev.create_user("ana")
    widget = _judged(lab, ana, "lambda:InvokeFunction", function)
    assert widget.right.policy is None
    assert "There is no function policy." in _said(widget)[1]
    function.add_permission("Ana", principal=ana.arn)
    assert "function.add_permission" in _text(widget.other.value)
    assert "The other half is enough here: the function policy says yes" in _said(widget)[2]


def test_sessions_and_keys_have_the_policies_of_whom_they_stand_for(lab: Lab) -> None:
    """A role's session the role's, an access key its user's; the root user, a service and nobody have none."""
    dev, prod, _ = lab.accounts
    session = lab.sts.assume_role(dev.user("David"), prod.role("UpdateApp"), session_name="now")
    words = "managed policy read-write-app-bucket, attached to role UpdateApp"
    assert BothSides(lab, session, GET, OBJECT).which.label == words
    key = dev.user("David").create_access_key()
    assert BothSides(lab, key, ASSUME, UPDATE_APP).which.label == "inline policy AssumeUpdateApp of group Developers"
    for nobody in (prod.root, "ec2.amazonaws.com", "anonymous"):
        widget = BothSides(lab, nobody, GET, OBJECT)
        assert widget.left.policy is None
        assert widget.which.options == ()
        widget.apply.click()
        assert "nothing to apply" in _text(widget.result.value)


# It follows its lab, and loses nothing


def test_untouched_texts_follow_the_lab_and_typed_ones_stay(lab: Lab) -> None:
    """A change by a cell, by another widget; and what is in the world can be fetched."""
    widget = _judged(lab, "David", ASSUME, UPDATE_APP)
    widget.left.editor.text = "{ half typed"
    lab.accounts[0].group("Developers").put_policy("AssumeUpdateApp", allow("s3:ListAllMyBuckets"))
    lab.accounts[1].role("UpdateApp").update_trust(_trust_of(story.FIRM))
    assert widget.left.text == "{ half typed"
    assert story.FIRM in widget.right.text
    assert BOTH_MISSING in _said(widget)[2]
    widget.reset.click()
    assert "s3:ListAllMyBuckets" in widget.left.text
    assert "This is how it is in the world." in _text(widget.left.status.value)


def test_what_was_typed_for_one_policy_waits_while_another_is_shown(lab: Lab) -> None:
    """Each policy has its own text."""
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    first, new = (label for label, _ in widget.which.options)
    widget.left.editor.text = "for the group"
    widget.which.label = new
    assert widget.left.text != "for the group"
    widget.left.editor.text = "for David"
    widget.which.label = first
    assert widget.left.text == "for the group"
    widget.which.label = new
    assert widget.left.text == "for David"


def test_what_was_typed_for_a_policy_that_is_gone_becomes_a_new_ones(lab: Lab) -> None:
    """Another widget deletes the policy under the learner's hands."""
    widget = BothSides(lab, "David", ASSUME, UPDATE_APP)
    widget.left.editor.text = MAY_UPDATE.replace("sts:AssumeRole", "sts:*")
    editor = WorldEditor(lab)
    editor.listed.label = "group Developers has embedded policy AssumeUpdateApp (Development)"
    editor.remove.click()
    assert widget.which.label == "a new inline policy of user David"
    assert "sts:*" in widget.left.text
    assert widget.left.typed


def test_what_was_typed_is_there_when_the_cell_is_run_again(lab: Lab) -> None:
    """Also when the world was built anew; what was applied is no draft in the same world."""
    widget = BothSides(lab, "Ned", ASSUME, UPDATE_APP)
    widget.left.editor.text = MAY_UPDATE
    assert BothSides(story.two_accounts(), "Ned", ASSUME, UPDATE_APP).left.text == MAY_UPDATE
    widget.apply.click()
    again = BothSides(lab, "Ned", ASSUME, UPDATE_APP)
    assert again.which.label == "inline policy NewPolicy of user Ned"
    assert not again.left.typed
    assert BothSides(story.two_accounts(), "Ned", ASSUME, UPDATE_APP).left.text == MAY_UPDATE
    assert BothSides(story.two_accounts(), "David", ASSUME, UPDATE_APP).left.text != MAY_UPDATE


def test_when_the_caller_or_the_role_is_gone_it_says_so(lab: Lab) -> None:
    """No verdict of before stays, and no error leaves the widget."""
    widget = _judged(lab, "Ned", ASSUME, UPDATE_APP)
    before = lab.snapshot()
    lab.accounts[0].user("Ned").delete()
    assert _said(widget)[:2] == ("", "")
    assert "This cannot be asked any more. NoSuchEntity" in _said(widget)[2]
    lab.restore(before)
    assert "The caller's half is missing" in _said(widget)[2]
    role, prod = lab.accounts[1].role("UpdateApp"), lab.accounts[1]
    role.detach(prod.managed_policy("read-write-app-bucket"))
    role.delete()
    assert widget.right.policy is None
    assert "No policy can stand there." in _said(widget)[1]


def test_undo_takes_back_what_another_widget_did_too(lab: Lab) -> None:
    """One history for the lab."""
    widget, editor = BothSides(lab, "David", ASSUME, UPDATE_APP), WorldEditor(lab)
    editor.listed.label = "user David is a member of group Developers (Development)"
    editor.remove.click()
    widget.undo.click()
    assert "Taken back: took David out of Developers." in _text(widget.result.value)
    assert widget.which.label.startswith(("inline policy AssumeUpdateApp", "a new inline"))


def test_a_mistake_of_the_author_shows_at_once(lab: Lab) -> None:
    """Nobody of that name, several of it, an action or a resource that there is not, a world that is none."""
    lab.accounts[1].create_user("David")
    for asked, code in (
        (("nobody", ASSUME, UPDATE_APP), "NoSuchEntity"),
        (("David", ASSUME, UPDATE_APP), "InvalidInput"),
        (("Ned", "sts:Assume", UPDATE_APP), "InvalidAction"),
        (("Ned", ASSUME), "InvalidResource"),
        (("Ned", GET, "arn:aws:s3:::elsewhere/x"), "NoSuchBucket"),
        (("Ned", ASSUME, UPDATE_APP, "no context"), "InvalidInput"),
        ((lab.accounts[0].group("Developers"), ASSUME, UPDATE_APP), "InvalidInput"),
    ):
        with pytest.raises(IamlabError) as refused:
            BothSides(lab, *asked)  # type: ignore[arg-type]
        assert refused.value.code == code
    with pytest.raises(IamlabError, match="neither a lab"):
        BothSides("atlantis", "Ned", ASSUME, UPDATE_APP)


def test_texts_stay_texts() -> None:
    """In Sids, conditions, the context of the request and what is typed."""
    evil = "<script>window.__ran=1</script>"
    lab = story.two_accounts()
    role = lab.accounts[1].role("UpdateApp")
    role.update_trust(_trust_of(story.DEVELOPMENT, Condition={"StringEquals": {"sts:ExternalId": evil}}))
    widget = _judged(lab, "David", ASSUME, UPDATE_APP, {"sts:ExternalId": evil})
    widget.left.editor.text = widget.right.editor.text = evil
    widget.apply.click()
    parts = (widget.head, widget.left.said, widget.right.said, widget.left.status, widget.whole, widget.result)
    for html in (*(one.value for one in parts), widget.static_html()):
        assert "<script" not in html.partition("</style>")[2]
    assert "&lt;script&gt;" in widget.head.value


def test_the_widget_is_an_answer(lab: Lab) -> None:
    """For an exercise that asks for a changed world."""
    assert BothSides(lab, "David", ASSUME, UPDATE_APP).answer is lab
