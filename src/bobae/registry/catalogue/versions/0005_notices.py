"""Schema 0005: whom an alarm was told, and what else a person should know."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
