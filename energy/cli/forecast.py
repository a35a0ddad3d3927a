"""`energy forecast`: ask the release in service, as the API is asked."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.cli.output import AsJson, StoreUrl, open_configured_store, print_json, print_table
from energy.contract import Forecast, ForecastRequest
from energy.releases.reader import ReleaseReader


def forecast(
    periods: Annotated[str, typer.Option(help="How many months after the cutoff.")] = "",
    months: Annotated[str, typer.Option(help="The months: 2022-08,2022-09.")] = "",
    coverage: Annotated[str, typer.Option(help="Of the intervals: 0.8,0.95.")] = "",
    temperature_change: Annotated[
        str, typer.Option(help="Degrees warmer (above zero) or colder than expected.")
    ] = "",
    year: Annotated[str, typer.Option(help="A past year whose weather comes again.")] = "",
    target: Annotated[
        str, typer.Option(help="A series: the release's own, a part, one of many.")
    ] = "",
    store: StoreUrl = "",
    as_json: AsJson = False,
) -> None:
    """Ask the release in service; every option means what it means to the API."""
    given = {
        "periods": periods,
        "months": months,
        "coverage": coverage,
        "temperature_change": temperature_change,
        "year": year,
        "target": target,
    }
    asked = ForecastRequest.from_query({name: text for name, text in given.items() if text})
    release = ReleaseReader(open_configured_store(store), 0).current().release
    from energy.serving.predict import predict

    found = predict(release, asked)
    if as_json:
        print_json(found.to_dict())
    else:
        _print(found)


def _print(found: Forecast) -> None:
    typer.echo(
        f"{found.target} in {found.unit}, from data to {found.cutoff}, by {found.forecaster}; "
        f"answered by the {found.tier} of release {found.release_id}."
    )
    first = found.months[0]
    print_table(
        [
            *("month", "mean"),
            *(f"{100 * one.coverage:g}% interval" for one in first.intervals),
            "weather",
        ],
        [
            [
                row.month,
                f"{row.mean:.3f}",
                *(f"{one.lower:.3f} to {one.upper:.3f}" for one in row.intervals),
                row.weather,
            ]
            for row in found.months
        ],
    )
    typer.echo(f"{sum(row.mean for row in found.months):.3f} {found.unit} in all.")
