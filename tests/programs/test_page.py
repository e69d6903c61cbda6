"""The HTML of a diff in a real browser: headless Chromium, wide and narrow, light and dark."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rolloutgen.diff.result import Asked, Review
from rolloutgen.diff.review import review
from rolloutgen.helm import open_engine
from rolloutgen.report.formats import format_reviews

CHARTS = Path(__file__).parents[1] / "charts"
pytestmark = pytest.mark.programs
Open = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two charts: a new image, and a conversion."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(CHARTS / "plain/after", folder / "old")
    shutil.copytree(CHARTS / "plain/after", folder / "new")
    values = folder / "new/values.yaml"
    values.write_text(values.read_text().replace("web:2.1", f"web:{'long-' * 60}2.2"))
    engine = open_engine("embedded")
    try:
        reviews: list[Review] = [
            review(str(folder / "new"), Asked(against=str(folder / "old")), engine),
            review(str(CHARTS / "plain/after"), Asked(against=str(CHARTS / "plain/before")), engine),
        ]
    finally:
        engine.close()
    target = folder / "page.html"
    target.write_text(format_reviews("html", reviews), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Opens a page: its DOM after loading, and what the console said."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is on PATH (Debian: apt install chromium-headless-shell)")

    def opened(path: Path, *options: str) -> tuple[str, str]:
        profile = tmp_path_factory.mktemp("profile")
        command = [found, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", *options]
        command += ["--enable-logging=stderr", "--v=0", "--virtual-time-budget=2000", "--dump-dom", path.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, "\n".join(console)

    return opened


class Counted(HTMLParser):
    """How often each tag, and each class, is there."""

    def __init__(self, dom: str) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self.feed(dom)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name in [tag, *(f".{one}" for key, value in attrs if key == "class" for one in (value or "").split())]:
            self.seen[name] = self.seen.get(name, 0) + 1


def test_the_browser_finds_the_elements_and_has_nothing_to_complain_about(page: Path, browse: Open) -> None:
    dom, console = browse(page)
    assert console == ""
    seen = Counted(dom).seen
    assert seen[".chart"] == 2
    assert seen[".meaning"] == 2 and seen[".warning"] >= 1 and seen[".info"] >= 1
    assert seen["svg"] == 2 and seen["table"] == 2
    assert seen[".cutover"] == 2  # Helm 3 and Helm 4
    assert seen[".ins"] >= 1 and seen[".del"] >= 1
    assert "starts a canary" in dom


def test_a_broken_page_would_be_noticed(page: Path, browse: Open, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(
        page.read_text().replace("</main>", '<script>nowhere()</script><img src="http://e.invalid/x"></main>')
    )
    assert "Content Security Policy" in browse(broken)[1]


# A page of ours that frames the report at a width and says what it measured: the report itself runs no script.
_FRAME = """<!doctype html><iframe id="f" style="border:0;width:WIDTHpx;height:800px"></iframe><script>
const frame = document.getElementById("f");
frame.onload = () => {
  const inside = frame.contentDocument, root = inside.documentElement;
  const style = element => frame.contentWindow.getComputedStyle(element);
  const sizes = [...inside.querySelectorAll("li, p, summary, td")].map(e => parseFloat(style(e).fontSize));
  const outside = [...inside.querySelectorAll("main > *, .meaning li, summary, h2, h3")]
    .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1).length;
  const { backgroundColor, color } = style(inside.body);
  const wide = [root.scrollWidth, root.clientWidth];
  document.title = JSON.stringify([...wide, Math.min(...sizes), outside, backgroundColor, color]);
};
frame.srcdoc = REPORT;
</script>"""


def measured(page: Path, browse: Open, folder: Path, width: int, *options: str) -> list[object]:
    import html
    import json

    text = json.dumps(page.read_text(encoding="utf-8")).replace("</", "<\\/")
    frame = folder / f"frame-{width}.html"
    frame.write_text(_FRAME.replace("WIDTH", str(width)).replace("REPORT", text), encoding="utf-8")
    dom, console = browse(frame, *options)
    assert console == ""
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title, dom[:300]
    found: list[object] = json.loads(html.unescape(title[1]))
    return found


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen_and_text_can_be_read(
    page: Path, browse: Open, tmp_path: Path, width: int
) -> None:
    scroll, client, smallest, outside, _, _ = measured(page, browse, tmp_path, width)
    assert isinstance(client, int) and width - 20 < client <= width  # a scroll bar may take some of it
    assert scroll == client
    assert outside == 0
    assert isinstance(smallest, float | int) and smallest >= 12


def test_light_and_dark(page: Path, browse: Open, tmp_path: Path) -> None:
    light = measured(page, browse, tmp_path, 800)[4:]
    dark = measured(page, browse, tmp_path, 800, "--blink-settings=preferredColorScheme=0")[4:]
    assert light == ["rgb(255, 255, 255)", "rgb(31, 35, 40)"]
    assert dark == ["rgb(13, 17, 23)", "rgb(240, 246, 252)"]
