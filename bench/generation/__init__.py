"""Forty prompts, easy to hard, with held-out checks over HTTP that no generator sees."""
