"""The note that the journal could not be written: its room is taken at the start, so that a full disk takes it too."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

import pytest

from metaorder.bootstrap.state import CannotStart, forget_broken, locked, mark_broken, was_broken


def test_a_disk_without_room_takes_the_note_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path) -> None:
        raise OSError(ENOSPC, "No space left on device", str(self))

    lock = tmp_path / "lock"
    with locked(tmp_path):
        before = lock.stat()
        monkeypatch.setattr(Path, "touch", full)
        assert not was_broken(tmp_path)
        mark_broken(tmp_path)
        after = lock.stat()
    assert (after.st_ino, after.st_size, after.st_blocks) == (before.st_ino, before.st_size, before.st_blocks), "in its place"
    assert [each.name for each in tmp_path.iterdir()] == ["lock"]
    with locked(tmp_path):
        assert was_broken(tmp_path), "a start does not lose it"
        forget_broken(tmp_path)
        assert not was_broken(tmp_path)


def test_a_note_by_hand_and_a_state_of_an_earlier_day(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    assert not was_broken(tmp_path), "an empty lock file says nothing"
    (tmp_path / "unwritable").touch()
    assert was_broken(tmp_path)
    with locked(tmp_path):
        forget_broken(tmp_path)
        assert not was_broken(tmp_path)
        with pytest.raises(CannotStart), locked(tmp_path):
            pass
