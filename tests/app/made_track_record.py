"""A track record as it may look after a year, made up."""

from __future__ import annotations

from energy.contract.months import months_after, months_between
from energy.contract.track_record import (
    Due,
    HorizonScore,
    RecordedRelease,
    RecordScore,
    ScoredMonth,
    TrackRecord,
)

SEASON = (18.0, 17.0, 16.5, 14.5, 13.0, 12.0, 12.0, 12.0, 12.7, 14.7, 16.3, 17.8)
CUTOFFS = ("2022-07", "2022-10", "2023-01")
NEWEST = "2023-07"


def a_score(months: int = 30, mae: float = 0.52) -> RecordScore:
    return RecordScore(months, mae, 0.81, 0.68, 1.06, 3.6, 0.77, 0.93, -0.11, 0.55)


def a_track_record(scored: bool = True) -> TrackRecord:
    rows = []
    for cutoff in CUTOFFS if scored else ():
        for ahead in range(1, months_between(cutoff, NEWEST) + 1):
            month = months_after(cutoff, ahead)
            came = SEASON[int(month[5:]) - 1] + 0.3 * ((ahead * 7) % 5 - 2)
            mean, wide = SEASON[int(month[5:]) - 1], 0.8 + 0.05 * ahead
            first = came + (0.2 if month < "2023-01" else 0.0)
            rows.append(
                ScoredMonth(
                    f"{cutoff}-20230801T120000Z-0123abcd",
                    month,
                    ahead,
                    mean,
                    mean - wide,
                    mean + wide,
                    mean - 2 * wide,
                    mean + 2 * wide,
                    came + 0.6,
                    0.8,
                    first,
                    "2023-07-ab38a1c2",
                    came,
                )
            )
    return TrackRecord(
        target="total",
        unit="Mtoe",
        made_at="2023-09-28T10:00:00Z",
        vintage_id="2023-07-ab38a1c2",
        cutoff=NEWEST,
        release_id="2023-01-20230801T120000Z-0123abcd",
        forecast_age_days=50,
        releases=tuple(
            RecordedRelease(
                f"{cutoff}-20230801T120000Z-0123abcd",
                "2023-08-01T12:00:00Z",
                "2023-08-01T12:00:00Z",
                cutoff,
                "theta",
                24,
                a_score(months_between(cutoff, NEWEST)),
            )
            for cutoff in CUTOFFS
        ),
        rows=tuple(rows),
        overall=a_score() if scored else None,
        recent=a_score(12, 0.49) if scored else None,
        by_horizon=(
            tuple(HorizonScore(ahead, a_score(3, 0.4 + 0.02 * ahead)) for ahead in range(1, 13))
            if scored
            else ()
        ),
        tracking_signal=1.2,
        next_due=Due("2023-08", "2023-10-26", 0),
        notes=("Of two releases with one cutoff the later counts.",),
    )
