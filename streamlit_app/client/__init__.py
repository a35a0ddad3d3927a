"""How the app asks: one client, three transports, chosen by settings.

All three put the same questions to the same HTTP contract: over HTTP to the REST API, by invoking
the Lambda function, or to the handler's service in this process.
"""

from __future__ import annotations

from energy.settings import Settings
from streamlit_app.client.answers import Answer, Question, Transport
from streamlit_app.client.asking import Client
from streamlit_app.client.documents import Data, ReleaseInService, Scores

__all__ = [
    "Answer",
    "Client",
    "Data",
    "Question",
    "ReleaseInService",
    "Scores",
    "Transport",
    "choose",
]


def choose(settings: Settings) -> Transport:
    """The transport that the settings name: `api_url`, else `function`, else this process."""
    if settings.api_url:
        from streamlit_app.client.rest import Rest

        return Rest(settings.api_url)
    if settings.function:
        from streamlit_app.client.function import Function

        return Function(settings.function)
    from streamlit_app.client.local import Local

    return Local(settings)
