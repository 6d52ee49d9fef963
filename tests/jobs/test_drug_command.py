"""A pack from the console: what it is, by its maker's word, and nothing is recorded."""

from pathlib import Path

import pytest

from jobs.commands import run_command_line
from tests.instances import Installation, open_installation
from tests.trace_room.drugs.counter import CASE, PACKS, deliver, own_medicine, pack, seen


@pytest.fixture
def shop(sqlite_url: str) -> Installation:
    return open_installation(sqlite_url)


def run(shop: Installation, *arguments: str) -> int:
    url = shop.engine.url.render_as_string(hide_password=False)
    return run_command_line(["drug", "verify", *arguments], {"SUXIN_DATABASE_URL": url})


def test_an_active_pack_is_told_with_lot_expiry_and_chain(
    shop: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    own_medicine(shop)
    deliver(shop, *PACKS)
    entries = shop.entry_count()

    code = run(shop, PACKS[0], "--custody")

    told = capsys.readouterr().out
    assert "可以发出 May be handed out (active; NMVS_SUCCESS)" in told
    assert "expires: 2027-01-31" in told
    assert "chain: whole" in told
    assert (code, shop.entry_count()) == (0, entries)


def test_a_case_with_a_supplied_pack_gives_exit_code_1(
    shop: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(shop, *PACKS)
    pack(shop, 3, "pharmacy", CASE, *PACKS[:2])
    shop.capture("pharmacy", seen(4, PACKS[0], bizStep="dispensing"))

    code = run(shop, CASE)

    told = capsys.readouterr().out
    assert code == 1
    assert told.count("https://id.gs1.org/01/") == 2
    assert "已经售出过" in told


def test_what_is_no_code_is_refused(shop: Installation, tmp_path: Path) -> None:
    assert run(shop, str(tmp_path)) == 1
