# ---
# jupyter:
#   iamlab:
#     lesson: "05"
#     title: Staging and production
#     minutes: 40
#     exercises: ["05.1", "05.2", "05.3"]
# ---

# %% [markdown]
# # 5 · Give some developers production and all of them staging
#
# **After this lesson you can**
#
# - let a whole group assume one role, and a few of its members another,
# - close a policy that lets people into more roles than it was meant for,
# - ask for a second factor where a role is assumed.
#
# **You need:** [lesson 4](04-assume-a-role.ipynb). **Time:** about 40 minutes.

# %% [markdown]
# ## Two stages
#
# Acme's web shop runs twice: in **staging** it is tried out, in **production** the customers use it. All five
# developers shall be able to deploy to staging, and only some of them to production. Nobody shall have either all day
# long: that is what roles are for.

# %%
from iamlab import Lab, allow
from iamlab.lessons import begin, check, hint, reveal
from iamlab.widgets import AccessExplorer, PolicyWorkbench, WorldEditor

lab = Lab()
dev = lab.create_account("Development", "111111111111")
staging, prod = dev.create_bucket("acme-staging"), dev.create_bucket("acme-prod")
developers = dev.create_group("Developers")
for name in ("dana", "eric", "fay", "gil", "oscar"):
    developers.add(dev.create_user(name))
dana, eric, oscar = dev.user("dana"), dev.user("eric"), dev.user("oscar")
lab.graph()

# %% [markdown]
# One role for each stage. Both trust the whole account; what may be done in them differs. (To deploy is to write into
# the stage's bucket here.)

# %%
whole_account = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
    ],
}
staging_role = dev.create_role("StagingRole", trust=whole_account)
staging_role.put_policy("Deploy", allow("s3:PutObject", on=staging / "*"))
prod_role = dev.create_role("ProdRole", trust=whole_account)
prod_role.put_policy("Deploy", allow("s3:PutObject", on=prod / "*"))
print(lab.who_can("sts:AssumeRole", prod_role))

# %% [markdown]
# Nobody may assume it yet. The account is trusted, and no policy in it lets anybody do so.
#
# ## All of them: staging
#
# The group gets the permission. Its `Resource` says **which role**, by its ARN.

# %%
closed = lab.snapshot()
developers.put_policy("AssumeStaging", allow("sts:AssumeRole", on=staging_role.arn))
print(staging_role.arn)

# %% [markdown]
# **Predict.** eric assumes StagingRole.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", staging_role))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", staging_role))

# %% [markdown]
# **Predict.** eric assumes ProdRole. Like StagingRole, it trusts the account.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", prod_role))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", prod_role))

# %% [markdown]
# ## Some of them: production
#
# Who deploys to production goes into a second group, *Release*. A user may be in several groups, and has what all of
# them have.

# %%
release = dev.create_group("Release")
release.put_policy("AssumeProduction", allow("sts:AssumeRole", on=prod_role.arn))
release.add(oscar)
lab.graph(lab.difference(closed, actions="sts:AssumeRole"))

# %% [markdown]
# That is what has been gained since nobody could assume anything: five lines to StagingRole, one to ProdRole.
#
# **Your turn.** dana shall deploy to production too. Write the line below the comment.

# %% tags=["exercise"]
# Your line here:
lab.graph(lab.difference(closed, actions="sts:AssumeRole"))

# %% tags=["solution"]
release.add(dana)
lab.graph(lab.difference(closed, actions="sts:AssumeRole"))

# %% [markdown]
# (Two lines to ProdRole? Then it has worked.) Now oscar assumes ProdRole:

# %%
release_day = lab.sts.assume_role(oscar, prod_role, "oscar-release")
print(release_day.arn)

# %% [markdown]
# **Predict.** In that session he deploys to *staging*.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(release_day, "s3:PutObject", staging / "app.zip"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(release_day, "s3:PutObject", staging / "app.zip"))

# %% [markdown] tags=["conclusion"]
# Swapped, not added: for staging he goes into the other role. So a slip in one stage cannot touch the other.

# %% [markdown]
# ## Developers and roles, as a table
#
# The **access explorer** asks who can do what, everybody at once: here who may assume which role. Choose a cell and
# it says why. In Python: `lab.who_can("sts:AssumeRole", prod_role)`.

# %%
AccessExplorer(lab, actions=["sts:AssumeRole"], resources=[staging_role, prod_role], kind="user")

# %% [markdown]
# There were two ways to let oscar in:
#
# | written | when somebody joins or leaves |
# |---|---|
# | in the role's trust policy, by name | the trust policy is changed |
# | in a group's policy; the role trusts the account | a membership is changed, the role is not touched |
#
# The first shows at one glance who gets in. With the second, people can be managed without touching production.

# %% [markdown]
# ## Exercise 05.1: let exactly two reach production
#
# In this copy dana, eric, fay and oscar are in *Developers* and may assume StagingRole; nobody may assume ProdRole.
# Let **dana and oscar** assume it, and nobody else: not those who are hired next month either. There is a third role,
# *AuditRole*, which is none of their business.

# %%
team = begin("05.1")
team.graph(team.who_can("sts:AssumeRole", "arn:aws:iam::111111111111:role/*"))

# %% [markdown]
# Change it in Python, in the last cell of this exercise: `acme = team.accounts[0]` has `create_group(name)`,
# `user(name)` and `role(name)`; groups, users and roles have `put_policy(name, policy)`. Memberships and trust can
# also be changed here:

# %%
WorldEditor(team)

# %% tags=["exercise"]
acme = team.accounts[0]
# Your lines here, or use the editor above:
check("05.1", team)

# %% tags=["solution"]
acme = team.accounts[0]
releasing = acme.create_group("Release")
releasing.add(acme.user("dana"))
releasing.add(acme.user("oscar"))
releasing.put_policy("AssumeProduction", allow("sts:AssumeRole", on="arn:aws:iam::111111111111:role/ProdRole"))
check("05.1", team)

# %% [markdown] tags=["solution"]
# **Explained.** The two get the permission through a group of their own. A trust policy that names both does the same.
# A permission for all developers with a Deny for two of them does not: it forgets whoever comes next.

# %% [markdown]
# ## One policy for all roles
#
# New roles come, and somebody grows tired of listing them: the developers' policy gets `"Resource": "*"`. "They can
# still assume only roles that trust them", is the reason given.

# %%
before = lab.snapshot()
developers.put_policy("AssumeStaging", allow("sts:AssumeRole", on="*"))

# %% [markdown]
# **Predict.** eric assumes ProdRole.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", prod_role))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", prod_role))

# %% [markdown] tags=["conclusion"]
# ProdRole trusts *the account*, which is everybody in it whom a policy permits; and now a policy permits everybody.
# The star was too many.

# %% [markdown]
# What did it change? (The access explorer above has followed, too.)

# %%
lab.graph(lab.difference(before))

# %% [markdown]
# Close it again for this lab: the `Resource` names the role, whole.

# %%
developers.put_policy("AssumeStaging", allow("sts:AssumeRole", on=staging_role.arn))
lab.graph(lab.who_can("sts:AssumeRole", prod_role))

# %% [markdown]
# ## Exercise 05.2: close a wildcard AssumeRole
#
# In this copy all four roles trust the account: StagingRole, ProdRole, AuditRole and *StagingCleaner*, which empties
# the staging bucket. *Developers* are dana, eric and oscar; *Release* is oscar alone, with its own policy for ProdRole.
# Below is the policy of Developers. Mend it: they need **StagingRole and no other role**, and oscar keeps production.

# %% tags=["exercise"]
assume_roles = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    ],
}
check("05.2", assume_roles)

# %% tags=["solution"]
assume_roles = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111111111111:role/StagingRole"}
    ],
}
check("05.2", assume_roles)

# %% [markdown] tags=["solution"]
# **Explained.** A whole name, no star. A Deny for ProdRole instead would have hit oscar as well, who is a developer
# too; and it would have left every other role open, those of next week included.

# %% [markdown]
# ## A second factor
#
# Suppose oscar's access key is stolen: whoever has it can assume ProdRole. So production shall ask for **MFA** as well,
# a six-digit code that only oscar's phone shows. A trust policy asks for it with a `Condition`, an element of a
# statement that you have not written yet: *it applies only if this holds*.

# %%
def with_mfa(operator):
    return {
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": "111111111111"},
            "Action": "sts:AssumeRole",
            "Condition": {operator: {"aws:MultiFactorAuthPresent": "true"}},
        }],
    }

prod_role.update_trust(with_mfa("Bool"))

# %% [markdown]
# An *operator* (`Bool`: true or false), a *key* that the request carries, and the value it shall have. And oscar's phone
# is registered as his MFA device:

# %%
phone = dev.create_mfa_device("oscar-phone")
phone.enable(oscar)
print(phone.arn)

# %% [markdown]
# **Predict.** oscar has a device now. He assumes ProdRole with his access key, as always.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(oscar, "sts:AssumeRole", prod_role))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(oscar, "sts:AssumeRole", prod_role))

# %% [markdown] tags=["conclusion"]
# To have a device is not enough: a code must be sent.

# %% [markdown]
# With a code, the request to STS carries the device's number and what it shows. Here `mfa=True` reads it off the
# make-believe phone.

# %%
with_code = lab.sts.assume_role(oscar, prod_role, "oscar-mfa", mfa=True)
print(with_code)
print(lab.trail[-1].cli())

# %% [markdown]
# A colleague finds a policy with another operator, `BoolIfExists`, and puts it in.

# %%
prod_role.update_trust(with_mfa("BoolIfExists"))

# %% [markdown]
# **Predict.** oscar asks without a code, with his long-term key. Such a key says nothing about MFA: the request does
# not carry the condition's key at all.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(oscar, "sts:AssumeRole", prod_role))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(oscar, "sts:AssumeRole", prod_role))

# %% [markdown]
# **Predict.** Now he asks STS for temporary credentials first, without a code, and comes with those
# (`get_session_token`). They do say something about MFA: `false`.

# %% tags=["exercise"]
token = lab.sts.get_session_token(oscar)
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(token, "sts:AssumeRole", prod_role))

# %% tags=["solution"]
token = lab.sts.get_session_token(oscar)
prediction = "implicit deny"
reveal(prediction, lab.evaluate(token, "sts:AssumeRole", prod_role))

# %% [markdown] tags=["conclusion"]
# `...IfExists` means: *if the condition key is there, it must hold; if not, never mind.* Three ways to come:
#
# | who comes with | the request says of MFA | `Bool` `true` | `BoolIfExists` `true` |
# |---|---|---|---|
# | an access key alone | nothing | does not hold | holds |
# | a user's temporary credentials, got without a code | `false` | does not hold | does not hold |
# | a code | `true` | holds | holds |
#
# (`BoolIfExists` has its place, in a Deny: lesson 9.)

# %% [markdown]
# Who may assume ProdRole now, and how?

# %%
lab.graph(lab.who_can("sts:AssumeRole", prod_role))

# %% [markdown]
# A thief has oscar's access key and no code, and `BoolIfExists` lets him in. So back to `Bool`, which does not hold
# when the request says nothing of MFA:

# %%
prod_role.update_trust(with_mfa("Bool"))
lab.graph(lab.who_can("sts:AssumeRole", prod_role))

# %% [markdown]
# ## Exercise 05.3: require MFA
#
# In this copy ProdRole's trust policy names dana and oscar. Change it so that both can assume it **with MFA and in no
# other way**, and nobody else at all. Each of them has a device, and so has eric.

# %% tags=["exercise"]
who_and_how = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::111111111111:user/dana", "arn:aws:iam::111111111111:user/oscar"]},
        "Action": "sts:AssumeRole",
    }],
}
check("05.3", who_and_how)

# %% tags=["solution"]
who_and_how = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::111111111111:user/dana", "arn:aws:iam::111111111111:user/oscar"]},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }],
}
check("05.3", who_and_how)

# %% [markdown] tags=["solution"]
# **Explained.** The Principal says who, the Condition how; both must match. `Bool` does not hold where the key is
# absent, and that is what keeps a stolen long-term key out.

# %% [markdown]
# The workbench shows at once which of the requests come out as they must:

# %%
PolicyWorkbench(exercise="05.3")

# %% [markdown]
# ## Keep this world
#
# What you have built here can be saved: the whole lab, in one file beside this notebook. (It is on the list of files to
# the left. All secrets in it are make-believe, so you may hand it to anybody.)

# %%
lab.save("staging.json")

# %% [markdown]
# Whoever has the file opens it in a notebook in the same folder, in another lesson or another day:

# %%
opened = Lab.load("staging.json")
opened.graph(opened.who_can("sts:AssumeRole", opened.accounts[0].role("ProdRole")))

# %% [markdown]
# It is a world of its own: what is done in `opened` is not done in `lab`. Names such as `oscar` still belong to `lab`;
# in `opened` it is `opened.accounts[0].user("oscar")`.
#
# ## The same in the real cloud
#
# The permission, the condition, and the call with a code, as commands of the AWS CLI:

# %%
steps = {one.operation: one for one in lab.trail if one.operation in ("PutGroupPolicy", "UpdateAssumeRolePolicy")}
assumed = next(one for one in lab.trail if "TokenCode" in one.parameters)
for step in (*steps.values(), assumed):
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `sts = boto3.client("sts")`:

# %%
for step in (*steps.values(), assumed):
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can let a group assume one role and a few of its members another: **the roles trust the account, and each group
#   has the permission for its role.**
# - You can close a policy that lets people into too many roles: **the `Resource` of `sts:AssumeRole` names the role,
#   whole.** With a star, every role that trusts the account is open.
# - You can ask for a second factor: `Bool` on `aws:MultiFactorAuthPresent`, not `BoolIfExists`.

# %% [markdown]
# **Looking back** at lesson 4. oscar's session, the one with the code, is open. Now he is taken out of *Release*.

# %%
dev.group("Release").remove(oscar)
lab.graph(lab.who_can("sts:AssumeRole", prod_role))

# %% [markdown]
# **Predict.** May his session still deploy to production?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(with_code, "s3:PutObject", prod / "app.zip"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(with_code, "s3:PutObject", prod / "app.zip"))

# %% [markdown] tags=["conclusion"]
# The right to assume is asked for when the role is assumed, and not again: a session outlives it (lesson 4).

# %% [markdown]
# **Next:** somebody from outside shall look at everything and change nothing. [Lesson 6: a
# consultant](06-consultant.ipynb).
