# ---
# jupyter:
#   iamlab:
#     lesson: "04"
#     title: Assume a role
#     minutes: 45
#     exercises: ["04.1", "04.2", "04.3"]
# ---

# %% [markdown]
# # 4 · Assume a role and read temporary credentials
#
# **After this lesson you can**
#
# - say who may assume a role, and read it off a trust policy,
# - say which permissions count in a role,
# - read temporary credentials: their three parts, and when they end.
#
# **You need:** [lesson 3](03-team-through-a-group.ipynb). **Time:** about 45 minutes, in two halves.

# %% [markdown]
# ## The month's report
#
# dana and eric are developers. Once a month one of them writes a report into the bucket `acme-reports`, where a slip of
# the hand would overwrite an old one. So nobody is to have that permission every day: whoever writes the report takes
# it on for an hour.

# %%
from datetime import timedelta

from iamlab import IamlabError, Lab, allow
from iamlab.lessons import begin, check, hint, reveal
from iamlab.widgets import AssumeConsole, Choice, PolicyWorkbench, Sort

lab = Lab()
dev = lab.create_account("Development", "111111111111")
dana, eric = dev.create_user("dana"), dev.create_user("eric")
code, reports = dev.create_bucket("acme-dev"), dev.create_bucket("acme-reports")
developers = dev.create_group("Developers")
developers.add(dana)
developers.add(eric)
developers.put_policy("ReadCode", allow("s3:GetObject", on=code / "*"))
lab.graph()

# %% [markdown]
# That is what a **role** is for: a set of permissions that belongs to nobody. One *assumes* it. (*Credentials*, in
# the table, prove to AWS who is asking: a password for people, an **access key** for programs.)
#
# | | user | group | role |
# |---|---|---|---|
# | whose permissions are they? | the user's own | every member's, always | of whoever assumed it, for a while |
# | long-term credentials | a password, access keys | none | none |
# | makes requests | directly | never | not by itself: it has to be assumed |

# %% [markdown]
# A role has two kinds of policy. Its **trust policy** says *who* may assume it: the `Principal`. That can be a user, an
# account, another role, or a service of AWS such as EC2 (lesson 7). Its permissions say *what* may be done in it, as
# those of a user do.

# %%
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": dana.arn}, "Action": "sts:AssumeRole"}
    ],
}
writer = dev.create_role("ReportWriter", trust=trust)
writer.put_policy("WriteReports", allow("s3:PutObject", on=reports / "*"))
lab.graph()

# %% [markdown]
# Follow the lines: ReportWriter may write reports, and it trusts dana.
#
# **Predict.** dana writes October's report, signing with her access key, as on any day.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:PutObject", reports / "2026-10.csv"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "s3:PutObject", reports / "2026-10.csv"))

# %%
# A question: run this cell.
Choice(
    "ReportWriter trusts dana. Is she in it now, as she is in the group Developers?",
    {
        "Yes": "That would be a group. Being trusted is being allowed to assume the role, and she has not done so.",
        "No: nobody belongs to a role": "One assumes it, for a session, and is out of it again.",
        "No: a policy on her is missing": "No policy puts anybody into a role. She has to assume it, for a session.",
    },
    right="No: nobody belongs to a role",
    beliefs={"Yes": 4},
)

# %% [markdown]
# ## Who may assume it?
#
# To assume a role is a request as well: `sts:AssumeRole`, about the role. STS is AWS's Security Token Service.
#
# **Predict.** dana asks to assume ReportWriter. No policy of hers speaks of `sts:AssumeRole`.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "sts:AssumeRole", writer))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dana, "sts:AssumeRole", writer))

# %% [markdown] tags=["conclusion"]
# Within one account, a trust policy that names the user herself is enough.

# %% [markdown]
# And the other way round? Here comes ada, an administrator.

# %%
ada = dev.create_user("ada")
ada.attach(dev.managed_policy("AdministratorAccess"))
print(ada.policies[0].policy.to_json())

# %% [markdown]
# **Predict.** AdministratorAccess allows `sts:AssumeRole` on every role. The trust policy does not name ada. May she
# assume ReportWriter?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(ada, "sts:AssumeRole", writer))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(ada, "sts:AssumeRole", writer))

# %% [markdown] tags=["conclusion"]
# Nobody gets past the trust policy. (As an administrator ada may *change* it, and that would stand on the trail.)

# %% [markdown]
# ## The whole account
#
# A trust policy can also name an account. `arn:aws:iam::111111111111:root` looks like the root user, but in a policy
# it means **the whole account**; `111111111111` says the same.

# %%
whole_account = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
    }],
}
writer.update_trust(whole_account)

# %% [markdown]
# **Predict.** The trust policy names dana's account now, and no longer dana. Her own policies are as before. May she
# assume ReportWriter?

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "sts:AssumeRole", writer))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(dana, "sts:AssumeRole", writer))

# %% [markdown] tags=["conclusion"]
# Who trusts an account leaves it to that account to say *who of it*: by policies of its own.

# %% [markdown]
# Now for eric. The group *Developers* gets a policy:

# %%
developers.put_policy("AssumeWriter", allow("sts:AssumeRole", on=writer.arn))
print(developers.policies[-1].policy.to_json())

# %% [markdown]
# **Predict.** eric asks to assume ReportWriter.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", writer))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(eric, "sts:AssumeRole", writer))

# %%
# A question: run this cell.
Choice(
    "dana, eric and ada: who of them may assume ReportWriter now?",
    {
        "dana alone": "The trust policy no longer names her: it names the account.",
        "dana and eric": "They have a policy for it, as developers. And ada? Look at what her policy allows.",
        "all three": "The role trusts the account, and each of them has a policy that allows it. ada's is the administrator's.",
        "nobody": "The account is trusted, and the developers have a policy that allows it.",
    },
    right="all three",
)

# %% [markdown]
# Here they are, and the policies through which they may:

# %%
lab.graph(lab.who_can("sts:AssumeRole", writer))

# %% [markdown]
# ada's AdministratorAccess is such a policy too, now that the role trusts the account. So within one account:
#
# | the trust policy names | what the caller needs besides |
# |---|---|
# | the caller itself | nothing |
# | the account | a policy of its own that allows `sts:AssumeRole` on the role |
# | neither | nothing helps, not even AdministratorAccess |
#
# Between two accounts other rules hold; lesson 8 is about them.

# %% [markdown]
# ## Exercise 04.1: repair a trust policy
#
# In another copy of the account, ReportWriter has the trust policy below. **dana alone** shall be able to assume it:
# not eric, and not ada, who is an administrator there. dana has no policy that speaks of `sts:AssumeRole`, and shall get
# none. `hint("04.1")` helps.

# %% tags=["exercise"]
who_may = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
    }],
}
check("04.1", who_may)

# %% tags=["solution"]
who_may = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:user/dana"},
        "Action": "sts:AssumeRole",
    }],
}
check("04.1", who_may)

# %% [markdown] tags=["solution"]
# **Explained.** Naming dana is enough, and it is all. With the account beside her, whoever has a policy that allows
# `sts:AssumeRole` would get in, ada first of all.

# %% [markdown]
# The **policy workbench** knows trust policies too: it tries yours at each change. Its text is checked by the button, or
# by `check("04.1", bench)`.

# %%
bench = PolicyWorkbench(exercise="04.1")
bench

# %% [markdown]
# ## Assume it
#
# The call to STS says which role, and a name for the **session**, by which the trail tells sessions apart. What comes
# back are **temporary credentials**: whatever is signed with them is done in the role.

# %%
october = lab.sts.assume_role(dana, writer, "dana-october")
print(october)

# %% [markdown]
# Who is asking, before, in the role, and after? `GetCallerIdentity` needs no permission; it is the first thing to ask
# when something is strange.

# %%
for caller in (dana, october, dana):
    print(lab.sts.get_caller_identity(caller)["Arn"])

# %% [markdown]
# In the role she is somebody else, an *assumed role*, and the last word is the session's name.
#
# **Predict.** The session writes October's report.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(october, "s3:PutObject", reports / "2026-10.csv"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(october, "s3:PutObject", reports / "2026-10.csv"))

# %% [markdown]
# **Predict.** As a developer dana may read `acme-dev/plan.txt`. Now the *session* reads it.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(october, "s3:GetObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "implicit deny"
reveal(prediction, lab.evaluate(october, "s3:GetObject", code / "plan.txt"))

# %% [markdown] tags=["conclusion"]
# Permissions are **swapped, not added**. In the role only the role's count; dana's own are set aside.

# %% [markdown]
# **Predict.** At the same moment, in another window, dana reads `plan.txt` with her own access key.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", code / "plan.txt"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(dana, "s3:GetObject", code / "plan.txt"))

# %% [markdown]
# So the way from dana to the reports leads through the role:

# %%
lab.graph(lab.paths("s3:PutObject", reports / "2026-10.csv", dana))

# %% [markdown]
# ## A day with the console
#
# The **assume console** has a clock of its own and a copy of this world. Assume ReportWriter as dana, compare what is
# allowed before, in and after, try a request, let an hour pass, try again. Leave the fields that you do not know as they
# are. In Python: `lab.sts.assume_role(...)`, `lab.clock.advance(minutes=60)`.

# %%
AssumeConsole(
    lab.copy(),
    who="dana",
    role="ReportWriter",
    requests=[("s3:GetObject", code / "plan.txt"), ("s3:PutObject", reports / "2026-10.csv")],
)

# %% [markdown]
# ## Exercise 04.2: the missing files
#
# In this copy the report is made from files in `acme-dev`. Every developer may read them, and yet whoever is in
# ReportWriter cannot. Let whoever is in the role **read every object in acme-dev** and write reports. dana and eric
# themselves shall be able to do what they could before, and no more.

# %%
month = begin("04.2")
month.graph()

# %% [markdown]
# Write the policy in the workbench, where the dots are, texts in quotes. `on=` says who gets it, by name: `"dana"`,
# `"Developers"`, `"ReportWriter"`. Who must have it? To give it to somebody else, change `on=` and run the cell
# again: your text stays. When all requests come out as they must, press *Put it into the world*.

# %%
PolicyWorkbench(
    month,
    on="dana",
    name="ReportSources",
    policy='{"Version": "2012-10-17", "Statement": [\n  {"Effect": ..., "Action": ..., "Resource": ...}\n]}',
    must_allow=[("ReportWriter", "s3:GetObject", code / "plan.txt")],
    must_deny=[("ReportWriter", "s3:PutObject", code / "plan.txt"), ("dana", "s3:PutObject", reports / "2026-10.csv")],
)

# %% [markdown]
# Or in Python: `acme.user("dana")` and `acme.role("ReportWriter")` have `put_policy(name, policy)`, and
# `allow(action, on=...)` makes a policy.

# %% tags=["exercise"]
acme = month.accounts[0]
# Your lines here, or use the workbench above:
check("04.2", month)

# %% tags=["solution"]
acme = month.accounts[0]
acme.role("ReportWriter").put_policy("ReportSources", allow("s3:GetObject", on="arn:aws:s3:::acme-dev/*"))
check("04.2", month)

# %% [markdown] tags=["solution"]
# **Explained.** What the task needs, the role must have, all of it. Another policy for dana would not have counted in
# the role; a wider trust policy would have let others in, to do no more than before.

# %% [markdown]
# ## What temporary credentials are
#
# (A good place for a break: the first half is done.)
#
# An **access key** is for long: it is made once, signs requests, and lasts until somebody deletes it. The other kind
# comes with a session. Both are make-believe here, and shown once, as AWS does it.

# %%
key = dana.create_access_key()
for part, text in key.credentials.reveal().items():
    print(f"{part:16} {text}")

# %%
parts = october.credentials.reveal()
for part, text in parts.items():
    print(f"{part:16} {text[:40]}")

# %% [markdown]
# `AKIA...` is a long-term key, in two parts. `ASIA...` is a temporary one, in **three**: ID, secret and session token
# (cut off here). Each request needs all three. What if somebody found two of them?

# %%
try:
    lab.credentials(parts["AccessKeyId"], parts["SecretAccessKey"])
except IamlabError as error:
    print(error)

# %% [markdown]
# And a secret that was lost is not shown again; one makes new credentials.

# %%
try:
    october.credentials.reveal()
except IamlabError as error:
    print(error)

# %% [markdown]
# That is how a role lets somebody act **without sharing a long-term key**: whoever steals these three can use them until
# they expire at the latest, and not for years.
#
# ## A session ends
#
# dana's session was issued at 09:00:00 for one hour, as when nothing else is asked for. In the lab, time passes only when
# you move the clock:

# %%
lab.clock.move_to(october.expires - timedelta(seconds=1))
print(lab.clock)

# %% [markdown]
# **Predict.** The session, in its last second, writes.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(october, "s3:PutObject", reports / "2026-10.csv"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(october, "s3:PutObject", reports / "2026-10.csv"))

# %%
# A question: run this cell.
Choice(
    "One second later the session writes again. What does AWS say?",
    {
        "implicit deny": "That would be the answer of policies. AWS does not get as far as that.",
        "explicit deny": "No statement forbids it: AWS does not even look at the statements.",
        "neither: an error": "The credentials do not count any more, so no policy is read. See the next cell.",
    },
    right="neither: an error",
)

# %%
lab.clock.advance(seconds=1)
try:
    lab.evaluate(october, "s3:PutObject", reports / "2026-10.csv")
except IamlabError as error:
    print(lab.clock.now.time(), error)

# %% [markdown]
# ## As long as asked?
#
# `duration` asks for another length, in seconds. Two limits hold: AWS's shortest, 900 (15 minutes), and the role's own
# **longest session**, 3600 unless somebody has set it higher (up to 43200, twelve hours).

# %%
for seconds in (600, 900, 7200):
    try:
        print(lab.sts.assume_role(dana, writer, "dana-report", duration=seconds))
    except IamlabError as error:
        print(error)

# %% [markdown]
# A third limit: a session can assume a further role. That is **chaining**. The role *Archiver* has twelve hours as
# its longest session, and the developers and ReportWriter may assume it. Two ask for it: dana with her own access
# key, and a session of ReportWriter.

# %%
archiver = dev.create_role("Archiver", trust=whole_account, max_session_duration=43200)
for one in (developers, writer):
    one.put_policy("AssumeArchiver", allow("sts:AssumeRole", on=archiver.arn))
november = lab.sts.assume_role(dana, writer, "dana-november")

# %%
# A question: run this cell.
Choice(
    "Both ask for twelve hours in Archiver. Who gets them?",
    {
        "both": "The role would let both. But in a chain AWS has a limit of its own, below the role's.",
        "dana, with her own access key": "For her the role's longest session counts. A session in a chain gets an hour at most.",
        "the session of ReportWriter": "It is the other way round: a session that assumes a further role gets less.",
        "neither": "dana gets them: twelve hours is what the role allows.",
    },
    right="dana, with her own access key",
    beliefs={"both": 20},
)

# %%
for caller in (dana, november):
    try:
        print(lab.sts.assume_role(caller, archiver, "dana-archive", duration=43200))
    except IamlabError as error:
        print(error)

# %% [markdown] tags=["conclusion"]
# In a chain the limit is one hour, whatever the role's longest session is.

# %% [markdown]
# ## As long as the right?
#
# dana's new session is open. Then the developers lose the right to assume ReportWriter. Who may assume it now?

# %%
developers.delete_policy("AssumeWriter")
lab.graph(lab.who_can("sts:AssumeRole", writer))

# %% [markdown]
# **Predict.** dana's session, opened before, writes a report.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(november, "s3:PutObject", reports / "2026-11.csv"))

# %% tags=["solution"]
prediction = "allowed"
reveal(prediction, lab.evaluate(november, "s3:PutObject", reports / "2026-11.csv"))

# %% [markdown] tags=["conclusion"]
# The right to assume is asked for when the role is assumed, and not again.

# %% [markdown]
# To stop a session that is open, one **revokes** the role's sessions. The button *Revoke active sessions* on AWS's
# web pages puts a policy on the role, *AWSRevokeOlderSessions*. It is about whatever was issued until now (and in the
# next half minute, to be safe).

# %%
writer.revoke_sessions()
print([one.name for one in writer.policies])

# %% [markdown]
# **Predict.** The button has been pressed. The session writes once more.

# %% tags=["exercise"]
prediction = ...  # "allowed", "implicit deny" or "explicit deny"
reveal(prediction, lab.evaluate(november, "s3:PutObject", reports / "2026-11.csv"))

# %% tags=["solution"]
prediction = "explicit deny"
reveal(prediction, lab.evaluate(november, "s3:PutObject", reports / "2026-11.csv"))

# %% [markdown] tags=["conclusion"]
# That policy denies everything; its condition compares the moment at which the credentials were issued. Who assumes
# the role after that half minute gets a session that works, and dana's own keys were never touched.

# %% [markdown]
# ## Exercise 04.3: predict what happens at expiry
#
# At 09:00:00 dana assumes ReportWriter for one hour. What comes of each of these: `"it works"`, or which error,
# `"AccessDenied"`, `"ExpiredToken"` or `"ValidationError"`?
#
# | | what is tried |
# |---|---|
# | last second | at 09:59:59 the session writes the report |
# | on the hour | at 10:00:00 the session writes the report |
# | dana herself | at 10:00:00 dana reads `acme-dev/plan.txt` with her own credentials |
# | right lost | at 09:30 the trust policy drops dana; at 09:31 her open session writes the report |
# | once more | right after that, dana assumes ReportWriter once more |
# | two hours | at 09:00:00 dana asks for two hours in ReportWriter, whose longest session is one hour |
# | chained | a session of ReportWriter asks for two hours in Archiver, whose longest is twelve |

# %%
expiry = Sort("04.3")
expiry

# %% [markdown]
# Choose above and give `check("04.3", expiry)`; or write the answers here.

# %% tags=["exercise"]
outcomes = {
    "last second": ...,  # "it works", "AccessDenied", "ExpiredToken" or "ValidationError"
    "on the hour": ...,
    "dana herself": ...,
    "right lost": ...,
    "once more": ...,
    "two hours": ...,
    "chained": ...,
}
check("04.3", outcomes)

# %% tags=["solution"]
outcomes = {
    "last second": "it works",
    "on the hour": "ExpiredToken",
    "dana herself": "it works",
    "right lost": "it works",
    "once more": "AccessDenied",
    "two hours": "ValidationError",
    "chained": "ValidationError",
}
check("04.3", outcomes)

# %% [markdown] tags=["solution"]
# **Explained.** A session counts until the moment of its `Expiration`, and then no policy is read. It outlives the right
# to assume. And a duration that is too long is refused, not shortened.

# %% [markdown]
# ## The same in the real cloud
#
# The role, its permissions, and the first calls to STS, as commands of the AWS CLI:

# %%
made = [step for step in lab.trail if step.operation in ("CreateRole", "PutRolePolicy")][:2]
assumed = [step for step in lab.trail if step.service == "sts" and not step.error][:2]
for step in (*made, *assumed):
    print(step.cli())

# %% [markdown]
# And with boto3, after `import boto3, json`, `iam = boto3.client("iam")` and `sts = boto3.client("sts")`:

# %%
for step in (*made, *assumed):
    print(step.boto3())

# %% [markdown]
# What `assume_role` gives back there has the same three parts; a client made with them acts in the role:
#
# ```python
# c = sts.assume_role(RoleArn=..., RoleSessionName="dana-october")["Credentials"]
# s3 = boto3.client("s3", aws_access_key_id=c["AccessKeyId"],
#                   aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])
# ```
#
# ## What you can do now
#
# - You can say who may assume a role: **whom the trust policy names; and of an account that it names, whoever has a
#   policy that allows it.**
# - You can say which permissions count in a role: **the role's alone, until the session is over.**
# - You can read temporary credentials: `ASIA`, three parts, an end that nothing moves; and a session outlives the right
#   to assume.

# %% [markdown]
# **Looking back** at lesson 3:

# %%
# A question: run this cell.
Choice(
    "Can a trust policy name the group Developers, so that all its members may assume the role?",
    {
        "Yes": "A group makes no requests, so it is no Principal; AWS does not store such a policy.",
        "No: name the account, and give the group the permission": "So eric was let in above.",
        "No: each developer must be named": "That works, and each new developer would need another change.",
    },
    right="No: name the account, and give the group the permission",
    beliefs={"Yes": 3},
)

# %% [markdown]
# **Next:** two roles, and not everybody may assume both. [Lesson 5: staging and production](05-staging-and-production.ipynb).
