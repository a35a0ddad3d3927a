"""What a visitor is told when something is wrong: what happened, and what to do."""

from __future__ import annotations

from energy.errors import (
    AnotherRelease,
    ChampionNotHere,
    EnergyError,
    NotTheContract,
    ServiceFailed,
    ServiceRefused,
    ServiceSlow,
    ServiceUnreachable,
)

CODES = {
    "no_release": "**There is no forecast to show yet.** Publish one with `make run`, then reload. "
    "If the run said *Not promoted*, `.venv/bin/energy releases list` tells why, and `energy "
    "releases promote` puts it in service all the same.",
    "not_in_release": "**This release was published without it.** `make run` publishes one that "
    "has it.",
    "store_unreachable": "**The store of releases cannot be reached.** Check the store that the "
    "service reads (`ENERGY_STORE`), then reload.",
    "store": "**The store of releases cannot be read.** Check the store that the service reads "
    "(`ENERGY_STORE`), then reload.",
    "file_altered": "**A file of the release is not what was published,** so it is not shown. "
    "Publish anew with `make run`.",
    "champion_refused": "**The fitted champion was made with other packages than the service "
    "has,** so what-ifs cannot be answered. Publish anew, or deploy the service of that release.",
    "champion_unreadable": "**The fitted champion cannot be loaded,** so what-ifs cannot be "
    "answered. Publish anew with `make run`.",
    "weather_not_held": "**The release does not hold the weather that this needs.** Choose another "
    "scenario.",
    "internal": "**The service failed on this question.** Its log says why; other pages may work.",
}
"""By the contract's code."""
KINDS: dict[type[EnergyError], str] = {
    ServiceUnreachable: "**The forecasting service cannot be reached.** Try again in a minute; if "
    "it stays so, check `ENERGY_API_URL` or `ENERGY_FUNCTION`.",
    ServiceSlow: "**The forecasting service is slow to answer.** It may just be starting: reload "
    "in a minute.",
    ServiceFailed: "**The forecasting service failed while it answered.** Try again in a minute; "
    "its log says more.",
    NotTheContract: "**The service answered with something that is not a whole answer,** so it is "
    "not shown. App and service may be of different versions: deploy both from one commit.",
    AnotherRelease: "**A new release is coming into service.** Reload in a minute.",
    ChampionNotHere: "**What-ifs need the fitted champion, which cannot be loaded here.** Point "
    "the app at a service with `ENERGY_API_URL` or `ENERGY_FUNCTION`, or install what "
    "`requirements.txt` lists.",
}
OTHER = "**This cannot be shown now.** Reload in a minute."


def told(error: EnergyError) -> str:
    """One or two sentences, as Markdown."""
    if isinstance(error, ServiceRefused) and error.code in CODES:
        return CODES[error.code]
    found = (KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)
    return next(found, OTHER)
