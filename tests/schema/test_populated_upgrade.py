"""An installation of an older release with all that it holds is brought to the newest one.

What a small world of today holds is written into a database of that revision, as far as that one
has tables and columns for it; the migrations do the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from trace.rebuild import IndexFinding
from typing import Any, Final

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from base.db import METADATA, open_engine, reading, transaction
from base.installation_secret import SECRET_BYTES, InstallationSecret
from credit.inspecting.tables import CREDIT_DRAW_STEP
from credit.tables import CREDIT_ROW_NODE
from jobs.commands.init import MIGRATIONS, upgrade
from jobs.indexes import check_indexes
from tests.checking import check_ledger
from tests.credit.naming_world import registered
from tests.credit.samples import penalty, serious, uscc
from tests.instances import lot, observation
from tests.web.credit_world import hand_in, run_rules
from tests.web.epcis_world import post_event, seal_now, vkey_of
from tests.web.house import House, open_house
from tests.web.issuing_world import send
from web.app import create_app
from web.services import build_services

BEFORE: Final = "0024"
"""The revision before what credit got last: looks at watches, claims, programs, tiles and days."""

API: Final = "/api/v1/credit"
MORNING: Final = datetime(2026, 11, 25, 1, tzinfo=UTC)
MENTIONED: Final = {"cf_xdr_mc": "青岛第2食品公司", "cf_xdr_shxym": "", "cf_wsh": "无码"}
ASKED: Final = (
    f"{API}/check?uscc={uscc(1)}&matter=honours",
    f"{API}/lists/serious_violation/entries",
    f"{API}/cases",
    f"{API}/applications",
    f"{API}/judgements",
    f"{API}/warnings",
    f"{API}/draws",
    f"{API}/watches",
    f"{API}/batches",
    f"{API}/open/draws/{{draw}}",
    f"{API}/batches/{{batch}}/rows/280/proof",
)
NOTICE: Final = {
    "kind": "listing",
    "uscc": uscc(1),
    "reason": "三次抽检不合格",
    "article": "第44号令第五条",
    "terms": {
        "list": "serious_violation",
        "item": "1",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A house, ids of what is in it, and every row of its database."""

    house: House
    ids: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("world")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    house.clock.instant = MORNING
    assert post_event(house, observation(lot("L1"))).status_code == 201
    ids = _told(house)
    seal_now(house)
    with reading(house.services.engine) as connection:
        rows = {
            table.name: [row._asdict() for row in connection.execute(sa.select(table))]
            for table in METADATA.sorted_tables
        }
    yield World(house=house, ids=ids, rows=rows)
    house.services.engine.dispose()


def _told(house: House) -> dict[str, str]:
    """Let something of every kind be in credit; return the ids that are asked for."""
    hand_in(house, "registration", *(registered(at, f"青岛第{at}食品有限公司") for at in (1, 2)))
    hand_in(house, "serious_listing", serious(1))
    batch = hand_in(house, "penalty", *(penalty(at) for at in range(1, 301)))
    hand_in(house, "penalty", penalty(1, **MENTIONED))
    _post(house, "watches", {"codes": [uscc(1)], "purpose": "供应商"})
    case_id = _post(house, "cases", NOTICE)["id"]
    _post(house, "applications", {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"})
    (waiting,) = send(house, "GET", f"{API}/candidates", role="authority").get_json()["waiting"]
    said = {"mention": waiting["mention"]["id"], "verdict": "positive", "reason": "档案核实"}
    _post(house, "judgements", said)
    draw = {
        "title": "双随机",
        "plan": "enterprise",
        "region": "3702",
        "inspectors": ["37020001", "37020002"],
        "beacon": "双色球 2026136期",
        "due_on": "2026-12-31",
    }
    draw_id = _post(house, "draws", draw)["id"]
    _post(house, f"draws/{draw_id}/draw", {"value": "03 07 12"})
    run_rules(house)
    return {"case": case_id, "draw": draw_id, "batch": str(batch.id)}


def _post(house: House, path: str, body: dict[str, Any]) -> Any:
    answer = send(house, "POST", f"{API}/{path}", body, role="authority")
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer.get_json()


@pytest.fixture
def older(bare_database_url: str, world: World) -> Iterator[sa.Engine]:
    """Give a database of that revision with the rows of the world."""
    engine = open_engine(bare_database_url, pool_size=2)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        for table in METADATA.sorted_tables:
            _write(connection, table, world.rows[table.name])
    yield engine
    engine.dispose()


def _write(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as far as this revision has the table, and columns for what they hold."""
    known = _columns_of(connection, table)
    if known and rows:
        there = sa.table(table.name, *(sa.column(one.name, one.type) for one in known))
        names = [one.name for one in known]
        connection.execute(sa.insert(there), [{name: row[name] for name in names} for row in rows])


def _columns_of(connection: sa.Connection, table: sa.Table) -> list[sa.Column[Any]]:
    inspector = sa.inspect(connection)
    if not inspector.has_table(table.name):
        return []
    names = {one["name"] for one in inspector.get_columns(table.name)}
    return [one for one in table.columns if one.name in names]


@pytest.fixture
def upgraded(older: sa.Engine, world: World) -> Iterator[House]:
    """Give the application on that database once it was upgraded, with the world's keys."""
    upgrade(older)
    url = older.url.render_as_string(hide_password=False)
    settings = replace(world.house.services.settings, database_url=url)
    parts = build_services(
        settings,
        clock=world.house.clock,
        recorder=world.house.acts.recorder,
        head_size=lambda: 7,
        secret=InstallationSecret(bytes(SECRET_BYTES)),
    )
    app = create_app(settings, services=parts)
    yield replace(world.house, app=app, client=app.test_client(), services=parts)
    parts.engine.dispose()


def test_what_an_older_release_left_is_whole_and_answered_the_same_after_the_upgrade(
    upgraded: House, world: World
) -> None:
    engine, log = upgraded.services.engine, upgraded.services.log

    assert _differences(upgraded) == ()
    check_ledger(engine, log, [vkey_of(world.house)])
    with reading(engine) as connection:
        for table in (CREDIT_ROW_NODE, CREDIT_DRAW_STEP):
            found = [row._asdict() for row in connection.execute(sa.select(table))]
            assert found == world.rows[table.name] != []
    for asked in ASKED:
        path = asked.format_map(world.ids)
        right, told = (send(one, "GET", path, role="authority") for one in (world.house, upgraded))
        assert (told.status_code, told.get_data()) == (200, right.get_data()), path


def test_what_an_older_release_began_goes_on_after_the_upgrade(
    upgraded: House, world: World
) -> None:
    step = {"step": "drop", "reason": "证据不足"}

    dropped = _post(upgraded, f"cases/{world.ids['case']}/steps", step)
    batch = hand_in(upgraded, "penalty", penalty(400))

    assert (dropped["state"], batch.accepted) == ("not_listed", 1)
    assert _differences(upgraded) == ()


def _differences(house: House) -> tuple[IndexFinding, ...]:
    """Return what `rebuild --check` finds."""
    with reading(house.services.engine) as connection:
        return check_indexes(connection, house.services.log)
