"""The client of the forecasting service: one client, three transports.

All transports speak the same HTTP contract: to the REST API, to the Lambda function, or to the
handler's routes in this process.
"""

from __future__ import annotations

from energy.settings import Settings
from streamlit_app.client.transport import Transport


def choose_transport(settings: Settings) -> Transport:
    """The transport of the settings: `api_url` if set, else `function`, else this process."""
    if settings.api_url:
        from streamlit_app.client.rest import Rest

        return Rest(settings.api_url)
    if settings.function:
        from streamlit_app.client.function import Function

        return Function(settings.function)
    from streamlit_app.client.local import Local

    return Local(settings)
