"""The page about alarms has the transitions and the priorities that the code has."""

import re
from pathlib import Path

from bobae.core import Response
from bobae.monitor import priority_of, transitions


def rows(page: str, after: str) -> list[list[str]]:
    block = page.split(after, 1)[1].lstrip("\n").split("\n\n")[0].split("<!-- end -->")[0]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in block.strip().splitlines()[2:]]


def test_the_transitions_on_the_page_are_those_of_the_code(repository: Path):
    page = (repository / "docs/reference/alarms.md").read_text("utf-8")
    told = {(a, event, b, which) for a, event, b, which in rows(page, "<!-- transitions -->")}
    plain, latching = (
        {(a.letter, str(event), b.letter) for (a, event), b in transitions(latching=latches).items()}
        for latches in (False, True)
    )
    wanted = {(*one, "") for one in plain & latching}
    wanted |= {(*one, "not latching") for one in plain - latching} | {(*one, "latching") for one in latching - plain}
    assert told == wanted


def test_the_priorities_on_the_page_are_those_of_the_code(repository: Path):
    page = (repository / "docs/reference/alarms.md").read_text("utf-8")
    table = re.search(r"\| `consequence`.*?\n\n", page, re.S)
    assert table is not None
    for row in table[0].strip().splitlines()[2:]:
        consequence, *told = [cell.strip().strip("`") for cell in row.strip("|").split("|")]
        within = ("10min", "1h", "8h", "3d")
        assert told == [priority_of(Response(consequence=consequence, respond_within=one)) for one in within]
