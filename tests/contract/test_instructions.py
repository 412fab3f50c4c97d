"""`make instructions` refuses a book that takes more, and in CI a count that was not made."""

from __future__ import annotations

import subprocess

import pytest
from benchmarks import instructions


def forbidden() -> dict[str, float]:
    raise subprocess.CalledProcessError(instructions.FORBIDDEN, "count_instructions")


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_nothing_counted_is_said_and_in_ci_a_failure(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(instructions, "count", forbidden)
    assert instructions.main([]) == code
    said = capsys.readouterr().err
    assert "nothing was counted: this kernel lets no process trace its child" in said
    assert ("CI=true" in said) == (code == 1)


def test_a_program_that_fails_otherwise_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, float]:
        raise subprocess.CalledProcessError(2, "count_instructions")

    monkeypatch.setattr(instructions, "count", broken)
    with pytest.raises(subprocess.CalledProcessError):
        instructions.main([])


def test_more_instructions_than_recorded_are_refused_by_name() -> None:
    recorded = {"scalar": 100.0, "batch": 80.0, "naive": 500.0}
    assert instructions.refusals({**recorded, "scalar": 103.0}, recorded, same_compiler=True) == []
    (refusal,) = instructions.refusals({**recorded, "scalar": 104.0}, recorded, same_compiler=True)
    assert refusal == "scalar: 104.0 instructions an event, at most 103.0"
    twice = {way: 2 * value for way, value in recorded.items()}
    assert instructions.refusals(twice, recorded, same_compiler=False) == [], "another compiler is held to its own naive book"
