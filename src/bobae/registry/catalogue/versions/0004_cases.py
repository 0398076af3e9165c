"""Schema 0004: cases, and what people say of alarms."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
