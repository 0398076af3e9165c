"""Schema 0006: versions of models, which is live, what became of each, and what one on trial would have alarmed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Make the five tables."""
    op.create_table(
        "model_versions",
        sa.Column("id", _NUMBER, primary_key=True),
        *_texts("model", "sha256", "name", "verdict", "origin", "by"),
        *_numbers("number", "added_ns", "learned_until_ns"),
        *(sa.Column(name, sa.JSON(none_as_null=True)) for name in ("cut", "comparison")),
    )
    op.create_index("version_by_number", "model_versions", ["model", "number"], unique=True)
    op.create_index("version_by_digest", "model_versions", ["model", "sha256"], unique=True)
    op.create_table(
        "model_aliases",
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("alias", sa.String, primary_key=True),
        *_numbers("version", "since_ns"),
        *_texts("placed"),
    )
    op.create_table(
        "model_history",
        sa.Column("id", _NUMBER, primary_key=True),
        *_texts("model", "alias", "event", "by", "because"),
        *_numbers("time_ns"),
        *(sa.Column(name, sa.BigInteger) for name in ("was", "becomes")),
    )
    op.create_index("history_by_model", "model_history", ["model", "id"])
    op.create_table(
        "shadow_runs",
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        *_numbers("begun_ns", "until_ns", "scored_ns"),
    )
    op.create_table(
        "shadow_alarms",
        sa.Column("id", _NUMBER, primary_key=True),
        *_texts("model"),
        *_numbers("version", "begun_ns"),
        sa.Column("over_ns", sa.BigInteger),
        sa.Column("peak", sa.Float, nullable=False),
    )
    op.create_index("shadow_by_version", "shadow_alarms", ["model", "version", "id"])
