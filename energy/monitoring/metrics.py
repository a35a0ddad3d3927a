"""The figures of a track record that somebody should be woken for, by name.

`docs/monitoring.md` says what each means; alarms in the cloud are set on these names.
"""

from __future__ import annotations

from energy.contract.record import TrackRecord


def metrics(record: TrackRecord) -> dict[str, float]:
    """Figures by metric name; those that there is nothing to say of are left out."""
    recent = record.recent
    signal = record.tracking_signal
    found: dict[str, float | None] = {
        "forecast_age_days": record.forecast_age_days,
        "data_overdue_days": record.next_due.overdue_days,
        "release_overdue_days": record.release_overdue_days,
        "months_scored": record.overall.months if record.overall else 0,
        "recent_mase": recent.mase if recent else None,
        "recent_coverage80": recent.coverage80 if recent else None,
        "tracking_signal": None if signal is None else abs(signal),
        "drift_alarms": sum(check.alarm for check in record.drift),
    }
    return {name: float(value) for name, value in found.items() if value is not None}
