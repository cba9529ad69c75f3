"""What an Api may import beside the runtime: allowed, built once, shared read-only."""
