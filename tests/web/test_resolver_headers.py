"""What a request brings along ends no header of an answer and adds nothing to one."""

import re
from typing import Final

import pytest
from werkzeug.test import TestResponse

from codes.gs1.compression import compress
from tests.web.house import House
from tests.web.resolver_world import (
    AT_LOT,
    AT_PRODUCT,
    BROWSER,
    LINKSET,
    LOT,
    ROOT,
    keep,
    links_of,
    make_goods,
    register_uri,
)

SHOP = "https://shop.example/"
HTML = BROWSER["Accept"]
DRUG = "69012345678901234567"

# As bytes, for a sender may put any into a request line.
HOSTILE: Final = {
    "a target that ends": b'x=a>; rel="describedby"',
    "a second link": b'x=a>,<https://evil.example/>;rel="license"',
    "a quote": b'x="; title="evil',
    "a line end": b"x=a\r\nSet-Cookie: a=b",
    "an escaped line end": b"x=a%0d%0aSet-Cookie:%20a=b",
    "a null": b"x=a\x00b%00",
    "a byte of no text": b"x=\xff\xfe\x80",
    "Chinese": "x=酸奶".encode(),
    "a backslash and a space": b"x=\\ \\",
    "a lone percent sign": b"x=%&y=%zz",
    "a fragment": b"x=#top",
    "all of them": b'a=>"<\\^`{|}\x7f\r\n\xe4\xb8\xad&lot=\xff>"&lang=\xff"',
}
_LINK: Final = re.compile(r'<[!-;=?-~]*>(?:; (?:rel|type|title)="[ !#-~]*")+')


def compressed() -> str:
    return compress(f"{ROOT}{AT_LOT}?17=261231").removeprefix(ROOT)


# What is asked for: its path, what stands before the hostile part of the query, `Accept`.
WAYS: Final[dict[str, tuple[str, bytes, str]]] = {
    "a page": (AT_LOT, b"", HTML),
    "the ledger's page": (f"/page{AT_LOT}", b"", HTML),
    "a page of a compressed link": ("compressed", b"", HTML),
    "a linkset of a compressed link": ("compressed", b"linkType=linkset&", "*/*"),
    "a redirect from a compressed link": ("compressed", b"linkType=gs1:recipeInfo&", "*/*"),
    "a linkset": (AT_LOT, b"", LINKSET),
    "a page of links": (AT_LOT, b"linkType=linkset&", HTML),
    "a redirect to the owner's link": (AT_LOT, b"linkType=gs1:recipeInfo&", "*/*"),
    "a redirect to the ledger's link": (AT_LOT, b"linkType=gs1:pip&", "*/*"),
    "a choice": (AT_LOT, b"linkType=gs1:faqs&", HTML),
    "a type that is not there": (AT_LOT, b"linkType=gs1:pip2&", HTML),
    "a type that is hostile": (AT_LOT, b"linkType=", "application/json"),
    "a default": (f"/t/{DRUG}", b"", HTML),
    "a code of another kind": (f"/t/{DRUG}", b"linkType=linkset&", "*/*"),
    "a lot that was typed": (AT_PRODUCT, b"lot=", HTML),
    "a code that was typed": ("/t/", b"code=", HTML),
    "a link that breaks a rule": (AT_LOT, b"9999=", HTML),
}


@pytest.fixture
def goods(sqlite_house: House) -> House:
    """Give a lot with links, and a drug whose owner leads elsewhere."""
    make_goods(sqlite_house)
    keep(sqlite_house, LOT, link_type="gs1:recipeInfo", href=f"{SHOP}recipes?id=7#top")
    for name in ("first", "second"):
        keep(sqlite_house, LOT, link_type="gs1:faqs", href=SHOP + name)
    register_uri(sqlite_house, f"urn:suxin:drug-trace:{DRUG}")
    keep(sqlite_house, DRUG, href=SHOP, is_default=True)
    return sqlite_house


def send(house: House, path: str, query: bytes, accept: str) -> TestResponse:
    """Ask with a query of any bytes, as a server hands it over (PEP 3333)."""
    return house.client.get(
        compressed() if path == "compressed" else path,
        headers={"Accept": accept},
        environ_overrides={"QUERY_STRING": query.decode("latin-1")},
    )


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("way", WAYS)
def test_a_query_of_any_bytes_stays_inside_its_place(goods: House, way: str, hostile: str) -> None:
    path, before, accept = WAYS[way]

    response = send(goods, path, before + HOSTILE[hostile], accept)

    assert response.status_code < 500
    assert "Set-Cookie" not in response.headers
    for name, value in response.headers:
        assert all(" " <= sign <= "~" for sign in value), name
    for value in response.headers.getlist("Link"):
        assert _LINK.fullmatch(value), value
    assert not {"describedby", "license"} & links_of(response).keys()
    location = response.headers.get("Location", "")
    assert not set(location) & set('<>" \\^`{|}')
    assert location.startswith((SHOP, "/")) or not location


def test_a_compressed_link_names_the_whole_query_it_was_asked_with(goods: House) -> None:
    response = send(goods, "compressed", b'x=a>; rel="describedby"&y=%E4%B8%AD\xff', HTML)

    whole = f"{ROOT}{AT_LOT}?17=261231&x=a%3E;%20rel=%22describedby%22&y=%E4%B8%AD%FF"
    assert links_of(response)["owl:sameAs"] == whole
