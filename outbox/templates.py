"""Render letter templates: one text file per language, from which the HTML is derived."""

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

# Tags before the subject, such as {% load formatting %}, apply to the subject and to the body.
_LETTER = re.compile(r"(?P<tags>.*?)Subject:(?P<subject>[^\n]*)\n(?P<body>.*)", re.DOTALL)
_URL = re.compile(r"https?://[^\s<>\"]+")
_URL_NEVER_ENDS_IN = ".,;:!?)]}'’”»"
_END_OF_SENTENCE = re.compile(r"\s*$|[.?!](\s|$)")


@dataclass(frozen=True)
class RenderedLetter:
    subject: str
    text: str


def render(name: str, *, language: str, context: dict[str, object]) -> RenderedLetter:
    """Render the letter `bookings/invitation` from bookings/letters/invitation.nl.txt: `Subject: ...`, then the body.

    Values are plain text: a line break in one adds no line to the subject, and markup in one is shown as it is.
    """
    with translation.override(language):
        subject_template, body_template = _subject_and_body(_source(name, language))
        subject = one_line(_render(subject_template, context))
        return RenderedLetter(subject, _normalise(_render(body_template, context)) + "\n")


def render_plain(name: str, *, language: str, context: dict[str, object]) -> str:
    """Render a template without a subject, such as an SMS or a sentence of a letter."""
    with translation.override(language):
        return _normalise(_render(_template(_source(name, language)), context))


def html_page(text: str, *, subject: str, language: str) -> str:
    """The text of a letter as an HTML page; made when it is sent, so that only the text is stored.

    It has no colours, because mail programs choose their own in dark mode, and no images or other remote content,
    which would tell when it is read. The template has the language twice, because programs drop the outer tags.
    """
    return loader.render_to_string(
        "outbox/letter.html", {"language": language, "subject": subject, "body": to_html(text)}
    )


def to_html(text: str) -> SafeString:
    """Convert paragraphs, `- ` lists and URLs of a plain text; everything else is escaped.

    A sentence that ends in `: https://...` becomes a link with the sentence as its text.
    """
    parts = (part for block in _normalise(text).split("\n\n") for part in _blocks(block))
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _source(name: str, language: str) -> str:
    app, _, letter = name.partition("/")
    template = loader.get_template(f"{app}/letters/{letter}.{language}.txt")
    return str(template.template.source)  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    return Template(source)


@lru_cache(maxsize=256)
def _subject_and_body(source: str) -> tuple[Template, Template]:
    """Compile subject and body apart, so that no value can move text from one to the other."""
    letter = _LETTER.fullmatch(source)
    if not letter:
        raise ValueError("a letter starts with a line `Subject: ...`")
    return Template(letter["tags"] + letter["subject"]), Template(letter["tags"] + letter["body"])


def _render(template: Template, context: dict[str, object]) -> str:
    return template.render(Context(context, autoescape=False))


def _normalise(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in printable(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _blocks(block: str) -> Iterator[SafeString]:
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
    for match in _URL.finditer(line):
        url = match[0].rstrip(_URL_NEVER_ENDS_IN)
        end = match.start() + len(url)
        ends_sentence = bool(_END_OF_SENTENCE.match(line[end:]))
        before, text = _link_text(line[position : match.start()], ends_sentence=ends_sentence)
        yield before
        yield format_html('<a href="{}">{}</a>', url, text or url)
        position = end
    yield line[position:]


def _link_text(before: str, *, ends_sentence: bool) -> tuple[str, str]:
    """Split off the sentence before a link, if it ends in a colon: it becomes the text of the link."""
    if not ends_sentence or not before.endswith(": "):
        return before, ""
    sentence = re.split(r"(?<=[.?!])\s+", before[:-2])[-1].lstrip(" ,;")
    return (before[: len(before) - 2 - len(sentence)], sentence) if sentence else (before, "")
