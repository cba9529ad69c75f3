"""Health, public settings and the state of the platform."""
