"""Every error raised on purpose, and the HTTP status of each code.

A message is one line that says what was found, what was expected and what to do; it is written
where the error is raised. There is a class only where somebody catches it by name. What a caller
of the API can tell apart is the `code`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STATUS = {
    "not_utf8": 400,
    "not_json": 400,
    "not_an_object": 400,
    "body_too_large": 413,
    "unknown_route": 404,
    "unknown_target": 404,
    "series_left_out": 404,
    "no_track_record": 404,
    "not_in_release": 404,
    "wrong_method": 405,
    "unknown_field": 422,
    "wrong_type": 422,
    "not_allowed": 422,
    "asked_twice": 422,
    "out_of_order": 422,
    "too_many": 422,
    "conflicting_fields": 422,
    "observation_gap": 422,
    "weather_not_held": 422,
    "table_alone": 422,
    "update_failed": 422,
    "bad_field": 422,
    "cannot_forecast": 422,
    "no_release": 503,
    "champion_refused": 503,
    "champion_unreadable": 503,
    "cannot_serve": 503,
    "file_altered": 503,
    "store_unreachable": 503,
    "store": 503,
    "misconfigured": 503,
    "internal": 500,
}
"""The HTTP status of each error code of the API."""


class EnergyError(Exception):
    """Base of every error raised on purpose.

    Attributes:
        code: A key of STATUS.
        field: The field of a request that the error is about.
    """

    code: str = "internal"
    field: str | None

    def __init__(self, message: str, *, code: str = "", field: str | None = None) -> None:
        """Keep the message as one line; `code` and `field` default to those of the class."""
        super().__init__(" ".join(message.split()))
        if code:
            self.code = code
        if field is not None or not hasattr(self, "field"):
            self.field = field


class RequestError(EnergyError):
    """A run or a command was asked for something that cannot be done."""


class UnknownTarget(RequestError):
    """A target that the data or the release does not have."""

    code, field = "unknown_target", "target"


class FieldError(EnergyError):
    """A field of a forecast request is wrong; `field` names it."""

    code = "bad_field"


class RouteError(EnergyError):
    """Nothing is served under this path, or not by this method.

    Attributes:
        allowed: The methods of the route, where the method is wrong.
    """

    code = "unknown_route"
    allowed: Sequence[str] = ()


class ServingError(EnergyError):
    """The service lacks what it needs to answer."""

    code = "cannot_serve"


class ForecastingError(EnergyError):
    """A fit, a forecast or a backtest is not possible."""

    code = "cannot_forecast"


class MissingWeather(ForecastingError):
    """Weather is needed for months that have none."""


class TooShortToBacktest(ForecastingError):
    """A series leaves no room for a fold."""


class DataError(EnergyError):
    """Data cannot be used; what was there before stays in use."""


class NoData(DataError):
    """A folder without any workbook."""


class BadFrame(DataError):
    """A monthly frame that breaks a rule."""


class TableNotFound(DataError):
    """No workbook holds the table."""


class WrongTitle(DataError):
    """A sheet has the labels of a table under the title of another."""


class FetchError(EnergyError):
    """A page or file could not be found or downloaded."""


class StoreError(EnergyError):
    """A store, or a release in it, is not as it must be."""

    code = "store"


class StoreUnreachable(StoreError):
    """The store cannot be reached or read."""

    code = "store_unreachable"


class StoreUnwritable(StoreError):
    """The store cannot be written."""


class StoreConflict(StoreError):
    """Another writer changed the object first."""


class ObjectMissing(StoreError):
    """No object has this key."""


class ObjectExists(StoreError):
    """The key is taken."""


class BadKey(StoreError):
    """A key that a store does not accept."""


class BadReleaseId(StoreError):
    """A text that is not a release id."""


class ReleaseMissing(StoreError):
    """The store has no such release."""


class FileAltered(StoreError):
    """A file is not the one that the manifest describes."""

    code = "file_altered"


class BadDocument(StoreError):
    """A JSON document that cannot be read."""


class UnknownSchema(StoreError):
    """A document of a schema version that this code does not know."""


class PromotionLost(StoreError):
    """Another release was promoted in the meantime."""


class ClientError(EnergyError):
    """The forecasting service gave no usable answer."""


class ServiceUnreachable(ClientError):
    """No connection to the service."""


class ServiceSlow(ClientError):
    """No answer within the time limit."""


class ServiceFailed(ClientError):
    """The service broke while it answered."""


class ServiceRefused(ClientError):
    """The service answered with an error body, whose `code` and `field` this carries."""


class NotTheContract(ClientError):
    """An answer that breaks the contract."""


class ChampionNotHere(ClientError):
    """The fitted champion is needed and cannot be loaded in this process."""


class AnotherRelease(ClientError):
    """The answer comes from another release than the one on the page."""


def error_code(error: Exception) -> str:
    """The code of an error; an unexpected one is `internal`."""
    return error.code if isinstance(error, EnergyError) else "internal"


def error_body(error: Exception) -> dict[str, Any]:
    """The error body of the API; an unexpected error reveals nothing of itself."""
    code = error_code(error)
    message = "The service failed; it was logged." if code == "internal" else str(error)
    return {"error": {"code": code, "message": message, "field": getattr(error, "field", None)}}


def join_names(names: Sequence[object]) -> str:
    """Names for a message: `a, b, c`, or `none`."""
    return ", ".join(str(name) for name in names) or "none"


MAX_QUOTE = 60
"""Characters of a caller's own words that a message repeats."""


def quote_value(value: object) -> str:
    """A caller's value for a message: cut short, and printable whatever it contains."""
    try:
        text = ascii(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        text = f"a {type(value).__name__} too long to show"
    return text if len(text) <= MAX_QUOTE else f"{text[:MAX_QUOTE]}…"


def wrong_value(field: str, value: object, expected: str, code: str = "not_allowed") -> FieldError:
    """The error for a field of a request with a value that is not as `expected`."""
    message = f"{field} is {quote_value(value)}; expected {expected}."
    return FieldError(message, code=code, field=field)


MAX_LISTED = 20
"""Names that a message lists."""
MAX_COMPARED = 2000
"""Names that a misspelt one is compared with, which takes some hundredths of a second."""


def unknown_target(target: str, targets: Sequence[str]) -> UnknownTarget:
    """The error for a target that is not among `targets`, with the nearest name."""
    from difflib import get_close_matches  # not needed where the service starts

    more = len(targets) - MAX_LISTED
    others = f" and {more} more" if more > 0 else ""
    near = get_close_matches(target, targets[:MAX_COMPARED], 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    listed = join_names(targets[:MAX_LISTED])
    return UnknownTarget(f"Unknown target '{target}'.{hint} Known targets: {listed}{others}.")
