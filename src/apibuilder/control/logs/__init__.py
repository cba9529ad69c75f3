"""What Apis print: stored for the dashboard, read and followed."""
