"""Who sees what of an event, by reading and by bundle."""

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from trace.disclosure import split_event
from trace.proofs import bundle_of_entry, bundle_of_history
from trace.reading import read_events
from trace.walk import WalkLimits
from typing import Any
from uuid import UUID

import pytest

from base.db import reading
from base.errors import NotFound
from ledger.bundle import dump
from ledger.parts import Part, merge, part_hash
from ledger.store import parse_part, read_entries
from ledger.verify import verify_bundle
from parties.actors import ANONYMOUS, Actor, Role, actor_of_key
from tests.instances import Installation, lot, observation, serial

WALK = WalkLimits(events_max=100, depth_max=16)

AUDITOR = actor_of_key(key_id=UUID(int=900), role=Role.AUDITOR, party_id=None)

OPERATOR = actor_of_key(key_id=UUID(int=901), role=Role.OPERATOR, party_id=None)


def _milk(**more: Any) -> dict[str, Any]:
    return observation(
        "",
        epcList=None,
        quantityList=[{"epcClass": lot("L1"), "quantity": 8120, "uom": "KGM"}],
        **more,
    )


def _parts_seen(installation: Installation, seq: int, actor: Actor) -> set[Part]:
    with reading(installation.engine) as connection:
        return set(read_events(connection, 1, [seq], actor)[seq].parts)


def _sides(installation: Installation, source: str, destination: str) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "possessing_party", "source": installation.site_of(source)}],
        "destinationList": [
            {"type": "possessing_party", "destination": installation.site_of(destination)}
        ],
    }


def test_whom_the_recorder_named_sees_the_chain_part(installation: Installation) -> None:
    farm, plant, rival = (installation.party(name) for name in ("farm", "plant", "rival"))
    seq = installation.capture("farm", _milk(bizStep="collecting")).first_seq
    assert _parts_seen(installation, seq, plant) == {Part.PUBLIC}

    told = _milk(bizStep="shipping", **_sides(installation, "farm", "plant"))
    shipped = installation.capture("farm", told).first_seq

    assert _parts_seen(installation, shipped, plant) == {Part.PUBLIC, Part.CHAIN}
    assert _parts_seen(installation, shipped, farm) == {Part.PUBLIC, Part.CHAIN}
    assert _parts_seen(installation, shipped, rival) == {Part.PUBLIC}
    assert _parts_seen(installation, shipped, AUDITOR) == {Part.PUBLIC, Part.CHAIN}
    assert _parts_seen(installation, shipped, OPERATOR) == {Part.PUBLIC}
    assert _parts_seen(installation, shipped, ANONYMOUS) == {Part.PUBLIC}
    # What the farm did before, and what it tells its other customers, is not the plant's business.
    assert _parts_seen(installation, seq, plant) == {Part.PUBLIC}
    other = _milk(bizStep="shipping", **_sides(installation, "farm", "rival"))
    to_rival = installation.capture("farm", other).first_seq
    assert _parts_seen(installation, to_rival, plant) == {Part.PUBLIC}
    installation.check()


def test_nobody_becomes_a_partner_by_its_own_word(installation: Installation) -> None:
    seq = installation.capture("farm", _milk(bizStep="collecting")).first_seq

    installation.capture(
        "rival", _milk(bizStep="receiving", **_sides(installation, "farm", "rival"))
    )
    installation.capture("rival", _milk(bizStep="holding"))

    assert _parts_seen(installation, seq, installation.party("rival")) == {Part.PUBLIC}
    installation.check()


def test_a_partner_of_one_lot_is_none_of_another(installation: Installation) -> None:
    other = _milk(bizStep="collecting")
    other["quantityList"][0]["epcClass"] = lot("L2")
    seq = installation.capture("farm", other).first_seq

    installation.capture("farm", _milk(bizStep="shipping", **_sides(installation, "farm", "plant")))

    assert _parts_seen(installation, seq, installation.party("plant")) == {Part.PUBLIC}
    installation.check()


def test_a_partner_one_step_further_sees_the_public_part_alone(
    installation: Installation,
) -> None:
    seq = installation.capture(
        "farm", _milk(bizStep="shipping", **_sides(installation, "farm", "plant"))
    ).first_seq
    installation.capture(
        "plant", _milk(bizStep="shipping", **_sides(installation, "plant", "shop"))
    )

    assert _parts_seen(installation, seq, installation.party("shop")) == {Part.PUBLIC}
    installation.check()


_SECRETS = {
    "quantity": "8120.75",
    "order": "urn:epc:id:gdti:0614141.06012.1234",
    "source": "",
    "driver": "WANG-QIANG-8841",
    "plate": "JI-A-12345",
    "price": "3.1415",
    "serial": serial(777),
    "event_id": "urn:uuid:7e5b0a4e-0000-4000-8000-00000000abcd",
}


def _secretive(installation: Installation) -> dict[str, Any]:
    event = _milk(
        bizStep="shipping",
        eventID=_SECRETS["event_id"],
        bizTransactionList=[{"type": "po", "bizTransaction": _SECRETS["order"]}],
        **_sides(installation, "farm", "plant"),
    )
    event["epcList"] = [_SECRETS["serial"]]
    event["quantityList"][0]["quantity"] = float(_SECRETS["quantity"])
    event["sx:driverName"] = _SECRETS["driver"]
    event["sx:vehiclePlate"] = _SECRETS["plate"]
    event["sx:unitPrice"] = _SECRETS["price"]
    return event


def _decoded(data: bytes) -> Iterator[bytes]:
    """Yield the file and every text in it, as it is, from base64 and from hexadecimal."""
    yield data
    waiting: list[Any] = [json.loads(data)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, str):
            yield node.encode()
            for decode in (base64.b64decode, bytes.fromhex):
                try:
                    yield decode(node)
                except ValueError:
                    continue


def test_a_consumers_bundle_holds_nothing_hidden_in_any_form(installation: Installation) -> None:
    installation.capture("farm", _secretive(installation))
    installation.seal()

    with reading(installation.engine) as connection:
        data = dump(bundle_of_history(connection, 1, lot("L1"), ANONYMOUS, WALK))
        chain = read_events(connection, 1, [1], AUDITOR)[1]
    report = verify_bundle(data, [installation.signer.verifier()])

    (entry,) = report.entries
    forms = list(_decoded(data))
    secrets = {**_SECRETS, "source": installation.site_of("farm"), "hash": str(chain.event_hash)}
    for value in secrets.values():
        digests = {sha256(value.encode()).digest(), sha256(value.encode()).hexdigest().encode()}
        assert not any(value.encode() in form or digests & {form} for form in forms)
        assert not any(digest in data for digest in digests)
    assert entry.kind == "event"
    assert lot("L1").encode() in b"".join(forms)
    installation.check()


def test_a_guess_about_a_hidden_part_cannot_be_tested_without_its_salt(
    installation: Installation,
) -> None:
    installation.capture("farm", _secretive(installation))
    installation.seal()

    with reading(installation.engine) as connection:
        consumer = bundle_of_history(connection, 1, lot("L1"), ANONYMOUS, WALK).entries[0]
        auditor = bundle_of_entry(connection, 1, 1, AUDITOR).entries[0]
    (visible,) = consumer.parts
    hidden = next(part for part in auditor.parts if part.part is Part.CHAIN)

    # Whoever guesses every byte of the part right still needs 16 bytes that nobody told.
    known_salts = (visible.salt, bytes(16))
    guesses = {sha256(hidden.body).digest(), *(part_hash(s, hidden.body) for s in known_salts)}
    assert consumer.part_hashes[Part.CHAIN] not in guesses
    assert part_hash(hidden.salt, hidden.body) == consumer.part_hashes[Part.CHAIN]
    assert hidden.salt not in visible.salt + visible.body + consumer.header
    installation.check()


def test_each_viewers_bundle_verifies_and_shows_its_parts(installation: Installation) -> None:
    installation.capture("farm", _secretive(installation))
    installation.capture("farm", _milk(bizStep="collecting"))
    installation.seal()
    expected = {
        ANONYMOUS: {"public"},
        OPERATOR: {"public"},
        installation.party("rival"): {"public"},
        installation.party("plant"): {"public", "chain"},
        installation.party("farm"): {"public", "chain"},
        AUDITOR: {"public", "chain", "authority"},
    }

    for actor, parts in expected.items():
        with reading(installation.engine) as connection:
            bundle = bundle_of_history(connection, 1, lot("L1"), actor, WALK)
        data = dump(bundle)
        report = verify_bundle(data, [installation.signer.verifier()])
        shown = {part.part.name.lower() for entry in bundle.entries for part in entry.parts}
        assert shown == parts
        assert [entry.seq for entry in report.entries] == [1, 2]
        is_told = any(b"WANG-QIANG" in form for form in _decoded(data))
        assert not is_told
        assert any(b"JI-A-12345" in form for form in _decoded(data)) is ("authority" in parts)
    installation.check()


def test_a_bundle_is_of_what_is_sealed(installation: Installation) -> None:
    installation.seal()
    installation.capture("farm", _milk(bizStep="collecting"))

    with reading(installation.engine) as connection:
        with pytest.raises(NotFound, match="not sealed"):
            bundle_of_history(connection, 1, lot("L1"), ANONYMOUS, WALK)
        with pytest.raises(NotFound, match="not sealed"):
            bundle_of_entry(connection, 1, 1, ANONYMOUS)
    installation.check()


def test_a_stored_part_has_the_bytes_of_the_split(installation: Installation) -> None:
    event = _milk(bizStep="collecting")
    installation.capture("farm", event)

    with reading(installation.engine) as connection:
        shown = read_events(connection, 1, [1], AUDITOR)[1]

    assert shown.event == event
    assert shown.parts == {Part.PUBLIC, Part.CHAIN}
    assert _stored_public(installation) == {
        "event": split_public(event),
        "visibility": "default@2",
        "classes": [lot("L1")],
    }
    installation.check()


def split_public(event: dict[str, Any]) -> object:
    return merge([split_event(event, {})[Part.PUBLIC]])["event"]


def _stored_public(installation: Installation) -> dict[str, Any]:
    with reading(installation.engine) as connection:
        stored = read_entries(connection, 1, [1])[1].parts[Part.PUBLIC]
    payload = merge([parse_part(stored)])
    payload.pop("namespaces", None)
    return payload
