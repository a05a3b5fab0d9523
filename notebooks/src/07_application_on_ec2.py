# ---
# jupyter:
#   iamlab:
#     lesson: "07"
#     title: An application on EC2
#     minutes: 40
#     exercises: ["07.1", "07.2", "07.3"]
# ---

# %% [markdown]
# # 7 · Let an application on EC2 reach S3 with no stored key
#
# **After this lesson you can**
#
# - let a program on a server work with a role, and keep no key on the server,
# - allow it one folder of a bucket, and nothing else,
# - say who may hand which role to which service.
#
# **You need:** lessons [4](04-assume-a-role.ipynb) and [6](06-consultant.ipynb). **Time:** about 40 minutes.

# %% [markdown]
# ## A program that shows photos
#
# Acme's shop is ready to be seen. It runs on a server: an **instance** of Amazon EC2, AWS's computers for hire. The
# program on it shows photos from the bucket `acme-photos`. So it has to ask S3 for them; but as whom? A program has no
# finger to type a password with.

# %%
from iamlab import IamlabError, Lab, allow
from iamlab.lessons import check, hint, reveal
from iamlab.widgets import Choice, PolicyWorkbench, RequestExplorer, WorldEditor

lab = Lab()
dev = lab.create_account("Development", "111111111111")
photos = dev.create_bucket("acme-photos")

# %% [markdown]
# The first idea: a user for the program, and its **access key** in a file on the server. An access key is to a program
# what a password is to a person.

# %%
today = lab.snapshot()
shop = dev.create_user("shop")
key = shop.create_access_key()
lab.clock.advance(days=365)
print(f"{lab.clock.now:%d %B %Y}:", lab.sts.get_caller_identity(key)["Arn"])

# %% [markdown]
# A year later the key still counts, for everybody who has the file: in a copy of the server's disk, in a backup, in the
# repository where somebody put it by mistake. Nobody changes it, for then the program stands still. Back to today, and
# to an account without that user:

# %%
lab.restore(today)

# %% [markdown]
# ## A role for a service
#
# Temporary credentials end by themselves. So the program shall work in a session of a role. But who is to assume it? The
# program has nothing to ask with yet. **EC2 does it, for the program.** A service is a principal too, and its name is
# neither an ARN nor a number.

# %%
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
app_role = dev.create_role("AppRole", trust=trust)
app_role.put_policy("Photos", allow("s3:GetObject", on=photos / "*"))

# %% [markdown]
# **Predict.** EC2 assumes the role. No identity policy in Acme's account says that EC2 may; the trust policy names it.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate("ec2.amazonaws.com", "sts:AssumeRole", app_role))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate("ec2.amazonaws.com", "sts:AssumeRole", app_role))

# %% [markdown]
# ## From the role to the server
#
# EC2 is not given the role itself. It is given an **instance profile**: a container for one role, the form in which EC2
# takes it. (The console makes one beside each role for EC2, with the same name, so one hardly sees it. With the CLI one
# makes it oneself.)

# %%
profile = dev.create_instance_profile("AppProfile")
profile.add_role(app_role)
server = dev.run_instance(profile=profile)
lab.graph()

# %% [markdown]
# Follow the lines from left to right: the server runs with the profile, which holds the role; the role trusts EC2, and
# may read the photos. On the server there is an address that is answered for programs on it, `169.254.169.254`, the
# **metadata service**. There the program finds this:

# %%
first = server.session
server.metadata()

# %% [markdown]
# Three parts, as in lesson 4, and a time at which they end. (AWS calls the third one `Token` here.) AWS's libraries,
# boto3 among them, look there by themselves: in the program there is no line about credentials. Who is it to AWS?

# %%
lab.sts.get_caller_identity(first)

# %% [markdown]
# A session of AppRole. Its name, at the end, is the ID of the instance: so the trail says which server it was.
#
# **Predict.** The program on the server reads `1.jpg`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(first, "s3:GetObject", photos / "1.jpg"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(first, "s3:GetObject", photos / "1.jpg"))

# %% [markdown]
# alice has become an administrator: her policy allows `sts:AssumeRole` on every role.

# %%
alice = dev.create_user("alice")
alice.attach(dev.managed_policy("AdministratorAccess"))

# %% [markdown]
# **Predict.** To see what the program sees, she assumes AppRole.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(alice, "sts:AssumeRole", app_role))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(alice, "sts:AssumeRole", app_role))

# %% [markdown]
# Ask for more, as whom you like: as the service, as the server's session, or as alice.

# %%
RequestExplorer(lab, actions=["sts:AssumeRole", "s3:GetObject", "s3:PutObject", "s3:ListBucket"])

# %% [markdown]
# **Your turn.** In a copy of the account there is a second profile, still empty, and a server runs with it. Put AppRole
# into it: in the world editor (as the new fact choose *carries role*), or below with `spare.add_role(...)`.

# %%
workshop = lab.copy()
acme = workshop.accounts[0]
spare = acme.create_instance_profile("SpareProfile")
bare = acme.run_instance(profile=spare)
WorldEditor(workshop)

# %% [markdown]
# Then let a minute pass, and see what the program on that server finds:

# %% tags=["exercise"]
# Without the editor, your line here. (app_role is of the other world; this one's is acme.role("AppRole").)
workshop.clock.advance(minutes=1)
try:
    print(bare.session)
except IamlabError as error:
    print(error)

# %% tags=["solution"]
spare.add_role(acme.role("AppRole"))
workshop.clock.advance(minutes=1)
try:
    print(bare.session)
except IamlabError as error:
    print(error)

# %% [markdown]
# ## Exercise 07.1: name the service principal
#
# In another copy of the account a server runs, with AppProfile and AppRole in it. Yet the program finds no credentials.
# Somebody has copied the trust policy from the other roles. Mend it, so that EC2 gets in, and nobody else.

# %%
trust_bench = PolicyWorkbench(exercise="07.1")
trust_bench

# %% [markdown]
# Then `check("07.1", trust_bench)`; or mend it here:

# %% tags=["exercise"]
mended = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
    }],
}
check("07.1", mended)

# %% tags=["solution"]
mended = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }],
}
check("07.1", mended)

# %% [markdown] tags=["solution"]
# **Explained.** An account is its users and roles, and EC2 is neither. It is named under `Service`. Left in beside it, the
# account would let alice in.

# %% [markdown]
# ## New credentials in time
#
# The program's credentials last six hours. What happens to the shop then? Let five hours and 56 minutes pass, and look at
# the metadata service again.

# %%
print(first.id, "until", f"{first.expires:%H:%M}")
lab.clock.advance(hours=5, minutes=56)
print(server.session.id, "until", f"{server.session.expires:%H:%M}")

# %% [markdown]
# EC2 has assumed the role anew, before the old credentials ended. The program fetches the new ones, and nobody had to do
# anything. And the old ones? Five minutes later, somebody finds them in a backup:

# %%
lab.clock.advance(minutes=5)
try:
    lab.evaluate(first, "s3:GetObject", photos / "1.jpg")
except IamlabError as error:
    print(error)

# %% [markdown]
# ## One folder
#
# The bucket has two folders: `web/` with the photos that the shop shows, and `raw/` with those that nobody has chosen
# yet. S3 has no real folders: an object's name may hold slashes, and `web/` is a **prefix** of names. For reading, the
# prefix is part of the ARN.

# %%
before = lab.snapshot()
app_role.put_policy("Photos", allow("s3:GetObject", on=photos / "web/*"))
lab.graph(lab.who_can("s3:GetObject", photos / "raw/1.jpg"), before=before)

# %% [markdown]
# Listing is about the bucket, always (lesson 1). Which prefix one wants to see is said in the request, and a condition
# can look at it, by the key `s3:prefix`:

# %%
list_web = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": photos.arn,
        "Condition": {"StringEquals": {"s3:prefix": "web/"}},
    }],
}
app_role.put_policy("ListWeb", list_web)

# %% [markdown]
# **Predict.** The program lists the bucket, and names no prefix.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(server.session, "s3:ListBucket", photos))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(server.session, "s3:ListBucket", photos))

# %% [markdown]
# **Predict.** It lists the bucket with the prefix `web/2026/`, a folder in `web/`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(server.session, "s3:ListBucket", photos, {"s3:prefix": "web/2026/"}))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(server.session, "s3:ListBucket", photos, {"s3:prefix": "web/2026/"}))

# %% [markdown] tags=["conclusion"]
# `StringEquals` compares letter for letter, stars too.

# %% [markdown]
# ## Exercise 07.2: least privilege for one prefix
#
# *Least privilege* means: what is needed, and no more. The program shall list what is in `web/` and in the folders
# below, and read these objects. It shall list nothing else, read nothing else and change nothing. (`StringEquals` has
# a sister, `StringLike`, which takes a star as any run of characters.)

# %%
workbench = PolicyWorkbench(exercise="07.2")
workbench

# %% [markdown]
# Then `check("07.2", workbench)`; or write it here, in place of the dots. The bucket is `arn:aws:s3:::acme-photos`, and
# `hint("07.2")` helps.

# %% tags=["exercise"]
only_web = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ..., "Condition": ...},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ...},
    ],
}
check("07.2", only_web)

# %% tags=["solution"]
only_web = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::acme-photos",
            "Condition": {"StringLike": {"s3:prefix": "web/*"}},
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-photos/web/*"},
    ],
}
check("07.2", only_web)

# %% [markdown] tags=["solution"]
# **Explained.** For reading the folder stands in the Resource, for listing in a condition. One statement for both would
# not do: a request to read has no prefix, so the condition would never hold for it.

# %% [markdown]
# ## Who hands the role on?
#
# From tomorrow on bob starts the servers. For that he gets `ec2:RunInstances`. But a server that he starts with AppProfile
# has AppRole's permissions. May anybody who starts a server give it any role? AWS asks for one more permission:
# **`iam:PassRole`**, the right to hand a role on to a service. Its resource is the role.

# %%
bob = dev.create_user("bob")
start = {"Effect": "Allow", "Action": ["ec2:RunInstances", "ec2:DescribeInstances"], "Resource": "*"}
hand_on = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": app_role.arn,
    "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
}
bob.put_policy("Launch", {"Version": "2012-10-17", "Statement": [start, hand_on]})
with lab.signed_in(bob):
    second = dev.run_instance(profile=profile)
print(lab.trail[-1])

# %% [markdown]
# bob has started a server. On the trail there is no call named PassRole: it is a permission that is asked for on the
# way, and no operation.
#
# **Predict.** Now that bob has handed the role on: does he read the photos himself, `web/1.jpg`?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(bob, "s3:GetObject", photos / "web/1.jpg"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(bob, "s3:GetObject", photos / "web/1.jpg"))

# %% [markdown]
# **Predict.** And the other way round: bob may see the servers (`ec2:DescribeInstances`). The program on the server that
# he has started asks for that.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(second.session, "ec2:DescribeInstances"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(second.session, "ec2:DescribeInstances"))

# %% [markdown] tags=["conclusion"]
# The one who starts a server does not get the role's permissions, and the program does not get his. **Handing on is
# not assuming.** But whoever may sign in to the server is there what the role is: so it matters which roles one may
# hand on.

# %% [markdown]
# Who else may hand AppRole on?

# %%
lab.graph(lab.who_can("iam:PassRole", app_role))

# %% [markdown]
# There is a second role that EC2 may assume, ProdRole, which may do everything. **Predict.** bob hands ProdRole to EC2.

# %% tags=["exercise"]
prod_role = dev.create_role("ProdRole", trust=trust)
prod_role.attach(dev.managed_policy("AdministratorAccess"))
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(bob, "iam:PassRole", prod_role, {"iam:PassedToService": "ec2.amazonaws.com"}))

# %% tags=["solution"]
prod_role = dev.create_role("ProdRole", trust=trust)
prod_role.attach(dev.managed_policy("AdministratorAccess"))
prediction = "implicit deny"
reveal(prediction, lab.evaluate(bob, "iam:PassRole", prod_role, {"iam:PassedToService": "ec2.amazonaws.com"}))

# %% [markdown]
# ## Exercise 07.3: scope iam:PassRole
#
# Another account, another bob: there he may hand on every role to every service. He is to start servers with AppProfile,
# in which there is AppRole; ProdRole, in ProdProfile, is none of his business. Mend the policy.

# %%
pass_bench = PolicyWorkbench(exercise="07.3")
pass_bench

# %% [markdown]
# Then `check("07.3", pass_bench)`; or mend it here:

# %% tags=["exercise"]
bobs = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    ],
}
check("07.3", bobs)

# %% tags=["solution"]
bobs = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::111111111111:role/AppRole",
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        },
    ],
}
check("07.3", bobs)

# %% [markdown] tags=["solution"]
# **Explained.** The Resource says which role, the condition to whom. With `"*"` bob starts a server with ProdRole, signs in
# to that server, and does there whatever ProdRole may do: everything.

# %% [markdown]
# ## If credentials are stolen
#
# The old credentials in the backup were worth nothing. But suppose that somebody gets at those which are good until
# 20:56. Acme does what it did in lesson 6, when the visitor was to leave.
#
# **Predict.** Acme revokes the sessions of AppRole, and the thief reads a photo.

# %% tags=["exercise"]
stolen = server.session
app_role.revoke_sessions()
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(stolen, "s3:GetObject", photos / "web/1.jpg"))

# %% tags=["solution"]
stolen = server.session
app_role.revoke_sessions()
prediction = "explicit deny"
reveal(prediction, lab.evaluate(stolen, "s3:GetObject", photos / "web/1.jpg"))

# %% [markdown]
# In time, EC2 delivers new credentials to the server. (When, is for EC2 to say: there is no call for it. Here
# `server.refresh()` makes that moment come.)
#
# **Predict.** The new credentials are there. The program reads the photo.

# %% tags=["exercise"]
lab.clock.advance(seconds=31)
server.refresh()
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(server.session, "s3:GetObject", photos / "web/1.jpg"))

# %% tags=["solution"]
lab.clock.advance(seconds=31)
server.refresh()
prediction = "allowed"
reveal(prediction, lab.evaluate(server.session, "s3:GetObject", photos / "web/1.jpg"))

# %% [markdown] tags=["conclusion"]
# Until then the program stood still too: it had the same credentials as the thief. The new ones were issued later,
# and the thief does not have them.

# %% [markdown]
# How does a thief get at them? A program that fetches any address it is told can be tricked into fetching the
# metadata service's. So one asks for its second version (IMDSv2) when starting a server:
# `--metadata-options HttpTokens=required`. Then a token has to be fetched first, by a kind of request that such
# tricks can hardly make.

# %% [markdown]
# ## The same in the real cloud
#
# From the role to the running server, as commands of the AWS CLI:

# %%
wanted = ("CreateRole", "CreateInstanceProfile", "AddRoleToInstanceProfile", "RunInstances")
steps = [step for step in lab.trail if step.operation in wanted][:4]
for step in steps:
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `ec2 = boto3.client("ec2")`:

# %%
for step in steps:
    print(step.boto3())

# %% [markdown]
# ## What you can do now
#
# - You can let a program on a server work with a role: **a trust policy that names EC2, an instance profile, and no key.**
# - You can allow it one folder: in the ARN of the objects for reading, in a condition on `s3:prefix` for listing.
# - You can say who may hand which role to which service: `iam:PassRole`, which is not assuming.

# %% [markdown]
# **Looking back** at lesson 6:

# %%
# A question: run this cell.
Choice(
    "A visitor's session is open, and the date in the trust policy has passed. What becomes of the session?",
    {
        "It ends at once": "The trust policy is read when a role is assumed, and then no more.",
        "It goes on until it expires or is revoked": "The door is closed; who is inside stays until then.",
        "It may be opened again for an hour": "Opening one is assuming the role, and the trust policy denies that now.",
    },
    right="It goes on until it expires or is revoked",
    beliefs={"It ends at once": 20},
)

# %% [markdown]
# **Next:** Acme opens a second account, for what customers see. How does one work in both?
# [Lesson 8: another account](08-another-account.ipynb).
