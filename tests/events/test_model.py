from datetime import UTC, datetime
from decimal import Decimal
from trace.events.model import Event, Role, Side, read

import pytest

from base.strict_json import JsonObject
from tests.events.samples import NAMESPACES, aggregation_event, object_event, transformation_event

GTIN = "https://id.gs1.org/01/04012345111118"


def roles(event: Event) -> set[tuple[Role, str]]:
    return {(item.role, item.uri) for item in event.items}


def test_the_numbers_of_the_roles_are_stored_and_never_change() -> None:
    assert {role.name: role.value for role in Role} == {
        "EPC": 1,
        "EPC_CLASS": 2,
        "PARENT": 3,
        "CHILD": 4,
        "CHILD_CLASS": 5,
        "INPUT": 6,
        "INPUT_CLASS": 7,
        "OUTPUT": 8,
        "OUTPUT_CLASS": 9,
        "LOT": 10,
        "TRANSFORMATION": 11,
        "SOURCE": 12,
        "DESTINATION": 13,
        "NAMED_INPUT": 14,
    }


def test_an_event_is_read_for_the_index() -> None:
    event = read(object_event(bizStep="cbv:BizStep-commissioning"), NAMESPACES)

    assert event.type == "ObjectEvent"
    assert event.event_at == datetime(2026, 7, 21, 22, 45, tzinfo=UTC)
    assert event.offset == "+08:00"
    assert (event.action, event.biz_step, event.disposition) == ("ADD", "commissioning", "active")
    assert event.read_point == "https://id.gs1.org/414/4012345000115/254/987"
    assert event.biz_location == "https://id.gs1.org/414/4012345000115"
    assert event.event_id == "urn:uuid:fd338495-0e6d-41dd-afee-a862ecd32518"
    assert event.error_declaration is None
    assert event.transformation_id is None
    assert roles(event) == {
        (Role.EPC, f"{GTIN}/21/9876"),
        (Role.EPC_CLASS, f"{GTIN}/10/L1"),
        (Role.LOT, f"{GTIN}/10/L1"),
    }


def test_an_item_keeps_the_spelling_it_was_sent_in() -> None:
    event = read(object_event(quantityList=None, ilmd=None), NAMESPACES)

    assert [item.as_sent for item in event.items] == ["urn:epc:id:sgtin:4012345.011111.9876"]


def test_two_spellings_of_one_thing_are_one_item() -> None:
    spellings: JsonObject = {
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876", f"{GTIN}/21/9876"],
        "ilmd": None,
        "quantityList": None,
    }

    assert len(read(object_event(**spellings), NAMESPACES).items) == 1


def test_quantities_are_exact_decimals() -> None:
    event = read(object_event(), NAMESPACES)

    (quantity,) = event.quantities
    assert (quantity.role, quantity.uri) == (Role.EPC_CLASS, f"{GTIN}/10/L1")
    assert (quantity.quantity, quantity.uom) == (Decimal("2.5"), "KGM")


def test_a_quantity_that_is_not_said_is_unknown_and_not_none() -> None:
    event = read(object_event(quantityList=[{"epcClass": f"{GTIN}/10/L1"}]), NAMESPACES)

    assert event.quantities[0].quantity is None


def test_an_aggregation_has_a_parent_and_children() -> None:
    event = read(aggregation_event(), NAMESPACES)

    assert roles(event) == {
        (Role.PARENT, "https://id.gs1.org/00/040123450000003338"),
        (Role.CHILD, f"{GTIN}/21/9876"),
    }


def test_what_a_transformation_makes_belongs_to_its_lot() -> None:
    event = read(transformation_event(), NAMESPACES)

    assert roles(event) == {
        (Role.INPUT_CLASS, "https://id.gs1.org/01/04012345222227/10/IN"),
        (Role.OUTPUT, "https://id.gs1.org/01/04012345123456/21/987"),
        (Role.OUTPUT, "https://id.gs1.org/01/04012345123456/21/988"),
        (Role.LOT, "https://id.gs1.org/01/04012345123456/10/LOT%2F7"),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"ilmd": {"example:lotNumber": "L1"}},
        {"ilmd": {"cbvmda:batch": "L1"}},
        {"ilmd": {"cbvmda:lotNumber": "批次一"}},
        {"ilmd": {"cbvmda:lotNumber": 7}},
        {"epcList": ["urn:epc:id:sscc:4012345.0000000333"]},
        {"ilmd": None},
    ],
)
def test_nothing_else_joins_a_lot(changes: JsonObject) -> None:
    assert Role.LOT not in {item.role for item in read(object_event(**changes), NAMESPACES).items}


def test_any_prefix_of_the_master_data_namespace_names_a_lot() -> None:
    namespaces = {"mda": "urn:epcglobal:cbv:mda"}
    sent = object_event(ilmd={"mda:lotNumber": "L2"}, quantityList=None)

    assert (Role.LOT, f"{GTIN}/10/L2") in roles(read(sent, namespaces))


def test_an_error_declaration_says_when_and_why() -> None:
    declaration: JsonObject = {
        "declarationTime": "2026-07-23T08:00:00+08:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:1"],
    }

    read_in = read(object_event(errorDeclaration=declaration), NAMESPACES).error_declaration

    assert read_in is not None
    assert read_in.declared_at == datetime(2026, 7, 23, tzinfo=UTC)
    assert (read_in.reason, read_in.corrective_event_ids) == ("incorrect_data", ("urn:uuid:1",))


def test_the_parties_of_a_transfer_stand_at_its_two_ends() -> None:
    pgln = "urn:epc:id:pgln:4012345.00000"
    event = read(
        object_event(
            sourceList=[{"type": "owning_party", "source": pgln}],
            destinationList=[{"type": "example:keeper", "destination": pgln}],
        ),
        NAMESPACES,
    )

    assert [(p.side, p.kind, p.uri) for p in event.parties] == [
        (Side.SOURCE, "owning_party", "https://id.gs1.org/417/4012345000009"),
        (
            Side.DESTINATION,
            "https://ns.example.com/keeper",
            "https://id.gs1.org/417/4012345000009",
        ),
    ]


def test_documents_and_lasting_dispositions_are_read() -> None:
    event = read(object_event(persistentDisposition={"set": ["cbv:Disp-conformant"]}), NAMESPACES)

    assert [(b.kind, b.uri) for b in event.biz_transactions] == [
        ("po", "https://id.gs1.org/253/4012345111118123")
    ]
    assert (event.persistent_set, event.persistent_unset) == (("conformant",), ())


def test_an_event_without_its_shape_is_not_read() -> None:
    with pytest.raises(KeyError):
        read({"type": "ObjectEvent"}, NAMESPACES)
    with pytest.raises(ValueError, match="passed its shape"):
        read(object_event(eventTime=7), NAMESPACES)
