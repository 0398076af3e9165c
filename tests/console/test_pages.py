"""What people do in the console, in a real browser: it opens in both languages, by keyboard, on a phone, harmlessly."""

import csv
import json
import re
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.console.looking import looking
from tests.console.small_plant import FORMULA, MARKUP, MODE, OIL, PRESS, PUMP

from bobae.app.access import Users
from bobae.core.access import UserRole

EXPLORED = f"/explore?tag={quote(OIL)}&tag={quote(PUMP)}&tag={quote(MODE)}&last=7200000"
PAGES = ["/", "/plant", EXPLORED, "/explore", "/alarms", "/alarms?all", "/alarms/1", "/sign-in"]
AXE = Path("web/node_modules/axe-core/axe.min.js")


def opened(seen: Any, console: Any, path: str) -> Any:
    seen.page.goto(console.address + path)
    seen.page.locator("main h1").wait_for()
    seen.page.wait_for_load_state("load")
    return seen.page


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_an_error_and_asks_nobody_else(
    console: Any, browser: Any, path: str, language: str
) -> None:
    console.raise_alarm()
    with looking(browser, language) as seen:
        page = opened(seen, console, path)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.lang") == language
        assert seen.wrong == []
        assert [url for url in seen.asked if not url.startswith(console.address)] == []


@pytest.mark.parametrize("width", ["desk", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_serious_stands_in_anybodys_way(
    console: Any, browser: Any, repository: Path, path: str, width: str
) -> None:
    axe = repository / AXE
    if not axe.exists():
        pytest.skip("axe-core is not there: make web")
    with looking(browser, "ko", width=width) as seen:
        page = opened(seen, console, path)
        page.wait_for_timeout(500)
        page.evaluate(axe.read_text("utf-8"))
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert serious == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"


def test_a_name_that_is_markup_is_shown_as_text(console: Any, browser: Any) -> None:
    console.raise_alarm()
    with looking(browser, "en") as seen:
        page = opened(seen, console, "/")
        page.get_by_text(MARKUP).first.wait_for()
        page.goto(console.address + f"/explore?tag={quote(MARKUP)}&last=7200000")
        page.locator("figcaption").get_by_text(MARKUP).wait_for()
        opened(seen, console, "/alarms/1").get_by_text("<img src=x").first.wait_for()
        assert page.locator("img").count() == 0
        assert seen.wrong == []


def test_an_alarm_is_acknowledged_by_keyboard_alone(console: Any, browser: Any) -> None:
    number = console.raise_alarm("by keyboard")
    with looking(browser, "en") as seen:
        page = opened(seen, console, f"/alarms/{number}")
        page.get_by_role("button", name="Acknowledge").wait_for()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Acknowledge":
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        page.keyboard.type("Kim")  # asked once, where nobody has a login
        page.keyboard.press("Enter")
        page.get_by_text("acknowledged by Kim").wait_for()
        assert outline == "solid", "one cannot see where one is"
        assert console.plant.alarms.get(number).acknowledged_by == "Kim"


def test_the_first_step_by_keyboard_leads_past_the_pages(console: Any, browser: Any) -> None:
    with looking(browser, "ko") as seen:
        page = opened(seen, console, "/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.id === 'main'")
        assert page.locator("nav, main, header").count() == 3


def test_the_language_is_changed_and_remembered(console: Any, browser: Any) -> None:
    with looking(browser, "en") as seen:
        page = opened(seen, console, "/alarms")
        page.get_by_role("button", name="한국어").click()
        page.get_by_role("heading", name="경보", exact=True).wait_for()
        page.reload()
        page.get_by_role("heading", name="경보", exact=True).wait_for()
        assert page.evaluate("document.documentElement.lang") == "ko"


def test_a_live_value_moves_and_a_bad_one_says_so(console: Any, browser: Any) -> None:
    with looking(browser, "en") as seen:
        page = opened(seen, console, "/")
        row = page.get_by_role("row").filter(has_text="oil_temperature")
        console.append(OIL, 61.25)
        row.get_by_text("61.25").wait_for()
        console.append(OIL, 62.5, status=0x8000_0000)
        row.get_by_text("bad").wait_for()
        assert "62.5" in row.inner_text()


def test_a_stretch_of_time_is_chosen_with_mouse_and_keys(console: Any, browser: Any) -> None:
    with looking(browser, "en") as seen:
        page = opened(seen, console, EXPLORED)
        over = page.locator(".u-over").first
        over.wait_for()
        box = over.bounding_box()
        page.mouse.move(box["x"] + 100, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 300, box["y"] + 20, steps=5)
        page.mouse.up()
        page.wait_for_url("**from=*")
        chosen = page.url
        page.locator("[role=application]").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("url => location.href !== url", arg=chosen)
        moved = page.url
        page.keyboard.press("+")
        page.wait_for_function("url => location.href !== url", arg=moved)
        assert seen.wrong == []


def test_what_is_saved_runs_nothing_in_a_spreadsheet(console: Any, browser: Any, tmp_path: Path) -> None:
    with looking(browser, "en") as seen:
        page = opened(seen, console, f"/explore?tag={quote(FORMULA)}&tag={quote(MODE)}&last=7200000")
        page.locator(".u-over").first.wait_for()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Save as CSV").click()
        coming.value.save_as(tmp_path / "trend.csv")
    head, *rows = csv.reader((tmp_path / "trend.csv").read_text("utf-8-sig").splitlines())
    assert head[1] == f"'{FORMULA} lowest"
    assert {row[4] for row in rows} == {"", "run", "set up"}
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


def test_who_is_not_known_signs_in_comes_back_and_goes(console: Any, browser: Any) -> None:
    users = Users(console.plant.writing.book)
    users.add("kim", UserRole.ADMINISTRATOR, "a press in busan")
    try:
        with looking(browser, "en") as seen:
            page = seen.page
            page.goto(console.address + "/alarms")
            page.get_by_label("Name").fill("kim")
            page.get_by_label("Password").fill("a press in seoul")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("alert").filter(has_text="not right").wait_for()
            page.get_by_label("Password").fill("a press in busan")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/alarms")
            console.raise_alarm("signed in")
            page.get_by_role("button", name="Acknowledge").first.click()
            page.get_by_text("acknowledged by kim").first.wait_for()
            page.goto(console.address + "/")
            page.get_by_role("row", name=re.compile("oil_temperature")).get_by_text(re.compile(r"\d")).first.wait_for()
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/sign-in")
            assert page.request.get(console.address + "/api/v1/session").status == 401
    finally:
        users.remove("kim")


def test_the_shell_is_small_and_seen_at_once_again(console: Any, browser: Any) -> None:
    with looking(browser, "ko") as seen:
        page = opened(seen, console, "/")
        page.reload()
        page.locator("main h1").wait_for()
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        again = page.evaluate("performance.getEntriesByType('resource').filter(one => one.name.includes('/assets/'))")
    files = {url for url in seen.asked if "/assets/" in url}
    sizes = {url: _packed_size(url) for url in files}
    print(f"first page: {sum(sizes.values())} bytes packed in {len(sizes)} files; seen again after {painted:.0f} ms")
    assert sum(sizes.values()) <= 60_000
    assert [one["name"] for one in json.loads(json.dumps(again)) if one["transferSize"] > 300] == []


def _packed_size(url: str) -> int:
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        return len(answer.read())


def test_alarms_can_be_worked_on_at_the_width_of_a_phone(console: Any, browser: Any) -> None:
    number = console.raise_alarm("on a phone")
    with looking(browser, "ko", width="phone") as seen:
        page = opened(seen, console, f"/alarms/{number}")
        page.evaluate("localStorage.setItem('bobae.by', 'Lee')")
        page.reload()
        page.get_by_role("button", name="거짓 경보").click()
        page.get_by_text("거짓 경보로 평가됨").wait_for()
        assert PRESS in page.locator("h3").first.inner_text()
