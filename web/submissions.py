"""What is asked of a submission, by whom: one door for the API and the pages.

One rule: a producer submits its own records; who supervises may ask for those of one party or all.
"""

from datetime import date, datetime, time, timedelta
from functools import partial
from trace.submissions.class_book import ClassOrder, write_class_book
from trace.submissions.fsma_book import FsmaOrder, write_fsma
from trace.submissions.selecting import Wanted
from typing import Final
from uuid import UUID

from flask import Response

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import InvalidInput, Problem
from codes.typed import uri_typed
from parties.actors import Actor
from parties.directory import parties_by_id
from schemas.profiles.model import Words
from schemas.profiles.standing import Profile
from web.downloads import download
from web.services import Services
from web.sheets import XLSX
from web.tracing import party_asked

_LOTS_MAX: Final = 100
_YEAR_MIN, _YEAR_MAX = 1900, 9000


def wanted_of(
    parts: Services,
    actor: Actor,
    *,
    lots: str = "",
    since_on: date | None = None,
    until_on: date | None = None,
    party: str = "",
) -> Wanted:
    """Return what a submission covers; lots are separated by commas, both days are included.

    Raises `InvalidInput` where neither lots nor a first day are named, `NotFound`.
    """
    codes = [one for text in lots.split(",") if (one := text.strip())]
    if not codes and since_on is None:
        raise _wrong(
            "since",
            "required",
            Words(
                zh="请写明批次编码或第一天。", en="Name traceability lot codes or the first day."
            ),
        )
    if len(codes) > _LOTS_MAX:
        words = Words(
            zh=f"一次最多 {_LOTS_MAX} 个批次。",
            en=f"At most {_LOTS_MAX} lots are asked for at once.",
        )
        raise _wrong("lots", "too_many", words)
    for name, day in (("since", since_on), ("until", until_on)):
        if day is not None and not _YEAR_MIN <= day.year <= _YEAR_MAX:
            words = Words(zh="这一天不可能有事件。", en="No event can have happened on this day.")
            raise _wrong(name, "range", words)
    if since_on is not None and until_on is not None and until_on < since_on:
        words = Words(zh="最后一天不能早于第一天。", en="The last day is not before the first.")
        raise _wrong("until", "order", words)
    party_id = None
    if party:
        with reading(parts.engine) as connection:
            party_id = party_asked(connection, actor, party).id
    return Wanted(
        lots=tuple(uri_typed(code) for code in codes),
        since=None if since_on is None else _start_of(since_on),
        until=None if until_on is None else _start_of(until_on + timedelta(days=1)),
        party_id=party_id,
    )


def fsma_file(parts: Services, actor: Actor, wanted: Wanted) -> Response:
    """Return the FSMA 204 workbook as a download; raises as `events_for`."""
    order = FsmaOrder(
        log=parts.log,
        wanted=wanted,
        actor=actor,
        events_max=parts.settings.submission_events_max,
        made_at=parts.clock.now(),
        made_for=name_of(parts, wanted.party_id or actor.party_id),
    )
    return download(partial(write_fsma, parts.engine, order), "fsma204.xlsx", media_type=XLSX)


def records_file(
    parts: Services, actor: Actor, profile: Profile, wanted: Wanted, lang: str
) -> Response:
    """Return the records of a class as a download; raises as `events_for`."""
    order = ClassOrder(
        log=parts.log,
        profile=profile,
        wanted=wanted,
        actor=actor,
        events_max=parts.settings.submission_events_max,
        lang=lang,
        made_at=parts.clock.now(),
    )
    name = f"suxin-{profile.name}-records.xlsx"
    return download(partial(write_class_book, parts.engine, order), name, media_type=XLSX)


def name_of(parts: Services, party_id: UUID | None) -> str:
    """Return the name of the party that a submission is made for, or the installation's."""
    if party_id is None:
        return parts.settings.origin
    with reading(parts.engine) as connection:
        card = parties_by_id(connection, [party_id]).get(party_id)
    return "" if card is None else card.name_en or card.name_zh


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CIVIL_ZONE)


def _wrong(path: str, code: str, words: Words) -> InvalidInput:
    problem = Problem(path=path, code=code, message=words.en, message_zh=words.zh)
    return InvalidInput(words.en, problems=(problem,))
