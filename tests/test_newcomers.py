"""What a changed world opens for who is not in the lab, and on things that are not there yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from answers.documents import MFA, allow, deny, policy, when

from iamlab import Lab
from iamlab.analysis.difference import Turn
from iamlab.lessons import foreseen, newcomers
from iamlab.world.account import Account

ACCOUNT, FIRM = "111111111111", "333333333333"
DANA = f"arn:aws:iam::{ACCOUNT}:user/dana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Writer"
PHOTOS = "arn:aws:s3:::acme-photos"


def _trusts(who: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **more}


def _lab() -> Lab:
    """Dana may assume the role Writer, by name; and there is a bucket without a policy."""
    lab = Lab()
    dev = lab.create_account("Development", ACCOUNT)
    dana = dev.create_user("dana")
    developers = dev.create_group("Developers")
    developers.add(dana)
    dev.create_user("eric")
    dev.create_role("Writer", trust=policy(_trusts({"AWS": dana.arn})))
    dev.create_bucket("acme-photos")
    return lab


Changing = Callable[[Account], Any]


def _trusting(*statements: dict[str, Any]) -> Changing:
    return lambda dev: dev.role("Writer").update_trust(policy(_trusts({"AWS": DANA}), *statements))


def _opening(who: Any, resource: str = f"{PHOTOS}/*", **more: Any) -> Changing:
    statement = {**allow("s3:GetObject", resource), "Principal": who, **more}
    return lambda dev: dev.buckets[0].put_policy(policy(statement))


def _let_in(change: Changing, lab: Lab | None = None) -> list[tuple[str, str, str]]:
    """Who, what, and on what."""
    found = lab or _lab()
    before = found.snapshot()
    change(found.accounts[0])
    several = newcomers.let_in(before, found.snapshot())
    return [(one.subject.words, ", ".join(one.actions), one.resource) for one in several]


SERVICE = "service lambda.amazonaws.com"
ASSUMES = ("sts:AssumeRole", ROLE)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_trusting(), []),
        (_trusting(_trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:user/eric"})), []),  # he is in the lab
        (_trusting(_trusts({"AWS": FIRM})), [(f"account {FIRM}", *ASSUMES)]),
        (
            _trusting(_trusts({"AWS": FIRM}, Condition={"Bool": MFA})),
            [(f"account {FIRM}", *ASSUMES)],
        ),
        (_trusting(_trusts({"AWS": f"arn:aws:iam::{FIRM}:user/zoe"})), [(f"user zoe of account {FIRM}", *ASSUMES)]),
        (_trusting(_trusts({"Service": "ec2.amazonaws.com"})), [("service ec2.amazonaws.com", *ASSUMES)]),
        # EVAL-16c: whom the account permits. EVAL-16f: and whom any other account permits.
        (_trusting(_trusts({"AWS": ACCOUNT})), [("user somebody-else", *ASSUMES)]),
        (
            _trusting(_trusts("*")),
            [
                ("user somebody-else", *ASSUMES),
                ("caller of any account", *ASSUMES),
                (SERVICE, *ASSUMES),
            ],
        ),
        # COND-03, COND-24: of a service nothing is known but its name, and an absent key is no obstacle to IfExists.
        (_trusting(_trusts("*", Condition={"ArnEqualsIfExists": {"aws:PrincipalArn": DANA}})), [(SERVICE, *ASSUMES)]),
        # COND-20: whoever is given the tag.
        (
            _trusting(_trusts({"AWS": ACCOUNT}, Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}})),
            [("user somebody-tagged", *ASSUMES)],
        ),
        (
            _trusting(_trusts({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Writer/one"})),
            [("session Writer/one", *ASSUMES)],
        ),
        # A Deny beside it, and a condition that only dana meets, let in nobody.
        (_trusting(_trusts({"AWS": FIRM}), {**_trusts({"AWS": FIRM}), "Effect": "Deny"}), []),
        (_trusting(_trusts("*", Condition={"ArnEquals": {"aws:PrincipalArn": DANA}})), []),
        # EVAL-13: a bucket of this account; somebody else who is permitted here could read there before.
        (_opening({"AWS": FIRM}, f"{PHOTOS}/1.jpg"), [(f"account {FIRM}", "s3:GetObject", f"{PHOTOS}/1.jpg")]),
        (_opening({"AWS": FIRM}, f"{PHOTOS}/a*"), [(f"account {FIRM}", "s3:GetObject", f"{PHOTOS}/aexample")]),
        (_opening({"AWS": ACCOUNT}), []),
        (
            _opening({"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"}, f"{PHOTOS}/1.jpg"),
            [("session bob", "s3:GetObject", f"{PHOTOS}/1.jpg")],
        ),
        (lambda dev: dev.user("eric").put_policy("More", policy(allow("*"))), []),
    ],
)
def test_who_is_let_in_by_a_changed_policy(change: Changing, found: list[tuple[str, str, str]]) -> None:
    """Accounts, services, sessions, and whoever an account permits (EVAL-13, EVAL-16, EVAL-22)."""
    assert set(_let_in(change)) == set(found)


def test_who_was_let_in_before_is_no_newcomer_and_a_lost_condition_is() -> None:
    """Only what is new counts, and of a condition that it went."""
    lab = _lab()
    asks = _trusts({"AWS": FIRM}, Condition={"StringEquals": {"sts:ExternalId": "acme"}})
    _trusting(asks)(lab.accounts[0])
    assert _let_in(_trusting({**asks, "Sid": "Firm"}), lab.copy()) == []
    before = lab.snapshot()
    _trusting(_trusts({"AWS": FIRM}))(lab.accounts[0])
    (found,) = newcomers.let_in(before, lab.snapshot())
    assert found.turn is Turn.LOOSENED


def test_a_newcomer_is_announced_with_what_has_to_be_known_of_it() -> None:
    """Its own permissions were taken for granted, and are no way in which it came."""
    lab = _lab()
    before = lab.snapshot()
    _trusting(_trusts({"AWS": [FIRM, ACCOUNT]}))(lab.accounts[0])
    said = [newcomers.announced(one) for one in newcomers.let_in(before, lab.snapshot())]
    assert len(said) == 2
    assert any(one.endswith(f", if account {FIRM} allows it.") for one in said)
    assert any("somebody-else stands for" in one for one in said)
    assert not any("what account" in one for one in said)


# What is not there yet


def _foreseen(change: Changing, lab: Lab | None = None) -> set[tuple[str, str, str, str]]:
    """Who, which way, what, and on what; of many actions the first."""
    found = lab or _lab()
    before = found.snapshot()
    change(found.accounts[0])
    several = foreseen.foreseen(before, found.snapshot())
    return {(one.subject.name, one.turn.value, one.actions[0], one.resource) for one in several}


def _gives(*statements: dict[str, Any], who: str = "eric") -> Changing:
    return lambda dev: dev.user(who).put_policy("More", policy(*statements))


FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:example"
ON = f"arn:aws:iam::{ACCOUNT}:role"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda dev: dev.create_user("gil"), set()),
        (_trusting(_trusts({"AWS": FIRM})), set()),  # who is let in is another question
        (_gives(allow("lambda:InvokeFunction", FUNCTION)), {("eric", "gained", "lambda:InvokeFunction", FUNCTION)}),
        # A role that leaves it to the account, and one of the same name elsewhere that does.
        (_gives(allow("sts:AssumeRole", f"{ON}/W*")), {
            ("eric", "gained", "sts:AssumeRole", f"{ON}/Wexample"),
            ("eric", "gained", "sts:AssumeRole", ROLE),
        }),
        (_gives(allow("sts:AssumeRole", "arn:aws:iam::*:role/Reader")), {
            ("eric", "gained", "sts:AssumeRole", f"{ON}/Reader"),
            ("eric", "gained", "sts:AssumeRole", "arn:aws:iam::123456789012:role/Reader"),
        }),
        (
            _gives(allow("s3:GetObject", "arn:aws:s3:::acme-dev*")),
            {("eric", "gained", "s3:GetObject", "arn:aws:s3:::acme-devexample/example")},
        ),
        (
            _gives(when(allow("kms:Decrypt"), Bool=MFA)),
            {("eric", "gained", "kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/example")},
        ),
        (lambda dev: dev.group("Developers").put_policy("More", policy(allow("lambda:InvokeFunction", FUNCTION))), {
            ("dana", "gained", "lambda:InvokeFunction", FUNCTION)
        }),
    ],
)  # fmt: skip
def test_what_a_policy_allows_on_things_to_come(change: Changing, found: set[tuple[str, str, str, str]]) -> None:
    """Of every kind that its actions are about, and for each of its patterns (EVAL-15)."""
    assert _foreseen(change) == found


def test_what_is_lost_on_things_to_come_counts_as_well() -> None:
    """A Deny for all roles but one; nothing is lost by who never had it."""
    lab = _lab()
    dev = lab.accounts[0]
    dev.user("dana").put_policy("Roles", policy(allow("sts:AssumeRole")))
    no = {"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": ROLE}

    def forbid(there: Account) -> None:
        for one in there.users:
            one.put_policy("No", policy(no))

    found = _foreseen(forbid, lab)
    assert ("dana", "lost", "sts:AssumeRole", f"{ON}/example") in found
    assert {one[0] for one in found} == {"dana"}
    assert not any(arn == ROLE for *_, arn in found)


def test_a_boundary_and_a_control_policy_change_what_is_foreseen() -> None:
    """EVAL-06, EVAL-09: both cap what the caller's own policies allow."""
    lab = _lab()
    dev = lab.accounts[0]
    _gives(allow("lambda:InvokeFunction", FUNCTION))(dev)
    organization = lab.create_organization(lab.create_account("Management", "222222222222"))
    lost = {("eric", "lost", "lambda:InvokeFunction", FUNCTION)}

    def cap(there: Account) -> None:
        there.user("eric").put_boundary(there.create_policy("Limit", policy(allow("s3:*"))))

    def invite_and_forbid(there: Account) -> None:
        organization.enable("SCP")
        organization.add(there)
        organization.attach(organization.create_policy("No", policy(deny("lambda:*"))), there)

    assert _foreseen(cap, lab.copy()) == lost
    assert _foreseen(invite_and_forbid, lab) == lost


def test_policies_of_a_new_user_are_all_gained() -> None:
    """Who was not there could do nothing."""
    found = _foreseen(lambda dev: dev.create_user("gil").put_policy("W", policy(allow("lambda:Invoke*", FUNCTION))))
    assert found
    assert {(name, turn) for name, turn, _, _ in found} == {("gil", "gained")}


def test_a_deny_that_hits_nothing_changes_nothing() -> None:
    """Neither now nor later."""
    assert _foreseen(_gives(deny("lambda:*"))) == set()


def _joining(change: Changing, lab: Lab | None = None) -> set[tuple[str, str, str]]:
    """Who, which way, and what; of many actions the first."""
    found = lab or _lab()
    before = found.snapshot()
    change(found.accounts[0])
    several = foreseen.of_joiners(before, found.snapshot())
    return {(one.subject.name, one.turn.value, one.actions[0]) for one in several}


def _to_the_group(*statements: dict[str, Any]) -> Changing:
    return lambda dev: dev.group("Developers").put_policy("More", policy(*statements))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_gives(allow("s3:ListAllMyBuckets")), set()),  # eric alone has it
        (lambda dev: dev.create_group("Other").put_policy("More", policy(allow("s3:ListAllMyBuckets"))), set()),
        (_to_the_group(allow("s3:ListAllMyBuckets")), {("somebody-else", "gained", "s3:ListAllMyBuckets")}),
        # By a name that a condition speaks of: whoever is hired may have it.
        (
            _to_the_group(when(allow("s3:ListAllMyBuckets"), StringLike={"aws:username": ["dana", "zo*"]})),
            {("zoexample", "gained", "s3:ListAllMyBuckets")},
        ),
        (
            _to_the_group(
                when(
                    allow("s3:ListAllMyBuckets"),
                    ArnLike={"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:user/red/*", f"{ON}/*"]},
                )
            ),
            {("example", "gained", "s3:ListAllMyBuckets")},
        ),
        (lambda dev: dev.create_user("gil").put_policy("More", policy(allow("s3:ListAllMyBuckets"))), set()),
    ],
)
def test_who_joins_a_group_has_what_the_group_has(change: Changing, found: set[tuple[str, str, str]]) -> None:
    """ENT-07: not what those have who are in it today; COND-20: and under the name that they come by."""
    assert _joining(change) == found


def test_a_control_policy_is_about_users_and_roles_to_come() -> None:
    """EVAL-06: it binds all of the account, each by its ARN; who is not of the organization it does not bind."""
    lab = _lab()
    organization = lab.create_organization(lab.create_account("Management", "222222222222"))
    organization.enable("SCP")
    organization.add(lab.accounts[0])
    no = when(deny("lambda:InvokeFunction"), StringLike={"aws:PrincipalArn": "*role/Break*"})

    def forbid(there: Account) -> None:
        organization.attach(organization.create_policy("No", policy(no)), there)

    assert _joining(forbid, lab) == {("Breakexample", "lost", "lambda:InvokeFunction")}


def test_a_joiner_is_announced_as_what_it_stands_for() -> None:
    """Nobody has heard of somebody-else."""
    lab = _lab()
    before = lab.snapshot()
    _to_the_group(allow("s3:ListAllMyBuckets"))(lab.accounts[0])
    after = lab.snapshot()
    (said,) = [foreseen.announced(one, after) for one in foreseen.of_joiners(before, after)]
    assert said.endswith("(somebody-else stands for whoever joins Developers.)")
