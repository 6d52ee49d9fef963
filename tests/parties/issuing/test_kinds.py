"""The table of kinds beside the table of schemes: what is issued is read, what may be, is."""

import pytest

from codes import registry
from parties.issuing.kinds import KINDS, Needs, build_kinds
from tests.parties.samples import gtin_uri

# A scope of each kind that its texts are made of: a GTIN, fixed digits, none, or a prefix.
SCOPES = {
    "gs1_serial": gtin_uri(1).rpartition("/")[2],
    "suxin_serial": "",
    "pesticide_unit": "12013041511",
    "seed_unit": "",
}
PREFIX = "69212345"


def test_exactly_the_schemes_that_may_be_issued_are_those_of_a_kind() -> None:
    may_issue = {name for name, scheme in registry.SCHEMES.items() if scheme.may_issue}

    assert may_issue == {name for kind in KINDS.values() for name in kind.schemes}


@pytest.mark.parametrize("name", KINDS)
def test_a_code_that_is_issued_is_read_by_the_schemes_of_its_kind(name: str) -> None:
    kind = KINDS[name]
    scope = PREFIX if kind.needs is Needs.PREFIX else SCOPES[name]
    code = kind.text(scope, 7)
    written = {
        "gs1_element_string": f"(01){scope}(21){code}",
        "gs1_digital_link": f"https://trace.example/01/{scope}/21/{code}",
    }

    uris = {registry.parse(one, written.get(one, code)).uri for one in kind.schemes}

    assert uris == {kind.uri_of_text(scope, code)}


def test_two_kinds_of_one_name_are_refused() -> None:
    kind = KINDS["sscc"]

    with pytest.raises(ValueError, match="one name"):
        build_kinds([kind, kind])
