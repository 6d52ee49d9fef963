"""A secret of the installation that is lost: nothing made from it is begun a second time."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Table, delete, insert, select

from base.config import Settings
from base.db import open_database, reading, transaction
from base.errors import ConfigurationError
from base.installation_secret import FILE_NAME
from benchmarks.credit_city.people import first_numbers
from credit.inspecting.tables import CREDIT_DRAW
from credit.persons.tables import CREDIT_PERSON
from credit.reporting.tables import CREDIT_REPORT, CREDIT_SNAPSHOT
from credit.secret_needs import open_credit_secret
from credit.tables import CREDIT_SUBJECT
from credit.watching.tables import CREDIT_HOOK
from jobs.commands import run_command_line
from parties.issuing.tables import SECRET_MARK

TAKE: Final = ("credit", "people", "take")
MADE: Final = (CREDIT_PERSON, CREDIT_REPORT, CREDIT_SNAPSHOT, CREDIT_HOOK, CREDIT_DRAW)
ANY: Final[dict[type, Any]] = {
    bool: False,
    bytes: b"x",
    date: date(2026, 3, 1),
    object: datetime(2026, 3, 1, tzinfo=UTC),
    int: 1,
    str: "x",
    UUID: UUID(int=1),
}


def test_nobody_is_registered_a_second_time_under_another_secret(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, file = tmp_path / "data", tmp_path / "people.csv"
    environ = {"SUXIN_DATA_DIR": str(data)}
    assert run_command_line(["init"], environ) == 0
    file.write_text("公民身份号码\n" + "".join(f"{one}\n" for one in first_numbers(3, 20)))
    assert run_command_line([*TAKE, str(file)], environ) == 0
    secret = data / "keys" / FILE_NAME
    kept = secret.read_bytes()
    capsys.readouterr()

    secret.unlink()
    file.write_text(file.read_text() + f"{first_numbers(3, 21)[-1]}\n")
    lost = run_command_line([*TAKE, str(file)], environ)
    refused = capsys.readouterr()
    is_made_anew = secret.exists()
    secret.write_bytes(kept)
    restored = run_command_line([*TAKE, str(file)], environ)

    assert (lost, is_made_anew, restored) == (1, False, 0)
    assert "restore it from its backup" in refused.err
    assert "1 new, 20 known" in capsys.readouterr().out


@pytest.mark.parametrize("table", MADE, ids=lambda table: str(table.name))
def test_a_lost_secret_is_not_replaced_once_something_was_made_from_it(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    engine = open_database(settings, pool_size=1)
    open_credit_secret(settings, engine)
    secret = settings.effective_shared_dir / "keys" / FILE_NAME

    secret.unlink()
    open_credit_secret(settings, engine)
    with transaction(engine) as connection:
        connection.execute(insert(table).values(_row(table)))
    secret.unlink()

    with pytest.raises(ConfigurationError, match="restore it from its backup"):
        open_credit_secret(settings, engine)
    assert not secret.exists()
    engine.dispose()


def test_another_secret_in_its_place_is_refused_and_the_right_one_taken(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    engine = open_database(settings, pool_size=1)
    right = open_credit_secret(settings, engine)
    with transaction(engine) as connection:
        connection.execute(insert(CREDIT_PERSON).values(_row(CREDIT_PERSON)))
    secret = settings.effective_shared_dir / "keys" / FILE_NAME
    kept = secret.read_text()

    secret.write_text("ab" * 32 + "\n")
    with pytest.raises(ConfigurationError, match="is not the one"):
        open_credit_secret(settings, engine)
    secret.write_text(kept)

    assert open_credit_secret(settings, engine).key_for("x") == right.key_for("x")
    engine.dispose()


def test_a_database_from_before_there_were_marks_takes_the_secret_it_has(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    engine = open_database(settings, pool_size=1)
    open_credit_secret(settings, engine)
    with transaction(engine) as connection:
        connection.execute(insert(CREDIT_PERSON).values(_row(CREDIT_PERSON)))
        connection.execute(delete(SECRET_MARK))

    open_credit_secret(settings, engine)

    with reading(engine) as connection:
        assert connection.execute(select(SECRET_MARK.c.id)).scalars().all() == [1]
    engine.dispose()


@pytest.mark.parametrize(("kind", "is_refused"), [("person", True), ("organisation", False)])
def test_a_person_of_a_feed_keeps_the_secret_and_an_organisation_does_not(
    database_url: str, tmp_path: Path, kind: str, is_refused: bool
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    engine = open_database(settings, pool_size=1)
    with transaction(engine) as connection:
        connection.execute(insert(CREDIT_SUBJECT).values(_row(CREDIT_SUBJECT) | {"kind": kind}))

    refused = False
    try:
        open_credit_secret(settings, engine)
    except ConfigurationError:
        refused = True

    assert refused is is_refused
    engine.dispose()


def _row(table: Table) -> dict[str, Any]:
    """Return some row of a table: what it says does not matter here."""
    return {
        column.name: ANY[column.type.python_type] for column in table.columns if not column.nullable
    }
