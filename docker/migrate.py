"""One shot before a new version starts: migrate and load defaults as the owning role, then narrow the running one.

The running role keeps no right to change or remove rows of append-only tables: the triggers refuse it too, and this
holds even against somebody who has taken over the application's own connection.
"""

import os
import sys

import django
from django.core.management import call_command
from django.db import connection

from records.append_only import PARTLY, WHOLLY

RUNNING_ROLE = "desk_app"
RIGHTS = {WHOLLY: "UPDATE, DELETE, TRUNCATE", PARTLY: "DELETE, TRUNCATE"}
# Every table whose rows are guarded by an append-only trigger.
GUARDED = """
SELECT DISTINCT format('%%I.%%I', n.nspname, c.relname)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.proname = %s AND NOT t.tgisinternal
"""


def narrow() -> int:
    """Take UPDATE, DELETE and TRUNCATE of guarded tables from the running role; return how many tables there are.

    Of tables of which something is written later, DELETE and TRUNCATE: what may change, the triggers say.
    """
    count = 0
    with connection.cursor() as cursor:
        for function, rights in RIGHTS.items():
            cursor.execute(GUARDED, [function])
            tables = [row[0] for row in cursor.fetchall()]
            for table in tables:  # the server quoted the names itself
                cursor.execute(f"REVOKE {rights} ON {table} FROM {RUNNING_ROLE}")
            count += len(tables)
    return count


def main() -> int:
    """Bring the database to this version; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    call_command("migrate", interactive=False)
    call_command("load_defaults")
    if connection.vendor == "postgresql":
        sys.stdout.write(f"{narrow()} append-only tables are closed to {RUNNING_ROLE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
