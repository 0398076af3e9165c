"""Schema 0003: alarms with all states of ISA-18.2."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
