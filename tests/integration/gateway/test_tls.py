"""TLS by settings: what is spoken, and a certificate that is renewed while the gateway serves."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apibuilder.errors import InvalidSetting
from apibuilder.gateway.tls import Tls
from tests.integration.gateway.harness import World
from tests.integration.gateway.test_calls import SOURCE


def write_certificate(folder: Path, serial: int) -> tuple[Path, Path]:
    """A self-signed one for localhost, replaced as a renewal does it: the key first."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    texts = {"key.pem": key.private_bytes(pem, pkcs8, plain), "cert.pem": made.public_bytes(pem)}
    for file, text in texts.items():
        (folder / "new").write_bytes(text)
        (folder / "new").replace(folder / file)
    return folder / "cert.pem", folder / "key.pem"


async def serial(port: int) -> int:
    """Of the certificate that a new connection is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    return x509.load_der_x509_certificate(shown).serial_number


async def shows(port: int, number: int) -> None:
    async with asyncio.timeout(30):
        while await serial(port) != number:
            await asyncio.sleep(0.05)


async def test_calls_over_tls_and_renewals(world: World, tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path, 1)
    world.tls = Tls(certificate, key)
    api = world.publish(SOURCE)
    await world.start()
    url = f"https://localhost:{world.port}/demo/echo"
    trust = ssl.create_default_context(cafile=certificate)
    trust.set_alpn_protocols(["h2", "http/1.1"])
    async with aiohttp.ClientSession() as client:
        async with client.get(url, headers=api.headers, ssl=trust) as answer:
            seen = await answer.json()
            assert (answer.status, seen["scheme"]) == (200, "https")
        write_certificate(tmp_path, 2)
        await shows(world.port, 2)  # by the change of its files
        async with client.get(url, headers=api.headers, ssl=trust) as answer:
            assert answer.status == 200  # the open connection goes on
        certificate.write_text("half a certificate")
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.1)
        assert await serial(world.port) == 2
        write_certificate(tmp_path, 3)
        os.kill(os.getpid(), signal.SIGHUP)
        await shows(world.port, 3)
    plain = await world.raw(b"GET /demo/echo HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"HTTP/1.1 200" not in plain


async def test_old_versions_and_http2_are_not_spoken(world: World, tmp_path: Path) -> None:
    world.tls = Tls(*write_certificate(tmp_path, 1))
    await world.start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await asyncio.open_connection("127.0.0.1", world.port, ssl=context)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
    writer.transport.abort()
    assert world.tls.context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_files_that_do_not_fit_refuse_to_start(tmp_path: Path) -> None:
    certificate, _ = write_certificate(tmp_path, 1)
    (tmp_path / "other").mkdir()
    _, other = write_certificate(tmp_path / "other", 2)
    for wrong in ((certificate, other), (certificate, None), (tmp_path / "none", None)):
        with pytest.raises(InvalidSetting, match="APIBUILDER_TLS_CERTIFICATE"):
            Tls(*wrong)
