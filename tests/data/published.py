"""Attachments of both pages and a file, for tests of discovery and downloads."""

from __future__ import annotations

import os

from web_server import attachment

from energy.data.download import Download, DownloadPolicy, download_workbook

PATH = "/media/62dae6ede90e071e836d2b25/ET_1.2_SEP_22.xlsx"
BOOK = b"PK\x03\x04" + os.urandom(200_000)
"""Not a workbook, but it starts like one."""

ASSETS = "https://assets.publishing.service.gov.uk"
OLD = f"{ASSETS}/government/uploads/system/uploads/attachment_data/file/1107641/ET_1.2_SEP_22.xlsx"
TOTAL = attachment("Inland energy consumption: primary fuel input basis (ET 1.2 - monthly)", OLD)
QUARTERLY = attachment(
    "Supply and use of fuels (ET 1.3 - quarterly)", f"{ASSETS}/media/1/ET_1.3.xlsx"
)
PRODUCTION = attachment(
    "Indigenous production of primary fuels (ET 1.1 - monthly)", f"{ASSETS}/media/2/ET_1.1.xlsx"
)
TEMPERATURES = attachment(
    "Average temperatures and heating degree days (ET 7.1 - monthly)", f"{ASSETS}/m/1/ET_7.1.xlsx"
)
WIND = attachment("Average wind speed (ET 7.2 - monthly)", f"{ASSETS}/m/2/ET_7.2.xlsx")
SUN = attachment("Average daily sun hours (ET 7.3 - monthly)", f"{ASSETS}/m/3/ET_7.3.xlsx")
RAIN = attachment("Average monthly rainfall (ET 7.4 - monthly)", f"{ASSETS}/m/4/ET_7.4.xlsx")


def fetch(url: str, policy: DownloadPolicy) -> Download:
    """Download a workbook that is not cached."""
    result = download_workbook(url, None, policy)
    assert result is not None
    return result
