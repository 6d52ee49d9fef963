"""How goods are to be stored: what labels say, and by which range their readings are judged."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from trace.findings.ranges import Counts, cold_table
from trace.findings.storage import storage_of
from typing import Any

import pytest

import schemas.profiles
from base.db import transaction
from parties.tables import PRODUCT
from schemas.profiles.registry import catalogue
from tests.instances import Installation, serial
from tests.trace_room.findings.desk import assert_rebuild_is_live, codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.findings.test_cold import measured
from tests.trace_room.story import seen


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("2~6 ℃", ("chilled", "2", "6")),
        ("2–8 ℃", ("chilled", "2", "8")),
        ("-20℃至-15℃", ("frozen", "-20", "-15")),
        ("−18℃以下", ("frozen", None, "-18")),
        ("密封，不超过25℃", ("ambient", None, "25")),
        ("Keep frozen at -18 °C or below", ("frozen", None, "-18")),
        ("2-8℃冷藏，避免冷冻", ("chilled", "2", "8")),
        ("常温保存，开启后2-8℃冷藏", ("ambient", None, None)),
        ("阴凉干燥处", ("cool", None, None)),
        ("冷藏", ("chilled", None, None)),
    ],
)
def test_a_label_is_understood(label: str, said: tuple[str, str | None, str | None]) -> None:
    storage = storage_of(label)

    assert storage is not None
    bounds = [None if it is None else Decimal(it) for it in said[1:]]
    assert (storage.kind.value, storage.minimum_c, storage.maximum_c) == (said[0], *bounds)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "冷冻或冷藏",
        "2-8 kg",
        "8~2 ℃",
        "0℃保存",
        "不低于-18℃",
        "2~6℃，运输-18℃以下",
        "常温或2~6℃",
    ],
)
def test_a_label_that_says_nothing_or_several_things_says_nothing(label: str) -> None:
    assert storage_of(label) is None


def test_every_range_of_a_profile_is_in_the_file() -> None:
    rows = cold_table().rows
    told = {(row.profile, row.limit.minimum_c, row.limit.maximum_c) for row in rows}

    for profile in catalogue().newest():
        for row in profile.cold_chain:
            assert (profile.name, row.minimum_c, row.maximum_c) in told


def test_every_norm_of_the_file_is_one_of_the_profiles() -> None:
    norms = Path(schemas.profiles.__file__).with_name("data") / "norms.yaml"
    known = set(re.findall(r"^(\w+):", norms.read_text(), flags=re.MULTILINE))

    assert {row.norm.partition(":")[0] for row in cold_table().rows if row.norm} <= known


def test_only_what_is_usual_or_stated_accuses_and_a_norm_is_not_older_than_itself() -> None:
    rows = cold_table().rows

    assert all(row.counts is Counts.ADVICE for row in rows if row.profile in ("grain", "baijiu"))
    assert min(row.from_on for row in rows if row.norm == "GB31605" and row.counts != "advice") == (
        date(2021, 3, 11)
    )


def kept(
    installation: Installation, class_code: str, degrees: float, *before: float, **label: Any
) -> list[str]:
    """Tell of a lot that was at so many degrees for three hours; return what is found."""
    many = [*before, degrees]
    told = [(at * 60, at * 60 + 60, it) for at, it in enumerate(many)]
    told.append((len(many) * 60, len(many) * 60 + 120, degrees))
    ilmd = {"cbvmda:itemExpirationDate": "2024-05-20"} | label
    installation.capture(
        "plant",
        amount(1, 5, action="ADD", bizStep="commissioning", ilmd=ilmd),
        amount(900, 5, bizStep="transporting", **measured(*told)),
    )
    product_of(installation, "plant", class_code)
    return codes_of(installation)


@pytest.mark.parametrize(
    ("class_code", "degrees", "label"),
    [
        ("dairy", 4, {}),
        ("dairy", 12, {"sx:storageCondition": "常温"}),
        ("dairy", 12, {"sx:heatTreatment": "UHT"}),
        ("dairy", 28, {"sx:heatTreatment": "retort"}),
        ("dairy", 12, {"cbvmda:itemExpirationDate": "2025-05-01"}),
        ("dairy", 7, {"sx:storageCondition": "2-8℃"}),
        ("infant_formula", 22, {}),
        ("drug", 22, {}),
        ("drug", 22, {"sx:storageCondition": "常温"}),
        ("pork", 34, {}),
        ("maize", 27, {}),
        ("packaged_food", 30, {}),
        ("egg", 24, {}),
    ],
)
def test_goods_that_are_kept_as_they_should_be_accuse_nobody(
    installation: Installation, class_code: str, degrees: float, label: dict[str, str]
) -> None:
    assert kept(installation, class_code, degrees, **label) == []


@pytest.mark.parametrize(
    ("class_code", "degrees", "label"),
    [
        ("dairy", 12, {}),
        ("dairy", 12, {"sx:heatTreatment": "HTST"}),
        ("dairy", 7, {"sx:storageCondition": "2~6 ℃"}),
        ("dairy", 12, {"sx:heatTreatment": "UHT", "sx:storageCondition": "冷藏"}),
        ("raw_milk", 12, {}),
        ("drug", 22, {"sx:storageCondition": "阴凉处"}),
        ("drug", 9, {"sx:storageCondition": "冷藏"}),
        ("packaged_food", 12, {"sx:storageCondition": "冷藏"}),
        ("vaccine", 12, {}),
        ("import_cold", 12, {}),
        ("toys", 12, {"sx:storageCondition": "2-8℃"}),
    ],
)
def test_goods_that_are_not_kept_as_they_should_be_are_found(
    installation: Installation, class_code: str, degrees: float, label: dict[str, str]
) -> None:
    assert kept(installation, class_code, degrees, **label) == ["cold_chain_excursion"]


def test_a_reading_tells_that_goods_were_frozen(installation: Installation) -> None:
    assert kept(installation, "pork", 2, -19) == ["cold_chain_excursion"]


def test_an_item_is_kept_as_the_label_of_its_lot_says(installation: Installation) -> None:
    warm, of_lot = measured((10, 200, 12)), {"cbvmda:lotNumber": "RICE"}
    labelled = seen(2, serial(1), action="ADD", bizStep="commissioning", ilmd=of_lot)
    installation.capture(
        "plant",
        labelled,
        seen(300, serial(1), bizStep="transporting", **warm),
    )
    product_of(installation, "plant", "dairy")
    assert codes_of(installation) == ["cold_chain_excursion"]

    ilmd = {"sx:storageCondition": "常温"}
    installation.capture("plant", amount(1, 5, action="ADD", bizStep="commissioning", ilmd=ilmd))

    assert codes_of(installation) == []
    assert_rebuild_is_live(installation)


def test_what_the_register_says_of_a_product_counts(installation: Installation) -> None:
    product_of(installation, "plant", "toys")
    with transaction(installation.engine) as connection:
        connection.execute(PRODUCT.update().values(spec_zh="250 mL，2~6 ℃"))
    installation.capture(
        "plant",
        amount(1, 5, action="ADD", bizStep="commissioning"),
        amount(300, 5, bizStep="transporting", **measured((10, 200, 12))),
    )

    (one,) = found(installation)

    assert (one.code, one.uri, one.details["high"]) == ("cold_chain_excursion", RICE, "6")
