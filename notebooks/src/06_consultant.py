# ---
# jupyter:
#   iamlab:
#     lesson: "06"
#     title: A consultant
#     minutes: 40
#     exercises: ["06.1", "06.2", "06.3"]
# ---

# %% [markdown]
# # 6 · Let a consultant look without making a user
#
# **After this lesson you can**
#
# - let somebody of another company in through a role, and make no user,
# - choose what a visitor sees: names, settings, or the data itself,
# - say when a visit ends, and end it.
#
# **You need:** lessons [4](04-assume-a-role.ipynb) and [5](05-staging-and-production.ipynb). **Time:** about 40 minutes.

# %% [markdown]
# ## A check from outside
#
# It is Monday, 2 November 2026, 09:00: the lab's clock begins there. Acme wants to know how safe its account is, and asks
# a consulting firm. The firm sends clara. She is to look at how users, roles and buckets are set up. She is to change nothing, and what the salaries are is none of her business.

# %%
from iamlab import IamlabError, Lab, allow
from iamlab.lessons import begin, check, hint, reveal
from iamlab.widgets import AccessExplorer, Choice, PolicyWorkbench, WorldEditor

lab = Lab()
dev = lab.create_account("Development", "111111111111")
firm = lab.create_account("Consulting firm", "333333333333")
dev.create_user("ada").attach(dev.managed_policy("AdministratorAccess"))
clara = firm.create_user("clara")
payroll = dev.create_bucket("acme-payroll")
orders = dev.create_table("orders")
password = dev.create_secret("shop-password")
lab.graph()

# %% [markdown]
# (A *table* of Amazon DynamoDB holds items, a *secret* of AWS Secrets Manager holds a password.)
#
# clara is a user of her firm. A second user, at Acme, would be one more password to keep; and on the day when she
# leaves the firm, nobody would tell Acme. So there will be no user for her, but a **role**, which she assumes from
# where she is.

# %% [markdown]
# Whom a role lets in is said by its trust policy. This one names the firm: all of its account, and then it is for the
# firm to say who of it. `ReadOnlyAccess` is a policy of AWS's, and its name sounds right for a visitor.

# %%
trust = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "sts:AssumeRole",
    }],
}
consultant = dev.create_role("ConsultantRole", trust=trust)
consultant.attach(dev.managed_policy("ReadOnlyAccess"))
lab.graph()

# %% [markdown]
# **Predict.** At her firm, clara has no policy yet. May she assume the role?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant))

# %% [markdown] tags=["conclusion"]
# Between two accounts, both have to agree. Acme has done its half; the firm's half is a policy for clara.

# %% [markdown]
# Something changes at the firm:

# %%
clara.put_policy("AssumeConsultantRole", allow("sts:AssumeRole", on=consultant.arn))
lab.graph(lab.who_can("sts:AssumeRole", consultant))

# %% [markdown]
# ## An ID for the customer
#
# The firm looks after many companies, and gives each an ID: Acme's is `acme-7f3c`. clara's program sends it along, as
# the **external ID**, and Acme's trust policy asks for it. Why? Suppose mallory, another customer, tells the firm "my
# role is ..." and gives the name of **Acme's** role. Without an ID the firm's program would assume it, and show
# mallory Acme's account. With it, the program sends *mallory's* ID, and Acme's trust policy says no.

# %%
trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "acme-7f3c"}}
consultant.update_trust(trust)

# %%
# A question: run this cell.
Choice(
    "Somebody else reads the ID in a letter of the firm's. What can they do with it?",
    {
        "Assume the role": "The trust policy names the firm's account. Whoever is not of it stays out, ID or not.",
        "Nothing": "The ID is no password. It says for which customer the firm asks; who asks is proved otherwise.",
        "Sign in as clara": "An external ID belongs to a customer of the firm, and to no user.",
    },
    right="Nothing",
    beliefs={"Assume the role": 19, "Sign in as clara": 19},
)

# %% [markdown]
# **Predict.** Both halves are there now. clara asks for the role, and forgets the ID.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant))

# %% [markdown] tags=["conclusion"]
# A condition on something that the request does not say at all is not met.

# %% [markdown]
# Now with the ID:

# %%
visit = lab.sts.assume_role(clara, consultant, "clara", external_id="acme-7f3c")
print(lab.sts.get_caller_identity(visit))
print("Users of Development:", [user.name for user in dev.users])

# %% [markdown]
# Who is she now? The account is Acme's, for the session is one of Acme's role. Its name, at the end of the ARN, is
# the one that the visitor's side has given it. And no user was made.
#
# ## Read-only
#
# AWS gives each action an **access level**:
#
# | access level | what it is for | for example |
# |---|---|---|
# | List | to see that things are there | `s3:ListAllMyBuckets` |
# | Read | to look closer at one of them | `s3:GetBucketPolicy` |
# | Write | to make, change or delete | `s3:PutObject` |
# | Permissions management | to change who may do what | `s3:PutBucketPolicy` |
# | Tagging | to put labels on, or take them off | `s3:PutObjectTagging` |

# %% [markdown]
# **Predict.** clara reads the salaries: the object `2026.csv` in `acme-payroll`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(visit, "s3:GetObject", payroll / "2026.csv"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(visit, "s3:GetObject", payroll / "2026.csv"))

# %% [markdown]
# **Predict.** She has the secret's value told to her, the password itself. (The access level is Read.)

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(visit, "secretsmanager:GetSecretValue", password))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(visit, "secretsmanager:GetSecretValue", password))

# %% [markdown] tags=["conclusion"]
# Secrets are left out of `ReadOnlyAccess`; most other data is not. The level *Read* is for seeing how things are set
# up, **and for what is in them**. So **read-only means: nothing is changed. It does not mean that nothing is seen.**

# %% [markdown]
# Some of what she reaches (`1.jpg` stands for the objects in the bucket):

# %%
looks = [
    *("s3:GetBucketPolicy", "s3:GetObject", "dynamodb:DescribeTable", "dynamodb:Scan"),
    *("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
]
lab.graph(lab.what_can(visit, looks))

# %% [markdown]
# ## Three policies to look with
#
# `ReadOnlyAccess` has two narrower sisters, `ViewOnlyAccess` and `SecurityAudit`.

# %%
# A question: run this cell.
Choice(
    "By their names: which of them reads a bucket's policy, and not what is in the bucket?",
    {
        "ViewOnlyAccess": "It sees that things are there. A policy is how they are set up.",
        "SecurityAudit": "It sees how things are set up, and leaves alone what is in them.",
        "ReadOnlyAccess": "It reads the policy, and what is in the bucket as well.",
    },
    right="SecurityAudit",
    beliefs={"ReadOnlyAccess": 14},
)

# %% [markdown]
# In a copy of the account, a role with each of them stands beside ConsultantRole. The **access explorer** shows who
# may do what. Choose the access level *List*, then *Read*. Where do the three roles differ?

# %%
shelf = lab.copy()
acme = shelf.accounts[0]
for name in ("ViewOnlyAccess", "SecurityAudit"):
    acme.create_role(f"With{name}", trust=trust).attach(acme.managed_policy(name))
asked = [
    *("s3:ListAllMyBuckets", "iam:ListUsers", "s3:GetBucketPolicy", "iam:GetRole", "dynamodb:DescribeTable"),
    *("s3:GetObject", "dynamodb:Scan", "secretsmanager:GetSecretValue", "s3:PutObject", "s3:PutBucketPolicy"),
]
about = ["*", payroll, payroll / "2026.csv", orders, password, consultant]
AccessExplorer(shelf, asked, about, kind="role", turned=True)

# %% [markdown]
# In plain Python: how many actions of S3 may each role do here, level by level? (`s3:*/Read` means: all actions of S3
# whose access level is Read. What sees settings may list as well.)

# %% tags=["folded"]
# How many: run this cell.
def count(role, level):
    found = shelf.what_can(role, f"s3:*/{level}").found
    return len({action for one in found for action in one.actions})

for role in acme.roles:
    print(role.name, {level: count(role, level) for level in ("List", "Read", "Write")})

# %% [markdown]
# ## Exercise 06.1: take out the reads of data
#
# In this world ConsultantRole has `ReadOnlyAccess`. clara is to check how safe things are, so she needs to see the
# settings, policies above all. Data is not for her, whatever it is kept in: files, tables, streams, queues, logs,
# parameters, secrets, code. Mend that; nobody else may lose or gain anything.

# %%
visited = begin("06.1")
WorldEditor(visited)

# %% [markdown]
# Or in Python: `acme = visited.accounts[0]`, and then `acme.role("ConsultantRole")` has `attach` and `detach`;
# `acme.managed_policy("ViewOnlyAccess")` is one of AWS's policies. Then check the world as you have left it.

# %% tags=["exercise"]
acme = visited.accounts[0]
# Your lines here, or use the editor above:
check("06.1", visited)

# %% tags=["solution"]
acme = visited.accounts[0]
acme.role("ConsultantRole").detach(acme.managed_policy("ReadOnlyAccess"))
acme.role("ConsultantRole").attach(acme.managed_policy("SecurityAudit"))
check("06.1", visited)

# %% [markdown] tags=["solution"]
# **Explained.** `SecurityAudit` reads settings and leaves the data alone; `ViewOnlyAccess` knows names and hardly a
# policy. And `ReadOnlyAccess` had to be taken off: what is attached to a role adds up.

# %% [markdown]
# Acme has done the same in its own account. clara's session, opened before, is still there. What does the change take
# from her?

# %% tags=["folded"]
# What became of it in Acme's account: run this cell.
before = lab.snapshot()
consultant.detach(dev.managed_policy("ReadOnlyAccess"))
consultant.attach(dev.managed_policy("SecurityAudit"))
lab.graph(lab.difference(before, actions=looks))

# %% [markdown]
# (In the picture: the role stands for whoever assumes it, and beside it is clara's session.)
#
# ## How long?
#
# A session lasts one hour, unless another time is asked for: at least 15 minutes, and at most what the role says, its
# **maximum session duration**. Of ConsultantRole that is an hour, as of every role that nobody has changed.
#
# **Your turn:** let clara ask for two hours, in seconds. What does AWS say to that?

# %% tags=["exercise"]
seconds = 3600  # your number
try:
    print(lab.sts.assume_role(clara, consultant, "clara", external_id="acme-7f3c", duration=seconds))
except IamlabError as error:
    print(error)

# %% tags=["solution"]
seconds = 7200
try:
    print(lab.sts.assume_role(clara, consultant, "clara", external_id="acme-7f3c", duration=seconds))
except IamlabError as error:
    print(error)

# %% [markdown]
# But after an hour she asks for the next session. The visit as a whole needs an end as well: Friday, 6 November, at
# 18:00 (UTC). That is one more condition in the trust policy. It is in the same statement, so both must hold.

# %%
trust["Statement"][0]["Condition"]["DateLessThan"] = {"aws:CurrentTime": "2026-11-06T18:00:00Z"}
consultant.update_trust(trust)
lab.clock.advance(days=4, hours=8, minutes=30)
friday = lab.sts.assume_role(clara, consultant, "clara", external_id="acme-7f3c")
print(f"{lab.clock.now:%A %H:%M}: clara comes in, until {friday.expires:%H:%M}")
lab.clock.advance(minutes=40)
print(f"Now it is {lab.clock.now:%A %H:%M}.")

# %% [markdown]
# **Predict.** clara asks for one more session, with the ID. (The last argument holds what the request says besides.)

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant, {"sts:ExternalId": "acme-7f3c"}))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(clara, "sts:AssumeRole", consultant, {"sts:ExternalId": "acme-7f3c"}))

# %% [markdown]
# **Predict.** And in the session that she opened at 17:30, she lists the users.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(friday, "iam:ListUsers"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(friday, "iam:ListUsers"))

# %% [markdown] tags=["conclusion"]
# The trust policy is read when somebody comes in, and then no more. Whoever is inside stays until the session ends,
# or until somebody **revokes** it.

# %% [markdown]
# **Predict.** Acme revokes the role's sessions, as in lesson 4. clara lists the users again.

# %% tags=["exercise"]
consultant.revoke_sessions()
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(friday, "iam:ListUsers"))

# %% tags=["solution"]
consultant.revoke_sessions()
prediction = "explicit deny"
reveal(prediction, lab.evaluate(friday, "iam:ListUsers"))

# %% [markdown]
# ## Exercise 06.2: limit the time
#
# Back to Monday, in another copy of the account, and the visit is a shorter one. Somebody has set the role's longest
# session to twelve hours, and the trust policy has no date. Mend that, so that
#
# - until Wednesday, 4 November 2026, 12:00 (UTC), clara comes in with the external ID, as now,
# - from then on nobody comes in,
# - and by 13:00 nobody is in there any more.

# %%
week = begin("06.2")
role = week.accounts[0].role("ConsultantRole")
print(role.max_session_duration, "seconds")
print(role.trust.to_json())

# %% [markdown]
# `role.update(max_session_duration=...)` sets the longest session, and `role.update_trust({...})` puts a whole new trust
# policy in the place of the old one. Write your lines above the check. `hint("06.2")` helps.

# %% tags=["exercise"]
role = week.accounts[0].role("ConsultantRole")
# Your lines here:
check("06.2", week)

# %% tags=["solution"]
role = week.accounts[0].role("ConsultantRole")
role.update(max_session_duration=3600)
role.update_trust({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"sts:ExternalId": "acme-7f3c"},
            "DateLessThan": {"aws:CurrentTime": "2026-11-04T12:00:00Z"},
        },
    }],
})
check("06.2", week)

# %% [markdown] tags=["solution"]
# **Explained.** The date closes the door, and the hour empties the room: who came in at 11:59 is out at 12:59. With the
# date alone somebody could have stayed until midnight; with the hour alone she would have come back every hour.

# %% [markdown]
# ## The report
#
# Next month clara comes again. She shall leave her report in a bucket, and somebody gives that bucket a policy. The
# role has `SecurityAudit` as before, which writes nothing. (The policy *AWSRevokeOlderSessions* may stay on the role:
# it is about older sessions alone. Taken away too early, it would give an open session its permissions back.)

# %%
lab.clock.advance(days=28)
reports = dev.create_bucket("acme-reports")
reports.put_policy({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": consultant.arn},
        "Action": "s3:PutObject",
        "Resource": reports / "*",
    }],
})

# %% [markdown]
# **Predict.** In a session of the role, clara writes `report.pdf` into `acme-reports`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(consultant, "s3:PutObject", reports / "report.pdf"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(consultant, "s3:PutObject", reports / "report.pdf"))

# %% [markdown] tags=["conclusion"]
# A policy that allows only looking is no wall: it says nothing of the rest. Within one account, an Allow at the
# bucket is enough.

# %% [markdown]
# So do not ask what a policy is called. Ask what the role can do, from wherever it comes:

# %%
lab.graph(lab.what_can(consultant, ["s3:*/Write", "s3:*/Permissions management", "s3:*/Tagging"]))

# %% [markdown]
# ## Exercise 06.3: find the write that slipped in
#
# Acme has written a policy of its own for visitors, in the place of AWS's. It is meant for looking, and one entry in it
# does more. Find it and mend it; everything that only looks must stay. The **policy workbench** tries each change.

# %%
workbench = PolicyWorkbench(exercise="06.3")
workbench

# %% [markdown]
# When all is well, give it to the check: `check("06.3", workbench)`. Or mend it here. (`from iamlab import catalog`, then
# `catalog.expand("s3:*Acl")` lists the actions that a pattern fits.)

# %% tags=["exercise"]
look_around = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Names", "Effect": "Allow", "Resource": "*", "Action": [
            "s3:ListAllMyBuckets", "iam:ListRoles", "iam:*AccountSummary", "dynamodb:DescribeTable"
        ]},
        {"Sid": "Policies", "Effect": "Allow", "Resource": "*", "Action": ["iam:GetRole", "s3:*BucketPolicy"]},
    ],
}
check("06.3", look_around)

# %% tags=["solution"]
look_around = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Names", "Effect": "Allow", "Resource": "*", "Action": [
            "s3:ListAllMyBuckets", "iam:ListRoles", "iam:*AccountSummary", "dynamodb:DescribeTable"
        ]},
        {"Sid": "Policies", "Effect": "Allow", "Resource": "*", "Action": ["iam:GetRole", "s3:GetBucketPolicy"]},
    ],
}
check("06.3", look_around)

# %% [markdown] tags=["solution"]
# **Explained.** `s3:*BucketPolicy` fits `GetBucketPolicy`, and `PutBucketPolicy` and `DeleteBucketPolicy` as well: whoever
# writes a bucket's policy may let anybody in. A star is not wrong by itself; `iam:*AccountSummary` fits one action alone.

# %% [markdown]
# ## The same in the real cloud
#
# The role for the visitor, and clara's way in, as commands of the AWS CLI:

# %%
wanted = ("CreateRole", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy", "AssumeRole")
steps = [step for step in lab.trail if step.operation in wanted and not step.error]
for step in steps:
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `sts = boto3.client("sts")`:

# %%
for step in steps:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can let somebody of another company in through a role: **no user is made, and both accounts have to agree.**
# - You can choose what a visitor sees: names (`ViewOnlyAccess`), settings (`SecurityAudit`), or the data too
#   (`ReadOnlyAccess`); and you know that none of them is a wall.
# - You can say when a visit ends: a date in the trust policy, short sessions, and revoking for whoever is inside.

# %% [markdown]
# **Looking back** at lesson 4:

# %%
# A question: run this cell.
Choice(
    "At her firm, clara may read the bucket of another customer. She assumes Acme's role. May the session read it?",
    {
        "Yes: a role adds to what she has": "Permissions are not added. In the session, only the role's count.",
        "No: the session has the role's permissions alone": "They were swapped, and come back when she drops the session.",
        "No: she has lost that permission for good": "Her user has it as before; the session is somebody else to AWS.",
    },
    right="No: the session has the role's permissions alone",
    beliefs={"Yes: a role adds to what she has": 5},
)

# %% [markdown]
# **Next:** clara knew her password. A program knows none, and should keep no key either.
# [Lesson 7: an application on EC2](07-application-on-ec2.ipynb).
