"""Reads the scoring models: one file for each version, none of which ever changes once it counted.

The rule that must stay true: the classes cover every number of points, and no id stands for two
items.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.rulebook.lists import credit_lists
from credit.scoring.model import Item, Model, Veto
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

MODELS_DIR: Final = Path(__file__).with_name("models")


@cache
def models() -> Mapping[str, Model]:
    """Return every version of every model by its name; raises `InvalidInput` with every fault."""
    return read_models(MODELS_DIR)


def model_on(model_id: str, day: date) -> Model:
    """Return the version of a model that holds on a day; raises `KeyError` where there is none."""
    held = [one for one in models().values() if one.id == model_id and one.from_on <= day]
    if not held:
        raise KeyError(model_id)
    return max(held, key=lambda one: one.from_on)


def read_models(folder: Path) -> Mapping[str, Model]:
    """Read the models of a folder; raises `InvalidInput` with every fault."""
    faults = Faults()
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        model = _model(read_rows(path, faults))
        if model.name != path.stem:
            faults.add(path.name, "name", f"holds {model.name}")
        found[model.name] = model
    faults.refuse()
    return MappingProxyType(found)


def _model(rows: Rows) -> Model:
    least = rows.whole("least", default=0) or 0
    model = Model(
        id=rows.text("id"),
        version=rows.whole("version", default=1) or 1,
        zh=rows.text("zh"),
        en=rows.text("en"),
        from_on=rows.day("from") or date.min,
        base=rows.whole("base") or 0,
        least=least,
        most=rows.whole("most") or 0,
        classes=tuple(_classes(rows)),
        items=tuple(_item(row, "kinds") for row in rows.each("items")),
        vetoes=tuple(_veto(row) for row in rows.each("vetoes")),
        trace=tuple(_item(row, "codes") for row in rows.each("trace")),
    )
    rows.done()
    bounds = [points for _, points in model.classes]
    if bounds != sorted(bounds, reverse=True) or bounds[-1:] != [least]:
        rows.fault("classes", "order", "go from the best down to the least points")
    ids = [one.id for one in (*model.items, *model.trace)] + [one.id for one in model.vetoes]
    if len(set(ids)) != len(ids):
        rows.fault("items", "duplicate", "an id stands for two items")
    if {one.grade for one in model.vetoes} - {name for name, _ in model.classes}:
        rows.fault("vetoes", "unknown", "a veto gives a class that there is")
    return model


def _classes(rows: Rows) -> Iterator[tuple[str, int]]:
    for row in rows.each("classes"):
        yield row.text("class"), row.whole("points_min", default=0) or 0
        row.done()


def _item(row: Rows, key: str) -> Item:
    item = Item(
        id=row.text("id"),
        zh=row.text("zh"),
        en=row.text("en"),
        kinds=frozenset(row.texts("kinds")),
        severities=frozenset(row.texts("severities")),
        grades=frozenset(row.texts("grades")),
        codes=frozenset(row.texts("codes")),
        points=row.whole("points") or 0,
        most=row.whole("most") or 0,
        fades_months=row.whole("fades_months", default=0) or 0,
    )
    if not item.points or item.most < abs(item.points):
        row.fault("most", "range", "bounds at least the points of one fact")
    if not (item.kinds if key == "kinds" else item.codes):
        row.fault(key, "required", "says what is counted")
    row.done()
    return item


def _veto(row: Rows) -> Veto:
    veto = Veto(
        id=row.text("id"),
        zh=row.text("zh"),
        en=row.text("en"),
        lists=frozenset(row.texts("lists")),
        grade=row.text("class"),
    )
    for unknown in sorted(veto.lists - credit_lists().keys()):
        row.fault("lists", "unknown", f"{unknown} is no list")
    row.done()
    return veto
