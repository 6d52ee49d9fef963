"""A small application around the consumer pages, for tests: they are given what they show."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from trace.history import History

from flask import Flask, Response

from ledger.bundle import dump
from parties.links import Links
from tests.web import yoghurt, yoghurt_log
from web.answers import install_answers
from web.pages.languages import set_up_languages
from web.pages.model import Directory, LedgerLinks
from web.pages.routes import register_pages
from web.problems import install_problems
from web.resolver.entry import Resolver
from web.resolver.routes import register_resolver


def _valid_bundle() -> bytes:
    return dump(yoghurt_log.bundle())


@dataclass(slots=True, kw_only=True)
class Window:
    """What the pages are given; a test changes it between requests."""

    history: History
    directory: Directory
    bundle: Callable[[], bytes] = _valid_bundle
    vkey: str = yoghurt_log.VKEY
    links: dict[str, Links] = field(default_factory=dict)

    def load_history(self, subject: str) -> History:
        """Return the history where it is that of the subject, else an empty one."""
        if subject == self.history.subject:
            return self.history
        return replace(self.history, subject=subject, steps=())

    def load_directory(self, found: History) -> Directory:
        """Return the cards; another log has none."""
        return self.directory if found.log == self.history.log else Directory()

    def ledger_links(self) -> LedgerLinks:
        """Return the key of the test's log."""
        return LedgerLinks(vkey=self.vkey)

    def links_of(self, uris: Collection[str]) -> Mapping[str, Links]:
        """Return the links that the test gave to each anchor."""
        return {uri: self.links.get(uri, ()) for uri in uris}

    def today(self) -> date:
        """Return the day of the tests."""
        return yoghurt.TODAY


def make_window() -> Window:
    """Return the cup of yoghurt."""
    return Window(history=yoghurt.history(), directory=yoghurt.directory())


def make_app(window: Window) -> Flask:
    """Return an application that serves the pages and the proof of a window."""
    app = Flask("web")
    app.testing = True
    install_answers(app)
    install_problems(app)
    set_up_languages(app)
    register_pages(app, window)
    parts = Resolver(
        root="https://trace.example", own_root="", operator="", links=window, query_chars_max=2048
    )
    register_resolver(app, parts)
    app.add_url_rule(
        "/ledger/bundle", view_func=lambda: Response(window.bundle(), mimetype="application/json")
    )
    return app
