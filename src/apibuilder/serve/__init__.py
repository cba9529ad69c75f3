"""One machine's processes under one small supervisor."""
