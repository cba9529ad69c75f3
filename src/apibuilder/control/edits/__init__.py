"""Editing an Api by talking, and what differs between two of its Revisions."""
