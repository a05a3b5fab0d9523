"""Bad input, wherever it may come in: every parameter of every operation is given what it does not expect."""

from __future__ import annotations

import inspect

import pytest

from iamlab import IamlabError, Lab, allow
from iamlab.lessons import story
from iamlab.world.account import Account
from iamlab.world.sessions import Session

GARBAGE = [
    None,
    7,
    -1,
    1.5,
    True,
    b"x",
    "",
    " ",
    "x" * 5000,
    "a/b:c*",
    "\x00",
    [],
    [None],
    {},
    {"a": 1},
    object(),
    "é",
    float("nan"),
]
READS = {"exists_in", "caller", "observe"}


def _world():
    """One of everything, ready to be maltreated."""
    lab = story.application_on_ec2()
    dev = lab.accounts[0]
    alice = dev.user("alice")
    alice.create_login_profile()
    organization = lab.create_organization(dev)
    organization.enable("SCP")
    unit = organization.create_unit("U")
    function_role = dev.create_role("F", trust=story.trust(Service="lambda.amazonaws.com"))
    holders = {
        "lab": lab,
        "clock": lab.clock,
        "sts": lab.sts,
        "account": dev,
        "user": alice,
        "group": dev.create_group("G"),
        "role": dev.role("AppRole"),
        "root": dev.root,
        "policy": dev.create_policy("P", allow("s3:*")),
        "profile": dev.instance_profiles[0],
        "key": alice.create_access_key(),
        "device": dev.create_mfa_device("phone"),
        "provider": dev.create_saml_provider("S"),
        "organization": organization,
        "unit": unit,
        "control policy": organization.create_policy("C", allow("*")),
        "bucket": dev.buckets[0],
        "kms key": dev.create_key(),
        "queue": dev.create_queue("q"),
        "function": dev.create_function("f", role=function_role),
        "instance": dev.run_instance(profile=dev.instance_profiles[0]),
        "session": lab.console_sign_in(alice),
    }
    values = {
        "name": "fresh",
        "path": "/x/",
        "account_id": "444444444444",
        "policy": holders["policy"],
        "document": allow("s3:*"),
        "trust": story.trust(AWS=story.account(dev.id)),
        "user": alice,
        "caller": alice,
        "role": dev.role("AppRole"),
        "session": holders["session"],
        "session_name": "session",
        "key": "fresh.txt",
        "tags": {"a": "b"},
        "version": "v1",
        "service": "autoscaling.amazonaws.com",
        "url": "https://other.example",
        "audiences": ["me"],
        "kind": "SCP",
        "parent": unit,
        "account": dev,
        "target": unit,
        "management_account": dev,
        "action": "s3:ListAllMyBuckets",
        "principal": alice,
        "sid": "fresh",
        "moment": lab.clock.now,
        "provider": holders["provider"],
        "subject": "me",
        "audience": "me",
        "token": lab.identity_token(dev.create_oidc_provider("https://idp.example", ["me"]), "me", audience="me"),
        "assertion": lab.identity_token(holders["provider"], "me", audience="me"),
        "question": lab.evaluate(alice, "s3:ListAllMyBuckets"),
        "id_": holders["control policy"].id,
        "access_key_id": holders["key"].id,
        "secret_access_key": "x",
        "state": lab.snapshot(),
        "before": lab.snapshot(),
    }
    return lab, holders, values


def _operations():
    """Every public method that takes something, with the parameter that is to be maltreated."""
    _, holders, _ = _world()
    for holder, one in holders.items():
        for method, _function in inspect.getmembers(type(one), inspect.isfunction):
            if method.startswith("_") or method in READS or method in ("save", "load"):
                continue
            for parameter in inspect.signature(getattr(one, method)).parameters.values():
                yield holder, method, parameter.name


@pytest.mark.parametrize(("holder", "method", "parameter"), list(_operations()), ids=lambda one: str(one))
def test_bad_input_is_an_error_with_a_sentence_and_changes_nothing(holder, method, parameter):
    """AWS's code and a sentence, nothing else is raised, and the world is as before."""
    lab, holders, values = _world()
    given = inspect.signature(getattr(holders[holder], method)).parameters
    start = lab.snapshot()
    for bad in [*GARBAGE, Lab(), holders["group"], Account(Lab().world, "1"), Session(Lab().world, "ASIA")]:
        arguments, keywords = [], {}
        for name, one in given.items():
            value = bad if name == parameter else values.get(name, inspect.Parameter.empty)
            if one.kind is inspect.Parameter.VAR_POSITIONAL:
                arguments.append(bad) if name == parameter else None
            elif one.kind is inspect.Parameter.VAR_KEYWORD or value is inspect.Parameter.empty:
                continue
            elif one.kind is inspect.Parameter.KEYWORD_ONLY:
                if name == parameter or one.default is inspect.Parameter.empty:
                    keywords[name] = value
            elif name == parameter or one.default is inspect.Parameter.empty:
                arguments.append(value)
            else:
                break
        lab.restore(start)
        try:
            result = getattr(holders[holder], method)(*arguments, **keywords)
            if hasattr(result, "__enter__"):
                with result:
                    pass
        except IamlabError as error:
            failed = error
        else:
            continue
        assert failed.code
        assert failed.message
        assert lab.snapshot() == start
