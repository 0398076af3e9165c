"""Write web/src/lib/api-types.ts, the TypeScript types of the interface, from what the interface says of itself.

`python web/scripts/api_types.py` writes it; `--check` only says whether it is current. Needs `npm ci` in web/.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from fastapi import FastAPI

from bobae.api import alarms, audit, desk, models, people, samples, session, state, trend, writes

WEB = Path(__file__).resolve().parents[1]
TYPES = WEB / "src/lib/api-types.ts"


def written() -> str:
    """The types, as they are now."""
    app = FastAPI(title="bobae", version="1")
    for part in (samples, trend, alarms, desk, audit, writes, state, models, session, people):
        app.router.routes += part.router.routes
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(app.openapi()), "utf-8")
        made = Path(folder) / "types.ts"
        tool = WEB / "node_modules/.bin/openapi-typescript"
        asked = [tool, described, "-o", made, "--default-non-nullable", "false"]
        subprocess.run(asked, check=True, capture_output=True)
        return made.read_text("utf-8")


if __name__ == "__main__":
    now = written()
    if "--check" in sys.argv:
        sys.exit(0 if TYPES.read_text("utf-8") == now else f"{TYPES} is old: python web/scripts/api_types.py")
    TYPES.write_text(now, "utf-8")
