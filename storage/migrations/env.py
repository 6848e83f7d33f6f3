"""Run the migrations on the connection that ``storage.database.migrate`` opened, inside its transaction."""

from __future__ import annotations

from alembic import context

from storage.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
