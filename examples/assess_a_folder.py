"""What can a folder of files answer? Five days of a press, as a plant would hand them over: cp949, local time, gaps."""

import tempfile
from pathlib import Path

from bobae import app
from bobae.core import Role
from bobae.twins.press import write_history

with tempfile.TemporaryDirectory() as folder:
    written = write_history(Path(folder), days=5, step_s=60.0, seed=1, language="ko")
    settings = app.settings_for(written.history)  # plant.yaml lies beside the data: Asia/Seoul
    found = app.assess([written.history], settings)

print(f"{len(found.dataset)} rows in {settings.timezone}")
for role in (Role.TIME, Role.FEATURE, Role.CONTEXT, Role.TARGET):
    print(f"{role}: {', '.join(found.dataset.names(role)[:4]) or '-'}")
print(f"the best question: {found.tasks[0].task}")
