"""Importing an Api: from a description, a table, a schema, examples or a file of code."""
