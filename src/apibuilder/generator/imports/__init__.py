"""Import: an API from what is there already: a description, a table, a schema, examples, code."""
