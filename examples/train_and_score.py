"""From files to a sealed model, and from the sealed model to scores: nothing in between is needed but the file."""

import os
import tempfile
from pathlib import Path

from bobae import app
from bobae.twins.press import write_history

with tempfile.TemporaryDirectory() as folder:
    os.environ["BOBAE_HOME"] = f"{folder}/home"  # the signing key of this example; a plant keeps one for good
    written = write_history(Path(folder), days=14, step_s=120.0, seed=1, language="en")
    settings = app.settings_for(written.history)

    dataset = app.read_with_roles([written.history], settings)
    judged = app.train(dataset, settings, task="anomaly", out=Path(folder, "press.bobae"))

    new_day = app.read_with_roles([written.new_day], settings)
    scored = app.score(judged.path, new_day, settings, out=Path(folder, "scores.csv"))

print(f"split by {judged.outcome.split.kind}: {judged.outcome.split.by}")
print(
    f"{len(judged.model.manifest.contract.inputs)} inputs, {judged.outcome.alarms.budget_per_week:g} false alarm a week"
)
print(f"{scored.table.num_rows} rows in, {len(new_day)} out: {', '.join(scored.table.column_names)}")
