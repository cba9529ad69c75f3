"""What a call costs through the gateway, beside other ways to serve the same app.

    .venv/bin/python -m bench.gateway [--rounds 5] [--seconds 3]        (needs wrk)

Four ways take turns in short rounds: uvicorn alone; our gateway with everything on and a sandboxed
worker; Envoy (key match, local rate limit, access log) before uvicorn; and the textbook gateway
(FastAPI, httpx) before uvicorn. The figure is CPU: what the kernel says all server processes ran,
by the number of requests. Neighbours hardly move it, a round's median over rounds even less; how
far its rounds lie apart is written beside it. Answers are checked: a run with failures is void.
"""
