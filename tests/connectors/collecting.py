"""Collects a source into a historian: `python collecting.py PLAN` begins anew, in a process of its own, for each row
on its standard input, and answers with the number of that process, which is then killed."""

import asyncio
import importlib
import json
import os
import random
import sys
from pathlib import Path
from types import ModuleType

from bobae.collect import Collector
from bobae.core import TagRow, Wish
from bobae.historian import open_store


async def collect(plan: dict, plugin: ModuleType) -> None:
    own = Path(plan["own"])
    own.mkdir(exist_ok=True)
    wishes = [Wish(f"line/press.{name}", address) for name, address in plan["addresses"].items()]
    with open_store(Path(plan["store"]), write=True) as store:
        tags = store.writer.tag_ids([TagRow(0, wish.path) for wish in wishes])
        collector = Collector(
            plan["connector"],
            lambda: plugin.connector(plan["settings"], own),
            wishes,
            tags,
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
            resumes=True,
        )
        await collector.run()


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    plugin = importlib.import_module(f"bobae.connectors.{plan['connector']}")
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(collect(plan, plugin))
            os._exit(1)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)
