"""The tables: the journal, its head, the projections that the API reads, and what is kept beside them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from metaorder.usecases.kept_analyses import FIGURES

ANALYSIS_KEYS = ("session", "market", "symbol", "side", "algo", "status", "venue", "day", "size_bucket", "currency")

SCHEMA = "0006"
"""The newest of the migrations that make these tables."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

Position = BigInteger().with_variant(Integer, "sqlite")
"""SQLite keeps rows in the order of an INTEGER primary key: the journal then is its own index."""

journal = Table(
    "journal",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("session", String, nullable=True),
    Column("session_index", BigInteger, nullable=True),
    Column("stream", String, nullable=True),
    Column("seq", BigInteger, nullable=True),
    Column("type", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("market_time", BigInteger, nullable=True),
    Column("event_index", BigInteger, nullable=True),
    Column("parent", String, nullable=True),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("stream", "seq"),
    UniqueConstraint("session", "session_index"),
)
Index(None, journal.c.parent, journal.c.position)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

streams = Table(
    "streams",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

writer = Table(
    "writer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
)

parents = Table(
    "parents",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("client_order_id", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("session", String, nullable=False),
    Column("market", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("algo", String, nullable=False),
    Column("status", String, nullable=False),
    Column("waiting", String, nullable=True),
    Column("started", BigInteger, nullable=True),
    Column("ended", BigInteger, nullable=True),
    Column("reason", String, nullable=True),
    Column("version", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("filled", BigInteger, nullable=False),
    Column("notional", Text, nullable=False),
    Column("fees", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("terms", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("basket_id", String, nullable=True),
    UniqueConstraint("account", "client_order_id"),
    UniqueConstraint("account", "seq"),
)
Index(None, parents.c.account, parents.c.basket_id)

children = Table(
    "children",
    metadata,
    Column("id", String, primary_key=True),
    Column("parent", String, ForeignKey("parents.id"), nullable=False),
    Column("account", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("venue", String, nullable=False),
    Column("type", String, nullable=False),
    Column("time_in_force", String, nullable=False),
    Column("price", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("filled", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=True),
    Column("ended_reason", String, nullable=True),
    Column("doc", Text, nullable=False),
)
Index(None, children.c.parent, children.c.number)

fills = Table(
    "fills",
    metadata,
    Column("execution_id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("parent", String, ForeignKey("parents.id"), nullable=False),
    Column("child", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("doc", Text, nullable=False),
    UniqueConstraint("account", "seq"),
)
Index(None, fills.c.parent, fills.c.seq)

markets = Table(
    "markets",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("speed", Text, nullable=False),
    Column("clock", BigInteger, nullable=False),
    Column("event_index", BigInteger, nullable=False),
    Column("spec", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index(None, markets.c.name, markets.c.position)

answers = Table(
    "answers",
    metadata,
    Column("account", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body_hash", String, nullable=False),
    Column("parent", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", LargeBinary, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String, nullable=False, unique=True),
    Column("account", String, nullable=False),
    Column("name", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("expires_at", BigInteger, nullable=True),
)

records = Table(
    "records",
    metadata,
    Column("session", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("doc", Text, nullable=False),
    Column("result", LargeBinary, nullable=True),
)
Index(None, jobs.c.account, jobs.c.kind, jobs.c.seq)
Index(None, jobs.c.state, jobs.c.seq)

switches = Table(
    "switches",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("doc", Text, nullable=False),
    UniqueConstraint("account", "symbol", "version"),
)

estimates = Table(
    "estimates",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("doc", Text, nullable=False),
)

analyses = Table(
    "analyses",
    metadata,
    Column("parent", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    *(Column(name, String, nullable=False) for name in ANALYSIS_KEYS),
    Column("ended", BigInteger, nullable=False),
    Column("notional", Double, nullable=True),
    *(Column(name, Double, nullable=True) for name in FIGURES),
)
"""No index by account: most of its rows are asked for at once, and a scan reads them in a fraction of the look-ups' time."""

analysis_docs = Table(
    "analysis_docs",
    metadata,
    Column("parent", String, primary_key=True),
    Column("doc", Text, nullable=False),
)
"""Reports whole: apart, so that figures of many are read without them."""

analysis_tags = Table(
    "analysis_tags",
    metadata,
    Column("parent", String, primary_key=True),
    Column("tag", String, primary_key=True),
    Column("account", String, nullable=False),
)
Index(None, analysis_tags.c.account, analysis_tags.c.tag)

PROJECTIONS = (fills, children, parents, markets, keys, switches, profiles, estimates)
"""Drawn from the journal alone; a rebuild empties them in this order and folds every row again."""
