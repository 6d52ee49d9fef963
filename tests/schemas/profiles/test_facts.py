"""Every fact that was gathered is in a profile, as hard as it was said and no wider seen."""

from collections.abc import Sequence

from schemas.profiles.library import Library
from schemas.profiles.model import OPENNESS, Kde, Mark, Need, SeenBy
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from schemas.profiles.row_specs import RowSpec
from tests.schemas.profiles.fact_rows import FactRow, fact_rows, load_facts

FACTS = 1023

SEEN = {"P": SeenBy.PUBLIC, "C": SeenBy.CHAIN, "A": SeenBy.AUTHORITY, "O": SeenBy.AUTHORITY}
NEEDS = {
    "M": {Need.MANDATORY, Need.PRACTICE},
    "C": {Need.CONDITIONAL},
    "R": {Need.RECOMMENDED},
    "O": {Need.OPTIONAL},
}

# Mandatory for some goods or acts only: the condition is one that a program judges.
CONDITIONED = {
    ("veg_fruit", "input_use"): {
        "input_reg_no", "target", "phi_days", "phi_ok_date", "restricted",
    },
    ("meat_egg", "rear"): {"withdrawal_days", "withdrawal_end"},
    ("edible_oil", "crude_trade"): {"permit_no"},
    ("aquatic", "catch"): {"hgz_no"},
}  # fmt: skip

# Data that stands where everybody may see it: on the label of the goods, or as a public number.
PUBLIC_ALREADY = {
    "sx:registrationNumber",
    "sx:preHarvestIntervalDays",
    "sx:genericName",
    "sx:authorisationHolder",
    "cbvmda:itemExpirationDate",
    "sx:importInspectionCertificate",
    "sx:cropYear",
    "sx:productionDate",
    "sx:tradeName",
    "sx:dosageForm",
    "sx:strength",
    "sx:manufacturer",
    "cbvmda:lotNumber",
}


def _kdes(row: FactRow) -> list[Kde | RowSpec]:
    """Return what the profiles say at a row's place under its name."""
    shared = catalogue().shared
    if row.place.startswith("@"):
        found: Sequence[Kde | RowSpec] = shared.groups[row.place[1:]]
    elif row.place == "#party":
        found = shared.records["party"].kdes
    elif row.place.startswith("#"):
        records = {one.id: one for one in catalogue().profile(row.profile).records}
        found = records[row.place[1:]].kdes
    else:
        ctes = {cte.id: cte for cte in catalogue().profile(row.profile).ctes}
        found = [kde for way in ctes[row.place].ways for kde in way.kdes]
    return [kde for kde in found if row.code in (kde.code, *kde.also)]


def test_every_row_of_the_facts_is_in_a_profile() -> None:
    rows = fact_rows()

    missing = [row for row in rows if not _kdes(row)]

    assert len(rows) == FACTS
    assert missing == []


def test_every_row_keeps_its_mark() -> None:
    strength = {Mark.READ: 2, Mark.SECONDARY: 1, Mark.MEMORY: 0}

    weaker = [
        (row, kde.code, kde.mark)
        for row in fact_rows()
        for kde in _kdes(row)
        if (
            kde.mark != row.mark
            if kde.code == row.code
            else strength[kde.mark] < strength[Mark(row.mark)]
        )
    ]

    assert weaker == []


def test_every_row_is_as_hard_as_it_was_said() -> None:
    other: list[tuple[FactRow, Need]] = []
    for row in fact_rows():
        for kde in _kdes(row):
            conditioned = CONDITIONED.get((row.profile, row.place), set())
            if row.place == "@farm_input" or row.code in conditioned:
                assert kde.when is not None
            elif kde.code == row.code and kde.need not in NEEDS[row.need]:
                other.append((row, kde.need))

    assert other == []


def test_no_row_is_seen_by_more_people_than_was_said() -> None:
    wider = [
        (row, kde.path, kde.field.seen_by)
        for row in fact_rows()
        for kde in _kdes(row)
        if isinstance(kde, Kde) and _is_wider(kde, row)
    ]

    assert wider == []


def _is_wider(kde: Kde, row: FactRow) -> bool:
    path = parse_path(kde.path)
    # Of EPCIS's own fields the visibility table in force decides, and it was published.
    if path.place not in (Place.TERM, Place.ILMD, Place.LOT) or path.name in PUBLIC_ALREADY:
        return False
    return OPENNESS[kde.field.seen_by] > OPENNESS[SEEN[row.seen_by]]


def test_a_profile_has_no_fewer_bounds_than_the_facts() -> None:
    food = load_facts("profiles_food.yaml")

    for name, facts in food["classes"].items():
        profile = catalogue().profile(name)
        assert len(profile.limits) >= len(facts["limits"]), name
        assert len(profile.yields) + 1 >= len(facts["yields"]), name
        assert len(profile.cold_chain) + 1 >= len(facts["cold_chain"]), name
        assert len(profile.retention) >= len(facts["retention"]), name


def test_norms_that_bind_only_by_custom_make_nothing_mandatory() -> None:
    library: Library = catalogue().shared.library
    custom = {norm.id for norm in library.norms.values() if norm.level in ("practice", "local")}

    wrong = [
        (profile.name, cte.id, kde.code)
        for profile in catalogue().newest()
        for cte in profile.ctes
        for way in cte.ways
        for kde in way.kdes
        if kde.need is Need.MANDATORY and {ref.norm.id for ref in kde.norms} <= custom
    ]

    assert wrong == []
