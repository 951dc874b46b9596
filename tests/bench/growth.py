"""All pages that a role reaches by links, with five years of data over the same with the demo only."""

import re
from collections import deque
from contextlib import contextmanager
from functools import partial
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.bench.client import HttpClient, HttpRequest, interleaved
from tests.bench.servers import Installation, database, empty_installation, log_progress, server

LIMITS = {"growth": 2}
PAIRS, WARM_UP = 7, 2
CANDIDATE = "candidate"
LAST = "999999"  # page, where the number of pages is known
LINK = re.compile(r'(?:href|action)="([^"#]+)')
NEVER = re.compile(
    r"/(admin|accounts|sign-in|static|demo|api)/|logout|sign-out"
)  # other's pages, and what ends a session


@contextmanager
def grown_installations(static):
    """Yield the demo, and the demo with five years of data, in databases of their own on PostgreSQL."""
    with empty_installation("postgresql") as small:
        small.environment |= {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_STATIC": static}
        log_progress("growth: the demo ...")
        small.stage = small.run("tests.bench.growth_fixtures")
        with database("postgresql", like=small.environment["DATABASE_URL"]) as url:
            large = Installation("postgresql", small.environment | {"DATABASE_URL": url}, stage=small.stage)
            log_progress("growth: five years ...")
            large.run("tests.bench.growth_fixtures", "--grown")
            yield small, large


def measure(static, *, pairs=PAIRS):
    """The worst ratio, its page and role, the number of pages, and every page above the limit."""
    with (
        grown_installations(static) as (small, large),
        server(small, workers=1) as port,
        server(large, workers=1) as other,
    ):
        found = []
        for role, cookie in cookies(small, port).items():
            few, many = HttpClient(port), HttpClient(other)
            for path in pages(few, many, cookie):
                times = compare(few, many, path, cookie, pairs=pairs)
                found.append((round(times.ratio, 1), round(times.p50_ms, 1), role, path))
                log_progress(f"growth: {found[-1]}")
    found.sort(reverse=True)
    value, p50_ms, role, path = found[0]
    above = [one for one in found if one[0] > LIMITS["growth"]]
    return {"value": value, "p50_ms": p50_ms, "role": role, "worst": path, "pages": len(found), "above": above}


def compare(few, many, path, cookie, *, pairs):
    times = [partial(took_ms, client, path, cookie) for client in (few, many)]
    return interleaved(*times, pairs=pairs, warm_up=WARM_UP)


def took_ms(client, path, cookie, _number):
    return ask(client, path, cookie).took_ms


def cookies(installation, port):
    """A cookie per role: a session of a demo account, or what a private link gives a candidate."""
    staged = installation.stage
    named = {role: f"__Host-session={key}" for role, key in staged["sessions"].items()}
    answer = HttpClient(port).send(HttpRequest("GET", staged["link"], expects=302))
    return named | {CANDIDATE: answer.headers["Set-Cookie"].partition(";")[0]}


def pages(few, many, cookie):
    """One path per page that this visitor reaches, in both installations; of a list also its last page."""
    starts, seen = deque(["/", "/my/"]), {}
    while starts:
        path = starts.popleft()
        if (kind := kind_of(path)) in seen or NEVER.search(path):
            continue
        seen[kind] = None
        asked = [ask(client, path, cookie) for client in (few, many)]
        for answer in asked:
            if answer.status in (301, 302):
                starts.append(local(path, answer.headers["Location"]))
            elif answer.status == 200 and "html" in answer.headers["Content-Type"]:
                links = (local(path, unescape(link)) for link in LINK.findall(answer.body.decode()))
                starts.extend(link for link in links if link)
        if [answer.status for answer in asked] == [200, 200]:
            seen[kind] = path
    return [path for path in seen.values() if path]


def local(base, link):
    """Path and query of a link on this site, of a list its last page; empty for another site."""
    parts = urlsplit(urljoin(f"http://site{base}", link))
    if parts.netloc != "site" or parts.scheme != "http":
        return ""
    query = [(name, LAST if name == "page" else value) for name, value in parse_qsl(parts.query)]
    return parts.path + (f"?{urlencode(query)}" if query else "")


def kind_of(path):
    """The same for pages that differ in a number, a day or a position in a list only."""
    return re.sub(r"(?<=cursor=)[^&]*|[0-9a-f-]{36}|\d+", "0", path)


def ask(client, path, cookie):
    return client.try_sending(HttpRequest("GET", path, cookie=cookie))
