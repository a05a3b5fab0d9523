"""A world under thousands of random operations: whatever is done, in whatever order, its invariants hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iamlab import IamlabError, Lab, allow, deny
from iamlab.lessons.story import account, trust
from iamlab.world.entities import GroupRecord, RoleRecord, UserRecord
from iamlab.world.quotas import Quotas, size
from iamlab.world.trail import BUILDER

DEV, PROD = "111111111111", "999999999999"
QUOTAS = Quotas(
    UsersPerAccount=4,
    GroupsPerAccount=3,
    RolesPerAccount=3,
    PoliciesPerAccount=4,
    InstanceProfilesPerAccount=2,
    PoliciesPerUser=1,
    PoliciesPerRole=1,
    PoliciesPerGroup=1,
    GroupsPerUser=1,
    AccessKeysPerUser=1,
    MFADevicesPerUser=1,
    TagsPerResource=2,
    InlineSizePerUser=200,
    InlineSizePerRole=250,
    InlineSizePerGroup=150,
)
NAMES = st.sampled_from(["ann", "Ann", "bob", "cy", "dee", "eve", "a b"])
TAGS = st.dictionaries(
    st.sampled_from(["team", "Team", "cost", "aws:x", "stage"]), st.sampled_from(["1", "2"]), max_size=3
)
POLICIES = st.sampled_from(
    [
        allow("*"),
        allow("iam:*"),
        allow("iam:CreateUser", on=f"arn:aws:iam::{DEV}:user/a*"),
        allow(["s3:*", "ec2:*", "sts:*"]),
        deny("iam:Delete*"),
        deny("s3:*", on="arn:aws:s3:::acme-photos/*"),
        allow("s3:GetObject", on="arn:aws:s3:::acme-photos/${aws:username}/*"),
        allow([f"service:Action{number}" for number in range(20)]),
        "{",
        {"Version": "2012-10-17"},
    ]
)
PICK = st.integers(0, 11)
MINUTES = st.sampled_from([0, 1, 14, 61, 12 * 60 + 1])


class Clouds(RuleBasedStateMachine):
    """Two accounts; whatever fails leaves the world as it was."""

    @initialize()
    def build(self):
        self.lab = Lab(quotas=QUOTAS)
        self.dev = self.lab.create_account("Development", DEV)
        self.prod = self.lab.create_account("Production", PROD)
        self.dev.create_bucket("acme-photos")
        self.dev.create_user("ann").put_policy("All", allow("*"))
        self.dev.create_user("bob")
        for name in ("dee", "eve"):
            self.dev.create_group(name)
        self.dev.create_role("cy", trust=trust(AWS=account(DEV)))
        for name in ("ann", "bob", "cy"):
            self.dev.create_policy(name, allow("s3:*"))
        self.prod.create_policy("theirs", allow("s3:*"))
        self.dev.create_instance_profile("profile")

    # How an operation is tried

    def _one(self, found, pick):
        return found[pick % len(found)] if found else None

    def _actor(self, pick):
        found = [
            *self.dev.users,
            self.dev.root,
            *self.lab.sessions,
            *(k for u in self.dev.users for k in u.access_keys),
        ]
        return self._one(found, pick) if pick % 3 == 0 else None

    def _try(self, who, do, *checks):
        """Do it as somebody, or as the builder. An error has changed nothing; a success was allowed."""
        before, length = self.lab.snapshot(), len(self.lab.trail)
        foreseen = None
        try:
            if who is None:
                do()
            else:
                foreseen = [self.lab.evaluate(who, *check).allowed for check in checks]
                with self.lab.signed_in(who):
                    do()
        except IamlabError as error:
            failed = error
        else:
            failed = None
        if failed is not None:
            assert failed.code
            assert failed.message
            assert self.lab.snapshot() == before
            assert len(self.lab.trail) - length <= 1
            return
        assert len(self.lab.trail) == length + 1, "every operation is one entry"
        entry = self.lab.trail[-1]
        assert not entry.error
        assert (entry.caller == BUILDER) is (who is None)
        assert foreseen is None or all(foreseen), "what was done was allowed"

    # Operations

    @rule(name=NAMES, pick=PICK, tags=TAGS)
    def create_user(self, name, pick, tags):
        checks = [("iam:CreateUser", f"arn:aws:iam::{DEV}:user/{name}")] if name.isalpha() and not tags else []
        self._try(self._actor(pick), lambda: self.dev.create_user(name, tags=tags), *checks)

    @rule(name=NAMES, pick=PICK)
    def create_group(self, name, pick):
        self._try(self._actor(pick), lambda: self.dev.create_group(name))

    @rule(name=NAMES, pick=PICK, trusted=st.sampled_from(["account", "user", "nobody", "ec2"]))
    def create_role(self, name, pick, trusted):
        user = self._one(self.dev.users, pick)
        known = {
            "account": trust(AWS=account(DEV)),
            "user": trust(AWS=user.arn if user else account(PROD)),
            "nobody": trust(AWS=f"arn:aws:iam::{DEV}:user/nobody"),
            "ec2": trust(Service="ec2.amazonaws.com"),
        }
        self._try(self._actor(pick), lambda: self.dev.create_role(name, trust=known[trusted]))

    @rule(name=NAMES, pick=PICK, policy=POLICIES)
    def create_policy(self, name, pick, policy):
        self._try(self._actor(pick), lambda: self.dev.create_policy(name, policy))

    @rule(pick=PICK, other=PICK, attach=st.booleans(), owner=st.sampled_from(["dev", "prod", "aws"]))
    def attach(self, pick, other, attach, owner):
        identity = self._one([*self.dev.users, *self.dev.groups, *self.dev.roles], pick)
        managed = {
            "dev": self._one(self.dev.policies, other),
            "prod": self._one(self.prod.policies, other),
            "aws": self.dev.managed_policy(["ReadOnlyAccess", "AdministratorAccess"][other % 2]),
        }[owner]
        if identity and managed:
            self._try(self._actor(other), lambda: (identity.attach if attach else identity.detach)(managed))

    @rule(pick=PICK, name=NAMES, policy=POLICIES, put=st.booleans())
    def inline(self, pick, name, policy, put):
        identity = self._one([*self.dev.users, *self.dev.groups, *self.dev.roles], pick)
        if identity:
            self._try(
                self._actor(pick),
                lambda: identity.put_policy(name, policy) if put else identity.delete_policy(name),
            )

    @rule(pick=PICK, other=PICK, put=st.booleans())
    def boundary(self, pick, other, put):
        identity, managed = self._one(self.dev.principals, pick), self._one(self.dev.policies, other)
        if identity and managed:
            self._try(self._actor(other), lambda: identity.put_boundary(managed) if put else identity.delete_boundary())

    @rule(pick=PICK, other=PICK, add=st.booleans())
    def membership(self, pick, other, add):
        group, user = self._one(self.dev.groups, pick), self._one([*self.dev.users, *self.prod.users], other)
        if group and user:
            self._try(self._actor(other), lambda: (group.add if add else group.remove)(user))

    @rule(pick=PICK, name=NAMES, path=st.sampled_from([None, "/", "/eng/", "eng"]))
    def rename(self, pick, name, path):
        identity = self._one([*self.dev.users, *self.dev.groups], pick)
        if identity:
            self._try(self._actor(pick), lambda: identity.rename(name, path=path))

    @rule(pick=PICK, tags=TAGS)
    def tag(self, pick, tags):
        one = self._one([*self.dev.principals, *self.dev.policies, *self.dev.resources], pick)
        if one and hasattr(one, "tag"):
            self._try(self._actor(pick), lambda: one.tag(tags))

    @rule(pick=PICK, policy=POLICIES, default=st.booleans())
    def version(self, pick, policy, default):
        managed = self._one(self.dev.policies, pick)
        if managed:
            self._try(self._actor(pick), lambda: managed.create_version(policy, set_as_default=default))

    @rule(pick=PICK, number=st.integers(1, 7), delete=st.booleans())
    def choose_version(self, pick, number, delete):
        managed = self._one(self.dev.policies, pick)
        if managed:
            self._try(
                self._actor(pick),
                lambda: (managed.delete_version if delete else managed.set_default_version)(f"v{number}"),
            )

    @rule(pick=PICK)
    def keys(self, pick):
        user = self._one(self.dev.users, pick)
        if user:
            key = self._one(user.access_keys, pick)
            do = user.create_access_key if key is None or pick % 2 else (key.delete if pick % 3 else key.deactivate)
            self._try(self._actor(pick), do)

    @rule(pick=PICK)
    def mfa(self, pick):
        user, device = self._one(self.dev.users, pick), next(iter(self.lab.snapshot().devices), None)
        if user and device is None:
            self._try(self._actor(pick), lambda: self.dev.create_mfa_device("phone"))
        elif user and user.mfa_devices:
            self._try(self._actor(pick), user.mfa_devices[0].deactivate)

    @rule(pick=PICK, other=PICK)
    def profiles(self, pick, other):
        profile, role = self._one(self.dev.instance_profiles, pick), self._one(self.dev.roles, other)
        if profile is None or pick > 9:
            self._try(self._actor(pick), lambda: self.dev.create_instance_profile(f"profile{pick}"))
        elif role:
            self._try(self._actor(pick), lambda: (profile.remove_role if profile.role else profile.add_role)(role))

    @rule(pick=PICK, other=PICK)
    def assume(self, pick, other):
        role = self._one(self.dev.roles, pick)
        user = self._one([*self.dev.users, *self.lab.sessions], other)
        if role and user:
            before = len(self.lab.sessions)
            try:
                self.lab.sts.assume_role(user, role, "session")
            except IamlabError:
                assert len(self.lab.sessions) == before
            else:
                assert len(self.lab.sessions) == before + 1

    @rule(pick=PICK)
    def run(self, pick):
        profile = self._one(self.dev.instance_profiles, pick)
        self._try(self._actor(pick), lambda: self.dev.run_instance(profile=profile))

    @rule(minutes=MINUTES)
    def wait(self, minutes):
        self.lab.clock.advance(minutes=minutes)

    @rule(pick=PICK, other=PICK)
    def delete(self, pick, other):
        kinds = (
            self.dev.users,
            self.dev.groups,
            self.dev.roles,
            self.dev.policies,
            self.dev.instance_profiles,
            self.dev.resources,
        )
        one = self._one(kinds[pick % len(kinds)], other)
        if one:
            self._try(self._actor(other), one.delete)

    @rule()
    def there_and_back(self):
        """A world that was saved and loaded is the same world."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "world.json"
            self.lab.save(path)
            loaded = Lab.load(path)
        assert loaded.snapshot() == self.lab.snapshot()
        assert loaded.trail == self.lab.trail
        assert loaded.world.next_id("AIDA") == self.lab.world.next_id("AIDA")

    # What always holds

    @invariant()
    def memberships_agree(self):
        state = self.lab.snapshot()
        for group in self.dev.groups:
            assert all(group in user.groups for user in group.members)
        for user in state.of_kind(UserRecord):
            assert len(set(user.groups)) == len(user.groups)
            assert all(isinstance(state.entities[id_], GroupRecord) for id_ in user.groups)

    @invariant()
    def attachments_agree(self):
        state = self.lab.snapshot()
        for policy in self.dev.policies:
            assert policy.attachment_count == sum(policy.arn in one.attached for one in state.entities.values())
        for one in state.entities.values():
            for arn in (*one.attached, *filter(None, [one.boundary])):
                assert arn.startswith("arn:aws:iam::aws:") or state.policy_at(arn), "no dangling attachment"

    @invariant()
    def names_are_unique(self):
        for kind in (UserRecord, GroupRecord, RoleRecord):
            lower = [one.name.lower() for one in self.lab.snapshot().of_kind(kind, DEV)]
            assert len(set(lower)) == len(lower)

    @invariant()
    def quotas_hold(self):
        state = self.lab.snapshot()
        assert len(self.dev.users) <= QUOTAS.UsersPerAccount
        assert len(self.dev.groups) <= QUOTAS.GroupsPerAccount
        assert len(self.dev.roles) <= QUOTAS.RolesPerAccount
        assert len(self.dev.policies) <= QUOTAS.PoliciesPerAccount
        for one in state.entities.values():
            word = one.kind.capitalize()
            assert len(one.attached) <= getattr(QUOTAS, f"PoliciesPer{word}")
            assert sum(size(p.policy) for p in one.inline) <= getattr(QUOTAS, f"InlineSizePer{word}")
            assert len(one.tags) <= QUOTAS.TagsPerResource
        for user in state.of_kind(UserRecord):
            assert len(user.groups) <= QUOTAS.GroupsPerUser
            assert len(state.keys_of(user.id)) <= QUOTAS.AccessKeysPerUser
        for policy in state.policies.values():
            assert 1 <= len(policy.versions) <= 5
            assert policy.default in [one.id for one in policy.versions]

    @invariant()
    def nothing_dangles(self):
        state = self.lab.snapshot()
        assert all(one.owner in state.entities or one.owner in state.accounts for one in state.keys.values())
        assert all(not one.owner or one.owner in state.entities for one in state.devices.values())
        assert all(not one.role or one.role in state.entities for one in state.profiles.values())


TestClouds = Clouds.TestCase
TestClouds.settings = settings(
    max_examples=60, stateful_step_count=100, deadline=None, suppress_health_check=list(HealthCheck)
)
