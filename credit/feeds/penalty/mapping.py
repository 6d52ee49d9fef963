"""A row of the penalties as a record.

The rule that must stay true: the same decision of the same authority about the same party is one
record, however often it is sent; a kind of penalty that no list has is a fault.
"""

import re
from decimal import Decimal
from typing import Final

from credit.feeds.claims import claim_of
from credit.feeds.model import FactKind, Record, Values
from credit.rulebook.code_lists import code_lists

# 处罚类别 holds several kinds, one after the other.
_BETWEEN: Final = re.compile(r"[;,、；，|/ ]+")
# A fine as the words of a decision tell it.
_TOLD_FINE: Final = re.compile(
    r"罚款(?:人民币)?(?P<sum>[0-9][0-9,]{0,15}(?:\.[0-9]{1,6})?)(?P<wan>万?)元"
)
_FEN_A_YUAN: Final = 100
_YUAN_A_WAN: Final = 10_000
_FINES: Final = frozenset({"fine", "fine_small", "fine_large", "fine_huge"})


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    claim = claim_of(values, "cf_xdr_")
    number, authority_code = values.text("cf_wsh"), values.text("cf_cfjgdm")
    authority_name = values.text("cf_cfjg")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None:
        values.fault("cf_cfjg", "unknown_authority", "is no authority whose kind is known")
    fine_fen = values.whole("cf_nr_fk")
    kinds = _kinds(values, values.text("cf_cflb"))
    if fine_fen and not kinds & _FINES:
        values.fault("cf_nr_fk", "fine_without_kind", "is a sum, but no fine is among the kinds")
    content = values.text("cf_nr")
    if fine_fen and _is_of_another_unit(content, fine_fen):
        message = "is ten thousand times what the content of the decision says, or a part of it"
        values.fault("cf_nr_fk", "wrong_unit", message)
    decided_on, ends_on = values.day("cf_jdrq"), values.day("cf_yxq")
    if decided_on and ends_on and ends_on < decided_on:
        values.fault("cf_yxq", "order", "lies before the day of the decision")
    record = Record(
        key="|".join((authority_code, number)),
        kind=FactKind.PENALTY,
        claim=claim,
        authority="" if authority is None else authority.id,
        authority_name=authority_name,
        number=number,
        title=values.text("cf_wfxw"),
        decided_on=decided_on,
        published_on=values.day("cf_gsrq"),
        ends_on=ends_on,
        kinds=kinds,
        fields=frozenset(filter(None, (values.text("cf_ly"),))),
        procedure=values.text("cf_jyxq") or None,
        details={
            "authority_code": authority_code,
            "basis": values.text("cf_yj"),
            "facts": values.text("cf_sy"),
            "content": content,
            "fine_fen": fine_fen,
            "confiscated_fen": values.whole("cf_nr_wfff"),
            "licence": values.text("cf_nr_zkdx"),
            "sent_by": values.text("cf_sjly"),
            "remarks": values.text("bz"),
        },
    )
    # The representative is a person and no part of the record; the last day of publication is the
    # sender's and moves when a row is edited: it is computed here.
    values.drop("cf_frdb", "cf_fr_zjlx", "cf_fr_sfzh", "cf_gsjzq", "cf_sjlydm")
    return record


def _is_of_another_unit(content: str, fine_fen: int) -> bool:
    """Return whether the words tell the same fine in the other one of the two units."""
    told = _TOLD_FINE.search(content)
    if told is None:
        return False
    told_fen = Decimal(told["sum"].replace(",", "")) * _FEN_A_YUAN
    if told["wan"]:
        told_fen *= _YUAN_A_WAN
    return fine_fen in (told_fen * _YUAN_A_WAN, told_fen / _YUAN_A_WAN)


def _kinds(values: Values, text: str) -> frozenset[str]:
    found = set()
    if text and not _BETWEEN.sub("", text):
        values.fault("cf_cflb", "missing", "is required and names no kind of penalty")
    for word in filter(None, _BETWEEN.split(text)):
        code = code_lists().penalties.of_word(word)
        if code is None:
            values.fault("cf_cflb", "unknown_word", "holds a kind of penalty that no list has")
        else:
            found.add(code.id)
    return frozenset(found)
