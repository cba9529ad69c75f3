"""Schedules of Apis."""
