# ---
# jupyter:
#   iamlab:
#     lesson: "01"
#     title: The first permission
#     minutes: 30
#     exercises: ["01.1", "01.2", "01.3"]
# ---

# %% [markdown]
# # 1 · The first day: grant the first permission
#
# **After this lesson you can**
#
# - say what a new user, group or role may do, and why,
# - write a policy that grants one permission,
# - tell a bucket's ARN from that of the objects in it.
#
# **You need:** nothing but the [start page](00-start.ipynb). **Time:** about 30 minutes.

# %% [markdown]
# ## The first day
#
# Acme, a small company, has opened an AWS account called *Development*. Somebody made a user for alice and a
# **bucket** for photos (a bucket is where Amazon S3, AWS's storage, keeps files). Build it: click the cell and
# press <kbd>Shift</kbd>+<kbd>Enter</kbd>.

# %%
from iamlab import Lab, deny
from iamlab.lessons import check, hint, reveal
from iamlab.widgets import Choice, RequestExplorer

lab = Lab()
dev = lab.create_account("Development", "111111111111")
alice = dev.create_user("alice")
photos = dev.create_bucket("acme-photos")
lab.graph()

# %% [markdown]
# Everything alice wants of AWS is a **request**: *who* asks for *which action* on *which resource*. AWS decides
# on each request in one of three ways:
#
# | verdict | meaning |
# |---|---|
# | `allowed` | something allows it, and nothing forbids it |
# | `implicit deny` | denied because something is **missing**: nothing allows it |
# | `explicit deny` | denied because something **forbids** it |

# %% [markdown]
# **Predict.** alice asks for the list of the account's buckets; that action is called `s3:ListAllMyBuckets`.
# What will AWS say?
#
# Replace the dots by one of the three verdicts, in quotes (`prediction = "allowed"`), and run the cell.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% [markdown]
# Read all of it: the verdict, what AWS would answer (*identity-based* means: given to a user, a group or a role), and
# the **rule** at the end, which a click opens. *ENT-08* is its name here in iamlab; the link leads to AWS's own page.

# %% [markdown]
# ## Does a group help? Does a role?
#
# alice joins the new group *Developers*. And there is a new role, *Auditor*: a set of permissions that somebody
# can take on for a while. The text below, its **trust policy**, says who may do that. You need not read it yet:
# a later lesson is about it.

# %%
developers = dev.create_group("Developers")
developers.add(alice)
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
    ],
}
auditor = dev.create_role("Auditor", trust=trust)
lab.graph()

# %% [markdown]
# **Predict.** alice is a developer now. May she list the buckets?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% [markdown]
# **Predict.** Somebody has taken on the role *Auditor*. A role asks for nothing by itself: whoever takes it on
# gets a **session** of it, and the session asks. May it list the buckets?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(auditor, "s3:ListAllMyBuckets"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(auditor, "s3:ListAllMyBuckets"))

# %% [markdown]
# ## Exercise 01.1: predict four verdicts
#
# Another day at Acme. **alice** and the role **Auditor** are new. **dana** is new and in the new group
# *Developers*. **ada** has a policy that AWS made, `AdministratorAccess`: it allows everything.
#
# - alice and dana list the buckets,
# - a session of Auditor and ada list the users.

# %% tags=["exercise"]
verdicts = {
    "alice": ...,  # "allowed", "implicit deny" or "explicit deny"
    "dana": ...,
    "Auditor": ...,
    "ada": ...,
}
check("01.1", verdicts)

# %% tags=["solution"]
verdicts = {
    "alice": "implicit deny",
    "dana": "implicit deny",
    "Auditor": "implicit deny",
    "ada": "allowed",
}
check("01.1", verdicts)

# %% [markdown] tags=["solution"]
# **Explained.** alice, dana and Auditor are new, so no policy reaches them: three times something is missing. The
# group passes nothing on, because it has nothing. The trust policy of Auditor says who may take it on, not what it
# may do. Only ada has a policy.

# %% [markdown]
# ## Ask for yourself
#
# The **request explorer** asks what you choose: who, which action, which resource. Predict first, then reveal. Beside
# each action stands the kind of access it gives. One action on the list is allowed to everybody: can you find it?
# (*The root user* on the list came with the account; lesson 2 is about it.)

# %%
explorer = RequestExplorer(lab)
explorer

# %% [markdown]
# ## The first permission
#
# Permissions come from **policies**. A policy is a document with one or more **statements**, and a statement says
# three things: the **Effect** (`Allow` or `Deny`), the **Action** and the **Resource**. This one is put into alice:

# %%
see_users = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}
    ],
}
alice.put_policy("SeeUsers", see_users)
lab.graph()

# %% [markdown]
# Compare the picture with the one before. The policy is **embedded** in alice, which AWS also calls *inline*.
# `Version` is the version of the policy *language*; the newest is of 2012. And `*` means *every resource*: some
# actions are about no single one, and then nothing narrower can be written.
#
# **Predict.** May alice list the users now?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "iam:ListUsers"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(alice, "iam:ListUsers"))

# %% [markdown]
# **Predict.** And may she list the buckets?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(alice, "s3:ListAllMyBuckets"))

# %% [markdown]
# The table in the explanation goes through each element of the statement. **All** of them must match, or the
# statement does not apply. (The explorer above has noticed the change as well: ask it about alice and the users.)
#
# ## A Deny
#
# The other Effect is `Deny`. A second policy forbids what the first one allows. `deny(...)` is short for writing such a
# document; so is `allow(...)`.

# %%
print(deny("iam:ListUsers"))

# %% [markdown]
# **Predict.** alice gets it beside the other one. May she list the users?

# %% tags=["exercise"]
alice.put_policy("NoUsers", deny("iam:ListUsers"))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "iam:ListUsers"))

# %% tags=["solution"]
alice.put_policy("NoUsers", deny("iam:ListUsers"))
prediction = "explicit deny"
reveal(prediction, lab.evaluate(alice, "iam:ListUsers"))

# %% [markdown] tags=["conclusion"]
# So there are two ways to be denied, and they are mended differently: what is missing can be added; what forbids has
# to be taken away.

# %% [markdown]
# Take the Deny away again (the table shows which statements reach whom):

# %%
alice.delete_policy("NoUsers")
lab.table()

# %% [markdown]
# ## Exercise 01.2: grant one list action
#
# Write the policy that lets alice list the account's buckets, **and nothing else**. Replace both `...` (texts stand in
# quotes). It is tried in a small world of its own, so nothing changes for the alice above. If you are stuck, run
# `hint("01.2")` in a cell of its own.

# %% tags=["exercise"]
see_buckets = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ..., "Resource": ...}
    ],
}
check("01.2", see_buckets)

# %% tags=["solution"]
see_buckets = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    ],
}
check("01.2", see_buckets)

# %% [markdown] tags=["solution"]
# **Explained.** `s3:ListAllMyBuckets` is about all buckets at once: it takes no resource, so one writes `*`. (No
# single bucket's ARN matches; of the longer patterns AWS takes `arn:aws:s3:::*` alone.) `s3:ListBucket` is another
# action: it lists what is *in* one bucket. `s3:*` or `s3:List*` would grant more than was asked for.

# %% [markdown]
# ## A bucket is not what is in it
#
# Resources have names, called **ARNs** (Amazon Resource Names). Many actions are about one kind of resource only:
#
# | action | is asked about | its ARN |
# |---|---|---|
# | `s3:ListBucket` | the bucket | `arn:aws:s3:::acme-photos` |
# | `s3:GetObject` | an object in it | `arn:aws:s3:::acme-photos/1.jpg` |
#
# In a policy, `*` stands for any run of characters: `arn:aws:s3:::acme-photos/*` is every object in the bucket.

# %%
print(photos.arn)
print(photos / "1.jpg")

# %% [markdown]
# **Predict.** This policy names the bucket. May alice read the object `1.jpg`?

# %% tags=["exercise"]
alice.put_policy("Photos", {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": photos.arn}],
})
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "s3:GetObject", photos / "1.jpg"))

# %% tags=["solution"]
alice.put_policy("Photos", {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": photos.arn}],
})
prediction = "implicit deny"
reveal(prediction, lab.evaluate(alice, "s3:GetObject", photos / "1.jpg"))

# %% [markdown]
# ## Exercise 01.3: mend an ARN
#
# alice should list what is in `acme-photos` **and** read every object in it, and do nothing else. The policy below
# was meant to allow that. Find what is missing, mend it, and run the cell. (Beside it there are the buckets
# `acme-photos-archive` and `acme-payroll`, which are none of her business.)

# %% tags=["exercise"]
look_at_photos = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Action": ["s3:ListBucket", "s3:GetObject"],
        "Resource": "arn:aws:s3:::acme-photos",
    }],
}
check("01.3", look_at_photos)

# %% tags=["solution"]
look_at_photos = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Action": ["s3:ListBucket", "s3:GetObject"],
        "Resource": ["arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*"],
    }],
}
check("01.3", look_at_photos)

# %% [markdown] tags=["solution"]
# **Explained.** Each action finds the resource that it is about: listing the bucket, reading its objects. With
# `acme-photos*` instead, the archive would be open as well, for its name begins the same.

# %% [markdown]
# ## Policies that AWS made
#
# You need not write every policy. AWS keeps many ready ones, called **AWS managed policies**. One of them is
# `AdministratorAccess`. It is not embedded in the user as yours was: it is **attached**, and can be attached to
# others too.

# %%
ada = dev.create_user("ada")
ada.attach(dev.managed_policy("AdministratorAccess"))
lab.table()

# %% [markdown]
# **Predict.** May ada delete the bucket?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:DeleteBucket", photos))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(ada, "s3:DeleteBucket", photos))

# %% [markdown]
# ## The same in the real cloud
#
# Each step that you made here is a call that AWS has as well. `lab.trail` keeps them all, as AWS's service CloudTrail
# does. The first five, as commands of the **AWS CLI**, AWS's command-line tool. (AWS is run in many places, its
# *Regions*. Outside of us-east-1, `create-bucket` also wants to be told which.)

# %%
for step in lab.trail[:5]:
    print(step.cli())

# %% [markdown]
# And in Python, with **boto3**, AWS's library for it, after `import boto3, json`, `iam = boto3.client("iam")` and
# `s3 = boto3.client("s3")`:

# %%
for step in lab.trail[:5]:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can say why a new user, group or role can do nothing: **everything is denied until a statement allows it.**
# - You can write a policy that grants one permission: Effect, Action, Resource, and all must match.
# - You can tell a bucket's ARN from that of its objects: `acme-photos` and `acme-photos/*`.
#
# **Looking back** at the ARNs:

# %%
# A question: run this cell.
Choice(
    "A policy allows s3:GetObject on arn:aws:s3:::acme-photos. What can be read with it?",
    {
        "every object in acme-photos": "Those are arn:aws:s3:::acme-photos/*. This ARN is the bucket's.",
        "nothing": "GetObject is asked about objects, and the ARN is the bucket's: they never meet.",
        "the list of what is in acme-photos": "Listing is another action, s3:ListBucket. That one is about the bucket.",
    },
    right="nothing",
    beliefs={"every object in acme-photos": 13, "the list of what is in acme-photos": 13},
)

# %% [markdown]
# **Next:** who is the *root user*, and is ada the same? [Lesson 2: root and administrators](02-root-and-admin.ipynb).
