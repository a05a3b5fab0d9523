"""The picture of a whole world: every relation that matters to access is in it, in words."""

from __future__ import annotations

import pytest

from iamlab import Lab, allow
from iamlab.lessons import story, worlds
from iamlab.views.graph import Edge, Graph, Node
from iamlab.views.steps import flow_graph, steps
from iamlab.views.trace import traces
from iamlab.world.account import Account

SAID = [
    (story.application_on_ec2, "Service ec2.amazonaws.com is trusted by role AppRole."),
    (story.application_on_ec2, "Instance profile AppProfile holds role AppRole."),
    (story.application_on_ec2, "Policy Launch (inline in user bob) allows iam:PassRole on role AppRole."),
    (
        story.consultant,
        "Everybody in account Consulting firm (333333333333) is trusted, under a condition and as far as their own "
        "policies allow, by role ConsultantRole.",
    ),
    (
        story.two_accounts,
        "Everybody in account Development (111111111111) is trusted, as far as their own policies allow, by role "
        "UpdateApp.",
    ),
    (story.two_accounts, "Policy NeverUpdateApp (inline in group Testers) denies sts:AssumeRole on role UpdateApp."),
    (story.administrator, "Caller everybody is named in the policy of acme-kept."),
    (story.administrator, "Policy of acme-kept denies s3:DeleteObject on resource arn:aws:s3:::acme-kept/*."),
    (story.administrator, "Resource arn:aws:s3:::acme-kept has the policy of acme-kept."),
]


@pytest.mark.parametrize(("world", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_the_world_is_told(world, sentence) -> None:
    """Trust, profiles, resource policies and who may assume what stand in the picture."""
    assert sentence in world().graph().sentences


def _lab_of_two() -> tuple[Lab, Account, Account]:
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    return lab, dev, lab.create_account("Production", "999999999999")


DEV, PROD = "Development (111111111111)", "Production (999999999999)"


def test_an_account_as_principal_stands_in_its_own_box() -> None:
    """It is everybody there, not an account beside it; one that is not in the lab stands by itself (POL-06)."""
    lab, dev, prod = _lab_of_two()
    here = story.trust(AWS=["111111111111", "arn:aws:iam::444444444444:root"])
    dev.create_role("Deploy", trust=here)
    denying = {"Effect": "Deny", "Principal": {"AWS": dev.arn}, "Action": "sts:AssumeRole"}
    prod.create_role("Closed", trust={"Version": "2012-10-17", "Statement": [denying]})
    graph = lab.graph()
    accounts = [(node.name, node.account) for node in graph.nodes if node.kind == "account"]
    assert accounts == [("everybody in this account", DEV), ("444444444444", "")]
    assert set(graph.sentences) == {
        f"Everybody in account {DEV} is trusted, as far as their own policies allow, by role Deploy.",
        "Account 444444444444 is trusted, as far as its own policies allow, by role Deploy.",
        f"Everybody in account {DEV} is refused by role Closed.",
    }


def test_what_policies_are_about_stands_in_the_box_of_its_account() -> None:
    """A pattern in a bucket of the lab as well as the bucket; what is of no account in the lab stands outside."""
    lab, dev, prod = _lab_of_two()
    bucket = prod.create_bucket("acme-prod")
    outside = ("arn:aws:s3:::elsewhere/*", "arn:aws:s3:::acme-*", "arn:aws:sqs:us-east-1:444444444444:jobs")
    inside = (bucket.arn, bucket / "logs/*", f"arn:aws:ec2:*:{prod.id}:instance/*")
    dev.create_user("ana").put_policy("Much", allow("*", on=[*inside, *outside]))
    placed = {node.name: node.account for node in lab.graph().nodes if node.kind == "resource"}
    assert placed == {**dict.fromkeys(inside, PROD), **dict.fromkeys(outside, "")}


def _asked(lab: Lab) -> dict[str, Graph]:
    """Every answer that can be drawn, about a role of the other account."""
    dev, prod = lab.accounts
    role = prod.create_role("Deploy", trust=story.trust(AWS=dev.arn))
    ana = dev.create_user("ana")
    before = lab.snapshot()
    ana.put_policy("Assume", allow("sts:AssumeRole", on=role.arn))
    who = lab.who_can("sts:AssumeRole", role)
    return {
        "who can": lab.graph(who),
        "paths": lab.graph(lab.paths("sts:AssumeRole", role)),
        "difference": lab.graph(lab.difference(before, actions="sts:AssumeRole")),
        "before and after": lab.graph(who, before=before),
    }


@pytest.mark.parametrize("question", ["who can", "paths", "difference", "before and after"])
def test_a_role_that_is_asked_about_is_drawn_as_a_role_in_its_account(question: str) -> None:
    """The shape says the kind, in answers as in the picture of the world."""
    graph = _asked(_lab_of_two()[0])[question]
    ((source, target),) = [(edge.source, edge.target) for edge in graph.edges]
    assert (source.kind, source.name, source.account) == ("user", "ana", DEV)
    assert (target.kind, target.name, target.account) == ("role", "Deploy", PROD)
    assert graph.sentences[0].endswith(" role Deploy.")


def test_what_is_asked_about_stands_in_the_box_of_its_account() -> None:
    """Users, groups, profiles and buckets with what is in them; a portion of a pattern where the pattern is."""
    lab, dev, prod = _lab_of_two()
    ana, bucket = dev.create_user("ana"), prod.create_bucket("acme-prod")
    group, profile = prod.create_group("Developers"), prod.create_instance_profile("Servers")
    ana.put_policy("All", allow("*"))
    prod.create_user("ben").put_policy("Logs", allow("s3:GetObject", on=bucket / "logs/*"))
    asked = [
        ("iam:GetUser", ana.arn, {("user", "ana", DEV)}),
        ("iam:GetGroup", group.arn, {("group", "Developers", PROD)}),
        ("iam:GetInstanceProfile", profile.arn, {("instance profile", "Servers", PROD)}),
        (
            "s3:GetObject",
            bucket / "*",
            {("resource", f"all of {bucket.arn}/*", PROD), ("resource", f"{bucket.arn}/logs/*", PROD)},
        ),
        ("s3:ListAllMyBuckets", None, {("resource", "no resource in particular", "")}),
    ]
    for action, resource, expected in asked:
        graph = lab.graph(lab.who_can(action, resource))
        assert {(edge.target.kind, edge.target.name, edge.target.account) for edge in graph.edges} == expected


def test_the_one_thing_that_is_meant_of_a_pattern_has_its_own_shape() -> None:
    """Of all roles of an account, the single one that somebody may assume."""
    lab, dev, prod = _lab_of_two()
    role, _ = (prod.create_role(name, trust=story.trust(AWS=dev.arn)) for name in ("Deploy", "Audit"))
    dev.create_user("ana").put_policy("One", allow("sts:AssumeRole", on=role))
    graph = lab.graph(lab.who_can("sts:AssumeRole", f"arn:aws:iam::{prod.id}:role/*"))
    assert [(edge.target.kind, edge.target.name, edge.target.account) for edge in graph.edges] == [
        ("role", "Deploy", PROD)
    ]


def test_what_is_gone_is_drawn_where_it_was() -> None:
    """A bucket that was deleted stood in its account."""
    lab, dev, _ = _lab_of_two()
    bucket = dev.create_bucket("acme-old")
    before = lab.snapshot()
    bucket.delete()
    graph = lab.graph(lab.difference(before, actions="s3:ListBucket"))
    assert [(edge.target.name, edge.target.account) for edge in graph.edges] == [(bucket.arn, DEV)]


def test_boundaries_and_recreated_principals_are_told() -> None:
    """A boundary is a limit, not an attachment; a trust policy shows who was deleted by the unique ID (STS-22)."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    alice = dev.create_user("alice")
    alice.put_boundary(dev.managed_policy("ReadOnlyAccess"))
    bob = dev.create_user("bob")
    dev.create_role("R", trust=story.trust(AWS=bob.arn))
    assert "User bob is trusted by role R." in lab.graph().sentences
    bob.delete()
    said = lab.graph().sentences
    assert "User alice is limited by policy ReadOnlyAccess (as boundary)." in said
    assert f"Caller {bob.id} is trusted by role R." in said


def test_a_deny_leads_straight_to_the_verdict() -> None:
    """Steps behind the one that denies can change nothing, and the deciding way is marked."""
    lab = story.administrator()
    evaluation = lab.evaluate(lab.accounts[0].user("alice"), "s3:DeleteObject", "arn:aws:s3:::acme-kept/1")
    graph = flow_graph(evaluation, at=1)
    assert [one.name for one in steps(evaluation) if one.decides] == ["resource policy", "Denied, explicitly"]
    assert graph.sentences == (
        "Request s3:DeleteObject leads to resource policy.",
        "Resource policy denies it, so: verdict Denied, explicitly.",
        "Identity policies can change nothing any more.",
    )
    assert [edge.deciding for edge in graph.edges] == [False, True]
    assert graph.here == graph.nodes[1]


def test_an_allow_goes_through_every_step() -> None:
    """Who has AdministratorAccess comes to Allowed through the identity policies."""
    lab = story.administrator()
    graph = flow_graph(lab.evaluate(lab.accounts[0].user("alice"), "iam:ListUsers"))
    assert graph.sentences[-1] == "Identity policies allow it, so: verdict Allowed."
    assert graph.here is None


def test_root_and_free_actions_are_settled_by_a_step_of_their_own() -> None:
    """No policy is read for them, and the rule stands in its place."""
    lab = worlds.first_day()
    dev = lab.accounts[0]
    for caller, action in ((dev.root, "iam:ListUsers"), (dev.user("alice"), "sts:GetCallerIdentity")):
        found = steps(lab.evaluate(caller, action))
        assert [one.kind for one in found] == ["request", "step", "verdict"]
        assert found[1].decides


A, B, C, D = (Node(kind="user", name=name) for name in "ABCD")


def _edge(source: Node, target: Node) -> Edge:
    return Edge(source=source, target=target, relation="allows", label="leads to")


def test_an_instance_is_drawn_with_its_profile() -> None:
    """STS-23: the way from an instance to its role leads through the profile; one without a profile stands alone."""
    lab = story.application_on_ec2()
    dev = lab.accounts[0]
    server = dev.run_instance(profile=dev.instance_profiles[0])
    bare = dev.run_instance()
    said = repr(lab.graph())
    assert f"Resource {server.arn} runs with instance profile AppProfile." in said
    assert f"Resource {bare.arn} stands alone" in said


def test_a_trace_holds_what_leads_there_and_what_follows() -> None:
    """Of a chain's middle: both ends, and nothing of what stands aside; of an edge likewise."""
    graph = Graph(title="A chain", nodes=(A, B, C, D), edges=(_edge(A, B), _edge(B, C)))
    found = {one.key: one for one in traces(graph)}
    assert found["n1"].leads_here == ("User A leads to user B.",)
    assert found["n1"].leads_on == ("User B leads to user C.",)
    assert set(found["n1"].related) == {"n0", "n1", "n2", "e0", "e1"}
    assert set(found["e0"].related) == {"n0", "n1", "n2", "e0", "e1"}
    assert found["n3"].related == ("n3",)


def test_a_circle_is_walked_once() -> None:
    """A graph that leads back to itself has a trace all the same."""
    graph = Graph(title="A circle", nodes=(A, B), edges=(_edge(A, B), _edge(B, A)))
    assert traces(graph)[0].leads_on == ("User A leads to user B.", "User B leads to user A.")
