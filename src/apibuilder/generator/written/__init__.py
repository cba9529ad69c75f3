"""The Generator that asks a model: rules read, complete and assemble; the model fills the gaps."""
