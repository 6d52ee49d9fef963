"""What a consumer must know before anything else, worst first.

The rule that must stay true: a recall ends only when the record of it is declared wrong or a later
record of the same party lifts it by name; a sale or a movement after it changes nothing.
"""

from collections.abc import Iterable, Sequence
from trace.history import HistoryStep
from trace.recall.marks import RecallMark
from typing import Final

from parties.issuing.tags import Signature
from web.pages import event_reading
from web.pages.chain import state_of
from web.pages.event_reading import BEIJING, on_clock
from web.pages.model import Identity, Notice, NoticeKind, Tone
from web.pages.stages import PlacedStep
from web.pages.words import local_name

_TONES: Final[dict[NoticeKind, Tone]] = {
    "recalled": "stop",
    "void": "stop",
    "destroyed": "stop",
    "stolen": "stop",
    "failed": "stop",
    "expired": "stop",
    "wrong_signature": "warn",
    "revoked_key": "warn",
    "input_recalled": "warn",
    "alarm": "warn",
    "damaged": "warn",
    "withdrawn": "info",
    "truncated": "info",
}
"""In the order of the page."""


def build_notices(
    placed: Sequence[PlacedStep], identity: Identity, *, is_truncated: bool
) -> tuple[Notice, ...]:
    """Return the notices of one subject in the order of the page."""
    damaged = [item.step for item in placed if state_of(item) == "damaged"]
    withdrawn = [item.step for item in placed if state_of(item) == "withdrawn"]
    standing = [item.step for item in placed if state_of(item) == "sound"]
    own = [step for step in standing if step.relation != "input"]
    itself = [step for step in own if step.relation == "self"]
    inputs = [step for step in standing if step.relation == "input"]
    found: dict[NoticeKind, Sequence[HistoryStep]] = {
        "recalled": _still(own, {"recalled"}),
        "input_recalled": _still(inputs, {"recalled"}),
        "void": [step for step in itself if _biz_step(step) == "decommissioning"],
        "destroyed": _still(itself, {"destroyed", "disposed"}),
        "stolen": _still(own, {"stolen"}),
        "failed": [step for step in own if event_reading.has_failed(step.event)],
        "alarm": [step for step in standing if event_reading.has_alarm(step.event)],
        "damaged": damaged,
        "withdrawn": withdrawn,
    }
    notices = [_notice(kind, steps) for kind, steps in found.items() if steps]
    if identity.is_expired:
        notices.append(Notice(kind="expired", tone=_TONES["expired"], on=identity.expires_on))
    if is_truncated:
        notices.append(Notice(kind="truncated", tone=_TONES["truncated"]))
    order = list(_TONES)
    return tuple(sorted(notices, key=lambda notice: order.index(notice.kind)))


def signature_notices(signature: Signature) -> tuple[Notice, ...]:
    """Return the notice of a label whose signature is wrong, or was made with a withdrawn key."""
    if not signature.is_wrong:
        return ()
    kind: NoticeKind = "revoked_key" if signature is Signature.REVOKED else "wrong_signature"
    return (Notice(kind=kind, tone=_TONES[kind]),)


def recall_notices(marks: Sequence[RecallMark], warnings: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return the notice of the gravest recall that reaches the goods, or what went into them.

    Where the makers' own records say as much it is said once, there.
    """
    told = {notice.kind for notice in warnings}
    found: list[Notice] = []
    for mark in marks:
        kind: NoticeKind = "recalled" if mark.binds else "input_recalled"
        if kind in told or "recalled" in told:
            continue
        told.add(kind)
        on = on_clock(mark.at, BEIJING).date
        notice = Notice(kind=kind, tone=_TONES[kind], on=on, reason=mark.reason, number=mark.number)
        found.append(notice)
    return tuple(found)


def _notice(kind: NoticeKind, steps: Sequence[HistoryStep]) -> Notice:
    when = event_reading.local_time(steps[0].event)
    return Notice(
        kind=kind,
        tone=_TONES[kind],
        seqs=tuple(step.seq for step in steps),
        on=when.date if when else "",
    )


def _still(steps: Iterable[HistoryStep], names: set[str]) -> list[HistoryStep]:
    """Return the steps that set one of the dispositions, unless a later step lifted it by name.

    Only whoever said it can take it back: a shop does not end its supplier's recall.
    """
    found: list[HistoryStep] = []
    for step in steps:
        if names & event_reading.dispositions_lifted(step.event):
            found = [one for one in found if one.party_id != step.party_id]
        if names & event_reading.dispositions(step.event):
            found.append(step)
    return found


def _biz_step(step: HistoryStep) -> str:
    return local_name(event_reading.text_at(step.event, "bizStep"))
