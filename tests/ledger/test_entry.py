import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import format_instant
from base.errors import InvalidInput
from ledger.canonical import canonical_bytes
from ledger.entry import NO_PREVIOUS, Header, header_bytes, header_leaf, parse_header

_AT = datetime(2026, 3, 5, 8, 30, 0, 120000, tzinfo=UTC)
_FIELDS: dict[str, Any] = {
    "log": 1,
    "seq": 7,
    "kind": "event",
    "recorded_at": _AT,
    "actor": "p-42",
    "payload_hash": bytes(range(32)),
    "prev": bytes(range(1, 33)),
}

digests = st.binary(min_size=32, max_size=32)
headers = st.builds(
    Header,
    log=st.integers(0, 2**31 - 1),
    seq=st.integers(1, 2**53 - 1),
    kind=st.from_regex(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}", fullmatch=True),
    recorded_at=st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - The strategy adds the zone itself.
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    ),
    actor=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}", fullmatch=True),
    payload_hash=digests,
    prev=digests,
)


def _header(**changes: Any) -> Header:
    return Header(**{**_FIELDS, **changes})


@given(headers)
def test_the_bytes_written_by_hand_are_the_canonical_ones(header: Header) -> None:
    expected = canonical_bytes(
        {
            "v": 1,
            "log": header.log,
            "seq": header.seq,
            "kind": header.kind,
            "recorded_at": format_instant(header.recorded_at),
            "actor": header.actor,
            "payload_hash": header.payload_hash.hex(),
            "prev": header.prev.hex(),
        }
    )

    assert header_bytes(header) == expected


@given(headers)
def test_a_header_comes_back_the_same(header: Header) -> None:
    assert parse_header(header_bytes(header)) == header


def test_the_format_of_version_1_never_changes() -> None:
    data = header_bytes(_header())

    assert data == (
        b'{"actor":"p-42","kind":"event","log":1,"payload_hash":"000102030405060708090a0b0c0d0e0f'
        b'101112131415161718191a1b1c1d1e1f","prev":"0102030405060708090a0b0c0d0e0f10111213141516'
        b'1718191a1b1c1d1e1f20","recorded_at":"2026-03-05T08:30:00.120000Z","seq":7,"v":1}'
    )
    assert header_leaf(data) == hashlib.sha256(b"\x00" + data).digest()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("v", True),
        ("log", -1),
        ("log", True),
        ("log", 2**31),
        ("seq", -1),
        ("seq", 2**53),
        ("seq", 1.0),
        ("kind", ""),
        ("kind", "1x"),
        ("kind", 'a"b'),
        ("kind", "event\n"),
        ("kind", "a" * 65),
        ("actor", ""),
        ("actor", "张三"),
        ("actor", "a b"),
        ("actor", "a\\"),
        ("actor", "a" * 129),
        ("payload_hash", bytes(31)),
        ("prev", bytes(33)),
        ("recorded_at", datetime(2026, 1, 1)),  # noqa: DTZ001 - A naive instant is the point.
    ],
)
def test_a_header_with_a_bad_value_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput):
        _header(**{field: value})


def test_the_first_entry_follows_nothing() -> None:
    assert parse_header(header_bytes(_header(seq=0, prev=NO_PREVIOUS))).prev == bytes(32)
    with pytest.raises(InvalidInput):
        _header(seq=0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1}', b'"v":1} '),
        (b'"v":1}', b'"v":1}\n'),
        (b'"v":1}', b'"v":1,"x":1}'),
        (b',"v":1', b""),
        (b'"seq":7', b'"seq":07'),
        (b'"seq":7', b'"seq":+7'),
        (b'"seq":7', b'"seq":-7'),
        (b'"seq":7', b'"seq":7.0'),
        (b'"seq":7', b'"seq":9999999999999999'),
        (b'"seq":7', b'"seq":0'),
        (b'"seq":7,"v":1', b'"v":1,"seq":7'),
        (b'"log":1', b'"log": 1'),
        (b"08:30:00.120000Z", b"08:30:00.12Z"),
        (b"08:30:00.120000Z", b"08:30:00.120000+00:00"),
        (b"08:30:00.120000Z", b"08:30:60.120000Z"),
        (b"2026-03-05", b"2026-13-05"),
        (b"2026-03-05", b"2026-3-5"),
        (b'1f","prev', b'1F","prev'),
        (b'1e1f","prev', b'1e","prev'),
        (b"p-42", b"p 42"),
        (b"p-42", b"-p42"),
    ],
)
def test_another_spelling_of_a_header_is_refused(old: bytes, new: bytes) -> None:
    data = header_bytes(_header())
    assert old in data

    with pytest.raises(InvalidInput):
        parse_header(data.replace(old, new, 1))


@given(st.binary(max_size=300))
def test_noise_is_not_a_header(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_header(data)
