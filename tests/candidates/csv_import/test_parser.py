import pytest

from candidates.csv_import.parser import MAX_BYTES, parse_csv
from candidates.errors import FileUnreadable

DUTCH = (
    "kandidaat_id;voornaam;tussenvoegsel;achternaam;email;telefoon;taal;vacature_id;functie;afdeling;recruiter_email;"
    "gesolliciteerd_op;fase;afgewezen_op;verteld_op;verteld_via;reden_code;onderdeel;toelichting;sterk_punt_1;"
    "sterk_punt_2\n"
)
SHORT = "candidate_id,first_name,last_name,email,vacancy_id,stage\n"
GOOD = "1,Sevda,Aydin,s@kandidaat.example,371,letter\n"


def test_a_dutch_header_with_semicolons_is_read():
    line = "8812;Sevda;;Aydin;s@kandidaat.example;;nl;371;;;;;letter;;;;;;;;\n"

    table = parse_csv((DUTCH + line).encode())

    assert [row.number for row in table.lines] == [2]
    assert table.lines[0].cells["candidate_id"] == "8812"
    assert table.lines[0].cells["stage"] == "letter"
    assert len(table.lines[0].cells) == 21


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_endings_make_no_difference(mark, end):
    table = parse_csv(mark + (SHORT + GOOD).replace("\n", end).encode())

    assert [line.cells["first_name"] for line in table.lines] == ["Sevda"]


def test_a_quoted_cell_may_hold_delimiter_quotes_and_line_breaks():
    header = SHORT.strip() + ",explanation\n"
    line = GOOD.strip() + ',"Eerste regel, ""met"" aanhaling\nTweede regel"\n'

    table = parse_csv((header + line + GOOD.strip() + ",kort\n").encode())

    assert [(row.number, row.cells["explanation"]) for row in table.lines] == [
        (2, 'Eerste regel, "met" aanhaling\nTweede regel'),
        (4, "kort"),
    ]


def test_one_broken_line_of_5000_is_reported_and_the_others_are_parsed():
    lines = [GOOD] * 5000
    lines[2344] = '1,"Sevda,Aydin,s@kandidaat.example,371,letter\n'

    table = parse_csv((SHORT + "".join(lines)).encode())

    assert len(table.lines) == 5000
    assert [line.number for line in table.lines if line.is_broken] == [2346]


def test_a_quote_that_is_never_closed_stays_quick():
    table = parse_csv((SHORT + '1,"x,y\n' * 9000).encode())

    assert len(table.lines) >= 4500


@pytest.mark.parametrize("line", ["1,Sevda,Aydin\n", "1,Sevda,Aydin,s@kandidaat.example,371,letter,more,cells\n"])
def test_too_few_and_too_many_columns_break_the_line_only(line):
    table = parse_csv((SHORT + line + GOOD).encode())

    assert [row.is_broken for row in table.lines] == [True, False]


def test_unknown_columns_are_ignored():
    table = parse_csv(("birth_date," + SHORT + "1990-01-01," + GOOD).encode())

    assert table.ignored_columns == ["birth_date"]
    assert "1990-01-01" not in str(table.lines)


def test_the_separator_line_of_excel_and_blank_lines_are_skipped():
    table = parse_csv(("sep=,\n" + SHORT + "\n" + GOOD + ",,,,,\n").encode())

    assert [line.number for line in table.lines] == [4]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"voornaam;achternaam\nZo\x91;\x8fnal", "letters with accents"),
        (b"voornaam;achternaam\nJo\x91l;Smit", "letters with accents"),  # Mac Roman
        (b"\xff\xfek\x00a\x00\xd8", "letters with accents"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "text file"),
        (b"voornaam\x00", "text file"),
        (b"a" * (MAX_BYTES + 1), "25 MB"),
        (b"just words\nmore words", "name the columns"),
        (b"voornaam;achternaam\nSevda;Aydin", "missing: kandidaat_id / candidate_id"),
        (b"voornaam;first_name\nSevda;Aydin", "twice: voornaam / first_name"),
        (SHORT.encode(), "no lines"),
        ((SHORT + GOOD * 50_001).encode(), "50,000"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, words, english):
    with pytest.raises(FileUnreadable) as refused:
        parse_csv(content)

    assert words in str(refused.value)
