"""Secrets of Apis."""
