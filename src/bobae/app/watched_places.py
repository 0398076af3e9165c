"""Where the models of a plant's monitors lie, and what lies beside them."""

from pathlib import Path

from bobae.core import Monitor


def model_path(plant_folder: Path, monitor: Monitor) -> Path:
    """Where the model of a monitor lies: where the plant file says, else in a folder of its own below `models`."""
    if monitor.model is not None:
        return plant_folder / monitor.model
    name = f"{monitor.asset.replace('/', '-')}-{monitor.task}"
    return plant_folder / "models" / name / f"{name}.bobae"


def report_beside(model: Path) -> Path:
    """Where the report of a model lies that was trained here."""
    return model.with_name("report.html")
