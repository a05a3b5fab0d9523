"""Questions over policies and whole worlds: what is dubious."""
