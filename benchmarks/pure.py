"""What needs no database: hash, codes, strict reading, and the whole check by its stages."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import cycle, islice
from statistics import median
from trace.disclosure import split_event
from trace.events.check import check_events
from trace.events.hashing import event_hash
from trace.events.model import read
from typing import Final, TypeVar

import biip
import orjson
from stdnum import ean
from stdnum.cn import uscc

from base.strict_json import loads
from benchmarks.data import GTIN, EventSource
from benchmarks.harness import Bench, Contest, Note, Result, Side, compete, looped
from benchmarks.written_codes import MAKERS, OF_STDNUM, mixed, of_gs1
from codes.canonical import canonical_uri
from codes.registry import detect, parse
from ledger.draft import make_draft
from schemas.epcis import DocumentLimits, read_document, shape_problems

_NOW: Final = datetime(2026, 9, 1, tzinfo=UTC)
_COUNT: Final = 500
_LIMITS: Final = DocumentLimits()
_BYTES_MAX: Final = 10 << 20
_DIGITS = re.compile(r"[0-9]{14}")
_URN: Final = "urn:epc:id:sgtin:6901234.056789.{}"
# 20,000 codes: more than fit into the caches of a processor.
_BATCHES: Final = 40
_T = TypeVar("_T")


def event_hashing(bench: Bench) -> Iterator[Result]:
    """The CBV event hash, beside one SHA-256 over sorted JSON."""
    source = EventSource("h")
    document = read_document(source.document(_COUNT), limits=_LIMITS)
    events, namespaces = document.events, document.namespaces
    # Each run hashes the same events again: identifiers are remembered, as they are in a server
    # whose events speak of the same places and lots.
    contest = Contest(
        title="Event hash (CBV 2.0 8.9)",
        about="One core, warm. The floor is one SHA-256 over the event as sorted JSON, which "
        "makes two spellings of one event two hashes.",
        unit="events/s",
        target="≥ 15,000",
        sides=(
            _side(
                bench, "event hash", _COUNT, lambda: [event_hash(one, namespaces) for one in events]
            ),
            _side(
                bench,
                "floor: SHA-256 of sorted JSON",
                _COUNT,
                lambda: [
                    sha256(orjson.dumps(one, option=orjson.OPT_SORT_KEYS)).digest()
                    for one in events
                ],
            ),
        ),
    )
    yield compete(contest, pairs=bench.pairs)


def code_reading(bench: Bench) -> Iterator[Result]:
    """Detection of a typed code and the canonical URI of an identifier, never seen before."""
    checked = _side(
        bench,
        "floor: a pattern and the check digit",
        _COUNT,
        lambda: [_bare_check(GTIN) for _ in range(_COUNT)],
    )
    floor = "The floor is one pattern and one check digit of a GTIN in Python: no scheme, no URI."
    of_all = _batches(mixed())
    yield compete(
        Contest(
            title="Detection of a written code",
            about=f"One core; {len(MAKERS)} ways to write a code of every scheme, in turn: bare, "
            "in brackets, scanned, as a link, inside an address, hyphenated, full-width, and one "
            f"text that is no code. No two are alike and nothing is remembered. {floor}",
            unit="codes/s",
            target="≥ 50,000",
            sides=(
                _side(bench, "detection", _COUNT, lambda: [detect(one) for one in next(of_all)]),
                checked,
            ),
        ),
        pairs=bench.pairs,
    )
    yield compete(_beside_biip(bench), pairs=bench.pairs)
    yield compete(_beside_stdnum(bench), pairs=bench.pairs)
    numbers = iter(range(10**12))
    yield compete(
        Contest(
            title="Canonical URI of an EPC URN, never seen before",
            about=f"One core; every code is new, so that nothing is remembered. {floor}",
            unit="codes/s",
            sides=(
                _side(
                    bench,
                    "codes",
                    _COUNT,
                    lambda: [canonical_uri(_URN.format(next(numbers))) for _ in range(_COUNT)],
                ),
                checked,
            ),
        ),
        pairs=bench.pairs,
    )


def _beside_biip(bench: Bench) -> Contest:
    ours, theirs = _batches(of_gs1()), _batches(of_gs1())
    return Contest(
        title="GS1 codes: detection beside biip",
        about="One core; GTIN-13, GTIN-14, a scanned element string and a Digital Link in turn, no "
        "two alike. Detection tries every scheme and returns each reading with its canonical URI; "
        "biip reads GS1 only, takes unknown and repeated identifiers and no partners' rules.",
        unit="codes/s",
        sides=(
            _side(bench, "detection", _COUNT, lambda: [detect(one) for one in next(ours)]),
            _side(bench, "peer: biip", _COUNT, lambda: [biip.parse(one) for one in next(theirs)]),
        ),
    )


def _beside_stdnum(bench: Bench) -> Contest:
    ours, theirs = _batches(_named_codes()), _batches(_named_codes())
    checks = {"gtin13": ean.validate, "cn_uscc": uscc.validate}
    return Contest(
        title="Numbers of a known kind beside python-stdnum",
        about="One core; EAN-13 and social credit codes in turn, no two alike. The reader of the "
        "scheme returns fields, URI and warnings; python-stdnum returns the number. ID numbers are "
        "no part of it: python-stdnum refuses right ones of counties that it does not know.",
        unit="codes/s",
        sides=(
            _side(bench, "reader", _COUNT, lambda: [parse(*one) for one in next(ours)]),
            _side(
                bench,
                "peer: python-stdnum",
                _COUNT,
                lambda: [checks[name](text) for name, text in next(theirs)],
            ),
        ),
    )


def _named_codes() -> Iterator[tuple[str, str]]:
    makers = cycle(OF_STDNUM.items())
    return ((name, make(number)) for number, (name, make) in enumerate(makers, start=1))


def _batches(codes: Iterator[_T]) -> Iterator[list[_T]]:
    """Return batches to go round in, made before the clock starts."""
    return cycle([list(islice(codes, _COUNT)) for _ in range(_BATCHES)])


def _bare_check(digits: str) -> bool:
    if _DIGITS.fullmatch(digits) is None:
        return False
    values = [ord(one) - 48 for one in digits]
    return (3 * sum(values[::2]) + sum(values[1::2])) % 10 == 0


def strict_json(bench: Bench) -> Iterator[Result]:
    """Reading a document strictly, beside a reader that drops a key given twice."""
    body = EventSource("j").document(_COUNT)
    contest = Contest(
        title="Strict reading of JSON",
        about=f"One core, a document of {_COUNT} events, {len(body):,} bytes. The floor (orjson) "
        "keeps the last of two equal keys and turns large integers into floats; the standard "
        "library with a hook that refuses equal keys is the usual way to be strict.",
        unit="documents/s",
        sides=(
            _side(bench, "strict", 1, lambda: loads(body, bytes_max=_BYTES_MAX, depth_max=32)),
            _side(bench, "floor: orjson", 1, lambda: orjson.loads(body)),
            _side(
                bench,
                "peer: json with a hook",
                1,
                lambda: json.loads(body, object_pairs_hook=_unique),
            ),
        ),
    )
    yield compete(contest, pairs=bench.pairs)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key is given twice")
    return read


def stages(bench: Bench) -> Iterator[Note]:
    """What each stage of the check of a document costs an event."""
    source = EventSource("c")
    body = source.document(_COUNT)
    document = read_document(body, limits=_LIMITS)
    events, namespaces = document.events, document.namespaces
    leaves = [split_event(one, namespaces) for one in events]
    works: tuple[tuple[str, Callable[[], object]], ...] = (
        ("strict JSON and envelope", lambda: read_document(body, limits=_LIMITS)),
        ("shape of the events (part of the next)", lambda: [shape_problems(one) for one in events]),
        (
            "shape and rules of meaning",
            lambda: check_events(document, now=_NOW, future_max=timedelta(hours=1)),
        ),
        ("reading", lambda: [read(one, namespaces) for one in events]),
        ("event hash", lambda: [event_hash(one, namespaces) for one in events]),
        ("split by visibility", lambda: [split_event(one, namespaces) for one in events]),
        (
            "canonical bytes, salts and part hashes",
            lambda: [make_draft(kind="event", leaves=one) for one in leaves],
        ),
    )
    rows = []
    for name, work in works:
        work()
        rates = [
            looped(work, count=_COUNT, seconds=bench.scale.pure_s).per_s for _ in range(bench.pairs)
        ]
        rows.append((name, f"{1e6 / median(rates):.1f}", f"{median(rates):,.0f}"))
    yield Note(
        title="The check of a document by its stages",
        about=f"One core, one process, a document of {_COUNT} events of {len(body) // _COUNT} "
        "bytes; processor time. What the journal and the database add is in the capture tables.",
        columns=("stage", "µs an event", "events/s"),
        rows=tuple(rows),
    )


def _side(bench: Bench, name: str, count: int, work: Callable[[], object]) -> Side:
    return Side(name=name, run=partial(looped, work, count=count, seconds=bench.scale.pure_s))
