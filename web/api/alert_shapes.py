"""The shapes of alerts, heat maps, bursts and told places."""

from trace.scans.judging import AlertState
from trace.scans.model import LAT_TENTHS_MAX, LON_TENTHS_MAX
from trace.scans.rule_table import CODE_RULES
from trace.scans.tables import NOTE_CHARS_MAX

import marshmallow as ma

from web.api.fields import Day, StrictSchema, Uuid, text
from web.api.shapes import PageQuery

_CODE_CHARS_MAX = 2048
_RULES = tuple(dict.fromkeys(rule.code for rule in CODE_RULES))


class AlertListQuery(PageQuery):
    """Filters of the list of alerts; `after` is `next` of the page before."""

    party_id = Uuid(load_default=None, metadata={"description": "Whose goods; a producer's own."})
    rule = ma.fields.String(validate=ma.validate.OneOf(_RULES), load_default=None)
    state = ma.fields.Enum(AlertState, by_value=ma.fields.String, load_default=None)
    since = Day(load_default=None, metadata={"description": "Scanned on this day or later."})


class AlertOut(ma.Schema):
    """A rule that a code's scans set off, and what is known of it."""

    id = ma.fields.UUID()
    code = ma.fields.String(metadata={"description": "Canonical URI."})
    party_id = ma.fields.UUID(allow_none=True, metadata={"description": "Owner of the goods."})
    rule = ma.fields.String()
    title_zh = ma.fields.String()
    title_en = ma.fields.String()
    says_zh = ma.fields.String(metadata={"description": "What was counted, in a sentence."})
    says_en = ma.fields.String()
    is_public = ma.fields.Boolean(metadata={"description": "Told on the page of the code."})
    first_at = ma.fields.AwareDateTime(format="iso")
    last_at = ma.fields.AwareDateTime(format="iso")
    details = ma.fields.Dict(metadata={"description": "Numbers and coarse places."})
    state = ma.fields.Enum(AlertState, by_value=ma.fields.String)
    note = ma.fields.String()
    judged_by = ma.fields.String(allow_none=True, metadata={"description": "The ledger's name."})
    judged_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class TimelineOut(ma.Schema):
    """One scan; `device` is a letter that means nothing in any other answer."""

    at = ma.fields.AwareDateTime(format="iso")
    device = ma.fields.String()
    lat_tenths = ma.fields.Integer(allow_none=True)
    lon_tenths = ma.fields.Integer(allow_none=True)
    region = ma.fields.String(allow_none=True, metadata={"description": "GB/T 2260"})


class JudgementOut(ma.Schema):
    """What somebody said of an alert, and when."""

    state = ma.fields.String()
    note = ma.fields.String()
    by = ma.fields.String()
    at = ma.fields.String()


class WholeAlertOut(AlertOut):
    """An alert with the scans that are still kept, and all that was said of it."""

    scan_count = ma.fields.Integer()
    scanned_first_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    timeline = ma.fields.List(ma.fields.Nested(TimelineOut))
    judgements = ma.fields.List(ma.fields.Nested(JudgementOut))


class AlertPage(ma.Schema):
    """Some alerts, newest first."""

    items = ma.fields.List(ma.fields.Nested(AlertOut))
    next = ma.fields.UUID(allow_none=True)


class JudgementIn(StrictSchema):
    """What an alert turned out to be. An owner explains; the authority may also confirm or reopen.

    The note is read by the owner, the authority and auditors, and is not on the page of the code.
    """

    state = ma.fields.Enum(AlertState, by_value=ma.fields.String, required=True)
    note = text(NOTE_CHARS_MAX, chars_min=1, required=True)


class HeatDaysQuery(StrictSchema):
    """Which days (both included, in China) and whose scans."""

    since_on = Day(data_key="from", load_default=None)
    until_on = Day(data_key="to", load_default=None)
    product = text(
        _CODE_CHARS_MAX, load_default="", metadata={"description": "Any written form of its code."}
    )


class CellOut(ma.Schema):
    """A cell by its south-western corner, in tenths of a degree (WGS 84)."""

    south_tenths = ma.fields.Integer()
    west_tenths = ma.fields.Integer()
    scans = ma.fields.Integer()


class ProvinceOut(ma.Schema):
    """Scans that told a province (GB/T 2260, two digits) and no finer place."""

    province = ma.fields.String()
    scans = ma.fields.Integer()


class HeatOut(ma.Schema):
    """Where codes were scanned. What too few devices made is counted as withheld."""

    step_tenths = ma.fields.Integer(metadata={"description": "Width of a cell."})
    cells = ma.fields.List(ma.fields.Nested(CellOut))
    provinces = ma.fields.List(ma.fields.Nested(ProvinceOut))
    withheld = ma.fields.Integer()
    untold = ma.fields.Integer(metadata={"description": "Scans without any place."})


class BurstOut(ma.Schema):
    """An address that asked for many codes that do not exist. It is known by a keyed hash."""

    id = ma.fields.UUID()
    address = ma.fields.String(metadata={"description": "The same for 30 days at most."})
    first_at = ma.fields.AwareDateTime(format="iso")
    last_at = ma.fields.AwareDateTime(format="iso")
    missed_count = ma.fields.Integer()
    refused_count = ma.fields.Integer()
    example = ma.fields.String(metadata={"description": "Digits as 0, letters as A or a."})


class BurstPage(ma.Schema):
    """Some bursts, newest first."""

    items = ma.fields.List(ma.fields.Nested(BurstOut))
    next = ma.fields.UUID(allow_none=True)


class PlaceIn(StrictSchema):
    """Where a code was scanned a moment ago, rounded to tenths of a degree by the sender."""

    code = text(_CODE_CHARS_MAX, chars_min=1, required=True)
    lat_tenths = ma.fields.Integer(
        strict=True, required=True, validate=ma.validate.Range(-LAT_TENTHS_MAX, LAT_TENTHS_MAX)
    )
    lon_tenths = ma.fields.Integer(
        strict=True, required=True, validate=ma.validate.Range(-LON_TENTHS_MAX, LON_TENTHS_MAX)
    )
