"""`python -m apibuilder` is the command line."""

from apibuilder.cli import main

if __name__ == "__main__":
    main()
