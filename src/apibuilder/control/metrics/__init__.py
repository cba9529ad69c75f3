"""An Api's calls over time."""
