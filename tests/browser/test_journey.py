"""From farm to phone: the demonstration posted over HTTP, seen and checked in a real browser."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from base.db import open_engine, transaction
from base.strict_json import loads
from jobs.demo.register import PARTIES, SITES
from tests import asking
from tests.live import ROOT, LiveServer, manage
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.browser

_CUP = re.compile(r"http://127\.0\.0\.1:[0-9]+/01/[0-9]{14}/21/\S+")
_NEEDED_OFFLINE = ("cryptography", "cffi", "_cffi_backend", "pycparser", "orjson", "rfc8785")


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(
    request: pytest.FixtureRequest, new_live_server: Callable[..., LiveServer]
) -> Iterator[tuple[LiveServer, str]]:
    """A running installation with the demonstration in it, and the printed address of a cup."""
    settings = {}
    if request.param == "postgresql":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    live = new_live_server(**settings)
    printed = live.manage("demo", "--post", live.url)
    found = _CUP.findall(printed)
    assert found, printed
    wait_until(lambda: _is_sealed(live), PATIENCE_S, "the seal over the demonstration")
    yield live, found[1]
    live.stop()


def test_a_cup_leads_back_to_three_farms_and_a_changed_byte_is_named(
    demo: tuple[LiveServer, str], page: Page
) -> None:
    live, cup = demo

    page.goto(cup)

    shown = page.inner_text("main")
    farms = [site.name_zh for site in SITES.values() if PARTIES[site.party].kind == "farm"]
    yoghurt_farms = [name for name in farms if name in shown]
    assert len(yoghurt_farms) == 3, (farms, shown)

    page.click("[data-verify-button]")
    expect(page.locator(".verdict-good")).to_be_visible()
    assert page.locator("[data-step].has-failed").count() == 0
    steps = page.locator("[data-step]").count()
    assert page.locator("[data-step].is-verified").count() == steps > 20
    assert live.manage("fsck").count("nothing found") == 1

    seq = int(page.locator("[data-step]").nth(steps // 2).get_attribute("data-seq") or "-1")
    _change_one_byte(live, seq)
    page.reload()
    page.click("[data-verify-button]")

    expect(page.locator(".verdict-bad")).to_be_visible()
    failed = page.locator("[data-step].has-failed")
    assert [item.get_attribute("data-seq") for item in failed.all()] == [str(seq)]
    done = manage(live.env, "fsck", "--json")
    report = loads(done.stdout.encode(), bytes_max=1 << 20, depth_max=8)
    assert isinstance(report, dict)
    findings = report["findings"]
    assert isinstance(findings, list)
    assert done.returncode == 1
    assert [(one["seq"], one["code"]) for one in findings if isinstance(one, dict)] == [
        (seq, "part_damaged")
    ]


def test_a_downloaded_proof_verifies_where_there_is_no_flask_and_no_sqlalchemy(
    demo: tuple[LiveServer, str], page: Page, tmp_path: Path
) -> None:
    live, cup = demo
    page.goto(cup)
    with page.expect_download() as awaited:
        page.click("a[download]")
    file = tmp_path / "proof.json"
    awaited.value.save_as(file)
    key = page.request.get(f"{live.url}/ledger/key").text().strip()

    good = _verify_offline(tmp_path, file, key)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    bad = _verify_offline(tmp_path, file, key)

    assert good.returncode == 0, good.stdout + good.stderr
    assert bad.returncode == 1, bad.stdout + bad.stderr


def _is_sealed(live: LiveServer) -> bool:
    report = loads(live.manage("fsck", "--json").encode(), bytes_max=1 << 20, depth_max=8)
    assert isinstance(report, dict)
    checkpoint = _get(f"{live.url}/ledger/checkpoint")
    return checkpoint.split("\n")[1] == str(report["size"])


def _get(url: str) -> str:
    return asking.get(url).text


def _change_one_byte(live: LiveServer, seq: int) -> None:
    """Edit the stored public part behind the ledger's back, as somebody with the disk could."""
    url = live.env.get("SUXIN_DATABASE_URL") or f"sqlite:///{live.data_dir / 'suxin.db'}"
    engine = open_engine(url)
    with transaction(engine) as connection:
        where = "FROM ledger_payload WHERE log = 1 AND seq = :seq"
        body = connection.execute(text(f"SELECT public_body {where}"), {"seq": seq}).scalar_one()
        changed = bytes(body).replace(b'"/event/eventTime":"20', b'"/event/eventTime":"21', 1)
        assert changed != body
        connection.execute(
            text("UPDATE ledger_payload SET public_body = :body WHERE log = 1 AND seq = :seq"),
            {"body": changed, "seq": seq},
        )
    engine.dispose()


def _verify_offline(folder: Path, file: Path, key: str) -> "subprocess.CompletedProcess[str]":
    """Run the verifier in an interpreter that finds six packages and our own rooms, no more."""
    packages = folder / "packages"
    if not packages.exists():
        packages.mkdir()
        installed = Path(next(one for one in sys.path if one.endswith("site-packages")))
        for name in _NEEDED_OFFLINE:
            for found in (*installed.glob(name), *installed.glob(f"{name}.*.so")):
                (packages / found.name).symlink_to(found)
    return subprocess.run(
        [sys.executable, "-S", "-m", "ledger.verify", str(file), "--key", key],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{packages}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
