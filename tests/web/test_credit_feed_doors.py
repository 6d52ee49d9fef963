"""Addresses and folders on the desk of feeds: what came of them, what waits, and asking now."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from base.db import reading, transaction
from credit.intake.batches import BatchState
from credit.intake.dropping import Dropped, make_folders, put_away
from credit.intake.senders import Sender, add_sender, revoke_sender
from credit.intake.sources import (
    Source,
    SourceRequest,
    add_source,
    claim_source,
    list_sources,
    note_outcome,
)
from credit.tables import CREDIT_SOURCE
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

FEEDS_AT, PENALTIES, TAX = (
    "/work/credit/feeds",
    "/work/credit/feeds/penalty",
    "/work/credit/feeds/tax_grade",
)
BATCH = "01a205ea-be80-7000-88ea-6bcfc0570f15"


@pytest.fixture
def sender(sqlite_house: House) -> Sender:
    return add_sender(
        sqlite_house.services.engine,
        name="青岛市农业农村局",
        feeds=["penalty"],
        public_key=bytes(32),
        now=sqlite_house.clock.now(),
        record=lambda *_: None,
    )


@pytest.fixture
def source(sqlite_house: House, sender: Sender) -> Source:
    asked = SourceRequest(
        sender_id=sender.id,
        feed="penalty",
        url="http://127.0.0.1/penalties.csv?token=geheim",
        every_minutes=120,
        may_be_private=True,
    )
    now = sqlite_house.clock.now()
    return add_source(sqlite_house.services.engine, asked, now=now, record=lambda *_: None)


def _asked(house: House, outcome: str, *, is_failure: bool) -> None:
    """Ask the address, and an hour goes by."""
    engine = house.services.engine
    (source,) = _sources(house)
    assert claim_source(engine, source, now=house.clock.now())
    told = f"{house.clock.now():%Y-%m-%dT%H:%M:%S.%fZ} {outcome}"
    note_outcome(engine, source, told, is_failure=is_failure)
    house.clock.instant += timedelta(hours=1)


def _sources(house: House) -> list[Source]:
    with reading(house.services.engine) as connection:
        return list_sources(connection)


def test_an_address_is_shown_with_its_runs_its_failure_and_without_its_secret(
    sqlite_house: House, source: Source
) -> None:
    authority = sign_in(sqlite_house, "authority")
    before = text_of(authority.get(PENALTIES))
    _asked(sqlite_house, "refused The answer was HTTP 500.", is_failure=True)
    failed, listed = text_of(authority.get(PENALTIES)), text_of(authority.get(FEEDS_AT))
    _asked(sqlite_house, f"accepted batch {BATCH}: 2 rows, 2 new, 0 known", is_failure=False)

    page, english = (text_of(authority.get(PENALTIES, lang=one)) for one in ("zh", "en"))

    assert "一分钟内，由后台处理" in before
    assert "对方应答为 HTTP 500。" in failed
    assert "取数失败" in listed
    assert all(word in page for word in ("每 2 小时一次", "最近一次失败", "HTTP 500", "立即取数"))
    assert f"/work/credit/batches/{BATCH}" in page
    assert "http://127.0.0.1/penalties.csv" in page
    assert "geheim" not in page + failed + english
    assert all(word in english for word in ("every 2 hours", "Last failure", "Ask now"))


def test_whoever_hands_in_has_an_address_asked_now_and_nobody_else(
    sqlite_house: House, source: Source
) -> None:
    _asked(sqlite_house, "refused It took too long.", is_failure=True)
    authority, auditor = sign_in(sqlite_house, "authority"), sign_in(sqlite_house, "auditor")

    done = authority.post(f"{PENALTIES}/ask", page=PENALTIES, source=str(source.id))
    page = text_of(authority.get(PENALTIES))
    refused = auditor.post(f"{PENALTIES}/ask", page=PENALTIES, source=str(source.id))

    assert done.headers["Location"] == f"{PENALTIES}?done=asked#doors"
    assert "一分钟内，由后台处理" in page
    assert "立即取数" not in page
    assert _sources(sqlite_house)[0].wanted_at is not None
    assert refused.status_code == 403
    assert "立即取数" not in text_of(auditor.get(PENALTIES))


@pytest.mark.parametrize("case", ["nonsense", "of another feed", "ended"])
def test_an_address_that_cannot_be_asked_is_refused_in_words(
    sqlite_house: House, source: Source, case: str
) -> None:
    _asked(sqlite_house, "refused It took too long.", is_failure=True)
    authority = sign_in(sqlite_house, "authority")
    at = TAX if case == "of another feed" else PENALTIES
    if case == "ended":
        with transaction(sqlite_house.services.engine) as connection:
            connection.execute(CREDIT_SOURCE.update().values(ended_at=sqlite_house.clock.now()))

    asked = "x" if case == "nonsense" else str(source.id)
    answer = authority.post(f"{at}/ask", page=PENALTIES, source=asked)

    told = "已不再从这个网址取数" if case == "ended" else "没有这个取数网址"
    assert (answer.status_code, told in text_of(answer)) == (409, True)
    assert _sources(sqlite_house)[0].wanted_at is None


def test_the_address_of_a_revoked_sender_says_so(sqlite_house: House, source: Source) -> None:
    engine, now = sqlite_house.services.engine, sqlite_house.clock.now()
    revoke_sender(engine, source.sender_id, now=now, record=lambda *_: None)

    page = text_of(sign_in(sqlite_house, "authority").get(PENALTIES))

    assert "密钥已被撤销，不再取数" in page
    assert "下次取数" not in page


def test_a_folder_is_shown_with_what_waits_and_what_became_of_it(
    sqlite_house: House, sender: Sender
) -> None:
    files = sqlite_house.services.settings.effective_files_dir
    authority = sign_in(sqlite_house, "authority")
    empty = text_of(authority.get(PENALTIES))
    inside = make_folders(files, sender) / "penalty"
    _put(files, sender, inside / "旧.csv", BatchState.REFUSED, "There is nothing in the file.")
    told = f"batch {BATCH}: 2 rows, 2 new, 0 known. It is not signed."
    _put(files, sender, inside / "三月.csv", BatchState.HELD, told)
    (inside / "四月<b>.csv").write_bytes(b"x")
    (inside / "四月<b>.csv.sig").write_text(json.dumps({}))

    answer = authority.get(PENALTIES)
    page, listed = text_of(answer), text_of(authority.get(FEEDS_AT))

    assert "还没有建立投放文件夹" in empty
    assert "四月&lt;b&gt;.csv" in answer.get_data(as_text=True)
    assert all(word in page for word in ("待处理：1", "已签名", "旧.csv", "文件是空的。"))
    assert all(word in page for word in ("三月.csv", "没有签名。", f"/work/credit/batches/{BATCH}"))
    assert "待处理文件：1 个" in listed
    assert "没有取数网址，也没有投放文件夹" in text_of(authority.get(TAX))


def test_who_looks_at_one_feed_has_the_folders_of_no_other_read(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = sqlite_house.services
    several = add_sender(
        parts.engine,
        name="青岛市税务局",
        feeds=["penalty", "tax_grade"],
        public_key=bytes(32),
        now=sqlite_house.clock.now(),
        record=lambda *_: None,
    )
    files = parts.settings.effective_files_dir
    for feed in ("penalty", "tax_grade"):
        path = make_folders(files, several) / feed / "一.csv"
        _put(files, several, path, BatchState.ACCEPTED, "")
    authority = sign_in(sqlite_house, "authority")
    read = set[tuple[str, ...]]()

    def note(list_names: Callable[[Any], Any], place: Any) -> Any:
        read.add(Path(place).parts[-2:])
        return list_names(place)

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, partial(note, getattr(os, name)))
    authority.get(PENALTIES)
    shown = {one for one in read if one[1] in several.feeds}
    read.clear()
    authority.get(FEEDS_AT)

    assert shown == {("in", "penalty"), ("done", "penalty")}
    assert {one for one in read if one[1] in several.feeds} == {
        ("in", "penalty"),
        ("in", "tax_grade"),
    }


def _put(files: Path, sender: Sender, path: Path, state: BatchState, told: str) -> None:
    path.write_bytes(b"x")
    dropped = Dropped(sender=sender, feed=path.parent.name, path=path)
    now = sender.created_at
    put_away(files, dropped, state, now=now, told=f"{state.value}\n{told}\n", rows=b"")
