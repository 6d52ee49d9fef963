"""What a sheet's class and step are called on a page.

One rule: the words are the profile's, in the language of the page.
"""

from schemas.profiles.model import Way, Words
from schemas.profiles.registry import catalogue
from web.pages.languages import chosen_lang
from web.pages.languages import say as _


def label_of(words: Words) -> str:
    """Return what is said, in the language of the page."""
    return words.zh if chosen_lang() == "zh" else words.en


def sheet_title(subject: str) -> str:
    """Return what a task of a sheet is called: its class and its step."""
    name, step, _ = subject.split("/")
    profile = catalogue().profile(name)
    cte = next((one for one in profile.ctes if one.id == step), None)
    title = label_of(profile.label)
    return title if cte is None else f"{title} · {label_of(cte.label)}"


def way_title(way: Way) -> str:
    """Return what tells a way of recording a step from the others."""
    if way.event_type == "TransformationEvent":
        said = _("something is made of something else")
    elif way.event_type in ("AggregationEvent", "AssociationEvent"):
        said = _("things are put together")
    elif way.event_type == "TransactionEvent":
        said = _("things belong to a paper")
    elif way.actions[:1] == ("ADD",):
        said = _("a new lot or thing begins")
    else:
        said = _("with things that are there already")
    return f"{label_of(way.words[way.steps[0]])} · {said}" if way.steps else said
