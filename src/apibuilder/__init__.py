"""AI API Builder: describe an API in a sentence, call it a second later."""

# Empty on purpose beyond this: the zygote imports this package, and what a
# zygote has imported every worker inherits.
__version__ = "0.1.0"
