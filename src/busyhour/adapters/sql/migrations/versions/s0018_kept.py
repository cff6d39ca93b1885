"""Nobody who works as the program can delete what proves that the law was kept: calls, and who was in them when."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("REVOKE DELETE, TRUNCATE ON attempt, interaction, segment FROM busyhour_app")
