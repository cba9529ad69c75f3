"""Edit by talking: from a wish to a new source that differs in nothing else."""
