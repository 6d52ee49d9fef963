"""What a page says of a scanned text: what it is, what is odd, where it leads, or what is wrong.

The rule that must stay true: where the text holds the number of a person nothing of it goes
back to the page, which knows the text already; a code is shown as `codes` prints it.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from codes.model import Candidate, Code, CodeError
from codes.telling import Telling, tell
from codes.web_address import host_of, is_address
from parties.actors import Actor
from parties.directory import register_uris
from parties.issuing.tags import SIGNED
from web.next_steps import Action, actions_for
from web.pages.code_words import (
    facts_of,
    refusal_words,
    signature_facts,
    signature_warnings,
    warning_words,
)
from web.pages.model import Lang
from web.signatures import signature_of

Kind: TypeAlias = Literal["known", "choice", "refused"]

_SHOWN_CHARS_MAX: Final = 512
_HOST_CHARS_MAX: Final = 100
# What is held against a web address that leads to no code at all.
_RULES_OF_PLAIN_ADDRESSES: Final = frozenset({"unknown_code", "no_key", "host", "domain"})
# The Unicode pictures of control characters start here, in the same order.
_CONTROL_PICTURES: Final = 0x2400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One reading; `facts` are label and value, `text` is without the number of a person.

    `uris` are the code itself and what it belongs to, its lot and product.
    """

    title: str
    text: str
    norm: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    actions: tuple[Action, ...]
    uris: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """Why a text is no code: `before`, `at` and `after` are the text around the place at fault.

    `place` counts from 1 and is 0 where no single place is at fault. `host` is set where the text
    is a web address that holds no code.
    """

    reason: str
    norm: str
    place: int
    before: str
    at: str
    after: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldView:
    """One item of the list. `key` is the text as it was read, empty where nobody may keep it."""

    kind: Kind
    key: str
    readings: tuple[ReadingView, ...] = ()
    refusal: RefusalView | None = None


def told_of(text: str, lang: Lang, actor: Actor, *, year: int) -> ToldView:
    """Return what the page says of `text`; `year` fixes the century of its dates."""
    told = tell(text)
    if told.refusal is not None:
        return ToldView(kind="refused", key=text, refusal=refusal_view(text, told.refusal, lang))
    shown = told.likeliest if told.is_ambiguous else told.readings[:1]
    return ToldView(
        kind="choice" if told.is_ambiguous else "known",
        key="" if _is_personal(told) else text,
        readings=tuple(_reading(reading, lang, actor, year) for reading in shown),
    )


def _is_personal(told: Telling) -> bool:
    return any(reading.code.is_personal for reading in told.readings)


def _reading(reading: Candidate, lang: Lang, actor: Actor, year: int) -> ReadingView:
    scheme, code = reading.scheme, reading.code
    signature = signature_of(code.fields)
    signed = signature_facts(signature, lang)
    # Whether a signature is right tells people something, and its letters tell them nothing.
    fields = {name: text for name, text in code.fields.items() if name != SIGNED or not signed}
    return ReadingView(
        title=scheme.title_zh if lang == "zh" else scheme.title_en,
        text=_visible(code.printed),
        norm=scheme.norm,
        facts=(*facts_of(scheme.name, fields, lang, year=year), *signed),
        warnings=(
            *signature_warnings(signature, lang),
            *(warning_words(warning, lang) for warning in code.warnings),
        ),
        actions=actions_for(reading, actor),
        uris=_uris(code),
    )


def _uris(code: Code) -> tuple[str, ...]:
    if code.is_personal or not code.uri:
        return ()
    return tuple(dict.fromkeys((code.uri, *register_uris(code.uri))))


def refusal_view(text: str, refusal: CodeError, lang: Lang) -> RefusalView:
    """Return why a text is no code, and the text around the place at fault."""
    shown = text[:_SHOWN_CHARS_MAX]
    at = refusal.position
    is_at = at is not None and at < len(shown)
    cut = at if at is not None and is_at else len(shown)
    tail = "…" if len(text) > len(shown) else ""
    is_plain_address = refusal.rule in _RULES_OF_PLAIN_ADDRESSES and is_address(text)
    return RefusalView(
        reason=refusal_words(refusal, lang),
        norm=refusal.norm,
        place=cut + 1 if is_at else 0,
        before=_visible(shown[:cut]),
        at=_visible(shown[cut : cut + 1]),
        after=_visible(shown[cut + 1 :]) + tail,
        host=_visible(host_of(text)[:_HOST_CHARS_MAX]) if is_plain_address else "",
    )


def _visible(text: str) -> str:
    """Return `text` with every character to be seen: controls as pictures, the unprintable as �.

    The lines of a label stay lines.
    """
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else chr(_CONTROL_PICTURES + ord(character))
        if ord(character) < 0x20
        else "\N{REPLACEMENT CHARACTER}"
        for character in text.replace("\r\n", "\n")
    )
