# ---
# jupyter:
#   iamlab:
#     lesson: "00"
#     title: Start here
#     minutes: 10
#     exercises: []
# ---

# %% [markdown]
# # Learn AWS IAM by doing it
#
# Who may do what in an AWS account, and why? Here you find out in a **simulated cloud** that decides as AWS
# decides and shows its reasons. There is no AWS account behind it, no password and no bill: nothing you do
# here can break anything.

# %% [markdown]
# ## How a lesson works
#
# 1. **Run** a cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>; it moves on to the next one.
# 2. **Predict** before you see a verdict. Being wrong is the quickest way to learn this. What to
#    conclude is folded up below it: open it once you have answered.
# 3. **Read why**: every verdict names the statement and the rule behind it.
# 4. **Solve** the exercises. They check themselves and never mind a wrong answer. Stuck? `hint("01.1")` gives one
#    hint after the other.

# %% [markdown]
# Try it with the cell below: click it and press <kbd>Shift</kbd>+<kbd>Enter</kbd>. (If a cell ever says that
# something already exists, it has run before. Then run its notebook from the top: *Run, Run All Above Selected
# Cell*.)

# %%
from iamlab import Lab

lab = Lab()
alice = lab.create_account("Development", "111111111111").create_user("alice")
lab.graph()

# %% [markdown]
# You have just built a small cloud: one account, and in it one user, alice. The picture shows it; **The same in
# words**, below the picture, says it.
#
# ## Before you begin: eight requests
#
# What would AWS say? Answer as well as you can; *no idea* is an answer too, and most newcomers know two or three.
# Nothing is revealed yet: after the course the same eight are asked again, and you see both answers beside the truth.

# %%
from iamlab.widgets import EightRequests

EightRequests("before")

# %% [markdown]
# ## Your course
#
# Run the next cell whenever you want to know where you are.

# %%
from iamlab.lessons import course_map

course_map()

# %% [markdown]
# ➜ **Begin with [lesson 1: the first permission](01-first-permission.ipynb).**
#
# That is all you need today. What follows is for later: the lessons in words, your progress as a code, where your work
# is kept, the words of the course, and the eight requests again.

# %% [markdown]
# ## What is on the map
#
# | | after this lesson you can ... |
# |---|---|
# | [1](01-first-permission.ipynb) | say what a new user may do, and why, and grant the first permission |
# | [2](02-root-and-admin.ipynb) | tell root from an admin user, and why nobody works as root |
# | [3](03-team-through-a-group.ipynb) | manage a team through a group |
# | [4](04-assume-a-role.ipynb) | assume a role and read temporary credentials |
# | [5](05-staging-and-production.ipynb) | give some developers production and all of them staging |
# | [6](06-consultant.ipynb) | let a consultant look without making a user |
# | [7](07-application-on-ec2.ipynb) | let an EC2 application reach S3 with no stored key |
# | [8](08-another-account.ipynb) | reach another account |
# | [9](09-why-denied.ipynb) | find out why a request was denied |
#
# Lessons 10 to 12, on third parties, escalation and a company's whole design, are planned.
#
# ## Your progress, as a code
#
# The next cell prints a short code. Keep it, or hand it to your teacher: in a fresh folder, or on another machine,
# `restore_progress("...")` brings your solved exercises back.

# %%
from iamlab.lessons import progress_code, restore_progress

progress_code()

# %% [markdown]
# ## Where your work is kept
#
# **At home**, this folder is yours: lessons you change stay as you left them, also after an update. In a
# terminal, `iamlab lessons --reset 01` gives you a fresh copy of lesson 1 and keeps yours as a backup (in a clone
# the command is `.venv/bin/iamlab`).
#
# **On Binder**, everything is gone when the session ends: download a notebook that you want to keep
# (*File, Download*).

# %% [markdown]
# ## The words
#
# Met a word again and forgot what it means? `glossary("role")` says it in a sentence, with a line to run. Without a
# word, it lists them all.

# %%
from iamlab.lessons import glossary

glossary("trust policy")

# %% [markdown]
# ## After the course: the eight again
#
# Come back when you have done the lessons. Once these are recorded, you see what you answered before, what now, and
# what is right, with the reason.

# %%
EightRequests("after")

# %% [markdown]
# ## How right is it?
#
# iamlab follows the published rules of AWS. What it cannot judge yet it refuses, with a sentence, and never
# ignores. One difference you may notice: in AWS a change can take a moment to be seen everywhere; here it counts
# at once.

# %%
from iamlab.lessons import facts_as_of

facts_as_of()
