"""What a running program says about itself: one line an event, the same from every library.

The rule that must stay true: no secret and nobody's personal data is logged. Callers log numbers,
codes and identifiers of things; never a payload, a header or a name of a person.
"""

import logging
import sys
from typing import IO

import structlog

# Libraries that report at "info" what only their own authors want to read.
_QUIET = ("httpx", "httpcore", "rq.worker", "rq.job", "alembic")


def configure_logging(level: str, *, stream: IO[str] | None = None) -> None:
    """Send structlog and the standard library's loggers to `stream` (default: standard error).

    JSON lines where a program reads them, columns where a person does (a terminal). `level` is
    the least that is logged: "debug", "info", "warning" or "error". May be called again.
    """
    output = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # A cached logger would go on writing to the stream of an earlier call.
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor
    if output.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module: `get_logger(__name__)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return logger
