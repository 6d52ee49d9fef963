import base64
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import AppError
from ledger.bundle import Bundle, dump
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.entry import parse_header
from ledger.items import item_proof
from ledger.merkle import EMPTY_ROOT, leaf_hash
from ledger.parts import Part, part_hash
from ledger.proof import InclusionProof, VerificationError
from ledger.verify import check_all, verify_bundle
from tests.ledger.sample import (
    ITEM,
    ORIGIN,
    OTHER_SIGNER,
    SIGNER,
    VKEY,
    make_bundle,
    make_bundle_of_one,
    make_entry,
    make_sample,
    make_witness,
    payload_of,
    salt_of,
    serials_of,
    with_entry,
    with_public_body,
)

_ROOT_FOLDER = Path(__file__).resolve().parents[2]


def _refusal(bundle: Bundle) -> VerificationError:
    data = dump(bundle)
    with pytest.raises(VerificationError) as refusal:
        verify_bundle(data, [VKEY])
    audit = check_all(data, [VKEY])
    assert refusal.value.step in {error.step for error in audit.errors}
    return refusal.value


def test_a_consumers_bundle_proves_its_item_and_shows_only_public_parts() -> None:
    report = verify_bundle(dump(make_bundle()), [VKEY])

    assert (report.log, report.origin, report.size, report.subject) == (1, ORIGIN, 9, ITEM)
    assert [signer.name for signer in report.signers] == [ORIGIN]
    assert [(e.seq, e.kind, e.actor) for e in report.entries] == [
        (5, "event", "p-42"),
        (7, "event", "p-42"),
    ]
    entry = report.entries[1]
    assert entry.recorded_at == parse_header(make_bundle().entries[1].header).recorded_at
    assert entry.visible == (Part.PUBLIC,)
    assert entry.hidden == (Part.CHAIN, Part.PERSONAL)
    assert entry.items == (ITEM,)
    assert entry.payload.keys() == {"what", "itemsRoot"}


def test_whoever_sees_all_parts_gets_the_payload_back() -> None:
    sample = make_sample(9)
    entry = make_entry(sample, 3, {Part.PUBLIC, Part.CHAIN, Part.PERSONAL}, [])
    bundle = Bundle(log=1, checkpoint=sample.note, entries=(entry,))

    report = verify_bundle(dump(bundle), [VKEY])

    assert report.entries[0].payload == payload_of(3)
    assert report.entries[0].hidden == ()


def test_the_only_entry_of_a_log_is_proven() -> None:
    report = verify_bundle(dump(make_bundle_of_one()), [VKEY])

    assert report.size == 1
    assert report.entries[0].seq == 0


def test_an_entry_whose_parts_are_all_hidden_is_still_proven() -> None:
    sample = make_sample(4)
    bundle = Bundle(log=1, checkpoint=sample.note, entries=(make_entry(sample, 2, set(), []),))

    report = verify_bundle(dump(bundle), [VKEY])

    assert report.entries[0].payload == {}
    assert len(report.entries[0].hidden) == 3


def test_a_chain_part_that_is_visible_names_the_subject_too() -> None:
    sample = make_sample(9)
    entry = make_entry(sample, 5, {Part.CHAIN}, [])
    bundle = Bundle(log=1, checkpoint=sample.note, subject=ITEM, entries=(entry,))

    assert verify_bundle(dump(bundle), [VKEY]).subject == ITEM


@pytest.mark.parametrize("bundle", [make_bundle_of_one(), make_bundle()])
def test_every_flipped_bit_of_a_bundle_is_refused(bundle: Bundle) -> None:
    data = dump(bundle)
    verify_bundle(data, [VKEY])

    accepted = []
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            try:
                verify_bundle(bytes(changed), [VKEY])
            except VerificationError:
                continue
            accepted.append((at, bit))

    assert accepted == []


def test_every_removed_and_every_doubled_byte_of_a_bundle_is_refused() -> None:
    data = dump(make_bundle_of_one())

    for at in range(len(data)):
        for changed in (data[:at] + data[at + 1 :], data[:at] + data[at : at + 1] + data[at:]):
            if changed != data:
                with pytest.raises(VerificationError):
                    verify_bundle(changed, [VKEY])


def test_a_key_the_reader_does_not_trust_proves_nothing() -> None:
    with pytest.raises(VerificationError) as refusal:
        verify_bundle(dump(make_bundle()), [OTHER_SIGNER.verifier()])

    assert refusal.value.step == "checkpoint"
    assert refusal.value.entry is None


def test_a_file_that_is_no_bundle_is_refused_at_the_format() -> None:
    for data in (b"", b"{}", b"[]", b"\xff", dump(make_bundle())[:-1]):
        with pytest.raises(VerificationError) as refusal:
            verify_bundle(data, [VKEY])
        assert refusal.value.step == "format"


def test_a_checkpoint_of_another_log_is_refused() -> None:
    assert _refusal(replace(make_bundle(), log=2)).step == "checkpoint"
    assert _refusal(replace(make_bundle(), log=11)).step == "checkpoint"


def test_a_header_of_another_log_is_refused() -> None:
    bundle = make_bundle_of_one()
    header = bundle.entries[0].header.replace(b'"log":1', b'"log":2')

    refusal = _refusal(with_entry(bundle, 0, header=header))

    assert (refusal.step, refusal.entry) == ("header", 0)


def test_a_header_of_another_entry_is_refused() -> None:
    sample = make_sample(9)
    refusal = _refusal(with_entry(make_bundle(), 1, header=sample.headers[6]))

    assert (refusal.step, refusal.entry) == ("header", 7)


def test_an_index_that_is_not_the_headers_is_refused() -> None:
    bundle = make_bundle()
    proof = replace(bundle.entries[1].proof, index=8)

    assert _refusal(with_entry(bundle, 1, proof=proof)).step == "header"


def test_a_changed_header_is_refused() -> None:
    bundle = make_bundle()
    header = bundle.entries[1].header.replace(b"p-42", b"p-43")

    refusal = _refusal(with_entry(bundle, 1, header=header))

    assert (refusal.step, refusal.entry) == ("inclusion", 7)


def test_a_changed_part_salt_or_part_hash_is_refused() -> None:
    bundle = make_bundle()
    entry = bundle.entries[0]
    part = entry.parts[0]
    worse = replace(part, body=part.body.replace(b"L5", b"L6"))
    forged = {**entry.part_hashes, Part.PUBLIC: part_hash(worse.salt, worse.body)}
    hidden = {**entry.part_hashes, Part.PERSONAL: bytes(32)}
    dropped = {Part.PUBLIC: entry.part_hashes[Part.PUBLIC]}
    added = {**entry.part_hashes, Part.AUTHORITY: bytes(32)}

    assert _refusal(with_entry(bundle, 0, parts=(worse,))).step == "part"
    assert _refusal(with_entry(bundle, 0, parts=(replace(part, salt=bytes(16)),))).step == "part"
    assert _refusal(with_entry(bundle, 0, parts=(worse,), part_hashes=forged)).step == "payload"
    for part_hashes in (hidden, dropped, added, {Part.PUBLIC: bytes(32)}):
        refusal = _refusal(with_entry(bundle, 0, part_hashes=part_hashes))
        assert refusal.step in {"part", "payload"}
        assert refusal.entry == 5


def test_a_part_shown_under_another_parts_name_is_refused() -> None:
    bundle = make_bundle()
    part = replace(bundle.entries[0].parts[0], part=Part.CHAIN)

    assert _refusal(with_entry(bundle, 0, parts=(part,))).step == "part"


def test_a_part_of_the_written_form_is_accepted() -> None:
    report = verify_bundle(dump(with_public_body(b'{"/a#0":1}')), [VKEY])

    assert report.entries[0].payload == {"a": [1]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b'{"/a": 1}',
        b'{"/b":1,"/a":2}',
        b'{"/a":1,"/a":1}',
        b'{"/a":NaN}',
        b'{"a":1}',
        b'{"/a":1,"/a/b":2}',
        b'{"/a":[1]}',
        b'{"/a":{"b":1}}',
        b'{"/a#01":1}',
        b'{"/a":1e0}',
        b"\xff",
        b'{"/a":' + b"[" * 2000 + b"]" * 2000 + b"}",
    ],
)
def test_a_committed_part_in_another_form_is_refused(body: bytes) -> None:
    refusal = _refusal(with_public_body(body))

    assert (refusal.step, refusal.entry) == ("part", 0)


def test_an_item_of_another_entry_is_refused() -> None:
    bundle = make_bundle()
    foreign = item_proof(salt_of(5, Part.CHAIN), serials_of(5), serials_of(5)[0])

    refusal = _refusal(with_entry(bundle, 1, items=(foreign,)))

    assert (refusal.step, refusal.entry) == ("items", 7)


def test_an_item_is_not_proven_without_a_visible_items_root() -> None:
    bundle = make_bundle()

    assert _refusal(with_entry(bundle, 1, parts=())).step == "items"


def test_a_subject_that_no_entry_names_is_refused() -> None:
    bundle = replace(make_bundle(), subject=ITEM + "8")

    refusal = _refusal(bundle)

    assert (refusal.step, refusal.entry) == ("items", None)


def test_a_changed_path_is_refused() -> None:
    bundle = make_bundle()
    path = bundle.entries[0].proof.path
    for bad in (
        path[:-1],
        path[1:],
        (*path, bytes(32)),
        (path[1], path[0], *path[2:]),
        (leaf_hash(b""), *path[1:]),
    ):
        refusal = _refusal(with_entry(bundle, 0, proof=InclusionProof(index=5, path=bad)))
        assert (refusal.step, refusal.entry) == ("inclusion", 5)


def test_an_entry_beyond_the_signed_size_is_refused() -> None:
    bundle = replace(make_bundle(), checkpoint=make_sample(6).note)

    audit = check_all(dump(bundle), [VKEY])

    assert [error.entry for error in audit.errors] == [5, 7, None]


def test_an_entry_of_an_empty_log_is_refused() -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT), [SIGNER])

    assert _refusal(replace(make_bundle_of_one(), checkpoint=note.decode())).step == "inclusion"


def test_checking_all_names_every_bad_entry_and_keeps_the_good_ones() -> None:
    sample = make_sample(9)
    entries = tuple(make_entry(sample, seq, {Part.PUBLIC}, []) for seq in range(9))
    bundle = Bundle(log=1, checkpoint=sample.note, entries=entries)
    bundle = with_entry(bundle, 2, header=sample.headers[3])
    bundle = with_entry(bundle, 6, parts=(replace(entries[6].parts[0], salt=bytes(16)),))

    audit = check_all(dump(bundle), [VKEY])

    assert [(error.entry, error.step) for error in audit.errors] == [(2, "header"), (6, "part")]
    assert audit.report is not None
    assert [entry.seq for entry in audit.report.entries] == [0, 1, 3, 4, 5, 7, 8]


def test_a_cosignature_counts_for_whoever_trusts_the_witness() -> None:
    signer, vkey = make_witness()
    bundle = make_bundle()
    text = bundle.checkpoint.rpartition("\n\n")[0] + "\n"
    signature = signer.private.sign(f"cosignature/v1\ntime 1700000000\n{text}".encode())
    raw = vkey.key_id + (1_700_000_000).to_bytes(8, "big") + signature
    line = f"— {vkey.name} {base64.b64encode(raw).decode()}"
    cosigned = dump(replace(bundle, cosignatures=(line,)))

    with_witness = verify_bundle(cosigned, [VKEY, vkey])
    without = verify_bundle(cosigned, [VKEY])

    assert [signer.name for signer in with_witness.signers] == [ORIGIN, vkey.name]
    assert [signer.name for signer in without.signers] == [ORIGIN]
    with pytest.raises(VerificationError):
        verify_bundle(cosigned, [vkey])


def test_the_refusal_is_one_of_the_house_and_carries_the_field() -> None:
    with pytest.raises(AppError) as refusal:
        verify_bundle(dump(make_bundle()).replace(b'"log":1', b'"log":"1"'), [VKEY])

    assert refusal.value.code == "verification_failed"
    assert [problem.path for problem in refusal.value.problems] == ["log"]
