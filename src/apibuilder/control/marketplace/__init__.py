"""What makers list and consumers subscribe to."""
