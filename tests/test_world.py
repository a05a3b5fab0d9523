"""The simulated cloud: AWS's rules for names and membership, whole operations or none, and the same IDs every run."""

from __future__ import annotations

import ast
import json
import shlex

import pytest

from iamlab import IamlabError, Lab, allow, deny
from iamlab.world.providers import Provider

DEV, PROD = "111111111111", "999999999999"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class World:
    """Two accounts with one of everything."""

    def __init__(self, seed=0):
        self.lab = Lab(seed=seed)
        self.dev = self.lab.create_account("Development", DEV)
        self.prod = self.lab.create_account("Production", PROD)
        self.alice = self.dev.create_user("alice")
        self.group = self.dev.create_group("Developers")
        self.testers = self.dev.create_group("Testers")
        self.role = self.dev.create_role("Auditor", trust=TRUST)
        self.policy = self.dev.create_policy("DevAccess", allow("s3:GetObject"))
        self.bucket = self.dev.create_bucket("acme-photos")
        self.stranger = self.prod.create_user("mallory")
        self.foreign = self.prod.create_policy("ProdAccess", allow("s3:*"))
        before = self.lab.snapshot()
        self.undone = self.dev.create_policy("Undone", allow("s3:*"))
        self.lab.restore(before)


@pytest.fixture
def world():
    return World()


# Names (ENT-04)

NAMECH = "azAZ09_+=,.@-"
GOOD_NAMES = [NAMECH, "a", "-", "@", "alice@example.com", "x" * 64]
BAD_NAMES = [
    "",
    " ",
    "alice smith",
    "alice\n",
    "alice/bob",
    "alice:bob",
    "<script>alert(1)</script>",
    '"alice"',
    "al'ice",
    "al*ce",
    "al?ce",
    "älice",
    "аlice",  # the first letter is Cyrillic
    "alice\u0661",
    "alice\x00",
    "alice&bob",
    "alice\\",
    "x" * 200,
    None,
    7,
    b"alice",
    ["alice"],
]
MAKERS = {
    "user": (lambda world, name: world.dev.create_user(name), 64),
    "group": (lambda world, name: world.dev.create_group(name), 128),
    "role": (lambda world, name: world.dev.create_role(name, trust=TRUST), 64),
    "managed policy": (lambda world, name: world.dev.create_policy(name, allow("s3:*")), 128),
    "inline policy": (lambda world, name: world.alice.put_policy(name, allow("s3:*")), 128),
}
makers = pytest.mark.parametrize(("make", "longest"), MAKERS.values(), ids=MAKERS.keys())


@makers
@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: name[:20])
def test_names_that_aws_takes(world, make, longest, name):
    """ASCII letters and digits and _+=,.@- are fine, from one character on."""
    make(world, name)


@makers
@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:30])
def test_names_that_aws_refuses(world, make, longest, name):
    """Everything else is refused, and the world stays as it was."""
    before = world.lab.snapshot()
    with pytest.raises(IamlabError) as caught:
        make(world, name)
    assert caught.value.code == "ValidationError"
    assert world.lab.snapshot() is before


@makers
def test_the_longest_names(world, make, longest):
    """Users and roles have 64 characters, groups and policies 128, and not one more."""
    make(world, "x" * longest)
    with pytest.raises(IamlabError, match="ValidationError"):
        make(world, "y" * (longest + 1))


PATHS = {
    "/": (True, True),
    "/eng/": (True, True),
    "/eng/qa/": (True, True),
    "/a.b,c+d@e=f_g-h/": (True, True),
    "/a!b~c/": (True, False),
    "/<b>/": (True, False),
    "/" + "x" * 510 + "/": (True, True),
    "/" + "x" * 511 + "/": (False, False),
    "": (False, False),
    "eng": (False, False),
    "/eng": (False, False),
    "eng/": (False, False),
    "/a b/": (False, False),
    "/größe/": (False, False),
    "/a\n/": (False, False),
    "/eng/\n": (False, False),
    None: (False, False),
}


@pytest.mark.parametrize(("path", "fine"), PATHS.items(), ids=[ascii(path)[:30] for path in PATHS])
@pytest.mark.parametrize("kind", ["user", "group", "role", "policy"])
def test_paths(world, kind, path, fine):
    """Paths begin and end with a slash; a managed policy's are stricter (ENT-04)."""
    make = {
        "user": lambda: world.dev.create_user("x", path=path),
        "group": lambda: world.dev.create_group("x", path=path),
        "role": lambda: world.dev.create_role("x", trust=TRUST, path=path),
        "policy": lambda: world.dev.create_policy("x", allow("s3:*"), path=path),
    }[kind]
    if fine[kind == "policy"]:
        assert make().arn == f"arn:aws:iam::{DEV}:{kind}{path}x"
    else:
        before = world.lab.snapshot()
        with pytest.raises(IamlabError) as caught:
            make()
        assert caught.value.code == "ValidationError"
        assert world.lab.snapshot() is before


def test_arns_of_everything(world):
    """The forms of ENT-02, with the default path."""
    assert world.dev.root.arn == f"arn:aws:iam::{DEV}:root"
    assert world.alice.arn == f"arn:aws:iam::{DEV}:user/alice"
    assert world.group.arn == f"arn:aws:iam::{DEV}:group/Developers"
    assert world.role.arn == f"arn:aws:iam::{DEV}:role/Auditor"
    assert world.policy.arn == f"arn:aws:iam::{DEV}:policy/DevAccess"
    assert world.bucket.arn == "arn:aws:s3:::acme-photos"
    assert world.dev.managed_policy("Billing").arn == "arn:aws:iam::aws:policy/job-function/Billing"


# Uniqueness (ENT-05)


@pytest.mark.parametrize("path", ["/", "/eng/"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.swapcase], ids=lambda change: change.__name__)
@pytest.mark.parametrize("kind", ["user", "group", "role", "policy"])
def test_names_are_unique_ignoring_letter_case_and_path(world, kind, change, path):
    """A clash is told with AWS's code, and the world stays as it was."""
    make = {
        "user": lambda: world.dev.create_user(change("alice"), path=path),
        "group": lambda: world.dev.create_group(change("Developers"), path=path),
        "role": lambda: world.dev.create_role(change("Auditor"), trust=TRUST, path=path),
        "policy": lambda: world.dev.create_policy(change("DevAccess"), allow("s3:*"), path=path),
    }[kind]
    before = world.lab.snapshot()
    with pytest.raises(IamlabError) as caught:
        make()
    assert caught.value.code == "EntityAlreadyExists"
    assert world.lab.snapshot() is before


def test_names_are_unique_for_each_kind_and_account_alone(world):
    """A user, a group, a role and a policy may share a name, and so may two accounts."""
    world.dev.create_group("alice")
    world.dev.create_role("alice", trust=TRUST)
    world.dev.create_policy("alice", allow("s3:*"))
    world.prod.create_user("alice")
    assert [user.name for user in world.prod.users] == ["mallory", "alice"]


@pytest.mark.parametrize(
    "id_", ["", "1", "11111111111", "1111111111111", "11111111111a", "111111111111\n", 111111111111, None]
)
def test_account_ids_are_twelve_digits(world, id_):
    """Anything else is no account."""
    with pytest.raises(IamlabError, match="twelve digits") as caught:
        world.lab.create_account("Another", id_)
    assert caught.value.code == "ValidationError"


def test_an_account_exists_once(world):
    """The same twelve digits twice are a clash."""
    with pytest.raises(IamlabError) as caught:
        world.lab.create_account("Another", DEV)
    assert caught.value.code == "EntityAlreadyExists"


@pytest.mark.parametrize("name", ["", "x" * 51, "Entwicklung\n", "Größe", None])
def test_account_names(world, name):
    """1 to 50 printable ASCII characters."""
    with pytest.raises(IamlabError) as caught:
        world.lab.create_account(name, "222222222222")
    assert caught.value.code == "ValidationError"


# Policies on identities


@pytest.fixture(params=["alice", "group", "role"])
def identity(request, world):
    return getattr(world, request.param)


def _names(identity):
    return [one.name for one in identity.policies]


def test_a_new_identity_has_no_policy(identity):
    """A new user, group or role has no permissions (ENT-08)."""
    assert identity.policies == ()


def test_attach_and_detach(world, identity):
    """A managed policy is attached once, however often one attaches it, and goes when it is detached."""
    admin = world.dev.managed_policy("AdministratorAccess")
    identity.attach(world.policy)
    identity.attach(admin)
    identity.attach(world.policy)
    assert _names(identity) == ["DevAccess", "AdministratorAccess"]
    assert [one.arn for one in identity.policies] == [world.policy.arn, "arn:aws:iam::aws:policy/AdministratorAccess"]
    identity.detach(world.policy)
    assert _names(identity) == ["AdministratorAccess"]


def test_put_and_delete(identity):
    """An inline policy is replaced by one of the same name, and goes when it is deleted (ENT-12)."""
    identity.put_policy("One", allow("s3:GetObject"))
    identity.put_policy("Two", allow("s3:*"))
    identity.put_policy("One", deny("s3:*"))
    (one,) = (policy for policy in identity.policies if policy.name == "One")
    assert one.policy.statements[0].effect.value == "Deny"
    assert one.arn == ""
    assert sorted(_names(identity)) == ["One", "Two"]
    identity.delete_policy("One")
    assert _names(identity) == ["Two"]


def test_the_name_of_an_inline_policy_is_its_own(world, identity):
    """It is unique within its identity alone, and may be that of a managed policy."""
    identity.put_policy("DevAccess", allow("ec2:*"))
    identity.attach(world.policy)
    world.prod.users[0].put_policy("DevAccess", allow("iam:*"))
    assert _names(identity) == ["DevAccess", "DevAccess"]


def test_membership(world):
    """A member has its own policies and its groups', each saying through which (EVAL-08)."""
    world.group.put_policy("Inline", allow("s3:*"))
    world.group.attach(world.policy)
    world.alice.put_policy("Own", allow("iam:*"))
    world.group.add(world.alice)
    world.group.add(world.alice)
    assert world.group.members == (world.alice,)
    assert world.alice.groups == (world.group,)
    assert [(one.name, one.via) for one in world.alice.policies] == [
        ("Own", ""),
        ("Inline", "Developers"),
        ("DevAccess", "Developers"),
    ]
    world.group.remove(world.alice)
    assert world.group.members == ()
    assert _names(world.alice) == ["Own"]


def test_sharing_a_path_with_a_group_is_no_membership(world):
    """Only being added makes a member (ENT-07)."""
    group = world.dev.create_group("QA", path="/qa/")
    group.put_policy("Inline", allow("s3:*"))
    user = world.dev.create_user("carol", path="/qa/")
    assert user.groups == ()
    assert user.policies == ()


def test_a_role_has_its_own_policies_alone(world):
    """A role is in no group, and says who may assume it."""
    world.role.put_policy("Read", allow("s3:Get*"))
    assert _names(world.role) == ["Read"]
    assert world.role.trust.statements[0].principals == (("Service", "ec2.amazonaws.com"),)


# Operations that fail


FAILING = {
    "attach a policy of another account": (lambda w, other: w.alice.attach(w.foreign), "NoSuchEntity"),
    "attach a policy of another lab": (lambda w, other: w.alice.attach(other.own), "NoSuchEntity"),
    "attach a document": (lambda w, other: w.alice.attach(allow("s3:*")), "InvalidInput"),
    "attach a name": (lambda w, other: w.alice.attach("AdministratorAccess"), "InvalidInput"),
    "attach nothing": (lambda w, other: w.alice.attach(None), "InvalidInput"),
    "attach a policy whose making was undone": (lambda w, other: w.alice.attach(w.undone), "NoSuchEntity"),
    "detach what is not attached": (lambda w, other: w.alice.detach(w.policy), "NoSuchEntity"),
    "detach a policy of another account": (lambda w, other: w.alice.detach(w.foreign), "NoSuchEntity"),
    "detach a name": (lambda w, other: w.group.detach("DevAccess"), "InvalidInput"),
    "delete an inline policy that is not there": (lambda w, other: w.alice.delete_policy("None"), "NoSuchEntity"),
    "delete no name": (lambda w, other: w.alice.delete_policy(None), "ValidationError"),
    "delete a list": (lambda w, other: w.alice.delete_policy([]), "ValidationError"),
    "put no document": (lambda w, other: w.alice.put_policy("p", None), "MalformedPolicyDocument"),
    "put a trust policy": (lambda w, other: w.alice.put_policy("p", TRUST), "MalformedPolicyDocument"),
    "create a role that trusts nobody": (
        lambda w, other: w.dev.create_role("r", trust=allow("sts:AssumeRole")),
        "MalformedPolicyDocument",
    ),
    "create a managed policy of version 2008": (
        lambda w, other: w.dev.create_policy("p", {**allow("s3:*").document, "Version": "2008-10-17"}),
        "MalformedPolicyDocument",
    ),
    "add a group to a group": (lambda w, other: w.group.add(w.testers), "InvalidInput"),
    "add a group to itself": (lambda w, other: w.group.add(w.group), "InvalidInput"),
    "add a role to a group": (lambda w, other: w.group.add(w.role), "InvalidInput"),
    "add the root user to a group": (lambda w, other: w.group.add(w.dev.root), "InvalidInput"),
    "add a name to a group": (lambda w, other: w.group.add("alice"), "InvalidInput"),
    "add nothing to a group": (lambda w, other: w.group.add(None), "InvalidInput"),
    "add a user of another account": (lambda w, other: w.group.add(w.stranger), "NoSuchEntity"),
    "add a user of another lab": (lambda w, other: w.group.add(other.alice), "NoSuchEntity"),
    "remove one who is no member": (lambda w, other: w.group.remove(w.alice), "NoSuchEntity"),
    "take a managed policy that does not exist": (lambda w, other: w.dev.managed_policy("Admin"), "NoSuchEntity"),
    "take another account's policy by its ARN": (lambda w, other: w.dev.managed_policy(w.foreign.arn), "NoSuchEntity"),
    "take no managed policy": (lambda w, other: w.dev.managed_policy(None), "InvalidInput"),
    "a bucket that is there": (lambda w, other: w.dev.create_bucket("acme-photos"), "BucketAlreadyOwnedByYou"),
    "a bucket that another account has": (lambda w, other: w.prod.create_bucket("acme-photos"), "BucketAlreadyExists"),
    "a bucket in capitals": (lambda w, other: w.dev.create_bucket("Acme"), "InvalidBucketName"),
    "an object without a key": (lambda w, other: w.bucket / "", "InvalidInput"),
    "an object whose key is a number": (lambda w, other: w.bucket / 1, "InvalidInput"),
}


@pytest.mark.parametrize(("operation", "code"), FAILING.values(), ids=FAILING.keys())
def test_an_operation_that_fails_has_not_happened(world, operation, code):
    """AWS's code, a sentence, and the very state that was there before: nothing in the world, nothing on the trail."""
    other = World()
    other.own = other.dev.create_policy("Own", allow("s3:*"))
    other_before = other.lab.snapshot()
    before = world.lab.snapshot()
    with pytest.raises(IamlabError) as caught:
        operation(world, other)
    assert caught.value.code == code
    assert len(caught.value.message) > 10
    assert world.lab.snapshot() is before
    assert other.lab.snapshot() is other_before


BUCKET_NAMES = {
    "acme-photos-2": True,
    "a1b": True,
    "my.bucket": True,
    "1bucket": True,
    "x" * 63: True,
    "ab": False,
    "x" * 64: False,
    "Acme": False,
    "acme_photos": False,
    "-acme": False,
    "acme-": False,
    ".acme": False,
    "acme.": False,
    "a..b": False,
    "acme photos": False,
    "acme/photos": False,
    "acmé": False,
    "acme\n": False,
    "<b>acme</b>": False,
    "": False,
    None: False,
}


@pytest.mark.parametrize(("name", "fine"), BUCKET_NAMES.items(), ids=[ascii(name)[:30] for name in BUCKET_NAMES])
def test_bucket_names(world, name, fine):
    """3 to 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends."""
    if fine:
        assert world.dev.create_bucket(name).arn == f"arn:aws:s3:::{name}"
    else:
        with pytest.raises(IamlabError) as caught:
            world.dev.create_bucket(name)
        assert caught.value.code == "InvalidBucketName"


def test_buckets_and_their_objects(world):
    """A bucket knows its owner, and the ARN of what is in it (POL-15)."""
    assert world.dev.buckets == (world.bucket,)
    assert world.prod.buckets == ()
    assert world.bucket / "2026/1.jpg" == "arn:aws:s3:::acme-photos/2026/1.jpg"
    assert str(world.bucket) == world.bucket.arn


# State


def test_an_object_is_named_by_its_key(world):
    """The bucket is in its ARN."""
    photo = world.bucket.put_object("2026/1.jpg")
    assert (photo.name, photo.arn) == ("2026/1.jpg", world.bucket / "2026/1.jpg")
    assert world.bucket.objects == (photo,)
    assert world.bucket.blocks_public_access


def test_a_snapshot_brings_everything_back(world):
    """What was made since is gone, what was changed is as before, and whoever was there is found again."""
    before = world.lab.snapshot()
    world.alice.attach(world.policy)
    bob = world.dev.create_user("bob")
    world.group.add(bob)
    world.lab.restore(before)
    assert world.lab.snapshot() is before
    assert world.alice.policies == ()
    assert world.group.members == ()
    assert [user.name for user in world.dev.users] == ["alice"]
    assert repr(bob) == f"<deleted user {bob.id}>"
    for use in (lambda: bob.name, lambda: bob.policies, lambda: bob.attach(world.policy), lambda: world.group.add(bob)):
        with pytest.raises(IamlabError) as caught:
            use()
        assert caught.value.code == "NoSuchEntity"
    assert world.lab.snapshot() is before


def test_a_snapshot_stays_what_it_was(world):
    """Changes make a new state; the old one can be looked at forever."""
    before = world.lab.snapshot()
    kept = (dict(before.entities), dict(before.policies), dict(before.resources), before.trail)
    world.alice.put_policy("Own", allow("iam:*"))
    world.dev.create_bucket("another")
    assert (dict(before.entities), dict(before.policies), dict(before.resources), before.trail) == kept


PREFIXES = {"alice": "AIDA", "group": "AGPA", "role": "AROA"}


@pytest.mark.parametrize(("attribute", "prefix"), PREFIXES.items(), ids=PREFIXES.keys())
def test_unique_ids(world, attribute, prefix):
    """21 capital letters and digits, with a prefix that says what it is (ENT-03)."""
    id_ = getattr(world, attribute).id
    assert id_.startswith(prefix)
    assert len(id_) == 21
    assert set(id_) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def test_a_managed_policy_has_an_id_of_its_own(world):
    """Its prefix is ANPA."""
    ids = list(world.lab.snapshot().policies)
    assert len(set(ids)) == 2
    assert all(id_.startswith("ANPA") and len(id_) == 21 for id_ in ids)


def _ids(seed):
    state = World(seed).lab.snapshot()
    return [*state.entities, *state.policies]


def test_ids_are_the_same_in_every_run():
    """One seed gives one world, another seed another, and no ID twice in a world."""
    assert _ids(7) == _ids(7)
    assert set(_ids(7)).isdisjoint(_ids(8))
    assert len(set(_ids(7))) == len(_ids(7))


# The trail


@pytest.fixture
def busy(world):
    world.group.add(world.alice)
    world.group.put_policy("Quotes", allow("s3:*", on='arn:aws:s3:::b/it\'s "here" $HOME `x` \\ \u20ac'))
    world.alice.attach(world.policy)
    world.alice.detach(world.policy)
    world.group.delete_policy("Quotes")
    world.group.remove(world.alice)
    world.dev.create_user("carol", path="/eng/qa/")
    world.role.put_policy("P+=,.@-_", deny("s3:*"))
    return world


CALLS = [
    ("iam", "create-user", {"user-name": "alice"}),
    ("iam", "create-group", {"group-name": "Developers"}),
    ("iam", "create-group", {"group-name": "Testers"}),
    ("iam", "create-role", {"role-name": "Auditor", "assume-role-policy-document": TRUST}),
    ("iam", "create-policy", {"policy-name": "DevAccess", "policy-document": allow("s3:GetObject").document}),
    ("s3api", "create-bucket", {"bucket": "acme-photos"}),
    ("iam", "create-user", {"user-name": "mallory"}),
    ("iam", "create-policy", {"policy-name": "ProdAccess", "policy-document": allow("s3:*").document}),
    ("iam", "add-user-to-group", {"group-name": "Developers", "user-name": "alice"}),
    (
        "iam",
        "put-group-policy",
        {
            "group-name": "Developers",
            "policy-name": "Quotes",
            "policy-document": allow("s3:*", on='arn:aws:s3:::b/it\'s "here" $HOME `x` \\ \u20ac').document,
        },
    ),
    ("iam", "attach-user-policy", {"user-name": "alice", "policy-arn": f"arn:aws:iam::{DEV}:policy/DevAccess"}),
    ("iam", "detach-user-policy", {"user-name": "alice", "policy-arn": f"arn:aws:iam::{DEV}:policy/DevAccess"}),
    ("iam", "delete-group-policy", {"group-name": "Developers", "policy-name": "Quotes"}),
    ("iam", "remove-user-from-group", {"group-name": "Developers", "user-name": "alice"}),
    ("iam", "create-user", {"user-name": "carol", "path": "/eng/qa/"}),
    (
        "iam",
        "put-role-policy",
        {"role-name": "Auditor", "policy-name": "P+=,.@-_", "policy-document": deny("s3:*").document},
    ),
]


def _value(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def test_the_trail_as_aws_cli_commands(busy):
    """Each step is a command that a shell splits into AWS's own parameters, documents being JSON."""
    found = []
    for step in busy.lab.trail:
        program, service, operation, *words = shlex.split(step.cli())
        assert program == "aws"
        options = dict(zip(words[::2], words[1::2], strict=True))
        assert all(name.startswith("--") for name in options)
        found.append((service, operation, {name[2:]: _value(value) for name, value in options.items()}))
    assert found == CALLS


def _camel(words):
    return "".join(word.capitalize() for word in words.split("-"))


def test_the_trail_as_boto3_calls(busy):
    """Each step is one Python call on the service's client, documents going through ``json.dumps``."""
    found = []
    for step in busy.lab.trail:
        call = ast.parse(step.boto3(), mode="eval").body
        parameters = {}
        for keyword in call.keywords:
            value = keyword.value
            if isinstance(value, ast.Call):
                assert ast.unparse(value.func) == "json.dumps"
                value = value.args[0]
            parameters[keyword.arg] = ast.literal_eval(value)
        found.append((call.func.value.id, call.func.attr, parameters))
    assert found == [
        (
            service.removesuffix("api"),
            operation.replace("-", "_"),
            {_camel(name): value for name, value in parameters.items()},
        )
        for service, operation, parameters in CALLS
    ]


def test_looking_leaves_no_trail(busy):
    """Names, lists, graphs and questions are no calls that change anything."""
    before = busy.lab.snapshot()
    busy.lab.evaluate(busy.alice, "s3:ListAllMyBuckets")
    _ = (busy.lab.callers, busy.lab.resources, busy.lab.accounts, busy.alice.policies, busy.group.members)
    _ = (repr(busy.lab), busy.lab.graph(), busy.dev.managed_policy("AdministratorAccess"))
    assert busy.lab.snapshot() is before


def test_everything_has_a_short_name_in_words(world):
    """A repr is one line that says what it is."""
    things = (world.lab, world.dev, world.alice, world.group, world.role, world.dev.root, world.policy, world.bucket)
    assert [repr(thing) for thing in things] == [
        f"<Lab: Development {DEV}, Production {PROD}>",
        f"<account Development {DEV}>",
        f"<user alice in {DEV}>",
        f"<group Developers in {DEV}>",
        f"<role Auditor in {DEV}>",
        f"<root user of {DEV}>",
        f"<managed policy arn:aws:iam::{DEV}:policy/DevAccess>",
        f"<bucket acme-photos in {DEV}>",
    ]


def test_what_is_gone_has_a_short_name_too(world):
    """A cell that ends in it shows that it was deleted, and no error."""
    empty, outside = Lab().snapshot(), world.lab.create_account("Sandbox", "222222222222")
    organization = world.lab.create_organization(world.dev)
    organization.enable("SCP")
    unit, policy = organization.create_unit("U"), organization.create_policy("P", allow("*"))
    root, kept = organization.root, organization.create_policy("Q", allow("*"))
    unit.delete()
    policy.delete()
    assert repr(unit) == f"<deleted unit {unit.id}>"
    assert repr(policy) == f"<deleted control policy {policy.id}>"
    world.lab.restore(empty)
    assert repr(organization) == f"<deleted organization {organization.id}>"
    assert repr(root) == f"<deleted root {root.id}>"
    assert repr(kept) == f"<deleted control policy {kept.id}>"
    with pytest.raises(IamlabError) as caught:
        _ = outside.name
    assert caught.value.code == "NoSuchEntity"


def test_identities_are_equal_when_they_are_the_same(world):
    """However one came by it; and never across worlds."""
    assert world.dev.users[0] == world.alice
    assert hash(world.dev.users[0]) == hash(world.alice)
    assert world.dev.root == world.dev.root
    assert world.dev.root != world.prod.root
    assert world.alice != World().alice


def test_keys_devices_and_providers_are_equal_when_they_are_the_same(world):
    """However one came by them; policies too, and AWS's are of a lab as all other things are."""
    given, found = _credentials(world)
    elsewhere, _ = _credentials(World())
    for one, same, other in zip(given, found, elsewhere, strict=True):
        assert one == same
        assert one in {same}
        assert one != other
        assert one != "a text"


def _credentials(world):
    """A key, a device, a provider and two policies as they came back, and as they are found."""
    dev, alice = world.dev, world.alice
    made = alice.create_access_key(), dev.create_mfa_device("phone"), dev.create_saml_provider("S")
    made[1].enable(alice)
    found = alice.access_keys[0], alice.mfa_devices[0], Provider(world.lab.world, made[2].arn)
    names = "DevAccess", "ReadOnlyAccess"
    return tuple((*things, *(dev.managed_policy(name) for name in names)) for things in (made, found))


class Observer:
    """Somebody who is told of each change, and may fail then."""

    def __init__(self, world, error=None):
        self.told, self.error = 0, error
        world.observe(self.look)

    def look(self):
        self.told += 1
        if self.error:
            raise self.error


def test_an_observer_that_fails_keeps_no_other_from_being_told(world):
    """Each is told of the change that has happened; then the first error is."""
    state = world.lab.world
    first, second = Observer(state, ValueError("first")), Observer(state, KeyError("second"))
    third = Observer(state)
    with pytest.raises(ValueError, match="first"):
        world.dev.create_user("zoe")
    assert world.dev.user("zoe")
    assert (first.told, second.told, third.told) == (1, 1, 1)
