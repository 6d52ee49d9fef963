"""What a consumer reads of a code that was issued here, before and after it is in use."""

from datetime import timedelta
from trace.issuing.commission import Commissioner, plan_activation, plan_void, run_now
from trace.issuing.events import Making

import pytest

from base.db import transaction
from parties.actors import Role, actor_of_key
from parties.drafts import ProductDraft, SiteDraft
from parties.ids import new_id
from parties.issuing.blocks import Block, BlockRequest, Issuer, issue_block, texts_of
from parties.issuing.ranges import RangeRequest
from parties.issuing.tables import RangeAction
from parties.register import register_product, register_site
from tests.parties.samples import NOW, gln_uri, gtin_uri
from tests.web.house import House

KINDS = ("gs1_serial", "suxin_serial", "seed_unit")

# It reassures, and is said of nothing that should not be on sale.
FIRST = "您是第一个扫这个码的人"


def commissioner_of(house: House) -> Commissioner:
    parts = house.services
    issuer = Issuer(
        journal=parts.desk.journal, secret=parts.secret, clock=house.clock, block_max=1000
    )
    return Commissioner(desk=parts.desk, issuer=issuer, tasks_waiting_max=9)


class Maker:
    """A producer of the house with a block of ten codes."""

    def __init__(self, house: House, kind: str) -> None:
        self.house = house
        self.desk = commissioner_of(house)
        self.actor = actor_of_key(key_id=new_id(NOW), role=Role.PRODUCER, party_id=house.party_id)
        product = ProductDraft(party_id=house.party_id, uri=gtin_uri(1), name_zh="稻花香米")
        site = SiteDraft(party_id=house.party_id, uri=gln_uri(1), name_zh="碾米厂")
        with transaction(house.services.engine) as connection:
            product_id = register_product(connection, product, now=NOW).id
            register_site(connection, site, now=NOW)
        request = BlockRequest(kind=kind, count=10, product_id=product_id)
        self.block: Block = issue_block(self.desk.issuer, self.actor, request)

    def activate(self, number: int) -> None:
        request = self._range(RangeAction.ACTIVATED, number, lot="M7")
        making = Making(site=gln_uri(1), happened_at=self.house.clock.now(), lot="M7")
        run_now(self.desk, self.actor, plan_activation(self.desk, self.actor, request, making))

    def void(self, number: int) -> None:
        request = self._range(RangeAction.VOIDED, number, reason="印错")
        run_now(self.desk, self.actor, plan_void(self.desk, self.actor, request))

    def page(self, number: int) -> str:
        (text,) = texts_of(self.block, self.desk.issuer.secret, first=number, count=1)
        is_gs1 = self.block.kind.name == "gs1_serial"
        path = f"/01/{self.block.series.scope}/21/{text}" if is_gs1 else f"/t/{text}"
        scheme = "?as=cn_seed_unit_code" if self.block.kind.name == "seed_unit" else ""
        answer = self.house.client.get(path + scheme, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text

    def _range(self, action: RangeAction, number: int, **detail: str) -> RangeRequest:
        return RangeRequest(
            block_id=self.block.id, action=action, first=number, last=number, **detail
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_is_not_in_use_says_so_with_its_product(house: House, kind: str) -> None:
    maker = Maker(house, kind)

    page = maker.page(1)

    assert "稻花香米" in page
    assert "尚未启用" in page
    assert FIRST not in page


@pytest.mark.parametrize("kind", KINDS)
def test_an_activated_code_shows_product_and_lot(house: House, kind: str) -> None:
    maker = Maker(house, kind)
    maker.activate(3)

    page = maker.page(3)

    assert "稻花香米" in page
    assert "M7" in page
    assert "尚未启用" not in page


@pytest.mark.parametrize("is_activated", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_void_code_warns_and_hides_its_product(
    house: House, kind: str, is_activated: bool
) -> None:
    maker = Maker(house, kind)
    if is_activated:
        maker.activate(4)
    before = maker.page(4)

    house.clock.instant += timedelta(minutes=1)
    maker.void(4)

    page = maker.page(4)
    assert "notice-stop" in page
    assert "notice-stop" not in before
    assert "稻花香米" in before
    assert "稻花香米" not in page
    assert FIRST not in page
