"""`apibuilder backup` and `apibuilder restore`: the whole state of one machine in one file."""
