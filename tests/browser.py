"""A real browser for the tests of pages: two screens, axe, console, content policy, weights.

``with browser() as chromium, open_page(chromium, url) as page: assert_axe_clean(page); assert_no_fault(page)``
"""

import gzip
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from playwright.sync_api import Browser, Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARTEFACTS = ROOT / "artefacts" / "ecrans"
PHONE, DESKTOP = (360, 640), (1366, 768)
SCREENS = (PHONE, DESKTOP)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WATCH_POLICY = """
window.pepViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.pepViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
BUDGET_PAGE, BUDGET_LIST, BUDGET_CSS, BUDGET_JS = 20_000, 25_000, 28_000, 25_000
BUDGET_COLD, BUDGET_COLD_REQUESTS = 100_000, 8


@dataclass
class Watch:
    """What happened in a page since it opened."""

    faults: list[str] = field(default_factory=list)
    bodies: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    expected_statuses: set[int] = field(default_factory=set)


def chromium_path() -> str:
    """The system's Chromium: ``PEPITES_CHROMIUM``, else the first found on the path."""
    given = os.environ.get("PEPITES_CHROMIUM", "")
    found = given or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        raise RuntimeError("Chromium est introuvable : « make test » l'installe, ou donnez PEPITES_CHROMIUM.")
    return found


@contextmanager
def browser(*more: str) -> Iterator[Browser]:
    """One Chromium, closed at the end; ``more``: other arguments of its command line."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGUMENTS, *more])
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def open_page(
    chromium: Browser,
    url: str,
    *,
    screen: tuple[int, int] = PHONE,
    storage: Any = None,
    bypass_csp: bool = False,
    expected_statuses: tuple[int, ...] = (),
) -> Iterator[Page]:
    """A page at ``url`` in its own context; ``storage`` is a Playwright storage state (cookies of a signed-in user).

    ``page.watch`` gathers faults. Give ``expected_statuses`` when the page itself answers 4xx, since the browser
    writes it in the console.
    """
    width, height = screen
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        has_touch=screen == PHONE,
        is_mobile=screen == PHONE,
        locale="fr-FR",
        timezone_id="America/Cayenne",
        storage_state=storage,
        bypass_csp=bypass_csp,
        reduced_motion="reduce",
    )
    page = context.new_page()
    watch_page(page, expected_statuses)
    try:
        page.goto(url)
        yield page
    finally:
        context.close()


def watch_page(page: Page, expected_statuses: tuple[int, ...] = ()) -> Watch:
    """Start gathering what ``assert_no_fault`` and ``assert_budgets`` look at; for pages opened by hand."""
    watch = Watch(expected_statuses=set(expected_statuses))
    page.watch = watch  # type: ignore[attr-defined]
    page.add_init_script(WATCH_POLICY)
    page.on("console", lambda message: _on_console(watch, message.type, message.text))
    page.on("pageerror", lambda error: watch.faults.append(f"exception : {error}"))
    page.on("requestfailed", lambda request: _on_failed(watch, request.url, request.failure or ""))
    page.on("response", lambda response: _on_response(watch, response))
    return watch


def _on_console(watch: Watch, kind: str, text: str) -> None:
    if any(f"status of {status}" in text for status in watch.expected_statuses):
        return
    if kind in {"error", "warning"}:
        watch.faults.append(f"console : {text}")


def _on_failed(watch: Watch, url: str, failure: str) -> None:
    if "ERR_ABORTED" not in failure:  # a stream closed or a page left is no fault
        watch.faults.append(f"requête perdue : {url} {failure}")


def _on_response(watch: Watch, response: Response) -> None:
    if "event-stream" in response.headers.get("content-type", "") or response.status in {204, 301, 302, 303, 304}:
        return
    if "x-pep-background" in response.request.headers:  # a receipt sent once the page was read: no part of opening it
        return
    try:
        watch.bodies[response.url] = (response.request.resource_type, response.body())
    except Exception:  # noqa: BLE001 - a body is gone once its page has left
        watch.bodies[response.url] = (response.request.resource_type, b"")


def assert_no_fault(page: Page) -> None:
    """No console error, script exception, lost request nor content policy violation since the page opened."""
    violations = page.evaluate("window.pepViolations || []")
    faults = page.watch.faults + [f"politique de contenu : {text}" for text in violations]  # type: ignore[attr-defined]
    assert not faults, "\n".join(faults)


def sent_form(answer: Response) -> bool:
    """The answer to a form, not to the question « would it arrive? » that the page asks before sending one."""
    return answer.request.method == "POST" and not answer.url.endswith("/session/prolonger/")


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"la page déborde de {wide} px"


def assert_axe_clean(page: Page, *, exclude: tuple[str, ...] = ()) -> None:
    """No violation of the WCAG 2.0 to 2.2 A and AA rules of axe.

    Works under the page's own policy: the tool is evaluated by the debugger, not loaded by the page.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "([tags, exclude]) => axe.run({include: [['html']], exclude: exclude.map((one) => [one])},"
        " {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        [AXE_TAGS, list(exclude)],
    )
    lines = [
        f"{violation['id']} ({violation['help']}) : {node['html'][:160]} — {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, "\n".join(lines)


def weights(page: Page) -> dict[str, int]:
    """Gzipped bytes of what the page loaded, by kind (document, stylesheet, script, other), and ``requests``."""
    page.wait_for_timeout(300)  # lets the answers still under way be read; « networkidle » never comes with a stream
    totals: dict[str, int] = {"document": 0, "stylesheet": 0, "script": 0, "other": 0}
    bodies: dict[str, tuple[str, bytes]] = page.watch.bodies  # type: ignore[attr-defined]
    for kind, body in bodies.values():
        name = kind if kind in totals else "other"
        totals[name] += min(len(gzip.compress(body, 6)), len(body))
    return totals | {"total": sum(totals.values()), "requests": len(bodies)}


def assert_budgets(page: Page, *, is_list: bool = False) -> dict[str, int]:
    """Weights of interface §21 for a page just opened, before anything is clicked; returns the measures."""
    measured = weights(page)
    limits = {
        "document": BUDGET_LIST if is_list else BUDGET_PAGE,
        "stylesheet": BUDGET_CSS,
        "script": BUDGET_JS,
        "total": BUDGET_COLD,
        "requests": BUDGET_COLD_REQUESTS,
    }
    assert measured["script"], "la page n'a pas fini de charger"
    over = {name: (measured[name], limit) for name, limit in limits.items() if measured[name] > limit}
    assert not over, f"budgets dépassés (mesuré, limite) : {over}\n" + "\n".join(page.watch.bodies)  # type: ignore[attr-defined]
    return measured


def assert_icons_known(page: Page) -> None:
    """Every icon printed is in the sprite (a name made at run time must be listed in frontend/icons.txt)."""
    bodies: dict[str, tuple[str, bytes]] = page.watch.bodies  # type: ignore[attr-defined]
    sprite = b"".join(body for url, (_, body) in bodies.items() if "/icons." in url).decode()
    wanted = page.eval_on_selector_all("use", "all => all.map((one) => one.getAttribute('href').split('#')[1])")
    unknown = {name for name in wanted if f'id="{name}"' not in sprite}
    assert not unknown, f"icônes absentes de la feuille : {sorted(unknown)}"


def assert_reached(page: Page, name: str) -> None:
    """As ``assert_page_sound`` for a page reached by acting: its weight adds to those before it."""
    page.wait_for_load_state("load")
    page.evaluate("window.scrollTo(0, 0)")  # a sticky header hides what is under it, at any one moment only
    keep_screenshot(page, name)
    assert_fits(page)
    assert_axe_clean(page)
    assert_no_fault(page)


def assert_page_sound(page: Page, *, is_list: bool = False, name: str = "") -> None:
    """Every check of a page type at once; ``name`` keeps a screenshot among the artefacts."""
    page.wait_for_load_state("load")
    if name:
        keep_screenshot(page, name)
    assert_budgets(page, is_list=is_list)
    assert_fits(page)
    assert_icons_known(page)
    assert_axe_clean(page)
    assert_no_fault(page)


def keep_screenshot(page: Page, name: str) -> Path:
    """Full-page picture in ``artefacts/ecrans``, named after the page and its width."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": 0}
    path = ARTEFACTS / f"{name}-{size['width']}.png"
    page.screenshot(path=path, full_page=True)
    return path


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the test output is enough."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def serve(application: Callable[..., Any]) -> Iterator[str]:
    """Serve a WSGI application on a free port of this machine; gives its address."""
    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
