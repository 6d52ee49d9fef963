"""Folds a public history into the page a consumer reads after scanning a code.

Pure: the same history, directory, language and day give the same view. The rule that must stay
true: what warns comes first, and a record that was damaged or withdrawn is never counted as good.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from trace.history import History
from typing import Final
from urllib.parse import unquote

from parties.directory import PartyCard, ProductCard, register_uris
from parties.issuing.tags import Signature
from web.pages import event_reading
from web.pages.chain import build_chain, party_name, place_name, state_of
from web.pages.credit_mark import credit_mark
from web.pages.event_reading import BEIJING, on_clock
from web.pages.flow import Stop, follow, groups_of, leads_to
from web.pages.model import (
    Directory,
    Identity,
    Lang,
    LocalTime,
    MakerView,
    Notice,
    ScanView,
    StageView,
    StepView,
    Summary,
    Tone,
)
from web.pages.notices import build_notices, recall_notices, signature_notices
from web.pages.papers import papers_of, party_title
from web.pages.regions import region_name
from web.pages.sale import sale_notices
from web.pages.stages import PlacedStep, StageGroup, place_steps
from web.pages.words import LICENCE_KINDS, PARTY_KINDS

_BEIJING_OFFSET: Final = "+08:00"
# What must be read first.
_TONES: Final[tuple[Tone, ...]] = ("stop", "warn", "info")
_TRADE_ITEM: Final = re.compile(
    r"https://id\.gs1\.org/01/(?P<gtin>[0-9]{14})"
    r"(?:/10/(?P<lot>[^/]+))?(?:/21/(?P<serial>[^/]+))?"
)


def build_scan_view(
    history: History,
    directory: Directory,
    lang: Lang,
    today: date,
    *,
    shown: str = "",
    signature: Signature = Signature.ABSENT,
) -> ScanView:
    """Return the consumer's view of one subject on the civil date `today`.

    `shown` is what to print of a code that is no GTIN; empty where it may name a person.
    `signature` is what was found of that on the label.
    """
    placed = place_steps(history.steps, directory)
    stops = follow(placed)
    groups = groups_of(stops)
    identity = _identity(history.subject, placed, directory, lang, today, shown)
    warnings = build_notices(placed, identity, is_truncated=history.truncated)
    sales = sale_notices(placed, identity.serial)
    # A sale is no warning, and more than a note on the records.
    recalls = recall_notices(directory.recalls, warnings)
    told = (
        *_void_notices(directory, warnings),
        *recalls,
        *sales,
        *signature_notices(signature),
        *warnings,
    )
    notices = tuple(sorted(told, key=lambda notice: _TONES.index(notice.tone)))
    stages = tuple(StageView(stage=group.stage, steps=_step_views(group, lang)) for group in groups)
    return ScanView(
        subject=history.subject,
        lang=lang,
        is_known=bool(placed) or bool(identity.name),
        notices=notices,
        identity=identity,
        summary=_summary(placed, stops),
        chain=build_chain(stops, lang),
        stages=stages,
        makers=_makers(groups, directory, lang),
        certificates=papers_of(placed, directory, lang, today),
        step_words={item.key: item.words.title.of(lang) for item in placed},
        log=history.log,
        size=history.size,
        is_void=any(notice.kind == "void" for notice in notices),
        is_unused=directory.issued is not None and not directory.issued.is_activated,
        is_signed=signature is Signature.VALID,
    )


def _void_notices(directory: Directory, warnings: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return the notice of an issued code that was voided, whether or not it was ever in use."""
    state = directory.issued
    if state is None or state.voided_at is None:
        return ()
    if any(notice.kind == "void" for notice in warnings):
        return ()
    return (Notice(kind="void", tone="stop", on=on_clock(state.voided_at, BEIJING).date),)


def product_uri(subject: str) -> str:
    """Return the URI of the product that a trade item belongs to; else the subject itself."""
    return register_uris(subject)[-1]


def shown_gtin(gtin: str) -> str:
    """Return a GTIN as it is printed under its bar code: without the zeros of the padding."""
    for length in (8, 12, 13):
        if gtin.startswith("0" * (14 - length)):
            return gtin[14 - length :]
    return gtin


def _step_views(group: StageGroup, lang: Lang) -> tuple[StepView, ...]:
    views: list[StepView] = []
    told: set[str] = set()
    for item in group.steps:
        view = _step_view(item, lang, is_new_word=item.key not in told)
        told.add(item.key)
        is_same = bool(views) and _where(views[-1]) == _where(view)
        views.append(replace(view, is_new_place=not is_same))
    return tuple(views)


def _where(view: StepView) -> tuple[str, str]:
    return view.place, view.party


def _step_view(item: PlacedStep, lang: Lang, *, is_new_word: bool) -> StepView:
    step = item.step
    state = state_of(item)
    withdrawn_at = step.error_declared_at
    when = _when(item)
    return StepView(
        log=step.log,
        seq=step.seq,
        title=item.words.title.of(lang),
        title_key=item.key,
        sentence=item.words.sentence.of(lang),
        when=when,
        here=None if when is None or when.offset == _BEIJING_OFFSET else _in_beijing(when),
        recorded=on_clock(step.recorded_at, BEIJING),
        place=place_name(item, lang),
        region=region_name(item.site.region, lang) if item.site else "",
        party=party_name(item, lang),
        # What a damaged record says is no longer what was recorded: it is not repeated as fact.
        facts=() if state == "damaged" else event_reading.facts_of(step.event, lang),
        state=state,
        relation=step.relation,
        is_new_place=True,
        is_new_word=is_new_word,
        withdrawn_on=on_clock(withdrawn_at, BEIJING).date if withdrawn_at else "",
    )


def _when(item: PlacedStep) -> LocalTime | None:
    when = event_reading.local_time(item.step.event)
    if when is None or state_of(item) != "damaged" or when.offset != "+00:00":
        return when
    # The zone went with the damaged part: what is left of the time is an instant in UTC, which
    # nobody's clock here shows.
    return _in_beijing(when)


def _in_beijing(when: LocalTime) -> LocalTime:
    return on_clock(datetime.fromisoformat(when.iso), BEIJING)


def _identity(
    subject: str,
    placed: Sequence[PlacedStep],
    directory: Directory,
    lang: Lang,
    today: date,
    shown: str,
) -> Identity:
    found = _TRADE_ITEM.fullmatch(subject)
    product = directory.products.get(product_uri(subject))
    own = [item for item in placed if _speaks_for_subject(item)]
    expires_on = _last(event_reading.expires_on(item.step.event) for item in own)
    name, other_name, spec = _names(product, lang)
    return Identity(
        name=name,
        other_name=other_name,
        spec=spec,
        gtin=shown_gtin(found["gtin"]) if found else "",
        lot=(unquote(found["lot"] or "") if found else "")
        or _lot(subject, own)
        or (directory.issued.lot if directory.issued else ""),
        serial=unquote(found["serial"] or "") if found else "",
        code="" if found else shown,
        produced_on=_last(event_reading.produced_on(item.step.event) for item in own),
        expires_on=expires_on,
        is_expired=bool(expires_on) and expires_on < today.isoformat(),
    )


def _names(product: ProductCard | None, lang: Lang) -> tuple[str, str, str]:
    if product is None:
        return "", "", ""
    if lang == "en" and product.name_en:
        return product.name_en, product.name_zh, product.spec_en or product.spec_zh
    return product.name_zh, product.name_en, product.spec_zh or product.spec_en


def _speaks_for_subject(item: PlacedStep) -> bool:
    return item.step.relation in ("self", "lot") and state_of(item) == "sound"


def _last(values: Iterable[str]) -> str:
    """Return the last value that is not empty: a later record corrects an earlier one."""
    kept = ""
    for value in values:
        kept = value or kept
    return kept


def _lot(subject: str, own: Sequence[PlacedStep]) -> str:
    """Return the lot of a serialised item: from its lot's identifier, else from its events."""
    prefix = product_uri(subject) + "/10/"
    for item in own:
        for uri in item.step.items:
            if uri.startswith(prefix):
                return unquote(uri[len(prefix) :].split("/")[0])
    return next((lot for item in own if (lot := event_reading.lot_number(item.step.event))), "")


def _summary(placed: Sequence[PlacedStep], stops: Sequence[Stop]) -> Summary:
    states = [state_of(item) for item in placed]
    standing = [item for item in placed if state_of(item) != "withdrawn"]
    origins = _origins(stops)
    return Summary(
        origins=len(origins),
        origin_stage=origins[0].stage if origins else "other",
        places=len(stops),
        steps=len(standing),
        parties=len({item.party.id for item in standing if item.party}),
        damaged=states.count("damaged"),
        withdrawn=states.count("withdrawn"),
        last_stage=standing[-1].stage if standing else "other",
    )


def _origins(stops: Sequence[Stop]) -> list[Stop]:
    """Return the farms that no other farm comes before; without a farm, every first stop.

    Whoever made the seed or the fertiliser is not where the product comes from.
    """
    sound = [stop for stop in stops if any(state_of(item) != "withdrawn" for item in stop.steps)]
    candidates = [stop for stop in sound if stop.stage == "farm"] or sound
    return [
        stop
        for stop in candidates
        if not any(leads_to(other, stop) for other in candidates if other is not stop)
    ]


def _makers(
    groups: Sequence[StageGroup], directory: Directory, lang: Lang
) -> tuple[MakerView, ...]:
    parties: dict[str, PartyCard] = {}
    for group in groups:
        for item in group.steps:
            if item.party is not None and state_of(item) != "withdrawn":
                parties.setdefault(str(item.party.id), item.party)
    return tuple(_maker(party, directory, lang) for party in parties.values())


def _maker(party: PartyCard, directory: Directory, lang: Lang) -> MakerView:
    mark = directory.credit.get(party.uscc or "")
    licence = LICENCE_KINDS.get(party.licence_kind or "")
    return MakerView(
        name=party_title(party, lang),
        kind=PARTY_KINDS[party.kind].of(lang),
        uscc=party.uscc or "",
        licence_kind=licence.of(lang) if licence else party.licence_kind or "",
        licence_no=party.licence_no or "",
        region=region_name(party.region, lang),
        credit=None if mark is None else credit_mark(mark, lang),
    )
