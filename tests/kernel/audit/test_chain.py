# SPDX-License-Identifier: Apache-2.0
"""The audit chain finds a changed, removed or reordered row."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from anshu.kernel.audit import chain
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.services import record

NOW = datetime(2026, 7, 4, 6, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entries():
    return [
        record(
            actor=platform("test"),
            now=NOW,
            action=f"thing.made{i}",
            reason="测试",
            changes={"名": i},
        )
        for i in range(5)
    ]


def tamper(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("alter table audit_auditentry disable trigger audit_append_only")
        cursor.execute(statement)
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table audit_auditentry enable trigger audit_append_only")


def kinds():
    return {found.kind for found in chain.verify().breaks}


def test_an_untouched_chain_holds(entries):
    verdict = chain.verify()
    assert (verdict.entries, verdict.breaks) == (5, ())
    assert verdict.head_no == 5


def test_a_changed_row_is_found(entries):
    tamper("update audit_auditentry set reason = 'other' where chain_no = 3")
    assert kinds() == {"changed"}


def test_a_removed_row_is_found(entries):
    tamper("delete from audit_auditentry where chain_no = 3")
    assert "removed" in kinds()


def test_a_removed_last_row_is_found(entries):
    tamper("delete from audit_auditentry where chain_no = 5")
    assert kinds() == {"cut"}


def test_reordered_rows_are_found(entries):
    tamper(
        "update audit_auditentry set chain_no = -1 where chain_no = 2;"
        "update audit_auditentry set chain_no = 2 where chain_no = 3;"
        "update audit_auditentry set chain_no = 3 where chain_no = -1"
    )
    assert kinds() & {"changed", "reordered"}


def test_a_rewritten_chain_is_found_by_an_anchor_kept_elsewhere(entries):
    verdict = chain.verify(anchors={3: "0" * 64})
    assert [found.chain_no for found in verdict.breaks] == [3]


def test_rows_cannot_be_changed_or_deleted_by_ordinary_statements(entries):
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.update(reason="x")
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.all().delete()


def test_entries_of_a_rolled_back_transaction_leave_no_gap(entries):
    with transaction.atomic():
        record(actor=platform("test"), now=NOW, action="thing.lost")
        transaction.set_rollback(True)
    record(actor=platform("test"), now=NOW, action="thing.kept")
    verdict = chain.verify()
    assert (verdict.head_no, verdict.breaks) == (6, ())
