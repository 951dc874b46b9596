"""Number of rows that PostgreSQL reads, from its query plans."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def rows_read_by(call):
    """Rows that the SELECTs of this call read from tables and indexes, including filtered rows."""
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
    if "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Index Scan":  # its heap scan is counted
        filtered = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = (node["Actual Rows"] + filtered) * node["Actual Loops"]
    return own + sum(_rows(child) for child in node.get("Plans", ()))
