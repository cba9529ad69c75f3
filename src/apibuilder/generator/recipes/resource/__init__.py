"""The resource recipe: a collection of things with fields, kept in SQLite."""
