# SPDX-License-Identifier: Apache-2.0
"""Fixtures that all tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of other people's vectors and measurements; tests that need it skip where it is not given."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder of outside vectors beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Ends whatever connection a thread of some test has left, so that the database can be dropped."""
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks what commits for real: such tests empty the tables afterwards, the rows seeded by migrations included.

    They therefore run in a session of their own (see bin/test), so that no other test misses those rows.
    """
    for item in items:
        database = item.get_closest_marker("django_db")
        commits = database is not None and database.kwargs.get("transaction")
        if commits or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("commits")
