"""Reading evaluation cases: data in, requests and policy sets out."""

from __future__ import annotations

import json
from pathlib import Path

from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.world import managed_policies

FOLDER = Path(__file__).parent / "cases"
NO_CASES = ("bad_policies", "bad_documents", "operators")
"""Files of other things: documents that are refused, and single conditions."""
FILES = tuple(sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in NO_CASES))
LAYERS = ("identity", "boundary", "session", "resource", "endpoint")
KINDS = {
    "identity": PolicyKind.IDENTITY,
    "boundary": PolicyKind.MANAGED,
    "session": PolicyKind.SESSION,
    "resource": PolicyKind.RESOURCE,
    "endpoint": PolicyKind.ENDPOINT,
    "scps": PolicyKind.SCP,
    "rcps": PolicyKind.RCP,
}


def read(name):
    """The cases of one file, each with the documents that it shares with others put in."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if isinstance(found, list):
        return found
    shared = found.get("documents", {})
    for case in found["cases"]:
        for layer, entries in case.get("policies", {}).items():
            for entry in _flat(entries) if layer != "management_account" else ():
                if isinstance(entry.get("document"), str):
                    entry["document"] = shared[entry["document"]]
    return found["cases"]


def _flat(entries):
    return [one for entry in entries for one in (entry if isinstance(entry, list) else [entry])]


def request(case):
    """The request of a case."""
    asked = case["request"]
    return Request(
        principal=Principal(asked["principal"], asked.get("issuer", "")),
        action=asked["action"],
        resource=asked["resource"],
        resource_account=asked["resource_account"],
        context=asked.get("context", {}),
    )


def policies(case):
    """The policy set of a case."""
    given = case.get("policies", {})
    asked = case["request"]
    trust = asked["action"].lower().startswith("sts:") and ":role/" in asked["resource"]
    layers = {}
    for layer in LAYERS:
        if layer in given:
            kind = PolicyKind.TRUST if layer == "resource" and trust else KINDS[layer]
            layers[layer] = tuple(_named(entry, kind) for entry in given[layer])
    for layer in ("scps", "rcps"):
        if layer in given:
            layers[layer] = tuple(tuple(_named(entry, KINDS[layer]) for entry in level) for level in given[layer])
    return PolicySet(**layers, management_account=given.get("management_account", ""))


def _named(entry, kind):
    if "document" in entry:
        policy = Policy.parse(entry["document"], kind)
    else:  # AWS's own, by its ARN
        policy = managed_policies.document(entry["arn"].partition(":policy/")[2].rpartition("/")[2])
    return NamedPolicy(name=entry["name"], policy=policy, via=entry.get("via", ""), arn=entry.get("arn", ""))
