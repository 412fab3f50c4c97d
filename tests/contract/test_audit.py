"""The audit finds what it is for, and says so when it could not look."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
import yaml

from audit.advisories import advisories
from audit.sbom import sbom
from audit.secrets import in_files, secrets

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "run.lock").read_text()


def test_the_bill_of_materials_names_every_package_and_its_hashes() -> None:
    bill = sbom(LOCK, "1.0")
    assert bill == sbom(LOCK, "1.0"), "no clock and no dice"
    packages = {each["name"]: each for each in bill["components"]}
    assert {"fastapi", "pysqlite3", "uvicorn", "sqlalchemy"} <= packages.keys()
    assert len(packages) == sum(line[0].isalnum() and "==" in line for line in LOCK.splitlines() if line)
    assert sum(len(each["hashes"]) for each in packages.values()) == LOCK.count("--hash=sha256:")
    assert packages["fastapi"]["purl"].startswith("pkg:pypi/fastapi@")
    with pytest.raises(ValueError, match="no hash"):
        sbom("somebody==1.0\n", "1.0")


@pytest.mark.parametrize(
    "line",
    [
        "key = 'mo" + "_" + "a" * 43 + "'",
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp" + "_" + "a" * 36,
        "postgresql://trader:" + "hunter2@db/metaorder",
    ],
)
def test_a_planted_secret_is_found_and_not_shown(tmp_path: Path, line: str) -> None:
    (tmp_path / "notes.md").write_text(f"first\n{line}\n")
    found = in_files(tmp_path, ["notes.md", "gone.md"])
    assert len(found) == 1
    assert found[0].startswith("notes.md:2: ")
    assert line not in found[0]


def test_examples_are_no_secrets() -> None:
    text = "postgresql://user:password@host/database\npostgresql://metaorder:${PASSWORD:-metaorder}@db:5432/metaorder\nmo_short\n"
    assert list(secrets(text)) == []


def program(directory: Path, text: str, code: int = 0) -> Path:
    path = directory / "pip-audit"
    path.write_text(f"#!/bin/sh\n{text}\nexit {code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_vulnerable_package_is_named_and_silence_is_not_health(tmp_path: Path) -> None:
    said = {
        "dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, {"name": "b", "version": "2", "vulns": []}]
    }
    found = advisories(program(tmp_path, f"echo '{json.dumps(said)}'", 1), tmp_path / "lock")
    assert (found.asked, found.vulnerable) == (True, ["a 1: CVE-1"])
    unasked = advisories(program(tmp_path, "echo 'no route to the service' >&2", 1), tmp_path / "lock")
    assert (unasked.asked, unasked.vulnerable, unasked.why_not) == (False, [], "no route to the service")
    assert advisories(tmp_path / "nothing", tmp_path / "lock").asked is False


def test_the_container_is_not_root_and_cannot_write() -> None:
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    last = [line.strip() for line in stages[-1].splitlines()]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    assert users == ["10001"], "a number, which a cluster can hold against its rules, and nobody after it"
    assert not any("apt-get" in line or "g++" in line for line in last), "what runs has no compiler"
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(word in line for line in last for word in ("SECRET", "PASSWORD", "DATABASE_URL"))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name in ("metaorder", "migrate"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert "privileged" not in service
        assert not any("docker.sock" in volume for volume in service["volumes"])
        assert service["pids_limit"]
        assert service["mem_limit"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert "ports" not in compose["services"]["db"], "the database is not for the network"


def test_images_are_named_by_a_version_and_a_release() -> None:
    """Not `latest`, which is another one tomorrow; why not a digest stands in docs/operations.md."""
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1, "what runs is what was built on"
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for image in (*bases, compose["services"]["db"]["image"]):
        assert re.fullmatch(r"(python:3\.\d+-slim|postgres:\d+)-[a-z]+", image), image
