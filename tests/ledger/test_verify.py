import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import AppError
from ledger.bundle import Bundle, VisiblePart, dump
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.entry import NO_PREVIOUS, Header, header_bytes, header_leaf, parse_header
from ledger.items import item_proof
from ledger.merkle import EMPTY_ROOT, leaf_hash
from ledger.parts import Part, part_hash, payload_hash
from ledger.proof import InclusionProof, VerificationError
from ledger.verify import check_all, main, verify_bundle
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


def _with_public_body(body: bytes) -> Bundle:
    """A bundle whose public part has just been signed with this body, whatever it is."""
    salt = bytes(16)
    hashes = {Part.PUBLIC: part_hash(salt, body)}
    header = header_bytes(
        Header(
            log=1,
            seq=0,
            kind="event",
            recorded_at=parse_header(make_sample(1).headers[0]).recorded_at,
            actor="p-42",
            payload_hash=payload_hash(hashes),
            prev=NO_PREVIOUS,
        )
    )
    state = Checkpoint(origin=ORIGIN, size=1, root=header_leaf(header))
    bundle = make_bundle_of_one()
    return with_entry(
        replace(bundle, checkpoint=sign_checkpoint(state, [SIGNER]).decode()),
        0,
        header=header,
        part_hashes=hashes,
        parts=(VisiblePart(part=Part.PUBLIC, salt=salt, body=body),),
    )


def test_a_part_of_the_written_form_is_accepted() -> None:
    report = verify_bundle(dump(_with_public_body(b'{"/a#0":1}')), [VKEY])

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
    refusal = _refusal(_with_public_body(body))

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


def _run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ledger.verify", *arguments],
        cwd=_ROOT_FOLDER,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_says_what_was_proven_and_what_was_not(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(make_bundle()))

    done = _run(str(file), "--key", VKEY.text())
    said = done.stdout.decode()

    assert done.returncode == 0, done.stderr
    assert f"Log {ORIGIN} had 9 entries when it signed." in said
    assert "Entry 7 (event), recorded 2026-03-01T00:00:07.000000Z, actor p-42" in said
    assert "hidden parts: chain, personal (2)" in said
    assert f"names the item {ITEM}" in said
    assert "山东" in said
    assert "Not proven:" in said
    assert "that what the entries say is true" in said


def test_a_console_that_lacks_a_character_still_gets_the_whole_report() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ledger.verify", "-", "--key", VKEY.text()],
        cwd=_ROOT_FOLDER,
        input=dump(make_bundle()),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert done.returncode == 0, done.stderr
    assert rb"\u5c71\u4e1c" in done.stdout
    assert b"Not proven:" in done.stdout


def test_the_command_reads_standard_input_and_refuses_a_changed_file() -> None:
    data = dump(make_bundle())
    changed = data.replace(b'"subject":"https', b'"subject":"httpz')

    assert _run("-", "--key", VKEY.text(), stdin=data).returncode == 0
    refused = _run("-", "--key", VKEY.text(), stdin=changed)
    assert refused.returncode == 1
    assert b"REFUSED the bundle, at step items" in refused.stdout


def test_the_report_comes_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(make_bundle()))

    assert main([str(file), "--key", VKEY.text(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [entry["seq"] for entry in told["report"]["entries"]] == [5, 7]
    assert told["report"]["entries"][0]["hidden"] == ["chain", "personal"]

    file.write_bytes(b"{}")
    assert main([str(file), "--key", VKEY.text(), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["report"]) == (False, None)
    assert told["errors"][0]["step"] == "format"


def test_a_file_refused_as_a_whole_is_said_to_prove_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(b"\x00")

    assert main([str(file), "--key", VKEY.text()]) == 1
    assert "Nothing is proven by this file." in capsys.readouterr().out


def test_words_that_could_steer_a_terminal_are_spelled_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(_with_public_body('{"/a":"\x7f\u009b2J\u202e"}'.encode())))

    assert main([str(file), "--key", VKEY.text()]) == 0
    out = capsys.readouterr().out
    assert r"\x7f\x9b2J\u202e" in out
    assert not {"\x7f", "\x9b", "\u202e"} & set(out)


@pytest.mark.parametrize(
    "arguments", [["-"], ["-", "--key", "nonsense"], ["/nonexistent", "--key", VKEY.text()]]
)
def test_wrong_usage_is_told_apart_from_a_refusal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert "usage: python -m ledger.verify" in capsys.readouterr().err


_BLOCKED_RUN = """
import runpy, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"flask", "sqlalchemy", "redis", "rq", "marshmallow"}:
            raise ImportError("blocked: " + name)

sys.meta_path.insert(0, Wall())
sys.argv = ["verify", "-", "--key", sys.argv[1]]
try:
    runpy.run_module("ledger.verify", run_name="__main__")
except SystemExit as end:
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not loaded & {"flask", "sqlalchemy", "redis", "rq", "marshmallow", "trace"}, loaded
    sys.exit(end.code)
"""


def test_the_command_needs_neither_the_web_nor_the_database() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BLOCKED_RUN, VKEY.text()],
        cwd=_ROOT_FOLDER,
        input=dump(make_bundle()),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"Proven of each entry above" in done.stdout
