"""What the tests of the check do to a log, and what it then finds."""

from typing import Any

from sqlalchemy import text

from base.db import reading, transaction
from ledger.fsck import FsckReport, check_log
from tests.instances import Installation


def check(installation: Installation, **options: Any) -> FsckReport:
    with reading(installation.engine) as connection:
        return check_log(connection, 1, [installation.signer.verifier()], **options)


def found_in(installation: Installation, **options: Any) -> list[tuple[int | None, str]]:
    report = check(installation, **options)
    return [(finding.seq, finding.code) for finding in report.findings]


def change(installation: Installation, statement: str, **values: object) -> None:
    with transaction(installation.engine) as connection:
        assert connection.execute(text(statement), values).rowcount > 0
