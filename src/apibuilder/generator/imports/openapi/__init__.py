"""An OpenAPI document as an API that keeps what its resources are sent."""
