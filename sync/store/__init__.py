"""The facts in a database: the only package that speaks to one.

`connect` opens a store, `apply` puts a batch into it, `snapshot` takes the facts out as they were known at an instant.
"""
