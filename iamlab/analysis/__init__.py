"""Questions over policies and whole worlds: who can do what, how, what a change did, what is dubious."""
