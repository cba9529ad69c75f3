"""The only reader of the environment and of `.env`. Everything else is given values."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from apibuilder.errors import InvalidSetting

# A Unix socket's path is at most 107 bytes; this leaves room for a name below it.
_LONGEST_RUN_DIR = 70

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """All settings, each documented in docs/operations.md (a test compares the two)."""

    model_config = SettingsConfigDict(
        env_prefix="APIBUILDER_", env_file=".env", extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(Path(".data"), description="The one folder that holds all state.")
    host: str = Field("127.0.0.1", description="Address that both origins listen on.")
    platform_port: Port = Field(8000, description="Port of dashboard and control API; 0: any.")
    gateway_port: Port = Field(8080, description="Port that user APIs are called on; 0: any.")
    metrics_port: Port = Field(9090, description="Private port of Prometheus metrics; 0: any.")
    platform_url: str | None = Field(None, description="Public origin of the platform, if proxied.")
    gateway_url: str | None = Field(None, description="Public origin of the gateway, if proxied.")
    gateway_processes: int = Field(1, ge=1, le=64, description="Gateway processes on this machine.")
    tls_certificate: Path | None = Field(
        None, description="PEM certificate with its chain: the gateway then speaks HTTPS only."
    )
    tls_key: Path | None = Field(None, description="Its key, if not in the same file.")
    head_seconds: float = Field(
        30.0, gt=0, description="Time a caller has to send a request's head."
    )
    body_stall_seconds: float = Field(
        60.0, gt=0, description="Time a caller has between two pieces of a request's body."
    )
    redis_url: str | None = Field(
        None,
        repr=False,
        description="Redis that gateways on several machines count limits in: `redis://`, "
        "`rediss://` or `unix://`.",
    )
    redis_away: Literal["local", "refuse"] = Field(
        "local",
        description="While Redis is away: each machine limits by itself, or calls are refused.",
    )
    trusted_proxies: str = Field(
        "", description="Addresses, comma-separated, whose forwarded headers are believed."
    )

    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="Postgres to use instead of the bundled one.",
    )
    supabase_url: str | None = Field(
        None,
        validation_alias="SUPABASE_URL",
        description="Origin of the Supabase project that people sign in to; local if not set.",
    )
    supabase_anon_key: str | None = Field(
        None,
        validation_alias="SUPABASE_ANON_KEY",
        description="Its publishable key, which browsers are given.",
    )
    jwt_secret: str | None = Field(
        None,
        min_length=32,
        description="Shared secret of sign-in tokens (HS256), if the project has no signing keys.",
    )
    jwt_issuer: str | None = Field(
        None, description="Issuer of sign-in tokens; by default SUPABASE_URL with `/auth/v1`."
    )
    jwt_audience: str = Field("authenticated", description="Audience of sign-in tokens.")
    edge_secret: str | None = Field(
        None,
        min_length=32,
        description="Secret that the `api-gateway` function signs its calls to the gateway with.",
    )
    access_log: Path | None = Field(
        None, description="File that a JSON line a call is appended to; `-`: standard output."
    )
    supabase_socket: Path | None = Field(
        None, description="Socket of local Auth, REST and functions; `serve` sets it."
    )
    backend: Literal["fork"] = Field("fork", description="Where APIs run.")
    sandbox: Literal["full", "no-namespace", "none", "auto"] = Field(
        "auto",
        description="Weakest sandbox tier to accept; auto: the best one, but never `none`.",
    )
    runtime_python: Path | None = Field(
        None, description="Interpreter of the environment user code runs in."
    )
    packages_file: Path | None = Field(
        None, description="List of packages that APIs may ask for beside the runtime's."
    )
    packages_index: str | None = Field(
        None, description="Index or folder of wheels that they come from, if not the usual one."
    )
    idle_seconds: float = Field(300.0, gt=0, description="An API unused this long is stopped.")
    start_timeout_seconds: float = Field(10.0, gt=0, description="Time an API has to get ready.")
    generation_timeout_seconds: float = Field(
        120.0, gt=0, description="Time a generation has from the prompt to passed tests."
    )
    generation_tokens: int = Field(
        60_000, ge=100, description="Tokens, in and out, that a generation may use of models."
    )
    generation_usd: float = Field(
        1.0, ge=0, description="Price in USD of what a generation may use of models."
    )
    model: str = Field(
        "",
        description="Models to ask, comma-separated, such as `anthropic:claude-sonnet-5-5`; the "
        "next is asked when one is away. By default one of each provider whose key is set.",
    )
    model_url: str | None = Field(
        None,
        description="URL, with `/v1`, of an OpenAI-compatible server (Ollama, vLLM, llama.cpp).",
    )
    model_key: str | None = Field(
        None, repr=False, description="Key of that server, if it has one."
    )
    model_style: Literal["auto", "pieces", "whole"] = Field(
        "auto",
        description="What a model writes: functions that rules put together (`pieces`), or whole "
        "modules; auto: pieces of a server of your own.",
    )
    model_timeout_seconds: float = Field(
        120.0, gt=0, description="Time that a model has for one answer."
    )
    anthropic_api_key: str | None = Field(
        None, validation_alias="ANTHROPIC_API_KEY", repr=False, description="Key of Anthropic."
    )
    openai_api_key: str | None = Field(
        None, validation_alias="OPENAI_API_KEY", repr=False, description="Key of OpenAI."
    )
    gemini_api_key: str | None = Field(
        None, validation_alias="GEMINI_API_KEY", repr=False, description="Key of Google's Gemini."
    )
    drain_seconds: float = Field(30.0, ge=0, description="Grace for requests in flight on a swap.")
    secrets_key: str | None = Field(
        None, repr=False, description="Keys that seal secrets, instead of the file secrets.key."
    )
    usage_retention_days: int = Field(
        90, ge=32, description="Days that single calls are kept; sums a day are kept for ever."
    )
    log_retention_days: int = Field(14, ge=1, description="Days that log lines are kept.")
    replay_hours: float = Field(
        24.0, gt=0, description="Hours between two replays of a listed API's tests."
    )
    stripe_key: str | None = Field(
        None, repr=False, description="Stripe's secret key; without it invoices stay unpaid."
    )
    stripe_webhook_secret: str | None = Field(
        None, repr=False, description="Secret that Stripe signs its webhooks with."
    )
    stripe_url: str | None = Field(
        None, description="Address of Stripe's API, if it is not Stripe's own."
    )
    operator_plan: str = Field("business", description="Plan of the local operator account.")
    sample: bool = Field(True, description="Create a sample API at the very first start.")
    url: str | None = Field(
        None, description="Platform that the command line talks to, if not the one on `data_dir`."
    )
    token: str | None = Field(None, description="The command line's token for that platform.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )

    @property
    def state_dir(self) -> Path:
        """`data_dir`, absolute."""
        return self.data_dir.expanduser().resolve()

    @property
    def run_dir(self) -> Path:
        """Folder of sockets and pid files: below `data_dir` unless that path is too long."""
        inside = self.state_dir / "run"
        if len(str(inside)) <= _LONGEST_RUN_DIR:
            return inside
        digest = hashlib.sha256(str(self.state_dir).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"apibuilder-{digest}"

    @property
    def runtime_socket(self) -> Path:
        """Private socket of the runtime service."""
        return self.run_dir / "runtime.sock"

    @property
    def limits_dir(self) -> Path:
        """Folder of what the gateway processes of this machine count limits in."""
        return self.run_dir / "limits"

    @property
    def apis_dir(self) -> Path:
        """Folder of what each Api keeps on this machine."""
        return self.state_dir / "apis"

    @property
    def usage_dir(self) -> Path:
        """Folder of the gateway's usage segments."""
        return self.state_dir / "usage"

    @property
    def database_dsn(self) -> str:
        """`database_url`, or the bundled Postgres by its socket in `run_dir`."""
        if self.database_url is not None:
            return self.database_url
        return f"postgresql://postgres@/postgres?host={quote(str(self.run_dir))}"

    @property
    def platform_origins(self) -> frozenset[bytes]:
        """As browsers name the dashboard's origin; on this machine it has two names."""
        if self.platform_url is not None:
            return frozenset({self.platform_url.rstrip("/").encode()})
        names = {self.host, "127.0.0.1", "localhost"}
        return frozenset(f"http://{name}:{self.platform_port}".encode() for name in names)

    @property
    def gateway_origin(self) -> str:
        """`gateway_url`, or what a caller on this machine reaches the gateway by."""
        if self.gateway_url is not None:
            return self.gateway_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared
        scheme = "http" if self.tls_certificate is None else "https"
        return f"{scheme}://{host}:{self.gateway_port}"


def load() -> Settings:
    """All settings, read now. Raises InvalidSetting, naming each one that is wrong."""
    try:
        return Settings()  # pyright: ignore[reportCallIssue] - every field has a default
    except ValidationError as error:
        wrong = [f"{_variable(one['loc'][0])}: {one['msg']}" for one in error.errors()]
        raise InvalidSetting(f"{'; '.join(wrong)}. See docs/operations.md.") from None


def _variable(field: int | str) -> str:
    """The environment's name of a field; pydantic may tell its alias."""
    return f"APIBUILDER_{field}".upper() if field in Settings.model_fields else str(field)
