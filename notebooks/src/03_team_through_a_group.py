# ---
# jupyter:
#   iamlab:
#     lesson: "03"
#     title: A team through a group
#     minutes: 35
#     exercises: ["03.1", "03.2", "03.3"]
# ---

# %% [markdown]
# # 3 · Manage a team through a group
#
# **After this lesson you can**
#
# - give a team its permissions through one group, and change them for all at once,
# - say what a group is not,
# - write the policy for a bucket and its objects.
#
# **You need:** lessons [1](01-first-permission.ipynb) and [2](02-root-and-admin.ipynb). **Time:** about 35 minutes.

# %% [markdown]
# ## Two developers, soon more
#
# Acme has begun to build its own shop. dana and eric write it, and what they write lies in the bucket `acme-dev`.
# They need the same permissions, and so will whoever is hired next.

# %%
from iamlab import IamlabError, Lab
from iamlab.lessons import begin, check, hint, reveal
from iamlab.widgets import Choice, PolicyWorkbench, WorldEditor

lab = Lab()
dev = lab.create_account("Development", "111111111111")
dana, eric = dev.create_user("dana"), dev.create_user("eric")
code = dev.create_bucket("acme-dev")
developers = dev.create_group("Developers")
lab.graph()

# %% [markdown]
# You could write a policy for each of them, as you did for alice. With two it works; with twenty, somebody is
# always forgotten.
#
# A **group** is a list of users: it gets policies, and every member has what the group has, as with a mailing list,
# where what is sent to the list reaches all who are on it. (Who has granted rights to groups in a database knows it.)

# %% [markdown]
# The policy that was written for alice was embedded in her. This one is a **customer managed policy**: it has a name
# and an ARN of its own and is *attached*, like `AdministratorAccess`, but Acme made it.

# %%
work = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": code.arn}
    ],
}
dev_access = dev.create_policy("DevAccess", work)
developers.attach(dev_access)
developers.add(dana)
developers.add(eric)
lab.graph()

# %% [markdown]
# Compare the two pictures.
#
# **Predict.** dana lists what is in `acme-dev`. No policy is attached to her.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:ListBucket", code))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dana, "s3:ListBucket", code))

# %% [markdown]
# **Predict.** dana reads a file in the bucket, `plan.txt`. Look at the policy once more before you answer.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# One ARN does not do for both actions: lesson 1's old trap. DevAccess has to be mended.

# %% [markdown]
# ## One change for the whole team
#
# A managed policy is not overwritten: it gets a new **version**. AWS keeps up to five of them, and one is the
# **default version**.

# %%
mended = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-dev"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-dev/*"},
    ],
}
new = dev_access.create_version(mended)
print("New version:", new)

# %% [markdown]
# **Predict.** Does eric read `plan.txt` now?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "s3:GetObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(eric, "s3:GetObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# `v2` is there, and `v1` still the default: only the **default version** is in force. That is useful: a new version
# can be looked at first, and an old one brought back. (`create_version(mended, set_as_default=True)` would have done
# both steps at once.)

# %% [markdown]
# **Predict.** The next cell makes `v2` the default. Neither user, nor the group, is touched. And now?

# %% tags=["exercise"]
dev_access.set_default_version("v2")
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "s3:GetObject", code / "plan.txt"))

# %% tags=["solution"]
dev_access.set_default_version("v2")
prediction = "allowed"
reveal(prediction, lab.evaluate(eric, "s3:GetObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# dana has it as well: it was one change for all members, however many.

# %% [markdown]
# **Your turn.** eric goes on leave for a year. You put somebody in with `developers.add(...)`; the opposite is
# `developers.remove(...)`. Write the line that takes eric out below the comment. The picture shows what it changed.

# %% tags=["exercise"]
before = lab.snapshot()
# Your line here:
lab.graph(lab.difference(before))

# %% tags=["solution"]
before = lab.snapshot()
developers.remove(eric)
lab.graph(lab.difference(before))

# %% [markdown]
# `lab.snapshot()` remembers the world as it is, and `lab.difference(before)` says who gained and who lost what
# since (`1.jpg` stands for the objects in the bucket). No policy was written, none was deleted. And dana is not in the
# picture: for her nothing has changed.

# %% [markdown]
# ## Exercise 03.1: add a new hire
#
# Another day, another copy of the Development account. **fay** is new. She should be able to do what the other
# developers do: today, and whatever the team is given later.

# %%
team = begin("03.1")
team.graph()

# %% [markdown]
# Change it in the **world editor**. It lists the world as facts (who is in which group, what is attached to whom),
# to be removed, added and undone. Each change says who gained and lost what, and which AWS command does the same.

# %%
WorldEditor(team)

# %% [markdown]
# Or in Python: `acme = team.accounts[0]` is the account, `acme.user("fay")` and `acme.group("Testers")` are what is in
# it. (`developers` and `dana` are still those of `lab`, another world.) Then check this world as you have left it. For a
# fresh copy, run the cells from `begin` on again.

# %% tags=["exercise"]
acme = team.accounts[0]
# Your lines here, or use the editor above:
check("03.1", team)

# %% tags=["solution"]
acme = team.accounts[0]
acme.group("Developers").add(acme.user("fay"))
check("03.1", team)

# %% [markdown] tags=["solution"]
# **Explained.** One membership, and no policy was touched. Attached to fay herself, DevAccess would work today. But the
# next policy that the group gets would pass her by, and when she leaves the team, hers would stay.

# %% [markdown]
# ## The group, seen from the bucket
#
# A policy can also stand on the other side, at the bucket: a **bucket policy**, as in lesson 2. It has one more
# element, `Principal`, which says *who* may. It could name dana by her ARN. The group has an ARN as well.

# %%
# A question: run this cell.
Choice(
    "Can a bucket policy name the group Developers as its Principal?",
    {
        "Yes: it lets all members in": "That is what a policy on the group does. At the bucket, AWS refuses it.",
        "Yes, but it lets nobody in": "AWS is stricter: it does not even store such a policy.",
        "No: AWS refuses the policy": "Principals make requests, and a group makes none. See AWS's answer below.",
    },
    right="No: AWS refuses the policy",
    beliefs={"Yes: it lets all members in": 3, "Yes, but it lets nobody in": 3},
)

# %% [markdown]
# Try it: write `{"AWS": developers.arn}` where the dots are.

# %% tags=["exercise"]
statement = {"Effect": "Allow", "Principal": ..., "Action": "s3:GetObject", "Resource": code / "*"}
try:
    code.put_policy({"Version": "2012-10-17", "Statement": [statement]})
except IamlabError as error:
    print(error)

# %% tags=["solution"]
statement = {"Effect": "Allow", "Principal": {"AWS": developers.arn}, "Action": "s3:GetObject", "Resource": code / "*"}
try:
    code.put_policy({"Version": "2012-10-17", "Statement": [statement]})
except IamlabError as error:
    print(error)

# %% [markdown]
# Whoever can make requests is a **principal**: a user, the root user, a session of a role, an AWS service. A group
# has no password and no keys, so it cannot sign in. Ask what *the group* may do, and you get a sentence instead of a
# verdict:

# %%
try:
    lab.evaluate(developers, "s3:ListBucket", code)
except IamlabError as error:
    print(error)

# %% [markdown]
# In many databases a group can be a member of another group. Suppose there are testers, and they should have what the
# developers have.

# %%
testers = dev.create_group("Testers")
print(testers.arn)

# %%
# A question: run this cell.
Choice(
    "What happens if the group Testers is put into the group Developers?",
    {
        "its members have what the developers have": "So it is in many databases. IAM's groups do not nest.",
        "nothing: it is a member, and has nothing of it": "AWS is stricter: it does not even make it a member.",
        "it is refused": "Only users go into a group. See below.",
    },
    right="it is refused",
    beliefs={"its members have what the developers have": 3},
)

# %% [markdown]
# Try it: replace the dots by the line that does it.

# %% tags=["exercise"]
try:
    ...  # your line
except IamlabError as error:
    print(error)

# %% tags=["solution"]
try:
    developers.add(testers)
except IamlabError as error:
    print(error)

# %% [markdown] tags=["conclusion"]
# Groups do not **nest**. Where two teams need the same, attach the same managed policy to both groups; or put a user
# into both, for a user has the policies of all its groups together (up to ten groups).

# %% [markdown]
# ## Exercise 03.2: find what was left over
#
# **tess** has moved from the developers to the testers and was taken out of *Developers*. Yet she can still
# overwrite the code in `acme-dev`.

# %%
office = begin("03.2")
office.graph()

# %% [markdown]
# Find out why, and take away what is left over. Nobody else may lose anything, and tess must keep what she needs as a
# tester: listing `acme-test` and listing the users.
#
# Look at the picture, ask `office.table()` in a cell of its own, or use the editor.

# %%
WorldEditor(office)

# %% [markdown]
# In Python: `put_policy`, `attach` and `add` each have an opposite: `delete_policy`, `detach` and `remove`. A
# managed policy is found by its name: `acme.managed_policy("TestAccess")`.

# %% tags=["exercise"]
acme = office.accounts[0]
# Your lines here, or use the editor above:
check("03.2", office)

# %% tags=["solution"]
acme = office.accounts[0]
acme.user("tess").detach(acme.managed_policy("DevAccess"))
check("03.2", office)

# %% [markdown] tags=["solution"]
# **Explained.** DevAccess was attached to tess herself. It never came through the group, so leaving the group could not
# take it away. The policy is shared: taking it off tess is right, changing it would have hit the developers. And a Deny
# would only have covered the old grant up.

# %% [markdown]
# That is why teams keep to one habit: **permissions go to groups, users go into groups.** Then nothing is left over
# when somebody moves. (SeeUsers had better go to *Testers* one day, too.)
#
# (Companies today make users of this kind only where it cannot be helped. AWS advises them to let people sign in through
# IAM Identity Center or a directory of their own, and so into roles, with temporary credentials: lesson 4. What you learn
# here holds there too.)

# %% [markdown]
# ## One policy, a folder for each
#
# Does a group give everybody exactly the same? In `acme-home` each developer shall have a folder, named after the
# user.

# %%
homes = dev.create_bucket("acme-home")
own_folder = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::acme-home/${aws:username}/*",
    }],
}
developers.put_policy("OwnFolder", own_folder)
lab.graph()

# %% [markdown]
# `${aws:username}` is a **policy variable**: for each request AWS puts the name of the asking user in its place.
#
# **Predict.** dana reads `acme-home/dana/notes.txt`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", homes / "dana/notes.txt"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", homes / "dana/notes.txt"))

# %% [markdown]
# **Predict.** dana reads `acme-home/eric/notes.txt`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", homes / "eric/notes.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", homes / "eric/notes.txt"))

# %% [markdown]
# Variables need `"Version": "2012-10-17"`; with an older one, or without `Version`, they are plain text. And this one is
# for users: a session of a role has no `aws:username`, so for it the entry matches nothing.

# %% [markdown]
# ## Exercise 03.3: write the team's policy
#
# Now from nothing. The group *Developers*, with dana and eric in it, has no policy yet. Its members shall
#
# - list what is in `acme-dev`,
# - read (`s3:GetObject`) and write (`s3:PutObject`) every object in it,
#
# **and do nothing else.** `acme-dev-archive` and `acme-test` are none of their business.

# %% [markdown]
# The **policy workbench** tries your policy on the requests that must be allowed and those that must be denied, each
# time you change it. (Write where the dots are, texts in quotes, and as many statements as you need.) When all is
# well, give it to the check: `check("03.3", workbench)`.

# %%
workbench = PolicyWorkbench(exercise="03.3")
workbench

# %% [markdown]
# Or write it here, as a dict: a list of statements, as many as you need, in place of the dots. `hint("03.3")` helps.

# %% tags=["exercise"]
team_policy = {
    "Version": "2012-10-17",
    "Statement": [
        ...
    ],
}
check("03.3", team_policy)

# %% tags=["solution"]
team_policy = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-dev"},
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::acme-dev/*",
        },
    ],
}
check("03.3", team_policy)

# %% [markdown] tags=["solution"]
# **Explained.** One statement for the bucket, one for its objects: each action meets the resource that it is about. Three
# actions on both ARNs in one statement do the same. Nobody is named in the policy: whom it is about follows from the
# group.

# %% [markdown]
# ## The same in the real cloud
#
# What you did to the lab is, as commands of the AWS CLI:

# %%
for step in lab.trail:
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `s3 = boto3.client("s3")`:

# %%
for step in lab.trail:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can give a team its permissions through one group, and change them for all at once: a membership, a policy on
#   the group, a new default version.
# - You can say what a group is not: **it makes no requests, cannot sign in, is no Principal, and holds users only.**
# - You can write the policy for a bucket and its objects: `s3:ListBucket` on the bucket, the rest on `/*`.

# %% [markdown]
# **Looking back** at lesson 2. For one day dana gets `AdministratorAccess`, attached to her alone. The group gets a
# `Deny`. May dana delete the bucket?

# %% tags=["exercise"]
keep = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
developers.put_policy("KeepBuckets", {"Version": "2012-10-17", "Statement": [keep]})
dana.attach(dev.managed_policy("AdministratorAccess"))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:DeleteBucket", code))

# %% tags=["solution"]
keep = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
developers.put_policy("KeepBuckets", {"Version": "2012-10-17", "Statement": [keep]})
dana.attach(dev.managed_policy("AdministratorAccess"))
prediction = "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:DeleteBucket", code))

# %% [markdown]
# **Next:** one belongs to a group. A *role* is something else: one takes it on, for a while.
# [Lesson 4: assume a role](04-assume-a-role.ipynb).
