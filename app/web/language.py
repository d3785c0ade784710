"""The language of the reporter's pages: Chinese, or English where somebody chose it. The staff's are always Chinese.

Every message stands in the code in Chinese; `translations/en` is read where it lies when English is first asked for, so
that nothing has to be compiled before Anshao runs, and an installation that nobody reads in English holds none of it.
"""

import calendar
import re
from datetime import date
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext

from app.clock.words import chinese_day

CHINESE, ENGLISH = "zh", "en"
COOKIE = "language"
SECONDS = 180 * 86400
CATALOGUE = Path(__file__).parents[1] / "translations" / ENGLISH / "LC_MESSAGES" / "messages.po"
STORED = "stored"  # the comment on a sentence that is kept with its words filled in (已转给派出所办理。)
PLACE = re.compile(r"%\\\((\w+)\\\)s")  # a placeholder in an escaped sentence
DAY = re.compile(r"(\d{4})[年-](\d{1,2})[月-](\d{1,2})日?")
OFFICES = ("desk", "bureau")  # placeholders for a name that the catalogue may have
READERS = ("reporter", None)  # the blueprint, and pages of no door: a wrong address


class English(NullTranslations):
    """The catalogue as a plain table: gettext's own form would be written only to be read again."""

    def __init__(self) -> None:
        super().__init__()
        with CATALOGUE.open("rb") as file:
            catalogue = read_po(file, locale=ENGLISH)
        self.words = {str(one.id): str(one.string) for one in catalogue if one.id and one.string}
        stored = [str(one.id) for one in catalogue if STORED in one.auto_comments]
        self.stored = [(one, pattern_of(one)) for one in sorted(stored, key=len, reverse=True)]

    def gettext(self, message: str) -> str:
        return self.words.get(message, message)

    ugettext = gettext


def pattern_of(sentence: str) -> re.Pattern[str]:
    """Finds a sentence with its words filled in."""
    return re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)


@cache
def english() -> English:
    return English()


class Words(Domain):  # type: ignore[misc]  # flask_babel carries no types
    """Looks a message up in the language of the page."""

    def get_translations(self) -> NullTranslations:
        return english() if in_english() else UNCHANGED


UNCHANGED = NullTranslations()


def chosen() -> str:
    """The language of this request: English for who asked for it by the link on the page, Chinese for everybody else.

    A browser's own wish is not asked: a phone set to English must show the page that its neighbour's shows.
    """
    if not has_request_context() or request.blueprint not in READERS:
        return CHINESE
    return ENGLISH if request.cookies.get(COOKIE) == ENGLISH else CHINESE


def in_english() -> bool:
    return str(get_locale()) == ENGLISH


def reading() -> str:
    """What a report says of its writer's language: "en", or empty for Chinese."""
    return ENGLISH if in_english() else ""


def keep_language(answer: Response, language: str) -> None:
    """Keep the choice on this phone."""
    answer.set_cookie(
        COOKIE,
        ENGLISH if language == ENGLISH else CHINESE,
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def day_in_words(day: date) -> str:
    """A day as people write it: 2026年11月24日, 24 November 2026."""
    if in_english():
        return f"{day.day} {calendar.month_name[day.month]} {day.year}"
    return chinese_day(day)


def told(text: str) -> str:
    """A Chinese sentence that was stored or raised, in the language of the page where the catalogue has it: as it
    stands, or with names and days in it. Anything else stays as it is.
    """
    if not in_english() or not text:
        return text
    if text in english().words:
        return str(gettext(text))
    for sentence, pattern in english().stored:
        if found := pattern.fullmatch(text):
            words = {name: told_part(name, part) for name, part in found.groupdict().items()}
            return str(gettext(sentence, **words))
    return text


def told_part(name: str, text: str) -> str:
    """A day or an office inside such a sentence; what the desk wrote itself stays."""
    if name == "day" and (found := DAY.fullmatch(text)):
        return day_in_words(date(*map(int, found.groups())))
    return english().gettext(text) if name in OFFICES else text


def register(app: Flask) -> None:
    babel = Babel(app, locale_selector=chosen)
    babel.domain_instance = Words()
    app.jinja_env.globals["in_english"] = in_english
    app.jinja_env.filters["told"] = told
