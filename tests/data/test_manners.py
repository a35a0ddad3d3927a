"""Which places we fetch from, and how a URL is shown."""

from __future__ import annotations

import pytest

from energy import legacy_errors
from energy.data.download import ORIGINS, require_allowed


@pytest.mark.parametrize(
    ("url", "base", "whole"),
    [
        ("https://www.gov.uk/a", "", "https://www.gov.uk/a"),
        ("https://www.gov.uk:443/a", "", "https://www.gov.uk:443/a"),
        ("/b?c=1", "https://www.gov.uk/a", "https://www.gov.uk/b?c=1"),
        ("//assets.publishing.service.gov.uk/b", "https://www.gov.uk/a", f"{ORIGINS[1]}/b"),
    ],
)
def test_a_url_of_a_place_we_fetch_from_is_made_whole(url: str, base: str, whole: str) -> None:
    assert require_allowed(url, ORIGINS, base) == whole


@pytest.mark.parametrize("url", ["https://www.gov.uk:80/a", "http://www.gov.uk:443/a", "gov.uk/a"])
def test_another_scheme_or_port_is_another_place(url: str) -> None:
    with pytest.raises(legacy_errors.UrlRefused) as caught:
        require_allowed(url, ORIGINS)
    assert url in str(caught.value)
