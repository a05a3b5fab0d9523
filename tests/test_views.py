"""What people see: words that say it all, drawings with the same words, and no name taken for markup."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from iamlab import Decision, Lab, Policy, allow, deny
from iamlab.core.evaluation import evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import PolicyKind
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.core.rules import RULES
from iamlab.lessons import story
from iamlab.views import explain, language
from iamlab.views.access_html import matrix_html, sentences_html
from iamlab.views.display import FORMATTERS, graph_html
from iamlab.views.dot import dot
from iamlab.views.graph import Edge, Graph, Node
from iamlab.views.html import element, join, markup, page
from iamlab.views.policy_text import policy_html
from iamlab.views.question_graph import question_graph
from iamlab.views.svg import svg
from iamlab.views.world_graph import world_graph

DEV = "111111111111"
TRUST = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}


@pytest.fixture(scope="module")
def lab():
    """A small world: one user in a group, one alone, a role, buckets, and policies of every sort."""
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    alice, bob = dev.create_user("alice"), dev.create_user("bob")
    group = dev.create_group("Developers")
    group.add(alice)
    photos = dev.create_bucket("acme-photos")
    dev.create_bucket("acme-drafts")
    group.put_policy("Read", allow("s3:GetObject", on=photos / "*", sid="Photos"))
    alice.put_policy("Keep", deny("s3:DeleteObject", on=photos / "*"))
    dev.create_role("Auditor", trust=TRUST).attach(dev.managed_policy("AdministratorAccess"))
    bob.attach(dev.create_policy("Buckets", allow("s3:ListBucket", on=photos)))
    lab.create_account("Production", "999999999999").create_user("mallory")
    return lab


def _user(lab, name):
    return next(one for account in lab.accounts for one in account.users if one.name == name)


# Graphs and their sentences


def test_the_sentences_of_a_world(lab):
    """Each relation and each lonely thing is one sentence."""
    graph = world_graph(lab.snapshot())
    assert set(graph.sentences) >= {
        "User alice is a member of group Developers.",
        "Group Developers has embedded policy Read (inline in group Developers).",
        "User alice has embedded policy Keep (inline in user alice).",
        "Role Auditor has attached policy AdministratorAccess.",
        "User bob has attached policy Buckets.",
        "Policy Read (inline in group Developers) allows s3:GetObject on resource arn:aws:s3:::acme-photos/*.",
        "Policy Keep (inline in user alice) denies s3:DeleteObject on resource arn:aws:s3:::acme-photos/*.",
        "Policy Buckets allows s3:ListBucket on resource arn:aws:s3:::acme-photos.",
        "User mallory stands alone: no policy connects it with anything.",
        "Resource arn:aws:s3:::acme-drafts stands alone: no policy connects it with anything.",
    }
    assert len(set(graph.sentences)) == len(graph.sentences)


def test_everything_of_a_world_is_in_its_graph(lab):
    """Users, groups, roles and buckets are nodes, each in the box of its account."""
    nodes = {(node.kind, node.name, node.account) for node in world_graph(lab.snapshot()).nodes}
    account = f"Development ({DEV})"
    assert nodes >= {
        ("user", "alice", account),
        ("user", "bob", account),
        ("group", "Developers", account),
        ("role", "Auditor", account),
        ("policy", "Buckets", account),
        ("policy", "AdministratorAccess", ""),
        ("resource", "arn:aws:s3:::acme-photos", account),
        ("user", "mallory", "Production (999999999999)"),
    }


QUESTIONS = {
    "allowed through a group": (
        ("alice", "s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg"),
        "User alice is a member of group Developers.",
        "Policy Read (inline in group Developers) allows s3:GetObject on resource arn:aws:s3:::acme-photos/1.jpg.",
    ),
    "denied by one's own policy": (
        ("alice", "s3:DeleteObject", "arn:aws:s3:::acme-photos/1.jpg"),
        "User alice has embedded policy Keep (inline in user alice).",
        "Policy Keep (inline in user alice) denies s3:DeleteObject on resource arn:aws:s3:::acme-photos/1.jpg.",
    ),
    "denied by silence": (
        ("alice", "s3:PutObject", "arn:aws:s3:::acme-photos/1.jpg"),
        "Policy Keep (inline in user alice) says nothing about s3:PutObject on resource "
        "arn:aws:s3:::acme-photos/1.jpg.",
        "Policy Read (inline in group Developers) says nothing about s3:PutObject on resource "
        "arn:aws:s3:::acme-photos/1.jpg.",
    ),
    "no policy at all": (
        ("mallory", "iam:GetUser", "arn:aws:iam::999999999999:user/mallory"),
        "User mallory has no policy that allows iam:GetUser on user arn:aws:iam::999999999999:user/mallory.",
    ),
}


@pytest.mark.parametrize("row", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_the_sentences_of_a_question(lab, row):
    """The picture of one request says who has what, what each policy says to it, and marks what decided."""
    (name, action, resource), *sentences = row
    evaluation = lab.evaluate(_user(lab, name), action, resource)
    graph = question_graph(evaluation)
    assert set(sentences) <= set(graph.sentences)
    assert evaluation.decision.value in graph.title
    deciding = {edge.relation for edge in graph.edges if edge.deciding}
    expected = {Decision.ALLOW: "allows", Decision.EXPLICIT_DENY: "denies", Decision.IMPLICIT_DENY: "says nothing"}
    assert deciding == {expected[evaluation.decision]}


def test_the_question_of_a_root_user_and_of_a_role(lab):
    """Root needs no policy; a role is shown as the session that asks."""
    account = lab.accounts[0]
    root = question_graph(lab.evaluate(account.root, "s3:ListBucket", account.buckets[0]))
    assert any("needs no policy for s3:ListBucket" in one for one in root.sentences)
    session = question_graph(lab.evaluate(account.roles[0], "s3:ListBucket", account.buckets[0]))
    assert any("has attached policy AdministratorAccess" in one for one in session.sentences)
    assert {node.kind for node in session.nodes} == {"session", "role", "policy", "resource"}


def _graphs(lab):
    yield lab.graph()
    yield Lab().graph()
    for name, action, resource in (row[0] for row in QUESTIONS.values()):
        yield lab.graph(lab.evaluate(_user(lab, name), action, resource))
    for account in lab.accounts:
        yield lab.graph(lab.evaluate(account.root, "iam:ListUsers"))
        yield lab.graph(lab.evaluate(account.root, "sts:GetCallerIdentity"))


def test_every_graph_says_itself_in_words(lab):
    """As many sentences as relations and lonely things, each a sentence; the table has a row for each relation."""
    for graph in _graphs(lab):
        ends = {node for edge in graph.edges for node in (edge.source, edge.target)}
        assert len(graph.sentences) == len(graph.edges) + len(set(graph.nodes) - ends)
        assert ends <= set(graph.nodes)
        assert all(one[0].isupper() and one.endswith(".") for one in graph.sentences)
        assert len(graph.table()) == len(graph.edges)
        assert repr(graph).splitlines()[0] == f"{graph.title}:"
        assert len(repr(graph).splitlines()) == 1 + len(graph.sentences)


def test_the_table_of_permissions(lab):
    """One row for each statement that reaches somebody, with the way it takes."""
    rows = [tuple(row) for row in lab.table().itertuples(index=False)]
    assert rows == [
        ("user alice", "Keep", "itself", "Deny", "s3:DeleteObject", "arn:aws:s3:::acme-photos/*"),
        ("user alice", "Read", "group Developers", "Allow", "s3:GetObject", "arn:aws:s3:::acme-photos/*"),
        ("user bob", "Buckets", "itself", "Allow", "s3:ListBucket", "arn:aws:s3:::acme-photos"),
        ("role Auditor", "AdministratorAccess", "itself", "Allow", "*", "*"),
    ]


def test_a_user_and_a_group_of_one_name_keep_their_own_inline_policies():
    """Names are unique for each kind alone (ENT-05), so that such a pair is two identities with two policies."""
    lab = Lab()
    account = lab.create_account("Development", DEV)
    account.create_user("ops").put_policy("p", allow("s3:*"))
    account.create_group("ops").put_policy("p", deny("iam:*"))
    assert sum(node.kind == "policy" for node in lab.graph().nodes) == 2


# Drawings


class Page(HTMLParser):
    """What a browser would make of it: elements, attributes, and text."""

    VOID = frozenset({"path", "polygon", "ellipse", "polyline", "br", "wbr"})

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.text = []
        self.comments = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    def handle_comment(self, data):
        self.comments.append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


HTML_ELEMENTS = {
    "style": set(),
    "section": {"class", "aria-label"},
    "p": {"class"},
    "code": set(),
    "wbr": set(),
    "strong": {"class", "style"},
    "b": set(),
    "a": {"href", "target", "rel"},
    "pre": set(),
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": {"class"},
    "th": {"scope"},
    "td": {"title"},
    "ul": set(),
    "li": set(),
    "details": {"class"},
    "summary": set(),
}
SVG_ELEMENTS = {
    "svg": {"role", "aria-label", "style", "width", "height", "viewbox", "xmlns", "xmlns:xlink"},
    "g": {"id", "class", "transform"},
    "title": set(),
    "text": {"xml:space", "text-anchor", "x", "y", "font-family", "font-size", "fill", "font-weight"},
    "path": {"fill", "stroke", "stroke-width", "stroke-dasharray", "d"},
    "polygon": {"fill", "stroke", "stroke-width", "points"},
    "polyline": {"fill", "stroke", "stroke-width", "points"},
    "ellipse": {"fill", "stroke", "stroke-width", "cx", "cy", "rx", "ry"},
}


def _only(page_, allowed):
    for tag, attributes in page_.elements:
        assert tag in allowed
        assert set(attributes) <= allowed[tag], tag
    assert page_.open == []
    assert page_.comments == []


def test_drawings_have_a_role_and_a_label(lab):
    """A screen reader hears the title and all sentences in place of the picture."""
    for graph in _graphs(lab):
        drawn = Page(svg(graph))
        (root,) = drawn.of("svg")
        assert root["role"] == "img"
        assert root["aria-label"].startswith(graph.title)
        for sentence in graph.sentences:
            assert sentence in root["aria-label"]
        _only(drawn, SVG_ELEMENTS)


def test_a_graph_in_a_notebook_is_drawing_and_words(lab):
    """The finished output is one labelled section, with the sentences below the drawing."""
    for graph in _graphs(lab):
        shown = Page(graph_html(graph))
        _only(shown, HTML_ELEMENTS | SVG_ELEMENTS)
        assert shown.of("section") == [{"class": "iamlab", "aria-label": graph.title}]
        assert len(shown.of("li")) == len(graph.sentences)
        assert len(shown.of("svg")) == 1


# Hostile names

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "</svg><script>alert(1)</script>",
    "</text><text>",
    "</title><script>alert(1)</script>",
    "</section><h1>gone</h1>",
    "</style><style>*{display:none}</style>",
    "</td></tr></table>",
    "<b>bold</b>",
    "<B>",
    "<",
    ">",
    "<<>>",
    "&",
    "&lt;",
    "&amp;lt;",
    "&#60;b&#62;",
    "&#x3c;script&#x3e;",
    "&nbsp;",
    "&bogus;",
    '"',
    "'",
    "\"'",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" style="display:none',
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>",
    "<!-- comment -->",
    "-->",
    "--><script>alert(1)</script>",
    "<![CDATA[x]]>",
    "]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "\\",
    "\\\\",
    "\\n\\l\\r",
    "\\N\\G\\E\\T\\H\\L",
    '\\"',
    'x" shape="box',
    'x"]; n9 [label="evil',
    "x\\",
    "{a|b|<port>c}",
    "`x`",
    "$(x)",
    "${aws:username}",
    "{{7*7}}",
    "%s%n{0}",
    "Größe",
    "\u20ac \U0001f600",
    "\u202egnp.exe",
    "x" * 300,
    "word " * 60,
]
LAYOUT = ["a\nb", "a\r\nb", "\ta", "a\x00b", "a\x01\x1b[31mb", "\x7f", "\x85\u2028", "\ufeffa", "\ufffe\uffff", " "]
payloads = pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:40])
every_payload = pytest.mark.parametrize("payload", PAYLOADS + LAYOUT, ids=lambda payload: ascii(payload)[:40])


def _hostile(payload, effect="Allow", action="s3:GetObject"):
    """A question in which every name that can be hostile is."""
    arn = f"arn:aws:s3:::{payload}"
    document = {
        "Version": "2008-10-17",  # so that ${...} is text
        "Id": payload,
        "Statement": [
            {"Effect": effect, "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::x", arn]},
            {"Effect": "Allow", "Action": "ec2:*", "NotResource": [arn]},
        ],
    }
    request = Request(
        principal=Principal(f"arn:aws:iam::{DEV}:user/{payload}"), action=action, resource=arn, resource_account=DEV
    )
    policy = Policy.parse(document)
    named = (
        NamedPolicy(name=payload, policy=policy),
        NamedPolicy(name=payload, policy=policy, via=payload),
        NamedPolicy(name=payload, policy=policy, arn=arn),
    )
    return evaluate(request, PolicySet(identity=named))


def _squeezed(text):
    """The text without white space, which drawing and wrapping may change, and without what HTML cannot show."""
    return re.sub(r"[\s\xa0]", "", text)


@every_payload
@pytest.mark.parametrize(
    ("effect", "action"),
    [("Allow", "s3:GetObject"), ("Deny", "s3:GetObject"), ("Allow", "s3:<script>")],
    ids=["allowed", "denied", "silent"],
)
def test_an_explanation_shows_every_name_as_text(payload, effect, action):
    """No element, no attribute and no comment comes from a name, and each name can be read as it is."""
    evaluation = _hostile(payload, effect, action)
    shown = Page(explain.html(evaluation))
    _only(shown, HTML_ELEMENTS)
    assert {attributes["href"] for attributes in shown.of("a")} == {evaluation.rule.link}
    text = _squeezed("".join(shown.text))
    assert _squeezed(f"arn:aws:s3:::{payload}") in text
    assert _squeezed(f"of {payload} of the group {payload}") in text
    styles = {attributes.get("style") for attributes in shown.of("strong")}
    assert styles == {f"background: {language.VERDICTS[evaluation.decision].colour}"}


@every_payload
def test_a_drawing_of_hostile_names_has_no_element_of_theirs(payload):
    """Whatever the name, the layout engine takes it, and nothing in the drawing comes from it."""
    graph = question_graph(_hostile(payload))
    drawn = Page(svg(graph))
    _only(drawn, SVG_ELEMENTS)
    nodes = {f"node{number}" for number, _ in enumerate(graph.nodes, start=1)}
    edges = {f"edge{number}" for number, _ in enumerate(graph.edges, start=1)}
    assert {attributes["id"] for attributes in drawn.of("g")} == {"graph0", *nodes, *edges}
    assert len(drawn.of("title")) == len(nodes)
    _only(Page(graph_html(graph)), HTML_ELEMENTS | SVG_ELEMENTS)


@payloads
def test_a_drawing_shows_every_name_as_it_is(payload):
    """Quotes, backslashes, entities and braces are letters like any other."""
    drawn = Page(svg(question_graph(_hostile(payload))))
    text = _squeezed("".join(drawn.text))
    assert _squeezed(f"arn:aws:s3:::{payload}") in text
    assert _squeezed(payload) in text
    (root,) = drawn.of("svg")
    assert f"arn:aws:s3:::{payload}" in root["aria-label"]


@payloads
def test_a_node_a_group_and_a_box_of_that_name(payload):
    """Every place of a drawing takes every name: node, edge, box, title."""
    account = f"{payload} ({DEV})"
    one = Node(kind="user", name=payload, account=account)
    other = Node(kind="group", name=payload, account=account)
    alone = Node(kind="policy", name=payload, account=payload)
    edge = Edge(source=one, target=other, relation="member of", label=payload)
    graph = Graph(title=payload, nodes=(one, other, alone), edges=(edge,))
    drawn = Page(svg(graph))
    _only(drawn, SVG_ELEMENTS)
    classes = [attributes["class"] for attributes in drawn.of("g")]
    assert sorted(classes) == ["cluster", "cluster", "edge", "graph", "node", "node", "node"]
    assert "".join(map(_squeezed, drawn.text)).count(_squeezed(f"account {payload}")) >= 2


PRINTABLE = [payload for payload in PAYLOADS if payload.isascii() and payload.isprintable() and len(payload) < 40]


@pytest.mark.parametrize("payload", PRINTABLE, ids=ascii)
def test_a_world_with_hostile_names_where_aws_takes_them(payload):
    """Account names and resources may hold markup; the whole way to the notebook they are text."""
    lab = Lab()
    account = lab.create_account(payload, DEV)
    user = account.create_user("alice")
    user.put_policy("p", {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{payload}"}})
    shown = Page(graph_html(lab.graph()))
    _only(shown, HTML_ELEMENTS | SVG_ELEMENTS)
    text = _squeezed("".join(shown.text))
    assert _squeezed(f"account {payload} ({DEV})") in text
    assert _squeezed(f"arn:aws:s3:::{payload}") in text
    _only(Page(explain.html(lab.evaluate(user, "s3:ListAllMyBuckets"))), HTML_ELEMENTS)


@every_payload
def test_markup_is_escaped_where_html_is_made(payload):
    """Text becomes text, in content and in attributes; only what is HTML already stays."""
    made = Page(page(join(payload, element("p", payload, cls=payload or "x")), label=payload))
    _only(made, HTML_ELEMENTS)
    assert [tag for tag, _ in made.elements] == ["style", "section", "p"]
    assert made.of("section")[0]["aria-label"] == payload
    assert made.of("p")[0]["class"] == payload
    assert "".join(made.text) == payload * 2
    assert markup(markup(payload)) == markup(payload)


@every_payload
def test_dot_of_hostile_names_has_as_many_nodes_as_the_graph(payload):
    """No name ends its own quotes: Graphviz reads back what was meant."""
    import pygraphviz

    graph = question_graph(_hostile(payload))
    read = pygraphviz.AGraph(dot(graph))
    assert sorted(read.nodes()) == sorted(f"n{index}" for index in range(len(graph.nodes)))
    assert read.number_of_edges() == len(graph.edges)


@every_payload
def test_a_repr_is_one_line(payload):
    """Also when a name has line breaks in it."""
    evaluation = _hostile(payload)
    assert len(repr(evaluation).splitlines()) == 1


# Explanations


def _words(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


EXPLANATIONS = {
    "no policy at all": (
        ("mallory", "s3:ListAllMyBuckets", None),
        ["Denied, implicitly: no policy at all reaches mallory.", f"Rule ENT-08: {RULES['ENT-08'].sentence}"],
    ),
    "an allow through a group": (
        ("alice", "s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg"),
        [
            "Allowed: statement Photos of Read of the group Developers allows it.",
            "Action: yes, s3:GetObject is s3:GetObject",
            "Resource: yes, arn:aws:s3:::acme-photos/1.jpg fits arn:aws:s3:::acme-photos/*",
        ],
    ),
    "an explicit deny": (
        ("alice", "s3:DeleteObject", "arn:aws:s3:::acme-photos/1.jpg"),
        [
            "Denied, explicitly: statement 1 of Keep forbids it.",
            "Action: no, s3:DeleteObject does not fit s3:GetObject",
        ],
    ),
    "a near miss: the bucket in place of what is in it": (
        ("alice", "s3:ListBucket", "arn:aws:s3:::acme-photos"),
        ["Denied, implicitly: 2 statements reach the caller, and none allows it."],
    ),
    "one statement that does not fit": (
        ("bob", "s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg"),
        ["Denied, implicitly: 1 statement reaches the caller, and none allows it."],
    ),
}


@pytest.mark.parametrize(("asked", "lines"), EXPLANATIONS.values(), ids=EXPLANATIONS.keys())
def test_an_explanation_in_plain_text(lab, asked, lines):
    """Who asks for what, the verdict, every element of every statement, the rule, and what AWS says."""
    name, action, resource = asked
    evaluation = lab.evaluate(_user(lab, name), action, resource)
    found = _words(explain.text(evaluation))
    request = evaluation.request
    assert found[0] == f"{request.principal.arn} asks for {request.action} on {request.resource}"
    for line in lines:
        assert line in found
    assert f"Rule {evaluation.rule.id}: {evaluation.rule.sentence}" in found
    assert (f"AWS says: {evaluation.error_message}" in found) is not evaluation.allowed
    matches = [match for layer in evaluation.layers for match in layer.matches]
    assert len([line for line in found if line.startswith(("Action:", "Resource:"))]) == 2 * len(matches)
    shown = _squeezed("".join(Page(explain.html(evaluation)).text))
    for part in (request.action, request.resource if request.resource != "*" else "takes no resource"):
        assert _squeezed(part) in shown
    assert _squeezed(evaluation.error_message) in shown
    assert _squeezed(evaluation.rule.sentence) in shown


ALL = "the action takes no resource, so write *"
INSIDE = "the pattern covers what is in the bucket, and the bucket itself is another resource"
BUCKET = "the pattern names the bucket, and an object in it is another resource"
HINTS = [
    ("s3:ListBucket", "arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*", INSIDE),
    ("s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg", "arn:aws:s3:::acme-photos", BUCKET),
    ("ec2:DescribeInstances", "*", f"arn:aws:ec2:*:{DEV}:instance/*", ALL),
    ("s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg", "arn:aws:s3:::acme-payroll/*", ""),
]


@pytest.mark.parametrize(("action", "resource", "pattern", "hint"), HINTS, ids=[row[0] + row[2][-12:] for row in HINTS])
def test_a_near_miss_is_explained(action, resource, pattern, hint):
    """The commonest mistakes, bucket for object and a name where only the star will do, get a hint (POL-11, POL-15)."""
    request = Request(
        principal=Principal(f"arn:aws:iam::{DEV}:user/alice"), action=action, resource=resource, resource_account=DEV
    )
    evaluation = evaluate(request, PolicySet(identity=(NamedPolicy(name="p", policy=allow(action, on=pattern)),)))
    text = explain.text(evaluation)
    assert [one for one in (ALL, INSIDE, BUCKET) if one in text] == ([hint] if hint else [])


ALICE = Principal(f"arn:aws:iam::{DEV}:user/alice")
PHOTOS = "arn:aws:s3:::acme-photos"


def _told(action, resource, policy):
    """How the statements of one policy meet a request, in plain text."""
    request = Request(principal=ALICE, action=action, resource=resource, resource_account=DEV)
    return explain.text(evaluate(request, PolicySet(identity=(NamedPolicy(name="p", policy=policy),))))


NO_HINTS = [
    ("ec2:DescribeInstances", "*", allow("s3:GetObject", on=f"{PHOTOS}/*")),
    ("s3:ListBucket", PHOTOS, allow("s3:GetObject", on=f"{PHOTOS}/*")),
    ("s3:GetObject", f"{PHOTOS}/1.jpg", allow("s3:ListBucket", on=PHOTOS)),
]


@pytest.mark.parametrize(("action", "resource", "policy"), NO_HINTS, ids=[row[0] for row in NO_HINTS])
def test_a_statement_about_another_action_gets_no_advice(action, resource, policy):
    """Whoever followed it would open that statement to everything, and win nothing by it."""
    said = _told(action, resource, policy)
    assert f"{resource} does not fit {policy.statements[0].resources[0]}\n" in said
    assert "another resource" not in said
    assert "takes no resource" not in said


STARS = [
    (allow("s3:ListAllMyBuckets", on=PHOTOS), "so write *"),
    (allow("s3:ListAllMyBuckets", "s3:ListBucket", on=PHOTOS), "so it needs a statement of its own, with *"),
    (allow("s3:*", on=PHOTOS), "so it needs a statement of its own, with *"),
    (deny("s3:*", on=PHOTOS), "and only * covers that"),
]


@pytest.mark.parametrize(("policy", "advice"), STARS, ids=["alone", "with another", "by a pattern", "a deny"])
def test_advice_for_an_action_without_resource_opens_nothing_else(policy, advice):
    """A star in the place of a bucket would be read for every action of the statement (POL-11)."""
    said = _told("s3:ListAllMyBuckets", "*", policy)
    assert f"Resource: no, * does not fit {PHOTOS}: the action takes no resource, {advice}\n" in said


SEVERAL = [
    (
        "s3:GetObject",
        f"{PHOTOS}/2.jpg",
        [PHOTOS, f"{PHOTOS}/1.jpg"],
        f"{PHOTOS} names the bucket, and an object in it is another resource",
    ),
    (
        "s3:ListBucket",
        PHOTOS,
        ["arn:aws:s3:::acme-drafts", f"{PHOTOS}/*"],
        f"{PHOTOS}/* covers what is in the bucket, and the bucket itself is another resource",
    ),
    ("s3:GetObject", f"{PHOTOS}/2.jpg", [f"{PHOTOS}/1.jpg", f"{PHOTOS}/2.jp"], ""),
]


@pytest.mark.parametrize(("action", "resource", "patterns", "reason"), SEVERAL, ids=["bucket", "inside", "neither"])
def test_of_several_patterns_the_reason_names_its_own(action, resource, patterns, reason):
    """What is true of one of them is not said of both."""
    said = _told(action, resource, allow(action, on=patterns))
    told = f"{resource} does not fit {' or '.join(patterns)}" + (f": {reason}" if reason else "")
    assert f"Resource: no, {told}\n" in said


def test_a_verdict_names_both_halves():
    """Across accounts, and where a trust policy names the account, one statement of each decides (EVAL-13, EVAL-16)."""
    lab = story.two_accounts()
    dev, prod = lab.accounts[:2]
    david, role = dev.user("David"), prod.role("UpdateApp")
    own = "statement 1 of AssumeUpdateApp of the group Developers"
    said = explain.verdict(lab.evaluate(david, "sts:AssumeRole", role))
    assert said == f"Allowed: statement 1 of the trust policy and {own} allow it."
    role.update_trust(story.trust(AWS="999999999999"))
    assert explain.verdict(lab.evaluate(david, "sts:AssumeRole", role)) == (
        "Denied, implicitly: the role trust policy does not allow it."
    )


def test_a_verdict_names_at_most_three_statements_one_of_each_type_first():
    """The rest is counted; a Deny in several places is told as well."""
    identity = tuple(NamedPolicy(name=f"P{number}", policy=allow("s3:GetObject")) for number in range(1, 5))
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": f"{PHOTOS}/*"}
    bucket = Policy.parse({"Version": "2012-10-17", "Statement": [everyone]}, PolicyKind.RESOURCE)
    there = (NamedPolicy(name="bucket policy", policy=bucket),)
    request = Request(principal=ALICE, action="s3:GetObject", resource=f"{PHOTOS}/1", resource_account="999999999999")
    several = evaluate(request, PolicySet(identity=identity, resource=there))
    assert explain.verdict(several) == (
        "Allowed: statement 1 of the bucket policy, statement 1 of P1, statement 1 of P2 and 2 more statements "
        "allow it."
    )
    denies = tuple(NamedPolicy(name=name, policy=deny("s3:*", sid="No")) for name in ("A", "B"))
    assert explain.verdict(evaluate(request, PolicySet(identity=denies, resource=there))) == (
        "Denied, explicitly: statement No of A and statement No of B forbid it."
    )


def test_a_control_policy_is_named_with_what_it_is_attached_to():
    """A unit by its name, an account by its number."""
    levels = tuple(
        (NamedPolicy(name="NoS3", policy=Policy.parse(deny("s3:*"), PolicyKind.SCP), via=via),) for via in ("Root", DEV)
    )
    request = Request(principal=ALICE, action="s3:GetObject", resource=f"{PHOTOS}/1", resource_account=DEV)
    assert explain.verdict(evaluate(request, PolicySet(scps=levels))) == (
        "Denied, explicitly: statement 1 of NoS3 attached to Root and statement 1 of NoS3 attached to the account "
        f"{DEV} forbid it."
    )


def test_not_elements_are_explained():
    """What NotAction and NotResource leave out, and what they do not, is said as such (POL-10, POL-14)."""
    request = Request(
        principal=Principal(f"arn:aws:iam::{DEV}:user/alice"),
        action="s3:GetObject",
        resource="arn:aws:s3:::b/x",
        resource_account=DEV,
    )
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "NotAction": ["iam:*", "ec2:*"], "NotResource": "arn:aws:s3:::b/*"},
    }
    evaluation = evaluate(request, PolicySet(identity=(NamedPolicy(name="p", policy=Policy.parse(document)),)))
    lines = _words(explain.text(evaluation))
    assert "NotAction: yes, s3:GetObject is not among iam:* or ec2:*" in lines
    assert "NotResource: no, arn:aws:s3:::b/x fits arn:aws:s3:::b/*, which NotResource leaves out" in lines


@pytest.mark.parametrize("show", [explain.text, explain.html], ids=["text", "html"])
def test_of_many_statements_the_deciding_ones_are_shown_and_the_rest_counted(show):
    """Nothing is left out in silence."""
    many = NamedPolicy(name="many", policy=Policy.parse({"Statement": [_silent(n) for n in range(30)]}))
    last = NamedPolicy(name="last", policy=allow("s3:GetObject", sid="Decides"))
    request = Request(
        principal=Principal(f"arn:aws:iam::{DEV}:user/alice"),
        action="s3:GetObject",
        resource="arn:aws:s3:::b/x",
        resource_account=DEV,
    )
    shown = show(evaluate(request, PolicySet(identity=(many, last))))
    assert "tatement Decides of last" in shown
    assert "23 more statements" in shown


def _silent(number):
    return {"Effect": "Allow", "Action": f"ec2:Run{number}", "Resource": "*"}


def test_every_verdict_has_a_word_and_a_sign():
    """Colour only repeats what word and sign say."""
    assert set(language.VERDICTS) == set(Decision)
    assert len({look.word for look in language.VERDICTS.values()}) == 3
    assert len({look.sign for look in language.VERDICTS.values()}) == 3
    for decision, look in language.VERDICTS.items():
        assert explain.summary(decision) == f"{look.sign} {look.word}"


def test_every_relation_and_every_kind_can_be_told_without_colour():
    """Kinds differ in shape, and relations that mean different things in line, head or both."""
    looks = {name: (look.style, look.arrowhead) for name, look in language.EDGES.items() if name != "needs no policy"}
    assert len(set(looks.values())) == len(looks)
    shapes = {name: look.shape for name, look in language.NODES.items() if name != "session"}
    assert len(set(shapes.values())) == len(shapes)


def _luminance(colour):
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


COLOURS = {
    **{f"white on {decision.value}": ("#ffffff", look.colour) for decision, look in language.VERDICTS.items()},
    **{f"{name} on white": (look.colour, "#ffffff") for name, look in language.EDGES.items()},
    **{f"black on {name}": ("#000000", look.fill) for name, look in language.NODES.items()},
}


@pytest.mark.parametrize(("front", "back"), COLOURS.values(), ids=COLOURS.keys())
def test_colours_have_enough_contrast(front, back):
    """At least 4.5 to 1, by the formula of WCAG."""
    assert _contrast(front, back) >= 4.5


def test_notebooks_know_how_to_show_what_learners_see():
    """An evaluation and a graph have a formatter each, and evaluations have a repr of one line."""
    assert {type_.__name__ for type_ in FORMATTERS} >= {"Evaluation", "Graph"}


@pytest.fixture
def production():
    """A team of which some may reach production."""
    return story.staging_and_production()


PRODUCTION = "arn:aws:s3:::acme-prod/1.jpg"


def test_who_can_as_a_graph(production):
    """At most twelve nodes, each in its account, and every sentence of the graph says what the answer says."""
    graph = production.graph(production.who_can("s3:PutObject", PRODUCTION))
    assert len(graph.nodes) <= 12
    assert {edge.relation for edge in graph.edges} == {"allows"}
    told = "Role ProdRole may do s3:PutObject (through statement 2 of Application) on"
    assert any(one.startswith(told) for one in graph.sentences)


def test_paths_as_a_graph(production):
    """The shortest way through a role is marked, with its condition."""
    graph = production.graph(production.paths("s3:PutObject", PRODUCTION))
    marked = [edge for edge in graph.edges if edge.deciding]
    assert [edge.relation for edge in marked] == ["assumes", "allows"]
    assert marked[0].label == "assumes (only with MFA)"
    assert "User oscar assumes (only with MFA) role ProdRole." in graph.sentences


def test_a_difference_as_a_graph(production):
    """Gained and lost are relations of their own."""
    before = production.snapshot()
    dana = next(one for one in production.callers if one.name == "dana")
    dana.put_policy("New", allow("s3:GetObject", on=PRODUCTION))
    (edge,) = production.graph(production.difference(before)).edges
    assert (edge.source.name, edge.relation, edge.label) == ("dana", "gained", "gained s3:GetObject on")


def test_many_callers_are_drawn_together():
    """Callers of whom the same is said are one node with their number; the graph stays small."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_bucket("acme-photos")
    for number in range(60):
        policy = allow("s3:GetObject" if number % 2 else "s3:*", on="arn:aws:s3:::acme-photos/*")
        dev.create_user(f"user{number}").put_policy("Photos", policy)
    graph = lab.graph(lab.who_can("s3:GetObject", "arn:aws:s3:::acme-photos/1.jpg"))
    assert len(graph.nodes) <= 12
    assert any(node.name.startswith("60 users: user0, user1") for node in graph.nodes)


def test_the_matrix_as_html(production):
    """Words and signs, headers that say what they head, names escaped; beyond its size, numbers and advice."""
    production.accounts[0].create_user("a+b")
    page = matrix_html(production.access_matrix(None, ["s3:GetObject", "sts:AssumeRole"], [PRODUCTION]))
    assert '<th scope="col">who</th>' in page
    assert '<th scope="row">role ProdRole</th>' in page
    assert "✔ allowed" in page
    assert "sts:AssumeRole" not in page  # nobody asks about that on an object
    assert "Ask about fewer" in matrix_html(production.access_matrix())


def test_the_answers_as_html(production):
    """The question, and a sentence for each answer."""
    page = sentences_html(production.who_can("s3:PutObject", PRODUCTION))
    assert page.count("<li>") == len(production.who_can("s3:PutObject", PRODUCTION))


def test_a_large_world_is_counted_not_drawn():
    """A hairball helps nobody: the picture says how many there are, and what to ask instead."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    for number in range(300):
        dev.create_user(f"user{number}")
    graph = lab.graph()
    assert [node.name for node in graph.nodes] == ["300 users"]
    assert "lab.who_can" in graph.title


def test_a_long_arn_goes_on_in_a_second_line_of_its_node():
    """What it is about is read without the drawing growing as wide as the ARN; a short one stays in one line."""
    server = "arn:aws:ec2:us-east-1:111111111111:instance/i-0abc"
    nodes = tuple(Node(kind="resource", name=name) for name in (server, "arn:aws:s3:::acme-photos/*"))
    drawn = dot(Graph(title="Two", nodes=nodes, edges=()))
    assert r"resource\narn:aws:ec2:us-east-1:111111111111:\ninstance/i-0abc" in drawn
    assert r"resource\narn:aws:s3:::acme-photos/*" in drawn


def test_a_policy_is_shown_as_the_json_that_it_is() -> None:
    """Without its tags it parses, and says the same; with a mark, the marked statement is set off."""
    policy = Policy.parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "Look", "Effect": "Allow", "Action": "s3:List*", "Resource": "*"},
                {"Sid": "Keep", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
            ],
        }
    )
    text = unescape(re.sub(r"<[^>]+>", "", policy_html(policy)))
    assert json.loads(text) == policy.document
    assert '<span class="iamlab-marked">' in policy_html(policy, [2])


def test_a_cell_of_an_explanation_knows_the_rules_behind_it() -> None:
    """Each with its sentence, for whoever points at it."""
    team = story.developer_group()
    dana = team.accounts[0].user("dana")
    evaluation = team.evaluate(dana, "s3:ListBucket", "arn:aws:s3:::acme-dev")
    titles = [one["title"] for one in Page(explain.html(evaluation)).of("td") if "title" in one]
    rules = {check.rule for layer in evaluation.layers for one in layer.matches for check in one.elements}
    assert len(rules) > 2
    for rule in rules:
        assert any(f"{rule}: {RULES[rule].sentence}" in title for title in titles)


def test_an_explanation_says_what_a_variable_came_to_and_whom_an_account_stands_for() -> None:
    """``${aws:username}`` is dana here; ``:root`` is no root user; a missing key makes a condition fail."""
    team = story.developer_group()
    dana = team.accounts[0].user("dana")
    said = explain.text(team.evaluate(dana, "s3:GetObject", "arn:aws:s3:::acme-dev/home/eric/a"))
    assert "(which is arn:aws:s3:::acme-dev/home/dana/* here)" in said
    assert "the request has no s3:prefix; without it StringLike home/${aws:username}/* does not hold" in said
    accounts = story.two_accounts()
    ned, role = accounts.accounts[0].user("Ned"), accounts.accounts[1].role("UpdateApp")
    said = explain.text(accounts.evaluate(ned, "sts:AssumeRole", role))
    assert "arn:aws:iam::111111111111:root, which stands for the whole account" in said
    assert "Statement 1 of the trust policy (Allow) applies" in said
