"""Alembic's entry: runs the steps on the connection that `migrate` hands over. There is no offline mode."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="busyhour", transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
