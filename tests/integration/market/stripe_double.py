"""Speaks as much of Stripe's protocol as invoices need, over a real socket.

Form-encoded requests, idempotency keys that answer what they answered before, ids, errors in
Stripe's shape, and webhooks signed as Stripe signs them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

KEY = "sk_test_double"
SECRET = "whsec_double"


@dataclass
class StripeDouble:
    """What it was told, by kind of object and id."""

    url: str = ""
    objects: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    answered: dict[str, tuple[Any, web.Response]] = field(default_factory=dict)
    fail_next: int = 0  # requests that are done, but whose answer is lost

    async def handle(self, request: web.Request) -> web.Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "Invalid API Key provided", "invalid_request_error")
        form = dict((await request.post()).items())
        once = request.headers.get("idempotency-key", "")
        if once in self.answered:
            before, body = self.answered[once]
            if before != (request.path, form):
                return _error(400, "Keys for idempotent requests differ", "idempotency_error")
            return web.json_response(body)
        made = self.act(request.path.removeprefix("/v1/").split("/"), form)
        if made is None:
            return _error(404, f"No such thing: {request.path}", "invalid_request_error")
        self.answered[once] = ((request.path, form), made)
        if self.fail_next:
            self.fail_next -= 1
            return _error(500, "it was done, but you are told otherwise", "api_error")
        return web.json_response(made)

    def act(self, path: list[str], form: dict[str, Any]) -> dict[str, Any] | None:
        match path:
            case ["customers"]:
                return self.add("customer", "cus", form)
            case ["invoices"] if form["customer"] in self.of("customer"):
                return self.add("invoice", "in", form | {"status": "draft"})
            case ["invoiceitems"] if form["invoice"] in self.of("invoice"):
                assert form["amount"].isdigit()  # whole cents
                return self.add("invoiceitem", "ii", form)
            case ["invoices", reference, "finalize"]:
                invoice = self.of("invoice")[reference]
                items = [i for i in self.of("invoiceitem").values() if i["invoice"] == reference]
                invoice |= {
                    "status": "open",
                    "amount_due": sum(int(item["amount"]) for item in items),
                    "hosted_invoice_url": f"https://invoice.test/{reference}",
                }
                return invoice
        return None

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        return self.objects.setdefault(kind, {})

    def add(self, kind: str, prefix: str, form: dict[str, Any]) -> dict[str, Any]:
        made = {"id": f"{prefix}_{uuid4().hex[:14]}", "object": kind, **form}
        self.of(kind)[made["id"]] = made
        return made


def webhook(kind: str, invoice: str, event: str | None = None) -> bytes:
    body = {
        "id": event or f"evt_{uuid4().hex}", "object": "event", "type": kind,
        "created": int(time.time()), "api_version": "2026-10-01",
        "data": {"object": {"id": invoice, "object": "invoice"}},
    }  # fmt: skip
    return json.dumps(body).encode()


def sign(payload: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), b"%d." % moment + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@asynccontextmanager
async def serving() -> AsyncIterator[StripeDouble]:
    double = StripeDouble()
    app = web.Application()
    app.router.add_route("POST", "/v1/{rest:.*}", double.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    double.url = f"http://127.0.0.1:{port}"
    try:
        yield double
    finally:
        await runner.cleanup()


def _error(status: int, message: str, kind: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": kind}}, status=status)
