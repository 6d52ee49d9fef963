"""Which step an event is of, what is known from elsewhere, and when a duty begins and ends."""

import orjson
import pytest

from base.errors import NotFound
from base.strict_json import JsonObject, JsonValue
from schemas.profiles.check import Checked, check_record
from schemas.profiles.findings import Severity
from schemas.profiles.model import Need
from schemas.profiles.registry import catalogue, check_event, term_parts
from tests.schemas.profiles.samples import (
    LATER,
    LOT,
    NAMESPACES,
    PARTY,
    SITE,
    full_event,
    known_of,
    right_value,
    sheets,
)


def _full(profile: str, cte: str, way: str = "main", day: str = "2026-11-20") -> JsonObject:
    for sheet in sheets(catalogue().profile(profile)):
        if (sheet.cte.id, sheet.way.name) == (cte, way):
            return full_event(sheet, day=day)
    raise LookupError(cte)


def _check(event: JsonObject, class_code: str) -> Checked:
    checked = check_event(event, NAMESPACES, class_code=class_code)
    assert checked is not None
    return checked


def _codes(checked: Checked) -> set[tuple[str, str]]:
    return {(one.kde, one.code) for one in checked.findings}


def _bare(step: str, disposition: str, **more: JsonValue) -> JsonObject:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-11-20T06:45:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "disposition": disposition,
        "readPoint": {"id": SITE},
        "quantityList": [{"epcClass": LOT, "quantity": 100, "uom": "KGM"}],
        **more,
    }


def test_a_class_without_a_profile_is_not_checked() -> None:
    assert check_event(_bare("shipping", "in_transit"), NAMESPACES, class_code="toys") is None
    assert check_event(_bare("shipping", "in_transit"), NAMESPACES, class_code="") is None


def test_an_event_of_no_step_of_its_class_is_welcome() -> None:
    checked = _check(_bare("stock_taking", "in_progress"), "dairy")

    assert (checked.profile, checked.cte, checked.findings) == ("dairy/1", None, ())


def test_a_class_code_of_a_kind_of_goods_leads_to_its_profile() -> None:
    assert catalogue().name_of("maize") == "grain"
    assert _check(_full("grain", "harvest"), "millet").profile == "grain/1"


@pytest.mark.parametrize(
    "spelling",
    [
        "inspecting",
        "cbv:BizStep-inspecting",
        "https://ref.gs1.org/cbv/BizStep-inspecting",
        "urn:epcglobal:cbv:bizstep:inspecting",
    ],
)
def test_every_spelling_of_a_standard_step_is_the_step(spelling: str) -> None:
    event = _full("drug", "release") | {"bizStep": spelling}
    del event["sx:cte"]

    assert _check(event, "drug").cte == "release"


@pytest.mark.parametrize("spelling", ["sx:harvesting", "urn:suxin:epcis:harvesting"])
def test_a_step_of_our_own_is_known_in_both_spellings(spelling: str) -> None:
    event = _full("veg_fruit", "harvest") | {"bizStep": spelling}
    del event["sx:cte"]

    assert _check(event, "veg_fruit").cte == "harvest"


def test_the_step_that_an_event_names_counts() -> None:
    event = _full("packaged_food", "ship")

    named = _check(event | {"sx:cte": "packaged_food/return"}, "packaged_food")
    unnamed = _check({k: v for k, v in event.items() if k != "sx:cte"}, "packaged_food")

    assert (named.cte, unnamed.cte) == ("return", "ship")
    assert ("dispose_reason", "missing") in _codes(named)


def test_a_step_named_for_another_class_is_none_of_this_one() -> None:
    event = _full("grain", "harvest")

    checked = _check(event, "seed")

    assert (checked.cte, [one.code for one in checked.findings]) == (None, ["unknown_step"])


@pytest.mark.parametrize(
    ("named", "code"),
    [("dairy/churning", "unknown_step"), ("milking", "unknown_step"), (7, "unknown_step"),
     ("dairy/process", "step")],
)  # fmt: skip
def test_a_step_that_is_none_or_does_not_fit_is_an_error(named: JsonValue, code: str) -> None:
    checked = _check(_full("dairy", "milking") | {"sx:cte": named}, "dairy")

    assert [(one.path, one.code) for one in checked.findings] == [("sx:cte", code)]
    assert checked.has_errors


def test_what_an_event_says_decides_between_steps_that_look_alike() -> None:
    planting = _full("veg_fruit", "plant") | {"bizStep": "commissioning"}
    harvest = _full("veg_fruit", "harvest") | {"bizStep": "commissioning"}
    del planting["sx:cte"], harvest["sx:cte"]

    assert _check(planting, "veg_fruit").cte == "plant"
    assert _check(harvest, "veg_fruit").cte == "harvest"


def test_a_harvest_that_lacks_its_date_is_still_a_harvest() -> None:
    event = _full("veg_fruit", "harvest") | {"bizStep": "commissioning"}
    ilmd = event["ilmd"]
    assert isinstance(ilmd, dict)
    del event["sx:cte"], ilmd["sx:harvestDate"]

    checked = _check(event, "veg_fruit")

    assert checked.cte == "harvest"
    assert ("harvest_date", "missing") in _codes(checked)


def test_an_event_that_says_little_is_taken_for_the_step_that_asks_least() -> None:
    event = _bare(
        "receiving",
        "in_progress",
        sourceList=[{"type": "possessing_party", "source": PARTY}],
        bizTransactionList=[
            {"type": "cert", "bizTransaction": "urn:epcglobal:cbv:bt:6959993100010:1"}
        ],
    )
    event |= {
        "sx:operatorName": "石守仁",
        "sx:supplierLicenceChecked": True,
        "sx:acceptance": "accept",
    }

    checked = _check(event, "edible_oil")

    # The intake of oilseed asks for the oilseed's kind and origin too; a shop's receipt does not.
    assert (checked.cte, checked.way, checked.has_errors) == ("retail", "receive", False)


def test_the_disposition_decides_first() -> None:
    event = _full("drug", "return", "take")
    del event["sx:cte"]

    assert _check(event, "drug").cte == "return"
    assert _check(event | {"disposition": "recalled"}, "drug").cte == "recall"


def test_terms_count_under_any_prefix_of_our_namespace_and_in_full() -> None:
    event = _full("dairy", "milking")
    namespaces = {**NAMESPACES, "mine": "urn:suxin:epcis"}
    del namespaces["sx"]
    text = orjson.dumps(event).replace(b'"sx:herdSize"', b'"urn:suxin:epcis:herdSize"')
    other = orjson.loads(text.replace(b'"sx:', b'"mine:'))

    checked = catalogue().checker("dairy").check(other, namespaces)

    assert (checked.cte, checked.findings) == ("milking", ())


def test_another_namespace_under_our_prefix_says_nothing_of_ours() -> None:
    namespaces = {**NAMESPACES, "sx": "https://example.org/else/"}

    checked = catalogue().checker("dairy").check(_full("dairy", "milking"), namespaces)

    assert ("herd", "missing") in _codes(checked)


def test_lot_data_beside_ilmd_is_told_as_misplaced_and_never_refused() -> None:
    event = _full("veg_fruit", "harvest")
    ilmd = event["ilmd"]
    assert isinstance(ilmd, dict)
    event["sx:harvestDate"] = ilmd.pop("sx:harvestDate")

    checked = _check(event, "veg_fruit")

    assert _codes(checked) == {("harvest_date", "misplaced")}
    assert not checked.has_errors


def test_what_nobody_knows_of_the_lot_is_not_judged_and_what_is_known_to_be_missing_is() -> None:
    event, checker = _full("vet_drug", "ship"), catalogue().checker("vet_drug")
    for name in [name for name in event if name == "cbvmda:itemExpirationDate"]:
        del event[name]
    path = "lot.cbvmda:itemExpirationDate"

    unknown = checker.check(event, NAMESPACES)
    known = checker.check(event, NAMESPACES, known={path: "2027-05-01"})
    missing = checker.check(event, NAMESPACES, known={path: None})
    wrong = checker.check(event, NAMESPACES, known={path: "next year"})

    assert (unknown.findings, known.findings) == ((), ())
    assert _codes(missing) == {("expiry", "missing")}
    assert _codes(wrong) == {("expiry", "type")}
    assert path in checker.lot_paths


def test_what_the_event_says_of_the_lot_spares_the_question() -> None:
    event = _full("vet_drug", "ship")

    checked = (
        catalogue()
        .checker("vet_drug")
        .check(event, NAMESPACES, known={"lot.cbvmda:itemExpirationDate": None})
    )

    assert checked.findings == ()


def test_a_duty_that_has_not_begun_is_told_and_not_asked() -> None:
    before = _full("edible_oil", "crude_trade", day="2026-06-30")
    after = _full("edible_oil", "crude_trade", day="2026-07-01")
    del before["sx:jointWaybillNumber"], after["sx:jointWaybillNumber"]

    assert [one.severity for one in _check(before, "edible_oil").findings] == [Severity.INFO]
    assert [one.severity for one in _check(after, "edible_oil").findings] == [Severity.ERROR]


def test_a_duty_whose_norm_has_ended_is_a_warning() -> None:
    before = _full("tcm", "process_piece", day="2026-05-14")
    after = _full("tcm", "process_piece", day="2026-05-15")
    for event in (before, after):
        ilmd = event["ilmd"]
        assert isinstance(ilmd, dict)
        del ilmd["sx:manufacturer"]

    assert [one.severity for one in _check(before, "tcm").findings] == [Severity.ERROR]
    assert [one.severity for one in _check(after, "tcm").findings] == [Severity.WARNING]


def test_a_condition_asks_only_where_it_holds() -> None:
    event = _full("veg_fruit", "input_use")
    event["sx:inputKind"] = "fertiliser"
    for name in ("sx:registrationNumber", "sx:preHarvestIntervalDays", "sx:restrictedInputUsed"):
        del event[name]

    fertiliser = _check(event, "veg_fruit")
    pesticide = _check(event | {"sx:inputKind": "pesticide"}, "veg_fruit")

    assert fertiliser.findings == ()
    assert {one.kde for one in pesticide.findings} >= {"input_reg_no", "phi_days", "restricted"}


def test_one_of_several_papers_is_enough() -> None:
    event = _full("grain", "ship")
    paper = "urn:epcglobal:cbv:bt:6959993100010:77"
    event["bizTransactionList"] = [{"type": "cbv:BTT-desadv", "bizTransaction": paper}]

    assert _check(event, "grain").findings == ()


def test_items_are_named_and_counted_by_themselves() -> None:
    event = _full("grain", "ship")
    event["epcList"] = ["https://id.gs1.org/01/06979990971017/21/S1"]
    del event["quantityList"]

    assert _check(event, "grain").findings == ()


def test_a_class_of_goods_without_its_lot_names_no_lot() -> None:
    event = _full("fertiliser", "use")
    event["epcList"] = []
    event["quantityList"] = [{"epcClass": "https://id.gs1.org/01/06979990971017"}]

    assert _codes(_check(event, "fertiliser")) == {("name", "missing")}


def test_numbers_and_flags_may_be_text_as_xml_writes_them() -> None:
    event = _full("dairy", "milking")

    checked = _check(event | {"sx:herdSize": "40", "sx:excludedMilkSegregated": "true"}, "dairy")

    assert checked.findings == ()


def test_the_material_of_the_next_visibility_table_is_by_full_name() -> None:
    parts = term_parts()

    assert parts["urn:suxin:epcis:operatorName"] == "personal"
    assert parts["urn:suxin:epcis:harvestDate"] == "public"
    assert parts["urn:epcglobal:cbv:mda:lotNumber"] == "public"
    assert set(parts.values()) == {"public", "chain", "authority", "personal"}


def test_everything_known_makes_an_event_complete() -> None:
    for profile in catalogue().newest():
        checker = catalogue().checker(profile.name)
        for sheet in sheets(profile):
            known = known_of(sheet.way)

            checked = checker.check(full_event(sheet), NAMESPACES, known=known)

            assert checked.findings == (), (profile.name, sheet.cte.id)


RECORDS = [
    (profile.name, record.id)
    for profile in catalogue().newest()
    for record in profile.records
    if record.id != "party" or profile.name == "dairy"
]


@pytest.mark.parametrize(("name", "record_id"), RECORDS)
def test_an_entry_of_the_register_is_missed_what_it_lacks(name: str, record_id: str) -> None:
    record = next(one for one in catalogue().profile(name).records if one.id == record_id)
    units = catalogue().shared.library.units
    right = {kde.path: right_value(kde.path) for kde in record.kdes}

    assert check_record(record, right, units, day=LATER) == ()
    assert check_record(record, {}, units, day=LATER) == ()
    for kde in record.kdes:
        found = check_record(record, right | {kde.path: None}, units, day=LATER)

        is_due = kde.need in (Need.MANDATORY, Need.PRACTICE)
        assert [(one.path, one.label_zh) for one in found] == (
            [(kde.path, kde.label.zh)] if is_due else []
        )


def test_an_event_is_checked_again_against_the_version_it_names() -> None:
    event = _full("dairy", "milking")

    again = check_event(event, NAMESPACES, class_code="dairy", version=1)

    assert again is not None
    assert (again.profile, again.findings) == ("dairy/1", ())
    with pytest.raises(NotFound):
        check_event(event, NAMESPACES, class_code="dairy", version=99)


def test_a_norm_made_for_other_goods_is_cited_by_analogy() -> None:
    found = {
        name: next(
            ref.title.zh
            for cte in catalogue().profile(name).ctes
            for way in cte.ways
            for kde in way.kdes
            for ref in kde.norms
            if ref.norm.id == "NY3204"
        )
        for name in ("aquatic", "dairy")
    }

    assert found["aquatic"].startswith("NY/T 3204")
    assert found["dairy"].startswith("参照 NY/T 3204")
