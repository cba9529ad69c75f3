"""cURL examples as the OpenAPI document that they are examples of."""
