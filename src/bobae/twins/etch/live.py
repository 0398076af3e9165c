"""A live etch tool as GEM equipment, in a process of its own: `python -m bobae.twins.etch.live --port 5000`.

It listens at 127.0.0.1 for one host over HSMS. SIGTERM and Ctrl-C stop it.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Sequence

from bobae.core import say
from bobae.twins.at_a_port import answered, seeded_command_line
from bobae.twins.etch.equipment import Equipment, Variable
from bobae.twins.etch.etcher import Etcher
from bobae.twins.etch.plant import LOT, MATCH_ALARM, RECIPE, STEP, STEP_BEGUN, WAFER
from bobae.twins.etch.tags import STEPS, TAGS, Step, T
from bobae.twins.stepped import NS

STEP_S = 0.1
_WARM_S = 90  # so that it is in the middle of its first wafers when it first answers
_REFLECTED_W = 40.0  # more than that coming back is an alarm


def equipment(port: int) -> Equipment:
    """The tool's GEM interface, which shows nothing yet."""
    words = ((LOT, "LotID"), (WAFER, "WaferID"), (RECIPE, "PPID"), (STEP, "StepName"))
    return Equipment(
        port,
        status=[Variable(tag.variable, tag.title, tag.unit, 0.0) for tag in TAGS],
        data=[Variable(variable, name, "", "") for variable, name in words],
        events={STEP_BEGUN: ("StepBegun", [variable for variable, _ in words])},
        alarms={MATCH_ALARM: "RF reflected power high"},
    )


def play(tool: Equipment, etcher: Etcher, language: str, goes_on: Callable[[], bool], *, pace: float = 1.0) -> None:
    """Take the tool on while `goes_on` says so, `pace` of its seconds in one, showing all that it does."""
    shown: Step | None = None
    ringing = False
    turn = time.monotonic()
    while goes_on():
        rows = etcher.step(STEP_S * pace)
        values, step = rows.values[-1], Step(int(rows.step[-1]))
        for tag, value in zip(TAGS, values.tolist(), strict=True):
            tool.show(tag.variable, value)
        if step != shown:
            shown = step
            _begin(tool, etcher, step, language)
        high = bool(values[T.REFLECTED] > _REFLECTED_W)
        if high != ringing:
            ringing = high
            tool.ring(MATCH_ALARM, high)
        turn = max(turn + STEP_S, time.monotonic() - 1.0)  # what was missed while the process stood still does not come
        time.sleep(max(0.0, turn - time.monotonic()))


def _begin(tool: Equipment, etcher: Etcher, step: Step, language: str) -> None:
    """A step of the recipe has begun; between wafers there is no wafer and no recipe."""
    inside = step != Step.TRANSFER
    tool.show(LOT, etcher.lot_id if inside else "")
    tool.show(WAFER, etcher.wafer_id if inside else "")
    tool.show(RECIPE, etcher.recipe if inside else "")
    tool.show(STEP, STEPS[language][step])
    tool.happen(STEP_BEGUN)


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns its exit status."""
    parser = seeded_command_line("bobae.twins.etch.live", port=5000)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds of the tool in one of the clock")
    asked = parser.parse_args(given)
    logging.disable()
    return answered(asked.language, lambda: _serve(asked.port, asked.seed, asked.language, asked.parent, asked.pace))


def _serve(port: int, seed: int, language: str, parent: int | None, pace: float) -> None:
    etcher = Etcher(seed, start_ns=time.time_ns() - _WARM_S * NS)
    etcher.run(_WARM_S * 10, step_s=STEP_S)
    tool = equipment(port)
    tool.enable()
    print(say("the etch tool answers at {address}", address=f"hsms://127.0.0.1:{port}"), flush=True)
    play(tool, etcher, language, lambda: parent in (None, os.getppid()), pace=pace)


if __name__ == "__main__":
    sys.exit(main())
