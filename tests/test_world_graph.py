"""The picture of a whole world: every relation that matters to access is in it, in words."""

from __future__ import annotations

import pytest

from iamlab import Lab
from iamlab.lessons import story, worlds
from iamlab.views.graph import Edge, Graph, Node
from iamlab.views.steps import flow_graph, steps
from iamlab.views.trace import traces

SAID = [
    (story.application_on_ec2, "Service ec2.amazonaws.com is trusted by role AppRole."),
    (story.application_on_ec2, "Instance profile AppProfile holds role AppRole."),
    (story.application_on_ec2, "Policy Launch (inline in user bob) allows iam:PassRole on role AppRole."),
    (story.consultant, "Account Consulting firm (333333333333) is trusted, under a condition, by role ConsultantRole."),
    (story.two_accounts, "Account Development (111111111111) is trusted by role UpdateApp."),
    (story.two_accounts, "Policy NeverUpdateApp (inline in group Testers) denies sts:AssumeRole on role UpdateApp."),
    (story.administrator, "Caller everybody is named in the policy of acme-kept."),
    (story.administrator, "Policy of acme-kept denies s3:DeleteObject on resource arn:aws:s3:::acme-kept/*."),
    (story.administrator, "Resource arn:aws:s3:::acme-kept has the policy of acme-kept."),
]


@pytest.mark.parametrize(("world", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_the_world_is_told(world, sentence) -> None:
    """Trust, profiles, resource policies and who may assume what stand in the picture."""
    assert sentence in world().graph().sentences


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
