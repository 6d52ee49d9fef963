"""Which HTTP answer a refusal becomes: the only place that knows.

The rule that must stay true: what is not expected trouble becomes 500 with a request id and nothing
of its cause, which goes to the log alone.
"""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from base.errors import (
    AppError,
    Busy,
    ConfigurationError,
    Conflict,
    Forbidden,
    InputTooLarge,
    InvalidInput,
    NotFound,
    Problem,
    Unauthenticated,
)
from ledger.proof import VerificationError

# RFC 9110 15.5.2: a 401 names the scheme that would be accepted (RFC 6750 3).
_CHALLENGE: Final = (("WWW-Authenticate", 'Bearer realm="suxin"'),)
_AWAY_S: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is told about a failed request; `code` is stable, the titles are for people."""

    status: int
    code: str
    title: str
    title_zh: str
    detail: str
    problems: tuple[Problem, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


# Found along the class's own line of descent, so that a subclass needs no row.
STATUS_OF_ERROR: Final[dict[type[AppError], int]] = {
    InvalidInput: 400,
    VerificationError: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    InputTooLarge: 413,
    ConfigurationError: 500,
    Busy: 503,
}

TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("The request breaks a rule", "请求不符合要求"),
    401: ("A valid API key is needed", "需要有效的接口密钥"),
    403: ("This is not allowed", "没有权限"),
    404: ("There is nothing here", "没有找到"),
    405: ("This method is not offered here", "不支持此请求方法"),
    406: ("No acceptable form of the answer", "无法按要求的格式应答"),
    409: ("This contradicts what is recorded", "与已有记录冲突"),
    410: ("This is gone", "已不存在"),
    413: ("The request is too large", "请求过大"),
    414: ("The address is too long", "地址过长"),
    415: ("This kind of content is not accepted", "不支持的内容类型"),
    429: ("Too many requests", "请求过于频繁"),
    500: ("The service failed", "服务出错"),
    501: ("This is not offered", "尚不提供"),
    503: ("The service is busy; try again", "服务繁忙，请稍后再试"),
}

# EPCIS 2.0 (GS1) 12: the exceptions of the REST binding, by the stable word of the refusal first.
EPCIS_OF_CODE: Final[dict[str, str]] = {
    "no_such_name": "NoSuchNameException",
    "query_parameter": "QueryParameterException",
    "query_validation": "QueryValidationException",
    "query_too_complex": "QueryTooComplexException",
    "query_too_large": "QueryTooLargeException",
    "subscription_controls": "SubscriptionControlsException",
    "capture_limit": "CaptureLimitExceededException",
}

EPCIS_OF_STATUS: Final[dict[int, str]] = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
}

_EPCIS_OTHER: Final = "ImplementationException"


def problem_type(answer: Answer, path: str) -> str:
    """Return the type URI of RFC 9457 3.1.1 for an answer under this path."""
    if path == "/epcis" or path.startswith("/epcis/"):
        by_status = EPCIS_OF_STATUS.get(answer.status, _EPCIS_OTHER)
        return f"epcisException:{EPCIS_OF_CODE.get(answer.code, by_status)}"
    return f"urn:suxin:problem:{answer.code}"


def answer_of(error: Exception) -> Answer:
    """Return what a caller is told about any exception."""
    if isinstance(error, AppError):
        return _of_app_error(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        headers = (("Retry-After", str(_AWAY_S)),)
        return _answer(503, "busy", "The database does not answer.", headers=headers)
    return _answer(500, "internal", "The cause was logged under the number of this request.")


def _of_app_error(error: AppError) -> Answer:
    status = next(
        (STATUS_OF_ERROR[cls] for cls in type(error).__mro__ if cls in STATUS_OF_ERROR), 500
    )
    if status == 500:
        return _answer(500, "internal", "The cause was logged under the number of this request.")
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(error, Busy):
        headers = (("Retry-After", str(error.retry_after_s)),)
    elif status == 401:
        headers = _CHALLENGE
    return _answer(status, error.code, error.message, problems=error.problems, headers=headers)


def _of_http(error: HTTPException) -> Answer:
    status = error.code or 500
    kept = ("Allow", "Retry-After", "Content-Range")
    headers = tuple((name, value) for name, value in error.get_headers() if name in kept)
    word = re.sub(r"[^a-z]+", "_", error.name.lower()).strip("_")
    # The framework's own sentences speak of URLs and typing; a view's sentence is kept.
    is_own = error.description != type(error).description
    detail = error.description if is_own and error.description else ""
    return _answer(status, word, detail, headers=headers)


def _answer(
    status: int,
    code: str,
    detail: str,
    *,
    problems: tuple[Problem, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    title, title_zh = TITLES.get(status, TITLES[500])
    return Answer(
        status=status,
        code=code,
        title=title,
        title_zh=title_zh,
        detail=detail or f"{title}.",
        problems=problems,
        headers=headers,
    )
