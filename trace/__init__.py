"""Events: what happened to a code, its lineage, custody and recall."""  # noqa: A005 # The name is fixed; the root stands first on the path.
