import io

import pytest

from bobae.cli import bars
from bobae.core import text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_many_files_do_not_flood_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with bars.bars() as progress:
        for number in range(100):
            progress(text("reading {file}", file=f"{number}.csv"), number, 100)
        drawn = progress._drawn  # type: ignore[attr-defined]
        shown = [task.description for task in drawn.tasks]
        progress.tell(text("stopped"), mark=" + ")
    assert shown == [f"reading {number}.csv" for number in range(92, 100)]
    assert " + stopped" in screen.getvalue()


def test_a_log_file_gets_sentences_and_no_bars(capsys: pytest.CaptureFixture[str]) -> None:
    with bars.bars() as progress:
        progress(text("reading {file}", file="a.csv"), 1, 2)
        progress.tell(text("stopped"))
    assert capsys.readouterr().err == "stopped\n"
