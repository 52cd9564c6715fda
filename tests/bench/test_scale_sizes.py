"""What a night takes up, as a table: totals, and what each report, box and area costs."""

from bench.scale_sizes import Sizes, table

SIZES = Sizes(
    reports=1000, boxes=500, areas=10, log={"reports": 100_000},
    store={"rows": 80_000, "areas": 8_000, "meta": 400}, used=120_000,
    snapshot=(30_000, 6_000), change=2113.6,
)  # fmt: skip


def test_each_figure_is_for_one_thing() -> None:
    """So that it holds for another night."""
    rows = table(SIZES).splitlines()
    assert "1,000 reports, 500 boxes, 10 areas" == rows[0]
    assert {
        "| log, topic `…reports` | 100,000 | 100 a report |",
        "| Redis, `rows` | 80,000 | 160 a box |",
        "| Redis, `areas` | 8,000 | 800 an area |",
        "| Redis, `meta` | 400 |  |",
        "| Redis, all of it | 120,000 | 240 a box |",
        "| snapshot, the last | 30,000 | 6,000 packed |",
        "| change made by one record | 2,114 | mean |",
    } < set(rows)
