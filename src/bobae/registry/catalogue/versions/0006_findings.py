"""Schema 0006: what is no longer as it was: drift, data that break their contract, laboratory values."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""
