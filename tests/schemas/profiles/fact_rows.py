"""The rows of the gathered facts, beside the checkout like the conformance vectors."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

Facts: TypeAlias = dict[str, Any]  # As YAML gives it; the tests look inside.

_DEFAULT = Path(__file__).resolve().parents[4] / "shared" / "vectors"

# Profiles that are called otherwise, and one datum whose name was taken by another of its step.
_CLASSES = {"drug_chem_bio": "drug"}
_CODES = {("seed", "pack", "operator"): "seed_operator"}
_PARTS = {"cdhgz": "hgz"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One row: `place` is a step, `@<group>` a common group, `#<id>` a register entry."""

    profile: str
    place: str
    code: str
    need: str
    seen_by: str
    mark: str


def facts_dir() -> Path:
    """Return the facts' folder, beside that of the vectors (`SUXIN_VECTORS`).

    Skips the calling test where it is absent, and fails it in CI, where a run without the facts
    would look like a pass.
    """
    folder = Path(os.environ.get("SUXIN_VECTORS", _DEFAULT)).parent / "facts"
    if (folder / "profiles_food.yaml").is_file():
        return folder
    reason = f"the facts are not at {folder}: set SUXIN_VECTORS to the folder beside them"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def fact_rows() -> tuple[FactRow, ...]:
    """Return every row of both files of facts."""
    food, others = load_facts("profiles_food.yaml"), load_facts("profiles_drugs_inputs.yaml")
    return (*_food_rows(food), *_other_rows(others))


def load_facts(name: str) -> Facts:
    """Return one file of facts."""
    loaded = yaml.safe_load((facts_dir() / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def _food_rows(food: Facts) -> Iterator[FactRow]:
    for name, group in food["common_groups"].items():
        place = "#party" if name == "party" else f"@{'food_event' if name == 'event' else name}"
        yield from (_food_row("", place, row) for row in group["kdes"])
    for name, one in food["classes"].items():
        for cte in one["ctes"]:
            yield from (_food_row(name, cte["id"], row) for row in cte["kdes"])


def _food_row(profile: str, place: str, row: list[str]) -> FactRow:
    code, *_, need, seen_by, _norm, mark = row
    return FactRow(profile=profile, place=place, code=code, need=need, seen_by=seen_by, mark=mark)


def _other_rows(others: Facts) -> Iterator[FactRow]:
    yield from (_other_row("", "@event", row) for row in others["common"])
    for one in others["classes"]:
        name = _CLASSES.get(one["class_id"], one["class_id"])
        for row in one.get("common_fields", ()):
            yield _other_row(name, "#certificate", row)
        for cte in one["ctes"]:
            place = cte["id"].rpartition(".")[2]
            yield from (_other_row(name, place, row) for row in cte["kdes"])
        for kind in one.get("types", ()):
            place = f"#{_PARTS.get(kind['id'], kind['id'])}"
            yield from (_other_row(name, place, row) for row in kind.get("fields", ()))


def _other_row(profile: str, place: str, row: Facts) -> FactRow:
    code = str(row["id"])
    return FactRow(
        profile=profile,
        place=place,
        code=_CODES.get((profile, place, code), code),
        need=row["req"],
        seen_by=row["vis"],
        mark=row["ev"],
    )
