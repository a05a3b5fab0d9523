"""One question before and after a change, in one graph: what is new, gone, under another condition, and what stayed."""

from __future__ import annotations

import pytest

from iamlab import IamlabError, Lab, allow, deny

PHOTOS = "arn:aws:s3:::acme-photos/*"
PICTURE = "arn:aws:s3:::acme-photos/1.jpg"
READ = allow("s3:GetObject", on=PHOTOS)
ROOT = f"Root user of 111111111111 may, as before, do s3:GetObject on resource {PICTURE}."


def _if_mfa(value="true"):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": PHOTOS}
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": value}}}
    return {"Version": "2012-10-17", "Statement": [{**statement, **condition}]}


def _lab(*users):
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_bucket("acme-photos")
    return (lab, *(dev.create_user(name) for name in users))


def _graph(lab, before):
    return lab.graph(lab.who_can("s3:GetObject", PICTURE), before=before)


def _edges(graph):
    return [(edge.source.name, edge.relation, edge.label) for edge in graph.edges]


def test_every_thing_that_may_become_of_an_answer():
    """Each with a line style of its own or a word, and the changes before what stayed."""
    lab, ann, ben, cleo, dan, eve, fay = _lab("ann", "ben", "cleo", "dan", "eve", "fay")
    for one in (ann, ben, cleo, fay):
        one.put_policy("Read", READ)
    dan.put_policy("Read", _if_mfa())
    before = lab.snapshot()
    ben.delete_policy("Read")
    cleo.put_policy("Read", _if_mfa())
    dan.put_policy("Read", READ)
    eve.put_policy("Read", READ)
    fay.put_policy("No", deny("s3:GetObject", on=PHOTOS))
    graph = _graph(lab, before)
    assert graph.title == f"Who can do s3:GetObject on {PICTURE}: before and after"
    assert _edges(graph) == [
        (
            "cleo",
            "depends",
            "may still do s3:GetObject (only with MFA; before, always) (through statement 1 of Read) on",
        ),
        ("dan", "gained", "may do s3:GetObject (always; before, only with MFA) (through statement 1 of Read) on"),
        ("eve", "gained", "may now do s3:GetObject (through statement 1 of Read) on"),
        ("ben", "lost", "could until now do s3:GetObject (through statement 1 of Read) on"),
        (
            "fay",
            "lost",
            "could until now do s3:GetObject (through statement 1 of Read; forbidden now by statement 1 of No) on",
        ),
        ("ann", "allows", "may, as before, do s3:GetObject (through statement 1 of Read) on"),
        ("user of 111111111111", "allows", "may, as before, do s3:GetObject on"),
    ]
    assert graph.sentences[-1] == ROOT
    assert list(graph.table()["from"]) == [
        "user cleo",
        "user dan",
        "user eve",
        "user ben",
        "user fay",
        "user ann",
        "root user of 111111111111",
    ]


def test_a_condition_that_stays_and_one_that_is_another():
    """What depends is dashed, as in every graph."""
    lab, ann, ben = _lab("ann", "ben")
    ann.put_policy("Read", _if_mfa())
    ben.put_policy("Read", _if_mfa())
    before = lab.snapshot()
    ben.put_policy("Read", _if_mfa("false"))
    changed, stayed, _ = _edges(_graph(lab, before))
    assert changed[:2] == ("ben", "depends")
    assert changed[2].startswith("may still do s3:GetObject (only ")
    assert "; before, only with MFA)" in changed[2]
    assert stayed == (
        "ann",
        "depends",
        "may, as before, do s3:GetObject (only with MFA) (through statement 1 of Read) on",
    )


def test_who_came_went_or_has_another_name():
    """One who is gone could do it; one who was renamed is the same caller."""
    lab, ann, ben = _lab("ann", "ben")
    ann.put_policy("Read", READ)
    ben.put_policy("Read", READ)
    before = lab.snapshot()
    ben.delete_policy("Read")
    ben.delete()
    ann.rename("anna")
    lab.accounts[0].create_user("cleo").put_policy("Read", READ)
    assert [(name, relation) for name, relation, _ in _edges(_graph(lab, before))] == [
        ("cleo", "gained"),
        ("ben", "lost"),
        ("anna", "allows"),
        ("user of 111111111111", "allows"),
    ]


def test_a_bucket_that_was_not_there():
    """Nobody could do anything to it."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    before = lab.snapshot()
    dev.create_bucket("acme-photos")
    assert _edges(_graph(lab, before)) == [("user of 111111111111", "gained", "may now do s3:GetObject on")]


def test_what_one_caller_can_do():
    """Of that caller alone, several actions together of which the same is to be said."""
    lab, ann, _ = _lab("ann", "ben")
    before = lab.snapshot()
    ann.put_policy("Work", allow("s3:GetObject", "s3:PutObject", on=PHOTOS))
    graph = lab.graph(lab.what_can(ann, ["s3:GetObject", "s3:PutObject"]), before=before)
    assert graph.sentences == (
        f"User ann may now do s3:GetObject, s3:PutObject (through statement 1 of Work) on resource {PICTURE}.",
    )


def test_nobody_before_and_nobody_after():
    """A sentence of its own, not an empty picture."""
    lab, _ = _lab("ann")
    lab.accounts[0].resources[0].put_policy(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": PHOTOS},
        }
    )
    assert _graph(lab, lab.snapshot()).sentences == ("Nobody may, and nobody could before.",)


def test_many_callers():
    """Those of whom the same is said are one node, so that at most twelve are drawn."""
    lab, *users = _lab(*(f"u{number}" for number in range(20)))
    for one in users[:15]:
        one.put_policy("Read", READ)
    before = lab.snapshot()
    for one in users[10:15]:
        one.delete_policy("Read")
    for one in users[15:]:
        one.put_policy("Read", READ)
    graph = _graph(lab, before)
    assert [(name, relation) for name, relation, _ in _edges(graph)] == [
        ("5 users: u15, u16, u17 ...", "gained"),
        ("5 users: u10, u11, u12 ...", "lost"),
        ("10 users: u0, u1, u2 ...", "allows"),
        ("user of 111111111111", "allows"),
    ]
    assert len(graph.nodes) <= 12


def test_what_has_no_before_and_after():
    """A snapshot, and an answer to who_can or what_can, or a sentence that says so."""
    lab, ann = _lab("ann")
    snapshot = lab.snapshot()
    for question in (None, lab.evaluate(ann, "s3:GetObject", PICTURE), lab.paths("s3:GetObject", PICTURE)):
        with pytest.raises(IamlabError, match=r"lab\.who_can"):
            lab.graph(question, before=snapshot)
    with pytest.raises(IamlabError, match=r"lab\.snapshot"):
        lab.graph(lab.who_can("s3:GetObject", PICTURE), before=lab)
    with pytest.raises(IamlabError, match="Ask about one resource"):
        lab.graph(lab.who_can("s3:GetObject", PHOTOS), before=snapshot)
