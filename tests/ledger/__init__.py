"""The ledger against what callers saw, while gateway, Postgres and supervisor are killed.

`make ledger` does it at 5,000 calls a second; tests/acceptance/test_ledger.py at what CI can bear.
"""
