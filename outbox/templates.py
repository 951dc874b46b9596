"""Letters: a text file per language is the source; the HTML says the same and is derived from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.template import Context, Template, loader
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.formatting import one_line, printable

# What stands before the subject, such as {% load formatting %}, counts for the subject and for the body.
_LETTER = re.compile(r"(?P<tags>.*?)Subject:(?P<subject>[^\n]*)\n(?P<body>.*)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_NOT_AT_THE_END_OF_AN_ADDRESS = ".,;:!?)]}'’”»"
_END_OF_SENTENCE = re.compile(r"\s*$|[.?!](\s|$)")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str


def render(name: str, *, language: str, context: dict[str, object]) -> Rendered:
    """The letter `bookings/invitation` from bookings/letters/invitation.nl.txt: `Subject: ...`, then the body.

    The values are plain text: a line break in one adds no line to the subject, and markup in one is shown, not obeyed.
    """
    with translation.override(language):
        subject_template, body_template = _halves(_source(name, language))
        subject = one_line(_filled(subject_template, context))
        return Rendered(subject, _tidy(_filled(body_template, context)) + "\n")


def render_text(name: str, *, language: str, context: dict[str, object]) -> str:
    """A text without subject, such as an SMS or a sentence of a letter."""
    with translation.override(language):
        return _tidy(_filled(_template(_source(name, language)), context))


def html_of(text: str, *, subject: str, language: str) -> str:
    """The same letter as a page for a mail program; made when it leaves, so that it is kept once.

    No colours of our own: in the dark a program gives text and links its own. No picture and nothing from elsewhere,
    so nobody learns who reads it, or when. The language stands twice, because programs drop the outer tags.
    """
    return loader.render_to_string(
        "outbox/letter.html", {"language": language, "subject": subject, "body": as_html(text)}
    )


def as_html(text: str) -> SafeString:
    """Paragraphs, `- ` lists and links of a plain text; everything else in it is shown as it is.

    A sentence that ends in `: https://...` becomes a link with the sentence as its words.
    """
    parts = (part for block in _tidy(text).split("\n\n") for part in _parts(block))
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _source(name: str, language: str) -> str:
    room, _, letter = name.partition("/")
    template = loader.get_template(f"{room}/letters/{letter}.{language}.txt")
    return str(template.template.source)  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    return Template(source)


@lru_cache(maxsize=256)
def _halves(source: str) -> tuple[Template, Template]:
    """Subject and body apart, so that no value can push the one into the other."""
    letter = _LETTER.fullmatch(source)
    if not letter:
        raise ValueError("a letter starts with a line `Subject: ...`")
    return Template(letter["tags"] + letter["subject"]), Template(letter["tags"] + letter["body"])


def _filled(template: Template, context: dict[str, object]) -> str:
    return template.render(Context(context, autoescape=False))


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in printable(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _parts(block: str) -> Iterator[SafeString]:
    for is_list, lines in groupby(block.split("\n"), key=lambda line: line.startswith("- ")):
        if is_list:
            items = ((_line(line.removeprefix("- ")),) for line in lines)
            yield format_html("<ul>{}\n</ul>", format_html_join("", "\n<li>{}</li>", items))
        else:
            first, *others = (_line(line) for line in lines)
            yield format_html("<p>{}{}</p>", first, format_html_join("", "<br>\n{}", ((line,) for line in others)))


def _line(line: str) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in _pieces(line)))


def _pieces(line: str) -> Iterator[str]:
    position = 0
    for match in _ADDRESS.finditer(line):
        address = match[0].rstrip(_NOT_AT_THE_END_OF_AN_ADDRESS)
        end = match.start() + len(address)
        ends_sentence = bool(_END_OF_SENTENCE.match(line[end:]))
        before, words = _words_of_link(line[position : match.start()], ends_sentence=ends_sentence)
        yield before
        yield format_html('<a href="{}">{}</a>', address, words or address)
        position = end
    yield line[position:]


def _words_of_link(before: str, *, ends_sentence: bool) -> tuple[str, str]:
    """What stands before the link and, when the sentence leads up to it with a colon, the words that are the link."""
    if not ends_sentence or not before.endswith(": "):
        return before, ""
    words = re.split(r"(?<=[.?!])\s+", before[:-2])[-1].lstrip(" ,;")
    return (before[: len(before) - 2 - len(words)], words) if words else (before, "")
