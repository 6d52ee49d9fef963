"""The columns of a step's template: header, explanation and choices, from the rows of its form.

One row of a template is one event (`row_events`). The rule that must stay true: every field that a
person may be asked for has one column, and its key is the field's path.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.profiles.forms import FormField, Source, form_of, unit_code
from schemas.profiles.model import Cte, Field, Kind, Need, SeenBy, Way, Words
from schemas.profiles.units import amount_units, unit_words

QUANTITY_SUFFIX: Final = "[].quantity"
UOM_SUFFIX: Final = "[].uom"
CHOSEN: Final = ("action", "bizStep", "disposition")
"""What a way may leave open; each of several words is a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its header, a line of explanation, and what a drop-down offers.

    `key` is the path. `field` is None where the column chooses among the ways' own words.
    """

    key: str
    header: Words
    explanation: Words
    choices: tuple[tuple[str, Words], ...]
    is_required: bool
    field: Field | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The template of one way of a step."""

    profile: str
    cte: Cte
    way: Way
    columns: tuple[Column, ...]


def sheet_of(profile: str, cte: Cte, way: Way) -> Sheet:
    """Return the template of one way of a step; `profile` is the profile's name."""
    form = form_of(profile, cte.id, way)
    columns: list[Column] = []
    labels = {field.path: field.label for field in form.fields}
    for field in form.fields:
        if field.source is Source.REGISTER:
            continue
        columns.append(_column(field, way, labels))
        if field.path.endswith(QUANTITY_SUFFIX):
            columns.append(_uom_column(field))
    first = next(i for i, column in enumerate(columns) if column.key == "eventTime") + 1
    taken = {column.key for column in columns}
    chosen = [column for column in _way_columns(way) if column.key not in taken]
    return Sheet(
        profile=profile,
        cte=cte,
        way=way,
        columns=(*columns[:first], *chosen, *columns[first:]),
    )


def _column(field: FormField, way: Way, labels: Mapping[str, Words]) -> Column:
    choices: tuple[tuple[str, Words], ...] = ()
    if field.field.kind is Kind.DISPOSITION:
        choices = _choices(way, way.dispositions)
    elif field.choices is not None:
        choices = tuple(field.choices.values.items())
    elif field.field.kind is Kind.BOOLEAN:
        choices = (("true", Words(zh="是", en="yes")), ("false", Words(zh="否", en="no")))
    return Column(
        key=field.path,
        header=field.label,
        explanation=_explanation(field, labels),
        choices=choices,
        # What may be said in another column instead is no empty cell to complain of.
        is_required=field.is_required and field.when is None and not _others(field, labels),
        field=field.field,
    )


def _explanation(field: FormField, labels: Mapping[str, Words]) -> Words:
    """Return what stands under the header: whether it is due, its unit, how to write it."""
    need = _NEED_WORDS[field.need]
    zh, en = [need.zh], [need.en]
    others = _others(field, labels)
    if others and field.is_required and field.when is None:
        zh = [f"{need.zh}，或填“{'”“'.join(one.zh for one in others)}”"]
        en = [f"{need.en}, or {' or '.join(one.en for one in others)}"]
    code = unit_code(field)
    if code:
        words = unit_words(code)
        zh.append(f"单位：{words.zh}")
        en.append(f"in {words.en}")
    if field.help.zh:
        zh.append(field.help.zh)
        en.append(field.help.en)
    if field.source is Source.LOT:
        zh.append("批次已登记时可空")
        en.append("may be empty where the lot is known")
    if field.kde is not None:
        ref = field.kde.norms[0]
        zh.append(f"{ref.title.zh} {ref.clause}".rstrip())
        en.append(f"{ref.title.en} {ref.clause}".rstrip())
    return Words(zh="；".join(zh), en="; ".join(en))


def _others(field: FormField, labels: Mapping[str, Words]) -> list[Words]:
    """Return the headers of the columns that may say a datum instead."""
    return [labels[group[0]] for group in field.instead if group[0] in labels]


_NEED_WORDS: Final = {
    Need.MANDATORY: Words(zh="必填", en="required"),
    Need.PRACTICE: Words(zh="应填", en="expected"),
    Need.CONDITIONAL: Words(zh="适用时填", en="where it applies"),
    Need.RECOMMENDED: Words(zh="建议填", en="recommended"),
    Need.OPTIONAL: Words(zh="选填", en="optional"),
}


def _uom_column(field: FormField) -> Column:
    words = unit_words(unit_code(field) or "KGM")
    return Column(
        key=field.path.removesuffix(QUANTITY_SUFFIX) + UOM_SUFFIX,
        header=Words(zh="计量单位", en="unit"),
        explanation=Words(
            zh=f"从列表选择，如 {words.zh}（也可写代码）；按件计数时可不填",
            en=f"pick from the list, such as {words.en} (codes are read too);"
            " may be empty where pieces are counted",
        ),
        choices=amount_units(),
        is_required=False,
        field=_UOM,
    )


_UOM: Final = Field(
    name="uom", kind=Kind.TEXTS, seen_by=SeenBy.CHAIN, label=Words(zh="计量单位", en="unit")
)


_UNSAID_WORD: Final = Words(zh="不填则取第一项", en="empty means the first")
_UNSAID_VERDICT: Final = Words(zh="不填则不下结论", en="empty means that no verdict is given")
_VERDICTS: Final = frozenset({"conformant", "non_conformant"})


def is_verdict(words: Iterable[str]) -> bool:
    """Return whether a choice says if goods meet requirements: none is ever taken for granted."""
    return _VERDICTS.issubset(words)


def _way_columns(way: Way) -> list[Column]:
    """Return a column for each word that the way leaves open."""
    words = {"action": way.actions, "bizStep": way.steps, "disposition": way.dispositions}
    return [
        Column(
            key=key,
            header=_WAY_WORDS[key],
            explanation=_UNSAID_VERDICT if is_verdict(words[key]) else _UNSAID_WORD,
            choices=_choices(way, words[key]),
            is_required=False,
            field=None,
        )
        for key in CHOSEN
        if len(words[key]) > 1
    ]


def _choices(way: Way, words: Iterable[str]) -> tuple[tuple[str, Words], ...]:
    return tuple((word, way.words[word]) for word in words)


_WAY_WORDS: Final = {
    "action": Words(zh="动作", en="action"),
    "bizStep": Words(zh="业务步骤", en="business step"),
    "disposition": Words(zh="状态(结论)", en="disposition"),
}


def templates_of(profile: str, cte: Cte) -> tuple[Sheet, ...]:
    """Return the templates of a step, one for each way of recording it."""
    return tuple(sheet_of(profile, cte, way) for way in cte.ways)
