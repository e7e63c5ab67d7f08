# SPDX-License-Identifier: Apache-2.0
"""Checks that settings are sound and that no model change lacks its migration; needs no database."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshu.project.settings")
os.environ.setdefault("DATABASE_URL", "postgresql://anshu@/anshu?host=/nonexistent")


def main() -> int:
    """This will run Django's own checks and look for missing migrations."""
    import warnings

    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", fail_level="WARNING")
    # Without a server the history cannot be compared; the graph of files is what counts here.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
