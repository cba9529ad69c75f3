"""The app that all of them serve, and the servers that are Python text."""

from __future__ import annotations

SOURCE = """
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

app = FastAPI()

class Out(BaseModel):
    amount: float
    currency: str

@app.get("/convert")
async def convert(amount: float, to: str = "EUR") -> Out:
    return Out(amount=amount * 0.9, currency=to)

@app.post("/upload")
async def upload(request: Request) -> dict[str, int]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return {"size": size}

@app.get("/download")
async def download(size: int) -> Response:
    return Response(b"x" * size, media_type="application/octet-stream")
"""
UVICORN = """
import socket, sys, uvicorn
from {module} import app
config = uvicorn.Config(
    app, loop="uvloop", http="httptools", access_log=False, log_config=None, lifespan="off"
)
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""
# What tutorials show: a catch-all route, a dict of keys, a token bucket, one httpx client.
TEXTBOOK = """
import json, os, time
import httpx
from fastapi import FastAPI, HTTPException, Request, Response

KEYS = json.loads(os.environ["KEYS"])
UPSTREAM = os.environ["UPSTREAM"]
app = FastAPI()
client = httpx.AsyncClient(base_url=UPSTREAM, limits=httpx.Limits(max_connections=100))
buckets = {}
usage = []

@app.api_route("/{api}/{path:path}", methods=["GET", "POST"])
async def proxy(api: str, path: str, request: Request) -> Response:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if KEYS.get(key) != api:
        raise HTTPException(401)
    tokens, at = buckets.get(key, (1e6, 0.0))
    now = time.monotonic()
    tokens = min(1e6, tokens + (now - at) * 1e6)
    if tokens < 1:
        raise HTTPException(429)
    buckets[key] = tokens - 1, now
    passed = {k: v for k, v in request.headers.items() if k not in ("host", "authorization")}
    found = await client.request(
        request.method, "/" + path, params=request.query_params,
        content=await request.body(), headers=passed,
    )
    usage.append((api, found.status_code, time.monotonic() - now))
    if len(usage) > 1000:
        usage.clear()
    kind = {"content-type": found.headers["content-type"]}
    return Response(found.content, found.status_code, kind)
"""


def envoy(port: int, upstream: int, keys: dict[str, str], log: str) -> dict[str, object]:
    """Envoy's configuration: a route an Api, that takes its one key and has a rate limit."""
    types = "type.googleapis.com/envoy.extensions"
    limit = f"{types}.filters.http.local_ratelimit.v3.LocalRateLimit"
    everyone = {"default_value": {"numerator": 100}}
    bucket = {"max_tokens": 1_000_000, "tokens_per_fill": 1_000_000, "fill_interval": "1s"}
    routes: list[dict[str, object]] = [
        {
            "match": {
                "prefix": f"/{api}/",
                "headers": [{"name": "authorization", "string_match": {"exact": f"Bearer {key}"}}],
            },
            "route": {"cluster": "app", "prefix_rewrite": "/"},
            "typed_per_filter_config": {
                "envoy.filters.http.local_ratelimit": {
                    "@type": limit,
                    "stat_prefix": "limit",
                    "token_bucket": bucket,
                    "filter_enabled": everyone,
                    "filter_enforced": everyone,
                }
            },
        }
        for key, api in keys.items()
    ]
    routes.append({"match": {"prefix": "/"}, "direct_response": {"status": 401}})
    http = {
        "@type": f"{types}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "access_log": [
            {
                "name": "envoy.access_loggers.file",
                "typed_config": {
                    "@type": f"{types}.access_loggers.file.v3.FileAccessLog",
                    "path": log,
                },
            }
        ],
        "http_filters": [
            {
                "name": "envoy.filters.http.local_ratelimit",
                "typed_config": {"@type": limit, "stat_prefix": "limit"},
            },
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{types}.filters.http.router.v3.Router"},
            },
        ],
    }
    chain = {"name": "envoy.filters.network.http_connection_manager", "typed_config": http}
    cluster = {
        "name": "app",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "app",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(upstream)}}]}],
        },
    }
    listener = {"address": _address(port), "filter_chains": [{"filters": [chain]}]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
