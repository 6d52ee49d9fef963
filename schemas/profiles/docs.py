"""The documentation page of a class, in Chinese and in English, from the rows that are checked.

The rule that must stay true: a page says what the check does. It is written by `manage.py profile
docs` and never by hand; a test compares.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Final

from schemas.profiles.docs_standing import norm_words, standing_lines, table
from schemas.profiles.docs_words import (
    HEADINGS,
    KINDS,
    LANGS,
    LEVELS,
    MARKS,
    NEEDS,
    PHRASES,
    SEEN,
    STAGES,
    Lang,
    say,
)
from schemas.profiles.fields import READING_UNITS
from schemas.profiles.model import Cte, Kde, Kind, Test, Way, When
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.standing import Profile


def page_of(profile: Profile, lang: Lang) -> str:
    """Return the page of a profile as Markdown."""
    other = "en" if lang == "zh" else "zh"
    lines = [
        f"# {say(profile.label, lang)} `{profile.id}`",
        "",
        " · ".join(
            (
                PHRASES["generated"][lang],
                f"[{PHRASES['other'][lang]}](../{other}/{profile.name}.md)",
                f"[{PHRASES['index'][lang]}](../README.md)",
            )
        ),
        "",
        PHRASES["covers"][lang]
        + PHRASES["comma"][lang].join(
            f"`{code}` ({say(words, lang)})" for code, words in profile.covers
        ),
        "",
        *_chain(profile, lang),
    ]
    for number, cte in enumerate(profile.ctes, start=1):
        lines += _step(cte, number, lang)
    for record in profile.records:
        lines += [f"## {PHRASES['record'][lang]}{say(record.label, lang)}", ""]
        lines += _kde_table([(kde, "") for kde in record.kdes], lang)
    lines += standing_lines(profile, lang)
    lines += _codes(profile, lang)
    return "\n".join(lines).rstrip() + "\n"


def index_of(profiles: Sequence[Profile]) -> str:
    """Return the index of the pages, in both languages at once."""
    lines = [
        "# KDE profiles 关键数据要素",
        "",
        "What is recorded at each step of a class of goods. Written by `manage.py profile docs`.",
        "",
        "各品类每个环节要记录什么。由 `manage.py profile docs` 生成。",
        "",
        "| class 品类 | codes 代码 | steps 环节 | data 要素 | pages |",
        "|---|---|---|---|---|",
    ]
    for profile in profiles:
        codes = ", ".join(f"`{code}`" for code, _ in profile.covers)
        lines.append(
            f"| {profile.label.zh} {profile.label.en} | {codes} | {len(profile.ctes)} |"
            f" {count_kdes(profile)} |"
            f" [中文](zh/{profile.name}.md) [English](en/{profile.name}.md) |"
        )
    return "\n".join([*lines, ""])


def count_kdes(profile: Profile) -> int:
    """Return how many data a profile asks for, over its steps and records."""
    steps = sum(len({kde.code for way in cte.ways for kde in way.kdes}) for cte in profile.ctes)
    return steps + sum(len(record.kdes) for record in profile.records)


def _chain(profile: Profile, lang: Lang) -> list[str]:
    names = {cte.id: say(cte.label, lang) for cte in profile.ctes}
    rows = [
        (
            str(number),
            f"[{names[cte.id]}](#{cte.id})",
            STAGES[cte.stage][lang],
            PHRASES["comma"][lang].join(names[one] for one in cte.after) or PHRASES["origin"][lang],
        )
        for number, cte in enumerate(profile.ctes, start=1)
    ]
    return [f"## {PHRASES['chain'][lang]}", "", *table(HEADINGS["chain"][lang], rows)]


def _step(cte: Cte, number: int, lang: Lang) -> list[str]:
    found: dict[str, tuple[Kde, list[str]]] = {}
    for way in cte.ways:
        for kde in way.kdes:
            found.setdefault(kde.code, (kde, []))[1].append(way.name)
    rows = [
        (kde, "" if len(ways) == len(cte.ways) else ", ".join(ways)) for kde, ways in found.values()
    ]
    ways = [
        (
            f"`{way.name}`",
            _shape(way),
            ", ".join(f"`{step}`" for step in way.steps),
            ", ".join(f"`{word}`" for word in way.dispositions),
        )
        for way in cte.ways
    ]
    return [
        f'<a id="{cte.id}"></a>',
        "",
        f"## {number}. {say(cte.label, lang)} `{cte.id}`",
        "",
        *table(HEADINGS["ways"][lang], ways),
        *_kde_table(rows, lang),
    ]


def _shape(way: Way) -> str:
    return " ".join(part for part in (way.event_type, "/".join(way.actions)) if part)


def _kde_table(rows: Sequence[tuple[Kde, str]], lang: Lang) -> list[str]:
    cells = [
        (
            f"{say(kde.label, lang)}<br>`{kde.code}`" + (f" ({ways})" if ways else ""),
            f"`{kde.path}`",
            _need(kde, lang),
            _value(kde, lang),
            SEEN[kde.field.seen_by][lang],
            _norms(kde, lang),
        )
        for kde, ways in rows
    ]
    return table(HEADINGS["kdes"][lang], cells)


def _need(kde: Kde, lang: Lang) -> str:
    text = NEEDS[kde.need][lang]
    place = parse_path(kde.path).place
    if place in _SUPPLIED:
        text += f" ({PHRASES[_SUPPLIED[place]][lang]})"
    if kde.when is not None:
        text += f": {_when(kde.when, lang)}"
    elif kde.condition.zh:
        text += f": {say(kde.condition, lang)}"
    if kde.instead:
        others = [" + ".join(f"`{path}`" for path in group) for group in kde.instead]
        text += f"<br>{PHRASES['instead'][lang]}{PHRASES['comma'][lang].join(others)}"
    if kde.since_on is not None:
        text += f"<br>{PHRASES['since'][lang]} {kde.since_on}"
    if kde.until_on is not None:
        text += f"<br>{PHRASES['until'][lang]} {kde.until_on}"
    return text


_SUPPLIED: Final = {Place.SYSTEM: "by_ledger", Place.REGISTER: "by_register", Place.LOT: "by_lot"}


def _when(when: When, lang: Lang) -> str:
    if when.test is Test.IS:
        return f"`{when.path}` = {', '.join(f'`{value}`' for value in when.values)}"
    key = "given" if when.test is Test.GIVEN else "absent"
    return f"`{when.path}` {PHRASES[key][lang]}"


def _value(kde: Kde, lang: Lang) -> str:
    text = KINDS[kde.field.kind][lang]
    if kde.field.codes is not None:
        text += f" [`{kde.field.codes.name}`](#{kde.field.codes.name})"
    if kde.field.kind is Kind.READING:
        text += f" `{READING_UNITS[kde.field.name.partition('.')[0]]}`"
    if kde.unit is not None:
        text += f" {kde.unit.symbol}" + (f" (`{kde.unit.code}`)" if kde.unit.is_rec20 else "")
    if kde.field.kind is Kind.RECORDS:
        members = PHRASES["comma"][lang].join(say(one.label, lang) for one in kde.field.members)
        text += f": {members}"
    if kde.help.zh:
        text += f"<br>{say(kde.help, lang)}"
    return text


def _norms(kde: Kde, lang: Lang) -> str:
    return "<br>".join(norm_words(ref, lang) for ref in kde.norms) + f" **{kde.mark}**"


def _codes(profile: Profile, lang: Lang) -> Iterator[str]:
    """Yield the code lists that the page refers to, and what the marks mean."""
    found = {
        kde.field.codes.name: kde.field.codes
        for kde in (
            *(kde for cte in profile.ctes for way in cte.ways for kde in way.kdes),
            *(kde for record in profile.records for kde in record.kdes),
        )
        if kde.field.codes is not None
    }
    yield from (f"## {PHRASES['codes'][lang]}", "")
    for name in sorted(found):
        listed = PHRASES["comma"][lang].join(
            f"`{code}` {say(words, lang)}" for code, words in found[name].values.items()
        )
        yield from (f'<a id="{name}"></a>', "", f"**{name}**: {listed}", "")
    yield from (f"## {PHRASES['marks'][lang]}", "")
    yield from (f"- **{mark}** {words[lang]}" for mark, words in MARKS.items())
    yield from (f"- {words[lang]}" for words in LEVELS.values())


def pages_of(profiles: Sequence[Profile]) -> Mapping[PurePath, str]:
    """Return every page by its path below the folder of the pages."""
    pages: dict[PurePath, str] = {PurePath("README.md"): index_of(profiles)}
    for profile in profiles:
        for lang in LANGS:
            pages[PurePath(lang) / f"{profile.name}.md"] = page_of(profile, lang)
    return pages
