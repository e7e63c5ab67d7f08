# SPDX-License-Identifier: Apache-2.0
"""Makes the history of steps append-only."""

from django.db import migrations

GUARD = """
create function workflow_step_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'steps are append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger workflow_step_append_only before update or delete on workflow_step
    for each row execute function workflow_step_append_only();
"""
UNDO = """
drop trigger workflow_step_append_only on workflow_step;
drop function workflow_step_append_only();
"""


class Migration(migrations.Migration):
    """The guard of the step table."""

    dependencies = [("workflow", "0002_numbers")]  # noqa: RUF012
    operations = [migrations.RunSQL(GUARD, UNDO)]  # noqa: RUF012
