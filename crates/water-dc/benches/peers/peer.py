"""The workloads of `peer.rs` with numpy and PsychroLib, on the same input.

usage: peer.py --list | peer.py --workload NAME [--rows N]
Prints one JSON line: workload, rows, CPU seconds of the work alone, mean of the result.
"""

import argparse
import json
import os
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
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    wet_bulb = psychrolib.GetTWetBulbFromRelHum
    return np.array([wet_bulb(a, b / 100.0, 101325.0) for a, b in zip(t.tolist(), rh.tolist())])


def tower_cubic(t, rh):
    tw = 1.8 * t + 32.0
    return np.maximum(0.05, 6.0 / 5.0 * (((6e-5 * tw - 0.01) * tw + 0.61) * tw - 10.4))


WORKLOADS = {
    "stull": ("numpy", stull),
    "stull_both_towers": ("numpy", stull_both_towers),
    "psychrometric": ("psychrolib", psychrometric),
    "tower_cubic": ("numpy", tower_cubic),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=WORKLOADS)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    if arguments.list:
        for name, (peer, _) in WORKLOADS.items():
            print(name, peer)
        return
    if arguments.workload is None or arguments.rows < 1:
        parser.error("--workload and a positive number of --rows are required")
    rng = np.random.default_rng(7)
    t = rng.uniform(5, 45, arguments.rows)
    rh = rng.uniform(5, 99, arguments.rows)
    work = WORKLOADS[arguments.workload][1]
    work(t[:10], rh[:10])  # imports and first calls are not part of the measurement
    start = time.process_time()
    result = work(t, rh)
    cpu_s = time.process_time() - start
    line = {"workload": arguments.workload, "rows": arguments.rows, "cpu_s": cpu_s, "check": float(result.mean())}
    json.dump(line, sys.stdout)
    print()


if __name__ == "__main__":
    main()
