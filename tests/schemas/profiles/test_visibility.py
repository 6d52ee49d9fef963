"""What a profile says of who may see a datum is what the ledger's parts do with it."""

import re
from trace.disclosure import split_event

import pytest

from base.strict_json import JsonObject
from schemas.profiles.model import OPENNESS, SeenBy
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue, term_parts
from schemas.visibility import FIRST_TERM_PARTS
from tests.schemas.profiles.samples import NAMESPACES, full_event, names, sheets

_LEAVES = {
    Place.FIELD: "/event/{name}",
    Place.LOCATION: "/event/{name}/id",
    Place.ITEMS: "/event/{name}#0",
    Place.LOTS: "/event/{name}#0/epcClass",
    Place.QUANTITIES: "/event/{name}#0/quantity",
    Place.LISTED: "/event/{name}#0/(bizTransaction|source|destination)",
    Place.READING: "/event/sensorElementList#0/sensorReport#[0-9]/{part}",
    Place.DEVICE: "/event/sensorElementList#0/sensorMetadata/deviceID",
}


_NAMESPACES = {"urn:suxin:epcis:", "urn:epcglobal:cbv:mda:"}


def _parts(event: JsonObject) -> dict[str, str]:
    return {
        path: part.name.lower()
        for part, leaves in split_event(event, NAMESPACES).items()
        for path in leaves
    }


@pytest.mark.parametrize("name", names())
def test_fields_of_epcis_are_seen_by_whom_the_profile_says(name: str) -> None:
    seen = 0
    for sheet in sheets(catalogue().profile(name)):
        parts = _parts(full_event(sheet))
        for kde in sheet.way.kdes:
            path = parse_path(kde.path)
            if path.place not in _LEAVES:
                continue
            pattern = _LEAVES[path.place].format(name=path.name, part=path.part)
            found = {part for leaf, part in parts.items() if re.fullmatch(pattern, leaf)}
            if found:
                seen += 1
                assert found == {kde.field.seen_by.value}, (sheet.cte.id, kde.path)

    assert seen > 0


def test_no_term_of_the_table_in_force_is_seen_by_more_than_it_says() -> None:
    parts = term_parts()
    both = {name: part for name, part in FIRST_TERM_PARTS.items() if name in parts}

    wider = {name for name in both if OPENNESS[SeenBy(parts[name])] > OPENNESS[SeenBy(both[name])]}

    assert len(both) > 15
    assert wider == set()


def test_every_term_of_the_table_in_force_is_a_term_of_the_profiles() -> None:
    in_force = {name for name in FIRST_TERM_PARTS if f"{name.rpartition(':')[0]}:" in _NAMESPACES}

    # The day up to which goods may be sold is asked for by no norm that was gathered.
    assert in_force - set(term_parts()) == {"urn:epcglobal:cbv:mda:sellByDate"}
