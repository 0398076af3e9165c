"""Schema 0007: versions of models, their trial beside the live one, and what each name pointed at."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""
