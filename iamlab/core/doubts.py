"""What AWS's documents leave open, and what iamlab takes for right: one sentence each.

The ids are those of the register of open questions among the facts. A decision that would be another one under the
other reading says so.
"""

from __future__ import annotations

from typing import Final

DOUBTS: Final[dict[str, str]] = {
    "UNSURE-5": "AWS only advises against a wildcard in an action's service prefix; here it matches like any other.",
    "UNSURE-6": "One AWS page lets variables stand in Bool conditions, another does not; here they are filled in.",
    "UNSURE-7": "Whether a * inside a variable's value is a wildcard is not documented; here it is plain text.",
    "UNSURE-9": "AWS says that a * ending one part of an ARN may also cover the colons after it, without saying how; "
    "here parts are compared one by one.",
    "UNSURE-10": "What becomes of a value that its operator cannot read is not documented; here the result is false.",
    "UNSURE-11": "Whether digits alone are a year or seconds is not documented; here four digits are a year.",
    "UNSURE-12": "Whether the letter case of true and false matters is not documented; here it does not.",
    "UNSURE-13": "AWS gives a bare address the prefix /32, fit for IPv4; here a bare IPv6 address is one host, /128.",
    "UNSURE-14": "One of AWS's tables contradicts its text on ForAllValues:StringNotLike; here the text counts.",
    "UNSURE-15": "What a plain operator does with a key of several values is not documented; here it never matches.",
    "UNSURE-16": "AWS's texts on IfExists and on ForAnyValue disagree about a missing key; here the condition is true.",
    "UNSURE-17": "AWS's pages differ on whether an empty text counts as no value; here it is a value.",
    "UNSURE-20": "Whether several session policies add up or must all allow is not documented; here they add up.",
    "UNSURE-21": "That a trust policy naming a role is enough for its sessions, without an identity policy, follows "
    "from the general rule; AWS states it for users alone.",
    "UNSURE-22": "By AWS's general rule a user named in a trust policy is not limited by a silent permissions "
    "boundary, by its page on trust policies it is; here the boundary must allow.",
    "UNSURE-23": "How a service takes a NotPrincipal that lists only part of the chain of account, role and session is "
    "not documented; here account and user, or account and role, must both be listed.",
    "UNSURE-29": 'AWS says that a resource policy naming "*" is not limited by a silent boundary or session policy '
    "only where it also asks for aws:PrincipalArn; here that holds for every such policy.",
    "UNSURE-30": "Whether a service-wide ARN pattern grants an action without resource is documented for "
    "s3:ListAllMyBuckets alone; here it holds for no other.",
    "UNSURE-31": "Whether a policy that names everyone reaches a federated user without session policy is open; "
    "here only one that names the session itself does.",
    "UNSURE-32": "AWS says that an unresolved variable matches nothing, and elsewhere that it makes the statement "
    "invalid; here it matches nothing.",
}
