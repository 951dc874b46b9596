"""What the provider called a text that came to nothing and is sent again: late reports about it are not about this one.

Kept in the same column, marked, so that no look-up takes it for what the text is called now. Pure.
"""

MARK = "was:"
LONGEST = 120  # of the column


def marked(provider_id: str) -> str:
    return f"{MARK}{provider_id}"[:LONGEST]


def is_earlier(kept: str) -> bool:
    return kept.startswith(MARK)


def is_of_another(kept: str, provider_id: str) -> bool:
    """Whether a report with this id is about another text than the one that has `kept` now."""
    if is_earlier(kept):
        return kept == marked(provider_id)
    return bool(kept and provider_id and kept != provider_id)
