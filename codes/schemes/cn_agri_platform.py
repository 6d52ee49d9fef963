"""Codes of the national platform for farm produce: subject, long code, short code, old OID.

国家农产品质量安全追溯管理信息平台, as its program writes them; no published norm fixes the layout,
so what could not be confirmed is a warning. A subject may be a person: then its number is masked.
"""

import re
from typing import Final

from codes.cn.persons import is_id_number, mask, may_be_id_number
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, CodeWarning, Scheme, personal_uri
from codes.schemes.cn_uscc import is_uscc
from codes.shapes import digit_refusal, first_non_digit, format_text, require_date

NORM: Final = "国家农产品质量安全追溯管理信息平台"

_SUBJECT_KINDS: Final = {
    "0": "生产主体",
    "1": "经营主体",
    "2": "生产经营主体",
    "3": "农业投入品主体",
}
_TYPES: Final = {"1": "生产批次码", "2": "流通批次码", "3": "入市追溯凭证"}

_SHORT_MIN: Final = 14
_SHORT_MAX: Final = 20

_OID_ROOT: Final = "1.2.156.326.8"
_OID_PROPERTIES: Final = {"0": "0 主体身份码", "3": "3 产品追溯码"}

_SUBJECT = re.compile("[0-9A-Z]{18}")
_SUBJECT_CHARS = re.compile("[0-9A-Z]{0,18}")
_CLASS = re.compile("[0-9A-Za-z]{1,20}")

_UNCHECKED = CodeWarning(
    code="subject", message="the subject is neither a social credit code nor an ID number"
)


def parse_subject_code(text: str) -> Code:
    """Read kind, 18 characters and user: K.18.5; raises `CodeError`."""
    kind, subject, user = _parts(text, 3, "a subject code is kind.subject.user")
    fields = {"kind": _named(kind, _SUBJECT_KINDS, "the kind of subject is 0 to 3", 0)}
    _require_number(user, 5, "user", "the user has five digits", len(text) - len(user))
    return _code("cn_agri_subject_code", "agri-subject", text, subject, fields, {"user": user}, 2)


def parse_long_code(text: str) -> Code:
    """Read type, kind, subject, class, time and sequence: T.K.18.class.14.3; raises `CodeError`."""
    kind, subject_kind, subject, product, time, sequence = _parts(
        text, 6, "a long code is type.kind.subject.class.time.sequence"
    )
    before = {
        "type": _named(kind, _TYPES, "the type is 1, 2 or 3", 0),
        "subject_kind": _named(subject_kind, _SUBJECT_KINDS, "the kind of subject is 0 to 3", 2),
    }
    place = 4 + len(subject) + 1
    _require_class(product, place)
    place += len(product) + 1
    _require_time(time, place)
    place += len(time) + 1
    _require_number(sequence, 3, "sequence", "the sequence has three digits", place)
    after = {"product_class": product, "time": time, "seq": sequence}
    return _code("cn_agri_trace_long", "agri-trace", text, subject, before, after, 4)


def parse_short_code(text: str) -> Code:
    """Read a short code: 14 to 20 digits, the first of which is the type. Raises `CodeError`."""
    if not _SHORT_MIN <= len(text) <= _SHORT_MAX:
        message = f"a short code has {_SHORT_MIN} to {_SHORT_MAX} digits, not {len(text)}"
        raise CodeError("length", message, position=min(len(text), _SHORT_MAX), norm=NORM)
    if not is_digits(text):
        raise digit_refusal(text, what="a short code", norm=NORM)
    if text[0] not in _TYPES:
        raise CodeError("type", "the type is 1, 2 or 3", position=0, norm=NORM)
    is_short = len(text) < _SHORT_MAX
    message = "twenty digits are the rule; fewer come from parts that were not filled up"
    return Code(
        scheme="cn_agri_trace_short",
        text=text,
        fields={"type": text[0]},
        uri=f"urn:suxin:agri-short:{text}",
        warnings=(CodeWarning(code="short", message=message),) if is_short else (),
        doubt=int(is_short),
    )


def parse_old_oid(text: str) -> Code:
    """Read an identifier under 1.2.156.326.8 of the platform's first years; raises `CodeError`."""
    if not text.startswith(_OID_ROOT + "."):
        root = f"{_OID_ROOT}."
        position = next(i for i, c in enumerate(root) if text[i : i + 1] != c)
        raise CodeError("root", f"the root is {_OID_ROOT}", position=position, norm=NORM)
    arcs = text[len(_OID_ROOT) + 1 :].split(".")
    if len(arcs) not in {5, 7}:
        raise CodeError(
            "format", "service, property, kind, form, subject, and for a product class and time",
            position=len(_OID_ROOT) + 1, norm=NORM,
        )  # fmt: skip
    service, prop, kind, form, subject = arcs[:5]
    place = len(_OID_ROOT) + 1
    if not is_digits(service) or len(service) > 2:
        raise CodeError("service", "the service is a number", position=place, norm=NORM)
    place += len(service) + 1
    if prop not in "0123456" or len(prop) != 1:
        raise CodeError("property", "the property is 0 to 6", position=place, norm=NORM)
    if kind not in _SUBJECT_KINDS:
        raise CodeError("kind", "the kind of subject is 0 to 3", position=place + 2, norm=NORM)
    if not is_digits(form) or len(form) != 1:
        raise CodeError("form", "the form is one digit", position=place + 4, norm=NORM)
    before = {
        "root": _OID_ROOT,
        "service": "1 追溯" if service == "1" else service,
        "property": _OID_PROPERTIES.get(prop, prop),
        "subject_kind": kind,
        "form": "0 企业" if form == "0" else form,
    }
    after: dict[str, str] = {}
    if len(arcs) == 7:
        _require_class(arcs[5], place + 6 + len(subject) + 1)
        _require_time(arcs[6], len(text) - len(arcs[6]))
        after = {"product_class": arcs[5], "time": arcs[6]}
    return _code("cn_agri_oid_legacy", "agri-oid", text, subject, before, after, place + 6)


def _parts(text: str, count: int, shape: str) -> list[str]:
    parts = text.split(".")
    if len(parts) != count:
        # Something is missing at the end, or begins with the dot behind the last part.
        position = len(".".join(parts[:count]))
        raise CodeError("format", shape, position=position, norm=NORM)
    return parts


def _require_number(text: str, digits: int, rule: str, message: str, position: int) -> None:
    """Refuse a part that begins at `position` unless it is a number of so many digits."""
    if not (is_digits(text) and len(text) == digits):
        place = position + min(first_non_digit(text), digits)
        raise CodeError(rule, message, position=place, norm=NORM)


def _named(digit: str, names: dict[str, str], rule: str, position: int) -> str:
    name = names.get(digit)
    if name is None:
        raise CodeError("type", rule, position=position, norm=NORM)
    return name


def _require_class(text: str, position: int) -> None:
    fitting = _CLASS.match(text)
    if fitting is None or fitting.end() != len(text):
        place = position + (fitting.end() if fitting else 0)
        message = "the product class is 1 to 20 digits and letters"
        raise CodeError("class", message, position=place, norm=NORM)


def _require_time(text: str, position: int) -> None:
    _require_number(text, 14, "time", "the time is yyyyMMddHHmmss", position)
    require_date(text[:8], position=position, norm=NORM)
    for start, limit in ((8, "24"), (10, "60"), (12, "60")):
        if text[start : start + 2] >= limit:
            message = "there is no such time of day"
            raise CodeError("time", message, position=position + start, norm=NORM)


def _code(
    scheme: str,
    name: str,
    text: str,
    subject: str,
    before: dict[str, str],
    after: dict[str, str],
    place: int,
) -> Code:
    """Put a code together around its subject, which stands at `place`."""
    if not _SUBJECT.fullmatch(subject):
        fitting = _SUBJECT_CHARS.match(subject)
        position = place + (fitting.end() if fitting else 0)
        message = "the subject has 18 digits and capital letters"
        raise CodeError("subject", message, position=position, norm=NORM)
    is_company = is_uscc(subject)
    # A number that passes both checks is treated as a person's: showing it is the worse error.
    if is_id_number(subject) or (not is_company and may_be_id_number(subject)):
        hidden = mask(subject)
        return Code(
            scheme=scheme,
            text=text,
            fields={**before, "subject": hidden, **after},
            uri=personal_uri(scheme),
            masked=text[:place] + hidden + text[place + len(subject) :],
        )
    # The old identifiers call their subject so whoever it is.
    subject_name = "subject" if name == "agri-oid" else "uscc"
    is_licence = subject.startswith("000") and is_digits(subject)
    return Code(
        scheme=scheme,
        text=text,
        fields={**before, subject_name if is_company else "subject": subject, **after},
        uri=f"urn:suxin:{name}:{text}",
        warnings=() if is_company or is_licence else (_UNCHECKED,),
    )


SCHEMES: Final = (
    Scheme(
        name="cn_agri_trace_long",
        title_zh="农产品追溯码（长码）",
        title_en="National farm produce trace code",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern=r"[123]\.[0-3]\.[0-9A-Z]{18}\.[0-9A-Za-z]{1,20}\.[0-9]{14}\.[0-9]{3}",
        parse=parse_long_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(43, 64)),
        looks_like=lambda text: text[1] == ".",
        rank=1,
        own_name="agri-trace",
        first="123",
        in_address=True,
    ),
    Scheme(
        name="cn_agri_subject_code",
        title_zh="农产品追溯主体码",
        title_en="National farm produce subject code",
        category=Category.PARTY,
        norm=NORM,
        pattern=r"[0-3]\.[0-9A-Z]{18}\.[0-9]{5}",
        parse=parse_subject_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({26}),
        looks_like=lambda text: text[1] == ".",
        rank=1,
        own_name="agri-subject",
        first="0123",
    ),
    Scheme(
        name="cn_agri_trace_short",
        title_zh="农产品追溯码（短码）",
        title_en="National farm produce short code",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern="[123][0-9]{13,19}",
        parse=parse_short_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(14, 21)),
        looks_like=is_digits,
        rank=1,
        own_name="agri-short",
        first="123",
        in_address=True,
    ),
    Scheme(
        name="cn_agri_oid_legacy",
        title_zh="农产品追溯码（OID 旧码）",
        title_en="National farm produce code, old OID form",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern=r"1\.2\.156\.326\.8\.[0-9]{1,2}\.[0-6]\.[0-3]\.[0-9]\.[0-9A-Z]{18}"
        r"(?:\.[0-9A-Za-z]{1,20}\.[0-9]{14})?",
        parse=parse_old_oid,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(38, 90)),
        looks_like=lambda text: text.startswith(_OID_ROOT),
        rank=1,
        own_name="agri-oid",
        marks=(_OID_ROOT,),
        first="1",
    ),
)
