"""What a running program says about itself: one line an event, the same from every library.

The rule that must stay true: no secret and nobody's personal data is logged. Callers log numbers,
codes and identifiers of things; never a payload, a header or a name of a person. Of an error that
a database raised its class and code are logged, not its text, which may quote a row.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import IO

import structlog

from base.db import describe_error, is_database_error

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
        structlog.processors.ExceptionRenderer(_write_exception),
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


def _write_exception(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """Return the traceback of an error and of what led to it, oldest first."""
    chain = list(_chain(exc_info[1]))[::-1]
    return "\n".join(_write_one(error) for error in chain)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, each once."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        is_shown = found.__cause__ is None and not found.__suppress_context__
        found = found.__context__ if is_shown else found.__cause__


def _write_one(error: BaseException) -> str:
    lines = "".join(traceback.format_tb(error.__traceback__))
    if is_database_error(error):
        told = describe_error(error)
    else:
        told = "".join(traceback.format_exception_only(error)).rstrip("\n")
    return f"Traceback (most recent call last):\n{lines}{told}"
