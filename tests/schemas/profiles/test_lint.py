"""The data is clean, and each rule is broken once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.errors import InvalidInput
from schemas.profiles.digests import PUBLISHED, digest_of, read_published
from schemas.profiles.lint import RULES, lint
from schemas.profiles.loading import load_profile, load_shared
from schemas.profiles.registry import DATA, Catalogue, catalogue
from schemas.profiles.survey import survey_of


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    copied = tmp_path / "data"
    shutil.copytree(DATA, copied)
    yield copied
    shutil.rmtree(copied)


def _edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_profiles_of_this_release_break_no_rule() -> None:
    assert lint(survey_of(catalogue())) == []


# Rule, where it must be told, file, what stands there, what is written instead.
BREACHES = (
    ("used", "terms.yaml", "terms.yaml", "harvestDate: {",
     "nowhere: {kind: text, seen_by: chain, zh: 无处, en: nowhere}\nharvestDate: {"),
    ("label", "terms.yaml", "terms.yaml", "zh: 生产日期,", "zh: 采收(捕捞)日期,"),
    ("label", "codes.yaml", "codes.yaml", "PASS: [合格, passed]", "PASS: [不合格, passed]"),
    ("language", "terms.yaml", "terms.yaml", "zh: 生产日期,", "zh: production,"),
    ("language", "dairy/1 milking", "dairy-1.yaml", "en: milking and cooling", "en: 挤奶"),
    ("pattern", "terms.yaml", "terms.yaml", "\ngrade: {kind: text,",
     "\ngrade: {kind: text, pattern: ^A$,"),
    ("person", "terms.yaml", "terms.yaml", "zh: 等级,", "zh: 驾驶员姓名,"),
    ("visibility", "terms.yaml", "terms.yaml", "vehiclePlate: {kind: text, seen_by: authority",
     "vehiclePlate: {kind: text, seen_by: public"),
    ("class", "meat_egg/1 covers", "grain-1.yaml", "millet: [", "pork: ["),
    ("name", "dairy/1 station", "dairy-1.yaml", "- id: tanker", "- id: station"),
    ("name", "dairy/1 milking", "dairy-1.yaml", "code: herd,", "code: farm_code,"),
    ("chain", "dairy/1 ctes", "dairy-1.yaml", "dispositions: [retail_sold]",
     "dispositions: [active]"),
    ("chain", "drug/1 recall", "drug-1.yaml", "after: [ship, receive]", "after: [nowhere]"),
    ("way", "dairy/1 station", "dairy-1.yaml", "trade: {event: TransactionEvent, actions: [ADD]",
     "trade: {event: ObjectEvent, actions: [OBSERVE]"),
    ("condition", "drug/1 commission", "drug-1.yaml",
     "if_zh: 特殊管理药品,\n     if_en: for drugs under special control, ", ""),
    ("condition", "dairy/1 factory_in", "dairy-1.yaml", "when: sx:acceptance is reject",
     "when: sx:acceptance is refuse"),
    ("birth", "potato/1 pack_ship", "potato-1.yaml",
     "path: sx:commitmentCertificateNumber", "path: lot.sx:commitmentCertificateNumber"),
    ("form", "dairy/1 milking.main.herd", "dairy-1.yaml", "path: sx:herdSize",
     "path: errorDeclaration"),
    ("only", "dairy/1 limits", "dairy-1.yaml", "only: [raw_milk]", "only: [mare_milk]"),
    ("yield", "grain/1 yields", "grain-1.yaml", "from: harvest, to: mill", "from: mill, to: plant"),
    ("kept", "dairy/1 retention", "dairy-1.yaml", "retention:", "retention: []\nx_retention:"),
    ("public", "dairy/1 public", "dairy-1.yaml", "public: [product.name_zh",
     "public: [sx:recipeNumber, product.name_zh"),
    ("public", "dairy/1 public", "dairy-1.yaml", "public: [product.name_zh",
     "public: [sx:waterQuality, product.name_zh"),
    ("alike", "dairy/1 process.main", "common.yaml", "zh: 投入批次, en: input lot",
     "zh: 批次, en: lot into it"),
    ("alike", "dairy/1 process.main", "common.yaml", "zh: 投入批次, en: input lot",
     "zh: 投入批次, en: lot"),
    ("measure", "terms.yaml sx:productionDate", "terms.yaml", "productionDate: {kind: date,",
     "productionDate: {kind: date, unit: mu,"),
    ("measure", "farm_code sx:farmCode", "dairy-1.yaml", "code: farm_code,",
     "code: farm_code, unit: KGM,"),
    ("choice", "codes.yaml passFail", "codes.yaml",
     "passFail:\n  PASS: [合格, passed]\n  FAIL: [不合格, failed]",
     "passFail:\n  PASS: [合格, passed]"),
    ("days", "norms.yaml FSLR", "norms.yaml", "in_force: 2019-12-01, mark: V}",
     "in_force: 2019-12-01, until: 2019-11-30, mark: V}"),
)  # fmt: skip


@pytest.mark.parametrize(("code", "place", "name", "old", "new"), BREACHES)
def test_a_broken_rule_is_told_with_its_place(
    folder: Path, code: str, place: str, name: str, old: str, new: str
) -> None:
    _keep_only(folder, name if code != "class" else "")
    _edit(folder, name, old, new)
    if code == "kept":
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.partition("x_retention:")[0] + _public(text))

    found = lint(survey_of(Catalogue(folder)))

    assert [one.path for one in found if one.code == code and one.path.startswith(place)], found


def _keep_only(folder: Path, name: str) -> None:
    """Leave one profile, dairy if none is named, so that reading is quick; all for no name."""
    kept = name if "-" in name else "dairy-1.yaml"
    for path in folder.glob("*-*.yaml") if name else ():
        if path.name != kept:
            path.unlink()


def _public(text: str) -> str:
    return text[text.index("public:") :]


def test_a_published_version_that_changes_is_told(folder: Path) -> None:
    dairy, potato = (Catalogue(folder).profile(name) for name in ("dairy", "potato"))
    lines = (f"{one.id}: {digest_of(one)}\n" for one in (dairy, potato))
    (folder / PUBLISHED).write_text("".join(lines) + f"gone/1: {'0' * 64}\n")
    _edit(folder, "terms.yaml", "zh: 奶畜存栏数", "zh: 奶牛存栏数")

    found = [one for one in lint(survey_of(Catalogue(folder))) if one.code == "published"]

    assert sorted(one.path for one in found) == ["dairy/1", "gone/1"]
    assert set(read_published(folder)) == {"dairy/1", "potato/1", "gone/1"}


def test_an_old_version_stays_beside_the_new_one(folder: Path) -> None:
    text = (folder / "dairy-1.yaml").read_text(encoding="utf-8")
    second = text.replace("version: 1", "version: 2").replace("zh: 挤奶冷却", "zh: 挤奶和冷却")
    (folder / "dairy-2.yaml").write_text(second, encoding="utf-8")

    changed = Catalogue(folder)

    assert changed.versions("dairy") == (1, 2)
    assert changed.profile("dairy").ctes[0].label.zh == "挤奶和冷却"
    assert changed.profile("dairy", 1).ctes[0].label.zh == "挤奶冷却"
    assert changed.checker("dairy", 1).profile.id == "dairy/1"
    assert lint(survey_of(changed)) == []


def test_every_rule_has_been_broken_here() -> None:
    broken = {code for code, *_ in BREACHES} | {"published"}

    assert {rule.code for rule in RULES} == broken


# What a file may not say, with the fault that is told and the line's path.
REFUSALS = (
    ("unknown_key", "ctes[0].kdes[0]", "code: farm_code,", "code: farm_code, colour: red,"),
    ("duplicate_key", "version", "version: 1", "version: 1\nversion: 1"),
    ("required", "ctes[0].kdes[0].path", "path: sx:farmCode, ", ""),
    ("need", "ctes[0].kdes[0].need", "need: mandatory", "need: compulsory"),
    ("mark", "ctes[0].kdes[0].mark", "mark: V", "mark: X"),
    ("unknown_norm", "ctes[0].kdes[0].norm", "norm: DAIRYREG:13", "norm: NOLAW:13"),
    ("unknown_term", "ctes[0].kdes[0].path", "path: sx:farmCode", "path: sx:farmCod"),
    ("path", "ctes[0].kdes[0].path", "path: sx:farmCode", "path: ilmd.sx:farmCode"),
    ("path", "ctes[0].kdes[0].path", "path: sx:farmCode", "path: farmCode"),
    ("path", "ctes[0].kdes[0].path", "path: sx:farmCode", 'path: "bizTransactionList[bill]"'),
    ("unknown_group", "ctes[0].use", "- food_event", "- foot_event"),
    ("unknown_way", "ctes[3].ways", "recv @ main", "recv @ mean"),
    ("unknown_unit", "ctes[0].kdes[6].unit", "unit: KGM", "unit: KGN"),
    ("event_type", "ctes[0].ways.main.event", "event: ObjectEvent", "event: ObjektEvent"),
    ("action", "ctes[0].ways.main.actions", "actions: [ADD]", "actions: [ADD, OBSERVE]"),
    ("step", "ctes[0].ways.main.steps", "sx:milking, collecting", "milking, collecting"),
    ("disposition", "ctes[0].ways.main.dispositions", "dispositions: [active]",
     "dispositions: [awake]"),
    ("unnamed_word", "ctes[0].ways.main", "sx:milking, collecting", "sx:dancing, collecting"),
    ("stage", "ctes[0].stage", "stage: farm", "stage: meadow"),
    ("double", "ctes[0].kdes", "path: sx:herdSize", "path: sx:farmCode"),
    ("when", "ctes[3].kdes[3].when", "when: sx:acceptance is reject", "when: refused milk"),
    ("code", "ctes[0].kdes[0].code", "code: farm_code", "code: FarmCode"),
    ("language", "ctes[0].kdes[3].zh", "zh: 挤奶时间,\n     en: milking time}", "zh: 挤奶时间}"),
    ("bounds", "limits[0].max", "min: 2.8, ", ""),
    ("type", "version", "version: 1", "version: one"),
    ("alias", "", "zh: 乳制品\nen: dairy", "zh: &a 乳制品\nen: *a"),
)  # fmt: skip


@pytest.mark.parametrize(("code", "place", "old", "new"), REFUSALS)
def test_a_file_that_says_what_it_may_not_is_refused_with_its_line(
    folder: Path, code: str, place: str, old: str, new: str
) -> None:
    shared = load_shared(folder)
    _edit(folder, "dairy-1.yaml", old, new)

    with pytest.raises(InvalidInput) as refused:
        load_profile(folder / "dairy-1.yaml", shared)

    told = [one for one in refused.value.problems if one.code == code]
    assert [one for one in told if place in one.path], refused.value.problems
    assert told[0].path.startswith("dairy-1.yaml:")


SHARED = (
    ("kind", "terms.yaml", "kind: date", "kind: day"),
    ("seen_by", "terms.yaml", "seen_by: public", "seen_by: everybody"),
    ("unknown_codes", "terms.yaml", "codes: testResult", "codes: testResults"),
    ("codes", "terms.yaml", "kind: text, seen_by: public, zh: 检测项目",
     "kind: code, seen_by: public, zh: 检测项目"),
    ("unknown_unit", "terms.yaml", "unit: DAY", "unit: DAYS"),
    ("unknown_term", "terms.yaml", "members: [inputName", "members: [inputNam"),
    ("term_name", "terms.yaml", "harvestDate:", "Harvest-Date:"),
    ("pattern", "terms.yaml", "pattern: \"^86[0-9]{12}$\"", "pattern: \"^86[0-9{12}$\""),
    ("level", "norms.yaml", "level: law", "level: decree"),
    ("type", "norms.yaml", "in_force: 2023-01-01", "in_force: 2023-13-01"),
    ("language", "codes.yaml", "PASS: [合格, passed]", "PASS: [合格]"),
    ("yaml", "units.yaml", "KGM: {", "KGM: {{"),
)  # fmt: skip


@pytest.mark.parametrize(("code", "name", "old", "new"), SHARED)
def test_a_shared_table_that_is_wrong_is_refused_with_its_line(
    folder: Path, code: str, name: str, old: str, new: str
) -> None:
    _edit(folder, name, old, new)

    with pytest.raises(InvalidInput) as refused:
        load_shared(folder)

    told = [one for one in refused.value.problems if one.code == code]
    assert told, refused.value.problems
    assert told[0].path.startswith(f"{name}:")


def test_two_classes_of_one_code_are_refused(folder: Path) -> None:
    _edit(folder, "grain-1.yaml", "millet: [", "pork: [")

    with pytest.raises(ValueError, match="pork is a class of grain and of meat_egg"):
        Catalogue(folder).name_of("pork")


def test_a_file_must_hold_the_profile_it_is_named_for(folder: Path) -> None:
    (folder / "dairy-1.yaml").rename(folder / "cheese-1.yaml")

    with pytest.raises(ValueError, match=r"cheese-1\.yaml holds the profile dairy/1"):
        Catalogue(folder).profile("cheese")


def test_a_file_of_another_name_is_refused(folder: Path) -> None:
    (folder / "dairy-1.yaml").rename(folder / "dairy-01.yaml")

    with pytest.raises(ValueError, match="is not named"):
        Catalogue(folder)
