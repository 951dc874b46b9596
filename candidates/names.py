"""Names of people, of whom some have one name only. Pure."""

from unicodedata import category

from core.formatting import one_line

PLACEHOLDERS = ("n.v.t.", "nvt", "n/a")  # in small letters; N.V.T. may be initials


def clean_name(text: str) -> str:
    """The name on one line; empty for what stands in a form only because the field had to be filled: `.`, `-`, `?`."""
    name = one_line(text)
    return name if is_name(name) else ""


def is_name(text: str) -> bool:
    """True when the text has a letter or digit of any script, or a picture: punctuation alone is no name."""
    if text in PLACEHOLDERS:
        return False
    return any(category(character)[0] in "LN" or category(character) == "So" for character in text)


def full_name(*, first_name: str, infix: str, last_name: str) -> str:
    return " ".join(part for part in (first_name, infix, last_name) if is_name(part))


def greeting_name(*, first_name: str, infix: str, last_name: str) -> str:
    """Name after "Dear": the first name, or all there is of somebody without one."""
    return first_name if is_name(first_name) else full_name(first_name="", infix=infix, last_name=last_name)
