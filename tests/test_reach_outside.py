"""Paths from outside of the lab: accounts that policies name, identity providers, everybody (EVAL-16e to h, STS-16)."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab import IamlabError, Lab

DEV, ABROAD, ELSEWHERE = "111111111111", "444444444444", "555555555555"
PHOTOS = "arn:aws:s3:::acme-photos/*"
PICTURE = "arn:aws:s3:::acme-photos/1.jpg"
ACCOUNT = f"arn:aws:iam::{ABROAD}:root"
ZOE, YAN = f"arn:aws:iam::{ABROAD}:user/zoe", f"arn:aws:iam::{ABROAD}:user/yan"
VISITOR = f"arn:aws:iam::{ABROAD}:role/ops/Visitor"
ASSUME, TOKEN, SAML = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _trust(principal, action=ASSUME, effect="Allow", **condition):
    found = {"Effect": effect, "Principal": principal, "Action": action}
    return {**found, "Condition": condition} if condition else found


def _same(key, value):
    return {"StringEquals": {key: value}}


def _lab():
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    dev.create_bucket("acme-photos")
    return lab, dev


def _reader(dev, name, *statements):
    role = dev.create_role(name, trust=_document(*statements))
    role.put_policy("Read", _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": PHOTOS}))
    return role


def _found(lab, start):
    return [one.words for one in lab.paths("s3:GetObject", PICTURE, start).found]


END = f"which may do s3:GetObject on {PICTURE}."
WHO = f"account {ABROAD} assumes role Reader, if account {ABROAD} allows it"

# what the role trusts, from whom, and the one path that follows, or none
CASES = {
    "an account by its root": ([_trust({"AWS": ACCOUNT})], ABROAD, f"{WHO}, {END}"),
    "an account by its number": ([_trust({"AWS": ABROAD})], ACCOUNT, f"{WHO}, {END}"),
    "another account": ([_trust({"AWS": ABROAD})], ELSEWHERE, None),
    "an external ID": (
        [_trust({"AWS": ABROAD}, **_same("sts:ExternalId", "acme-7"))],
        ABROAD,
        f"{WHO}, only when the external ID is acme-7, {END}",
    ),
    "MFA": (
        [_trust({"AWS": ABROAD}, Bool={"aws:MultiFactorAuthPresent": "true"})],
        ABROAD,
        f"{WHO}, only with MFA, {END}",
    ),
    "a user alone": (
        [_trust({"AWS": ZOE})],
        ZOE,
        f"user zoe of account {ABROAD} assumes role Reader, if account {ABROAD} allows it, {END}",
    ),
    "a user alone, asked of her account": ([_trust({"AWS": ZOE})], ABROAD, None),
    "a role alone, with its path": (
        [_trust({"AWS": VISITOR})],
        VISITOR,
        f"role Visitor of account {ABROAD} assumes role Reader, if account {ABROAD} allows it, {END}",
    ),
    "a session": (
        [_trust({"AWS": f"arn:aws:sts::{ABROAD}:assumed-role/Visitor/one"})],
        f"arn:aws:sts::{ABROAD}:assumed-role/Visitor/one",
        f"session Visitor/one of account {ABROAD} assumes role Reader, if account {ABROAD} allows it, {END}",
    ),
    "a federated user assumes no role (STS-15)": (
        [_trust({"AWS": f"arn:aws:sts::{ABROAD}:federated-user/zoe"})],
        f"arn:aws:sts::{ABROAD}:federated-user/zoe",
        None,
    ),
    "a user that a Deny names": ([_trust({"AWS": ABROAD}), _trust({"AWS": ZOE}, effect="Deny")], ZOE, None),
    "the account of a user that a Deny names": (
        [_trust({"AWS": ABROAD}), _trust({"AWS": ZOE}, effect="Deny")],
        ABROAD,
        f"{WHO}, {END}",
    ),
    "everybody": (
        [_trust("*")],
        "*",
        f"caller of any account assumes role Reader, if its account allows it, {END}",
    ),
    "everybody, asked of one account": ([_trust("*")], ABROAD, f"{WHO}, {END}"),
    "roles of a kind in the account": (
        [_trust({"AWS": ABROAD}, ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{ABROAD}:role/ops/*"})],
        ABROAD,
        f"{WHO}, only when aws:PrincipalArn is like arn:aws:iam::{ABROAD}:role/ops/*, {END}",
    ),
    "roles of another account": (
        [_trust({"AWS": ABROAD}, ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{ELSEWHERE}:role/*"})],
        ABROAD,
        None,
    ),
    "a role that is known not to be meant": (
        [_trust({"AWS": VISITOR}, ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{ABROAD}:user/*"})],
        VISITOR,
        None,
    ),
    "a user's name, and that it is a role": (
        [_trust({"AWS": ABROAD}, StringEquals={"aws:username": "zoe", "aws:PrincipalType": "AssumedRole"})],
        ABROAD,
        None,
    ),
    "everybody of this account alone": ([_trust("*", **_same("aws:PrincipalAccount", DEV))], "*", None),
    "everybody of another account": (
        [_trust("*", **_same("aws:PrincipalAccount", ELSEWHERE))],
        "*",
        "caller of any account assumes role Reader, if its account allows it, "
        f"only when aws:PrincipalAccount is {ELSEWHERE}, {END}",
    ),
    "an organization that nobody here knows": (
        [_trust("*", **_same("aws:PrincipalOrgID", "o-abcdefghij"))],
        ABROAD,
        f"{WHO}, only when aws:PrincipalOrgID is o-abcdefghij, {END}",
    ),
    "their session name is their user's name (COND-22)": (
        [_trust({"AWS": ABROAD}, **_same("sts:RoleSessionName", "${aws:username}"))],
        ABROAD,
        f"{WHO}, only when the session name is ${{aws:username}}, {END}",
    ),
    "a provider known by its host": (
        [_trust({"Federated": "accounts.google.com"}, TOKEN, **_same("accounts.google.com:sub", "77"))],
        "accounts.google.com",
        "identity provider accounts.google.com lets people with its token assume role Reader, "
        f"only when accounts.google.com:sub is 77, {END}",
    ),
    "a provider never calls AssumeRole": (
        [_trust({"Federated": "accounts.google.com"}, ASSUME)],
        "accounts.google.com",
        None,
    ),
    "aws:SourceArn is a service's alone (COND-20)": (
        [_trust({"Federated": "accounts.google.com"}, TOKEN, **_same("aws:SourceAccount", DEV))],
        "accounts.google.com",
        None,
    ),
}


@pytest.mark.parametrize(("statements", "start", "expected"), CASES.values(), ids=CASES.keys())
def test_a_path_from_outside_in_words(statements, start, expected):
    """Who, by what, and what nobody here can know of it."""
    lab, dev = _lab()
    _reader(dev, "Reader", *statements)
    assert _found(lab, start) == ([expected] if expected else [])


def test_an_organization_of_this_lab():
    """Whoever is outside is in none of its organizations: their members are all here."""
    lab, dev = _lab()
    organization = lab.create_organization(dev)
    role = _reader(dev, "Reader", _trust("*", **_same("aws:PrincipalOrgID", organization.id)))
    assert _found(lab, "*") == []
    paths = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{organization.id}/*"}}
    role.update_trust(_document(_trust("*", **paths)))
    assert _found(lab, "*") == []


def test_who_starts_outside():
    """All that an Allow names and that is not of this lab, once; a Deny lets nobody in, a deleted user is nobody."""
    lab, dev = _lab()
    gone = dev.create_user("gone")
    _reader(
        dev, "One", _trust({"AWS": [ABROAD, ZOE, dev.arn, gone.arn]}), _trust({"AWS": "666666666666"}, effect="Deny")
    )
    _reader(dev, "Two", _trust({"AWS": ACCOUNT}))
    gone.delete()
    statement = {"Effect": "Allow", "Principal": {"AWS": ELSEWHERE}, "Action": "s3:GetObject", "Resource": PHOTOS}
    lab.accounts[0].resources[0].put_policy(_document(statement))
    found = lab.paths("s3:GetObject", PICTURE)
    outside = [one.start.words for one in found.found if one.start.outside]
    assert outside == [
        f"account {ELSEWHERE}",
        f"account {ABROAD}",
        f"account {ABROAD}",
        f"user zoe of account {ABROAD}",
        f"user zoe of account {ABROAD}",
    ]
    assert (
        found.sentences[1] == f"account {ELSEWHERE} may do s3:GetObject on {PICTURE}, if account {ELSEWHERE} allows it."
    )
    frame = found.frame()
    assert set(frame.loc[frame["principal"] == f"account {ELSEWHERE}", "account"]) == {ELSEWHERE}
    assert f"if account {ELSEWHERE} allows it" in set(frame["conditions"])


def test_a_path_from_outside_as_a_graph():
    """An account is a house, its users stand in a box of their own, a provider is none of the lab's callers."""
    lab, dev = _lab()
    okta = dev.create_saml_provider("Okta")
    _reader(dev, "Reader", _trust({"AWS": [ABROAD, ZOE]}), _trust({"Federated": okta.arn}, SAML))
    graph = lab.graph(lab.paths("s3:GetObject", PICTURE))
    nodes = {one.words: (one.kind, one.account) for one in graph.nodes}
    box = f"{ABROAD}, outside of this lab"
    assert nodes[f"account {ABROAD}"] == ("account", box)
    assert nodes["user zoe"] == ("user", box)
    assert nodes["identity provider Okta"] == ("identity provider", f"Development ({DEV})")
    assert "Identity provider Okta lets people with its SAML assertion assume role Reader." in graph.sentences
    assert f"Account {ABROAD} assumes (if account {ABROAD} allows it) role Reader." in graph.sentences


@pytest.mark.parametrize("wrong", ["44444444444", "zoe", "accounts.example", f"arn:aws:iam::{ABROAD}:group/Ops", 7])
def test_who_is_nobody(wrong):
    """No account, no name of anybody, no provider that a policy names, no principal."""
    lab, _ = _lab()
    with pytest.raises(IamlabError):
        lab.paths("s3:GetObject", PICTURE, wrong)


def test_a_provider_that_is_gone():
    """A trust policy may still name it, and nobody comes by it."""
    lab, dev = _lab()
    provider = dev.create_oidc_provider("https://idp.example", ["acme"])
    _reader(dev, "Reader", _trust({"Federated": provider.arn}, TOKEN))
    assert len(_found(lab, provider)) == 1
    provider.delete()
    assert not [one for one in lab.paths("s3:GetObject", PICTURE).found if one.start.kind == "identity provider"]


def test_a_provider_speaks_for_its_audiences_alone():
    """A token for somebody else is not taken, whatever a trust policy asks for."""
    lab, dev = _lab()
    provider = dev.create_oidc_provider("https://idp.example", ["acme"])
    role = _reader(dev, "Reader", _trust({"Federated": provider.arn}, TOKEN, **_same("idp.example:aud", "acme")))
    assert len(_found(lab, provider)) == 1
    role.update_trust(_document(_trust({"Federated": provider.arn}, TOKEN, **_same("idp.example:aud", "else"))))
    assert _found(lab, provider) == []


# Random worlds: every path is walked by somebody who is made for it, and none is missing

NAMES = ("Alpha", "Beta", "Gamma")
ROLES = {name: f"arn:aws:iam::{DEV}:role/{name}" for name in NAMES}
IDP = f"arn:aws:iam::{DEV}:oidc-provider/idp.example"
SUB = _same("idp.example:sub", "repo:acme")

trusts = st.lists(
    st.one_of(
        st.builds(lambda one: _trust({"AWS": one}), st.sampled_from((ABROAD, ACCOUNT, ZOE, VISITOR, "*"))),
        st.builds(lambda one: _trust({"AWS": one}), st.sampled_from((DEV, *ROLES.values()))),
        st.builds(
            lambda one: _trust({"AWS": one}, **_same("sts:ExternalId", "acme-7")), st.sampled_from((ABROAD, "*"))
        ),
        st.builds(lambda one: _trust({"AWS": one}, effect="Deny"), st.sampled_from((ABROAD, ZOE))),
        st.builds(
            lambda one: _trust("*", ArnLike={"aws:PrincipalArn": one}),
            st.sampled_from((f"arn:aws:iam::{ABROAD}:*", YAN, "arn:aws:iam::*:role/ops/*")),
        ),
        st.just(_trust({"Federated": IDP}, TOKEN, **SUB)),
        st.just(_trust({"Federated": IDP}, [TOKEN, ASSUME])),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def worlds(draw):
    """Three roles that trust each other and strangers at random; some may assume, some may read."""
    lab, dev = _lab()
    provider = dev.create_oidc_provider("https://idp.example", ["acme"])
    roles = [dev.create_role(name, trust=_document(_trust({"AWS": DEV}))) for name in NAMES]
    for one in roles:
        one.update_trust(_document(*draw(trusts)))
        if draw(st.booleans()):
            one.put_policy("Assume", _document({"Effect": "Allow", "Action": ASSUME, "Resource": "*"}))
        if draw(st.booleans()):
            one.put_policy("Read", _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": PHOTOS}))
    return lab, provider


def _abroad(lab):
    """The same world with the accounts outside in it, which allow everything: users, and sessions of roles.

    zoe and Visitor are those that policies name; yan, Guest and anybody stand for all others.
    """
    made = lab.copy()
    found = {}
    for id_ in (ABROAD, ELSEWHERE):
        account = made.create_account(f"Outside {id_}", id_)
        found[id_] = account.create_user("anybody")
        found[id_].put_policy("All", _document(ALLOW))
    abroad = made.accounts[1]
    for arn in (ZOE, YAN):
        found[arn] = abroad.create_user(arn.rpartition("/")[2])
        found[arn].put_policy("All", _document(ALLOW))
    for account in made.accounts[1:]:
        for name in ("Visitor", "Guest"):
            role = account.create_role(name, path="/ops/", trust=_document(_trust({"AWS": account.id})))
            role.put_policy("All", _document(ALLOW))
            found[role.arn] = made.sts.assume_role(found[account.id], role, "visiting")
    return made, {**found, "*": found[ELSEWHERE]}


def _enter(lab, people, who, step):
    """The first step, for real, by whoever fits the condition."""
    example, role = step.cell.example or {}, _arn(step.target)
    if who.kind == "identity provider":
        provider = people[who.caller.id]
        token = lab.identity_token(provider, example.get("idp.example:sub", "anybody"), audience="acme")
        return lab.sts.assume_role_with_web_identity(token, role, "walker")
    external = {"external_id": example["sts:externalid"]} if "sts:externalid" in example else {}
    return lab.sts.assume_role(_fitting(people, who, example), role, "walker", **external)


def _fitting(people, who, example):
    """The one who is named; of an account or of all, one whose ARN is as the condition asks."""
    wanted = example.get("aws:principalarn", "")
    if ":role/ops/" in wanted:
        return people[f"arn:aws:iam::{wanted.split(':')[4] if who.account else ELSEWHERE}:role/ops/Guest"]
    if wanted:
        return people[YAN] if wanted == YAN else people[ABROAD if ABROAD in wanted else who.caller.id]
    return people[who.account if who.kind == "account" else who.caller.id]


def _arn(subject):
    return ROLES[subject.name]


def _open_to(lab, who, arn):
    """Whether anybody who is meant can assume the role, with the external ID or without."""
    return any(lab.evaluate(who, ASSUME, arn, keys).allowed for keys in ({}, {"sts:ExternalId": "acme-7"}))


def _distance(lab, firsts):
    """The fewest roles on the way of whoever is meant, asked of the engine alone."""
    waiting, met = deque((one, 0) for one in firsts), set()
    roles = {one.arn: one for one in lab.accounts[0].roles}
    while waiting:
        here, steps = waiting.popleft()
        if steps and lab.evaluate(here, "s3:GetObject", PICTURE).allowed:
            return steps
        for arn, role in roles.items():
            if arn not in met and _open_to(lab, here, arn):
                met.add(arn)
                waiting.append((role, steps + 1))
    return None


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_path_from_outside_can_be_walked_and_none_is_shorter(world):
    """By people who are made for it in accounts that allow everything, and by tokens of the provider."""
    lab, provider = world
    there, people = _abroad(lab)
    people[IDP] = provider
    found = [one for one in lab.paths("s3:GetObject", PICTURE).found if one.start.outside or one.start.caller.id == IDP]
    for path in found:
        who = _enter(there, people, path.start, path.steps[0])
        for step in path.steps[1:]:
            example = step.cell.example or {}
            external = {"external_id": example["sts:externalid"]} if "sts:externalid" in example else {}
            who = there.sts.assume_role(who, _arn(step.target), "walker", **external)
        assert there.evaluate(who, "s3:GetObject", PICTURE).allowed
    for name, firsts in {
        ABROAD: [people[ABROAD], people[YAN], people[f"arn:aws:iam::{ABROAD}:role/ops/Guest"]],
        ZOE: [people[ZOE]],
        VISITOR: [people[VISITOR]],
    }.items():
        lengths = [len(one.steps) for one in lab.paths("s3:GetObject", PICTURE, name).found]
        assert lengths == sorted(lengths)
        assert (lengths[0] if lengths else None) == _distance(there, firsts), name
