"""The assume console without a browser: what it assumes, refuses, shows and follows, driven by its traits."""

from __future__ import annotations

import ast
import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from iamlab import IamlabError, Lab, allow
from iamlab.lessons import story
from iamlab.views.sessions import Standing, maker, standing, time_words
from iamlab.widgets import AssumeConsole, RequestExplorer, WorldEditor, memory
from iamlab.widgets.clock_control import seconds_in
from iamlab.widgets.requests import derived

STAGING = "arn:aws:s3:::acme-staging"
REQUESTS = (
    ("s3:ListBucket", STAGING),
    ("s3:ListBucket", "arn:aws:s3:::acme-prod"),
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/StagingRole"),
)
# What dana, a developer, may do by herself and as StagingRole (SCN-03): the role's permissions take the place of hers.
DENIED, ALLOWED = "○ Denied, implicitly", "✔ Allowed"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_kept", {})


@pytest.fixture
def lab() -> Lab:
    """Staging and production: dana may assume StagingRole, oscar with MFA ProdRole."""
    return story.staging_and_production()


@pytest.fixture
def console(lab: Lab) -> AssumeConsole:
    """Dana, about to assume StagingRole."""
    return AssumeConsole(lab, who="dana", role="StagingRole", requests=REQUESTS)


def _text(value: str) -> str:
    """What a reader sees."""
    value = re.sub(r"<style>.*?</style>", "", value, flags=re.DOTALL).replace("<wbr>", "")
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", value))).strip()


def _columns(console: AssumeConsole) -> list[list[str]]:
    """The outcomes of the table, column by column."""
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", console.swap.value)
    cells = [[_text(cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in rows]
    return [list(column) for column in zip(*cells, strict=True)]


def _assume(console: AssumeConsole, **fields: Any) -> str:
    for name, value in fields.items():
        getattr(console.form, name).value = value
    console.form.assume.click()
    return _text(console.form.result.value)


def _move(console: AssumeConsole, by: str) -> str:
    console.clock.by.value = by
    console.clock.move.click()
    return _text(console.clock.result.value)


def _try(console: AssumeConsole, action: str, resource: str = "") -> str:
    console.trial.action.value, console.trial.resource.value = action, resource
    console.trial.button.click()
    return _text(console.trial.result.value)


def _labels(dropdown: Any) -> list[str]:
    return [label for label, _ in dropdown.options]


def _lab(**trusts: Any) -> Lab:
    """One account with ana, who may assume everything, and a role for each trust policy."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_user("ana").put_policy("Assume", allow("sts:AssumeRole"))
    for name, trust in trusts.items():
        dev.create_role(name, trust=trust)
    return lab


# 1. The clock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("14:59", 899),
        ("0:01", 1),
        ("90:00", 5400),
        ("1:00:00", 3600),
        ("12:34:56", 45296),
        ("90s", 90),
        (" 31 s ", 31),
        ("15m", 900),
        ("15 minutes", 900),
        ("1 h", 3600),
        ("2 days", 172800),
    ],
)
def test_a_length_of_time_is_read(text: str, seconds: int) -> None:
    """Minutes and seconds, hours as well, or a number with its unit."""
    assert seconds_in(text) == seconds


NO_TIMES = [
    "", "soon", "90", "14:60", "1:60:00", "1:2:3:4", ":30", "1e3s", "0s", "0:00", "1.5h", "٣s", "9" * 5000, "<b>1s</b>",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_length_of_time_gets_a_sentence_with_the_remedy(console: AssumeConsole, text: str) -> None:
    """And the world is as it was."""
    before = console.answer.snapshot()
    said = _move(console, text)
    assert "no length of time" in said
    assert "14:59" in said
    assert len(said) < 700
    assert "<b>" not in console.clock.result.value
    assert console.answer.snapshot() is before


def test_the_clock_never_goes_back(console: AssumeConsole) -> None:
    """Neither by the field nor by the slider, which returns to where it was."""
    _move(console, "10:30")
    before = console.answer.snapshot()
    assert "never goes back" in _move(console, "-5:00")
    console.clock.slider.value = 9
    assert console.clock.slider.value == 10
    assert "lab.restore" in _text(console.clock.result.value)
    assert console.answer.snapshot() is before


def test_further_than_a_clock_goes_is_refused(console: AssumeConsole) -> None:
    """The year 9999 is the last one there is."""
    before = console.answer.snapshot()
    assert "further than a clock can be moved" in _move(console, "999999999d")
    assert console.answer.snapshot() is before


def test_slider_and_buttons_move_the_world_s_clock(console: AssumeConsole, lab: Lab) -> None:
    """From 09:00:00: to minute 5, then +1 min, +15 min, +1 h; the slider shows 81 and goes to full minutes."""
    console.clock.slider.value = 5
    for words in ("+1 min", "+15 min", "+1 h"):
        console.clock.steps[words].click()
    assert f"{lab.clock.now:%H:%M:%S}" == "10:21:00"
    assert console.clock.slider.value == 81
    assert "10:21:00 UTC" in _text(console.clock.shown.value)
    _move(console, "59s")
    assert console.clock.slider.value == 81
    console.clock.slider.value = 82
    assert f"{lab.clock.now:%H:%M:%S}" == "10:22:00"


def test_beyond_twelve_hours_the_slider_stands_at_its_end(console: AssumeConsole, lab: Lab) -> None:
    """It can show no more, and going back from there is refused."""
    _move(console, "20h")
    assert console.clock.slider.value == 720
    console.clock.slider.value = 700
    assert console.clock.slider.value == 720
    assert f"{lab.clock.now:%d %H:%M}" == "03 05:00"


def test_enter_in_the_field_does_what_the_button_does(console: AssumeConsole, lab: Lab) -> None:
    """The page sends both in one message."""
    console.clock.by.set_state({"value": "90s", "entered": 1})
    assert f"{lab.clock.now:%H:%M:%S}" == "09:01:30"


# 2. Who am I


def test_who_one_is_before_during_and_after(console: AssumeConsole, lab: Lab) -> None:
    """As STS-13 has it: a user's ID and ARN; the role's ID with the session's name, and the assumed-role ARN."""
    dana, role = lab.accounts[0].user("dana"), lab.accounts[0].role("StagingRole")
    mine = f"UserId {dana.id} Account 111111111111 Arn arn:aws:iam::111111111111:user/dana"
    assert mine in _text(console.identity.value)
    _assume(console)
    session = "arn:aws:sts::111111111111:assumed-role/StagingRole/dana-session"
    assert f"UserId {role.id}:dana-session Account 111111111111 Arn {session}" in _text(console.identity.value)
    console.sessions.drop.click()
    assert mine in _text(console.identity.value)


def test_looking_at_who_one_is_is_no_call(console: AssumeConsole, lab: Lab) -> None:
    """The trail holds what was done, and nothing that the console asked for itself."""
    calls = len(lab.trail)
    _assume(console)
    console.acting.label = "user erin"
    console.acting.label = "user dana"
    assert [one.operation for one in lab.trail[calls:]] == ["AssumeRole"]


def test_everybody_who_can_act_is_on_offer(lab: Lab) -> None:
    """Users, the root user, console sessions, role sessions; what has ended says so and comes last."""
    dev = lab.accounts[0]
    dana = dev.user("dana")
    dana.create_login_profile()
    lab.sts.assume_role(dana, dev.role("StagingRole"), "short", duration=900)
    lab.console_sign_in(dana)
    lab.clock.advance(minutes=15)
    lab.sts.assume_role(dana, dev.role("StagingRole"), "twice")
    lab.sts.assume_role(dana, dev.role("StagingRole"), "twice")
    assert _labels(AssumeConsole(lab).acting) == [
        "user dana",
        "user erin",
        "user oscar",
        "the root user",
        "session twice of role StagingRole, issued 09:15:00, ✔ open",
        "session twice of role StagingRole, issued 09:15:00, ✔ open (2)",
        "console session of user dana, issued 09:00:00, ✔ open",
        "session short of role StagingRole, issued 09:00:00, ⊘ expired",
    ]


def test_several_accounts_are_told_apart() -> None:
    """By their names."""
    console = AssumeConsole("two_accounts")
    assert "user David (Development)" in _labels(console.acting)
    assert "role UpdateApp (Production)" in _labels(console.form.role)


# 3. Assume a role


def test_fifteen_minutes_to_the_second(console: AssumeConsole, lab: Lab) -> None:
    """900 seconds: after 14:59 still allowed, one second later ExpiredToken (STS-26), and the user is who she was."""
    said = _assume(console, duration="900")
    assert "Assumed" in said
    assert "09:15:00 UTC, in 15 minutes" in said
    assert console.acting.label == "session dana-session of role StagingRole, issued 09:00:00, ✔ open"
    _move(console, "14:59")
    assert "✔ open, 1 second left" in _text(console.sessions.table.value)
    assert _columns(console)[1] == [ALLOWED, DENIED, DENIED]
    assert "✔ Allowed" in _try(console, "s3:ListBucket", STAGING)
    _move(console, "1s")
    assert "⊘ expired at 09:15:00" in _text(console.sessions.table.value)
    assert "⊘ expired" in console.acting.label
    assert "ExpiredToken: The security token included in the request is expired" in _text(console.identity.value)
    assert _columns(console) == [[DENIED, DENIED, ALLOWED], ["⊘ ExpiredToken"] * 3, [DENIED, DENIED, ALLOWED]]
    assert "The session has ended" in _text(console.swap.value)
    assert "ExpiredToken: The provided token has expired." in _try(console, "s3:ListBucket", STAGING)
    before = lab.snapshot()
    assert "ExpiredToken" in _assume(console)
    assert lab.snapshot() == before
    console.sessions.drop.click()
    assert console.acting.label == "user dana"


def test_no_secret_is_shown(console: AssumeConsole) -> None:
    """Neither the secret key nor the token, anywhere; they wait to be revealed in Python."""
    _assume(console)
    assert console.session is not None
    record = console.session.record
    assert record.id in console.form.result.value
    shown = "".join(
        str(one.value) for one in (console.form.result, console.sessions.table, console.trail, console.swap)
    )
    shown += str(console._repr_mimebundle_()) + repr(console)
    assert record.secret not in shown
    assert record.token not in shown
    assert console.session.credentials is not None
    assert console.session.credentials.reveal()["SecretAccessKey"] == record.secret


REFUSED = [
    ({"duration": "0"}, "Value '0' at 'durationSeconds' failed to satisfy constraint", "from 900"),
    ({"duration": "-900"}, "Value '-900' at 'durationSeconds'", "from 900"),
    ({"duration": "899"}, "Member must have value greater than or equal to 900. It may be 900 to 43200", "from 900"),
    ({"duration": "31536000"}, "Member must have value less than or equal to 43200", "from 900"),
    ({"duration": "soon"}, "durationSeconds is a whole number; this is 'soon'", "from 900"),
    ({"duration": "15.5"}, "whole number", "from 900"),
    ({"duration": "9" * 5000}, "whole number", "from 900"),
    ({"duration": "3601"}, "exceeds the MaxSessionDuration set for this role", "longest session"),
    ({"session_name": "my session"}, "Value 'my session' at 'roleSessionName' failed", "without blanks"),
    ({"session_name": ""}, "roleSessionName has 0 characters", "2 to 64"),
    ({"session_name": "x" * 65}, "roleSessionName has 65 characters", "2 to 64"),
    ({"external_id": "two words"}, "Value 'two words' at 'externalId' failed", "without blanks"),
    ({"mfa": True}, "no MFA device", "tick"),
    ({"policy": "{"}, "MalformedPolicyDocument", "session policy"),
    ({"policy": "[]"}, "MalformedPolicyDocument", "session policy"),
    ({"policy": json.dumps(allow("s3:*", on=[f"{STAGING}/{n}" for n in range(90)]).document)}, "may have 2048", ""),
    ({"typed": "StagingRole"}, "'StagingRole' is no role", "type an ARN"),
    ({"typed": ""}, "'' is no role", "Choose a role"),
    ({"typed": "arn:aws:iam::111111111111:role/Nobody"}, "AccessDenied: User: arn:aws:iam::", "trust policy"),
    ({"typed": "arn:aws:iam::111111111111:role/stagingrole"}, "AccessDenied: User: arn:aws:iam::", "trust policy"),
]


@pytest.mark.parametrize(("fields", "message", "remedy"), REFUSED)
def test_what_aws_refuses_is_said_with_its_remedy(
    console: AssumeConsole, lab: Lab, fields: dict[str, Any], message: str, remedy: str
) -> None:
    """AWS's code and sentence, what to do, and nothing half done."""
    before = lab.snapshot()
    if "typed" in fields:
        console.form.role.label = "another: type its ARN"
    said = _assume(console, **fields)
    assert "✖ Refused" in said
    assert message in said
    assert remedy in said
    assert len(said) < 4000
    assert lab.snapshot() == before
    assert console.acting.label == "user dana"
    assert console.session is None


NOBODY = story.trust(Service="ec2.amazonaws.com")
EVERYBODY = story.trust(AWS="*")
ACCOUNT = story.trust(AWS=story.account("111111111111"))
AWS_SAYS = "because no role trust policy allows the sts:AssumeRole action"


def test_a_role_that_trusts_no_user_is_not_assumed() -> None:
    """AWS's own sentence, and the policies that were looked at, statement by statement."""
    console = AssumeConsole(_lab(Service=NOBODY), who="ana", role="Service")
    said = _assume(console)
    arn = "arn:aws:iam::111111111111:"
    assert f"User: {arn}user/ana is not authorized to perform: sts:AssumeRole on resource: {arn}role/Service" in said
    assert AWS_SAYS in said
    assert "Why, statement by statement" in said
    assert console.answer.sessions == ()
    assert "✖ AccessDenied" in _text(console.trail.value)


def test_a_role_that_trusts_everybody_is_assumed() -> None:
    """By whoever may call sts:AssumeRole; the root user may not, whatever is trusted (STS-05)."""
    console = AssumeConsole(_lab(Open=EVERYBODY), who="ana", role="Open")
    console.acting.label = "the root user"
    assert "Roles may not be assumed by root accounts." in _assume(console)
    console.acting.label = "user ana"
    assert "Assumed" in _assume(console, session_name="ana")


def test_a_role_that_trusts_itself_alone_is_assumed_by_nobody_else() -> None:
    """Nor by itself, as nobody can begin (STS-21); its own session could, if there were one."""
    lab = _lab(Loop=ACCOUNT)
    loop = lab.accounts[0].role("Loop")
    console = AssumeConsole(lab, who="ana", role="Loop")
    assert "Assumed" in _assume(console)
    loop.update_trust(story.trust(AWS=loop.arn))
    console.sessions.drop.click()
    assert AWS_SAYS in _assume(console)
    console.acting.value = console.sessions.chosen.value
    # Named itself by the trust policy, in one account: its own policies are not needed (EVAL-16, STS-21).
    assert "Assumed" in _assume(console)


def test_an_explicit_deny_is_not_answered_with_what_to_allow() -> None:
    """Jane is a tester, and testers are forbidden UpdateApp (SCN-04)."""
    console = AssumeConsole("two_accounts", who="Jane", role="UpdateApp")
    said = _assume(console)
    assert "with an explicit deny in an identity-based policy" in said
    assert "A statement forbids it" in said
    console.acting.label = "user Ned (Development)"
    said = _assume(console)
    assert "A statement forbids it" not in said
    assert "across accounts it must in any case" in said


def test_mfa_is_sent_when_ticked(lab: Lab) -> None:
    """ProdRole asks for it (SCN-03)."""
    console = AssumeConsole(lab, who="oscar", role="ProdRole")
    assert AWS_SAYS in _assume(console)
    assert "Assumed" in _assume(console, mfa=True)
    assert "SerialNumber='arn:aws:iam::111111111111:mfa/oscar'" in _text(console.trail.value)


def test_the_external_id_is_compared() -> None:
    """None, another one, the right one (SCN-05, STS-11)."""
    console = AssumeConsole("consultant", who="clara", role="ConsultantRole")
    assert "AccessDenied" in _assume(console)
    assert "AccessDenied" in _assume(console, external_id="acme-7f3d")
    assert "Assumed" in _assume(console, external_id="acme-7f3c")


def test_a_session_policy_narrows(console: AssumeConsole, lab: Lab) -> None:
    """Both the role and the session policy must allow (STS-08): listing is in the role's alone."""
    policy = json.dumps(allow(["s3:GetObject", "iam:ListUsers"]).document)
    assert "Assumed" in _assume(console, policy=policy)
    assert "✔ Allowed" in _try(console, "s3:GetObject", f"{STAGING}/1.jpg")
    assert "Denied, implicitly" in _try(console, "s3:ListBucket", STAGING)
    assert "Denied, implicitly" in _try(console, "iam:ListUsers")


def test_an_empty_duration_is_aws_s_default(console: AssumeConsole) -> None:
    """One hour (STS-04), and no parameter is sent."""
    _assume(console, duration="")
    assert console.session is not None
    assert (console.session.expires - console.session.issued).total_seconds() == 3600
    assert "DurationSeconds" not in _text(console.trail.value)


def test_a_chain_of_roles_lasts_an_hour_at_most_and_is_dropped_at_once() -> None:
    """STS-06: more than 3600 is refused from a session; dropping goes back to the user."""
    lab = _lab(First=ACCOUNT, Second=ACCOUNT)
    first, second = lab.accounts[0].role("First"), lab.accounts[0].role("Second")
    first.put_policy("Next", allow("sts:AssumeRole", on=second.arn))
    second.update(max_session_duration=43200)
    console = AssumeConsole(lab, who="ana", role="First")
    _assume(console, session_name="one")
    console.form.role.label = "role Second"
    assert "1 hour session limit for roles assumed by role chaining" in _assume(console, duration="7200")
    assert "Assumed" in _assume(console, duration="900", session_name="two")
    assert "session one of role First" in _text(console.sessions.table.value)
    other = AssumeConsole(lab, who=console.session)
    for one in (console, other):
        one.sessions.drop.click()
        assert one.acting.label == "user ana"


def test_the_console_switches_roles_and_sends_nothing_else(lab: Lab) -> None:
    """STS-11, STS-27: no external ID; the role's longest session; dropped, one is in the console again."""
    dana = lab.accounts[0].user("dana")
    dana.create_login_profile()
    console = AssumeConsole(lab, who=lab.console_sign_in(dana), role="StagingRole")
    before = lab.snapshot()
    said = _assume(console, external_id="acme-7f3c")
    assert "sends neither an external ID" in said
    assert "AWS says" not in said
    assert lab.snapshot() is before
    said = _assume(console, external_id="", session_name="another", duration="900")
    assert "assumed-role/StagingRole/dana" in said
    assert "in 1 hour" in said
    assert "The console switched roles" in said
    console.sessions.drop.click()
    assert console.acting.label.startswith("console session of user dana")
    console.sessions.drop.click()
    assert "no session of a role" in _text(console.sessions.result.value)
    console.sessions.revoke.click()
    assert "Only the sessions of a role" in _text(console.sessions.result.value)


def test_the_session_name_says_who_acts_until_it_is_written(console: AssumeConsole) -> None:
    """A suggestion follows; what the learner wrote stays."""
    console.acting.label = "user oscar"
    assert console.form.session_name.value == "oscar-session"
    console.form.session_name.value = "deploy"
    console.acting.label = "user erin"
    assert console.form.session_name.value == "deploy"


def test_what_the_role_is_for_stands_below_it(lab: Lab) -> None:
    """Its longest session and its description, as text."""
    lab.accounts[0].role("StagingRole").update(max_session_duration=7200, description="<img src=x onerror=alert(1)>")
    console = AssumeConsole(lab, role="StagingRole")
    assert "its longest session is 7200 seconds. &lt;img src=x onerror=alert(1)&gt;" in console.form.about.value
    assert "<img" not in console.form.about.value


# 4. Sessions


def test_sessions_are_told_with_maker_times_and_time_left(console: AssumeConsole) -> None:
    """One row each, live with the clock; a session that ends another day says so."""
    _assume(console, duration="1800", session_name="one")
    _move(console, "10:01")
    row = "session one of role StagingRole (you act with it) user dana 09:00:00 09:30:00 ✔ open, 19 minutes 59 seconds"
    assert f"{row} left" in _text(console.sessions.table.value)
    _move(console, "14:30:00")
    console.sessions.drop.click()
    _assume(console, duration="3600", session_name="late")
    said = _text(console.sessions.table.value)
    assert "session late of role StagingRole (you act with it) user dana 23:40:01 3 November, 00:40:01" in said
    assert said.index("late") < said.index("session one"), "the latest first"


def test_revoking_denies_what_is_open_and_lets_in_what_comes_31_seconds_later(console: AssumeConsole) -> None:
    """STS-20: an explicit deny, not an end; the next session is denied too unless 31 seconds have passed."""
    _assume(console)
    console.sessions.revoke.click()
    said = _text(console.sessions.result.value)
    assert "AWSRevokeOlderSessions" in said
    assert "31 seconds" in said
    assert "✖ revoked: every request is denied; 1 hour left" in _text(console.sessions.table.value)
    assert "✖ revoked" in console.acting.label
    assert _columns(console) == [[DENIED, DENIED, ALLOWED], ["✖ Denied, explicitly"] * 3, [DENIED, DENIED, ALLOWED]]
    assert "AWSRevokeOlderSessions" in _try(console, "s3:ListBucket", STAGING)
    console.sessions.drop.click()
    _assume(console, session_name="too-soon")
    assert "✖ revoked" in console.acting.label
    _move(console, "31s")
    console.sessions.drop.click()
    _assume(console, session_name="in-time")
    assert "✔ open" in console.acting.label
    assert _columns(console)[1] == [ALLOWED, DENIED, DENIED]
    assert "put-role-policy" in _text(console.trail.value)


def test_a_revocation_can_be_taken_back_as_any_change_of_the_world(console: AssumeConsole, lab: Lab) -> None:
    """It is a policy. What the clock and STS did cannot be taken back, so behind them nothing can."""
    editor = WorldEditor(lab)
    _assume(console)
    editor.undo.click()
    assert "nothing to undo" in editor.result.value
    console.sessions.revoke.click()
    editor.undo.click()
    assert "revoked the sessions of role StagingRole" in editor.result.value
    assert "✔ open" in console.acting.label
    console.sessions.revoke.click()
    console.clock.steps["+1 min"].click()
    editor.undo.click()
    assert "nothing to undo" in editor.result.value


def test_a_dropped_session_is_not_ended(console: AssumeConsole) -> None:
    """Its credentials stay good, and one can act with it again."""
    _assume(console)
    session = console.session
    console.sessions.drop.click()
    assert "stay good until 10:00:00 UTC" in _text(console.sessions.result.value)
    console.sessions.drop.click()
    assert "nothing to drop" in _text(console.sessions.result.value)
    console.acting.value = session
    assert "✔ Allowed" in _try(console, "s3:ListBucket", STAGING)


def test_a_deleted_role_ends_its_session(console: AssumeConsole, lab: Lab) -> None:
    """Refused before any policy is read (STS-26); the role is not on offer any more, the user is."""
    _assume(console)
    role = lab.accounts[0].role("StagingRole")
    role.delete_policy("Application")
    role.delete()
    assert "⊘ ended: its role was deleted" in _text(console.sessions.table.value)
    assert "⊘ ended" in console.acting.label
    assert "InvalidClientTokenId" in _text(console.identity.value)
    assert _columns(console)[1] == ["⊘ InvalidAccessKeyId", "⊘ InvalidAccessKeyId", "⊘ InvalidClientTokenId"]
    assert "role StagingRole" not in _labels(console.form.role)
    assert "InvalidAccessKeyId" in _try(console, "s3:ListBucket", STAGING)
    before = lab.snapshot()
    assert "InvalidClientTokenId" in _assume(console)
    console.sessions.revoke.click()
    assert "Nothing has changed" in _text(console.sessions.result.value)
    assert lab.snapshot() == before
    console.sessions.drop.click()
    assert console.acting.label == "user dana"


def test_of_a_deleted_user_the_session_goes_on(console: AssumeConsole, lab: Lab) -> None:
    """What was given stays good (STS-20); there is nobody to go back to."""
    _assume(console)
    dana = lab.accounts[0].user("dana")
    dana.groups[0].remove(dana)
    dana.delete()
    assert "✔ open" in console.acting.label
    assert "✔ Allowed" in _try(console, "s3:ListBucket", STAGING)
    assert "Before: nobody" in _text(console.swap.value)
    console.sessions.drop.click()
    assert "No user of this world made this session" in _text(console.sessions.result.value)


# 5. Side by side


def test_permissions_are_swapped_not_added(console: AssumeConsole) -> None:
    """SCN-03: dana by herself may assume the role and nothing else of these; in it she may list, and not assume."""
    assert _columns(console) == [[DENIED, DENIED, ALLOWED], ["– not yet"] * 3, ["– not yet"] * 3]
    _assume(console)
    expected = [[DENIED, DENIED, ALLOWED], [ALLOWED, DENIED, DENIED], [DENIED, DENIED, ALLOWED]]
    assert _columns(console) == expected
    said = "1 request is allowed that the user is denied, and 1 request is denied that the user is allowed"
    assert said in _text(console.swap.value)
    console.sessions.drop.click()
    assert _columns(console) == expected
    console.acting.label = "user erin"
    assert "Before: user erin" in _text(console.swap.value)
    assert "no session yet" in _text(console.swap.value)


def test_the_requests_come_from_the_policies_when_none_are_named(lab: Lab) -> None:
    """Of roles and users in turn, at most six, each a request that can be asked."""
    found = derived(lab)
    assert 1 <= len(found) <= 6
    assert ("s3:ListBucket", STAGING) in found
    assert ("sts:AssumeRole", "arn:aws:iam::111111111111:role/StagingRole") in found
    for request in found:
        lab.evaluate(lab.accounts[0].user("dana"), *request)


def test_of_aws_s_own_policies_only_plain_requests_are_taken() -> None:
    """PowerUserAccess names operations on service-linked roles and accounts, which nobody asks for here (SCN-04)."""
    found = [action for action, _ in derived(story.two_accounts())]
    assert "s3:ListAllMyBuckets" in found
    assert "sts:AssumeRole" in found
    assert not [one for one in found if "ServiceLinkedRole" in one or one.startswith("account:")]


@pytest.mark.parametrize(
    "world", ["first_day", "administrator", "developer_group", "two_accounts", "consultant", "application_on_ec2"]
)
def test_every_world_of_the_story_has_requests(world: str) -> None:
    """And a table of them for each of its people."""
    console = AssumeConsole(world)
    for label in _labels(console.acting):
        console.acting.label = label
        assert 1 <= len(_columns(console)[0]) <= 6
        # The root user is refused AssumeRole before any policy is read (STS-05); everything else gets a verdict.
        refused = {"⊘ AccessDenied"} if label.startswith("the root user") else set()
        assert {one for one in _columns(console)[0] if one.startswith("⊘")} <= refused


@pytest.mark.parametrize(
    ("requests", "code"),
    [
        ([("s3:ListBukket", STAGING)], "InvalidAction"),
        ([("s3:ListBucket",)], "InvalidResource"),
        ([("s3:ListBucket", "acme-staging")], "InvalidResource"),
        ([("iam:ListUsers", STAGING)], "InvalidResource"),
        (["s3:ListBucket"], "InvalidInput"),
        ([("s3:ListBucket", STAGING, "x")], "InvalidInput"),
    ],
)
def test_a_lesson_s_mistake_shows_where_it_is_made(lab: Lab, requests: Any, code: str) -> None:
    """A request that cannot be asked."""
    with pytest.raises(IamlabError) as caught:
        AssumeConsole(lab, requests=requests)
    assert caught.value.code == code


def test_who_and_role_are_things_or_names(lab: Lab) -> None:
    """Of this lab; anything else is an error."""
    dev = lab.accounts[0]
    role, oscar = dev.role("ProdRole"), dev.user("oscar")
    for who, what in ((oscar, role), ("oscar", "ProdRole"), (oscar.arn, role.arn)):
        console = AssumeConsole(lab, who, what)
        assert (console.acting.value, console.form.role.value) == (oscar, role)
    for wrong in (
        {"who": 3},
        {"who": "nobody"},
        {"role": "oscar"},
        {"who": story.two_accounts().accounts[0].user("Ned")},
    ):
        with pytest.raises(IamlabError):
            AssumeConsole(lab, **wrong)
    with pytest.raises(IamlabError, match="staging_and_production"):
        AssumeConsole("atlantis")


# 6. Try a request


def test_a_request_is_made_as_whoever_acts(console: AssumeConsole, lab: Lab) -> None:
    """Explained by the engine, and on the trail; what was answered goes when anything changes."""
    said = _try(console, "s3:ListBucket", STAGING)
    assert "Denied, implicitly" in said
    assert "AWS would answer: AccessDenied: User: arn:aws:iam::111111111111:user/dana" in said
    assert lab.trail[-1].error == "AccessDenied"
    for change in (
        lambda: setattr(console.acting, "label", "user erin"),
        lambda: console.clock.steps["+1 min"].click(),
        lambda: lab.accounts[0].create_user("zoe"),
        lambda: setattr(console.trial.action, "value", "s3:Get"),
    ):
        assert "Denied" in _try(console, "s3:ListBucket", STAGING)
        change()
        assert console.trial.result.value == ""


def test_what_changes_the_world_is_asked_and_not_done(lab: Lab) -> None:
    """The root user may delete the user; she is still there, and it is said."""
    console = AssumeConsole(lab)
    console.acting.label = "the root user"
    before = lab.snapshot()
    said = _try(console, "iam:DeleteUser", "arn:aws:iam::111111111111:user/erin")
    assert "✔ Allowed" in said
    assert "only asked, not done" in said
    assert lab.snapshot() is before


@pytest.mark.parametrize(
    ("action", "resource", "message"),
    [
        ("", "", "InvalidAction"),
        ("s3:ListBukket", STAGING, "Did you mean s3:ListBucket"),
        ("s3:ListBucket", "", "InvalidResource"),
        ("s3:*", STAGING, "pattern"),
        ("s3:ListBucket", "x" * 5000, "InvalidResource"),
        ("<img src=x>", STAGING, "InvalidAction"),
    ],
)
def test_what_is_no_request_is_said(console: AssumeConsole, lab: Lab, action: str, resource: str, message: str) -> None:
    """In words, and nothing happens."""
    before = lab.snapshot()
    said = _try(console, action, resource)
    assert message in said
    assert len(said) < 900
    assert "<img" not in console.trial.result.value
    assert lab.snapshot() is before


def test_the_requests_of_the_table_fill_the_fields_in(console: AssumeConsole) -> None:
    """And whoever types another asks another."""
    console.trial.request.label = "s3:ListBucket on arn:aws:s3:::acme-prod"
    assert (console.trial.action.value, console.trial.resource.value) == ("s3:ListBucket", "arn:aws:s3:::acme-prod")
    console.trial.action.value = "s3:GetBucketPolicy"
    assert console.trial.request.label == "another: type it below"


# 7. The trail


def test_the_trail_s_lines_are_calls_that_boto3_takes(console: AssumeConsole) -> None:
    """Each parses, names an operation of the service and parameters that AWS's own model has."""
    policy = json.dumps(allow("s3:*").document)
    _assume(console, duration="900", external_id="acme-7f3c", policy=policy)
    _try(console, "s3:ListBucket", STAGING)
    _try(console, "s3:GetObject", f"{STAGING}/1.jpg")
    console.sessions.revoke.click()
    lines = [html.unescape(one) for one in re.findall(r"<pre>(.*?)</pre>", console.trail.value, flags=re.DOTALL)]
    assert len(lines) == 8, "a CLI line and a boto3 line for each call"
    assert all(line.startswith("aws ") for line in lines[::2])
    for line in lines[1::2]:
        made = ast.parse(line, mode="eval").body
        assert isinstance(made, ast.Call)
        assert isinstance(made.func, ast.Attribute)
        assert isinstance(made.func.value, ast.Name)
        model = ServiceModel(Loader().load_service_model(made.func.value.id, "service-2"))
        operations = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): name for name in model.operation_names}
        operations["list_objects_v2"] = "ListObjectsV2"
        shape = model.operation_model(operations[made.func.attr]).input_shape
        given = {one.arg: _literal(one.value) for one in made.keywords}
        assert not ParamValidator().validate(given, shape).has_errors()


def _literal(node: ast.expr) -> Any:
    """A value of a call; a document stands as ``json.dumps({...})``."""
    if isinstance(node, ast.Call):
        return json.dumps(ast.literal_eval(node.args[0]))
    return ast.literal_eval(node)


def test_the_trail_begins_with_what_is_done_here(console: AssumeConsole) -> None:
    """How the world was built is not told, the last calls are, the latest first, and no more than six."""
    assert "No call yet" in _text(console.trail.value)
    for number in range(9):
        _assume(console, session_name=f"s{number}")
        console.sessions.drop.click()
    assert re.findall(r"RoleSessionName='(s\d)'", _text(console.trail.value)) == ["s8", "s7", "s6", "s5", "s4", "s3"]


# The lab that it follows


def test_two_consoles_on_one_lab_agree(console: AssumeConsole, lab: Lab) -> None:
    """The same session in both: clock, standing and table are the same; each acts as it chose."""
    other = AssumeConsole(lab, who="oscar", requests=REQUESTS)
    _assume(console, duration="900")
    assert other.acting.label == "user oscar"
    other.acting.value = console.session
    _move(other, "10:00")
    for one in (console, other):
        assert one.clock.slider.value == 10
        assert "✔ open, 5 minutes left" in _text(one.sessions.table.value)
    assert console.swap.value == other.swap.value
    other.sessions.drop.click()
    assert (console.acting.label, other.acting.label) == (
        "session dana-session of role StagingRole, issued 09:00:00, ✔ open",
        "user dana",
    )
    other.sessions.revoke.click()
    assert "✖ revoked" in console.acting.label
    _move(console, "5:00")
    assert "⊘ expired" in _text(other.sessions.table.value)


def test_an_earlier_snapshot_takes_the_session_away(console: AssumeConsole, lab: Lab) -> None:
    """The clock is as it was then; whoever acted with the session acts as the user again, and is told."""
    _move(console, "5:00")
    before = lab.snapshot()
    _assume(console)
    other = AssumeConsole(lab, who=console.session)
    _move(console, "30:00")
    lab.restore(before)
    assert console.acting.label == "user dana"
    assert "not in this world any more. You act as user dana." in _text(console.noted.value)
    assert "You act as user dana." in _text(other.noted.value), "dana is the first of all"
    assert console.clock.slider.value == 5
    assert "There is no session yet" in _text(console.sessions.table.value)
    assert _columns(console)[1] == ["– not yet"] * 3
    assert "No call yet" in _text(console.trail.value)
    assert "Assumed" in _assume(console)
    lab.restore(Lab().snapshot())
    assert console.acting.value is None
    assert "You act as nobody" in _text(console.noted.value)
    assert console.clock.slider.value == 0


def test_a_deleted_user_gives_way(console: AssumeConsole, lab: Lab) -> None:
    """To somebody who is there, and it is said."""
    dana = lab.accounts[0].user("dana")
    dana.groups[0].remove(dana)
    dana.delete()
    assert console.acting.label == "user erin"
    assert "The user that you acted as is not in this world any more. You act as user erin." in _text(
        console.noted.value
    )
    console.acting.label = "user oscar"
    assert console.noted.value == ""


def test_an_empty_world_is_no_error() -> None:
    """Nobody is there: said in words, by every button."""
    console = AssumeConsole(Lab())
    assert "There is nobody" in _text(console.identity.value)
    assert "nobody who could assume a role" in _assume(console)
    assert "nobody who could ask" in _try(console, "s3:ListAllMyBuckets")
    console.sessions.drop.click()
    assert "no session yet" in _text(console.sessions.result.value)
    console.sessions.revoke.click()
    assert "no session yet" in _text(console.sessions.result.value)
    assert "moved on by 90" not in _move(console, "90s")
    console.answer.create_account("Development", "111111111111").create_user("ana")
    assert _labels(console.acting) == ["user ana", "the root user"]
    assert console.acting.label == "the root user", "who was there first"


def test_one_answer_stands_at_a_time(console: AssumeConsole) -> None:
    """The one to what was done last."""
    _move(console, "soon")
    assert _assume(console, duration="0")
    assert console.clock.result.value == ""
    console.sessions.drop.click()
    _try(console, "s3:ListBucket", STAGING)
    assert console.form.result.value == ""


def test_what_has_not_changed_is_not_sent_again(console: AssumeConsole) -> None:
    """A second passes: of the table, the lists and the form nothing goes to the page."""
    changed: list[str] = []
    watched = {
        "swap": console.swap,
        "identity": console.identity,
        "trail": console.trail,
        "about": console.form.about,
        "table": console.sessions.table,
        "clock": console.clock.shown,
    }
    _assume(console)
    for name, part in watched.items():
        part.observe(lambda _, name=name: changed.append(name), names="value")
    for control in (console.acting, console.form.role, console.sessions.chosen):
        control.observe(
            lambda change: changed.append(change.owner.description), names=["options", "_options_labels", "index"]
        )
    _move(console, "1s")
    assert sorted(changed) == ["clock", "table"]


def test_the_explorer_on_the_same_lab_hears_of_it(console: AssumeConsole, lab: Lab) -> None:
    """A new session can be asked for there."""
    explorer = RequestExplorer(lab)
    _assume(console)
    assert "session StagingRole/dana-session" in _labels(explorer.who)


# What stays


def test_what_was_typed_is_there_when_the_cell_is_run_again(lab: Lab) -> None:
    """Every field; whom one acts as is the cell's to say. Another cell has its own."""
    typed = {"session_name": "mine", "duration": "900", "external_id": "acme-7f3c", "policy": "{", "mfa": True}
    first = AssumeConsole(lab, "dana", "StagingRole")
    for name, value in typed.items():
        getattr(first.form, name).value = value
    first.clock.by.value = "14:59"
    first.trial.action.value, first.trial.resource.value = "iam:ListUsers", ""
    again = AssumeConsole(lab, "dana", "StagingRole")
    assert {name: getattr(again.form, name).value for name in typed} == typed
    assert (again.clock.by.value, again.trial.action.value, again.trial.request.value) == (
        "14:59",
        "iam:ListUsers",
        "another: type it below",
    )
    assert again.acting.label == "user dana"
    assert AssumeConsole(lab, "oscar", "StagingRole").form.duration.value == "3600"


def test_without_a_kernel_there_is_something_to_read_and_no_verdict(lab: Lab) -> None:
    """The same each time: what one would do in plain Python, the sessions there were, the requests."""
    dev = lab.accounts[0]
    session = lab.sts.assume_role(dev.user("dana"), dev.role("StagingRole"), "deploy")
    bundles = [AssumeConsole(lab, requests=REQUESTS)._repr_mimebundle_() for _ in range(2)]
    for kind in ("text/plain", "text/html"):
        assert bundles[0][kind] == bundles[1][kind]
        assert "lab.sts.assume_role(" in bundles[0][kind]
        assert "0x" not in bundles[0][kind]
        assert "Denied" not in bundles[0][kind]
        assert session.record.secret not in bundles[0][kind]
    said = _text(bundles[0]["text/html"])
    assert "session deploy of role StagingRole user dana 09:00:00 10:00:00 ✔ open, 1 hour left" in said
    assert "s3:ListBucket on arn:aws:s3:::acme-staging" in said
    assert repr(AssumeConsole(lab)) == "<Assume console>"


def test_the_plain_python_that_it_names_runs(lab: Lab) -> None:
    """Every line of it."""
    dev = lab.accounts[0]
    said = AssumeConsole(lab).static_answer().partition("In plain Python: ")[2].rstrip(".")
    names: dict[str, Any] = {"lab": lab, "dana": dev.user("dana"), "role": dev.role("StagingRole")}
    exec(said, names)
    assert names["session"].expired
    assert standing(lab.world.state, names["session"].record) is Standing.EXPIRED


def test_names_are_shown_as_text(lab: Lab) -> None:
    """Markup in a path or a description is no markup in any part."""
    dev = lab.accounts[0]
    mallory = dev.create_user("mallory", path="/<img/src=x/onerror=alert(1)>/")
    console = AssumeConsole(lab, mallory, "StagingRole")
    _assume(console)
    _try(console, "s3:ListBucket", STAGING)
    for part in (console.identity, console.swap, console.trail, console.trial.result, console.sessions.table):
        assert not re.search("<img", part.value)
    assert "&lt;img" in console.identity.value


# Words


def test_time_in_words() -> None:
    """Days, hours, minutes, seconds, and what is nothing left out."""
    assert time_words(timedelta(days=1, hours=2, minutes=1, seconds=1)) == "1 day 2 hours 1 minute 1 second"
    assert time_words(timedelta(seconds=59)) == "59 seconds"


def test_who_made_a_session_is_read_from_its_record(lab: Lab) -> None:
    """A user, the session before, a service, a password."""
    dev = lab.accounts[0]
    dana, staging = dev.user("dana"), dev.role("StagingRole")
    first = lab.sts.assume_role(dana, staging, "first")
    found = maker(lab.world.state, first.record)
    assert found is not None
    assert found.name == "dana"
    next_ = dev.create_role("Next", trust=ACCOUNT)
    staging.put_policy("Next", allow("sts:AssumeRole", on=next_.arn))
    second = lab.sts.assume_role(first, next_, "second")
    assert maker(lab.world.state, second.record) == first.record
    dana.create_login_profile()
    assert maker(lab.world.state, lab.console_sign_in(dana).record) is None
