"""Import: an API from what somebody has already: a description, a table, a schema, examples, code."""
