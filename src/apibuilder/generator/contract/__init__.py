"""What callers of an API may rely on, and how it differs from one Revision to the next."""
