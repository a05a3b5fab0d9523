"""The simulated cloud: accounts, and the users, groups, roles, policies and buckets in them."""
