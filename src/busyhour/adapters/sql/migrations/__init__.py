"""The schema's history, run by Alembic at each start (`busyhour.adapters.sql.migrate`)."""
