"""Ready-made APIs, each a module of its own that runs under any ASGI server."""
