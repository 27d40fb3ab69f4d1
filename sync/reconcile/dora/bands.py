"""What the survey of 2024 published of each measure: context, never a target (metrics.md §3.4).

Recovery, and the fail rates of its middle clusters, were not seen in print, and are left out (metrics.md §12).
"""

from sync.reconcile.dora.view import Band

BANDS = (
    Band(
        figure="deployments_per_week",
        year=2024,
        clusters={
            "elite": "on demand",
            "high": "weekly or more",
            "medium": "monthly or more",
            "low": "half-yearly or more",
        },
    ),
    Band(
        figure="change_lead_time",
        year=2024,
        clusters={
            "elite": "below a day",
            "high": "below a week",
            "medium": "below a month",
            "low": "below half a year",
        },
    ),
    Band(figure="change_fail_rate", year=2024, clusters={"elite": "5 %", "high": "20 %"}),
)
