"""Schema 0008: what each alarm was worth."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing yet."""
