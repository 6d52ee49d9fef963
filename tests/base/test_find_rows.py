"""Look-ups by many keys give every row, whatever else the connection is used for."""

from sqlalchemy import Column, Integer, MetaData, Table, Text

from base.bulk import find_rows, insert_rows
from base.db import open_engine, transaction

METADATA = MetaData()
WORDS = Table(
    "words",
    METADATA,
    Column("log", Integer, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("word", Text, nullable=False),
)
COUNT = 2500


def test_every_row_is_found_also_where_the_connection_streams(database_url: str) -> None:
    engine = open_engine(database_url)
    METADATA.create_all(engine)
    rows = [(1, number, f"word {number}") for number in range(COUNT)]
    with transaction(engine) as connection:
        insert_rows(connection, WORDS, ("log", "id", "word"), rows)

        # What reads a whole table leaves its connection streaming.
        connection.execution_options(yield_per=10)
        found: dict[int, str] = dict(
            find_rows(connection, WORDS, ("id", "word"), 1, range(COUNT + 10))
        )

    engine.dispose()
    assert found == {number: f"word {number}" for number in range(COUNT)}
