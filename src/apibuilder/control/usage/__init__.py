"""Calls, counted."""
