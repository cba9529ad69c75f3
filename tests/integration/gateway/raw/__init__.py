"""What a gateway answers to bytes that no well-meaning client sends, and to workers that lie.

Each case says what is sent, what must come back, and whether the connection serves on after that.
`make docs` writes docs/gateway/raw.md from them.
"""
