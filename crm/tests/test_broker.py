"""The embedded broker: whole files, whatever is killed when."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kombu import Connection

from crm.broker import write_whole


@pytest.fixture
def connection(tmp_path: Path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
        "store_processed": False,
    }
    with Connection(
        "filesystem://", transport="crm.broker:Transport", transport_options=options
    ) as connection:
        yield connection


def test_a_message_arrives_once_and_leaves_nothing_behind(connection, tmp_path):
    with connection.SimpleQueue("default") as queue:
        queue.put({"job": 17})

        message = queue.get(timeout=2)
        message.ack()

        assert message.payload == {"job": 17}
        with pytest.raises(queue.Empty):
            queue.get(block=False)
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_half_written_file_is_no_message(connection, tmp_path):
    (tmp_path / "messages" / ".abc.part").write_text('{"half')

    with connection.SimpleQueue("default") as queue, pytest.raises(queue.Empty):
        queue.get(block=False)


def test_a_binding_is_kept_once_and_no_part_is_left(connection, tmp_path):
    for _ in range(3):
        with connection.SimpleQueue("bound") as queue:
            queue.put({})

    names = {path.name for path in (tmp_path / "control").iterdir()}
    assert names == {"bound.exchange", ".lock"}
    assert (tmp_path / "control" / "bound.exchange").read_text().count("bound") == 2


def test_a_writer_that_dies_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "table"
    write_whole(target, "old")

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", dies)
    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "new")

    assert target.read_text() == "old"
