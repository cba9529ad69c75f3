"""How every process of the platform logs: one line an event, on stderr.

A traceback shows code, never local variables: those may hold keys and tokens.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Call once, when a process starts. `level` is a name as in APIBUILDER_LOG_LEVEL."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=level.upper(), stream=sys.stderr, format="%(asctime)s [%(levelname)s] %(message)s"
    )
