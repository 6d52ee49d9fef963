"""The links that this ledger has for every thing it knows: one row for each.

The rule that must stay true: a link is offered only where what it leads to has something to show.
A type of `parties.link_drafts.RESERVED_TYPES` is the ledger's word about the goods and no owner can
put another in its place; any other row steps back where the owner keeps links of its type.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from codes.gs1.link_types import LINK_TYPES
from web.pages.model import Lang, NoticeKind, ScanView
from web.pages.words import Words
from web.resolver.choice import Offer

_RECALLS: Final[frozenset[NoticeKind]] = frozenset({"recalled", "input_recalled"})
_PAGE_LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """One link of the ledger's own.

    `address` takes the canonical URI and the path of the ledger's own page of it.
    """

    kind: str
    title: Words
    media_type: str
    languages: tuple[str, ...]
    address: Callable[[str, str], str]
    is_offered: Callable[[ScanView], bool]


BUILT_INS: Final = (
    BuiltIn(
        kind="recallStatus",
        title=Words(zh="召回状态", en="Recall status"),
        media_type="text/html",
        languages=_PAGE_LANGUAGES,
        address=lambda _uri, page: page,
        is_offered=lambda view: any(notice.kind in _RECALLS for notice in view.notices),
    ),
    BuiltIn(
        kind="pip",
        title=Words(zh="溯信产品页", en="Product page of this ledger"),
        media_type="text/html",
        languages=_PAGE_LANGUAGES,
        address=lambda _uri, page: page,
        is_offered=lambda view: view.is_known,
    ),
    BuiltIn(
        kind="traceability",
        title=Words(zh="从产地到货架的每一步", en="Every step from the farm to the shelf"),
        media_type="text/html",
        languages=_PAGE_LANGUAGES,
        address=lambda _uri, page: f"{page}#steps-title",
        is_offered=lambda view: bool(view.stages) and not view.is_void,
    ),
    BuiltIn(
        kind="certificationInfo",
        title=Words(zh="证书与检验报告", en="Certificates and test reports"),
        media_type="text/html",
        languages=_PAGE_LANGUAGES,
        address=lambda _uri, page: f"{page}#papers-title",
        is_offered=lambda view: bool(view.stages and view.certificates) and not view.is_void,
    ),
    BuiltIn(
        kind="verificationService",
        title=Words(zh="可离线核验的证据包", en="Proof that can be checked offline"),
        media_type="application/json",
        languages=(),
        address=lambda uri, _page: f"/ledger/bundle?code={quote(uri, safe='')}",
        is_offered=lambda view: bool(view.stages),
    ),
    BuiltIn(
        kind="epcis",
        title=Words(zh="EPCIS 事件查询（需要密钥）", en="EPCIS events (a key is needed)"),
        media_type="application/json",
        languages=(),
        address=lambda uri, _page: f"/epcis/events?MATCH_anyEPC={quote(uri, safe='')}",
        is_offered=lambda view: bool(view.stages) and not view.is_void,
    ),
)


def own_page(page: str, lang: Lang) -> Offer:
    """Return the link to the ledger's own page, which is the default where no owner set one."""
    row = next(row for row in BUILT_INS if row.kind == "pip")
    return _offer(row, "", page, lang)


def built_in_offers(view: ScanView, page: str, lang: Lang) -> Iterator[Offer]:
    """Yield the ledger's own links of what a view shows; addresses are paths on this host."""
    for row in BUILT_INS:
        if row.is_offered(view):
            yield _offer(row, view.subject, page, lang)


def _offer(row: BuiltIn, uri: str, page: str, lang: Lang) -> Offer:
    return Offer(
        kind=LINK_TYPES[row.kind],
        href=row.address(uri, page),
        title=row.title.of(lang),
        languages=row.languages,
        media_type=row.media_type,
        is_own=True,
    )
