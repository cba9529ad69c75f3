"""Apis and their Revisions."""
