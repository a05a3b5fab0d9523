"""The world editor for roles, instance profiles and two accounts: trust as statements, and a role's two policies."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from iamlab import IamlabError, Lab, allow
from iamlab.lessons import story
from iamlab.views.role_card import role_card
from iamlab.views.trust import trust_sentence, trusted
from iamlab.widgets import WorldEditor

PROD_ROLE = f"arn:aws:iam::{story.DEVELOPMENT}:role/ProdRole"
TRUSTS = "trusts (may be assumed by)"


def _text(html: str) -> str:
    """What somebody reads of a piece of HTML."""
    shown = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def _statements(editor: WorldEditor) -> list[str]:
    return [label for label, _ in editor.listed.options]


def _offered(control: Any) -> list[str]:
    return [label for label, _ in control.options]


def _remove(editor: WorldEditor, words: str) -> str:
    editor.listed.label = words
    editor.remove.click()
    return _text(editor.result.value)


def _trust(editor: WorldEditor, role: str, whom: str, typed: str = "") -> str:
    editor.kind.label = TRUSTS
    editor.subject.label = role
    editor.object.label = whom
    editor.typed.value = typed
    editor.add.click()
    return _text(editor.result.value)


@pytest.fixture
def lab() -> Lab:
    """Two roles in one account: one for the whole account, one for oscar with MFA (SCN-03)."""
    return story.staging_and_production()


# What is listed and offered


def test_each_principal_of_a_trust_policy_is_a_statement(lab: Lab) -> None:
    """With its condition in words, and beside the role's other statements."""
    listed = _statements(WorldEditor(lab))
    assert "role ProdRole trusts user oscar, only with MFA" in listed
    assert listed.index("role StagingRole trusts the whole account Development") + 1 == listed.index(
        "role StagingRole has embedded policy Application"
    )


def test_trust_of_every_kind_in_words() -> None:
    """Services, other accounts, everybody, an identity provider, who is gone; a Deny, another action, a condition."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    lab.create_account("Production", "999999999999")
    gone, ana = dev.create_user("gone"), dev.create_user("ana")
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    role = dev.create_role(
        "All",
        trust=story.document(
            {**assume, "Principal": {"AWS": [gone.arn, ana.arn, "999999999999", "222222222222"]}},
            {**assume, "Principal": {"Service": "ec2.amazonaws.com"}},
            {**assume, "Principal": "*", "Condition": {"StringEquals": {"sts:ExternalId": "x-1"}}},
            {**assume, "Effect": "Deny", "Principal": {"AWS": ana.arn}},
            {"Effect": "Allow", "Principal": {"AWS": ana.arn}, "Action": "sts:TagSession"},
            {
                "Effect": "Allow",
                "Principal": {"Federated": "accounts.google.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
        ),
    )
    gone.delete()
    assert [one.sentence for one in trusted(lab.world.state, role.trust)] == [
        f"trusts somebody who has been deleted ({gone.id})",
        "trusts user ana (Development)",
        "trusts the whole account Production",
        "trusts the whole account 222222222222, which is not in this lab",
        "trusts the service ec2.amazonaws.com",
        "trusts everybody, in every account, only when the external ID is x-1",
        "refuses user ana (Development)",
        "trusts user ana (Development), for sts:TagSession",
        "trusts the identity provider accounts.google.com",
    ]


def test_the_editor_of_a_world_without_roles_is_as_before() -> None:
    """Lesson 03's team has no role: nothing about roles is offered, and its text for readers is the same."""
    editor = WorldEditor("developer_group")
    assert _offered(editor.kind) == ["is a member of", "has attached", "there is a new user", "there is a new group"]
    assert editor.static_answer() == (
        "World editor: facts about this world, to add and to remove. "
        "In plain Python: developers.add(dana), developers.attach(policy), dana.detach(policy)."
    )
    assert editor.card.value == ""


def test_roles_and_profiles_are_offered_where_there_are_some() -> None:
    """By the world, or by the keyword; an instance alone is no reason."""
    role, profile = "there is a new role", "there is a new instance profile"
    assert {role, profile} & set(_offered(WorldEditor("developer_group").kind)) == set()
    assert {role, profile} & set(_offered(WorldEditor("staging_and_production").kind)) == {role}
    assert {role, profile} & set(_offered(WorldEditor("application_on_ec2").kind)) == {role, profile}
    assert {role, profile} & set(_offered(WorldEditor("application_on_ec2", roles=False).kind)) == set()
    assert {role, profile} & set(_offered(WorldEditor("first_day", roles=True).kind)) == {role, profile}


def test_what_was_offered_stays_when_the_last_role_is_gone() -> None:
    """Whoever deletes the only role can make another one."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    editor = WorldEditor(lab)
    assert TRUSTS not in _offered(editor.kind)
    dev.create_role("Only", trust=story.trust(Service="ec2.amazonaws.com"))
    assert TRUSTS in _offered(editor.kind)
    assert "Done: deleted role Only" in _remove(editor, "there is role Only")
    assert TRUSTS in _offered(editor.kind)


# Trust


def test_a_role_is_made_to_trust_a_user(lab: Lab) -> None:
    """Named itself, dana needs nothing else (EVAL-16, row a); undo takes it back."""
    before = lab.snapshot()
    editor = WorldEditor(lab)
    said = _trust(editor, "role ProdRole", "user dana")
    assert f"user dana gained sts:AssumeRole on {PROD_ROLE}" in said
    assert "aws iam update-assume-role-policy --role-name ProdRole" in said
    assert "role ProdRole trusts user dana" in _statements(editor)
    assert lab.evaluate(lab.accounts[0].user("dana"), "sts:AssumeRole", PROD_ROLE).allowed
    assert "role ProdRole trusts user oscar, only with MFA" in _statements(editor), "the other statement stays"
    editor.undo.click()
    assert lab.snapshot() == before


def test_trusting_the_same_once_more_writes_nothing_twice(lab: Lab) -> None:
    """As attaching a policy again does."""
    editor = WorldEditor(lab)
    for _ in range(2):
        _trust(editor, "role ProdRole", "the service lambda.amazonaws.com")
    statements = lab.accounts[0].role("ProdRole").trust.statements
    assert [one.principals for one in statements][1:] == [(("Service", "lambda.amazonaws.com"),)]


def test_one_principal_of_several_is_taken_out(lab: Lab) -> None:
    """The others of its statement stay, and a statement that names nobody any more goes."""
    role = lab.accounts[0].role("ProdRole")
    users = [f"arn:aws:iam::{story.DEVELOPMENT}:user/{name}" for name in ("dana", "erin")]
    one = {"Sid": "Two", "Effect": "Allow", "Principal": {"AWS": users}, "Action": "sts:AssumeRole"}
    other = {"Sid": "Ec2", "Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": "sts:*"}
    role.update_trust(story.document(one, other))
    editor = WorldEditor(lab)
    said = _remove(editor, "role ProdRole trusts user dana")
    assert f"user dana lost sts:AssumeRole on {PROD_ROLE}" in said
    assert role.trust.document["Statement"] == [{**one, "Principal": {"AWS": users[1]}}, other]
    _remove(editor, "role ProdRole trusts user erin")
    assert role.trust.document["Statement"] == [other]


def test_the_last_trust_statement_cannot_be_taken_out(lab: Lab) -> None:
    """AWS's error, with what to do instead; the world is as before."""
    before = lab.snapshot()
    said = _remove(WorldEditor(lab), "role ProdRole trusts user oscar, only with MFA")
    assert "✖ Nothing has changed. MalformedPolicyDocument: Syntax errors in policy." in said
    assert "A role always has a trust policy: let somebody else in first, or delete the role." in said
    assert lab.snapshot() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "still to be chosen or typed"),
        ("   ", "still to be chosen or typed"),
        (f"arn:aws:iam::{story.DEVELOPMENT}:user/*", "a wildcard cannot stand for part of a principal"),
        (f"arn:aws:iam::{story.DEVELOPMENT}:group/Developers", "a group is no principal"),
        (f"arn:aws:iam::{story.DEVELOPMENT}:user/nobody", "there is no user/nobody in that account. Create it first"),
        ("oscar", "'oscar' is no principal"),
        ("arn:root", "is no principal"),
        ("12345", "is no principal"),
        ("*.amazonaws.com", "a wildcard cannot stand for part of a principal"),
        ("<script>window.__ran=1</script>", "is no principal"),
        ("x" * 200_000, "✖ Nothing has changed."),
    ],
)
def test_a_trust_that_aws_refuses_changes_nothing(lab: Lab, typed: str, said: str) -> None:
    """Nobody, a group, part of a name, somebody who is not there: the sentence says what is wrong, the text stays."""
    before = lab.snapshot()
    editor = WorldEditor(lab)
    assert said in _trust(editor, "role ProdRole", "another: type it", typed)
    assert "<script>" not in editor.result.value.partition("</style>")[2]
    assert len(editor.result.value) < 10_000
    assert editor.typed.value == typed
    assert lab.snapshot() == before


def test_everybody_is_stored_as_iam_stores_it(lab: Lab) -> None:
    """IAM saves a star (VAL-36); within the account nothing more is needed then (EVAL-16, row f): erin shows it."""
    editor = WorldEditor(lab)
    said = _trust(editor, "role ProdRole", "another: type it", "*")
    assert f"user erin gained sts:AssumeRole on {PROD_ROLE}" in said
    assert "role ProdRole trusts everybody, in every account" in _statements(editor)
    assert editor.typed.value == ""


@pytest.mark.parametrize(
    ("typed", "principal"),
    [
        ("444455556666", {"AWS": "444455556666"}),
        ("arn:aws:iam::444455556666:root", {"AWS": "arn:aws:iam::444455556666:root"}),
        ("scheduler.amazonaws.com", {"Service": "scheduler.amazonaws.com"}),
        (PROD_ROLE, {"AWS": PROD_ROLE}),
    ],
)
def test_whom_the_lab_does_not_list_can_be_typed(lab: Lab, typed: str, principal: dict[str, str]) -> None:
    """An account outside, any service, and the role itself, which may stand there once it exists (STS-21)."""
    _trust(WorldEditor(lab), "role ProdRole", "another: type it", f" {typed} ")
    assert lab.accounts[0].role("ProdRole").trust.document["Statement"][-1] == {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sts:AssumeRole",
    }


def test_an_identity_provider_gets_the_action_that_fits_it(lab: Lab) -> None:
    """An OIDC provider's people assume with their web identity, a SAML provider's with an assertion (EVAL-16, h)."""
    dev = lab.accounts[0]
    oidc = dev.create_oidc_provider("https://accounts.example.com", ["acme"])
    saml = dev.create_saml_provider("Office")
    editor = WorldEditor(lab)
    for provider in (oidc, saml):
        _trust(editor, "role ProdRole", "another: type it", provider.arn)
    last = dev.role("ProdRole").trust.document["Statement"][-2:]
    assert [(one["Principal"], one["Action"]) for one in last] == [
        ({"Federated": oidc.arn}, "sts:AssumeRoleWithWebIdentity"),
        ({"Federated": saml.arn}, "sts:AssumeRoleWithSAML"),
    ]


def test_a_service_linked_role_is_left_to_its_service(lab: Lab) -> None:
    """EVAL-21: its trust is fixed."""
    lab.accounts[0].create_service_linked_role("autoscaling.amazonaws.com", "AutoScaling", allow("ec2:*"))
    said = _trust(WorldEditor(lab), "role AWSServiceRoleForAutoScaling", "user dana")
    assert "Nothing has changed. UnmodifiableEntity" in said


# New roles


def test_a_new_role_has_a_name_and_trusts_somebody(lab: Lab) -> None:
    """It is there, listed and trusted; it may do nothing yet (ENT-08)."""
    editor = WorldEditor(lab)
    editor.kind.label = "there is a new role"
    editor.object.label = "user erin"
    editor.name.value = "Helper"
    editor.add.click()
    assert "Done: created role Helper, which trusts user erin." in _text(editor.result.value)
    assert "role Helper trusts user erin" in _statements(editor)
    helper = lab.accounts[0].role("Helper")
    assert lab.evaluate(lab.accounts[0].user("erin"), "sts:AssumeRole", helper).allowed
    assert helper.policies == ()
    assert editor.name.value == ""


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("", "444455556666", "still to be chosen or typed"),
        ("Mine", "", "still to be chosen or typed"),
        ("Mine", f"arn:aws:iam::{story.DEVELOPMENT}:role/Mine", "a role cannot name itself before it exists"),
        ("prodrole", "444455556666", "EntityAlreadyExists"),
        ("a b", "444455556666", "ValidationError"),
        ("<img src=x>", "444455556666", "ValidationError"),
    ],
)
def test_a_role_that_aws_refuses_is_not_made(lab: Lab, name: str, typed: str, said: str) -> None:
    """No name, nobody, itself (POL-23), a name that is taken in other letters (ENT-05), none at all."""
    before = lab.snapshot()
    editor = WorldEditor(lab)
    editor.kind.label = "there is a new role"
    editor.object.label = "another: type it"
    editor.name.value, editor.typed.value = name, typed
    editor.add.click()
    assert said in _text(editor.result.value)
    assert lab.snapshot() == before


# Instance profiles


def test_a_profile_carries_one_role() -> None:
    """A second one is refused with AWS's sentence and ours (ENT-17); out and in again works, and is undone."""
    lab = story.application_on_ec2()
    before = lab.snapshot()
    editor = WorldEditor(lab)
    editor.kind.label = "carries role"
    editor.object.label = "role ProdRole"
    editor.add.click()
    said = _text(editor.result.value)
    assert "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1" in said
    assert "take AppRole out of AppProfile first." in said
    assert lab.snapshot() == before
    _remove(editor, "instance profile AppProfile carries role AppRole")
    assert "instance profile AppProfile carries role AppRole" not in _statements(editor)
    editor.add.click()
    assert "instance profile AppProfile carries role ProdRole" in _statements(editor)
    assert "aws iam add-role-to-instance-profile" in _text(editor.result.value)
    editor.undo.click()
    editor.undo.click()
    assert lab.snapshot() == before


def test_the_wiring_from_the_role_to_the_instance() -> None:
    """A profile, a role in it, an instance with it: a program on it has the role's credentials then (STS-23)."""
    lab = story.application_on_ec2()
    editor = WorldEditor(lab)
    editor.kind.label = "there is a new instance profile"
    editor.name.value = "NightProfile"
    editor.add.click()
    editor.kind.label = "carries role"
    editor.subject.label, editor.object.label = "instance profile NightProfile", "role ProdRole"
    editor.add.click()
    editor.kind.label = "there is a new instance, which runs with"
    editor.object.label = "instance profile NightProfile"
    editor.add.click()
    assert "aws ec2 run-instances" in _text(editor.result.value)
    (instance,) = (one for one in lab.accounts[0].resources if one.kind == "instance")
    assert instance.session.arn == f"arn:aws:sts::{story.DEVELOPMENT}:assumed-role/ProdRole/{instance.name}"
    statement = f"there is instance {instance.name}, which runs with instance profile NightProfile"
    assert "Done: terminated instance" in _remove(editor, statement)
    assert "DeleteConflict" in _remove(editor, "there is instance profile NightProfile")
    assert "Nothing has changed" in _text(editor.result.value)


def test_a_role_in_a_profile_cannot_be_deleted() -> None:
    """ENT-16; the profile's statement is what has to go first."""
    lab = story.application_on_ec2()
    said = _remove(WorldEditor(lab), "there is role AppRole")
    assert "DeleteConflict" in said


# Two accounts


def test_with_several_accounts_each_statement_and_choice_says_where() -> None:
    """Subjects are of the account that is chosen, trusted may be anybody's."""
    editor = WorldEditor("two_accounts")
    assert "role UpdateApp (Production) trusts the whole account Development" in _statements(editor)
    assert "user David is a member of group Developers (Development)" in _statements(editor)
    editor.account.label = "Production (999999999999)"
    editor.kind.label = TRUSTS
    assert _offered(editor.subject) == ["role UpdateApp (Production)"]
    offered = _offered(editor.object)
    assert offered[0] == "the whole account Production"
    assert {"user David (Development)", "the whole account Consulting firm", "user Frank (Consulting firm)"} <= set(
        offered
    )


def test_accounts_of_one_name_are_told_apart() -> None:
    """By their numbers."""
    lab = Lab()
    for number in ("111111111111", "222222222222"):
        lab.create_account("Team", number).create_user("ana")
    assert _statements(WorldEditor(lab)) == [
        "there is user ana (Team 111111111111)",
        "there is user ana (Team 222222222222)",
    ]


def test_trust_across_accounts_is_one_half() -> None:
    """Ned is trusted by name and has no permission of his own: nobody may do more (EVAL-16, row e)."""
    lab = story.two_accounts()
    editor = WorldEditor(lab)
    editor.account.label = "Production (999999999999)"
    said = _trust(editor, "role UpdateApp (Production)", "user Ned (Development)")
    assert "let role UpdateApp trust user Ned (Development)" in said
    assert "Nobody may do more or less than before." in said


# The role card


def test_a_statement_about_a_role_shows_its_two_policies(lab: Lab) -> None:
    """Trust on one side, permissions on the other, one plain sentence each; nothing for a user."""
    editor = WorldEditor(lab)
    assert editor.card.value == "", "the first statement is about dana"
    for words in ("role ProdRole trusts user oscar, only with MFA", "there is role ProdRole"):
        editor.listed.label = words
        trust, _, permissions = _text(editor.card.value).partition("What it may do then")
        assert "It trusts user oscar, only with MFA." in trust
        assert '"sts:AssumeRole"' in trust
        assert "Whoever has assumed it may do what Application says." in permissions
        assert '"arn:aws:s3:::acme-prod"' in permissions
        assert "sts:AssumeRole" not in permissions
    editor.listed.label = "there is user dana"
    assert editor.card.value == ""


def test_the_card_follows_the_lab(lab: Lab) -> None:
    """A change by a cell shows at once, and a role that is gone has no card."""
    role = lab.accounts[0].create_role("Empty", trust=story.trust(AWS=story.FIRM))
    editor = WorldEditor(lab)
    editor.listed.label = "there is role Empty"
    card = _text(editor.card.value)
    assert "by itself, whoever has assumed it may do nothing" in card
    assert "Who of an account may assume it is for that account's own policies to say." in card
    role.put_policy("See", allow("s3:ListAllMyBuckets"))
    role.put_boundary(lab.accounts[0].managed_policy("ReadOnlyAccess"))
    card = _text(editor.card.value)
    assert "may do what See says, within the permissions boundary ReadOnlyAccess" in card
    role.delete_policy("See")
    role.delete_boundary()
    role.delete()
    assert "Role Empty" not in _text(editor.card.value)
    with pytest.raises(IamlabError, match="NoSuchEntity"):
        role_card(lab.world.state, role)


def test_texts_in_a_role_stay_texts(lab: Lab) -> None:
    """In Sids, conditions and names of policies, in the card, the list and the text for readers without a kernel."""
    evil = "<script>window.__ran=1</script>"
    role = lab.accounts[0].role("ProdRole")
    role.update_trust(
        story.document(
            {
                "Sid": "Evil",
                "Effect": "Allow",
                "Principal": {"AWS": story.FIRM},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": evil}},
            }
        )
    )
    editor = WorldEditor(lab)
    words = (
        f"role ProdRole trusts the whole account {story.FIRM}, which is not in this lab, only when the external ID "
        f"is {evil}"
    )
    editor.listed.label = words
    for html in (editor.card.value, editor.static_html()):
        assert "<script" not in html.partition("</style>")[2]
        assert "&lt;script&gt;" in html


def test_the_sentence_of_a_trust_policy_says_who_is_refused(lab: Lab) -> None:
    """A Deny is part of it."""
    refuse = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{story.DEVELOPMENT}:user/erin"},
        "Action": "sts:AssumeRole",
    }
    role = lab.accounts[0].role("StagingRole")
    role.update_trust(story.document(*role.trust.document["Statement"], refuse))
    assert trust_sentence(trusted(lab.world.state, role.trust)) == (
        "It trusts the whole account Development. It refuses user erin. "
        "Who of an account may assume it is for that account's own policies to say."
    )


def test_it_begins_with_a_kind_of_fact_for_which_there_is_something_to_choose() -> None:
    """In a world without groups nobody can become a member."""
    editor = WorldEditor(story.application_on_ec2())
    assert editor.kind.label == "has attached"
    assert editor.object.label
    assert WorldEditor(story.developer_group()).kind.label == "is a member of"
