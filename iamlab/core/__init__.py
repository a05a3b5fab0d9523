"""The policy language and its evaluation: pure functions over immutable values, standard library only."""
