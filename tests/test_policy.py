"""Policy documents: what AWS stores comes in whole, what it refuses is told with place and remedy, at once."""

from __future__ import annotations

import json
import math
from collections import OrderedDict, UserDict
from pathlib import Path

import pytest
from guards import no_hanging

from iamlab import IamlabError, Lab, Policy, PolicyError, allow, deny
from iamlab.core.documents import MAX_CHARACTERS
from iamlab.core.policy import Effect, PolicyKind

TABLE = json.loads((Path(__file__).parent / "cases" / "bad_policies.json").read_text(encoding="utf-8"))
MARK = "⇒"  # in a text of the table: the place that the error must name
KINDS = {"identity": PolicyKind.IDENTITY, "managed": PolicyKind.MANAGED, "trust": PolicyKind.TRUST}

GOOD = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}],
}


def _error(source, kind=PolicyKind.IDENTITY):
    with pytest.raises(PolicyError) as caught:
        Policy.parse(source, kind)
    return caught.value


def _statement(**changes):
    members = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **changes}
    return {name: value for name, value in members.items() if value is not None}


def _document(**changes):
    return {"Version": "2012-10-17", "Statement": [_statement(**changes)]}


each_row = pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in TABLE])


@each_row
def test_bad_document_as_text(row):
    """The error has AWS's code and sentence, the JSON path, and the line and column where it is."""
    marked = "\n".join(row["text"])
    before, _, after = marked.partition(MARK)
    error = _error(before + after, KINDS[row["kind"]])
    expect = row["expect"]
    assert (error.code, error.path) == (expect["code"], expect["path"])
    assert (error.line, error.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    message = expect.get("message", error.message)
    if message.endswith("…"):
        assert error.message.startswith(message.removesuffix("…"))
    else:
        assert error.message == message


@each_row
def test_bad_document_tells_what_to_do(row):
    """Problem and remedy are sentences, and the whole error is readable in one go."""
    error = _error("\n".join(row["text"]).replace(MARK, ""), KINDS[row["kind"]])
    for part in (error.message, error.problem, error.remedy):
        assert part.strip()
    assert error.remedy[-1] in '.")}'
    assert str(error).startswith(f"{error.code}: {error.message}")
    assert error.problem in str(error)
    assert f"line {error.line}, column {error.column}" in str(error)
    assert error.path in str(error)


def _as_values():
    """The rows that Python values can express: JSON, no key twice, no fault in the text as such."""
    for row in TABLE:
        if row["expect"]["path"] and "twice" not in row["name"]:
            yield pytest.param(json.loads("\n".join(row["text"]).replace(MARK, "")), row, id=row["name"])


@pytest.mark.parametrize(("value", "row"), list(_as_values()))
def test_bad_document_as_dict(value, row):
    """The same document given as Python values is refused for the same reason, without line and column."""
    error = _error(value, KINDS[row["kind"]])
    expect = row["expect"]
    assert (error.code, error.path, error.line, error.column) == (expect["code"], expect["path"], None, None)


def test_a_comma_too_many_is_called_a_comma_too_many():
    """The commonest slip of all gets a remedy of its own, on the line where it is."""
    text = '{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow", "Action": ["s3:Get*",], "Resource": "*"}]}'
    error = _error(text)
    assert error.line == 2
    assert "comma" in str(error)


@each_row
def test_bad_document_leaves_the_world_as_it_was(row):
    """A policy that is refused has changed nothing: not the user, not the trail."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    user = account.create_user("alice")
    text = "\n".join(row["text"]).replace(MARK, "")
    attempts = {
        "identity": lambda: user.put_policy("p", text),
        "managed": lambda: account.create_policy("p", text),
        "trust": lambda: account.create_role("r", trust=text),
    }
    before = lab.snapshot()
    with pytest.raises(PolicyError):
        attempts[row["kind"]]()
    assert lab.snapshot() is before


# Elements by kind of document (POL-21)

OWN = (PolicyKind.IDENTITY, PolicyKind.MANAGED)
EVERY = (*OWN, PolicyKind.TRUST)
GROUND = {PolicyKind.IDENTITY: GOOD, PolicyKind.MANAGED: GOOD, PolicyKind.TRUST: TRUST}
ELEMENTS = [
    ("without Version", {"Version": None}, {}, (PolicyKind.IDENTITY, PolicyKind.TRUST)),
    ("Version of 2008", {"Version": "2008-10-17"}, {}, (PolicyKind.IDENTITY, PolicyKind.TRUST)),
    ("Version of 2012", {}, {}, EVERY),
    ("with Id", {"Id": "docs"}, {}, EVERY),
    ("with Sid", {}, {"Sid": "Docs1"}, EVERY),
    ("without Principal", {}, {"Principal": None}, OWN),
    ("with Principal", {}, {"Principal": {"AWS": "111111111111"}}, (PolicyKind.TRUST,)),
    ("with NotPrincipal", {}, {"Principal": None, "NotPrincipal": {"AWS": "111111111111"}}, ()),
    ("without Action", {}, {"Action": None}, ()),
    ("with NotAction", {}, {"Action": None, "NotAction": "sts:TagSession"}, EVERY),
    ("without Resource", {}, {"Resource": None}, (PolicyKind.TRUST,)),
    ("with Resource", {}, {"Resource": "*"}, OWN),
    ("with NotResource", {}, {"Resource": None, "NotResource": "arn:aws:s3:::b"}, OWN),
    ("with Effect Deny", {}, {"Effect": "Deny"}, EVERY),
    ("without Effect", {}, {"Effect": None}, ()),
]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.value)
@pytest.mark.parametrize(("top", "inside", "fine"), [row[1:] for row in ELEMENTS], ids=[row[0] for row in ELEMENTS])
def test_elements_by_kind_of_document(kind, top, inside, fine):
    """Each kind of policy takes the elements that POL-21 gives it, and no other."""
    ground = GROUND[kind]
    statement = {key: value for key, value in {**ground["Statement"][0], **inside}.items() if value is not None}
    document = {key: value for key, value in {**ground, **top}.items() if value is not None}
    document["Statement"] = [statement]
    if kind in fine:
        assert Policy.parse(document, kind).kind is kind
    else:
        assert _error(document, kind).code == "MalformedPolicyDocument"


GOOD_PRINCIPALS = {
    "everybody": "*",
    "everybody, in a map": {"AWS": "*"},
    "an account ID": {"AWS": "111111111111"},
    "an account's ARN": {"AWS": "arn:aws:iam::111111111111:root"},
    "a user": {"AWS": "arn:aws:iam::111111111111:user/alice"},
    "a user with a path": {"AWS": "arn:aws:iam::111111111111:user/eng/qa/alice"},
    "a role": {"AWS": "arn:aws:iam::999999999999:role/UpdateApp"},
    "a role session": {"AWS": "arn:aws:sts::111111111111:assumed-role/Auditor/alice"},
    "a federated user": {"AWS": "arn:aws:sts::111111111111:federated-user/alice"},
    "a user by its unique ID": {"AWS": "AIDAJQABLZS4A3QDU576Q"},
    "a role by its unique ID": {"AWS": "AROADBQP57FF2AEXAMPLE"},
    "a service": {"Service": "ec2.amazonaws.com"},
    "a service of one Region": {"Service": "s3.ap-east-1.amazonaws.com"},
    "two services": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
    "an OIDC provider by its host": {"Federated": "accounts.google.com"},
    "a SAML provider": {"Federated": "arn:aws:iam::111111111111:saml-provider/Corp"},
    "two kinds at once": {"AWS": "111111111111", "Service": "ec2.amazonaws.com"},
}


@pytest.mark.parametrize("principal", GOOD_PRINCIPALS.values(), ids=GOOD_PRINCIPALS.keys())
def test_principals_that_a_trust_policy_takes(principal):
    """The entries of POL-06 are stored."""
    document = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": principal}]}
    assert Policy.parse(document, PolicyKind.TRUST).statements[0].principals


TRUST_ACTIONS = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "TagSession",
    "SetSourceIdentity",
    "SetContext",
)


@pytest.mark.parametrize("action", TRUST_ACTIONS)
def test_actions_that_a_trust_policy_takes(action):
    """The actions of POL-22 are stored, in whatever letter case."""
    for name in (f"sts:{action}", f"STS:{action.lower()}"):
        document = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Action": name}]}
        assert Policy.parse(document, PolicyKind.TRUST).statements[0].actions == (name,)


# Documents that AWS stores

FINE = {
    "a statement without a list": {"Version": "2012-10-17", "Statement": _statement()},
    "without Version": {"Statement": [_statement()]},
    "an Id": {"Version": "2012-10-17", "Id": "cd3ad3d9-2776", "Statement": [_statement()]},
    "an empty Sid on two statements": {
        "Version": "2012-10-17",
        "Statement": [_statement(Sid=""), _statement(Sid="")],
    },
    "Sids that differ in letter case alone": {
        "Version": "2012-10-17",
        "Statement": [_statement(Sid="read"), _statement(Sid="Read")],
    },
    "an action that does not exist": _document(Action="s3:FlyObject"),
    "a service that does not exist": _document(Action="flying:*"),
    "a service with a dash": _document(Action="execute-api:Invoke"),
    "star colon star": _document(Action="*:*"),
    "a bucket that does not exist": _document(Resource="arn:aws:s3:::no-such-bucket"),
    "another partition": _document(Resource="arn:aws-cn:s3:::b"),
    "an ARN of three parts": _document(Resource="arn:aws:sqs"),
    "an ARN of five parts": _document(Resource="arn:aws:sqs:*:111111111111"),
    "a Resource with letters of Latin-1": _document(Resource="arn:aws:s3:::b/Größe/*"),
    "a Resource with a character beyond, escaped on the wire": _document(Resource="arn:aws:s3:::b/\u20ac\U0001f600"),
    "every action but some": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "NotAction": ["iam:*"], "NotResource": ["arn:aws:s3:::b"]}],
    },
    "an IAM user": _document(Resource="arn:aws:iam::111111111111:user/*"),
    "everything of IAM in an account": _document(Resource="arn:aws:iam::111111111111:*"),
    "version 2008 with what looks like a variable": {
        "Version": "2008-10-17",
        "Statement": [_statement(Resource="arn:aws:s3:::b/${aws:username}")],
    },
}


@pytest.mark.parametrize("document", FINE.values(), ids=FINE.keys())
def test_fine_documents_come_in_and_go_out_unchanged(document):
    """JSON to Policy to JSON is stable, from a dict and from text, compact and indented."""
    policy = Policy.parse(document)
    assert json.loads(policy.to_json()) == document
    for indent in (None, 0, 2, 4):
        text = policy.to_json(indent=indent)
        again = Policy.parse(text)
        assert again == policy
        assert hash(again) == hash(policy)
        assert again.to_json(indent=indent) == text


def test_statements_hold_what_was_written():
    """One value and a list of one are the same; positions count from one; a missing Version is that of 2008."""
    policy = Policy.parse(
        {
            "Statement": [
                {"Sid": "A", "Effect": "Allow", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::b", "*"]},
                {"Effect": "Deny", "NotAction": ["iam:*"], "NotResource": "arn:aws:s3:::b"},
            ]
        }
    )
    first, second = policy.statements
    assert policy.version == "2008-10-17"
    assert (first.label, first.position, first.effect) == ("A", 1, Effect.ALLOW)
    assert (first.actions, first.resources) == (("s3:Get*",), ("arn:aws:s3:::b", "*"))
    assert (second.label, second.position, second.effect) == ("#2", 2, Effect.DENY)
    assert (second.not_actions, second.not_resources) == (("iam:*",), ("arn:aws:s3:::b",))
    assert (second.actions, second.resources) == ((), ())


def test_a_policy_is_a_policy_already():
    """Parsing a Policy gives it back; for another kind it is checked anew."""
    policy = Policy.parse(GOOD)
    assert Policy.parse(policy) is policy
    assert Policy.parse(policy, PolicyKind.MANAGED).kind is PolicyKind.MANAGED
    assert _error(policy, PolicyKind.TRUST).path == "Statement[0].Resource"


def test_a_policy_cannot_be_changed():
    """Policies and statements are values."""
    policy = Policy.parse(GOOD)
    with pytest.raises(AttributeError):
        policy.version = "2008-10-17"
    with pytest.raises(AttributeError):
        policy.statements[0].effect = Effect.DENY


def test_changing_the_given_dict_afterwards_changes_nothing():
    """A Policy keeps a copy, down to the innermost list."""
    actions = ["s3:GetObject"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    policy = Policy.parse(document)
    before = policy.to_json()
    actions.append("s3:*")
    document["Statement"][0]["Effect"] = "Deny"
    document["Statement"].append("junk")
    document["Version"] = "2008-10-17"
    assert policy.to_json() == before
    assert (policy.statements[0].actions, policy.statements[0].effect) == (("s3:GetObject",), Effect.ALLOW)


MAPPINGS = {
    "an OrderedDict": OrderedDict(GOOD),
    "a UserDict": UserDict(GOOD),
    "a subclass of dict": type("MyDict", (dict,), {})(GOOD),
    "tuples for lists": {
        "Version": "2012-10-17",
        "Statement": ({"Sid": "Read", "Effect": "Allow", "Action": ("s3:GetObject",), "Resource": "arn:aws:s3:::b/*"},),
    },
    "a subclass of str inside": {**GOOD, "Version": type("MyText", (str,), {})("2012-10-17")},
}


@pytest.mark.parametrize("document", MAPPINGS.values(), ids=MAPPINGS.keys())
def test_python_values_that_are_json_in_all_but_type(document):
    """Whatever maps strings to values is an object, tuples are lists, and what is kept is plain JSON."""
    policy = Policy.parse(document)
    assert policy == Policy.parse(Policy.parse(document).to_json())
    assert type(policy.document) is dict
    assert type(policy.document["Version"]) is str
    assert type(policy.document["Statement"]) is list
    assert policy.statements[0].actions == ("s3:GetObject",)


# What has an ARN


class _Role:
    """Whatever has an ARN: core knows no roles."""

    arn = "arn:aws:iam::999999999999:role/Deploy"


def test_what_has_an_arn_may_stand_where_its_arn_may():
    """In allow and deny, alone and in lists, and anywhere in a dict; what is kept is the text."""
    role, arn = _Role(), _Role.arn
    assert allow("sts:AssumeRole", on=role) == allow("sts:AssumeRole", on=arn)
    assert deny("sts:*", on=[role, f"{arn}2"]).statements[0].resources == (arn, f"{arn}2")
    assert Policy.parse(_document(Resource=[role, "*"])).document == _document(Resource=[arn, "*"])
    trust = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"AWS": role}}]}
    assert Policy.parse(trust, PolicyKind.TRUST).statements[0].principals == (("AWS", arn),)
    asked = _document(Condition={"ArnLike": {"aws:PrincipalArn": [role]}})
    assert Policy.parse(asked).statements[0].conditions[0].values == (arn,)


def test_a_role_is_no_policy_and_a_deleted_one_has_no_arn():
    """In place of a whole document it is refused; one that is gone says so."""
    role = Lab().create_account("Development", "111111111111").create_role("R", trust=TRUST)
    assert allow("sts:AssumeRole", on=role).statements[0].resources == ("arn:aws:iam::111111111111:role/R",)
    assert "this is of the Python type Role" in _error(role).problem
    role.delete()
    with pytest.raises(IamlabError) as caught:
        allow("sts:AssumeRole", on=role)
    assert caught.value.code == "NoSuchEntity"


@pytest.mark.parametrize("given", [None, 7, object()], ids=["None", "a number", "an object"])
def test_what_has_no_arn_is_no_resource(given):
    """It is refused as such, not taken for the name that Python prints of it."""
    with pytest.raises(PolicyError) as caught:
        allow("s3:GetObject", on=given)
    assert "text" in caught.value.remedy


ROLE_ARN = "arn:aws:iam::111111111111:role/Deploy"
NO_ARNS = [
    ("sts:AssumeRole", ROLE_ARN),
    ("iam:PassRole", ROLE_ARN),
    ("iam:GetUser", "arn:aws:iam::111111111111:user/alice"),
    ("iam:AddUserToGroup", "arn:aws:iam::111111111111:group/Developers"),
    ("iam:GetPolicy", "arn:aws:iam::111111111111:policy/DevAccess"),
    ("s3:ListBucket", "arn:aws:s3:::acme-photos"),
    ("S3:GetObject", "arn:aws:s3:::acme-photos/*"),
    ("ec2:StartInstances", f"arn:aws:s3:::acme-photos or {ROLE_ARN}"),
    ("*", f"arn:aws:s3:::acme-photos or {ROLE_ARN}"),
]


@pytest.mark.parametrize(("action", "example"), NO_ARNS, ids=[action for action, _ in NO_ARNS])
def test_the_remedy_for_a_bare_name_is_an_arn_of_the_kind_that_the_action_is_about(action, example):
    """A role for sts:AssumeRole, a bucket for s3:ListBucket."""
    error = _error(_document(Action=action, Resource="StagingRole"))
    assert error.message == 'Resource StagingRole must be in ARN format or "*".'
    assert error.remedy == f'Write the whole name, for example {example}, or "*".'


# Conditions without an operator

KEYS = [
    ({"aws:MultiFactorAuthPresent": "true"}, '{"Bool": {"aws:MultiFactorAuthPresent": "true"}}'),
    ({"aws:MultiFactorAuthPresent": True}, '{"Bool": {"aws:MultiFactorAuthPresent": true}}'),
    ({"aws:MultiFactorAuthPresent": {"Bool": "true"}}, '{"Bool": {"aws:MultiFactorAuthPresent": "true"}}'),
    ({"aws:SourceIp": ["203.0.113.0/24"]}, '{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}'),
    ({"aws:PrincipalTag/team": "web"}, '{"StringEquals": {"aws:PrincipalTag/team": "web"}}'),
    ({"s3:prefix": "home/*"}, '{"StringLike": {"s3:prefix": "home/*"}}'),
    ({"aws:SourceAccount": "111111111111"}, '{"StringEquals": {"aws:SourceAccount": "111111111111"}}'),
    ({"aws:MultiFactorAuthAge": "3600"}, '{"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}'),
    ({"aws:CurrentTime": "2026-12-01"}, '{"DateLessThan": {"aws:CurrentTime": "2026-12-01"}}'),
    ({"aws:PrincipalArn": ROLE_ARN}, f'{{"ArnLike": {{"aws:PrincipalArn": "{ROLE_ARN}"}}}}'),
    ({"aws:SourceIp": None}, '{"StringEquals": {"aws:SourceIp": "..."}}'),
    ({"aws:SourceVpc": "x" * 5000}, '{"StringEquals": {"aws:SourceVpc": "..."}}'),
]


@pytest.mark.parametrize(("condition", "example"), KEYS, ids=[f"{key} {str(one)[:20]}" for key, one in KEYS])
def test_a_condition_key_where_an_operator_should_stand(condition, example):
    """AWS's text as for any unknown operator, and the whole condition as it should be."""
    error = _error(_document(Condition=condition))
    (key,) = condition
    assert (error.message, error.path) == ("Syntax errors in policy.", f"Statement[0].Condition.{key}")
    assert error.problem == f"{key!r} is a condition key, and no operator stands before it."
    assert error.remedy == f"An operator comes first: {example}."


@pytest.mark.parametrize(
    "operator", ["ForAllValue:StringEquals", "ForAnyValues:StringEqual", "ForAnyValue:Stringequals"]
)
def test_a_misspelt_operator_is_no_condition_key(operator):
    """A set operator has a colon as well."""
    error = _error(_document(Condition={operator: {"aws:TagKeys": "team"}}))
    assert error.problem == f"unknown condition operator {operator!r}."


# Hostile input


def _cycle():
    document = {"Version": "2012-10-17"}
    document["Statement"] = [document]
    return document


def _list_cycle():
    inner = []
    inner.append(inner)
    return {"Version": "2012-10-17", "Statement": inner}


def _nested(depth):
    value = {}
    for _ in range(depth):
        value = {"Statement": [value]}
    return value


HOSTILE_OBJECTS = {
    "None": lambda: None,
    "the placeholder": lambda: ...,
    "bytes": lambda: b'{"Version": "2012-10-17"}',
    "a bytearray": lambda: bytearray(b"{}"),
    "a number": lambda: 7,
    "true": lambda: True,
    "NaN": lambda: math.nan,
    "a set": lambda: {"Version"},
    "an empty tuple": tuple,
    "a list of nothing": list,
    "an object": object,
    "a class": lambda: dict,
    "a function": lambda: print,
    "a set inside": lambda: _document(Action={"s3:GetObject"}),
    "bytes inside": lambda: _document(Action=b"s3:GetObject"),
    "the placeholder inside": lambda: _document(Action=...),
    "a Policy inside": lambda: {"Version": "2012-10-17", "Statement": [Policy.parse(GOOD)]},
    "a generator inside": lambda: _document(Action=(name for name in ("s3:GetObject",))),
    "a number as key": lambda: {1: "x", **GOOD},
    "None as key": lambda: {None: "x", **GOOD},
    "a tuple as key inside": lambda: _document(Condition={("a", "b"): 1}),
    "half of a surrogate pair": lambda: _document(Resource="arn:aws:s3:::\ud800"),
    "half of a surrogate pair as key": lambda: {"\udfff": 1, **GOOD},
    "NaN inside": lambda: {**GOOD, "Id": math.nan},
    "infinity inside": lambda: {**GOOD, "Id": math.inf},
    "a number of 5,000 digits": lambda: {**GOOD, "Version": 10**5000},
    "a number of 5,000 digits in a Condition": lambda: _document(Condition={"NumericEquals": {"x": 10**5000}}),
    "a number of 5,000 digits as Id": lambda: {**GOOD, "Id": -(10**5000)},
    "a dict that holds itself": _cycle,
    "a list that holds itself": _list_cycle,
    "900 levels": lambda: _nested(450),
    "10,000 levels": lambda: _nested(5000),
    "ten million characters": lambda: _document(Resource="arn:aws:s3:::" + "x" * 10_000_000),
    "a million statements": lambda: {"Version": "2012-10-17", "Statement": [_statement()] * 100_000},
}


@pytest.mark.parametrize("make", HOSTILE_OBJECTS.values(), ids=HOSTILE_OBJECTS.keys())
def test_python_objects_that_are_no_policy(make):
    """Whatever is handed over, the answer is one PolicyError with a place and a remedy, at once."""
    value = make()
    with no_hanging():
        error = _error(value)
    assert error.remedy
    assert error.place
    assert len(str(error)) < 2000
    assert (error.line, error.column) == (None, None)


def _text(resource='"*"'):
    start = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": '
    return start + resource + "}]}"


HOSTILE_TEXTS = {
    "10 MB of letters": lambda: "x" * 10_000_000,
    "10 MB of JSON": lambda: _text(f'"arn:aws:s3:::{"x" * 10_000_000}"'),
    "10,000 open lists": lambda: "[" * 10_000,
    "10,000 open objects": lambda: '{"a":' * 10_000,
    "10,000 levels, closed": lambda: "[" * 10_000 + "]" * 10_000,
    "130,000 open lists": lambda: "[" * 130_000,
    "130,000 quotes": lambda: '"' * 130_000,
    "130,000 backslashes in a string": lambda: '"' + "\\" * 130_000,
    "a string that never ends": lambda: '{"Version": "' + "x" * 130_000,
    "130,000 commas": lambda: "[" + "," * 130_000,
    "130,000 line feeds": lambda: "\n" * 130_000,
    "130,000 minus signs": lambda: "-" * 130_000,
    "a number of 5,000 digits": lambda: _text("1" * 5000),
    "a number of 100,000 digits": lambda: _text("-" + "9" * 100_000),
    "a number of 100,000 digits with a fraction": lambda: _text("9" * 50_000 + "." + "9" * 50_000),
    "a number beyond every float": lambda: _text("1e999999"),
    "14,000 keys and one of them twice": lambda: "{" + ",".join(f'"{n:x}":1' for n in range(14_000)) + ',"36af":1}',
    "14,000 times the same key": lambda: "{" + ",".join('"a":1' for _ in range(14_000)) + "}",
    "20,000 resources that are no ARNs": lambda: _text("[" + ",".join('"x"' for _ in range(20_000)) + "]"),
    "4,000 statements, the last one bad": lambda: (
        '{"Statement": [' + '{"Effect":"Deny","Action":[]},' * 4_000 + '{"Effect":"x"}]}'
    ),
    "all control characters": lambda: "".join(map(chr, range(32))),
    "a raw surrogate": lambda: _text('"\ud800"'),
}


@pytest.mark.parametrize("make", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_texts_that_are_no_policy(make):
    """Whatever is pasted, the answer is one PolicyError with line and column, at once."""
    text = make()
    with no_hanging():
        error = _error(text)
    assert error.remedy
    assert error.line >= 1
    assert error.column >= 1
    assert len(str(error)) < 2000


def _padded(length):
    text = _text()
    return text + " " * (length - len(text))


def test_the_largest_document_that_goes_over_the_wire():
    """131,072 characters come in, white space included (ENT-04)."""
    assert MAX_CHARACTERS == 131_072
    assert Policy.parse(_padded(131_072)).statements


def test_one_character_more_is_refused_before_parsing():
    """131,073 characters are too many, whatever they are."""
    for text in (_padded(131_073), "x" * 131_073):
        error = _error(text)
        assert error.code == "ValidationError"
        assert "131072" in error.message


def test_the_size_of_a_dict_is_that_of_its_compact_text():
    """A dict has no white space of its own: it is as large as its shortest JSON."""

    def document(length):
        room = length - len(json.dumps(_document(Resource="arn:aws:s3:::"), separators=(",", ":")))
        return _document(Resource="arn:aws:s3:::" + "x" * room)

    assert Policy.parse(document(131_072)).statements
    assert _error(document(131_073)).code == "ValidationError"


def test_the_errors_of_a_large_document_do_not_carry_it_along():
    """The value in the error is the value at the place, and nothing of ten megabytes is kept."""
    assert len(str(_error("x" * 10_000_000))) < 500
    assert _error("x" * 10_000_000).value is None
    assert _error(_document(Effect="allow")).value == "allow"


# Builders


def test_allow_and_deny_make_a_policy_of_one_statement():
    """The short way writes the same document as the long one."""
    policy = allow("s3:GetObject", on="arn:aws:s3:::b/*", sid="Read")
    assert policy.document == GOOD
    assert deny("s3:GetObject", on="arn:aws:s3:::b/*", sid="Read").statements[0].effect is Effect.DENY


BUCKET_FORMS = {
    "nothing": ({}, "*"),
    "an ARN": ({"on": "arn:aws:s3:::acme-photos"}, "arn:aws:s3:::acme-photos"),
    "a list of one": ({"on": ["arn:aws:s3:::acme-photos"]}, "arn:aws:s3:::acme-photos"),
    "several": (
        {"on": ["arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*"]},
        ["arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*"],
    ),
    "a tuple": (
        {"on": ("arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*")},
        ["arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*"],
    ),
}


@pytest.mark.parametrize(("given", "written"), BUCKET_FORMS.values(), ids=BUCKET_FORMS.keys())
def test_what_a_builder_is_about(given, written):
    """Nothing means every resource; one is written bare, several as a list."""
    assert allow("s3:*", **given).document["Statement"][0]["Resource"] == written


def test_a_builder_takes_buckets():
    """A bucket stands for its ARN, alone and in a list."""
    account = Lab().create_account("Development", "111111111111")
    bucket = account.create_bucket("acme-photos")
    assert allow("s3:ListBucket", on=bucket) == allow("s3:ListBucket", on="arn:aws:s3:::acme-photos")
    both = deny("s3:*", on=[bucket, bucket / "*"])
    assert both.statements[0].resources == ("arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*")


def test_a_builder_takes_several_actions():
    """Several actions are a list, one is bare."""
    assert allow("s3:Get*", "s3:List*").document["Statement"][0]["Action"] == ["s3:Get*", "s3:List*"]
    assert allow("s3:Get*").document["Statement"][0]["Action"] == "s3:Get*"


BAD_BUILDS = {
    "no action": lambda: allow(),
    "an action without a service": lambda: allow("GetObject"),
    "an action that is a number": lambda: allow(5),
    "a bucket's name in place of its ARN": lambda: allow("s3:*", on="acme-photos"),
    "no resource in the list": lambda: allow("s3:*", on=[]),
    "a Sid with a blank": lambda: deny("s3:*", sid="No way"),
    "a placeholder for the resource": lambda: deny("s3:*", on=...),
}


@pytest.mark.parametrize("build", BAD_BUILDS.values(), ids=BAD_BUILDS.keys())
def test_a_builder_is_checked_like_any_document(build):
    """What AWS would refuse cannot be built either."""
    with pytest.raises(PolicyError):
        build()


def test_lists_shared_twenty_levels_deep_are_refused_at_once():
    """Small in Python, a million values as JSON: refused by size, without building them."""
    value = ["*"]
    for _ in range(18):
        value = [value] * 3
    with pytest.raises(PolicyError, match="longer than 131072"):
        Policy.parse({"Version": "2012-10-17", "Statement": value})


@pytest.mark.parametrize("action", ["*", "sts:AssumeRole*", "s3:GetObject", "sts:GetCallerIdentity"])
def test_a_trust_policy_holds_only_actions_that_assume(action):
    """POL-22: only sts actions that assume a role; a bare star is none."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": action}
    if action == "sts:AssumeRole*":
        assert Policy.parse({"Statement": statement}, PolicyKind.TRUST)
    else:
        with pytest.raises(PolicyError):
            Policy.parse({"Statement": statement}, PolicyKind.TRUST)


@pytest.mark.parametrize(
    "statement",
    [{"x" * 100_000: 1}, {"Effect": "Allow", "Action": "s3:*", "Resource": "y" * 100_000}],
    ids=["key", "value"],
)
def test_an_error_stays_readable_however_long_the_name_in_it(statement):
    """The sentence is cut in the middle; the value itself is kept whole on the error."""
    with pytest.raises(PolicyError) as caught:
        Policy.parse({"Version": "2012-10-17", "Statement": statement})
    assert len(str(caught.value)) < 1500


def test_a_misspelt_element_is_answered_with_the_one_that_was_meant():
    """One letter left out, or another letter case."""
    for wrong, right in (("Statment", "Statement"), ("statement", "Statement"), ("Versoin", "Version")):
        with pytest.raises(PolicyError, match=f"Write '{right}'"):
            Policy.parse({wrong: []})
