"""Under what a product or a site is registered: a code in any written form, and why it is not."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from base.db import reading, transaction
from base.errors import InvalidInput
from parties.drafts import ProductDraft, SiteDraft
from parties.register import Registered, register_product, register_site
from parties.tables import PRODUCT, SITE
from tests.parties.samples import NOW, gln_uri, gtin_uri, new_party


def put(engine: Engine, register: Callable[..., Registered], draft: Any) -> Registered:
    with transaction(engine) as connection:
        return register(connection, draft, now=NOW)


@pytest.mark.parametrize("head", ["", "414", "(414)"])
def test_a_site_may_be_written_in_any_form(engine: Engine, head: str) -> None:
    written = head + gln_uri(1)[-13:]
    draft = SiteDraft(party_id=new_party(engine), uri=written, name_zh="一号棚")

    put(engine, register_site, draft)

    with reading(engine) as connection:
        assert connection.execute(select(SITE.c.uri)).scalar_one() == gln_uri(1)


@pytest.mark.parametrize("head", ["", "0", "(01)0", "https://shop.cn/01/0"])
def test_a_product_may_be_written_in_any_form(engine: Engine, head: str) -> None:
    written = head + gtin_uri(1)[-13:]
    draft = ProductDraft(party_id=new_party(engine), uri=written, name_zh="小米")

    put(engine, register_product, draft)

    with reading(engine) as connection:
        assert connection.execute(select(PRODUCT.c.uri)).scalar_one() == gtin_uri(1)


@pytest.mark.parametrize(
    ("uri", "rule", "says"),
    [
        ("6901234567893", "check_digit", "(at character 13)"),
        ("urn:suxin:rice:1", "own_name", "(at character 11)"),
        ("rice", "unknown_code", ""),
        (gln_uri(1), "uri", ""),
    ],
)
def test_a_refused_code_names_its_rule_its_place_and_what_to_write(
    engine: Engine, uri: str, rule: str, says: str
) -> None:
    draft = ProductDraft(party_id=new_party(engine), uri=uri, name_zh="小米")

    with pytest.raises(InvalidInput) as refusal:
        put(engine, register_product, draft)

    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("uri", rule)
    assert says in problem.message
    assert "write it as 6901234567892 or https://id.gs1.org/01/06901234567892" in problem.message
