# ---
# jupyter:
#   iamlab:
#     lesson: "09"
#     title: Find out why
#     minutes: 50
#     exercises: ["09.1", "09.2", "09.3", "09.4"]
# ---

# %% [markdown]
# # 9 · Find out why a request was denied
#
# **After this lesson you can**
#
# - find the policy and the statement that denied a request,
# - say what a permissions boundary leaves of somebody's permissions,
# - say what an organization's control policies cap, and for whom.
#
# **You need:** lessons 1 to [8](08-another-account.ipynb). **Time:** about 50 minutes, and half an hour for
# the ten tickets at its end.

# %% [markdown]
# ## The last words of the message
#
# dana cannot read a file, and asks you why. Her policies *Work* and *NoSecrets* are in the cell below.

# %%
from iamlab import Lab, allow, deny
from iamlab.lessons import begin, check, hint, reveal
from iamlab.lessons.help_desk import board
from iamlab.views.steps import flow_graph
from iamlab.widgets import RequestExplorer, TicketBoard

lab = Lab()
dev = lab.create_account("Development", "111111111111")
dana, ada = dev.create_user("dana"), dev.create_user("ada")
ada.attach(dev.managed_policy("AdministratorAccess"))
code = dev.create_bucket("acme-dev")
dana.put_policy("Work", allow("s3:GetObject", "s3:PutObject", on=code / "*"))
dana.put_policy("NoSecrets", deny("s3:GetObject", on=code / "secret/*"))

# %% [markdown]
# **Predict.** dana reads `acme-dev/secret/key.txt`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
denied = lab.evaluate(dana, "s3:GetObject", code / "secret/key.txt")
reveal(prediction, denied)

# %% tags=["solution"]
prediction = "explicit deny"
denied = lab.evaluate(dana, "s3:GetObject", code / "secret/key.txt")
reveal(prediction, denied)

# %% [markdown] tags=["conclusion"]
# `because no ... allows` says that something is missing, `with an explicit deny` that something forbids. And the
# words before or after it name the **type of policy**.

# %% [markdown]
# At its very end AWS's message says how a request was denied, and by which type of policy. In the lab it always does.
# Some services of AWS leave that out, mostly between accounts: STS, and S3 where the two accounts are not of one
# organization, say no more than that access is denied. Then one has to look through the types of policy one by one.

# %% [markdown]
# Six of them you have to know. You have met the first three: the policies at users, groups and roles, bucket
# policies, trust policies.

# %% [markdown]
# | type of policy | where it stands | what it can do |
# |---|---|---|
# | identity policy | at a user, group or role | grant, forbid |
# | resource policy | at a bucket, a queue, a key ... | grant, forbid |
# | trust policy | at a role: its resource policy | let in, forbid |
# | permissions boundary | at a user or role | **cap**, forbid |
# | session policy | in one session | **cap**, forbid |
# | service control policy (SCP) | at an organization's root, a unit, an account | **cap**, forbid |
#
# To *cap* is to set a limit: what it does not allow, nobody below can. It grants nothing. (Two more, by name only: a
# *resource control policy* caps what anybody may do with an organization's resources, a *VPC endpoint policy* what passes
# through an endpoint.)

# %% [markdown]
# AWS asks every type that is there. A Deny in any of them ends it. Otherwise each cap must allow, and somebody must
# grant (with one exception, which you will meet). The same as a picture, for dana's request (once you have predicted
# it above):

# %% tags=["folded"]
# The picture, once you have predicted.
flow_graph(denied) if prediction is not ... else print("Predict first, above. Then run this cell again.")

# %% [markdown]
# ## Exercise 09.1: find the deciding statement
#
# Another world. dana is in *Developers*, who have `DevAccess`. (A *tag* is a label on a thing, such as `env=prod` on an
# instance; the condition key `aws:ResourceTag/env` asks for it.)

# %%
team = begin("09.1")
for statement in team.accounts[0].managed_policy("DevAccess").policy.document["Statement"]:
    print(statement)

# %% [markdown]
# The bucket `acme-dev` has a policy as well. Five requests of hers are denied. Ask them in the explorer; after the
# verdict, **step forward** from one type of policy to the next, and read in the table which element of which statement
# misses. (For an object that is not on the list, choose *another* and type its ARN.)

# %%
RequestExplorer(team, actions=["s3:GetObject", "ec2:StopInstances", "s3:DeleteObject", "s3:PutObjectAcl"])

# %% [markdown]
# Which statement decides? Write `"DevAccess/Code"`, `"DevAccess/NoSecrets"`, `"DevAccess/DevInstances"`,
# `"DevAccess/OnlyOurs"` or `"bucket policy/KeepCode"`; or `"none"` if nothing forbids it and an Allow is missing.
#
# (`NotResource` in OnlyOurs means: every resource but these.)

# %% tags=["exercise"]
deciding = {
    "secret": ...,  # she reads acme-dev/secret/key.txt
    "stop": ...,  # she stops an instance that is tagged env=prod
    "delete": ...,  # she deletes acme-dev/plan.txt
    "payroll": ...,  # she reads acme-payroll/2026.csv
    "acl": ...,  # she changes who may read acme-dev/plan.txt (s3:PutObjectAcl)
}
check("09.1", deciding)

# %% tags=["solution"]
deciding = {
    "secret": "DevAccess/NoSecrets",
    "stop": "none",
    "delete": "bucket policy/KeepCode",
    "payroll": "DevAccess/OnlyOurs",
    "acl": "none",
}
check("09.1", deciding)

# %% [markdown] tags=["solution"]
# **Explained.** A Deny that applies decides, wherever it stands. `stop` and `acl` are denied because no Allow applies:
# the one misses by its condition, the other by its actions. To know which saves the search for a Deny that is not there.

# %% [markdown]
# ## A permissions boundary
#
# Acme wants to let team leads write policies for their people, but never more than a certain amount. That is what a
# **permissions boundary** is for: a managed policy that is set on a user or a role beside its permissions.

# %%
before = lab.snapshot()
limit = dev.create_policy("DeveloperLimit", allow("s3:GetObject", "ec2:Describe*", on="*"))
dana.put_boundary(limit)

# %% [markdown]
# **Predict.** The boundary allows `ec2:Describe*`. dana's own policies speak of S3 alone. She looks at the instances.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "ec2:DescribeInstances"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "ec2:DescribeInstances"))

# %% [markdown]
# **Predict.** Her policy *Work* allows `s3:PutObject`. She writes `plan.txt`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:PutObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "s3:PutObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# Read the ends of the two messages: once the identity policies are silent, once the boundary. What is left to her is
# what **both** allow.

# %% [markdown]
# Here is what the boundary changed for her. Is there anything that she gained?

# %% tags=["folded"]
# What changed: run this cell.
for change in lab.difference(before).changes:
    if change.subject.name == "dana":
        print(change.words)

# %% [markdown]
# **Predict.** Now the bucket, in the same account, gets a policy that names **dana herself** and lets her delete objects.
# Neither her own policies nor the boundary speak of deleting.

# %% tags=["exercise"]
named = {"Effect": "Allow", "Principal": {"AWS": dana.arn}, "Action": "s3:DeleteObject", "Resource": code / "*"}
code.put_policy({"Version": "2012-10-17", "Statement": [named]})
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:DeleteObject", code / "plan.txt"))

# %% tags=["solution"]
named = {"Effect": "Allow", "Principal": {"AWS": dana.arn}, "Action": "s3:DeleteObject", "Resource": code / "*"}
code.put_policy({"Version": "2012-10-17", "Statement": [named]})
prediction = "allowed"
reveal(prediction, lab.evaluate(dana, "s3:DeleteObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# A boundary does not cap everything. What a resource policy of the same account gives to **the user itself**, or to
# one session, gets past its silence (not past its Deny). What it gives to a *role* does not: for a session of the
# role it counts like the role's own permissions, and is capped with them. (Of a role's trust policy AWS's pages
# contradict each other on this. In the lab the boundary has to allow `sts:AssumeRole` too.)

# %% [markdown]
# (And the team leads? Their own policies must demand the boundary too, by a condition on `iam:PermissionsBoundary`,
# or they make users without one.)

# %% [markdown]
# ## Exercise 09.2: boundary and permissions
#
# dana again, and the role *Worker*, who has no permissions. Both have a boundary. Below are its statements and then, after
# an empty line, those of dana's own policy.

# %%
framed = begin("09.2")
home = framed.accounts[0]
for policy in (home.managed_policy("DeveloperLimit").policy, home.user("dana").policies[0].policy):
    print(*policy.document["Statement"], sep="\n", end="\n\n")

# %% [markdown]
# The queue *jobs*, in the same account, has a policy that names the user dana and the role Worker, and lets them
# receive messages (`sqs:ReceiveMessage`). Predict six verdicts:

# %% tags=["exercise"]
verdicts = {
    "read": ...,  # dana reads acme-dev/plan.txt: "allowed", "implicit deny" or "explicit deny"
    "user": ...,  # dana creates a user
    "instances": ...,  # dana looks at the instances
    "frozen": ...,  # dana writes acme-dev/frozen/v1.txt
    "queue": ...,  # dana receives a message from the queue
    "worker": ...,  # a session of Worker receives a message from the queue
}
check("09.2", verdicts)

# %% tags=["solution"]
verdicts = {
    "read": "allowed",
    "user": "implicit deny",
    "instances": "implicit deny",
    "frozen": "explicit deny",
    "queue": "allowed",
    "worker": "implicit deny",
}
check("09.2", verdicts)

# %% [markdown] tags=["solution"]
# **Explained.** A boundary is like a frame laid over the permissions: `read` shows through, `user` lies outside,
# `instances` has nothing behind the frame, and `frozen` is crossed out. `queue` and `worker` differ by one word: the queue's policy
# names the user, and the role behind the session.

# %% [markdown]
# ## A policy for one session
#
# Whoever assumes a role may hand over a **session policy**, which is fixed until the session ends. *Deployer* may
# read and write everything in `acme-dev`; dana hands over a policy that allows `s3:GetObject` on `*`.

# %%
trust = {"Effect": "Allow", "Principal": {"AWS": dana.arn}, "Action": "sts:AssumeRole"}
deployer = dev.create_role("Deployer", trust={"Version": "2012-10-17", "Statement": [trust]})
deployer.put_policy("Deploy", allow("s3:GetObject", "s3:PutObject", on=code / "*"))
dana.delete_boundary()  # it does not allow sts:AssumeRole, so it is off for a moment
session = lab.sts.assume_role(dana, deployer, "dana", policy=allow("s3:GetObject", on="*"))
dana.put_boundary(limit)
payroll = dev.create_bucket("acme-payroll")

# %% [markdown]
# **Predict.** The session writes `plan.txt`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(session, "s3:PutObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(session, "s3:PutObject", code / "plan.txt"))

# %% [markdown]
# **Predict.** It reads `2026.csv` in another bucket, `acme-payroll`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(session, "s3:GetObject", payroll / "2026.csv"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(session, "s3:GetObject", payroll / "2026.csv"))

# %% [markdown] tags=["conclusion"]
# A session policy caps, and grants nothing: the session has what **both** the role and it allow.

# %% [markdown]
# ## Above the account: an organization
#
# (A good place for a break: this is the middle of the lesson.)
#
# Acme has put its accounts into an **organization**. The account that made it is the **management account**; the
# others are its members, here under the unit *Workloads*.

# %%
head = lab.create_account("Management", "222222222222")
mia = head.create_user("mia")
mia.attach(head.managed_policy("AdministratorAccess"))
organization = lab.create_organization(head)
organization.enable("SCP")
workloads = organization.create_unit("Workloads")
organization.add(dev, workloads)
logs = ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors")
keep = organization.create_policy("KeepLogs", deny(*logs, on="*"))
organization.attach(keep, workloads)

# %% [markdown]
# CloudTrail is AWS's log of calls (of reading and writing objects only if one asks for that). The SCP *KeepLogs*
# denies what would stop or weaken it; it is attached to the unit.
#
# **Predict.** ada is an administrator of Development. She stops its trail.

# %% tags=["exercise"]
trail = "arn:aws:cloudtrail:us-east-1:111111111111:trail/audit"
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "cloudtrail:StopLogging", trail))

# %% tags=["solution"]
trail = "arn:aws:cloudtrail:us-east-1:111111111111:trail/audit"
prediction = "explicit deny"
reveal(prediction, lab.evaluate(ada, "cloudtrail:StopLogging", trail))

# %% [markdown]
# **Predict.** The root user of Development does it. (In lesson 2, no policy of users, groups or roles reached root.)

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "cloudtrail:StopLogging", trail))

# %% tags=["solution"]
prediction = "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "cloudtrail:StopLogging", trail))

# %% [markdown]
# **Predict.** Now *KeepLogs* is attached to the root of the organization: the top of its tree, above everybody (it
# has nothing to do with root users). mia, an administrator of the management account, stops that account's own trail.

# %%
organization.attach(keep, organization.root)
own_trail = "arn:aws:cloudtrail:us-east-1:222222222222:trail/head"

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(mia, "cloudtrail:StopLogging", own_trail))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(mia, "cloudtrail:StopLogging", own_trail))

# %% [markdown] tags=["conclusion"]
# SCPs bind a member account's root user, and **leave the management account alone**. So nothing of the business runs
# there.

# %% [markdown]
# An SCP grants nothing. Yet a request gets through only if **on every level** (the root, each unit, the account) some
# SCP allows it. When SCPs are put to use, AWS attaches `FullAWSAccess` everywhere; whoever puts a shorter list in its
# place caps all the rest.

# %% [markdown]
# dana's request from the beginning, once more. It has a longer way now; the step that decides is marked, and what stands
# behind it can change nothing any more.

# %% tags=["folded"]
# The picture, once you have predicted.
denied = lab.evaluate(dana, "s3:GetObject", code / "secret/key.txt")
flow_graph(denied) if prediction is not ... else print("Predict first, above. Then run this cell again.")

# %% [markdown]
# ## Exercise 09.3: a control policy against an Allow
#
# The company again, with Production in it. pia is the administrator there, and is to make a queue:

# %%
company = begin("09.3")
production = company.accounts[2]
orders = "arn:aws:sqs:us-east-1:999999999999:orders"
print(company.evaluate(production.user("pia"), "sqs:CreateQueue", orders).error_message)

# %% [markdown]
# Which SCPs are attached to Production, and to what it is in? Read the table from the top: which level is silent?

# %%
org = company.organizations[0]
for target in (org.root, org.units[0], production):
    for policy in org.attached(target):
        for statement in policy.policy.document["Statement"]:
            print(f"{target.name:12}{policy.name:20}", statement["Effect"], statement["Action"])

# %% [markdown]
# You are mia, and run the organization. Let Production use queues (`sqs:*`). Nothing else is to change: not for
# Production, not for anybody.

# %% [markdown]
# What you may need: `org.policy(name)` finds an SCP; its `.policy.document` is a copy of its text, and
# `.update(document)` puts a whole new text in the old one's place. `org.create_policy(name, document)` makes one;
# `org.attach(policy, target)` and `org.detach(...)` take as target `org.root`, `org.units[0]` or `production`.

# %% tags=["exercise"]
listed = org.policy("ProductionServices")
# Your lines here:
check("09.3", company)

# %% tags=["solution"]
listed = org.policy("ProductionServices")
listed.update(allow("s3:*", "ec2:*", "cloudtrail:*", "sts:*", "sqs:*", on="*"))
check("09.3", company)

# %% [markdown] tags=["solution"]
# **Explained.** pia had her Allow all the time; what was missing stood above her. The root and the unit have
# FullAWSAccess, so the one silent level is the account. A second SCP with an Allow for `sqs:*`, attached to the account,
# does the same: what is attached at one level counts together.

# %% [markdown]
# Who can make the queue now?

# %%
company.graph(company.who_can("sqs:CreateQueue", orders))

# %% [markdown]
# ## Three policies to read closely
#
# In a small world of her own, tess shall stop no instance without **MFA**, a second factor. She signs with her access
# key: with such long-term keys, requests say nothing of MFA at all.
#
# **Predict.** She stops an instance.

# %%
small = Lab()
shop = small.create_account("Development", "111111111111")
tess, instance = shop.create_user("tess"), shop.run_instance()
guard = {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*"}
without_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
tess.put_policy("Instances", allow("ec2:StopInstances", on="*"))
tess.put_policy("Guard", {"Version": "2012-10-17", "Statement": [{**guard, "Condition": without_mfa}]})

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, small.evaluate(tess, "ec2:StopInstances", instance))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, small.evaluate(tess, "ec2:StopInstances", instance))

# %% [markdown] tags=["conclusion"]
# A key that is not in the request makes `Bool` false, so the Deny never applied. Lesson 5 asked for MFA in an
# **Allow**: there the missing key must not open, hence `Bool`. Here is a **Deny**: the missing key must close.

# %% [markdown]
# Mend the guard: which operator holds where the key is missing, too? (Lesson 5 had it.) Write it in the place of
# `Bool`.

# %% tags=["exercise"]
mended = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
tess.put_policy("Guard", {"Version": "2012-10-17", "Statement": [{**guard, "Condition": mended}]})

# %% tags=["solution"]
mended = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
tess.put_policy("Guard", {"Version": "2012-10-17", "Statement": [{**guard, "Condition": mended}]})

# %% [markdown]
# **Predict.** tess stops the instance, as before without a code. (Does she still get through? Then the Deny does not
# apply yet: go back to the cell before.)

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, small.evaluate(tess, "ec2:StopInstances", instance))

# %% tags=["solution"]
prediction = "explicit deny"
reveal(prediction, small.evaluate(tess, "ec2:StopInstances", instance))

# %% [markdown] tags=["conclusion"]
# An explicit deny? Then the guard holds: `BoolIfExists` is true where the key is missing.

# %% [markdown]
# The second. tess may make queues, tagged with `team` and `env` and nothing else: `ForAllValues` asks that **every**
# tag she names be one of these. **Predict.** She makes a queue and names no tag at all.

# %%
tags = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "env"]}}
make = {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*", "Condition": tags}
tess.put_policy("Queues", {"Version": "2012-10-17", "Statement": [make]})
jobs = "arn:aws:sqs:us-east-1:111111111111:jobs"

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, small.evaluate(tess, "sqs:CreateQueue", jobs))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, small.evaluate(tess, "sqs:CreateQueue", jobs))

# %% [markdown] tags=["conclusion"]
# If she names no tag, there is none that is not on the list: so the condition holds. With an Allow, ask for the key
# as well: `"Null": {"aws:TagKeys": "false"}`.

# %% [markdown]
# The third. "tess may not touch IAM" was written as an `Allow` with `NotAction`. **Predict.** May she delete the
# queue?

# %% tags=["exercise"]
no_iam = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
tess.put_policy("NoIam", {"Version": "2012-10-17", "Statement": [no_iam]})
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, small.evaluate(tess, "sqs:DeleteQueue", jobs))

# %% tags=["solution"]
no_iam = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
tess.put_policy("NoIam", {"Version": "2012-10-17", "Statement": [no_iam]})
prediction = "allowed"
reveal(prediction, small.evaluate(tess, "sqs:DeleteQueue", jobs))

# %% [markdown] tags=["conclusion"]
# `NotAction` with an Allow forbids nothing; it **allows everything else**, in every service, today's and tomorrow's.

# %% [markdown]
# ## Exercise 09.4: ten tickets
#
# (The other good place for a break: the ten take half an hour.)
#
# You sit at Acme's help desk. Ten requests were denied. If each is meant to go through: what has to change?

# %% [markdown]
# Choose, of each ticket,
#
# - the **layer**: the type of policy that AWS names,
# - the **statement**: the Deny that decides; where an Allow is missing, the Allow of that type that names the action but
#   does not fit (another resource, a condition); *none* if there is no such one,
# - the **cure**. Each is tried in a copy of the world.

# %% [markdown]
# An example for the statement: the message says that no identity policy allows `s3:PutObject`, and a statement of the
# caller's allows it on another bucket. That is the one. (In 09.1 a missing Allow was *none*: there only a Deny was
# asked for.)
#
# Ticket 4 is about a *KMS key*, with which AWS encrypts; it has a policy of its own, as a bucket has.

# %%
TicketBoard()

# %% [markdown]
# `desk` is the world in which they were asked. Ask again, and step through the layers:

# %%
desk = begin("09.4")
RequestExplorer(desk, actions=["s3:GetObject", "s3:ListBucket", "sqs:SendMessage", "kms:Decrypt", "sts:AssumeRole"])

# %% [markdown]
# The same without the widgets: `board(desk)` has the ten tickets. This is the first; turn the 0 into 1 for the
# second. `ticket.decision` shows the table of its statements.

# %%
ticket = board(desk)[0]
print(ticket.words, ticket.error_message, ", ".join(ticket.statements), *ticket.cures, sep="\n    ")

# %% [markdown]
# The layer is `"identity policy"`, `"resource policy"`, `"trust policy"`, `"permissions boundary"`,
# `"session policy"` or `"SCP"`; the cure is `"a"`, `"b"` or `"c"`. (If all ten are right on the board above, you are
# done and need not fill this in. A ticket with all three answers is judged while others are open.) `hint("09.4")`
# helps.

# %% tags=["exercise"]
answers = {
    "1: layer": ..., "1: statement": ..., "1: cure": ...,
    "2: layer": ..., "2: statement": ..., "2: cure": ...,
    "3: layer": ..., "3: statement": ..., "3: cure": ...,
    "4: layer": ..., "4: statement": ..., "4: cure": ...,
    "5: layer": ..., "5: statement": ..., "5: cure": ...,
    "6: layer": ..., "6: statement": ..., "6: cure": ...,
    "7: layer": ..., "7: statement": ..., "7: cure": ...,
    "8: layer": ..., "8: statement": ..., "8: cure": ...,
    "9: layer": ..., "9: statement": ..., "9: cure": ...,
    "10: layer": ..., "10: statement": ..., "10: cure": ...,
}
check("09.4", answers)

# %% tags=["solution"]
answers = {
    "1: layer": "identity policy", "1: statement": "DevAccess/NoSecrets", "1: cure": "b",
    "2: layer": "identity policy", "2: statement": "DevAccess/Code", "2: cure": "a",
    "3: layer": "resource policy", "3: statement": "bucket policy/ClerkAlone", "3: cure": "c",
    "4: layer": "resource policy", "4: statement": "key policy/Keeper", "4: cure": "b",
    "5: layer": "permissions boundary", "5: statement": "none", "5: cure": "c",
    "6: layer": "session policy", "6: statement": "none", "6: cure": "a",
    "7: layer": "SCP", "7: statement": "KeepLogs/NoStopping", "7: cure": "c",
    "8: layer": "SCP", "8: statement": "none", "8: cure": "b",
    "9: layer": "trust policy", "9: statement": "trust policy/#1", "9: cure": "c",
    "10: layer": "identity policy", "10: statement": "Reports/Look", "10: cure": "a",
}
check("09.4", answers)

# %% [markdown] tags=["solution"]
# **Explained.** The message names the type of policy; the type leads to the statement; the statement says what to mend.
# Ticket 4 is the odd one: a key's own policy must let the account in before any identity policy counts. And ticket 10
# is a fourth trap: to `StringEquals` a star is a plain character, and `StringLike` is the one that knows patterns.
#
# (A cure holds for everybody whom its statement reaches. At a real desk one asks first whether the denial is meant.)

# %% [markdown]
# ## The same in the real cloud
#
# AWS answers such questions itself, with the policy simulator. For a request that it can judge, an evaluation brings
# the command:

# %%
print(small.evaluate(tess, "sqs:CreateQueue", jobs).simulate_command)

# %% [markdown]
# And what you did, as commands of the AWS CLI:

# %%
wanted = ("PutUserPermissionsBoundary", "EnablePolicyType", "AttachPolicy")
steps = {step.operation: step for step in lab.trail if step.operation in wanted}.values()
for step in steps:
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3`, `iam = boto3.client("iam")` and
# `organizations = boto3.client("organizations")`:

# %%
for step in steps:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can find the policy and the statement that denied a request: **the end of AWS's message names the type**, the
#   elements say where a statement misses.
# - You can say what a boundary leaves: **what both allow**. It grants nothing, and what a resource policy gives to the
#   user itself gets past its silence.
# - You can say what control policies cap: everybody in a member account, root too; **not the management account**.

# %% [markdown]
# **Looking back** at lesson 8. `notes` is a bucket in another account. Its policy names ada and lets her read. May
# she?

# %%
notes = head.create_bucket("acme-head-notes")
lets = {"Effect": "Allow", "Principal": {"AWS": ada.arn}, "Action": "s3:GetObject", "Resource": notes / "*"}
notes.put_policy({"Version": "2012-10-17", "Statement": [lets]})

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:GetObject", notes / "a.txt"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(ada, "s3:GetObject", notes / "a.txt"))

# %% [markdown]
# **Next:** Acme trusts a firm outside, and so do the firm's other customers. Who keeps them apart? Lesson 10 will be about
# that; it is not written yet. You are through: answer the eight requests on the [start page](00-start.ipynb) again, and
# see what you have learned.
