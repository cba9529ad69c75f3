"""Language models: what is asked of one, what it may cost, and the providers that answer."""
