"""Logs carry keys, never secrets: the private part of a candidate's address, and of an advisor's feed, is masked."""

import logging
import re

_PRIVATE = re.compile(r"/(u|a|feed|stop)/[^/\s\"'?]+")


def masked(text: str) -> str:
    """`text` with every private token in a path replaced by dots."""
    return _PRIVATE.sub(r"/\1/***", text)


class MaskPaths(logging.Filter):
    """Masks the finished line, whatever the message and its arguments were."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.getMessage())
        record.args = ()
        return True
