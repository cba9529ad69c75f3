"""Publishing Revisions and watching their Deployments."""
