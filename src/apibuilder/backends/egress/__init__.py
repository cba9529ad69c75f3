"""The way out: the one proxy through which an Api reaches the hosts that it declared."""
