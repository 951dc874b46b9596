"""Architecture rules of docs/architecture.md, checked against the source itself."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "spreekuur": 7,
    "insights": 6,
    "referrals": 5,
    "talks": 4,
    "bookings": 3,
    "candidates": 2,
    "advisors": 1,
    "vacancies": 1,
    "organisation": 0,
    "outbox": 0,
    "core": -1,
}
# Folders and files of one app, lowest first: each may import the ones before it. What is not named is one file, and
# the test on circles covers it.
FOLDERS = {
    "advisors": ["availability", "services", "explain", "external_calendars", "hours", "feed", "tasks", "urls"],
    "bookings": [
        "models",
        "errors",
        "cancellation_deadline",
        "locks",
        "sms_consent",
        "assignment",
        "availability",
        "calendar",
        "holds",
        "notifications",
        "invitations",
        "reminders",
        "agenda",
        "appointments",
        "waitlist",
        "reassignment",
        "replies",
        "api",
        "tasks",
        "urls",
    ],
    "candidates": ["models", "access", "rejections", "csv_import", "duplicates", "urls"],
    "organisation": ["models", "permissions", "staff", "policy", "api_clients", "views", "urls"],
    "outbox": ["models", "services", "email", "sms", "inbound", "delivery", "monitoring", "staff", "webhooks", "urls"],
}
PURE = [
    "advisors/availability/day_summary.py",
    "advisors/availability/intervals.py",
    "advisors/availability/local_time.py",
    "advisors/availability/open_minutes.py",
    "advisors/availability/opening_hours.py",
    "advisors/availability/recurrence.py",
    "advisors/availability/slot_rules.py",
    "advisors/availability/slots.py",
    "advisors/explain/labels.py",
    "advisors/external_calendars/ics_parser.py",
    "bookings/appointments/alternatives.py",
    "bookings/assignment/fairness.py",
    "bookings/calendar/ical.py",
    "bookings/calendar/itip.py",
    "core/date_params.py",
    "bookings/requests.py",
    "bookings/schedule.py",
    "bookings/short_codes.py",
    "bookings/waitlist/preferences.py",
    "candidates/completeness.py",
    "candidates/csv_import/parser.py",
    "candidates/csv_import/validation.py",
    "candidates/rejections/validation.py",
    "core/formatting.py",
    "core/gsm7.py",
    "core/message_schedule.py",
    "core/working_days.py",
    "outbox/backoff.py",
    "outbox/clock.py",
    "outbox/drafts.py",
    "outbox/email/dsn.py",
    "outbox/email/mime.py",
    "outbox/email/provider_headers.py",
    "outbox/email/smtp_codes.py",
    "outbox/inbound/classify.py",
    "outbox/inbound/parser.py",
    "outbox/inbound/plain_text.py",
    "outbox/inbound/size_limit.py",
    "outbox/message_ids.py",
    "outbox/phone_hash.py",
    "outbox/reply_addresses.py",
    "outbox/sms/reply_parser.py",
    "outbox/templates.py",
    "outbox/transitions.py",
    "spreekuur/production_checks.py",
    "talks/survey_questions.py",
    "talks/survey_schedule.py",
]
ENTRY_POINTS = {"views", "api", "forms", "admin", "tasks"}
ENTRY_POINT_ENDINGS = ("_form", "_forms", "_views", "_admin")
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
ROOT_FILES = {
    ".ci",
    ".editorconfig",
    ".env.example",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "docs",
    "locale",
    "manage.py",
    "pyproject.toml",
    "requirements-test.lock",
    "requirements.lock",
    "templates",
    "tests",
    *LAYERS,
}
FOUND_BY_NAME = {"__init__", "admin", "apps", "tasks", "urls", "wsgi"}
SHORT, MOST_SHORT = 35, 0.10  # lines, and the share of source files that may be shorter


@cache
def sources():
    return sorted(path for app in LAYERS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def imports_of(path):
    """(line, imported module) of every import in the file, wherever it stands."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def name_of(path):
    return str(path.relative_to(ROOT))


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def edges():
    """(importing module, imported module) between our own source files."""
    modules = {module_of(path): path for path in sources()}
    found = set()
    for module, path in modules.items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                targets = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {(module, target if target in modules else node.module) for target in targets}
    return {(one, other) for one, other in found if other in modules and one != other}


def circles(graph):
    """Sets of more than one node that reach each other: what remains when nodes without a way out are dropped."""
    left = {node: set(targets) for node, targets in graph.items()}
    while ends := {node for node, targets in left.items() if not targets & set(left)}:
        left = {node: targets - ends for node, targets in left.items() if node not in ends}
    return {node: sorted(targets & set(left)) for node, targets in left.items()}


def graph_of(pairs):
    graph = {}
    for one, other in pairs:
        graph.setdefault(one, set()).add(other)
        graph.setdefault(other, set())
    return graph


def may_import(app, other):
    return app == other or LAYERS[other] < LAYERS[app] or (app, other) == ("outbox", "organisation")


def test_imports_go_down_the_layers():
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in sources()
        for line, module in imports_of(path)
        if (other := module.partition(".")[0]) in LAYERS and not may_import(path.relative_to(ROOT).parts[0], other)
    ]

    assert wrong == []


@pytest.mark.parametrize("app", FOLDERS)
def test_imports_go_down_the_folders_of_an_app(app):
    order = {name: place for place, name in enumerate(FOLDERS[app])}
    wrong = [
        f"{one} imports {other}"
        for one, other in edges()
        if one.startswith(f"{app}.") and other.startswith(f"{app}.")
        if order.get(one.split(".")[1], -1) < order.get(other.split(".")[1], -1) and one.split(".")[1] in order
    ]

    assert wrong == []


@pytest.mark.parametrize("app", FOLDERS)
def test_every_named_folder_exists(app):
    missing = [
        name for name in FOLDERS[app] if not ((ROOT / app / name).is_dir() or (ROOT / app / f"{name}.py").exists())
    ]

    assert missing == []


def test_files_do_not_import_each_other_in_a_circle():
    assert circles(graph_of(edges())) == {}


def test_folders_do_not_import_each_other_in_a_circle():
    """A folder of an app, or a file that lies directly in it, counts as one."""
    pairs = {(".".join(one.split(".")[:2]), ".".join(other.split(".")[:2])) for one, other in edges()}

    assert circles(graph_of({(one, other) for one, other in pairs if one != other})) == {}


def test_the_search_for_circles_finds_one():
    assert circles(graph_of([("a", "a1"), ("b", "c"), ("c", "b")])) == {"b": ["c"], "c": ["b"]}


def test_imports_stand_at_the_top():
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_no_models(name):
    wrong = [
        f"{name}:{line} imports {module}"
        for line, module in imports_of(ROOT / name)
        if ".models" in module or module.startswith("django.db")
    ]

    assert wrong == []


def is_entry_point(path):
    names = [path.stem, *path.relative_to(ROOT).parts[:-1]]
    return any(name in ENTRY_POINTS or name.endswith(ENTRY_POINT_ENDINGS) for name in names)


@pytest.mark.parametrize("path", [path for path in sources() if is_entry_point(path)], ids=name_of)
def test_entry_points_do_not_write(path):
    """An entry point calls a service; only `objects`, querysets and instances have these names."""
    wrong = [
        f"{name_of(path)}:{node.lineno} .{node.func.attr}()"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not is_harmless(node.func)
    ]

    assert wrong == []


def is_harmless(call):
    """`update` of a dict, and calls of services that happen to be named like a write."""
    owner = ast.unparse(call.value)
    return owner in {"services", "context", "data", "words", "values", "attrs", "cache"} or owner.endswith(
        (".attrs", ".initial")
    )


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "signals"])
def test_no_file_has_a_name_without_a_subject(word):
    assert [name_of(path) for path in sources() if path.stem == word] == []


def test_top_level_holds_nothing_else():
    here = {path.name for path in ROOT.iterdir() if not path.name.startswith((".git", ".venv", ".mypy", ".ruff"))}
    ignored = {"var", "staticfiles", "node_modules", "__pycache__", ".pytest_cache", ".hypothesis"}

    assert here - ignored - ROOT_FILES == set()


def test_sources_stay_short():
    """A function ends at 40 lines, a file at 400, a template at 120."""
    long = [f"{name_of(path)} {lines}" for path in sources() if (lines := len(path.read_text().splitlines())) > 400]
    long += [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 40
    ]
    long += [name_of(path) for path in (ROOT / "templates").rglob("*.html") if len(path.read_text().splitlines()) > 120]

    assert long == []


def test_few_sources_are_very_short():
    """Many tiny files hide where a change goes. What Django finds by its name does not count."""
    lines = {name_of(path): len(path.read_text().splitlines()) for path in sources() if not is_found_by_name(path)}
    counted = {name: number for name, number in lines.items() if number}
    short = sorted(name for name, number in counted.items() if number < SHORT)

    assert len(short) <= MOST_SHORT * len(counted), short


def is_found_by_name(path):
    return path.stem in FOUND_BY_NAME or "commands" in path.parts or path.name == "timetable.py"
