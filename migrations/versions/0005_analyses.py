"""Analyses of orders that are over: the report, and its figures beside it so that many can be asked at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEYS = ("session", "market", "symbol", "side", "algo", "status", "venue", "day", "size_bucket", "currency")
FIGURES = (
    *("is_bps", "delay_bps", "spread_bps", "impact_bps", "timing_bps", "opportunity_bps", "fees_bps", "trading_bps"),
    *("arrival_bps", "vwap_bps", "effective_spread_bps", "markout_60_bps"),
    *("participation", "fill_rate", "passive_share", "z_score", "probability"),
)


def upgrade() -> None:
    op.create_table(
        "analyses",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in KEYS),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("notional", sa.Double(), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in FIGURES),
        sa.PrimaryKeyConstraint("parent", name=op.f("pk_analyses")),
    )
    op.create_table(
        "analysis_docs",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("parent", name=op.f("pk_analysis_docs")),
    )
    op.create_table(
        "analysis_tags",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("parent", "tag", name=op.f("pk_analysis_tags")),
    )
    op.create_index(op.f("ix_analysis_tags_account_tag"), "analysis_tags", ["account", "tag"])
