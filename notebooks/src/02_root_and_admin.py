# ---
# jupyter:
#   iamlab:
#     lesson: "02"
#     title: Root and administrators
#     minutes: 30
#     exercises: ["02.1", "02.2", "02.3"]
# ---

# %% [markdown]
# # 2 · Root is not an administrator: why nobody works as root
#
# **After this lesson you can**
#
# - tell the root user from an administrator,
# - forbid one thing to somebody who may do everything,
# - read an AccessDenied message to its end.
#
# **You need:** [lesson 1](01-first-permission.ipynb). **Time:** about 30 minutes.

# %% [markdown]
# ## Who was there first
#
# Whoever opens an AWS account gets its **root user**: it signs in with the account's e-mail address, and it is no
# user that somebody made. Acme made a user, ada, and **attached** AWS's own policy `AdministratorAccess`, which
# allows every action on every resource. That makes her an administrator.

# %%
from iamlab import Lab, allow, deny
from iamlab.lessons import check, hint, reveal
from iamlab.widgets import Choice, RequestExplorer

lab = Lab()
dev = lab.create_account("Development", "111111111111")
alice, ada = dev.create_user("alice"), dev.create_user("ada")
ada.attach(dev.managed_policy("AdministratorAccess"))
photos, ledger = dev.create_bucket("acme-photos"), dev.create_bucket("acme-ledger")
lab.graph()

# %% [markdown]
# The root user is not in the picture: no policy is attached to it, and none can be.
#
# **Predict.** The root user lists the account's users. No policy reaches it.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "iam:ListUsers"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dev.root, "iam:ListUsers"))

# %% [markdown]
# **Predict.** And ada?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "iam:ListUsers"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(ada, "iam:ListUsers"))

# %% [markdown] tags=["conclusion"]
# The same verdict, for two reasons: read both rules. ada is allowed **by a statement**, and what a statement gives
# can be changed. The root user needs none.

# %% [markdown]
# ## Forbid one thing
#
# A statement with the Effect `Deny` **forbids**. Here one policy with one Deny is **embedded** in ada: put into this
# one user, beside the policy that is attached. The bucket *acme-ledger* holds the company's books, and nobody is to
# delete them.

# %%
ada.put_policy("KeepTheBooks", deny("s3:DeleteObject", on=ledger / "*"))
lab.graph()

# %% [markdown]
# **Predict.** AdministratorAccess allows ada everything. KeepTheBooks forbids one thing. She deletes `2026.csv` in
# *acme-ledger*.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:DeleteObject", ledger / "2026.csv"))

# %% tags=["solution"]
prediction = "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:DeleteObject", ledger / "2026.csv"))

# %% [markdown]
# **Predict.** Somebody wants to help her, and allows exactly this one thing: this action, this object.

# %% tags=["exercise"]
ada.put_policy("Really", allow("s3:DeleteObject", on=ledger / "2026.csv"))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:DeleteObject", ledger / "2026.csv"))

# %% tags=["solution"]
ada.put_policy("Really", allow("s3:DeleteObject", on=ledger / "2026.csv"))
prediction = "explicit deny"
reveal(prediction, lab.evaluate(ada, "s3:DeleteObject", ledger / "2026.csv"))

# %% [markdown] tags=["conclusion"]
# An explicit Deny wins over every Allow. It does not matter which of the two is more exact, or came later.

# %% [markdown]
# **Predict.** KeepTheBooks is ada's. The root user deletes the same object.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "s3:DeleteObject", ledger / "2026.csv"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dev.root, "s3:DeleteObject", ledger / "2026.csv"))

# %% [markdown] tags=["conclusion"]
# **That is why nobody works as root.** Within its account, no policy of a user, group or role reaches it, so nothing
# stops a slip of the hand or a thief with its password. Acme locks the root user away, with a second factor, and
# works as users. (What stands above an account can bind its root user too: lesson 9.)

# %% [markdown]
# Switch between root, ada and alice yourself. Can you find a request that the root user may make and ada may not? And
# one that ada may make, and alice may not?

# %%
RequestExplorer(
    lab, actions=["s3:DeleteObject", "s3:GetObject", "s3:ListAllMyBuckets", "iam:CreateUser", "iam:ListUsers"]
)

# %% [markdown]
# ## A slip
#
# ada embeds a Deny of everything in herself. **Predict.** Can she delete that policy again?

# %% tags=["exercise"]
ada.put_policy("Oops", deny("*", on="*"))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "iam:DeleteUserPolicy", ada))

# %% tags=["solution"]
ada.put_policy("Oops", deny("*", on="*"))
prediction = "explicit deny"
reveal(prediction, lab.evaluate(ada, "iam:DeleteUserPolicy", ada))

# %% [markdown] tags=["conclusion"]
# She has locked herself out, and she was the only administrator.

# %% [markdown]
# Acme fetches its root user from the safe. `lab.signed_in(...)` means: what is done in these lines is done by this
# caller, and AWS is asked first.

# %%
with lab.signed_in(dev.root):
    ada.delete_policy("Oops")
lab.trail[-1]

# %% [markdown]
# ## A bucket with a policy of its own
#
# Such a **bucket policy** says *who* (`Principal`) may do what with it. This one denies everything to everybody.
#
# **Predict.** The root user reads an object in it.

# %% tags=["exercise"]
ledger.put_policy({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ledger.arn, ledger / "*"]}],
})
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "s3:GetObject", ledger / "2026.csv"))

# %% tags=["solution"]
ledger.put_policy({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ledger.arn, ledger / "*"]}],
})
prediction = "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "s3:GetObject", ledger / "2026.csv"))

# %% [markdown]
# **Predict.** The root user deletes that bucket policy. (`s3:*` is every action of S3.)

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dev.root, "s3:DeleteBucketPolicy", ledger))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dev.root, "s3:DeleteBucketPolicy", ledger))

# %% [markdown] tags=["conclusion"]
# No bucket policy can take this way out: the root user of the bucket's own account may get, put and delete its bucket
# policy.

# %% [markdown]
# Some things are the root user's alone: what concerns the account itself, such as closing it or its e-mail address,
# and the way back in when nobody else has one.

# %% [markdown]
# ## Exercise 02.1: root user or administrator?
#
# Give each task to `"root user"` if only root can do it, and to `"administrator"` if ada can:
#
# - **close** the AWS account,
# - change the root user's **email** address,
# - make a user for a new colleague (**hire**),
# - create a **bucket**,
# - let people in again after the only administrator has **locked** everybody out,
# - **attach** a policy to a user,
# - **mend** a bucket whose policy denies everything to everybody, by deleting that policy.

# %% tags=["exercise"]
tasks = {
    "close": ...,  # "root user" or "administrator"
    "email": ...,
    "hire": ...,
    "bucket": ...,
    "locked": ...,
    "attach": ...,
    "mend": ...,
}
check("02.1", tasks)

# %% tags=["solution"]
tasks = {
    "close": "root user",
    "email": "root user",
    "hire": "administrator",
    "bucket": "administrator",
    "locked": "root user",
    "attach": "administrator",
    "mend": "root user",
}
check("02.1", tasks)

# %% [markdown] tags=["solution"]
# **Explained.** Root is for the account itself, and for getting back in when nobody else can. All the rest is
# everyday work, and everyday work is done by users.

# %% [markdown]
# ## Exercise 02.2: stop the administrator doing one thing
#
# Another day, another ada, with AdministratorAccess. Write a policy that is embedded in her **beside** it, so that
# she cannot delete any object in `acme-ledger`, and can do everything else as before: read and write these objects,
# delete others, those in `acme-ledger-archive` for instance, create users. Replace the dots; `hint("02.2")` helps.

# %% tags=["exercise"]
keep_the_books = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": ..., "Action": ..., "Resource": ...}
    ],
}
check("02.2", keep_the_books)

# %% tags=["solution"]
keep_the_books = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::acme-ledger/*"}
    ],
}
check("02.2", keep_the_books)

# %% [markdown] tags=["solution"]
# **Explained.** The Deny is as narrow as the wish: one action, the objects of one bucket. An Allow for the rest would
# take nothing away.

# %% [markdown]
# ## Exercise 02.3: read an AccessDenied message
#
# Two messages, in AWS's words (S3 also sets the ARN in quotation marks): alice, who has no policy, lists the buckets;
# and ada, from the lines above, deletes an object. Read each to its end.

# %%
print(lab.evaluate(alice, "s3:ListAllMyBuckets").error_message)
print()
ledger.delete_policy()  # the Deny that is left is ada's own
print(lab.evaluate(ada, "s3:DeleteObject", ledger / "2026.csv").error_message)

# %% [markdown]
# For each of the two: *why* was it denied, and what is the *cure*?

# %% tags=["exercise"]
answers = {
    "first: why": ...,  # "a permission is missing", "a policy forbids it" or "the user does not exist"
    "first: cure": ...,  # "add a policy that allows it", "change the statement that denies it" or "sign in again"
    "second: why": ...,
    "second: cure": ...,
}
check("02.3", answers)

# %% tags=["solution"]
answers = {
    "first: why": "a permission is missing",
    "first: cure": "add a policy that allows it",
    "second: why": "a policy forbids it",
    "second: cure": "change the statement that denies it",
}
check("02.3", answers)

# %% [markdown] tags=["solution"]
# **Explained.** Both are denied, and the cures are opposite. What is missing can be added; what forbids has to be
# changed, and no Allow beside it helps.

# %% [markdown]
# ## The same in the real cloud
#
# What you did here, as commands of the AWS CLI:

# %%
for step in lab.trail[-5:]:
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `s3 = boto3.client("s3")`:

# %%
for step in lab.trail[-5:]:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can tell the root user from an administrator: **policies of users, groups and roles bind the administrator, not
#   root**, which is why nobody works as root.
# - You can forbid one thing to somebody who may do everything: **an explicit Deny wins over every Allow.**
# - You can read an AccessDenied message to its end: something is missing, or something forbids.
#
# **Looking back** at lesson 1:

# %%
# A question: run this cell.
Choice(
    "A new user has no policy, and nobody has forbidden her anything. What does she get when she asks for something?",
    {
        "allowed": "Nothing allows it, and without an Allow everything is denied.",
        "implicit deny": "Nothing forbids it; nothing allows it either, and that is enough.",
        "explicit deny": "That takes a Deny statement, and there is none.",
    },
    right="implicit deny",
    beliefs={"allowed": 1, "explicit deny": 11},
)

# %% [markdown]
# **Next:** ten developers need the same policies. [Lesson 3: a team through a group](03-team-through-a-group.ipynb).
