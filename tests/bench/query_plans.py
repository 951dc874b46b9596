"""How many rows PostgreSQL reads, by its own account."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def rows_read_by(call):
    """Of every SELECT in it: the rows taken from a table or an index, also those that were thrown away."""
    with CaptureQueriesContext(connection) as captured:
        call()
    statements = [query["sql"].strip() for query in captured.captured_queries]
    return sum(_rows(_plan(sql)) for sql in statements if sql.startswith("SELECT"))


def _plan(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".replace("%", "%%"))
        return cursor.fetchone()[0][0]["Plan"]


def _rows(node):
    own = 0
    if "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Index Scan":  # its heap scan counts
        thrown_away = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = (node["Actual Rows"] + thrown_away) * node["Actual Loops"]
    return own + sum(_rows(child) for child in node.get("Plans", ()))
