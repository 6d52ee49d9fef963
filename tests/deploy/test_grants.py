"""What the roles of the database may do: all that the service does, and nothing to its evidence."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from base.clock import SystemClock
from base.db import METADATA, reading, transaction
from jobs.capture import sweep_captures
from jobs.findings import follow_findings
from jobs.instance import open_instance
from jobs.projections import follow_events
from ledger.fsck import check_log
from ledger.opening import DEFAULT_LOG, load_signer
from ledger.sealing import seal
from tests.deploy.installed import GRANTS, Installation, app_settings, new_producer, operator_of
from tests.deploy.samples import CUP, object_event, object_events
from tests.live import clean_environment, manage

EVIDENCE = (
    "ledger_entry",
    "ledger_payload",
    "ledger_node",
    "ledger_checkpoint",
    "ledger_idempotency",
    "event",
    "event_item",
    "identifier",
    "code_block",
    "code_range",
    "recall",
    "recall_scope",
    "recall_line",
    "recall_notice",
    "recall_answer",
    "recall_escalation",
    "recall_close",
)
SERVICE_ROLES = ("suxin_app", "suxin_sealer", "suxin_eraser")


def test_everything_the_service_does_is_granted_to_its_roles(
    installation: Installation, app: Flask, engine_of: Callable[[str], Engine]
) -> None:
    settings = app_settings(installation)
    operator = operator_of(installation, app)
    producer, _ = new_producer(operator)

    captured, direct = producer.ask("POST", "/epcis/capture", object_events("A1", "A2"))
    _, again = producer.ask("POST", "/epcis/capture", object_events("A1", "A2"))
    created, _ = producer.ask("POST", "/epcis/events", object_event("A3"))
    _, queued = producer.ask("POST", "/epcis/capture", object_events(*"BCDEF"))
    worker = open_instance(settings)
    sweep_captures()
    worker.engine.dispose()
    _, finished = producer.ask("GET", f"/epcis/capture/{queued['captureID']}")

    assert (captured, direct["receipt"]["count"]) == (202, 2)
    assert len(again["alreadyRecorded"]) == 2
    assert created == 201
    assert queued["running"] is True
    assert (finished["running"], finished["receipt"]["count"]) == (False, 5)

    keys = installation.folder / "keys"
    signer = load_signer(keys, settings.origin, DEFAULT_LOG, may_create=False)
    sealer = engine_of("suxin_sealer")
    sealed = seal(sealer, DEFAULT_LOG, signer, SystemClock())
    with reading(sealer) as connection:
        report = check_log(connection, DEFAULT_LOG, (signer.verifier(),))

    assert sealed is not None
    assert (report.findings, report.size) == ((), sealed.size)
    assert producer.ask("GET", f"/ledger/proof/1/{direct['receipt']['firstSeq']}")[0] == 200

    address = {"uri": CUP, "href": "https://maker.example/", "title": "x", "link_type": "gs1:pip"}
    status, link = producer.ask("POST", "/api/v1/links", {**address, "is_default": True})
    assert status == 201, link
    changed = producer.ask("PATCH", f"/api/v1/links/{link['id']}", {"is_default": False})
    ended = producer.ask("DELETE", f"/api/v1/links/{link['id']}")
    assert (changed[0], ended[0]) == (200, 200)

    key_id = producer.ask("GET", "/api/v1/me")[1]["key_id"]
    assert operator.ask("DELETE", f"/api/v1/keys/{key_id}")[0] == 200


def test_the_commands_of_the_page_run_under_their_roles(
    installation: Installation, tmp_path: Path
) -> None:
    def env(role: str, folder: Path) -> dict[str, str]:
        return clean_environment(folder, database_url=installation.url_of(role))

    words = ("key", "grant", "--role", "auditor", "--label", "city audit office")
    granted = manage(env("suxin_app", tmp_path), *words)
    checked = manage(env("suxin_sealer", installation.folder), "fsck")
    misled = manage(env("suxin_sealer", installation.folder), *words)

    assert re.fullmatch(r"sx_[0-9a-f]{32}_[0-9a-f]{64}\n", granted.stdout), granted.stderr
    assert (checked.returncode, "nothing found" in checked.stdout) == (0, True)
    assert misled.returncode != 0
    assert "sx_" not in misled.stdout
    assert not (tmp_path / "keys").exists()


def test_what_follows_from_events_is_compared_under_the_role_of_the_sealer(
    installation: Installation, app: Flask
) -> None:
    settings = app_settings(installation)
    producer, _ = new_producer(operator_of(installation, app))
    assert producer.ask("POST", "/epcis/capture", object_events("F1", "F2"))[0] == 202
    worker = open_instance(settings)
    follow_events()
    follow_findings()
    worker.engine.dispose()

    sealer = installation.url_of("suxin_sealer")
    environment = clean_environment(installation.folder, database_url=sealer)
    checked = manage(environment, "fsck")

    assert (checked.returncode, "nothing found" in checked.stdout) == (0, True), checked.stderr


@pytest.mark.parametrize("role", SERVICE_ROLES)
@pytest.mark.parametrize("table", EVIDENCE)
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "UPDATE {table} SET log = log",
        "DROP TABLE {table}",
    ],
)
def test_no_role_of_the_service_may_change_or_remove_evidence(
    engine_of: Callable[[str], Engine], role: str, table: str, statement: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction(engine_of(role)) as connection,
    ):
        connection.execute(text(statement.format(table=table)))


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("suxin_app", "INSERT INTO ledger_checkpoint SELECT * FROM ledger_checkpoint"),
        ("suxin_app", "UPDATE ledger_payload SET personal_body = NULL"),
        ("suxin_app", "UPDATE ledger_head SET origin = 'another'"),
        ("suxin_app", "DELETE FROM ledger_head"),
        ("suxin_app", "UPDATE capture SET actor = 'another'"),
        ("suxin_app", "UPDATE api_key SET role = 'operator'"),
        ("suxin_app", "DELETE FROM api_key"),
        ("suxin_app", "UPDATE account SET role = 'operator'"),
        ("suxin_app", "DELETE FROM account"),
        ("suxin_app", "UPDATE page_session SET account_id = NULL"),
        ("suxin_app", "UPDATE party SET name_zh = '別'"),
        ("suxin_app", "UPDATE product SET party_id = NULL"),
        ("suxin_app", "UPDATE company_prefix SET party_id = NULL"),
        ("suxin_app", "DELETE FROM company_prefix"),
        ("suxin_app", "UPDATE product_link SET href = 'https://other.example/'"),
        ("suxin_app", "DELETE FROM product_link"),
        ("suxin_app", "DELETE FROM code_series"),
        ("suxin_app", "UPDATE code_series SET scope = ''"),
        ("suxin_app", "DELETE FROM tag_key"),
        ("suxin_app", "UPDATE task SET party_id = NULL"),
        ("suxin_app", "UPDATE scan SET at = at"),
        ("suxin_app", "UPDATE post_request SET row_id = NULL"),
        ("suxin_app", "CREATE TABLE mine (id integer)"),
        ("suxin_app", "SELECT * FROM alembic_version"),
        ("suxin_sealer", "INSERT INTO ledger_entry SELECT * FROM ledger_entry"),
        ("suxin_sealer", "UPDATE ledger_head SET size = 0"),
        ("suxin_sealer", "SELECT hash FROM api_key"),
        ("suxin_sealer", "SELECT password_hash FROM account"),
        ("suxin_sealer", "SELECT * FROM page_session"),
        ("suxin_sealer", "SELECT * FROM tag_key"),
        ("suxin_sealer", "SELECT * FROM scan"),
        ("suxin_eraser", "SELECT personal_body FROM ledger_payload"),
        ("suxin_eraser", "UPDATE ledger_payload SET public_body = NULL"),
        ("suxin_eraser", "UPDATE ledger_payload SET chain_salt = NULL"),
    ],
)
def test_a_role_may_do_nothing_that_is_anothers(
    engine_of: Callable[[str], Engine], role: str, statement: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction(engine_of(role)) as connection,
    ):
        connection.execute(text(statement))


def test_the_eraser_may_empty_the_personal_part_and_its_salt(
    engine_of: Callable[[str], Engine],
) -> None:
    erase = text(
        "UPDATE ledger_payload SET personal_salt = NULL, personal_body = NULL"
        " WHERE log = 1 AND seq = 0"
    )

    with transaction(engine_of("suxin_eraser")) as connection:
        emptied = connection.execute(erase)

    assert emptied.rowcount == 1


def test_every_table_of_the_schema_is_named_in_the_grants() -> None:
    granted = set(re.findall(r"\w+", GRANTS.read_text(encoding="utf-8")))

    assert {table.name for table in METADATA.sorted_tables} - granted == set()
