# ---
# jupyter:
#   iamlab:
#     lesson: "08"
#     title: Another account
#     minutes: 40
#     exercises: ["08.1", "08.2", "08.3"]
# ---

# %% [markdown]
# # 8 · Reach another account
#
# **After this lesson you can**
#
# - open the way into another account, and say which of its two halves is missing,
# - let some of an account in, and keep others out,
# - choose between a role and a bucket policy.
#
# **You need:** lessons [4](04-assume-a-role.ipynb) to [6](06-consultant.ipynb). **Time:** about 40 minutes.

# %% [markdown]
# ## Production gets an account of its own
#
# Acme's shop has customers now. It runs in a second account, *Production*, so that a slip in *Development* cannot
# touch it: accounts know nothing of each other until both say so. The shop's files lie in the bucket
# `productionapp`. David, a developer, brings them up to date.

# %%
from iamlab import IamlabError, Lab, allow, deny
from iamlab.lessons import begin, check, hint, reveal
from iamlab.widgets import BothSides, Choice, PolicyWorkbench

lab = Lab()
dev = lab.create_account("Development", "111111111111")
prod = lab.create_account("Production", "999999999999")
david = dev.create_user("David")
developers = dev.create_group("Developers")
developers.add(david)
shop = prod.create_bucket("productionapp")
lab.graph()

# %% [markdown]
# One could make David a second user, in Production: a second password, and a second place to remember on the day he
# leaves. With a role he keeps **one user name and one password**, in Development, and switches to Production when he
# needs it. (With IAM Identity Center, too, there is one sign-in for all accounts, and behind it stand roles.)
#
# The administrator of Production makes the role *UpdateApp*. Its trust policy first: who may come?

# %%
trust = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
    }],
}
update_app = prod.create_role("UpdateApp", trust=trust)

# %% [markdown]
# **Predict.** Production has said its part. In Development nothing has been said yet. David assumes the role.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", update_app))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", update_app))

# %% [markdown] tags=["conclusion"]
# Two accounts, two administrators, and each has a half of the answer.

# %%
# A question: run this cell.
Choice(
    "The trust policy names arn:aws:iam::111111111111:root. Whom does Production trust?",
    {
        "the root user of Development": "It looks so, and it is not meant so. The root user cannot even assume a role.",
        "everybody in Development": "Almost. Production would let each of them in; whether one may come, Development says.",
        "the account Development, which says who of it may come": "So it is. The number alone would mean the same.",
    },
    right="the account Development, which says who of it may come",
    beliefs={"the root user of Development": 9},
)

# %% [markdown]
# ## What Development says
#
# The administrator of Development gives a policy to the group.
#
# **Predict.** David assumes the role.

# %% tags=["exercise"]
developers.put_policy("AssumeUpdateApp", allow("sts:AssumeRole", on=update_app.arn))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", update_app))

# %% tags=["solution"]
developers.put_policy("AssumeUpdateApp", allow("sts:AssumeRole", on=update_app.arn))
prediction = "allowed"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", update_app))

# %% [markdown]
# The world now. Two arrows lead to the role in Production: one is the trust, and it comes from the whole account; the
# other is the permission, and it comes from a group in that account.

# %%
lab.graph()

# %% [markdown]
# The trust says *who*. *What* the role may do, its permissions say, as always. Then David assumes it. Read the ARN of
# his session: which account's number stands in it?

# %%
update_app.put_policy("ReadWrite", allow("s3:GetObject", "s3:PutObject", on=shop / "*"))
session = lab.sts.assume_role(david, update_app, "David-ProdUpdate")
print(david.arn)
print(session.arn)

# %% [markdown]
# The session belongs to the **role's** account. To Production it is one of its own, and its administrator sees the
# session's name. The caller chooses that name, so it proves nothing by itself.
#
# **Predict.** The session writes `v2.zip` into the bucket. David himself has no permission for S3 at all.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(session, "s3:PutObject", shop / "v2.zip"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(session, "s3:PutObject", shop / "v2.zip"))

# %% [markdown]
# ## Both halves side by side
#
# Here are both texts, each in its account; *Judge both sides* says what each says by itself. Change one: another account
# number in the trust policy, or `Deny` in the permission. *Apply* it, see what comes of it, and take it back with
# *Undo*.

# %%
BothSides(lab, david, "sts:AssumeRole", update_app)

# %% [markdown]
# In plain Python the same two texts are changed with `update_app.update_trust(...)` and
# `developers.put_policy("AssumeUpdateApp", ...)`, and `lab.evaluate(...)` says what comes of it.
#
# ## An administrator from elsewhere
#
# Frank works for the consulting firm of lesson 6. In the firm's account he is an administrator: everything on every
# resource.
#
# **Predict.** Frank assumes UpdateApp.

# %%
firm = lab.create_account("Consulting firm", "333333333333")
frank = firm.create_user("Frank")
frank.attach(firm.managed_policy("AdministratorAccess"))

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(frank, "sts:AssumeRole", update_app))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(frank, "sts:AssumeRole", update_app))

# %% [markdown] tags=["conclusion"]
# His half is as large as it can be. The other one is not his to give.

# %% [markdown]
# And the root user of Development, whose account is trusted?

# %%
try:
    lab.evaluate(dev.root, "sts:AssumeRole", update_app)
except IamlabError as error:
    print(error.message)

# %% [markdown]
# ## Are both halves always needed?
#
# Two roles whose trust policies name **David himself**: one in Production, one in Development. No policy of his
# allows him to assume either.

# %%
himself = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": david.arn}, "Action": "sts:AssumeRole"}],
}
deploy = prod.create_role("Deploy", trust=himself)
build = dev.create_role("Build", trust=himself)
print(deploy.arn, build.arn, sep="\n")

# %% [markdown]
# **Predict.** David assumes *Build*, in his own account.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", build))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", build))

# %% [markdown]
# **Predict.** And *Deploy*, in the other account?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", deploy))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(david, "sts:AssumeRole", deploy))

# %% [markdown] tags=["conclusion"]
# | the trust policy names | same account | another account |
# |---|---|---|
# | the user itself | trust is enough | both halves |
# | the account | both halves | both halves |
#
# An account never lets itself be told by another what its people may do.

# %% [markdown]
# ## Exercise 08.1: which half is missing?
#
# Another day, another world: **David** is a developer, **Jane** a tester, **Ned** in no group. Three roles in
# Production, one in Development. Whom does each role trust? (333333333333 is the consulting firm.)

# %%
pairs = begin("08.1")
for account in pairs.accounts:
    for role in account.roles:
        print(f"{role.arn}  trusts  {role.trust.document['Statement'][0]['Principal']['AWS']}")

# %% [markdown]
# And what may the callers do? `PowerUserAccess` is AWS's policy for people who build things: everything but IAM, the
# account and the organization. Ned stands in no row: he has no policy.

# %%
table = pairs.table()
table.loc[table["principal"].str.startswith("user"), ["principal", "policy", "effect", "actions", "resources"]]

# %% [markdown]
# For each pair, answer
#
# - `"nothing"` if it works,
# - `"permission"`, `"trust"` or `"both"` if that is missing,
# - `"forbidden"` if nothing is missing and a statement forbids it.

# %% tags=["exercise"]
halves = {
    "David: UpdateApp": ...,  # "nothing", "permission", "trust", "both" or "forbidden"
    "Ned: UpdateApp": ...,
    "David: Reports": ...,
    "Ned: Reports": ...,
    "Jane: UpdateApp": ...,
    "Ned: Deploy": ...,
    "Ned: Build": ...,
}
check("08.1", halves)

# %% tags=["solution"]
halves = {
    "David: UpdateApp": "nothing",
    "Ned: UpdateApp": "permission",
    "David: Reports": "trust",
    "Ned: Reports": "both",
    "Jane: UpdateApp": "forbidden",
    "Ned: Deploy": "permission",
    "Ned: Build": "nothing",
}
check("08.1", halves)

# %% [markdown] tags=["solution"]
# **Explained.** Look for two things, and then for a Deny: whom the role names, and what the caller's own policies
# allow. Deploy and Build name the same user; what differs is the account that he comes from.

# %% [markdown]
# ## Exercise 08.2: testers denied
#
# Back to work. Who may assume UpdateApp today? Jane is a tester, and nobody meant her to be in this picture.

# %%
office = begin("08.2")
role_arn = "arn:aws:iam::999999999999:role/UpdateApp"
office.graph(office.who_can("sts:AssumeRole", role_arn))

# %% [markdown]
# You are the administrator of Development. Keep out **all testers, today's and tomorrow's**, and nobody else. They
# keep their PowerUserAccess and the role *TestApp*; the next developer must get in without anybody touching
# Production.
#
# The workbench puts a policy on the group and tries it. Write where the dots are, texts in quotes:

# %%
test_role = "arn:aws:iam::999999999999:role/TestApp"
PolicyWorkbench(
    office,
    on="Testers",
    name="ForTesters",
    policy='{"Version": "2012-10-17", "Statement": [\n  {"Effect": ..., "Action": ..., "Resource": ...}\n]}',
    must_allow=[("David", "sts:AssumeRole", role_arn), ("Jane", "sts:AssumeRole", test_role)],
    must_deny=[("Jane", "sts:AssumeRole", role_arn)],
)

# %% [markdown]
# Or in Python, in the cell below: `put_policy(name, ...)` on a group, with `allow(action, on=...)` or
# `deny(action, on=...)`. Then check the world as it is.

# %% tags=["exercise"]
development, production = office.accounts
# Your lines here:
check("08.2", office)

# %% tags=["solution"]
development, production = office.accounts
development.group("Testers").put_policy("ForTesters", deny("sts:AssumeRole", on=role_arn))
check("08.2", office)

# %% [markdown] tags=["solution"]
# **Explained.** PowerUserAccess stays as it is; a Deny beside it takes one thing out. On the group it holds for whoever
# is a tester. Production's trust policy need not know a single name.

# %% [markdown]
# The same picture again. Is Jane gone from it?

# %%
office.graph(office.who_can("sts:AssumeRole", role_arn))

# %% [markdown]
# ## Another way in: the bucket's own policy
#
# A role is one way to reach another account. Some resources can open themselves: a bucket has a policy of its own,
# with a `Principal`, as a role has its trust policy. Here Production says that David may read the shop, without any
# role.

# %%
def reading(bucket):
    statement = {"Effect": "Allow", "Principal": {"AWS": david.arn}, "Action": "s3:GetObject", "Resource": bucket / "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}

shop.put_policy(reading(shop))

# %% [markdown]
# **Predict.** David, as himself, reads `index.html` in `productionapp`. He has no permission for S3.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "s3:GetObject", shop / "index.html"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(david, "s3:GetObject", shop / "index.html"))

# %% [markdown]
# **Predict.** The same policy on a bucket in his own account. He still has no permission for S3.

# %%
notes = dev.create_bucket("acme-notes")
notes.put_policy(reading(notes))

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "s3:GetObject", notes / "todo.txt"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(david, "s3:GetObject", notes / "todo.txt"))

# %% [markdown] tags=["conclusion"]
# So in **one** account, the bucket policy *or* a policy of the user is enough. Across accounts it takes the bucket
# policy *and* a policy of the user. (Between accounts that are not of one organization, S3 says no more than *Access
# Denied*; here you see the reason.)

# %% [markdown]
# Give David the missing half: replace the dots by an ARN.
#
# **Predict** what he gets then.

# %% tags=["exercise"]
missing_half = ...  # the ARN of what he is to read: all objects in productionapp
if missing_half is ...:
    print("Replace the dots first.")
else:
    david.put_policy("ReadShop", allow("s3:GetObject", on=missing_half))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(david, "s3:GetObject", shop / "index.html"))

# %% tags=["solution"]
missing_half = "arn:aws:s3:::productionapp/*"
david.put_policy("ReadShop", allow("s3:GetObject", on=missing_half))
prediction = "allowed"
reveal(prediction, lab.evaluate(david, "s3:GetObject", shop / "index.html"))

# %% [markdown]
# ## What is the difference?
#
# David now has two ways to the same file. **Predict.** In his session of UpdateApp he reads `todo.txt` in his own
# account, which the bucket policy lets David read.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(session, "s3:GetObject", notes / "todo.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(session, "s3:GetObject", notes / "todo.txt"))

# %% [markdown] tags=["conclusion"]
# | | through a role | through a bucket policy |
# |---|---|---|
# | who asks | a session, of the role's account | David himself |
# | his own permissions | set aside while the session is used | kept |
# | what it opens | whatever the role may do | this one bucket |
# | the halves | trust policy and `sts:AssumeRole` | bucket policy and the action itself |
#
# Not every service has such policies. Instances, for one, have none: there it takes a role.

# %%
# A question: run this cell.
Choice(
    "A developer shall look after Production for an afternoon: its bucket, its instances, its alarms. Which way?",
    {
        "a role": "One role with all that the work takes, for as long as it is needed.",
        "a bucket policy": "It opens the bucket. Instances have no policy of their own.",
        "a second user": "It works, and there is one more password to lose and one more leaver to forget.",
    },
    right="a role",
)

# %% [markdown]
# ## Exercise 08.3: role or bucket policy?
#
# Each night a program copies releases: in **one** request it reads from `acme-build`, in Development, and writes to
# `productionapp/releases/`. It has David's access key; David may read `acme-build`, and assume UpdateApp.

# %%
# A question: run this cell.
Choice(
    "One request reads in Development and writes in Production. Who has to sign it?",
    {
        "a session of UpdateApp": "In the session David's own permissions are set aside. Who reads acme-build then?",
        "David himself": "He keeps what he may do at home. And Production lets him write: by which policy?",
        "first the one, then the other": "That would be two requests. It is one.",
    },
    right="David himself",
    beliefs={"a session of UpdateApp": 5},
)

# %% [markdown]
# Build it: the program signs as David, who writes below `releases/`, and nowhere else. Nobody else gains anything.

# %%
night = begin("08.3")
target = "arn:aws:s3:::productionapp/releases/v2.zip"
BothSides(night, "David", "s3:PutObject", target)

# %% [markdown]
# Write and apply the texts above, or write it in Python below. `production.buckets[0]` is `productionapp`,
# `production.role("UpdateApp")` the role; users, roles and buckets all have `put_policy`. `hint("08.3")` helps.

# %% tags=["exercise"]
development, production = night.accounts
releases = "arn:aws:s3:::productionapp/releases/*"
# Your lines here:
check("08.3", night)

# %% tags=["solution"]
development, production = night.accounts
releases = "arn:aws:s3:::productionapp/releases/*"
writer = development.user("David")
writer.put_policy("WriteReleases", allow("s3:PutObject", on=releases))
statement = {"Effect": "Allow", "Principal": {"AWS": writer.arn}, "Action": "s3:PutObject", "Resource": releases}
production.buckets[0].put_policy({"Version": "2012-10-17", "Statement": [statement]})
check("08.3", night)

# %% [markdown] tags=["solution"]
# **Explained.** One request needs both accounts at once, so the caller must keep what it has at home: a bucket policy.
# Both halves name the same action and the same objects. Naming the account instead of David would let in everybody
# there who has PowerUserAccess.

# %% [markdown]
# ## The same in the real cloud
#
# The steps that opened the way, as commands of the AWS CLI: for Production's administrator, for Development's, for
# Production's again, and for David. In the console he would choose *Switch role* and type the account's number and the
# role's name.

# %%
wanted = ("CreateRole", "PutGroupPolicy", "PutRolePolicy", "AssumeRole")
steps = [step for step in lab.trail if step.operation in wanted][:4]
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
# - You can open the way into another account: **the role trusts the account, and the account permits the user.** Within
#   one account, a trust policy that names the user is enough.
# - You can let some of an account in and keep others out: a Deny on a group, and the other account knows no names.
# - You can choose: **with a role one swaps permissions, with a bucket policy one keeps them.** Across accounts, either
#   takes both halves.

# %% [markdown]
# **Looking back** at lesson 4. David's session of UpdateApp is open. In a copy of this world, the administrator of
# Development takes the permission from the developers. May the session still write?

# %% tags=["exercise"]
later = lab.copy()
later.accounts[0].group("Developers").delete_policy("AssumeUpdateApp")
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, later.evaluate(later.sessions[0], "s3:PutObject", shop / "v3.zip"))

# %% tags=["solution"]
later = lab.copy()
later.accounts[0].group("Developers").delete_policy("AssumeUpdateApp")
prediction = "allowed"
reveal(prediction, later.evaluate(later.sessions[0], "s3:PutObject", shop / "v3.zip"))

# %% [markdown] tags=["conclusion"]
# The right to assume is asked for when the role is assumed, and not again (lesson 4).

# %% [markdown]
# **Next:** two halves, groups, bucket policies, and more to come. When AWS says no, which of them was it? [Lesson 9:
# find out why a request was denied](09-why-denied.ipynb).
