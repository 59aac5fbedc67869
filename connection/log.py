"""Logging: structlog to standard error, every event redacted before it is rendered."""

import logging
import sys

import structlog

from connection.redact import redact_event


def configure_logging(*, json: bool = False, level: int = logging.WARNING) -> None:
    """Send structured events to standard error; `json` for machines, key=value lines otherwise."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # Their own messages carry whole addresses, signed query strings included.
    for name in ("httpx", "httpcore", "azure"):
        logging.getLogger(name).setLevel(logging.WARNING)
