"""Texts of the embedded workbooks: covers, contents and notes, written by this project.

The notes paraphrase the published ones; markers in labels (`[note 5 ]`) refer to them.
"""

from __future__ import annotations

RELEASE = "September 2022"
PUBLISHED = "2022-09-29"
LAST_MONTHS = {"energy": "2022-07", "weather": "2022-08"}
ENERGY_FILE = "ET_1.2_SEP_22.xlsx"
WEATHER_FILE = "Weather_SEP_22.ods"
ENERGY_SOURCE = "https://www.gov.uk/government/statistics/total-energy-section-1-energy-trends"
WEATHER_SOURCE = "https://www.gov.uk/government/statistics/energy-trends-section-7-weather"
NOTE = (
    "Written by this project (scripts/dev/embed_vintage.py) from the public figures of this "
    "release; not the file of the statistics office."
)

ONE_TABLE = "One table is on this sheet"
NOTED = "Markers in square brackets lead to the sheet of notes"
UNAVAILABLE = "[x] marks a figure that is not available"
# Published xlsx files have such a line, with a non-breaking space: labels are in row 6.
FREEZE = "Freeze panes keep the labels in sight; the View menu turns them off\xa0"

_DATES = "Published on Thursday 29th September 2022\nNext publication on Thursday 27th October 2022"
_WHOSE = (
    "This file was written by the energy-forecast project from the public figures of Energy "
    "Trends. It is not the file of the statistics office (BEIS, now DESNZ), which has neither made "
    "nor checked it. The layout follows the published one so that both are read by the same code."
)
_ATTRIBUTION = "Contains public sector information licensed under the Open Government Licence v3.0."


def cover(title: str, about: str, period: str) -> list[str]:
    """The lines of a cover sheet."""
    return [
        title,
        about,
        "Publication dates ",
        _DATES,
        "Data period",
        period,
        "Whose file this is",
        _WHOSE,
        "Licence",
        f"{_ATTRIBUTION} Source: DESNZ (formerly BEIS), Energy Trends; "
        "weather series based on Met Office data.",
        NOTED,
    ]


ENERGY_COVER = cover(
    "Energy Trends, inland energy consumption",
    "How much primary energy the United Kingdom used each month, by fuel, in million tonnes of oil "
    "equivalent: as measured, and adjusted for season and temperature at yearly rates.",
    "Monthly figures with new data for July 2022",
)
WEATHER_COVER = cover(
    "Energy Trends, weather",
    "Temperature, heating degree days, wind, sun and rain of each month, and how far each was from "
    "its long-term mean.",
    "Monthly figures with new data for August 2022",
)

ENERGY_CONTENTS = [
    ("Cover sheet", "Cover Sheet"),
    ("List of sheets", "Contents"),
    ("Notes", "Notes"),
    ("Inland energy consumption by year (Mtoe)", "Annual"),
    ("Inland energy consumption by month (Mtoe)", "Month"),
]
WEATHER_CONTENTS = [
    ("Cover sheet", "Cover_Sheet"),
    ("List of sheets", "Contents"),
    ("Notes", "Notes"),
    ("Mean temperature and its deviation", "7_1a"),
    ("Heating degree days and their deviation", "7_1b"),
    ("Wind speed and its deviation", "7_2"),
    ("Sun hours and their deviation", "7_3"),
    ("Rainfall and its deviation", "7_4"),
]

ENERGY_NOTES = [
    ("1.2", 1, "As measured: no adjustment for season or temperature"),
    ("1.2", 2, "With other solid fuels, as far as they were traded abroad or changed in stock"),
    ("1.2", 3, "What was delivered for energy, with the refineries' own use and losses; for power "
     "stations what was burnt rather than what was delivered"),
    ("1.2", 4, "With colliery methane and the gas that producing gas takes; without gas flared, "
     "put back into the ground or used for other things than energy"),
    ("1.2", 5, "Wood, straw, waste, biofuels, gas from landfill and sewage, and a little heat from "
     "the sun and the ground"),
    ("1.2", 6, "A column of its own since March 2014"),
    ("1.2", 7, "For 2022 an estimate that extends the growth up to 2021; due to be settled in June "
     "2023"),
    ("1.2", 8, "Hydro is natural flow only; pumped storage is left out"),
    ("1.2", 9, "Coal and natural gas alone are corrected for temperature, and from July 2020 gas "
     "for power too"),
    ("1.2", 10, "Energy Trends of June and September 2011 describe the correction"),
]  # fmt: skip

_MET = "Based on Met Office data"
_MAP = "The weather stations are shown on a map beside the published tables"
WEATHER_NOTES = [
    ("7.1a and 7.1b", 1, f"{_MET}; a heating degree day counts the degrees below 15.5 Celsius"),
    ("7.1a and 7.1b", 2, _MAP),
    ("7.1a and 7.1b", 3, "Mean of the same months of 1991 to 2020"),
    ("7.2", 1, f"{_MET}; regions count by their wind power capacity, on land and at sea"),
    ("7.2", 2, "Energy Trends of September 2008 describes the method"),
    ("7.2", 3, _MAP),
    ("7.2", 4, "A knot is a nautical mile an hour, 1.151 statute miles an hour"),
    ("7.2", 5, "Mean of the same months of 2002 to 2021"),
    ("7.3", 1, _MET),
    ("7.3", 2, "Regions count by their solar power capacity"),
    ("7.3", 3, _MAP),
    ("7.3", 4, "Energy Trends of December 2011 describes the method"),
    ("7.3", 5, "Mean of the same months of 2002 to 2021"),
    ("7.4", 1, _MET),
    ("7.4", 2, "Regions count by their hydro power capacity"),
    ("7.4", 3, _MAP),
    ("7.4", 4, "Energy Trends of December 2011 describes the method"),
    ("7.4", 5, "Mean of the same months of 2002 to 2021"),
]
