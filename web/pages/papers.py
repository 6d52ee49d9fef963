"""The certificates and reports of a page, and how each lies to the days it speaks for.

Pure. The rule that must stay true: a paper says nothing of a day outside its validity, and whether
it still holds today is another question than whether it held when the goods were made.
"""

from collections.abc import Sequence
from datetime import date

from parties.directory import CertificateCard, PartyCard
from web.pages.chain import state_of
from web.pages.event_reading import local_time
from web.pages.model import CertificateView, Directory, Lang, Validity
from web.pages.stages import PlacedStep
from web.pages.words import CERTIFICATE_KINDS


def papers_of(
    placed: Sequence[PlacedStep], directory: Directory, lang: Lang, today: date
) -> tuple[CertificateView, ...]:
    """Return each certificate once: those of lots, then of the product, then of whole parties."""
    cards = sorted(directory.certificates, key=lambda card: (card.product_id is None, not card.lot))
    return tuple(dict.fromkeys(_paper(card, placed, directory, lang, today) for card in cards))


def party_title(party: PartyCard, lang: Lang) -> str:
    """Return the party's name in the language, the Chinese one where it has no other."""
    return (party.name_en if lang == "en" else "") or party.name_zh


def _paper(
    card: CertificateCard,
    placed: Sequence[PlacedStep],
    directory: Directory,
    lang: Lang,
    today: date,
) -> CertificateView:
    kind = CERTIFICATE_KINDS.get(card.kind)
    holder = directory.parties.get(card.party_id)
    return CertificateView(
        kind=kind.of(lang) if kind else card.kind,
        number=card.number,
        issuer=card.issuer,
        from_on=card.from_on.isoformat(),
        until_on=card.until_on.isoformat() if card.until_on else "",
        # Only a web address becomes a link: `javascript:` and the like stay text.
        link=card.link if card.link.startswith(("https://", "http://")) else "",
        holder=party_title(holder, lang) if holder else "",
        lot=card.lot or "",
        validity=_validity(card, _days_of(card, placed), today.isoformat()),
    )


def _days_of(card: CertificateCard, placed: Sequence[PlacedStep]) -> list[str]:
    """Return the first and the last day (`YYYY-MM-DD`) that a certificate has to cover.

    Of a party: all its steps here. Of a product: the first of its own steps, which is when it was
    made; a loaf stays organic when the licence ends on the shelf.
    """
    sound = [item for item in placed if state_of(item) == "sound"]
    if card.product_id is None:
        steps = [item.step for item in sound if item.step.party_id == card.party_id]
    else:
        steps = [item.step for item in sound if item.step.relation in ("self", "lot")]
    days = sorted(when.date for step in steps if (when := local_time(step.event)) is not None)
    return days[:1] if card.product_id is not None else [*days[:1], *days[-1:]]


def _validity(card: CertificateCard, days: Sequence[str], today: str) -> Validity:
    start, end = card.from_on.isoformat(), card.until_on.isoformat() if card.until_on else ""
    # The report on a lot is written after the lot was made, so it has no day of beginning.
    is_before = card.lot is None and any(day < start for day in days or [today])
    if is_before or (end and any(day > end for day in days)):
        return "not_then"
    return "ended" if end and end < today else "held"


__all__ = ["papers_of", "party_title"]
