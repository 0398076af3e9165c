"""Schema 0010: what people are, and what those who signed in are recognised by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Give persons a role; make the table of passes."""
    op.add_column("write_persons", sa.Column("role", sa.String))
    op.create_table(
        "passes",
        sa.Column("digest", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("kind", "person", "label")),
        sa.Column("role", sa.String),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("made_ns", "used_ns", "expires_ns")),
    )
    op.create_index("passes_by_person", "passes", ["person"])
