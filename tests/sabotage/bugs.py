"""Bugs that could lose money, and the test that must notice each: what the tests are worth, shown by planting them."""

from __future__ import annotations

from sabotage.bug import (
    ACCESS,
    AMENDMENTS,
    AWAY,
    DISK,
    ENGINE,
    GUARD,
    JOURNAL,
    LADDER,
    LIMITS,
    ONCE,
    ORDERS,
    PACE,
    POWER,
    PRICE,
    RISK,
    SERVERS,
    SIMULATION,
    STREAM,
    Bug,
)
from sabotage.venue_bugs import VENUE_BUGS

BUGS: dict[str, Bug] = {
    "acknowledged before it is written": Bug(
        "metaorder.runtime.writer",
        "            self._break(error, taken.waiting)\n",
        "            self._committed([], taken.waiting)\n",
        DISK,
    ),
    "a checkpoint that fails unseen": Bug(
        "metaorder.runtime.writer", "            self._break(error, [])\n", "            pass\n", DISK
    ),
    "a log that is never copied": Bug(
        "metaorder.adapters.db.journal", "if frames - copied >= MOST_FRAMES:", "if False:", JOURNAL
    ),
    "written after a failed commit": Bug(
        "metaorder.runtime.writer", "        if self._broken is not None:\n", "        if False:\n", DISK
    ),
    "no room is made on a full disk": Bug("metaorder.runtime.writer", "if not self._spare():", "if True:", DISK),
    "new orders on a full disk": Bug("metaorder.runtime.service", "        if self.full:\n", "        if False:\n", DISK),
    "a note that a power cut loses": Bug(
        "metaorder.bootstrap.state", "            os.fsync(directory)\n", "            pass\n", POWER
    ),
    "an answer before the commit": Bug(
        "metaorder.runtime.writer",
        "            rows = self._append(taken)\n",
        "            self._committed([], [done for done in taken.waiting if done.entry is None])\n"
        "            rows = self._append(taken)\n",
        POWER,
    ),
    "commits that are not synced": Bug(
        "metaorder.adapters.db.engine", '"PRAGMA synchronous=FULL"', '"PRAGMA synchronous=OFF"', JOURNAL
    ),
    "a sequence that skips": Bug(
        "metaorder.adapters.db.journal", "self._seqs.get(entry.stream, 0)) + 1", "self._seqs.get(entry.stream, 0)) + 2", JOURNAL
    ),
    "a market so far in place of the whole": Bug(
        "metaorder.adapters.db.journal", "if extra.so_far and self._is_over(extra.session):", "if False:", JOURNAL
    ),
    "a chain that is not checked": Bug("metaorder.adapters.db.journal", "!= row.hash:", "!= row.hash and False:", JOURNAL),
    "a tail that may be cut off": Bug(
        "metaorder.adapters.db.journal", "if (position, previous) != (self._position, self._hash):", "if False:", JOURNAL
    ),
    "a chain that forgets what came before": Bug(
        "metaorder.core.chain", "hashlib.sha256(previous)", "hashlib.sha256()", "tests/unit/core/test_chain.py"
    ),
    "two writers of one database": Bug(
        "metaorder.adapters.db.hold",
        "if self._postgres and self.connection.execute(FENCE",
        "if False and self.connection.execute(FENCE",
        JOURNAL,
    ),
    "a lost commit that is sent again without a look": Bug(
        "metaorder.adapters.db.journal",
        "                    if not self._is_committed(rows):\n",
        "                    self._hold.renew()\n                    if True:\n",
        f"{AWAY} -k unanswered",
    ),
    "a look before the lost commit is over": Bug(
        "metaorder.adapters.db.hold", "SELECT epoch FROM writer FOR UPDATE", "SELECT epoch FROM writer", f"{AWAY} -k late"
    ),
    "a lease that is lost and not taken again": Bug(
        "metaorder.adapters.db.lease",
        "                self.connection = _locked(self._engine)\n",
        "                return\n",
        f"{SERVERS} -k lease",
    ),
    "a paused server that is never taken for dead": Bug(
        "metaorder.adapters.db.lease", ">= SILENT_S:", ">= 3600:", f"{SERVERS} -k paused"
    ),
    "a commit without an answer that is taken for done": Bug(
        "metaorder.adapters.db.journal",
        "if not self._is_committed(rows):",
        "if self._hold.renew() is None:",
        "tests/faults/test_database_away.py -k lost",
    ),
    "a fill that counts twice": Bug(
        "metaorder.adapters.db.projector",
        '"filled": doc["filled_quantity"],\n            "notional"',
        '"filled": 2 * doc["filled_quantity"],\n            "notional"',
        JOURNAL,
    ),
    "a limit that is no number": Bug(
        "metaorder.risk.limits", "    if found is None:\n", "    if found is None and value is None:\n", LIMITS
    ),
    "lag of a market follower made up by the clock": Bug(
        "metaorder.core.pace", " or execution.algo.planned(state, now) is None:", ":", PACE
    ),
    "own impact taken for a move of the price": Bug(
        "metaorder.core.adaptation", "* state.side.sign - own\n", "* state.side.sign\n", PRICE
    ),
    "children in flight that are not counted": Bug(
        "metaorder.risk.guard",
        "if count.filled + out + child.lots > order.lots:",
        "if count.filled + child.lots > order.lots:",
        GUARD,
    ),
    "fills that are not counted": Bug("metaorder.risk.guard", "            count.filled += max(0, report.lots)\n", "", GUARD),
    "a price past the limit": Bug(
        "metaorder.risk.guard", "if not order.side.within(child.price, order.limit):", "if False:", GUARD
    ),
    "a cap that is off by one": Bug("metaorder.risk.guard", "if child.lots > headroom:", "if child.lots > headroom + 1:", GUARD),
    "a child after the window": Bug("metaorder.risk.guard", "<= now < order.end", "<= now <= order.end", GUARD),
    "a cap that forgets what is out": Bug(
        "metaorder.risk.participation",
        "min(cumulative, rolling) - own.out",
        "min(cumulative, rolling)",
        "tests/unit/risk/test_participation.py",
    ),
    "a collar that is wide open": Bug(
        "metaorder.risk.collars", "min(collar, limit)", "max(collar, limit)", "tests/unit/risk/test_collars.py"
    ),
    "a limit of value that is off by one": Bug(
        "metaorder.risk.ladder", "worst > asked.limits.max_notional", "worst >= asked.limits.max_notional", LADDER
    ),
    "an unknown volume that passes": Bug(
        "metaorder.risk.ladder",
        "    if adv is None:\n        return _unknown",
        "    if adv is None:\n        return None\n        return _unknown",
        LADDER,
    ),
    "a position that counts one side": Bug(
        "metaorder.risk.ladder", "asked.order.side.sign * standing.position", "standing.position", LADDER
    ),
    "duplicates that are not seen": Bug("metaorder.risk.ladder", "if twins + 1 > limit:", "if twins > limit:", LADDER),
    "a latch that reaches too little": Bug(
        "metaorder.risk.latches",
        "self.symbol in (None, order.symbol)",
        "self.symbol == order.symbol",
        "tests/unit/risk/test_latches.py",
    ),
    "rearming one opens all": Bug(
        "metaorder.risk.latches", "self._shut.discard(reach)", "self._shut.clear()", "tests/unit/risk/test_latches.py"
    ),
    "a kill that leaves children out": Bug(
        "metaorder.core.engine", "command.cause, cancel_open=True", "command.cause, cancel_open=False", ENGINE
    ),
    "a kill that is forgotten at admission": Bug(
        "metaorder.runtime.controls",
        "        if refused is not None:\n            return refused\n        found",
        "        found",
        RISK,
    ),
    "children of the instant of a kill after its row": Bug(
        "metaorder.runtime.desk",
        "        before, after = self._everywhere(command, reach)\n        self._writer.put(Batch([*before, entry, *after]",
        "        before, after = self._everywhere(command, reach)\n        self._writer.put(Batch([entry, *before, *after]",
        "tests/e2e/test_kills.py -m gauntlet",
    ),
    "a command that is too late and done": Bug(
        "metaorder.runtime.desk", "self._clock.now() > request.valid_until", "False", "tests/e2e/test_once.py -k too_late"
    ),
    "a key that never ends": Bug(
        "metaorder.api.context", "(end is None or self._clock.now() < end)", "True", "tests/unit/api/test_context.py"
    ),
    "a killed order that may be resumed": Bug(
        "metaorder.runtime.desk",
        "            return killed or _disabled(command, execution)\n",
        "            return _disabled(command, execution)\n",
        AMENDMENTS,
    ),
    "limits that a crash forgets": Bug(
        "metaorder.runtime.service", "        self._desk.controls.limits.update(switches.limits)\n", "", RISK
    ),
    "limits that a session is not told": Bug(
        "metaorder.core.engine", "                self._gatekeeper.watch.set(", "                (lambda *_: None)(", RISK
    ),
    "a heartbeat that never runs out": Bug(
        "metaorder.runtime.heartbeats", "        if timeout_s:\n", "        if False:\n", RISK
    ),
    "a version that is not looked at": Bug(
        "metaorder.core.apply", "if command.expected_version != execution.version:", "if False:", "tests/unit/core/test_apply.py"
    ),
    "less than is done already": Bug(
        "metaorder.core.apply", "command.lots < done", "command.lots < execution.filled", "tests/unit/core/test_apply.py"
    ),
    "the same request twice": Bug("metaorder.api.idempotency", "        if stored is None:\n", "        if True:\n", ORDERS),
    "twins that do not see each other": Bug(
        "metaorder.api.idempotency", "    place = (principal.account, key)\n", "    place = (str(id(do)), key)\n", ONCE
    ),
    "a twin that waits for ever": Bug("metaorder.api.idempotency", "asyncio.timeout(PATIENCE_S)", "asyncio.timeout(None)", ONCE),
    "what is not known yet, twice": Bug("metaorder.api.idempotency", "        if late is None:\n", "        if True:\n", ONCE),
    "an order of another account": Bug(
        "metaorder.adapters.db.queries",
        "_PARENT = select(parents).where(parents.c.account == _MINE, ",
        "_PARENT = select(parents).where(_MINE == _MINE, ",
        ACCESS,
    ),
    "fills of another account": Bug(
        "metaorder.adapters.db.queries",
        "        query = select(fills).where(fills.c.account == principal.account",
        "        query = select(fills).where(fills.c.account != ''",
        ACCESS,
    ),
    "a revoked key that still opens": Bug(
        "metaorder.api.context",
        '        if row is None or row["revoked"] or row["id"] in self._revoked:',
        "        if row is None:",
        "tests/unit/api/test_context.py",
    ),
    "a scope that is not asked for": Bug(
        "metaorder.api.auth", "    if not principal.scopes.intersection(scopes):", "    if False:", ACCESS
    ),
    "a ticket that is good twice": Bug("metaorder.api.ticket_box", "self._out.pop(text, None)", "self._out.get(text)", ACCESS),
    "a page of anybody": Bug(
        "metaorder.api.stream", "if origin is not None and origin not in", "if False and origin not in", ACCESS
    ),
    "cancels that are held to the rate": Bug(
        "metaorder.api.auth",
        "_needs(Scope.CANCEL, Scope.TRADE, held=False)",
        "_needs(Scope.CANCEL, Scope.TRADE)",
        "tests/e2e/test_authorisation.py -k too_often",
    ),
    "a stream with a gap": Bug(
        "metaorder.api.stream", "cursor.channel.after(cursor.through)", "cursor.channel.after(cursor.through + 1)", STREAM
    ),
    "a lot that rounding loses": Bug(
        "metaorder.models.rounding",
        "        lots[place] += 1\n",
        "        lots[place] += place > 0\n",
        "tests/unit/models/test_rounding.py",
    ),
    "a rebate that is a fee": Bug(
        "metaorder.domain.instrument",
        "rate = self.maker_fee if maker else self.taker_fee",
        "rate = self.taker_fee",
        "tests/unit/domain/test_instrument.py",
    ),
    "lots in the pool that the schedule wants": Bug(
        "metaorder.core.pool",
        "wish.left - max(placed, wish.want), ",
        "wish.left, ",
        "tests/unit/core/test_pool.py",
    ),
    "a pool that forgets what it has had": Bug(
        "metaorder.core.pool",
        "share_of(order.lots, order.dark_fraction) - execution.pool_filled",
        "share_of(order.lots, order.dark_fraction)",
        "tests/unit/core/test_pool.py",
    ),
    "a pool that holds lots to the end": Bug(
        "metaorder.core.pool",
        "    return Nanos(max(order.start, order.end - last_stretch(order.end - order.start)))\n",
        "    return order.end\n",
        "tests/unit/core/test_pool.py",
    ),
    "a style that goes past the limit": Bug(
        "metaorder.routing.placement",
        "    if side.within(price, wish.limit):\n        return price, why\n",
        "    return price, why\n",
        "tests/unit/routing/test_placement.py",
    ),
    "a start that is killed and works on": Bug(
        "metaorder.runtime.boot",
        "        each.live.apply(Kill(reason=reason))\n",
        "        pass\n",
        "tests/unit/runtime/test_boot.py",
    ),
    **VENUE_BUGS,
    "events that nobody has written": Bug(
        "metaorder.runtime.writer",
        "            rows = self._append(taken)\n",
        "            rows = self._append(taken) if taken.waiting else []\n",
        SIMULATION,
    ),
    "a stop that takes no account of reach": Bug(
        "metaorder.runtime.desk", "            symbol=reach.symbol,\n", "            symbol='OTHER',\n", SIMULATION
    ),
    "a rate that each look trades again": Bug(
        "metaorder.algos.myopic",
        "wanted = found.block + max(0.0, found.rate)",
        "wanted = max(0.0, found.block) + max(0.0, found.rate)",
        "tests/contract/test_previewed.py -k myopic",
    ),
}
"""By what goes wrong."""

QUICK = (
    "acknowledged before it is written",
    "commits that are not synced",
    "two writers of one database",
    "a lost commit that is sent again without a look",
    "a cap that is off by one",
    "a kill that leaves children out",
    "an order of another account",
    "a stream with a gap",
)
"""The worst of them, planted for every change."""
