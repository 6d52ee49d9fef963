"""The rules of the schema, read from the metadata, and the migrations that must give the same."""

import re
import trace.findings.tables
import trace.projections.tables
import trace.recall.hook_tables
import trace.recall.tables
import trace.scans.tables
import trace.tables
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import credit.inspecting.tables
import credit.nightly.tables
import credit.persons.tables
import credit.reporting.tables
import credit.tables
import credit.warning.tables
import credit.watching.tables
import ledger.tables
import parties.issuing.tables
import parties.tables
from base.clock import SetClock
from base.db import METADATA, open_engine, transaction
from jobs.commands.init import upgrade
from ledger.checkpoint import origin_of_log
from ledger.note import SignerKey
from ledger.opening import DEFAULT_LOG, open_log
from tests.checking import check_ledger
from tests.instances import NOW, ORIGIN

ROOMS = (
    ledger.tables,
    parties.tables,
    parties.issuing.tables,
    trace.tables,
    trace.projections.tables,
    trace.recall.hook_tables,
    trace.recall.tables,
    trace.findings.tables,
    trace.scans.tables,
    credit.nightly.tables,
    credit.persons.tables,
    credit.tables,
    credit.inspecting.tables,
    credit.warning.tables,
    credit.watching.tables,
    credit.reporting.tables,
)
REFERENCE = {
    "party",
    "site",
    "product",
    "certificate",
    "company_prefix",
    "product_link",
    "api_key",
    "account",
    "sign_in_count",
    "page_session",
    "post_request",
    "task",
    "recall_hook",
    "recall_delivery",
    "credit_sender",
    "credit_source",
    "credit_office",
    "code_series",
    "secret_mark",
    "tag_key",
    "scan",
    "scan_summary",
    "scan_alert",
    "scan_burst",
}
TABLES = sorted(METADATA.tables.values(), key=lambda table: table.name)
OF_LOGS = [table for table in TABLES if table.name not in REFERENCE]


def _name(table: sa.Table) -> str:
    return table.name


def test_every_table_belongs_to_a_log_or_to_the_register() -> None:
    named = {one.name for room in ROOMS for one in vars(room).values() if isinstance(one, sa.Table)}

    assert {table.name for table in TABLES} == named
    assert named >= REFERENCE
    assert [table.name for table in OF_LOGS if "log" not in table.c] == []
    assert [table.name for table in TABLES if table.name in REFERENCE and "log" in table.c] == []


@pytest.mark.parametrize("table", OF_LOGS, ids=_name)
def test_the_log_is_in_every_key_with_one_type(table: sa.Table) -> None:
    keys = [table.primary_key, *_unique(table)]

    assert all("log" in {column.name for column in key.columns} for key in keys)
    assert type(table.c.log.type) is sa.Integer
    assert not table.c.log.nullable


def _unique(table: sa.Table) -> Iterator[Any]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield constraint
    yield from (index for index in table.indexes if index.unique)


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_a_foreign_key_stays_inside_its_log_or_points_at_the_register(table: sa.Table) -> None:
    for constraint in table.foreign_key_constraints:
        target = constraint.referred_table
        pairs = {(element.parent.name, element.column.name) for element in constraint.elements}
        if target.name in REFERENCE:
            continue
        assert table.name not in REFERENCE
        assert ("log", "log") in pairs


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_no_value_comes_from_the_database(table: sa.Table) -> None:
    for column in table.columns:
        assert column.server_default is None
        assert column.server_onupdate is None
        assert column.default is None
        assert column.identity is None
        assert column.computed is None
        is_numbered = isinstance(column.type, sa.Integer) and column.primary_key
        assert not is_numbered or column.autoincrement is False


def test_no_trigger_or_sequence_is_attached_to_the_metadata() -> None:
    assert list(METADATA._sequences) == []
    for owner in (METADATA, *TABLES):
        assert not list(owner.dispatch.after_create)
        assert not list(owner.dispatch.before_create)


@pytest.fixture
def migrated(bare_database_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(bare_database_url, pool_size=2)
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_migrations_give_the_schema_of_the_code(migrated: sa.Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_the_migrations_name_every_constraint_as_the_code_does(migrated: sa.Engine) -> None:
    found = sa.inspect(migrated)

    for table in TABLES:
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name
        assert {one["name"] for one in found.get_unique_constraints(table.name)} == {
            one.name for one in table.constraints if isinstance(one, sa.UniqueConstraint)
        }
        assert {one["name"] for one in found.get_foreign_keys(table.name)} == {
            _named(one, migrated) for one in table.foreign_key_constraints
        }
        assert {one["name"] for one in found.get_check_constraints(table.name)} == {
            _named(one, migrated)
            for one in table.constraints
            if isinstance(one, sa.CheckConstraint)
        }
        assert {
            one["name"]
            for one in found.get_indexes(table.name)
            if "duplicates_constraint" not in one
        } == {_named(one, migrated) for one in table.indexes}


def _named(constraint: Any, engine: sa.Engine) -> str:
    """Return the name that the naming convention gives."""
    preparer = engine.dialect.identifier_preparer
    if isinstance(constraint, sa.Index):
        return str(preparer.format_index(constraint)).strip('"')
    return str(preparer.format_constraint(constraint)).strip('"')


def test_the_migrations_give_the_columns_of_the_code_in_their_order(migrated: sa.Engine) -> None:
    found = sa.inspect(migrated)

    for table in TABLES:
        columns = found.get_columns(table.name)
        assert [column["name"] for column in columns] == list(table.columns.keys())
        assert [column["nullable"] for column in columns] == [
            column.nullable for column in table.columns
        ]


def test_migrating_again_changes_nothing(migrated: sa.Engine) -> None:
    clock = SetClock(NOW)
    signer = SignerKey.from_seed(origin_of_log(ORIGIN, DEFAULT_LOG), bytes(32))
    with transaction(migrated) as connection:
        open_log(
            connection, log=DEFAULT_LOG, origin=ORIGIN, verifier=signer.verifier(), clock=clock
        )
    before = _schema_of(migrated)

    upgrade(migrated)

    assert _schema_of(migrated) == before
    assert check_ledger(migrated, DEFAULT_LOG, [signer.verifier()]) == 1


def _schema_of(engine: sa.Engine) -> list[str]:
    found = sa.inspect(engine)
    # The condition of a partial index is shown with where it lies in memory.
    return [
        re.sub(
            r" at 0x[0-9a-f]+", "", f"{name} {found.get_columns(name)} {found.get_indexes(name)}"
        )
        for name in sorted(found.get_table_names())
    ]


def test_no_trigger_and_no_sequence_is_in_the_migrated_database(migrated: sa.Engine) -> None:
    statement = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if migrated.dialect.name == "sqlite"
        else "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)"
        " + (SELECT count(*) FROM pg_sequences)"
    )
    with migrated.connect() as connection:
        assert connection.execute(sa.text(statement)).scalar_one() == 0
