"""What may be recorded of a code: the steps of its product's class, then those that fit anything.

The rule that must stay true: a step is a row, of a profile or of the table below; what comes next
is told from the chain and the last event, and nothing else is out of reach for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from base.strict_json import JsonObject
from schemas.profiles.columns import Column, Sheet, sheet_of
from schemas.profiles.fields import field_at
from schemas.profiles.model import NOTHING_SAID, Cte, Way
from schemas.profiles.model import Words as ProfileWords
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from web.pages.words import Words, local_name

ANY: Final = "any"
"""The class of what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStep:
    """One way of recording a step, as a form is drawn from it; `id` is `dairy/dist/main`."""

    id: str
    title: Words
    detail: Words
    sheet: Sheet
    is_likely: bool = False

    @property
    def profile(self) -> str:
        """The profile whose rows the form has, "" for a step that fits anything."""
        name = self.sheet.profile
        return "" if name == ANY else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _General:
    """A step that fits anything; `extra` are paths that its form asks for too."""

    name: str
    title: Words
    event_type: str
    action: str
    step: str
    dispositions: tuple[str, ...]
    extra: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


# In the order in which they are offered. `after` are the business steps that they usually follow.
_GENERAL: Final[tuple[_General, ...]] = (
    _General(
        name="receive", title=Words(zh="收货", en="Receive"), event_type="ObjectEvent",
        action="OBSERVE", step="receiving", dispositions=("in_progress",),
        extra=("sourceList[owning_party]", "bizTransactionList[desadv]"),
        after=("shipping", "transporting", "departing"),
    ),
    _General(
        name="make", title=Words(zh="加工", en="Make something of it"),
        event_type="TransformationEvent", action="", step="commissioning",
        dispositions=("active",), after=("receiving", "accepting", "storing", "inspecting"),
    ),
    _General(
        name="produce", title=Words(zh="产出（收获）", en="Produce or harvest"),
        event_type="ObjectEvent", action="ADD", step="commissioning", dispositions=("active",),
        after=("",),
    ),
    _General(
        name="pack", title=Words(zh="装箱", en="Pack into a case"), event_type="AggregationEvent",
        action="ADD", step="packing", dispositions=("in_progress",), after=("commissioning",),
    ),
    _General(
        name="ship", title=Words(zh="发货", en="Ship"), event_type="ObjectEvent",
        action="OBSERVE", step="shipping", dispositions=("in_transit",),
        extra=("destinationList[owning_party]", "bizTransactionList[bol]"),
        after=("commissioning", "packing", "receiving", "inspecting", "storing", "loading"),
    ),
    _General(
        name="sell", title=Words(zh="销售", en="Sell"), event_type="ObjectEvent",
        action="OBSERVE", step="retail_selling", dispositions=("retail_sold",),
        after=("receiving", "stocking"),
    ),
    _General(
        name="inspect", title=Words(zh="检验", en="Inspect"), event_type="ObjectEvent",
        action="OBSERVE", step="inspecting", dispositions=("conformant", "non_conformant"),
        extra=("bizTransactionList[testres]",),
    ),
)  # fmt: skip

_VERDICTS: Final[Mapping[str, ProfileWords]] = {
    "conformant": ProfileWords(zh="合格", en="passed"),
    "non_conformant": ProfileWords(zh="不合格", en="failed"),
}

# What tells ways of one step apart: what kind of thing is written down.
_SHAPES: Final[Mapping[str, Words]] = {
    "ObjectEvent": Words(zh="", en=""),
    "AggregationEvent": Words(zh="装箱、组托", en="into a case or onto a pallet"),
    "TransformationEvent": Words(zh="原料变成产品", en="inputs become a product"),
    "TransactionEvent": Words(zh="按订单", en="under an order"),
    "AssociationEvent": Words(zh="与设备或容器绑定", en="tied to a device or container"),
}


def _general_sheet(row: _General) -> Sheet:
    way = Way(
        name="main",
        event_type=row.event_type,
        actions=(row.action,) if row.action else (),
        steps=(row.step,),
        dispositions=row.dispositions,
        words={word: _VERDICTS.get(word, NOTHING_SAID) for word in row.dispositions},
        kdes=(),
    )
    label = ProfileWords(zh=row.title.zh, en=row.title.en)
    cte = Cte(id=row.name, label=label, stage="", after=(), ways=(way,))
    sheet = sheet_of(ANY, cte, way)
    taken = {column.key for column in sheet.columns}
    extra = tuple(_column(path) for path in row.extra if path not in taken)
    return replace(sheet, columns=(*sheet.columns, *extra))


def _column(path: str) -> Column:
    field = field_at(path, {})
    return Column(
        key=path,
        header=field.label,
        explanation=NOTHING_SAID,
        choices=(),
        is_required=False,
        field=field,
    )


def _general_step(row: _General) -> EventStep:
    return EventStep(
        id=f"{ANY}/{row.name}/main",
        title=row.title,
        detail=Words(zh="", en=""),
        sheet=_general_sheet(row),
    )


_GENERAL_STEPS: Final[Mapping[str, EventStep]] = MappingProxyType(
    {step.id: step for step in map(_general_step, _GENERAL)}
)


def steps_of(class_code: str) -> tuple[EventStep, ...]:
    """Return the steps of a class of goods in the order of its chain; empty where it has none."""
    name = catalogue().name_of(class_code) if class_code else None
    if name is None:
        return ()
    profile = catalogue().profile(name)
    return tuple(
        EventStep(
            id=f"{name}/{cte.id}/{way.name}",
            title=Words(zh=cte.label.zh, en=cte.label.en),
            detail=_detail(cte, way),
            sheet=sheet_of(name, cte, way),
        )
        for cte in profile.ctes
        for way in cte.ways
    )


def general_steps() -> tuple[EventStep, ...]:
    """Return the steps that fit anything."""
    return tuple(_GENERAL_STEPS.values())


def step_of(step_id: str) -> EventStep | None:
    """Return the step of an id, None for nothing or anything else."""
    if step_id in _GENERAL_STEPS:
        return _GENERAL_STEPS[step_id]
    name = step_id.partition("/")[0]
    if name not in catalogue().names():
        return None
    return next((step for step in steps_of(name) if step.id == step_id), None)


def step_recorded(event: JsonObject) -> str:
    """Return the id of the step that an event was recorded as, "" where no form makes such a one.

    Its terms stand under our prefixes (`schemas.profiles.naming.renamed`).
    """
    name, _, cte = str(event.get(CTE_TERM, "")).partition("/")
    own = steps_of(name) if name in catalogue().names() else ()
    word = local_name(str(event.get("bizStep", "")))
    fitting = [
        step.id
        for step in (*(one for one in own if one.sheet.cte.id == cte), *general_steps())
        if step.sheet.way.event_type == event.get("type")
        and word in {local_name(each) for each in step.sheet.way.steps}
        and (not step.sheet.way.actions or event.get("action") in step.sheet.way.actions)
    ]
    return fitting[0] if fitting else ""


def likely_of(
    steps: Sequence[EventStep], last_step: str, last_cte: str
) -> tuple[tuple[EventStep, ...], tuple[EventStep, ...]]:
    """Return the steps that usually come next, and the others.

    `last_step` is the business step of the last event, "" for none; `last_cte` the step of a
    profile that the event named. The steps are those of one profile, or those that fit anything.
    """
    before = _named(steps, local_name(last_step), last_cte)
    likely = [step for step in steps if _may_follow(step, local_name(last_step), before)]
    return tuple(likely), tuple(step for step in steps if step not in likely)


def _named(steps: Sequence[EventStep], last_step: str, last_cte: str) -> frozenset[str]:
    """Return the steps of the chain that the last event may have been."""
    named = last_cte.rpartition("/")[2]
    ids = {step.sheet.cte.id for step in steps}
    if named in ids:
        return frozenset({named})
    return frozenset(
        step.sheet.cte.id
        for step in steps
        if last_step in {word.rpartition(":")[2] for word in step.sheet.way.steps}
    )


def _may_follow(step: EventStep, last_step: str, before: frozenset[str]) -> bool:
    if not step.profile:
        row = next(row for row in _GENERAL if row.name == step.sheet.cte.id)
        return last_step in row.after
    after = frozenset(step.sheet.cte.after)
    return bool(after & before) if last_step else not after


def _detail(cte: Cte, way: Way) -> Words:
    if len(cte.ways) == 1:
        return Words(zh="", en="")
    shape = _SHAPES[way.event_type]
    if shape.zh:
        return shape
    word = way.words.get(way.steps[0], NOTHING_SAID)
    return Words(zh=word.zh, en=word.en)
