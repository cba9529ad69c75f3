"""Generating Apis: from a sentence to a Deployment, with its progress."""
