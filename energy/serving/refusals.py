"""Which error becomes which status and code: the one table that API, document and tests share."""

from __future__ import annotations

from typing import Any, NamedTuple

from energy.errors import (
    AskedTwice,
    BodyTooLarge,
    ChampionRefused,
    ChampionUnreadable,
    Conflicting,
    EnergyError,
    FieldError,
    FileAltered,
    ForecastingError,
    NoRelease,
    NotAllowed,
    NotAnObject,
    NotInRelease,
    NotJson,
    NoTrackRecord,
    NotUtf8,
    ObservationGap,
    OutOfOrder,
    OutOfRange,
    SeriesLeftOut,
    ServingError,
    StoreError,
    StoreUnreachable,
    TableAlone,
    TooMany,
    UnknownField,
    UnknownRoute,
    UnknownTarget,
    UpdateFailed,
    WeatherNotHeld,
    WrongMethod,
    WrongType,
)


class Refusal(NamedTuple):
    """What a caller is told in numbers and words that a program can tell apart."""

    status: int
    code: str


REFUSALS: dict[type[EnergyError], Refusal] = {
    NotUtf8: Refusal(400, "not_utf8"),
    NotJson: Refusal(400, "not_json"),
    NotAnObject: Refusal(400, "not_an_object"),
    BodyTooLarge: Refusal(413, "body_too_large"),
    UnknownRoute: Refusal(404, "unknown_route"),
    UnknownTarget: Refusal(404, "unknown_target"),
    SeriesLeftOut: Refusal(404, "series_left_out"),
    NoTrackRecord: Refusal(404, "no_track_record"),
    NotInRelease: Refusal(404, "not_in_release"),
    WrongMethod: Refusal(405, "wrong_method"),
    UnknownField: Refusal(422, "unknown_field"),
    WrongType: Refusal(422, "wrong_type"),
    NotAllowed: Refusal(422, "not_allowed"),
    AskedTwice: Refusal(422, "asked_twice"),
    OutOfOrder: Refusal(422, "out_of_order"),
    TooMany: Refusal(422, "too_many"),
    Conflicting: Refusal(422, "conflicting_fields"),
    ObservationGap: Refusal(422, "observation_gap"),
    WeatherNotHeld: Refusal(422, "weather_not_held"),
    TableAlone: Refusal(422, "table_alone"),
    UpdateFailed: Refusal(422, "update_failed"),
    FieldError: Refusal(422, "bad_field"),
    ForecastingError: Refusal(422, "cannot_forecast"),
    NoRelease: Refusal(503, "no_release"),
    ChampionRefused: Refusal(503, "champion_refused"),
    ChampionUnreadable: Refusal(503, "champion_unreadable"),
    ServingError: Refusal(503, "cannot_serve"),
    FileAltered: Refusal(503, "file_altered"),
    StoreUnreachable: Refusal(503, "store_unreachable"),
    StoreError: Refusal(503, "store"),
    OutOfRange: Refusal(503, "misconfigured"),  # a setting's: fields have errors of their own
}
"""The nearest class of an error's own line of classes counts."""
INTERNAL = Refusal(500, "internal")
"""An error that nobody raised on purpose."""


def refusal(error: Exception) -> Refusal:
    """The status and code of an error."""
    found = (REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
    return next(found, INTERNAL)


def error_body(error: Exception) -> dict[str, Any]:
    """The contract's error body; an error that nobody raised on purpose tells nothing of itself."""
    status, code = refusal(error)
    message = str(error) if status != INTERNAL.status else "The service failed; it was logged."
    about_target = isinstance(error, UnknownTarget | SeriesLeftOut)
    field = "target" if about_target else getattr(error, "field", None)
    return {"error": {"code": code, "message": message, "field": field}}
