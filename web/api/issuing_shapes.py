"""The shapes of issuing: blocks, their codes, activations, voids, labels and tasks."""

from typing import Any, Final

import marshmallow as ma

from codes.labels.model import LIMITS, SymbolKind
from parties.issuing.tables import KIND_CHARS_MAX, REASON_CHARS_MAX
from parties.tables import LOT_CHARS_MAX, NUMBER_CHARS_MAX, PREFIX_CHARS_MAX, URI_CHARS_MAX
from web.api.fields import Day, InstantText, SizeText, StrictSchema, Uuid, WholeText, text
from web.api.shapes import LIMIT_WORDS

_OPTIONAL: Final[dict[str, Any]] = {"load_default": None, "allow_none": True}
# No series is longer: a serial shipping container code has 17 digits (GS1 General Specifications
# 2.2.1) before its check digit.
_NUMBER_MAX: Final = 10**17
# The most that `SUXIN_CODES_BLOCK_MAX` can allow.
_COUNT_MAX: Final = 1 << 20
_CODE_CHARS_MAX: Final = 2048
_FORM_CHARS_MAX: Final = 24
_SIDE_MM_MAX: Final = 1000
_DPI_MAX: Final = 10_000


def _whole(low: int, high: int, **options: Any) -> ma.fields.Integer:
    return ma.fields.Integer(strict=True, validate=ma.validate.Range(low, high), **options)


class BlockIn(StrictSchema):
    """So many codes of a kind, for a product of one's own or under one's own prefix."""

    kind = text(KIND_CHARS_MAX, chars_min=1, required=True)
    count = _whole(
        1,
        _COUNT_MAX,
        required=True,
        metadata={"description": "At most `SUXIN_CODES_BLOCK_MAX`."},
    )
    product_id = Uuid(**_OPTIONAL)
    prefix = text(PREFIX_CHARS_MAX, load_default="")
    first = _whole(
        0,
        _NUMBER_MAX,
        load_default=0,
        metadata={"description": "Of a new counted series: where an earlier numbering ended."},
    )
    confirm_first = ma.fields.Boolean(
        truthy={True},
        falsy={False},
        load_default=False,
        metadata={"description": "A high `first` is meant: what lies below is given up for ever."},
    )
    is_signed = ma.fields.Boolean(
        truthy={True}, falsy={False}, load_default=False, metadata={"description": "Adds AI 98."}
    )
    registration = text(
        NUMBER_CHARS_MAX, load_default="", metadata={"description": "Of a pesticide, as PD…"}
    )
    production = text(
        1,
        load_default="1",
        metadata={"description": "Of a pesticide: 1 holder, 2 commissioned, 3 repackaged"},
    )
    spec = text(3, load_default="", metadata={"description": "Of a pesticide: three digits"})


class EntryOut(ma.Schema):
    """Where the ledger holds it."""

    log = ma.fields.Integer()
    seq = ma.fields.Integer()


class BlockOut(ma.Schema):
    """A block that was issued; its codes are number 1 … `count`."""

    id = ma.fields.UUID()
    kind = ma.fields.String()
    scope = ma.fields.String(
        metadata={"description": "GTIN of serials, prefix of keys, fixed digits of a pesticide."},
    )
    party_id = ma.fields.UUID()
    product_id = ma.fields.UUID(allow_none=True)
    count = ma.fields.Integer()
    tag_key = ma.fields.String(allow_none=True)
    recorded_at = ma.fields.AwareDateTime(format="iso")
    entry = ma.fields.Nested(EntryOut)


class RangeOut(ma.Schema):
    """Codes number `first` … `last` that were activated or voided at once."""

    id = ma.fields.UUID()
    action = ma.fields.String(metadata={"description": "`activated` or `voided`"})
    first = ma.fields.Integer()
    last = ma.fields.Integer()
    lot = ma.fields.String()
    reason = ma.fields.String()
    recorded_at = ma.fields.AwareDateTime(format="iso")
    entry = ma.fields.Nested(EntryOut)


class CountsOut(ma.Schema):
    """How many codes are in each state; a code that is void is counted as void alone."""

    free = ma.fields.Integer()
    activated = ma.fields.Integer()
    void = ma.fields.Integer()


class WholeBlockOut(BlockOut):
    """A block, and what became of its codes: the newest ranges first."""

    counts = ma.fields.Nested(CountsOut)
    ranges = ma.fields.List(ma.fields.Nested(RangeOut))
    has_more_ranges = ma.fields.Boolean()


class BlockQuery(StrictSchema):
    """Which page of the list of blocks, and whose."""

    party_id = Uuid(load_default=None, metadata={"description": "Everybody's if left out."})

    after = SizeText(load_default=None, metadata={"description": "`next` of the page before."})
    limit = WholeText(load_default=50, metadata={"description": LIMIT_WORDS})


class BlockPage(ma.Schema):
    """Some blocks, newest first."""

    items = ma.fields.List(ma.fields.Nested(BlockOut))
    next = ma.fields.Integer(allow_none=True)


class CodesQuery(StrictSchema):
    """Which codes of a block."""

    first = SizeText(load_default=1)
    count = WholeText(
        load_default=100, metadata={"description": "At most `SUXIN_PAGE_SIZE_MAX` are given."}
    )


class RangeQuery(StrictSchema):
    """Which codes of a block go into a file; all of them where nothing is said."""

    first = SizeText(load_default=1)
    last = SizeText(load_default=None)


class CodeOut(ma.Schema):
    """One code as it is printed."""

    number = ma.fields.Integer()
    code = ma.fields.String()
    uri = ma.fields.String(metadata={"description": "Its canonical URI, as events name it."})
    address = ma.fields.String(metadata={"description": "What its QR code holds."})
    elements = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())


class CodePage(ma.Schema):
    """Some codes of a block; `next` is the number to go on from."""

    items = ma.fields.List(ma.fields.Nested(CodeOut))
    next = ma.fields.Integer(allow_none=True)


class ActivationIn(StrictSchema):
    """Codes number `first` … `last` are bound to a lot."""

    first = _whole(1, _NUMBER_MAX, required=True)
    last = _whole(1, _NUMBER_MAX, required=True)
    lot = text(LOT_CHARS_MAX, chars_min=1, required=True, metadata={"description": "GS1 AI 10"})
    site = text(
        URI_CHARS_MAX, chars_min=1, required=True, metadata={"description": "URI of an own site"}
    )
    produced_on = Day(**_OPTIONAL)
    expires_on = Day(**_OPTIONAL)
    happened_at = InstantText(metadata={"description": "Now where it is left out."}, **_OPTIONAL)


class VoidIn(StrictSchema):
    """Codes number `first` … `last` are taken out of use for ever."""

    first = _whole(1, _NUMBER_MAX, required=True)
    last = _whole(1, _NUMBER_MAX, required=True)
    reason = text(REASON_CHARS_MAX, chars_min=1, required=True)


class LabelsIn(StrictSchema):
    """Labels of codes number `first` … `last`: in which form, on what, for what use."""

    first = _whole(1, _NUMBER_MAX, load_default=1)
    last = _whole(
        1,
        _NUMBER_MAX,
        metadata={"description": "Left out: the last one, or `first` where a file has one label"},
        **_OPTIONAL,
    )
    format = text(
        _FORM_CHARS_MAX,
        load_default="pdf",
        metadata={"description": "pdf zpl csv single_pdf svg png"},
    )
    sheet = text(
        _FORM_CHARS_MAX,
        load_default="",
        metadata={"description": "Labels of an A4 sheet, as 24; empty for a roll"},
    )
    width_mm = _whole(
        1,
        _SIDE_MM_MAX,
        load_default=50,
        metadata={"description": "Of a roll; `single_pdf`, `svg`, `png` are as large as they need"},
    )
    height_mm = _whole(1, _SIDE_MM_MAX, load_default=30, metadata={"description": "As width_mm"})
    dpi = _whole(1, _DPI_MAX, load_default=300)
    start = _whole(
        1, _SIDE_MM_MAX, load_default=1, metadata={"description": "First free label of the sheet"}
    )
    use = text(_FORM_CHARS_MAX, load_default="general")
    symbol = ma.fields.Enum(SymbolKind, by_value=ma.fields.String, load_default=SymbolKind.QR)
    title = text(LIMITS.text_chars_max, load_default="")
    lines = ma.fields.List(
        text(LIMITS.text_chars_max),
        load_default=list,
        validate=ma.validate.Length(max=LIMITS.lines_max),
    )
    cut_marks = ma.fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class TaskOut(ma.Schema):
    """Long work: how far it is and what came of it."""

    id = ma.fields.UUID()
    kind = ma.fields.String(
        metadata={"description": "`commission`, `decommission`, `labels`, `sheet`"}
    )
    block_id = ma.fields.String(
        metadata={"description": "What it is about: a block, or the template of a sheet."}
    )
    state = ma.fields.String(metadata={"description": "`waiting`, `running`, `done`, `failed`"})
    total = ma.fields.Integer()
    done = ma.fields.Integer()
    message = ma.fields.String(
        metadata={"description": "Why it failed, or what there is to say of its file."}
    )
    file = ma.fields.String(allow_none=True, metadata={"description": "Address of its file."})
    created_at = ma.fields.AwareDateTime(format="iso")
    finished_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class TaskPage(ma.Schema):
    """Some tasks, newest first."""

    items = ma.fields.List(ma.fields.Nested(TaskOut))
    next = ma.fields.UUID(allow_none=True)


class StateQuery(StrictSchema):
    """Which code, in any written form."""

    code = text(_CODE_CHARS_MAX, chars_min=1, required=True)


class StateOut(ma.Schema):
    """What is known of one issued code."""

    uri = ma.fields.String()
    block_id = ma.fields.UUID()
    number = ma.fields.Integer(metadata={"description": "Its number in the block, from 1."})
    party_id = ma.fields.UUID()
    product_id = ma.fields.UUID(allow_none=True)
    lot = ma.fields.String()
    tag_key = ma.fields.String(allow_none=True)
    is_activated = ma.fields.Boolean()
    is_void = ma.fields.Boolean()
    issued_at = ma.fields.AwareDateTime(format="iso")
    activated_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    voided_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
