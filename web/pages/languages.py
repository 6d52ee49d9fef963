"""Chooses the language of a page and gives Flask-Babel its catalogue.

The catalogue is read from the `.po` files at start, in memory. No compiled `.mo` exists, so none
can be stale: a changed translation is a changed text file and a restart.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import (  # type: ignore[import-untyped]  # Flask-Babel ships no types.
    Babel,
    Domain,
    get_locale,
    gettext,
)

from web.pages.model import Lang

COOKIE: Final = "lang"
_YEAR_S: Final = 365 * 24 * 3600
_TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"
_LOCALES: Final[Mapping[str, str]] = {"zh": "zh_CN", "en": "en"}
_TAGS: Final[Mapping[Lang, str]] = {"zh": "zh-CN", "en": "en"}


class _TextCatalogues(Domain):  # type: ignore[misc]  # Flask-Babel ships no types.
    """The catalogues of `web/translations`, read from their text form."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the request's language."""
        # Babel may name the locale `zh_Hans_CN`; the language alone says which catalogue it is.
        locale = get_locale()
        return load_catalogue(_LOCALES.get(locale.language if locale else "", "en"))


@cache
def load_catalogue(locale: str) -> NullTranslations:
    """Return the catalogue of a locale; English is the language of the message ids."""
    path = _TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


def chosen_lang() -> Lang:
    """Return the language of this request: `?lang=`, then the cookie, then Accept-Language.

    Whoever asks for neither Chinese nor English gets Chinese: the goods are sold in China.
    """
    if not has_request_context():
        return "zh"
    for wish in (request.args.get("lang", ""), request.cookies.get(COOKIE, "")):
        if wish in _LOCALES:
            return cast(Lang, wish)
    for tag in request.accept_languages.values():
        language = tag.partition("-")[0].lower()
        if language in _LOCALES:
            return cast(Lang, language)
    return "zh"


def say(message: str, **values: str) -> str:
    """Return a message of the catalogue in the language of the request, `values` filled in.

    Imported as `_`, the name by which messages are collected.
    """
    return str(gettext(message, **values))


def set_up_languages(app: Flask) -> None:
    """Give the application its languages; call it once, before the first request."""
    babel = Babel()
    babel.domain_instance = _TextCatalogues()
    babel.init_app(app, default_locale="zh_CN", locale_selector=lambda: _LOCALES[chosen_lang()])
    app.after_request(_remember_choice)
    app.context_processor(_language_names)


def _remember_choice(response: Response) -> Response:
    response.vary.update(("Accept-Language", "Cookie"))
    wish = request.args.get("lang", "")
    if wish in _LOCALES:
        response.set_cookie(
            COOKIE, wish, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response


def _language_names() -> dict[str, str]:
    lang = chosen_lang()
    other: Lang = "en" if lang == "zh" else "zh"
    wishes = {**request.args.to_dict(), "lang": other} if has_request_context() else {"lang": other}
    return {
        "lang": lang,
        "lang_tag": _TAGS[lang],
        "other_tag": _TAGS[other],
        "language_link": f"?{urlencode(wishes)}",
    }
