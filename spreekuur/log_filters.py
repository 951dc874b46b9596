"""Log filter that masks tokens in paths: private links of candidates and feeds of advisors."""

import logging
import re

_PRIVATE = re.compile(r"/(u|a|feed|stop)/[^/\s\"'?]+")


def mask_tokens(text: str) -> str:
    """Text with every private token in a path replaced by asterisks."""
    return _PRIVATE.sub(r"/\1/***", text)


class MaskPaths(logging.Filter):
    """Logging filter that masks the formatted message, including its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask_tokens(record.getMessage())
        record.args = ()
        return True
