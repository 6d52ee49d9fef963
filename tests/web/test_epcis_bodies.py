"""Bodies that are no document: broken, deep, endless, too large, half written."""

from io import BytesIO, RawIOBase
from typing import Any

import pytest

from tests.instances import document_bytes, observation, serial
from tests.web.epcis_world import (
    JSON,
    check,
    post,
    post_document,
    readable,
    things,
)
from tests.web.house import House


@pytest.mark.parametrize("key", ["", "with space", "ü", "x" * 256])
def test_an_idempotency_key_has_one_form(sqlite_house: House, key: str) -> None:
    body = document_bytes(things(1))
    headers = {
        "Authorization": f"Bearer {sqlite_house.keys['producer']}",
        "Content-Type": JSON,
        "Idempotency-Key": key.encode().decode("latin-1"),
    }

    answer = readable(sqlite_house.client.post("/epcis/capture", data=body, headers=headers))

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == "Idempotency-Key"
    assert check(sqlite_house) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/json2"])
def test_another_kind_of_content_is_not_read(sqlite_house: House, kind: str) -> None:
    answer = post(sqlite_house, "/epcis/capture", b"{}", Content_Type=kind)

    assert answer.status_code == 415
    assert answer.get_json()["type"] == "epcisException:UnsupportedMediaTypeException"
    assert check(sqlite_house) == 1


def test_json_ld_is_read(sqlite_house: House) -> None:
    body = document_bytes(things(1))

    answer = post(sqlite_house, "/epcis/capture", body, Content_Type="application/ld+json")

    assert answer.status_code == 202
    assert check(sqlite_house) == 2


class _Endless(RawIOBase):
    """A body of any length that counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.place = 0
        self.read_bytes = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        # The client looks at the end to learn the length.
        self.place = offset + (self.left if whence == 2 else 0)
        return self.place

    def tell(self) -> int:
        return self.place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # A buffer, whatever it is called.
        count = min(len(view), self.left)
        view[:count] = b" " * count
        self.left -= count
        self.read_bytes += count
        return count


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_large_is_not_read_to_its_end(
    sqlite_house: House, is_announced: bool
) -> None:
    body = _Endless(200 << 20)
    unannounced: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    answer = readable(
        sqlite_house.client.post(
            "/epcis/capture",
            input_stream=body,
            headers={
                "Authorization": f"Bearer {sqlite_house.keys['producer']}",
                "Content-Type": JSON,
            },
            environ_overrides={} if is_announced else unannounced,
        )
    )

    assert answer.status_code == 413
    assert body.read_bytes <= 11 << 20
    assert check(sqlite_house) == 1


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (b"", "", "json_syntax"),
        (b'{\n"a": ,\n}', "", "json_syntax"),
        (b"\xff", "", "json_encoding"),
        (b'{"type": 1, "type": 2}', "type", "json_duplicate_key"),
        (b'{"a": NaN}', "", "json_syntax"),
        (b'{"a": 99999999999999999999}', "a", "json_number"),
        (b"[" * 5000 + b"]" * 5000, "", "json_depth"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "", "json_depth"),
        (b"[]", "", "type"),
        (b'{"type": "EPCISDocument"}', "@context", "required"),
    ],
)
def test_a_body_that_is_no_document_is_refused_where_it_is_wrong(
    sqlite_house: House, body: bytes, path: str, code: str
) -> None:
    answer = post(sqlite_house, "/epcis/capture", body)

    problem = answer.get_json()
    assert answer.status_code == 400
    assert (problem["errors"][0]["path"], problem["errors"][0]["code"]) == (path, code)
    assert check(sqlite_house) == 1


def test_broken_json_is_refused_by_its_line(sqlite_house: House) -> None:
    body = document_bytes(things(1)).replace(b', "epcisBody"', b',\n\n"epcisBody" oops')

    answer = post(sqlite_house, "/epcis/capture", body)

    assert "line 3" in answer.get_json()["detail"]


def test_one_event_too_many_is_too_large(sqlite_house: House) -> None:
    answer = post_document(sqlite_house, *([observation(serial(1))] * 10_001))

    assert answer.status_code == 413
    assert answer.get_json()["type"] == "epcisException:CaptureLimitExceededException"
    assert check(sqlite_house) == 1


def test_a_half_written_body_is_no_document(sqlite_house: House) -> None:
    body = document_bytes(things(5))

    answer = readable(
        sqlite_house.client.post(
            "/epcis/capture",
            input_stream=BytesIO(body[: len(body) // 2]),
            headers={
                "Authorization": f"Bearer {sqlite_house.keys['producer']}",
                "Content-Type": JSON,
            },
            environ_overrides={"CONTENT_LENGTH": str(len(body))},
        )
    )

    assert answer.status_code == 400
    assert check(sqlite_house) == 1
