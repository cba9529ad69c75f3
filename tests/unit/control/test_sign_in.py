"""Sign-in tokens: those of the project are taken, and everything that resembles them is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any, ClassVar
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from apibuilder.control.sign_in import Expected, SignInTokens
from apibuilder.errors import Unauthenticated

ISSUER = "https://project.example/auth/v1"
SECRET = "a-shared-secret-of-at-least-32-characters"
USER = UUID("6f1a2d1c-1a2b-4c3d-8e4f-0123456789ab")
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: Any, algorithm: str, kid: str) -> jwt.PyJWK:
    kind: Any = jwt.algorithms.ECAlgorithm if algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
    fields = json.loads(kind.to_jwk(key.public_key()))
    return jwt.PyJWK({**fields, "kid": kid, "alg": algorithm, "use": "sig"})


class Keys:
    """What the project publishes."""

    keys: ClassVar = {
        "ec": published(EC_KEY, "ES256", "ec"),
        "rsa": published(RSA_KEY, "RS256", "rsa"),
    }

    async def find(self, kid: str) -> jwt.PyJWK | None:
        return self.keys.get(kid)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    all_of_them = {
        "sub": str(USER),
        "aud": "authenticated",
        "iss": ISSUER,
        "role": "authenticated",
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    return {name: value for name, value in all_of_them.items() if value is not None}


def tokens(*, secret: str | None = None, issuer_required: bool = True) -> SignInTokens:
    expected = Expected(audience="authenticated", issuer=ISSUER, issuer_required=issuer_required)
    return SignInTokens(expected, secret=secret, keys=Keys())


def by_key(key: Any = EC_KEY, algorithm: str = "ES256", kid: str = "ec", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid})


def by_hand(header: dict[str, str], secret: bytes) -> str:
    """What no library would sign."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, claims())
    ]
    mac = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


@pytest.mark.parametrize(
    "token",
    [by_key(), by_key(RSA_KEY, "RS256", "rsa")],
    ids=["ES256", "RS256"],
)
async def test_by_a_signing_key(token: str) -> None:
    principal = await tokens().authenticate(token)
    assert principal is not None
    assert principal.user_id == USER


async def test_clocks_may_differ_a_little() -> None:
    assert await tokens().authenticate(by_key(exp=int(time.time()) - 1)) is not None


async def test_by_the_shared_secret() -> None:
    token = jwt.encode(claims(), SECRET, "HS256")
    principal = await tokens(secret=SECRET).authenticate(token)
    assert principal is not None
    assert principal.user_id == USER


async def test_a_local_server_names_no_issuer_but_no_other_either() -> None:
    local = tokens(secret=SECRET, issuer_required=False)
    nameless = jwt.encode(claims(iss=None), SECRET, "HS256")
    assert await local.authenticate(nameless) is not None
    with pytest.raises(Unauthenticated):
        await tokens(secret=SECRET).authenticate(nameless)
    with pytest.raises(Unauthenticated):
        await local.authenticate(jwt.encode(claims(iss="https://else"), SECRET, "HS256"))


PUBLIC = RSA_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
REFUSED = {
    "alg none": by_hand({"alg": "none", "kid": "ec"}, b""),
    "a public key as secret": by_hand({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, PUBLIC),
    "another secret": jwt.encode(claims(), SECRET + "x", "HS256"),
    "another key": by_key(ec.generate_private_key(ec.SECP256R1())),
    "a key id that is not published": by_key(kid="other"),
    "a key of another kind": by_key(RSA_KEY, "RS256", "ec"),
    "an algorithm that is not taken": by_key(RSA_KEY, "RS512", "rsa"),
    "another issuer": by_key(iss="https://other.example/auth/v1"),
    "no issuer": by_key(iss=None),
    "another audience": by_key(aud="other"),
    "no audience": by_key(aud=None),
    "expired": by_key(exp=int(time.time()) - 60),
    "no expiry": by_key(exp=None),
    "nobody": by_key(sub=None),
    "no account's id": by_key(sub="alice"),
    "the service role": by_key(role="service_role"),
    "an anonymous visitor": by_key(role="anon"),
    "no role": by_key(role=None),
    "not valid yet": by_key(nbf=int(time.time()) + 3600),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("secret", [None, SECRET], ids=["keys alone", "keys and secret"])
async def test_refused(token: str, secret: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await tokens(secret=secret).authenticate(token)


async def test_without_a_secret_none_is_taken() -> None:
    with pytest.raises(Unauthenticated):
        await tokens().authenticate(jwt.encode(claims(), SECRET, "HS256"))


async def test_what_is_no_jwt_is_somebody_elses() -> None:
    for other in ("ab_operator_x", "", "a.b.c", "sb_publishable_x"):
        assert await tokens().authenticate(other) is None
