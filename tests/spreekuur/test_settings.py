from spreekuur.settings import _database


def test_statements_are_prepared_but_not_behind_a_pooler(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://spreekuur:secret@database.example/spreekuur")
    usual = _database()
    monkeypatch.setenv("DATABASE_POOLER", "1")
    pooled = _database()

    assert usual["OPTIONS"] == {
        "connect_timeout": 5,
        "server_side_binding": True,
        "prepare_threshold": 5,
        "options": "-c jit=off -c random_page_cost=1.1 -c statement_timeout=0",
    }
    assert pooled["OPTIONS"] == {"connect_timeout": 5}
    assert (usual["DISABLE_SERVER_SIDE_CURSORS"], pooled["DISABLE_SERVER_SIDE_CURSORS"]) == (False, True)
