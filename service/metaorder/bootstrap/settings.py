"""Settings: from the command line, from METAORDER_* in the environment, or the defaults here."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a server is told. `metaorder config` prints what is in force."""

    model_config = SettingsConfigDict(env_prefix="METAORDER_", extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65_535, description="port to listen on; 0 = any free one")
    state: Path = Field(Path("state"), description="directory for the lock, the key of the first start and SQLite")
    database_url: SecretStr | None = Field(None, description="PostgreSQL; without it SQLite in the state directory")
    data_roots: str = Field("data", description="directories that recorded days are read from, separated by colons")
    readers: int = Field(4, ge=1, le=64, description="connections that read")
    job_workers: int = Field(
        1, ge=1, le=64, description="calibrations and the like that run at once, each in a process of its own"
    )
    requests_per_s: float = Field(
        2_000, gt=0, description="requests of a key, in the long run; twice as many at once; cancels and kills are not counted"
    )
    most_under_way: int = Field(
        256, ge=1, le=65_536, description="requests that are worked on at once; past that 503, but for cancels, kills and health"
    )
    stream_retention: int = Field(
        0, ge=0, description="events that a stream may be behind before it begins anew with a snapshot; 0 = any number"
    )
    origins: str = Field("", description="origins whose pages may open a stream beside our own, separated by spaces")
    allow_first_key: bool = Field(
        False, description="whether to listen on a public address though the key that the first start printed still opens it"
    )
    sim: bool = Field(True, description="whether to run the simulated market `sim`")

    @property
    def url(self) -> str:
        """The address of the database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.state.resolve() / 'metaorder.db'}"

    @property
    def roots(self) -> list[Path]:
        """The directories that recorded days are read from."""
        return [Path(part) for part in self.data_roots.split(":") if part]
