"""The offline generator: understands resource prompts and a library of tested recipes."""
