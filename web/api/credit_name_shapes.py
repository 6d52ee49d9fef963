"""Shapes of candidates and judgements of who is who."""

from typing import Final

import marshmallow as ma

from credit.judging.entries import Judged
from credit.judging.standing import MentionState
from web.api.fields import StrictSchema, Uuid, text

_NAME_CHARS_MAX: Final = 200
_REASON_CHARS_MAX: Final = 1000
_TOKEN_CHARS_MAX: Final = 64
_NAMES_MAX: Final = 100
_REGION: Final = ma.validate.Regexp(r"(?:[1-8][0-9]{5})?\Z", error="Is no code of GB/T 2260.")
_STATES: Final = (MentionState.WAITING, MentionState.UNSURE, MentionState.JUDGED)


class CandidatesQuery(StrictSchema):
    """Which state of the queue, from where on."""

    state = ma.fields.String(load_default=MentionState.WAITING, validate=ma.validate.OneOf(_STATES))
    after = text(_TOKEN_CHARS_MAX, load_default="")


class JudgementsQuery(StrictSchema):
    """From where on."""

    after = text(_TOKEN_CHARS_MAX, load_default="")


class NamesIn(StrictSchema):
    """Names to be found, and where their parties are, if that is known."""

    names = ma.fields.List(
        text(_NAME_CHARS_MAX, chars_min=1),
        required=True,
        validate=ma.validate.Length(min=1, max=_NAMES_MAX),
    )
    region = ma.fields.String(load_default="", validate=_REGION)


class NameJudgementIn(StrictSchema):
    """What is said of a mention, or of a party that is another one, and why.

    No `subject` with a positive verdict says that the mention is a party that nobody knew.
    """

    mention = Uuid(load_default=None)
    party = Uuid(load_default=None)
    subject = Uuid(load_default=None)
    verdict = ma.fields.Enum(Judged, by_value=True, required=True)
    reason = text(_REASON_CHARS_MAX, chars_min=1, required=True)

    @ma.validates_schema
    def _names_one(self, values: dict[str, object], **_: object) -> None:
        if (values["mention"] is None) is (values["party"] is None):
            message = "Name a mention or a party, and not both."
            raise ma.ValidationError(message, "mention")
        is_new = values["subject"] is None
        if is_new and (values["party"] is not None or values["verdict"] is not Judged.POSITIVE):
            message = "Name the party that it is or is not."
            raise ma.ValidationError(message, "subject")


class NameUndoIn(StrictSchema):
    """Why a judgement is taken back."""

    reason = text(_REASON_CHARS_MAX, chars_min=1, required=True)


class ComparedOut(ma.Schema):
    """One part of two names: `agrees`, `near`, `missing` or `differs`, and why."""

    part = ma.fields.String()
    told = ma.fields.String()
    known = ma.fields.String()
    verdict = ma.fields.String()
    reason = ma.fields.String()


class CandidateOut(ma.Schema):
    """A party that may be meant. `name` is the name that compares best, present or former."""

    subject = ma.fields.UUID(attribute="subject_id")
    name = ma.fields.String()
    nearest_name = ma.fields.String()
    kind = ma.fields.String()
    region = ma.fields.String()
    uscc = ma.fields.String()
    outcome = ma.fields.String(attribute="comparison.outcome")
    score = ma.fields.Integer(attribute="comparison.score")
    parts = ma.fields.List(ma.fields.Nested(ComparedOut), attribute="comparison.parts")


class NamedFactOut(ma.Schema):
    """A record that names the party so."""

    id = ma.fields.UUID()
    feed = ma.fields.String()
    authority = ma.fields.String()
    number = ma.fields.String()
    title = ma.fields.String()
    decided_on = ma.fields.Date(allow_none=True)
    seq = ma.fields.Integer()


class MentionOut(ma.Schema):
    """A party as records name it, and why a person has to say who it is."""

    id = ma.fields.UUID()
    why = ma.fields.String()
    state = ma.fields.String()
    kind = ma.fields.String()
    name = ma.fields.String()
    region = ma.fields.String()
    codes = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())
    subject = ma.fields.UUID(attribute="subject_id", allow_none=True)
    facts_count = ma.fields.Integer()
    facts = ma.fields.List(ma.fields.Nested(NamedFactOut))


class NameJudgementOut(ma.Schema):
    """A judgement: who said what of whom, when and why, and whether it holds."""

    id = ma.fields.UUID()
    about = ma.fields.UUID(attribute="node_id")
    about_name = ma.fields.String(attribute="node_name")
    is_join = ma.fields.Boolean(data_key="join")
    subject = ma.fields.UUID(attribute="subject_id")
    subject_name = ma.fields.String()
    is_new = ma.fields.Boolean(data_key="new")
    verdict = ma.fields.String()
    state = ma.fields.String()
    reason = ma.fields.String()
    actor = ma.fields.String()
    seq = ma.fields.Integer()
    judged_at = ma.fields.AwareDateTime(format="iso")
    undone_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    undone_by = ma.fields.String(allow_none=True)
    undone_reason = ma.fields.String(allow_none=True)


class WaitingOut(ma.Schema):
    """A mention with the likeliest candidates, and what was said of it."""

    mention = ma.fields.Nested(MentionOut)
    candidates = ma.fields.List(ma.fields.Nested(CandidateOut))
    judgements = ma.fields.List(ma.fields.Nested(NameJudgementOut))


class CandidatesOut(ma.Schema):
    """Some of the queue, the oldest first; `next_after` is "" on the last page."""

    total = ma.fields.Integer()
    waiting = ma.fields.List(ma.fields.Nested(WaitingOut))
    next_after = ma.fields.String()


class NameJudgementsOut(ma.Schema):
    """Judgements, the newest first."""

    judgements = ma.fields.List(ma.fields.Nested(NameJudgementOut))
    next_after = ma.fields.String()


class FoundNameOut(ma.Schema):
    """A name, and who may be meant."""

    name = ma.fields.String()
    candidates = ma.fields.List(ma.fields.Nested(CandidateOut))


class FoundNamesOut(ma.Schema):
    """The names in the order in which they were asked for."""

    found = ma.fields.List(ma.fields.Nested(FoundNameOut))
