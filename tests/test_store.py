"""The store: a world in one file, whole or not at all, and read with suspicion."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta

import pytest

from iamlab import IamlabError, Lab, allow, deny
from iamlab.lessons import story
from iamlab.world import store

WORLDS = [
    story.administrator,
    story.developer_group,
    story.staging_and_production,
    story.two_accounts,
    story.consultant,
    story.application_on_ec2,
]


def _busy():
    """A world with something of nearly everything in it."""
    lab = story.staging_and_production()
    dev = lab.accounts[0]
    organization = lab.create_organization(lab.create_account("Management", "222222222222"))
    organization.add(dev, organization.create_unit("U"))
    organization.enable("SCP")
    organization.attach(organization.create_policy("Edge", allow("*")), dev)
    dana, oscar = dev.user("dana"), dev.user("oscar")
    dana.create_access_key()
    dana.put_boundary(dev.managed_policy("AdministratorAccess"))
    lab.sts.assume_role(oscar, dev.role("ProdRole"), "oscar", mfa=True, policy=allow("s3:*"))
    github = dev.create_oidc_provider("https://token.actions.githubusercontent.com", ["sts.amazonaws.com"])
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": github.arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    role = dev.create_role("Build", trust=story.document(statement))
    token = lab.identity_token(github, "me", audience="sts.amazonaws.com")
    lab.sts.assume_role_with_web_identity(token, role, "build")
    dev.buckets[0].put_object("a", tags={"x": "y"})
    lab.clock.advance(minutes=1)
    return lab


@pytest.mark.parametrize("build", [*WORLDS, _busy], ids=lambda one: one.__name__)
def test_what_was_saved_is_loaded(tmp_path, build):
    """State, clock, trail and seed; the next ID is the same, and so is what anybody may do."""
    lab = build()
    lab.save(tmp_path / "world.json")
    again = Lab.load(tmp_path / "world.json")
    assert again.snapshot() == lab.snapshot()
    assert again.trail == lab.trail
    assert again.clock.now == lab.clock.now
    assert [one.record for one in again.sessions] == [one.record for one in lab.sessions]
    assert again.accounts[0].create_user("new").id == lab.accounts[0].create_user("new").id
    for one in lab.accounts[0].users:
        found = again.accounts[0].user(one.name)
        assert (
            again.evaluate(found, "s3:ListAllMyBuckets").decision is lab.evaluate(one, "s3:ListAllMyBuckets").decision
        )


def test_a_loaded_world_goes_on(tmp_path):
    """Sessions expire, deleted principals stay deleted."""
    lab = _busy()
    lab.save(tmp_path / "world.json")
    again = Lab.load(str(tmp_path / "world.json"))
    session = next(one for one in again.sessions if one.name == "oscar")
    assert again.evaluate(session, "s3:GetObject", again.accounts[0].buckets[1] / "x").allowed
    assert session.time_left == timedelta(minutes=59)
    again.clock.advance(minutes=59)
    with pytest.raises(IamlabError) as caught:
        again.sts.get_caller_identity(session)
    assert caught.value.code == "ExpiredToken"


def _damage(content, path, value):
    found = content
    for key in path[:-1]:
        found = found[key]
    if value is None:
        del found[path[-1]]
    else:
        found[path[-1]] = value
    return json.dumps(content)


DAMAGES = {
    "a record without a name": (["state", "accounts", "111111111111", "name"], None),
    "a record with something more": (["state", "accounts", "111111111111", "colour"], "red"),
    "a number for a text": (["state", "accounts", "111111111111", "name"], 7),
    "a text for a number": (["serial"], "7"),
    "a text for the state": (["state"], "all"),
    "no state": (["state"], None),
    "no date": (["state", "now"], "soon"),
    "a date without a time zone": (["state", "now"], "2026-11-02T09:00:00"),
    "another format": (["format"], "somebody's world"),
    "a later version": (["version"], 99),
    "a version that is a text": (["version"], "1"),
    "an account that is gone": (["state", "accounts"], {}),
}


@pytest.mark.parametrize(("path", "value"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused(tmp_path, path, value):
    """With a sentence that names the file and what is wrong."""
    file = tmp_path / "world.json"
    story.two_accounts().save(file)
    file.write_text(_damage(json.loads(file.read_text()), path, value))
    with pytest.raises(IamlabError) as caught:
        Lab.load(file)
    assert caught.value.code == "DamagedFile"
    assert str(file) in caught.value.message


def _organized():
    """An organization with a unit, an account in it and a policy on both; and a policy of two versions."""
    lab = Lab()
    dev, prod = lab.create_account("Development", "111111111111"), lab.create_account("Production", "999999999999")
    organization = lab.create_organization(dev)
    organization.enable("SCP")
    unit = organization.create_unit("Workloads")
    organization.add(prod, unit)
    policy = organization.create_policy("NoS3", deny("s3:*"))
    organization.attach(policy, unit)
    organization.attach(policy, prod)
    prod.create_policy("P", allow("*")).create_version(allow("s3:*"))
    return lab


DANGLING = {
    "a unit under itself": lambda org, state: org["units"]["UNIT"].update(parent="UNIT"),
    "a unit under an account": lambda org, state: org["units"]["UNIT"].update(parent="999999999999"),
    "an account under an account": lambda org, state: org["parents"].update({"999999999999": "111111111111"}),
    "a policy that is attached and gone": lambda org, state: org["policies"].clear(),
    "something attached to what is gone": lambda org, state: org["attached"].update({"ou-gone-00000000": []}),
    "a member that is no account": lambda org, state: org["parents"].update({"444444444444": "UNIT"}),
    "a management account that is no member": lambda org, state: org.update(management_account="444444444444"),
    "a default version that is gone": lambda org, state: next(iter(state["policies"].values())).update(default="v9"),
}


@pytest.mark.parametrize("damage", DANGLING.values(), ids=DANGLING.keys())
def test_what_points_nowhere_or_at_itself_is_refused(tmp_path, damage):
    """When the file is read, and not by the first question that follows it."""
    file, lab = tmp_path / "world.json", _organized()
    lab.save(file)
    assert Lab.load(file).snapshot() == lab.snapshot()
    unit = lab.organizations[0].units[0].id
    content = json.loads(file.read_text().replace(unit, "UNIT"))
    damage(next(iter(content["state"]["organizations"].values())), content["state"])
    file.write_text(json.dumps(content))
    with pytest.raises(IamlabError) as caught:
        Lab.load(file)
    assert caught.value.code == "DamagedFile"


TEXTS = ["", "{", "[]", "null", "7", '{"format": "iamlab world"}', "\x00", "[" * 100_000]


@pytest.mark.parametrize("text", TEXTS, ids=[ascii(text)[:20] for text in TEXTS])
def test_a_foreign_file_is_refused(tmp_path, text):
    """Whatever it is."""
    file = tmp_path / "world.json"
    file.write_text(text)
    with pytest.raises(IamlabError) as caught:
        Lab.load(file)
    assert caught.value.code == "DamagedFile"


def test_every_part_that_is_cut_off_is_noticed(tmp_path):
    """A file that breaks off anywhere is no world."""
    file = tmp_path / "world.json"
    story.consultant().save(file)
    whole = file.read_bytes()
    for length in random.Random(1).sample(range(len(whole) - 1), 50):
        file.write_bytes(whole[:length])
        with pytest.raises(IamlabError):
            Lab.load(file)


def test_a_policy_that_is_no_policy_any_more_is_noticed(tmp_path):
    """Documents are read again as when they were made."""
    file = tmp_path / "world.json"
    story.consultant().save(file)
    file.write_text(file.read_text().replace('"Allow"', '"Perhaps"', 1))
    with pytest.raises(IamlabError) as caught:
        Lab.load(file)
    assert caught.value.code == "DamagedFile"


def test_places_that_cannot_be_used(tmp_path):
    """No such file, a folder, nothing."""
    for path, code in ((tmp_path / "none.json", "NoSuchFile"), (tmp_path, "NoSuchFile"), (None, "InvalidInput")):
        with pytest.raises(IamlabError) as caught:
            Lab.load(path)
        assert caught.value.code == code
    with pytest.raises(IamlabError) as caught:
        Lab().save(tmp_path)
    assert caught.value.code == "CannotSave"
    assert list(tmp_path.iterdir()) == []


def test_an_older_version_is_brought_up(tmp_path, monkeypatch):
    """One step for each version that there was."""
    file = tmp_path / "world.json"
    lab = story.consultant()
    lab.save(file)
    content = json.loads(file.read_text())
    content["version"], content["number"] = 0, content.pop("seed")
    file.write_text(json.dumps(content))
    with pytest.raises(IamlabError):
        Lab.load(file)

    def up(old):
        return {**{key: value for key, value in old.items() if key != "number"}, "seed": old["number"], "version": 1}

    monkeypatch.setitem(store.MIGRATIONS, 0, up)
    assert Lab.load(file).snapshot() == lab.snapshot()


SAVER = textwrap.dedent(
    """
    import os, sys
    from iamlab.lessons import story
    for _ in sys.stdin:
        child = os.fork()  # at each line another one saves
        if child:
            os.waitpid(child, 0)
            continue
        lab = story.two_accounts()
        number = 0
        while True:
            number += 1
            lab.accounts[0].user("Ned").tag({"saved": str(number)})
            lab.save(sys.argv[1])
            if number == 1:
                print(os.getpid(), flush=True)  # from here on it is always saving, however slow the machine
    """
)


def test_whoever_is_killed_while_saving_leaves_a_whole_file(tmp_path):
    """Killed thirty times, at any moment: the old file or the new one, and it loads."""
    file = tmp_path / "world.json"
    moments = random.Random(2)
    command = [sys.executable, "-c", SAVER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as savers:
        saved = [_killed(savers, moments.uniform(0, 0.05), file) for _ in range(30)]
    assert min(saved) >= 1


def _killed(savers, after, file):
    """What the file says when whoever saves it has been killed; the tag counts."""
    savers.stdin.write("save\n")
    savers.stdin.flush()
    saver = int(savers.stdout.readline())
    time.sleep(after)
    os.kill(saver, signal.SIGKILL)
    return int(Lab.load(file).accounts[0].user("Ned").tags["saved"])
