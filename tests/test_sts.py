"""STS and the clock: who gets credentials, for how long, and what ends them (STS-01 to STS-27)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iamlab import Decision, IamlabError, Lab, allow, deny
from iamlab.core.rules import RULES
from iamlab.lessons.story import account, document, may_assume, trust

DEV, PROD = "111111111111", "999999999999"
PASS_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _refused(ask):
    with pytest.raises(IamlabError) as caught:
        ask()
    return caught.value


def _failed(ask, code):
    error = _refused(ask)
    assert error.code == code, error
    return error


@pytest.fixture
def lab():
    return Lab(start=datetime(2026, 11, 2, 15, 0, tzinfo=UTC))


@pytest.fixture
def dev(lab):
    return lab.create_account("Development", DEV)


@pytest.fixture
def alice(dev):
    return dev.create_user("alice")


@pytest.fixture
def role(dev, alice):
    """Trusted is the account, allowed is alice; the role may list buckets."""
    found = dev.create_role("Deploy", trust=_trust(), max_session_duration=7200)
    found.put_policy("List", allow("s3:ListAllMyBuckets"))
    alice.put_policy("Assume", allow(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], on="*"))
    return found


def _trust(who=None, condition=None):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": who or account(DEV)},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    return document({**statement, "Condition": condition} if condition else statement)


def _lists(lab, who):
    return lab.evaluate(who, "s3:ListAllMyBuckets")


# How long a session lasts


def test_a_session_lasts_to_the_second(lab, alice, role):
    """Made at 15:00 for one hour, it answers at 15:59:59 and not at 16:00:00 (STS-04, STS-26)."""
    session = lab.sts.assume_role(alice, role, "alice")
    assert (session.issued, session.expires) == (
        datetime(2026, 11, 2, 15, 0, tzinfo=UTC),
        datetime(2026, 11, 2, 16, 0, tzinfo=UTC),
    )
    lab.clock.move_to(datetime(2026, 11, 2, 15, 59, 59, tzinfo=UTC))
    assert _lists(lab, session).allowed
    assert session.time_left == timedelta(seconds=1)
    lab.clock.advance(seconds=1)
    assert session.expired
    assert lab.sessions == ()
    error = _failed(lambda: lab.sts.get_caller_identity(session), "ExpiredToken")
    assert error.message.startswith("The security token included in the request is expired")


EXPIRED = {
    "iam:GetUser": ("ExpiredToken", "The security token included in the request is expired"),
    "s3:ListAllMyBuckets": ("ExpiredToken", "The provided token has expired."),
    "ec2:DescribeInstances": ("RequestExpired", "Request has expired."),
    "dynamodb:ListTables": ("ExpiredTokenException", "The security token included in the request is expired"),
}


@pytest.mark.parametrize(("action", "said"), EXPIRED.items(), ids=EXPIRED)
def test_each_service_says_expired_in_its_own_words(lab, alice, role, action, said):
    """STS-26."""
    session = lab.sts.assume_role(alice, role, "alice")
    lab.clock.advance(hours=1)
    resource = alice if action == "iam:GetUser" else None
    error = _failed(lambda: lab.evaluate(session, action, resource), said[0])
    assert error.message.startswith(said[1])


DURATIONS = {
    899: "ValidationError",
    900: 900,
    7200: 7200,
    7201: "ValidationError",
    43200: "ValidationError",
    43201: "ValidationError",
    0: "ValidationError",
    -1: "ValidationError",
    31_536_000: "ValidationError",
    "soon": "ValidationError",
    True: "ValidationError",
    3600.0: "ValidationError",
}


@pytest.mark.parametrize("duration", DURATIONS, ids=repr)
def test_durations(lab, alice, role, duration):
    """900 seconds to the role's maximum, here two hours (STS-01, STS-04)."""
    expected = DURATIONS[duration]
    before = lab.snapshot()
    if isinstance(expected, int):
        session = lab.sts.assume_role(alice, role, "alice", duration=duration)
        assert session.time_left == timedelta(seconds=expected)
        return
    error = _failed(lambda: lab.sts.assume_role(alice, role, "alice", duration=duration), expected)
    if duration in (7201, 43200):
        assert error.message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert lab.snapshot() == before


def test_a_chain_lasts_an_hour_at_most(lab, dev, alice, role):
    """STS-06, also for credentials of GetSessionToken (UNSURE-24)."""
    second = dev.create_role("Second", trust=_trust(), max_session_duration=43200)
    role.put_policy("Assume", may_assume(second.arn))
    for caller in (lab.sts.assume_role(alice, role, "alice"), lab.sts.get_session_token(alice)):
        error = _failed(
            lambda caller=caller: lab.sts.assume_role(caller, second, "alice", duration=3601), "ValidationError"
        )
        assert error.message == (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
        assert lab.sts.assume_role(caller, second, "alice", duration=3600).time_left == timedelta(hours=1)
        assert lab.sts.assume_role(caller, second, "alice").time_left == timedelta(hours=1)


def test_a_chained_session_outlives_the_one_it_came_from(lab, dev, alice, role):
    """Its hour begins when it is issued."""
    second = dev.create_role("Second", trust=_trust())
    role.put_policy("Assume", may_assume(second.arn))
    first = lab.sts.assume_role(alice, role, "alice", duration=900)
    lab.clock.advance(minutes=14)
    chained = lab.sts.assume_role(first, second, "alice")
    lab.clock.advance(minutes=30)
    assert first.expired
    assert not chained.expired
    _failed(lambda: lab.sts.assume_role(first, second, "alice"), "ExpiredToken")


# What ends a session before its time


def test_revoking_ends_what_was_issued_and_no_more(lab, alice, role):
    """An explicit deny at once; what is issued 31 seconds later works; long-term keys are untouched (STS-20)."""
    session = lab.sts.assume_role(alice, role, "alice")
    role.revoke_sessions()
    assert _lists(lab, session).decision is Decision.EXPLICIT_DENY
    lab.clock.advance(seconds=30)
    assert _lists(lab, lab.sts.assume_role(alice, role, "alice")).allowed
    assert _lists(lab, session).decision is Decision.EXPLICIT_DENY
    assert lab.evaluate(alice, "sts:AssumeRole", role).allowed


def test_within_the_thirty_seconds_new_sessions_are_denied_too(lab, alice, role):
    """The deny reaches thirty seconds ahead."""
    role.revoke_sessions()
    lab.clock.advance(seconds=29)
    assert _lists(lab, lab.sts.assume_role(alice, role, "alice")).decision is Decision.EXPLICIT_DENY


def test_a_session_says_whose_it_was(lab, dev, alice, role):
    """Also when that is gone."""
    of_role, of_user = lab.sts.assume_role(alice, role, "alice"), lab.sts.get_session_token(alice)
    assert "of Deploy" in repr(of_role)
    assert "of alice" in repr(of_user)
    role.delete_policy("List")
    role.delete()
    alice.delete_policy("Assume")
    alice.delete()
    assert "of a deleted role" in repr(of_role)
    assert "of a deleted user" in repr(of_user)


def test_deleting_the_role_ends_its_sessions(lab, dev, alice, role):
    """The credentials are refused, also when a namesake is made (STS-22)."""
    session = lab.sts.assume_role(alice, role, "alice")
    role.delete_policy("List")
    assert not _lists(lab, session).allowed  # policies are read at request time
    role.delete()
    _failed(lambda: lab.evaluate(session, "iam:GetUser", alice), "InvalidClientTokenId")
    dev.create_role("Deploy", trust=_trust()).put_policy("List", allow("s3:ListAllMyBuckets"))
    _failed(lambda: _lists(lab, session), "InvalidAccessKeyId")


def test_policies_bite_at_once_and_session_policies_are_frozen(lab, dev, alice, role):
    """STS-20."""
    narrow = dev.create_policy("Narrow", allow("s3:ListAllMyBuckets"))
    session = lab.sts.assume_role(alice, role, "alice", policies=[narrow])
    wide = lab.sts.assume_role(alice, role, "alice")
    narrow.create_version(deny("s3:ListAllMyBuckets"), set_as_default=True)
    assert _lists(lab, session).allowed
    role.put_policy("List", allow("ec2:DescribeInstances"))
    assert not _lists(lab, session).allowed
    assert not lab.evaluate(session, "ec2:DescribeInstances").allowed  # the session policy does not have it
    assert lab.evaluate(wide, "ec2:DescribeInstances").allowed


def test_a_recreated_user_is_another_one(lab, dev, alice):
    """The trust policy shows the ID of the deleted one until it is saved again (STS-22)."""
    role = dev.create_role("Deploy", trust=_trust(alice.arn))
    assert lab.evaluate(alice, "sts:AssumeRole", role).allowed
    old = alice.id
    alice.delete()
    again = dev.create_user("alice")
    assert again.arn == f"arn:aws:iam::{DEV}:user/alice"
    assert not lab.evaluate(again, "sts:AssumeRole", role).allowed
    assert role.trust.document["Statement"][0]["Principal"] == {"AWS": old}
    role.update_trust(_trust(again.arn))
    assert lab.evaluate(again, "sts:AssumeRole", role).allowed


def test_a_renamed_user_stays_trusted(lab, dev, alice):
    """Trust and resource policies follow a rename; a policy about the old ARN does not (ENT-05)."""
    role = dev.create_role("Deploy", trust=_trust(alice.arn))
    bucket = dev.create_bucket("acme-photos")
    statement = {"Effect": "Allow", "Principal": {"AWS": alice.arn}, "Action": "s3:GetObject", "Resource": bucket / "*"}
    bucket.put_policy(document(statement))
    reader = dev.create_user("reader")
    reader.put_policy("Read", allow("iam:GetUser", on=alice.arn))
    id_ = alice.id
    alice.rename("alicia", path="/eng/")
    assert (alice.id, alice.arn) == (id_, f"arn:aws:iam::{DEV}:user/eng/alicia")
    assert role.trust.document["Statement"][0]["Principal"] == {"AWS": alice.arn}
    assert lab.evaluate(alice, "sts:AssumeRole", role).allowed
    assert lab.evaluate(alice, "s3:GetObject", bucket / "x").allowed
    assert not lab.evaluate(reader, "iam:GetUser", alice).allowed


# Who may


def test_root_assumes_no_role(lab, dev, role):
    """STS-05."""
    error = _failed(lambda: lab.sts.assume_role(dev.root, role, "root"), "AccessDenied")
    assert error.message == "Roles may not be assumed by root accounts."


def test_a_role_that_is_not_there_is_denied_like_one_that_does_not_trust(lab, dev, alice, role):
    """Path and letter case count (STS-07)."""
    for arn in (f"arn:aws:iam::{DEV}:role/Nobody", role.arn.replace("Deploy", "deploy"), f"{role.arn}x"):
        error = _failed(lambda arn=arn: lab.sts.assume_role(alice, arn, "alice"), "AccessDenied")
        assert "no role trust policy allows" in error.message


def test_who_has_no_credentials_asks_in_vain(lab, dev, alice, role):
    """A role, a group and text have none."""
    group = dev.create_group("Developers")
    for who in (role, group, "alice", None):
        _failed(lambda who=who: lab.sts.assume_role(who, role, "alice"), "InvalidInput")


SESSION_NAMES = ["", "a", "a b", "x" * 65, "a/b", None, 7, "älice"]


@pytest.mark.parametrize("name", SESSION_NAMES, ids=repr)
def test_session_names(lab, alice, role, name):
    """2 to 64 of the characters that AWS takes (ENT-04)."""
    before = lab.snapshot()
    _failed(lambda: lab.sts.assume_role(alice, role, name), "ValidationError")
    assert lab.snapshot() == before


def test_permissions_are_swapped_not_added(lab, alice, role):
    """STS-12: in the role, alice's own permissions are set aside, and there again with her keys."""
    alice.put_policy("Own", allow("ec2:DescribeInstances"))
    session = lab.sts.assume_role(alice, role, "alice")
    assert not lab.evaluate(session, "ec2:DescribeInstances").allowed
    assert _lists(lab, session).allowed
    assert lab.evaluate(alice, "ec2:DescribeInstances").allowed
    assert not _lists(lab, alice).allowed


def test_a_role_assumes_itself_only_if_trusted(lab, dev, alice):
    """STS-21, EVAL-16k."""
    role = dev.create_role("Self", trust=_trust(alice.arn))
    role.put_policy("Self", may_assume(role.arn))
    session = lab.sts.assume_role(alice, role, "alice")
    _failed(lambda: lab.sts.assume_role(session, role, "again"), "AccessDenied")
    role.update_trust(_trust([alice.arn, role.arn]))
    assert lab.sts.assume_role(session, role, "again").account_id == DEV


# External ID, MFA, session tags, source identity


def test_an_external_id_counts_only_if_the_trust_asks(lab, dev, alice, role):
    """STS-11."""
    assert lab.sts.assume_role(alice, role, "alice", external_id="anything")
    role.update_trust(_trust(condition={"StringEquals": {"sts:ExternalId": "acme-7f3c"}}))
    _failed(lambda: lab.sts.assume_role(alice, role, "alice"), "AccessDenied")
    _failed(lambda: lab.sts.assume_role(alice, role, "alice", external_id="anything"), "AccessDenied")
    assert lab.sts.assume_role(alice, role, "alice", external_id="acme-7f3c")
    _failed(lambda: lab.sts.assume_role(alice, role, "alice", external_id="a b"), "ValidationError")


def test_mfa_given_to_assume_role_is_seen_by_the_trust_alone(lab, dev, alice, role):
    """COND-25: the role session says false, and true if the calling credentials had MFA."""
    dev.create_mfa_device("alice").enable(alice)
    role.update_trust(_trust(condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    needs = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    listing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": needs}
    role.put_policy("List", document(listing))
    _failed(lambda: lab.sts.assume_role(alice, role, "alice"), "AccessDenied")
    by_code = lab.sts.assume_role(alice, role, "alice", mfa=True)
    assert not _lists(lab, by_code).allowed
    authenticated = lab.sts.get_session_token(alice, mfa=True)
    assert _lists(lab, lab.sts.assume_role(authenticated, role, "alice")).allowed


def test_codes_change_every_thirty_seconds(lab, dev, alice):
    """The code of before is wrong (COND-25)."""
    device = dev.create_mfa_device("alice")
    device.enable(alice)
    code = device.code
    lab.clock.advance(seconds=29)
    assert device.code == code
    lab.clock.advance(seconds=1)
    assert device.code != code
    error = _failed(lambda: lab.sts.get_session_token(alice, mfa=code), "AccessDenied")
    assert error.message == "MultiFactorAuthentication failed with invalid MFA one time pass code."


def test_time_based_codes_are_those_of_rfc_6238():
    """The first of the RFC's test vectors for SHA-1, its last six digits: at 59 seconds, 94287082."""
    from iamlab.world.credentials import MfaDeviceRecord

    device = MfaDeviceRecord(
        arn="", account=DEV, name="", created=datetime(2026, 1, 1, tzinfo=UTC), seed="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    )
    assert device.code(datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)) == "287082"


def test_session_tags_override_the_role_s_and_travel_only_if_transitive(lab, dev, alice, role):
    """STS-09."""
    role.tag({"team": "web", "stage": "dev"})
    second = dev.create_role("Second", trust=_trust(), tags={"team": "ops"})
    role.put_policy("Assume", allow(["sts:AssumeRole", "sts:TagSession"], on=second.arn))
    session = lab.sts.assume_role(
        alice, role, "alice", tags={"Team": "data", "cost": "7"}, transitive_tag_keys=["Team"]
    )
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "data", "aws:PrincipalTag/stage": "dev"}}
    listing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": tagged}
    role.put_policy("List", document(listing))
    assert _lists(lab, session).allowed
    chained = lab.sts.assume_role(session, second, "alice")
    assert chained.tags == {"Team": "data"}
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "data"}, "Null": {"aws:PrincipalTag/cost": "true"}}
    second.put_policy("List", document({**listing, "Condition": tagged}))
    assert _lists(lab, chained).allowed
    clash = lambda: lab.sts.assume_role(session, second, "alice", tags={"team": "mine"})  # noqa: E731
    _failed(clash, "InvalidParameterValue")


def test_session_tags_need_a_permission_of_their_own(lab, dev, alice, role):
    """EVAL-16: sts:TagSession, also for tags that are inherited."""
    alice.put_policy("Assume", may_assume(role.arn))
    error = _refused(lambda: lab.sts.assume_role(alice, role, "alice", tags={"team": "web"}))
    assert error.evaluation.request.action == "sts:TagSession"
    alice.put_policy("Assume", allow(["sts:AssumeRole", "sts:TagSession"], on=role.arn))
    session = lab.sts.assume_role(alice, role, "alice", tags={"team": "web"}, transitive_tag_keys=["team"])
    second = dev.create_role("Second", trust=_trust())
    role.put_policy("Assume", may_assume(second.arn))
    error = _refused(lambda: lab.sts.assume_role(session, second, "alice"))
    assert error.evaluation.request.action == "sts:TagSession"


def test_a_source_identity_stays_along_the_chain(lab, dev, alice, role):
    """Set once, immutable, and needed on both sides in a chain (STS-10, EVAL-16)."""
    second = dev.create_role("Second", trust=_trust(role.arn))
    role.put_policy("Assume", may_assume(second.arn))
    session = lab.sts.assume_role(alice, role, "alice", source_identity="alice@acme.example")
    assert session.source_identity == "alice@acme.example"
    _failed(lambda: lab.sts.assume_role(session, second, "alice", source_identity="bob"), "ValidationError")
    error = _failed(lambda: lab.sts.assume_role(session, second, "alice"), "AccessDenied")
    assert "no identity-based policy allows the sts:SetSourceIdentity action" in error.message
    role.put_policy("Assume", allow(["sts:AssumeRole", "sts:SetSourceIdentity"], on=second.arn))
    chained = lab.sts.assume_role(session, second, "alice")
    assert chained.source_identity == "alice@acme.example"
    with lab.signed_in(chained), pytest.raises(IamlabError):
        lab.call("s3:ListAllMyBuckets")
    assert lab.trail[-1].source_identity == "alice@acme.example"
    assert lab.trail[-1].issuer == second.arn


# Session policies


def test_session_policies_only_narrow(lab, dev, alice, role):
    """EVAL-07, STS-08: what the role has and the session policy allows."""
    role.put_policy("More", allow("ec2:Describe*"))
    session = lab.sts.assume_role(alice, role, "alice", policy=allow(["ec2:Describe*", "iam:*"]))
    assert lab.evaluate(session, "ec2:DescribeInstances").allowed
    assert not _lists(lab, session).allowed
    assert not lab.evaluate(session, "iam:ListUsers").allowed


def test_session_policies_have_their_limits(lab, dev, alice, role):
    """STS-08: 2048 characters with the ARNs, ten ARNs, of the role's account."""
    prod = lab.create_account("Production", PROD)
    theirs = prod.create_policy("Theirs", allow("s3:*"))
    own = [dev.create_policy(f"P{number}", allow("s3:*")) for number in range(11)]
    long = allow([f"s3:Get{'x' * 60}{number}" for number in range(40)])
    for given, code in (
        ({"policies": own}, "ValidationError"),
        ({"policies": [theirs]}, "MalformedPolicyDocument"),
        ({"policy": long}, "ValidationError"),
        ({"policy": "{"}, "MalformedPolicyDocument"),
        ({"policies": ["P1"]}, "InvalidInput"),
    ):
        before = lab.snapshot()
        _failed(lambda given=given: lab.sts.assume_role(alice, role, "alice", **given), code)
        assert lab.snapshot() == before
    session = lab.sts.assume_role(alice, role, "alice", policies=own[:10])
    assert 0 < session.packed_policy_size <= 100


# GetSessionToken, GetFederationToken, GetCallerIdentity


def test_get_session_token_keeps_who_one_is(lab, dev, alice):
    """STS-14: twelve hours by default, no IAM without MFA, of STS two calls."""
    alice.put_policy("All", PASS_ALL)
    session = lab.sts.get_session_token(alice)
    assert session.time_left == timedelta(hours=12)
    assert lab.sts.get_caller_identity(session)["Arn"] == alice.arn
    assert lab.evaluate(session, "s3:ListAllMyBuckets").allowed
    _failed(lambda: lab.evaluate(session, "iam:ListUsers"), "AccessDenied")
    _failed(lambda: lab.sts.get_federation_token(session, "bob"), "AccessDenied")
    _failed(lambda: lab.sts.get_session_token(session), "AccessDenied")
    dev.create_mfa_device("alice").enable(alice)
    assert lab.evaluate(lab.sts.get_session_token(alice, mfa=True), "iam:ListUsers").allowed
    assert lab.sts.get_session_token(dev.root, duration=43200).time_left == timedelta(hours=1)
    _failed(lambda: lab.sts.get_session_token(alice, duration=129601), "ValidationError")


def test_a_denied_user_still_gets_a_session_token(lab, alice):
    """EVAL-24: policies have no say."""
    alice.put_policy("No", deny("*"))
    assert lab.sts.get_caller_identity(lab.sts.get_session_token(alice))["Account"] == DEV


def test_a_federated_user_has_what_both_allow(lab, dev, alice):
    """STS-15, EVAL-22: without a session policy nothing; no IAM; of STS one call."""
    alice.put_policy("All", PASS_ALL)
    none = lab.sts.get_federation_token(alice, "bob")
    some = lab.sts.get_federation_token(alice, "bob", policy=allow("s3:ListAllMyBuckets"))
    assert not _lists(lab, none).allowed
    assert _lists(lab, some).allowed
    assert not lab.evaluate(some, "ec2:DescribeInstances").allowed
    assert some.arn == f"arn:aws:sts::{DEV}:federated-user/bob"
    assert lab.sts.get_caller_identity(some) == {"UserId": f"{DEV}:bob", "Account": DEV, "Arn": some.arn}
    _failed(lambda: lab.evaluate(some, "iam:ListUsers"), "AccessDenied")
    _failed(lambda: lab.sts.assume_role(some, f"arn:aws:iam::{DEV}:role/x", "bob"), "AccessDenied")
    alice.put_policy("All", deny("s3:*"))
    assert not _lists(lab, some).allowed  # the user's policies count as they are now


def test_a_bucket_policy_may_name_a_federated_user_s_session(lab, dev, alice):
    """EVAL-22: without a session policy that is all it has, and the rule says so."""
    alice.put_policy("All", PASS_ALL)
    bucket = dev.create_bucket("acme-photos")
    session = lab.sts.get_federation_token(alice, "bob")
    assert not lab.evaluate(session, "s3:GetObject", bucket / "1.jpg").allowed
    named = {"Effect": "Allow", "Principal": {"AWS": session.arn}, "Action": "s3:GetObject", "Resource": bucket / "*"}
    bucket.put_policy(document(named))
    assert lab.evaluate(session, "s3:GetObject", bucket / "1.jpg").allowed
    assert "only what a resource policy gives to the session by its own ARN" in RULES["EVAL-22"].sentence


def test_a_federated_user_s_session_tags_go_before_its_user_s(lab, dev, alice):
    """COND-20: whatever their letter case; the user's other tags stay."""
    alice.tag({"team": "web", "cost": "7"})
    alice.put_policy("All", PASS_ALL)
    session = lab.sts.get_federation_token(alice, "bob", policy=allow("*"), tags={"Team": "ops"})
    values = _lists(lab, session).request.values
    assert values["aws:principaltag/team"] == "ops"
    assert values["aws:principaltag/cost"] == "7"


def test_role_sessions_get_no_session_token(lab, alice, role):
    """STS-16."""
    session = lab.sts.assume_role(alice, role, "alice")
    _failed(lambda: lab.sts.get_session_token(session), "AccessDenied")
    _failed(lambda: lab.sts.get_federation_token(session, "bob"), "AccessDenied")


def test_get_caller_identity(lab, dev, alice, role):
    """STS-13."""
    session = lab.sts.assume_role(alice, role, "alice")
    assert lab.sts.get_caller_identity(alice) == {"UserId": alice.id, "Account": DEV, "Arn": alice.arn}
    assert lab.sts.get_caller_identity(session) == {
        "UserId": f"{role.id}:alice",
        "Account": DEV,
        "Arn": f"arn:aws:sts::{DEV}:assumed-role/Deploy/alice",
    }
    assert session.assumed_role_id == f"{role.id}:alice"
    assert lab.sts.get_caller_identity(dev.root) == {"UserId": DEV, "Account": DEV, "Arn": dev.root.arn}


# Identity providers


@pytest.fixture
def github(dev):
    return dev.create_oidc_provider("https://token.actions.githubusercontent.com", ["sts.amazonaws.com"])


def _federated(provider, action, condition=None):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider.arn}, "Action": action}
    return document({**statement, "Condition": condition} if condition else statement)


def test_a_workflow_assumes_a_role_by_its_token(lab, dev, github):
    """STS-16, COND-27: the trust policy alone decides, by what the token says."""
    host = "token.actions.githubusercontent.com"
    subject = "repo:acme/app:ref:refs/heads/main"
    condition = {"StringEquals": {f"{host}:sub": subject, f"{host}:aud": "sts.amazonaws.com"}}
    role = dev.create_role("Deploy", trust=_federated(github, "sts:AssumeRoleWithWebIdentity", condition))
    role.put_policy("List", allow("s3:ListAllMyBuckets"))
    token = lab.identity_token(github, subject, audience="sts.amazonaws.com")
    session = lab.sts.assume_role_with_web_identity(token, role, "run-7")
    assert _lists(lab, session).allowed
    other = lab.identity_token(github, "repo:evil/app:ref:refs/heads/main", audience="sts.amazonaws.com")
    _failed(lambda: lab.sts.assume_role_with_web_identity(other, role, "run-8"), "AccessDenied")
    lab.clock.advance(hours=1)
    _failed(lambda: lab.sts.assume_role_with_web_identity(token, role, "run-9"), "ExpiredTokenException")


def test_a_token_for_somebody_else_is_refused(lab, dev, github):
    """The provider's audiences, and the provider itself, must be known."""
    role = dev.create_role("Deploy", trust=_federated(github, "sts:AssumeRoleWithWebIdentity"))
    wrong = lab.identity_token(github, "me", audience="elsewhere")
    _failed(lambda: lab.sts.assume_role_with_web_identity(wrong, role, "run"), "InvalidIdentityToken")
    token = lab.identity_token(github, "me", audience="sts.amazonaws.com")
    github.delete()
    _failed(lambda: lab.sts.assume_role_with_web_identity(token, role, "run"), "InvalidIdentityToken")
    _failed(lambda: lab.sts.assume_role_with_web_identity("a token", role, "run"), "InvalidIdentityToken")


def test_saml(lab, dev):
    """STS-16; no MFA key in such sessions (COND-25)."""
    provider = dev.create_saml_provider("AcmeLogin")
    audience = "https://signin.aws.amazon.com/saml"
    condition = {"StringEquals": {"SAML:aud": audience}}
    role = dev.create_role("Staff", trust=_federated(provider, "sts:AssumeRoleWithSAML", condition))
    absent = {"Null": {"aws:MultiFactorAuthPresent": "true"}}
    listing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": absent}
    role.put_policy("List", document(listing))
    session = lab.sts.assume_role_with_saml(lab.identity_token(provider, "dana", audience=audience), role)
    assert session.name == "dana"
    assert _lists(lab, session).allowed


def test_a_token_is_given_to_the_call_that_takes_it(lab, dev, github):
    """Before anything is read off it; the remedy is in the sentence."""
    saml = dev.create_saml_provider("AcmeLogin")
    role = dev.create_role("Staff", trust=_federated(saml, "sts:AssumeRoleWithSAML"))
    assertion = lab.identity_token(saml, "dana", audience="https://signin.aws.amazon.com/saml")
    token = lab.identity_token(github, "repo:acme/app:*", audience="sts.amazonaws.com")
    for ask in (
        *(lambda given=given: lab.sts.assume_role_with_saml(given, role) for given in ("bob", None, token)),
        *(
            lambda given=given: lab.sts.assume_role_with_web_identity(given, role, "bob")
            for given in ("bob", None, assertion)
        ),
    ):
        assert "lab.identity_token(provider" in _failed(ask, "InvalidIdentityToken").message


def test_who_federates_and_under_which_name(lab, dev, github):
    """COND-20, COND-22: aws:FederatedProvider is OIDC's alone, sts:RoleSessionName is everybody's."""
    saml = dev.create_saml_provider("AcmeLogin")
    by_saml = {"StringEquals": {"sts:RoleSessionName": "dana"}, "Null": {"aws:FederatedProvider": "true"}}
    by_oidc = {"StringEquals": {"sts:RoleSessionName": "dana", "aws:FederatedProvider": github.arn}}
    staff = dev.create_role("Staff", trust=_federated(saml, "sts:AssumeRoleWithSAML", by_saml))
    deploy = dev.create_role("Deploy", trust=_federated(github, "sts:AssumeRoleWithWebIdentity", by_oidc))
    assertion = lab.identity_token(saml, "dana", audience="https://signin.aws.amazon.com/saml")
    token = lab.identity_token(github, "repo", audience="sts.amazonaws.com")
    staffed = lab.sts.assume_role_with_saml(assertion, staff)
    deployed = lab.sts.assume_role_with_web_identity(token, deploy, "dana")
    assert "aws:federatedprovider" not in _lists(lab, staffed).request.values
    assert _lists(lab, deployed).request.values["aws:federatedprovider"] == github.arn


# Keys and the console


def test_access_keys(lab, dev, alice):
    """ENT-09: two, shown once, inactive ones do not count."""
    alice.put_policy("List", allow("s3:ListAllMyBuckets"))
    first, _ = alice.create_access_key(), alice.create_access_key()
    error = _failed(alice.create_access_key, "LimitExceeded")
    assert error.message == "Cannot exceed quota for AccessKeysPerUser: 2"
    shown = first.credentials.reveal()
    assert shown["AccessKeyId"].startswith("AKIA")
    assert len(shown["AccessKeyId"]) == 20
    assert len(shown["SecretAccessKey"]) == 40
    _failed(first.credentials.reveal, "InvalidInput")
    assert _lists(lab, first).allowed
    first.deactivate()
    _failed(lambda: lab.sts.get_caller_identity(first), "InvalidClientTokenId")
    first.activate()
    assert _lists(lab, first).allowed
    first.delete()
    _failed(lambda: _lists(lab, first), "NoSuchEntity")
    _failed(first.delete, "NoSuchEntity")


def test_credentials_by_their_parts(lab, alice, role):
    """STS-26: all parts must fit."""
    key = alice.create_access_key().credentials.reveal()
    session = lab.sts.assume_role(alice, role, "alice").credentials.reveal()
    who = lab.credentials(key["AccessKeyId"], key["SecretAccessKey"])
    assert lab.sts.get_caller_identity(who)["Arn"] == alice.arn
    who = lab.credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    assert _lists(lab, who).allowed
    _failed(lambda: lab.credentials(key["AccessKeyId"], "wrong"), "SignatureDoesNotMatch")
    parts = (session["AccessKeyId"], session["SecretAccessKey"])
    said = "The security token included in the request is invalid. "
    for given, why in (
        (parts, "A temporary key (ASIA...) came without its session token: the three of them belong together."),
        ((*parts, "another"), "A temporary key (ASIA...) came with another session token than its own."),
        (
            ("AKIA0000000000000000", "x"),
            "The credentials are unknown, inactive or deleted, or what they belong to is gone.",
        ),
    ):
        error = _failed(lambda given=given: lab.credentials(*given), "InvalidClientTokenId")
        assert error.message == f"{said}{why}"
    _failed(lambda: lab.credentials("", ""), "MissingAuthenticationToken")


def test_no_secret_is_in_any_repr(lab, dev, alice, role):
    """Shown once, by reveal() alone."""
    key = alice.create_access_key()
    session = lab.sts.assume_role(alice, role, "alice")
    device = dev.create_mfa_device("alice")
    secrets = [
        *(one.secret for one in lab.snapshot().keys.values()),
        *(one.secret for one in lab.snapshot().sessions.values()),
        *(one.token for one in lab.snapshot().sessions.values()),
        *(one.seed for one in lab.snapshot().devices.values()),
    ]
    assert len(secrets) == 4
    for shown in (
        lab,
        lab.snapshot(),
        lab.trail,
        key,
        key.credentials,
        session,
        session.record,
        device,
        session.credentials,
    ):
        assert not any(secret in repr(shown) for secret in secrets)


WRONG = {str: "AccessDenied", int: "ValidationError"}
"""What a code that is not the device's is refused with, and what a number, which is no code."""


def test_the_console(lab, dev, alice, role):
    """COND-24: MFA is true or false there; a role is switched to for as long as is left (STS-27)."""
    _failed(lambda: lab.console_sign_in(alice), "AccessDenied")
    alice.create_login_profile()
    needs = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    listing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": needs}
    alice.put_policy("List", document(listing))
    assert not _lists(lab, lab.console_sign_in(alice)).allowed
    dev.create_mfa_device("alice").enable(alice)
    _failed(lambda: lab.console_sign_in(alice), "AccessDenied")
    for wrong in ("000000", 123456, 1):
        _failed(lambda given=wrong: lab.console_sign_in(alice, mfa=given), WRONG[type(wrong)])
    assert _lists(lab, lab.console_sign_in(alice, mfa=alice.mfa_devices[0].code)).allowed
    console = lab.console_sign_in(alice, mfa=True)
    assert _lists(lab, console).allowed
    assert lab.sts.switch_role(console, role).time_left == timedelta(hours=2)
    lab.clock.advance(hours=11, minutes=30)
    assert lab.sts.switch_role(console, role).time_left == timedelta(minutes=30)
    _failed(lambda: lab.sts.switch_role(alice, role), "InvalidInput")
    assert "does not sign in to the console" in _failed(lambda: lab.console_sign_in(console), "AccessDenied").message
    long = dev.create_role("L" * 60, trust=_trust(), path="/long/")
    _failed(lambda: lab.sts.switch_role(console, long), "ValidationError")  # ENT-23: 65 characters
    assert lab.sts.switch_role(console, dev.create_role("L" * 59, trust=_trust(), path="/long/"))


def test_a_passkey_signs_in_to_the_console_and_nowhere_else(lab, dev, alice, role):
    """ENT-20."""
    alice.create_login_profile()
    device = dev.create_mfa_device("laptop", passkey=True)
    device.enable(alice)
    assert lab.trail[-2].cli().startswith("# ")
    _failed(lambda: device.code, "InvalidInput")
    _failed(lambda: lab.sts.assume_role(alice, role, "alice", mfa=True), "AccessDenied")
    _failed(lambda: lab.sts.get_session_token(alice, mfa=True), "AccessDenied")
    assert lab.console_sign_in(alice, mfa=True).record.mfa is True
    device.deactivate()
    device.delete()
    assert lab.trail[-1].cli().startswith("# ")  # AWS deletes virtual devices alone; this one is gone by now
    assert lab.snapshot().devices == {}


# The clock


def test_the_clock_goes_on_alone(lab):
    """It stands still, goes forward, and never back."""
    assert lab.clock.now == datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    assert lab.clock.advance(days=1, hours=1, minutes=1, seconds=1) == datetime(2026, 11, 3, 16, 1, 1, tzinfo=UTC)
    before = lab.snapshot()
    for move in (
        lambda: lab.clock.advance(minutes=-1),
        lambda: lab.clock.advance(minutes="1"),
        lambda: lab.clock.advance(days=1e300),
        lambda: lab.clock.advance(days=float("nan")),
        lambda: lab.clock.move_to("tomorrow"),
        lambda: lab.clock.move_to(datetime(2026, 11, 2, tzinfo=UTC)),
    ):
        _failed(move, "InvalidInput")
    assert lab.snapshot() is before


def test_a_date_condition_follows_the_clock(lab, alice):
    """aws:CurrentTime is the world's."""
    until = {"DateLessThan": {"aws:CurrentTime": "2026-11-02T17:00:00Z"}}
    alice.put_policy(
        "List", document({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": until})
    )
    assert _lists(lab, alice).allowed
    lab.clock.advance(hours=2)
    assert not _lists(lab, alice).allowed


def test_ec2_renews_in_time(lab, dev):
    """New credentials before the old ones expire; none when the role no longer trusts EC2 (STS-23)."""
    role = dev.create_role("App", trust=trust(Service="ec2.amazonaws.com"))
    profile = dev.create_instance_profile("App")
    profile.add_role(role)
    instance = dev.run_instance(profile=profile)
    first = instance.session
    assert instance.metadata()["Expiration"] == "2026-11-02T21:00:00Z"
    lab.clock.advance(hours=5, minutes=55)
    assert instance.session == first
    lab.clock.advance(seconds=1)
    assert instance.session != first
    assert not first.expired
    assert not instance.session.expired
    role.update_trust(trust(AWS=account(DEV)))
    lab.clock.advance(hours=7)
    assert instance.session.expired
    bare = dev.run_instance()
    _failed(lambda: bare.session, "NoCredentials")


def test_an_instance_that_is_gone_has_no_credentials(lab, dev):
    """It is told that the instance is not there, and what was delivered before is no answer."""
    profile = dev.create_instance_profile("App")
    profile.add_role(dev.create_role("App", trust=trust(Service="ec2.amazonaws.com")))
    instance = dev.run_instance(profile=profile)
    instance.delete()
    for ask in (instance.refresh, instance.metadata, lambda: instance.session):
        _failed(ask, "InvalidInstanceID.NotFound")


def test_time_moves_in_one_step(lab, dev):
    """Whoever watches sees no moment at which an instance has expired credentials (STS-23)."""
    profile = dev.create_instance_profile("App")
    profile.add_role(dev.create_role("App", trust=trust(Service="ec2.amazonaws.com")))
    instance = dev.run_instance(profile=profile)

    class Watcher:
        """What it sees at each change."""

        def __init__(self):
            self.seen = []

        def look(self):
            self.seen.append((lab.clock.now, instance.session.expired))

    watcher = Watcher()
    lab.world.observe(watcher.look)
    now = lab.clock.advance(hours=7)
    assert watcher.seen == [(now, False)]
