"""One line an event, readable by a program."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from base.log import configure_logging, get_logger
from tests.conftest import pytest_runtest_protocol


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def test_what_a_test_sets_up_is_gone_with_it_and_nobody_writes_to_its_closed_stream() -> None:
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    protocol = pytest_runtest_protocol()

    next(protocol)
    configure_logging("debug", stream=stream)
    stream.close()
    with pytest.raises(StopIteration):
        protocol.send(None)

    assert (root.handlers, root.level) == (before, level)


def test_our_lines_and_a_librarys_have_one_form() -> None:
    stream = io.StringIO()
    configure_logging("info", stream=stream)

    get_logger("trace.capture").info("captured", events=3)
    logging.getLogger("sqlalchemy").warning("pool %s", "exhausted")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["events"], first["logger"]) == ("captured", 3, "trace.capture")
    assert (second["event"], second["level"]) == ("pool exhausted", "warning")
    assert first["timestamp"].endswith("Z")
    assert first.keys() - {"events"} == second.keys()


def test_an_exception_is_one_line_with_its_traceback() -> None:
    stream = io.StringIO()
    configure_logging("info", stream=stream)

    try:
        raise ValueError("broken")
    except ValueError:
        get_logger("x").exception("failed")

    (line,) = stream.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure_logging("warning", stream=stream)

    get_logger("x").info("small talk")
    logging.getLogger("y").info("small talk")
    logging.getLogger("httpx").info("small talk")

    assert stream.getvalue() == ""
