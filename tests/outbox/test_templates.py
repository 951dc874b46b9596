from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist
from django.test import override_settings
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outbox.templates import RenderedLetter, html_page, render, render_plain, to_html

INVITATION = """Subject: Een gesprek over je sollicitatie als {{ job }}

Beste {{ name }},

Dit vonden we sterk: {{ strength }}



In dat gesprek:
{% for item in items %}- {{ item }}
{% endfor %}
Kies zelf een moment: {{ url }}
"""
CONTEXT = {
    "job": "verpleegkundige",
    "name": "Sara",
    "strength": "je rust.",
    "items": ["hoor je waarom;", "krijg je tips."],
    "url": "https://spreekuur.oostmeer.example/k/x?a=1&b=2",
}
FRAME = """<!DOCTYPE html>
<html lang="nl" dir="ltr">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>Een gesprek over je sollicitatie als verpleegkundige</title>
    <style>:root { color-scheme: light dark; supported-color-schemes: light dark; }</style>
  </head>
  <body style="margin: 0; padding: 24px 16px; font: 16px/1.55 system-ui, 'Segoe UI', Roboto, Arial, sans-serif">
    <div role="article"
         lang="nl"
         dir="ltr"
         aria-roledescription="email"
         aria-label="Een gesprek over je sollicitatie als verpleegkundige"
         style="max-width: 576px;
                margin: 0 auto;
                overflow-wrap: anywhere">"""


@pytest.fixture
def letter(tmp_path):
    """Writes the template of the letter `app/letter`."""

    def write(source, language="nl"):
        folder = tmp_path / "app" / "letters"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"letter.{language}.txt").write_text(source)

    [engine] = settings.TEMPLATES
    with override_settings(TEMPLATES=[engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]):
        yield write


class ParsedHtml(HTMLParser):
    """Tags, links and text of the HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.text = set(), [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


def page_of(rendered, language="nl"):
    return html_page(rendered.text, subject=rendered.subject, language=language)


def test_letter_has_subject_text_and_html(letter):
    letter(INVITATION)

    rendered = render("app/letter", language="nl", context=CONTEXT)

    assert rendered == RenderedLetter(
        subject="Een gesprek over je sollicitatie als verpleegkundige",
        text=(
            "Beste Sara,\n\nDit vonden we sterk: je rust.\n\nIn dat gesprek:\n- hoor je waarom;\n- krijg je tips.\n\n"
            "Kies zelf een moment: https://spreekuur.oostmeer.example/k/x?a=1&b=2\n"
        ),
    )
    assert page_of(rendered) == (
        f"{FRAME}<p>Beste Sara,</p>\n<p>Dit vonden we sterk: je rust.</p>\n<p>In dat gesprek:</p>\n"
        "<ul>\n<li>hoor je waarom;</li>\n<li>krijg je tips.</li>\n</ul>\n"
        '<p><a href="https://spreekuur.oostmeer.example/k/x?a=1&amp;b=2">Kies zelf een moment</a></p>'
        "</div>\n  </body>\n</html>\n"
    )


def test_letter_is_rendered_in_its_own_language(letter):
    source = "{% load formatting %}\nSubject: {{ at|in_words }}\n\n{{ at|in_words:'year' }}, {{ at|at_time }}\n"
    letter(source, "nl")
    letter(source, "en")
    at = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

    with translation.override("nl"):
        dutch, english = (render("app/letter", language=language, context={"at": at}) for language in ("nl", "en"))

    assert (dutch.subject, dutch.text) == ("dinsdag 24 november", "dinsdag 24 november 2026, 09.30\n")
    assert (english.subject, english.text) == ("Tuesday 24 November", "Tuesday 24 November 2026, 09:30\n")
    assert '<html lang="en" dir="ltr">' in page_of(english, "en")


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        'O\'Neill & "Zoë" <b>',
        "{{ 7|add:7 }} {% debug %}",
        '"><img src=x onerror=alert(1)>',
        "&lt;already&gt;",
    ],
)
def test_value_is_shown_as_it_was_given(letter, value):
    letter("Subject: Voor {{ name }}\n\nBeste {{ name }},\n")

    rendered = render("app/letter", language="nl", context={"name": value})

    assert (rendered.subject, rendered.text) == (f"Voor {value}", f"Beste {value},\n")
    parsed = ParsedHtml(page_of(rendered))
    assert parsed.tags == {"html", "head", "meta", "title", "style", "body", "div", "p"}
    assert f"Beste {value}," in parsed.text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\n\n"])
def test_line_break_in_a_value_adds_no_line_to_the_subject(letter, line_break):
    letter("Subject: Gesprek met {{ name }} om 10 uur\n\nTot dan.\n")

    rendered = render("app/letter", language="nl", context={"name": f"Sara{line_break}Bcc: x@y.example"})

    assert rendered.subject == "Gesprek met Sara Bcc: x@y.example om 10 uur"
    assert rendered.text == "Tot dan.\n"


def test_letter_without_subject_is_refused(letter):
    letter("Beste Sara,\n\nTot dan.\n")

    with pytest.raises(ValueError, match="Subject"):
        render("app/letter", language="nl", context={})


def test_language_without_a_letter_is_refused(letter):
    letter(INVITATION)

    with pytest.raises(TemplateDoesNotExist):
        render("app/letter", language="fr", context=CONTEXT)


def test_render_plain_returns_the_text_alone(letter):
    letter("{{ house }}: morgen {{ time }} uur belt {{ name }} je.\n")

    text = render_plain("app/letter", language="nl", context={"house": "O&M", "time": "09.30", "name": "<Noor>"})

    assert text == "O&M: morgen 09.30 uur belt <Noor> je."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("een\ntwee\n\n\n\ndrie ", "<p>een<br>\ntwee</p>\n<p>drie</p>"),
        ("Kop:\n- een\n- twee\nstaart", "<p>Kop:</p>\n<ul>\n<li>een</li>\n<li>twee</li>\n</ul>\n<p>staart</p>"),
        ("-geen lijst", "<p>-geen lijst</p>"),
        ("1 < 2 & 'drie'", "<p>1 &lt; 2 &amp; &#x27;drie&#x27;</p>"),
        ("Kies: https://o.example/a", '<p><a href="https://o.example/a">Kies</a></p>'),
        (
            "Dan niet. Meld je af: https://o.example/a. Tot dan.",
            '<p>Dan niet. <a href="https://o.example/a">Meld je af</a>. Tot dan.</p>',
        ),
        (
            "Kom om 09.30 uur: https://o.example/a?\nEn dan",
            '<p><a href="https://o.example/a">Kom om 09.30 uur</a>?<br>\nEn dan</p>',
        ),
        (
            "Zie https://o.example/a, of: https://o.example/b!",
            '<p>Zie <a href="https://o.example/a">https://o.example/a</a>, <a href="https://o.example/b">of</a>!</p>',
        ),
        (
            "Lees: https://o.example/a voor meer",
            '<p>Lees: <a href="https://o.example/a">https://o.example/a</a> voor meer</p>',
        ),
        ("(https://o.example/a)", '<p>(<a href="https://o.example/a">https://o.example/a</a>)</p>'),
        ("- BLS, 2 dagen: http://o.example/a", '<ul>\n<li><a href="http://o.example/a">BLS, 2 dagen</a></li>\n</ul>'),
        (": https://o.example/a", '<p>: <a href="https://o.example/a">https://o.example/a</a></p>'),
        ("Klik: javascript:alert(1)", "<p>Klik: javascript:alert(1)</p>"),
        (
            'Klik: https://o.example/"onclick="x',
            '<p>Klik: <a href="https://o.example/">https://o.example/</a>&quot;onclick=&quot;x</p>',
        ),
        ("", "<p></p>"),
    ],
)
def test_to_html_derives_paragraphs_lists_and_links(text, expected):
    assert to_html(text) == expected


@hypothesis_settings(deadline=None)
@given(
    st.lists(st.sampled_from(["- ", ": ", "https://o.example/", "<b>", '"', "'", "&", ". ", "\n", "a", "://"])).map(
        "".join
    )
)
def test_to_html_writes_only_its_own_tags(text):
    parsed = ParsedHtml(to_html(text))

    assert parsed.tags <= {"p", "br", "ul", "li", "a"}
    assert all(link.startswith("https://o.example/") for link in parsed.links)
