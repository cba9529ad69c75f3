"""The command line. Every verb takes `--json`: one object on stdout, progress on stderr."""

from apibuilder.cli.main import main

__all__ = ["main"]
