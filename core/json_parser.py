"""JSON parser of the API."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.json_renderer import JSONRenderer

MAX_DEPTH = 20  # our bodies have three levels


class JSONParser(BaseParser):
    """JSON by orjson: strict UTF-8 without lone surrogates (RFC 8259), at most MAX_DEPTH levels deep."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            body = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError("The body is not JSON in UTF-8.") from error
        if _is_too_deep(body):
            raise ParseError(f"The body has more than {MAX_DEPTH} levels.")
        return body


def _is_too_deep(body: Any) -> bool:
    """Compare level by level, without recursion."""
    level = [body]
    for _depth in range(MAX_DEPTH + 1):
        level = [part for node in level for part in _parts(node)]
        if not level:
            return False
    return True


def _parts(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
