# ---
# jupyter:
#   iamlab:
#     lesson: "--"
#     title: Gallery
#     minutes: 5
#     exercises: []
# ---

# %% [markdown]
# # Gallery: the widgets, on the story's worlds
#
# For teachers and authors. Widgets on one lab follow each other: change it with one, and see the others. The first ones
# work on the developer group.

# %%
from iamlab.lessons import story
from iamlab.widgets import AccessExplorer, AssumeConsole, BothSides, Choice, GraphView
from iamlab.widgets import PolicyWorkbench, Predict, RequestExplorer, Sort, TicketBoard, WorldEditor

lab = story.developer_group()
dana = lab.accounts[0].user("dana")

# %% [markdown]
# ## RequestExplorer: ask, predict, reveal, step through the layers

# %%
RequestExplorer(lab)

# %% [markdown]
# ## PolicyWorkbench: write a policy and see at each key what it does

# %%
PolicyWorkbench(
    lab,
    on="Developers",
    must_allow=[(dana, "s3:ListAllMyBuckets")],
    must_deny=[(dana, "s3:GetObject", "arn:aws:s3:::acme-prod/1.jpg")],
)

# %% [markdown]
# ## WorldEditor: a world as statements, to add and to remove

# %%
WorldEditor(lab)

# %% [markdown]
# ## GraphView: choose a part and read what leads there

# %%
GraphView(lab)

# %% [markdown]
# ## Predict, Choice and Sort: the questions

# %%
Predict(lab, dana, "s3:GetObject", "arn:aws:s3:::acme-prod/1.jpg")

# %%
Choice(
    "dana is in the group Developers. Who makes her requests?",
    {
        "dana": "A group is no principal: it only passes its policies on.",
        "the group": "A group cannot sign in and makes no requests.",
    },
    right="dana",
)

# %%
Sort("01.1")

# %% [markdown]
# ## AssumeConsole: assume a role, move the clock, see what is swapped
#
# From here on: staging and production, two roles in one account.

# %%
roles = story.staging_and_production()
AssumeConsole(roles, who="dana", role="StagingRole")

# %% [markdown]
# ## AccessExplorer: who can do what, why, and what a change did

# %%
AccessExplorer(roles, actions=["sts:AssumeRole"])

# %% [markdown]
# ## BothSides: one request between two accounts, each side with its own verdict

# %%
BothSides("two_accounts", "David", "sts:AssumeRole", "arn:aws:iam::999999999999:role/UpdateApp")

# %% [markdown]
# ## TicketBoard: ten denied requests, one at a time

# %%
TicketBoard()
