"""The workloads of `peer.rs` with numpy, PsychroLib, polars and DuckDB, on the same input.

usage: peer.py --list | peer.py --workload NAME [--rows N]
Prints one JSON line: workload, rows, CPU seconds of the work alone, mean of the result.
"""

import argparse
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np


def stull_wet_bulb(t, rh):
    return (
        t * np.arctan(0.151977 * np.sqrt(rh + 8.313659))
        + np.arctan(t + rh)
        - np.arctan(rh - 1.676331)
        + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh)
        - 4.686035
    )


def stull(t, rh):
    return stull_wet_bulb(t, rh)


def stull_both_towers(t, rh):
    tw = 1.8 * stull_wet_bulb(t, rh) + 32.0
    approach = np.maximum(0.0, -0.0001896 * tw * tw + 0.03095 * tw + 0.4442)
    cold_water = np.maximum(0.0, 0.0005112 * tw * tw - 0.04982 * tw + 2.387)
    return 0.5 * (approach + cold_water)


def psychrometric(t, rh):
    sys.modules["numba"] = None  # with numba the library compiles itself: that is the next workload
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    wet_bulb = psychrolib.GetTWetBulbFromRelHum
    return np.array([wet_bulb(a, b / 100.0, 101325.0) for a, b in zip(t.tolist(), rh.tolist())])


def psychrometric_batch(t, rh):
    import psychrolib

    if psychrolib.PSYCHROLIB_UNITS is None:  # setting it again would compile everything again
        psychrolib.SetUnitSystem(psychrolib.SI)
    return psychrolib.GetTWetBulbFromRelHum(t, rh / 100.0, 101325.0)


def tower_cubic(t, rh):
    tw = 1.8 * t + 32.0
    return np.maximum(0.05, 6.0 / 5.0 * (((6e-5 * tw - 0.01) * tw + 0.61) * tw - 10.4))


FOLDER = pathlib.Path(__file__).resolve().parents[4] / "target" / "bench" / "water-dc"


def table_file(kind, rows):
    """The Parquet file that `peer.rs` writes."""
    path = FOLDER / f"{kind}-{rows}.parquet"
    if not path.is_file():
        sys.exit(f"run the workload of peer.rs with the same number of rows first: it writes {path.name}")
    return str(path)


def table_polars(path, t, rh):
    import polars as pl

    tw = 1.8 * (
        t * (0.151977 * (rh + 8.313659).sqrt()).arctan()
        + (t + rh).arctan()
        - (rh - 1.676331).arctan()
        + 0.00391838 * (rh * rh.sqrt()) * (0.023101 * rh).arctan()
        - 4.686035
    ) + 32.0
    column = pl.col("tw")
    approach = pl.max_horizontal(pl.lit(0.0), (-0.0001896 * column + 0.03095) * column + 0.4442)
    cold_water = pl.max_horizontal(pl.lit(0.0), (0.0005112 * column - 0.04982) * column + 2.387)
    means = (
        pl.scan_parquet(path)
        .select("group", tw.alias("tw"))
        .select("group", approach.alias("approach"), cold_water.alias("cold_water"))
        .group_by("group")
        .mean()
        .collect(engine="streaming")
    )
    return 0.5 * (means["approach"].mean() + means["cold_water"].mean())


def table_numbers_polars(path):
    import polars as pl

    return table_polars(path, pl.col("t"), pl.col("rh"))


def table_quantized_polars(path):
    import polars as pl

    return table_polars(path, pl.col("tenths") / 10.0, pl.col("percent").cast(pl.Float64))


def table_duckdb(path, t, rh):
    import duckdb

    tw = f"""1.8e0 * ({t} * atan(151977e-6 * sqrt({rh} + 8313659e-6)) + atan({t} + {rh}) - atan({rh} - 1676331e-6)
        + 391838e-8 * ({rh} * sqrt({rh})) * atan(23101e-6 * {rh}) - 4686035e-6) + 32e0"""
    statement = f"""
        SELECT 0.5e0 * (avg(approach) + avg(cold_water)) FROM (
            SELECT avg(greatest(0e0, (-1896e-7 * tw + 3095e-5) * tw + 4442e-4)) AS approach,
                   avg(greatest(0e0, (5112e-7 * tw - 4982e-5) * tw + 2387e-3)) AS cold_water
            FROM (SELECT "group", {tw} AS tw FROM read_parquet('{path}')) GROUP BY "group")"""
    return duckdb.sql(statement).fetchall()[0][0]


def table_numbers_duckdb(path):
    return table_duckdb(path, "t", "rh")


def table_quantized_duckdb(path):
    return table_duckdb(path, "(tenths / 1e1)", "percent::DOUBLE")


def statements_duckdb(path):
    """Mean of both towers' group means, by the statements that `peer.rs` wrote."""
    import duckdb

    means = []
    for statement in path.read_text().splitlines():
        means.append(duckdb.sql(f"SELECT avg(wue_on_mean) FROM ({statement})").fetchall()[0][0])
    return sum(means) / len(means)


# name: peer, usual number of rows, work
WORKLOADS = {
    "stull": ("numpy", 100_000, stull),
    "stull_both_towers": ("numpy", 100_000, stull_both_towers),
    "psychrometric": ("psychrolib", 100_000, psychrometric),
    "psychrometric_batch": ("psychrolib with numba", 1_000_000, psychrometric_batch),
    "tower_cubic": ("numpy", 100_000, tower_cubic),
    "table_numbers_polars": ("polars", 10_000_000, table_numbers_polars),
    "table_numbers_duckdb": ("duckdb", 10_000_000, table_numbers_duckdb),
    "table_quantized_polars": ("polars", 10_000_000, table_quantized_polars),
    "table_quantized_duckdb": ("duckdb", 10_000_000, table_quantized_duckdb),
    "sql_duckdb": ("duckdb", 10_000_000, statements_duckdb),
    "parts_duckdb": ("duckdb", 52_560, statements_duckdb),
}


def run_slices(work, rows):
    rng = np.random.default_rng(7)
    t = rng.uniform(5, 45, rows)
    rh = rng.uniform(5, 99, rows)
    work(t[:10], rh[:10])  # imports, compilation and first calls are not part of the measurement
    start = time.process_time()
    result = work(t, rh)
    return time.process_time() - start, float(result.mean())


def run_table(work, name, rows):
    if name.startswith("table_"):
        path = table_file("quantized" if "quantized" in name else "numbers", rows)
    else:
        path = FOLDER / ("sql.txt" if name.startswith("sql_") else "parts.txt")
    __import__(name.rsplit("_", 1)[1])  # the import is not part of the measurement
    start = time.process_time()
    result = work(path)
    return time.process_time() - start, result


def largest_memory_mb():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=WORKLOADS)
    parser.add_argument("--rows", type=int)
    arguments = parser.parse_args()
    if arguments.list:
        for name, (peer, _, _) in WORKLOADS.items():
            print(f"{name}\t{peer}")
        return
    if arguments.workload is None:
        parser.error("--workload is required")
    _, usual, work = WORKLOADS[arguments.workload]
    rows = arguments.rows if arguments.rows is not None else usual
    if rows < 1:
        parser.error("--rows must be positive")
    table = arguments.workload.startswith(("table_", "sql_", "parts_"))
    cpu_s, check = run_table(work, arguments.workload, rows) if table else run_slices(work, rows)
    line = {"workload": arguments.workload, "rows": rows, "cpu_s": cpu_s, "check": check}
    json.dump(line | {"rss_mb": round(largest_memory_mb(), 1)}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
