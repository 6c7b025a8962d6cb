"""Audit lines cannot be altered quietly: the database refuses, and the seals tell who went behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core import audit_guard
from core.choices import AuditAction
from core.domain import audit_seals
from core.domain.audit import record
from core.domain.audit_seals import Break, seal_audit, verify_audit
from core.models import AuditEntry, AuditSeal

pytestmark = pytest.mark.django_db


def later_on() -> object:
    return timezone.now() + timedelta(hours=1)


def lines(count: int) -> list[AuditEntry]:
    return [record(AuditAction.RAN, by=None, note=f"line {n}") for n in range(count)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_seals, "BLOCK", 2)


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", audit_guard.TABLES)
def test_the_database_refuses_to_change_or_delete(statement: str, table: str) -> None:
    lines(1)
    seal_audit(at=later_on())
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(statement.format(table))
    assert (AuditEntry.objects.count(), AuditSeal.objects.count()) == (1, 1)


def test_seals_form_a_chain(small_blocks: None) -> None:
    written = lines(5)
    assert seal_audit(at=later_on()) == {"rows": 5}
    assert seal_audit(at=later_on()) == {"rows": 0}
    seals = list(AuditSeal.objects.all())
    assert [(seal.first_id, seal.last_id, seal.count) for seal in seals] == [
        (written[0].pk, written[1].pk, 2),
        (written[2].pk, written[3].pk, 2),
        (written[4].pk, written[4].pk, 1),
    ]
    assert [seal.previous for seal in seals] == ["", seals[0].digest, seals[1].digest]
    verdict = verify_audit()
    assert (verdict.is_whole, verdict.lines, verdict.head) == (True, 5, seals[-1].digest)


def test_a_sealer_that_comes_second_stops(small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    lines(2)
    seal_audit(at=later_on())
    first = AuditSeal.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditSeal.objects.create(first_id=10**6, last_id=10**6, count=1, digest="d", previous=first.previous)
    assert AuditSeal.objects.count() == 1


def behind_the_trigger(statement: str) -> None:
    audit_guard.remove(connection)
    connection.cursor().execute(statement)
    audit_guard.install(connection)


def test_an_altered_line_is_found(small_blocks: None) -> None:
    written = lines(4)
    seal_audit(at=later_on())
    behind_the_trigger(f"UPDATE core_auditentry SET note = 'nothing' WHERE id = {written[2].pk}")
    verdict = verify_audit()
    assert verdict.breaks == [Break("altered", written[2].pk, written[3].pk)]
    with pytest.raises(CommandError, match=f"Lines {written[2].pk} to {written[3].pk}"):
        call_command("verify_audit")


def test_a_deleted_line_is_found(small_blocks: None) -> None:
    written = lines(4)
    seal_audit(at=later_on())
    behind_the_trigger(f"DELETE FROM core_auditentry WHERE id = {written[0].pk}")
    assert verify_audit().breaks == [Break("deleted", written[0].pk, written[1].pk)]


def test_a_deleted_seal_is_found(small_blocks: None) -> None:
    written = lines(6)
    seal_audit(at=later_on())
    middle = AuditSeal.objects.order_by("first_id")[1]
    behind_the_trigger(f"DELETE FROM core_auditseal WHERE id = {middle.pk}")
    assert verify_audit().breaks == [Break("seal", written[4].pk, written[5].pk)]


def test_a_missing_trigger_is_told() -> None:
    audit_guard.remove(connection)
    try:
        verdict = verify_audit()
    finally:
        audit_guard.install(connection)
    assert verdict.missing_triggers
    assert not verdict.is_whole


@pytest.mark.postgres
def test_lines_that_may_have_younger_neighbours_wait() -> None:
    lines(2)
    assert seal_audit(at=timezone.now()) == {"rows": 0}
    assert seal_audit(at=later_on()) == {"rows": 2}


def test_the_command_knows_a_head_that_was_noted(capsys: pytest.CaptureFixture[str]) -> None:
    lines(3)
    seal_audit(at=later_on())
    head = AuditSeal.objects.get().digest
    call_command("verify_audit", head=head)
    with pytest.raises(CommandError, match="made anew"):
        call_command("verify_audit", head="0" * 64)


@pytest.mark.django_db(transaction=True)
def test_emptying_tables_in_tests_leaves_the_triggers_standing() -> None:
    lines(1)
    assert audit_guard.missing(connection) == []
