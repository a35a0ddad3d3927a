"""`energy forecast`: forecasts of the live release, as the API answers."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.cli.output import AsJson, StoreUrl, open_configured_store, print_json, print_table
from energy.contract import ForecastRequest
from energy.releases.reader import ReleaseReader


def forecast(
    periods: Annotated[str, typer.Option(help="Number of months after the cutoff.")] = "",
    months: Annotated[str, typer.Option(help="Months, such as 2022-08,2022-09.")] = "",
    coverage: Annotated[
        str, typer.Option(help="Coverage of the intervals, such as 0.8,0.95.")
    ] = "",
    temperature_change: Annotated[
        str, typer.Option(help="Degrees warmer (above zero) or colder than expected.")
    ] = "",
    year: Annotated[str, typer.Option(help="A past year whose weather is assumed.")] = "",
    target: Annotated[
        str, typer.Option(help="A series: the release's own, a part of it, one of many.")
    ] = "",
    store: StoreUrl = "",
    as_json: AsJson = False,
) -> None:
    """Forecast with the live release. Each option means what it means in the API."""
    options = {
        "periods": periods,
        "months": months,
        "coverage": coverage,
        "temperature_change": temperature_change,
        "year": year,
        "target": target,
    }
    request = ForecastRequest.from_query({name: text for name, text in options.items() if text})
    release = ReleaseReader(open_configured_store(store), 0).current().release
    from energy.serving.predict import predict

    answer = predict(release, request)
    if as_json:
        print_json(answer.to_dict())
        return
    typer.echo(
        f"{answer.target} in {answer.unit}, from data to {answer.cutoff}, by {answer.forecaster}; "
        f"answered by the {answer.tier} of release {answer.release_id}."
    )
    coverages = [interval.coverage for interval in answer.months[0].intervals]
    header = ["month", "mean", *(f"{100 * c:g}% interval" for c in coverages), "weather"]
    rows = []
    for row in answer.months:
        intervals = [f"{i.lower:.3f} to {i.upper:.3f}" for i in row.intervals]
        rows.append([row.month, f"{row.mean:.3f}", *intervals, row.weather])
    print_table(header, rows)
    typer.echo(f"{sum(row.mean for row in answer.months):.3f} {answer.unit} in all.")
