"""Baskets: which orders are legs of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basket_id", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_parents_account_basket_id"), ["account", "basket_id"], unique=False)
