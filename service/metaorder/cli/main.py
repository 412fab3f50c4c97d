"""The commands of `metaorder`. What they need is given to them; heavy imports wait until a command asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from metaorder.domain.order import Side

PLAIN: dict[str, Any] = {"pretty_exceptions_enable": False}
"""A traceback with the values of every variable in it would show secrets."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What the composition root lends to the command line. refusals: errors that are said in one line."""

    settings: Callable[..., Any]
    serve: Callable[[Any], int]
    verify: Callable[[Any], str]
    reconcile: Callable[[Any], str]
    backup: Callable[[Any, Path], str]
    rebuild: Callable[[Any], str]
    migrate: Callable[[Any], str]
    new_key: Callable[[Any], str]
    refusals: tuple[type[Exception], ...]


def run(commands: Commands) -> int:
    """Run the command that was typed; the exit code."""
    app = typer.Typer(help="Metaorder works parent orders.", no_args_is_help=True, add_completion=False, **PLAIN)
    admin = typer.Typer(help="Administration of a database while no server runs on it.", no_args_is_help=True, **PLAIN)
    app.add_typer(admin, name="admin")
    check = typer.Typer(help="Is what you want to use in order?", no_args_is_help=True, **PLAIN)
    app.add_typer(check, name="check")
    _serve(app, commands)
    _demo(app)
    _admin(admin, commands)
    _check(check)
    _markets(app)
    _compare(app)
    _tca(app)
    try:
        code = app(standalone_mode=False)
    except commands.refusals as error:
        typer.echo(f"metaorder: {error}", err=True)
        return 2
    except typer.Exit as leave:
        return leave.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    return code if isinstance(code, int) else 0


Source = Annotated[Path, typer.Option(help="a recorded day: LOBSTER's zip")]
ESTIMATES = {
    "impact": "Estimate impact from a tape: lambda by horizon, decay, kernel, regimes, and what is left after own impact.",
    "volatility": "Estimate volatility and spreads from a tape, by several estimators.",
    "volume": "Estimate the volume curve from twenty days or more, or from a table of volumes (--format volume-table).",
    "square-root": "Estimate Y of the square-root law and its power from a table of metaorders (--format metaorder-table).",
    "covariance": "Estimate correlation and covariance of several symbols: --source and --symbol once for each.",
    "all": "Estimate everything that a tape tells.",
}

State = Annotated[Path | None, typer.Option(help="state directory [METAORDER_STATE]")]


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others come from the environment or the defaults."""
    return {name: value for name, value in options.items() if value is not None}


def _serve(app: typer.Typer, commands: Commands) -> None:
    @app.command()
    def serve(
        host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
        port: Annotated[int | None, typer.Option(help="port to listen on; 0 = any free one")] = None,
        state: State = None,
    ) -> None:
        """Serve the API until a signal."""
        raise typer.Exit(commands.serve(commands.settings(**_given(host=host, port=port, state=state))))

    @app.command()
    def config() -> None:
        """Print the settings in force; secrets are hidden."""
        for name, value in commands.settings().model_dump().items():
            typer.echo(f"{name} = {value}")


def _demo(app: typer.Typer) -> None:
    @app.command()
    def demo(
        algo: Annotated[str, typer.Option(help="twap, vwap or pov")] = "vwap",
        quantity: Annotated[int, typer.Option(help="shares")] = 20_000,
        out: Annotated[Path, typer.Option(help="directory for the plot")] = Path("results"),
    ) -> None:
        """Work one order on a simulated market, live on the terminal, and judge it."""
        from metaorder.cli.demo import run_demo

        raise typer.Exit(run_demo(algo, quantity, out))


def _tca(app: typer.Typer) -> None:
    tca = typer.Typer(help="What orders cost.", no_args_is_help=True, **PLAIN)
    app.add_typer(tca, name="tca")

    @tca.callback()
    def group() -> None:
        """What orders cost."""

    @tca.command("report")
    def report(
        order: Annotated[str, typer.Argument(help="the order's id, or your client_order_id")],
        kind: Annotated[str, typer.Option("--format", help="md, html or json")] = "md",
        out: Annotated[Path | None, typer.Option(help="a file; without one, the terminal")] = None,
        url: Annotated[str, typer.Option(help="of the server")] = "http://127.0.0.1:8000",
        state: Annotated[Path, typer.Option(help="where the server keeps admin.key")] = Path("state"),
    ) -> None:
        """Write the report of an order: words, costs, benchmarks, recommendations; as HTML with plots."""
        from metaorder.cli.tca_report import write_report

        raise typer.Exit(write_report(order, kind, out, url, state))

    @tca.command("summary")
    def summary(
        by: Annotated[str, typer.Option(help="day or algo")] = "day",
        kind: Annotated[str, typer.Option("--format", help="md, html or json")] = "md",
        algo: Annotated[str | None, typer.Option(help="only this algorithm")] = None,
        symbol: Annotated[str | None, typer.Option(help="only this symbol")] = None,
        first_day: Annotated[str | None, typer.Option(help="of the market, YYYY-MM-DD")] = None,
        last_day: Annotated[str | None, typer.Option(help="of the market, included")] = None,
        out: Annotated[Path | None, typer.Option(help="a file; without one, the terminal")] = None,
        url: Annotated[str, typer.Option(help="of the server")] = "http://127.0.0.1:8000",
        state: Annotated[Path, typer.Option(help="where the server keeps admin.key")] = Path("state"),
    ) -> None:
        """Summarise what orders cost by day or by algorithm: means with intervals, outliers, best and worst, forecasts."""
        from metaorder.cli.tca_report import write_summary

        query = _given(by=by, algo=algo, symbol=symbol, first_day=first_day, last_day=last_day)
        raise typer.Exit(write_summary(query, kind, out, url, state))


def _check(check: typer.Typer) -> None:
    @check.callback()
    def group() -> None:
        """Is what you want to use in order?"""

    @check.command("data")
    def data(
        file: Annotated[Path, typer.Argument(help="a recorded day")],
        data_format: Annotated[str | None, typer.Option("--format", help="told by the file's name, if not given")] = None,
        symbol: Annotated[str | None, typer.Option(help="what is traded, where the file holds more")] = None,
        date: Annotated[str | None, typer.Option(help="the day, where the file holds several")] = None,
        tick_size: Annotated[str | None, typer.Option(help="the grid of prices, where it is not known")] = None,
        unit_size: Annotated[str, typer.Option(help="what one unit of quantity is of the asset")] = "1",
        mic: Annotated[str, typer.Option(help="the exchange whose calendar holds")] = "XXXX",
        as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    ) -> None:
        """Say whether a recorded day can be replayed, what is wrong in it and what was dropped of it."""
        from metaorder.cli.check_data import Question, check_data

        question = Question(
            file=file, data_format=data_format, symbol=symbol, date=date, tick_size=tick_size, unit_size=unit_size, mic=mic
        )
        raise typer.Exit(check_data(question, as_json=as_json))


def _markets(app: typer.Typer) -> None:
    calibrate = typer.Typer(help="Fit a model to data.", no_args_is_help=True, **PLAIN)
    app.add_typer(calibrate, name="calibrate")

    @calibrate.command("market")
    def market(
        source: Source,
        base: Annotated[str, typer.Option(help="the preset to begin with")] = "liquid-small-tick",
        out: Annotated[Path, typer.Option(help="the scenario's file")] = Path("results/scenario.json"),
    ) -> None:
        """Fit a simulated market's scenario to a recorded day."""
        from metaorder.cli.markets import calibrate as run_calibrate

        run_calibrate(source, base, out)

    _estimates(calibrate)

    @app.command()
    def realism(
        source: Source,
        scenario: Annotated[str, typer.Option(help="a preset's name, or a scenario's file")] = "liquid-small-tick",
        seeds: Annotated[int, typer.Option(help="simulated days")] = 4,
        out: Annotated[Path, typer.Option(help="the page")] = Path("results/realism.html"),
    ) -> None:
        """Hold simulated days against a recorded one: a page with pictures and every number."""
        from metaorder.cli.markets import realism as run_realism

        run_realism(source, scenario, seeds, out)


def _estimates(calibrate: typer.Typer) -> None:
    """A command for each kind of estimates."""
    for kind, what in ESTIMATES.items():
        calibrate.command(kind, help=what)(_estimate(kind))


def _estimate(kind: str) -> Callable[..., None]:
    def command(
        source: Annotated[list[Path], typer.Option(help="a recorded day; again for more days of the symbol")],
        data_format: Annotated[str | None, typer.Option("--format", help="told by the file's name, if not given")] = None,
        symbol: Annotated[
            list[str] | None, typer.Option(help="what is traded; not for a table. Of covariance one a source")
        ] = None,
        bar_s: Annotated[int, typer.Option(help="of covariance: length of a bar [seconds]")] = 60,
        date: Annotated[str | None, typer.Option(help="the day, where the file holds several")] = None,
        json_out: Annotated[Path | None, typer.Option("--json", help="write every number here")] = None,
        report: Annotated[Path | None, typer.Option(help="write a page with pictures here")] = None,
    ) -> None:
        from metaorder.cli.calibrate import Asked, calibrate

        asked = Asked(
            kind=kind,
            sources=source,
            data_format=data_format,
            symbols=symbol or [],
            date=date,
            bar_s=bar_s,
            json_out=json_out,
            report=report,
        )
        calibrate(asked)

    return command


def _compare(app: typer.Typer) -> None:
    @app.command()
    def compare(
        algos: Annotated[str, typer.Option(help="names, by commas; the first is held against. Parameters: is:urgency=0.9")] = "",
        modes: Annotated[str, typer.Option(help="myopic, traditional: each over the router; the last is held against")] = "",
        markets: Annotated[str, typer.Option(help="simulated (every preset), presets or files, by commas")] = "simulated",
        seeds: Annotated[int, typer.Option(help="days of each preset; windows of each file")] = 10,
        side: Annotated[Side, typer.Option()] = Side.BUY,
        start: Annotated[int, typer.Option(help="seconds after the open")] = 3_600,
        duration: Annotated[int, typer.Option(help="seconds")] = 1_800,
        quantity: Annotated[int | None, typer.Option(help="units; else by --sizes or --participation")] = None,
        participation: Annotated[float, typer.Option(help="share of the window's usual volume; the target of pov")] = 0.1,
        sizes: Annotated[str, typer.Option(help="percent of a usual day's volume, by commas: 1,5,10,20")] = "",
        cap: Annotated[float, typer.Option(help="max_participation")] = 0.25,
        must_complete: Annotated[bool, typer.Option()] = False,
        drift: Annotated[float, typer.Option(help="bps a day against the order, published to alpha_bps; simulated alone")] = 0.0,
        json_file: Annotated[Path, typer.Option("--json", help="every run")] = Path("results/compare.json"),
        page: Annotated[Path | None, typer.Option(help="the page with pictures")] = Path("results/compare.html"),
        report: Annotated[Path | None, typer.Option(help="the report in Markdown")] = Path("results/compare.md"),
        venues: Annotated[int, typer.Option(help="that each preset trades at: 1, 2 or 3")] = 1,
        regret: Annotated[bool, typer.Option(help="hold the router's splits against the outflows that came")] = False,
        sensitivity: Annotated[str, typer.Option(help="factors of the myopic mode's lambda and beta, by commas: 0.5,2")] = "",
        workers: Annotated[int | None, typer.Option(help="processes; as many as cores")] = None,
    ) -> None:
        """Work the same orders by several algorithms on the same markets, and say what the difference is worth."""
        from metaorder.cli.compare import Design, run_compare
        from metaorder.cli.modes import algos_of

        design = Design(
            algos=(
                *algos_of(tuple(filter(None, modes.split(","))), tuple(filter(None, sensitivity.split(",")))),
                *filter(None, algos.split(",")),
            ),
            markets=tuple(filter(None, markets.split(","))),
            seeds=seeds,
            side=side,
            start_s=start,
            duration_s=duration,
            quantity=quantity,
            participation=participation,
            sizes=tuple(float(each) / 100 for each in filter(None, sizes.split(","))),
            cap=cap,
            must_complete=must_complete,
            drift_bps=drift,
            venues=venues,
            regret=regret,
        )
        raise typer.Exit(run_compare(design, json_file, page, workers, report))


def _admin(admin: typer.Typer, commands: Commands) -> None:
    @admin.command()
    def verify(state: State = None) -> None:
        """Check the hash chain of the whole journal."""
        typer.echo(commands.verify(commands.settings(**_given(state=state))))

    @admin.command()
    def reconcile(state: State = None) -> None:
        """Hold projections against the journal, and orders against what was executed for them; 2 and a list where they differ."""
        typer.echo(commands.reconcile(commands.settings(**_given(state=state))))

    @admin.command()
    def backup(
        target: Annotated[Path, typer.Argument(help="a directory without a backup in it")],
        state: State = None,
    ) -> None:
        """Copy a SQLite state to another directory; a server may be running on it."""
        typer.echo(commands.backup(commands.settings(**_given(state=state)), target))

    @admin.command()
    def rebuild(state: State = None) -> None:
        """Draw every projection anew from the journal."""
        typer.echo(commands.rebuild(commands.settings(**_given(state=state))))

    @admin.command()
    def migrate(state: State = None) -> None:
        """Bring the database to the schema of this build."""
        typer.echo(commands.migrate(commands.settings(**_given(state=state))))

    @admin.command("new-key")
    def new_key(state: State = None) -> None:
        """Make a new admin key and print it once."""
        typer.echo(commands.new_key(commands.settings(**_given(state=state))))
