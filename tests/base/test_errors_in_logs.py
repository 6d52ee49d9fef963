"""What a database says of a refused row does not get into a log."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, Text, insert
from sqlalchemy.exc import IntegrityError

from base.db import describe_error, open_engine, transaction
from base.log import configure_logging

SECRET = "陈晓梅 13800000000"
METADATA = MetaData()
PEOPLE = Table(
    "people",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, unique=True),
    Column("body", LargeBinary, nullable=False),
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give the stream that a service would write its log to."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging("debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(params=["duplicate", "missing"])
def refusal(request: pytest.FixtureRequest, engine: Engine) -> IntegrityError:
    """Give the error of a row that breaks a constraint; PostgreSQL quotes the row in it."""
    good = {"number": 1, "name": SECRET, "body": SECRET.encode()}
    bad = {**good, "number": 2}
    if request.param == "missing":
        bad |= {"name": f"{SECRET} 2", "body": None}
    with transaction(engine) as connection:
        connection.execute(insert(PEOPLE), good)
    with pytest.raises(IntegrityError) as caught, transaction(engine) as connection:
        connection.execute(insert(PEOPLE), bad)
    return caught.value


def test_an_error_is_described_by_its_class_and_code_alone(
    engine: Engine, refusal: IntegrityError
) -> None:
    told = describe_error(refusal)

    assert told.startswith("IntegrityError")
    assert told.split()[-1].startswith("23" if engine.dialect.name == "postgresql" else "SQLITE_")
    assert SECRET not in told


def test_the_parameters_of_a_statement_are_not_in_the_text_of_its_error(
    engine: Engine, refusal: IntegrityError
) -> None:
    shown = str(refusal).partition("[SQL: ")[2]

    assert "hide_parameters" in shown
    assert SECRET not in shown


def test_a_logged_database_error_tells_where_and_not_what(
    log: io.StringIO, refusal: IntegrityError
) -> None:
    structlog.get_logger("test").error("failed", exc_info=refusal)
    logging.getLogger("test").error("failed", exc_info=refusal)

    text = log.getvalue()
    assert text.count("IntegrityError") >= 2
    assert text.count("test_errors_in_logs.py") >= 2
    assert SECRET not in text
    assert SECRET.encode().hex() not in text


def test_what_an_error_was_raised_from_is_logged_without_its_values(
    log: io.StringIO, refusal: IntegrityError
) -> None:
    error = RuntimeError("the sender is not told")
    error.__cause__ = refusal

    structlog.get_logger("test").error("failed", exc_info=error)

    text = log.getvalue()
    assert text.index("IntegrityError") < text.index("the sender is not told")
    assert SECRET not in text
    assert SECRET.encode().hex() not in text
