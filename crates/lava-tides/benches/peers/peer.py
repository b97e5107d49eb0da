"""The workloads of `peer.rs` with NumPy and TidalPy, on the same input.

usage: peer.py --list | peer.py --workload NAME [--rows N]
Prints one JSON line: workload, rows, CPU seconds of the work alone, a mean over the result.
"""

import argparse
import json
import math
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

G, M, R = 6.67430e-11, 5.9722e24, 6.371e6
GRAVITY, DENSITY = G * M / R**2, 3 * M / (4 * math.pi * R**3)
STIFFNESS = 38 * math.pi * R**4 / (3 * G * M**2)  # A_2
MU, ETA, ALPHA = 6e10, 1e21, 0.3
TAU = ETA / MU
XI = 0.6 * 0.55
DRAG = 1e-4
WAVE = 6 * GRAVITY * 1e5 / R**2


def frequencies(rows):
    return np.exp(math.log(1e-9) + math.log(1e7) / (rows - 1) * np.arange(rows))


def with_ocean(f, s, attracting):
    k_tidal, h_tidal, k_load, h_load = 1.5 * f, 2.5 * f, -f, -5 / 3 * f
    if attracting:
        tilt = 1 + k_tidal - h_tidal
        stiffness = 1 - (1 + k_load - h_load) * XI
    else:
        tilt, stiffness = 1.0, 1.0
    ocean = -XI * WAVE * tilt / (s * (s - 1j * DRAG) - WAVE * stiffness)
    return k_tidal + (1 + k_load) * ocean


def mean(k):
    return float(np.mean(k.real - k.imag))


def complex_powers(s, attracting):
    x = 1j * s * TAU
    rigidity = MU / (1 + math.gamma(1 + ALPHA) * x**-ALPHA + 1 / x)
    return with_ocean(1 / (1 + STIFFNESS * rigidity), s, attracting)


def real_powers(s, attracting):
    x = s * TAU
    power = math.gamma(1 + ALPHA) * x**-ALPHA
    compliance = np.empty(len(s), dtype=complex)
    compliance.real = 1 + math.cos(ALPHA * math.pi / 2) * power
    compliance.imag = -math.sin(ALPHA * math.pi / 2) * power - 1 / x
    return with_ocean(compliance / (compliance + STIFFNESS * MU), s, attracting)


def love(method, attracting):
    def work(rows):
        s = frequencies(rows)
        return timed(lambda: method(s, attracting), mean)

    return work


def tidalpy_love(attracting):
    def work(rows):
        from TidalPy.Rheology import andrade
        from TidalPy.Tides.love.love import calc_homogeneous_love_numbers

        s = frequencies(rows)

        def run():
            rigidity = andrade(MU, ETA, s, ALPHA, 1.0)
            k = np.array([calc_homogeneous_love_numbers(mu, DENSITY, GRAVITY, R).k for mu in rigidity.tolist()])
            return with_ocean(k / 1.5, s, attracting)

        return timed(run, mean)

    return work


def tidalpy_andrade(rows):
    from TidalPy.Rheology import andrade

    s = frequencies(rows)
    return timed(lambda: andrade(MU, ETA, s, ALPHA, 1.0), lambda mu: float(np.mean(mu.real + mu.imag)))


def tidalpy_radial(rows):
    from TidalPy.RadialSolver import radial_solver

    inner, melt, solid = R - 1e5, 3000.0, 5500.0
    mass = 4 / 3 * math.pi * (inner**3 * solid + (R**3 - inner**3) * melt)
    radius = np.concatenate([np.linspace(0, inner, 60), np.linspace(inner, R, 60)])
    density = np.concatenate([np.full(60, solid), np.full(60, melt)])
    shear = np.concatenate([np.full(60, 2e11, dtype=complex), np.zeros(60, dtype=complex)])
    bulk = np.full(120, 1e16, dtype=complex)
    bulk_density = 3 * mass / (4 * math.pi * R**3)

    def solve(s):
        solution = radial_solver(
            radius, density, bulk, shear, s, bulk_density, ("solid", "liquid"), (True, False), (False, False),
            np.asarray((inner, R)), degree_l=2, warnings=False,
        )
        return solution.k.real

    s = 3e-5 + 5e-5 * np.arange(rows) / rows
    return timed(lambda: [solve(x) for x in s], lambda k: float(np.mean(k)))


def rotating(rows):
    s = 1e-5 + 1e-3 * np.arange(rows) / rows
    spin, order = 2e-4, 2

    def run():
        above = None
        for j in range(25, 1, -1):
            n = j * (j + 1)
            here = -(s - 1j * DRAG) + 2 * spin * order / n
            if j % 2 == 0:
                here = here + n * WAVE / 6 * (1 - 3 / (2 * j + 1) * 0.55) / s
            if above is not None:
                tilt = ((j + 1) ** 2 - order**2) / (4 * (j + 1) ** 2 - 1)
                here = here - (2 * spin) ** 2 * j * (j + 2) / (j + 1) ** 2 * tilt / above
            above = here
        return XI * WAVE / (s * above)

    return timed(run, mean)


def tidalpy_hansen(rows):
    from TidalPy.Tides.eccentricity.eccentricity_driver import eccentricity_func

    def run():
        for _ in range(rows):
            table = eccentricity_func(0.2, 2, "exact", 1e-12)
        return table

    return timed(run, lambda table: sum(table[1][(2, 0)][(q,)] for q in range(-1, 4)))


def recession(rows):
    moon = 7.346e22
    total, reduced = M + moon, M * moon / (M + moon)
    inertia = 0.3307 * M * R**2
    momentum = inertia * 7.292115e-5 + reduced * math.sqrt(G * total * 3.844e8)
    depths = np.exp(math.log(1e4) + math.log(80.0) / (rows - 1) * np.arange(rows))

    def run():
        x, w = np.polynomial.legendre.leggauss(10)
        step = math.log(25 / 3.5) / 40
        starts = math.log(3.5 * R) + step * np.arange(40)
        a = np.exp((starts[:, None] + 0.5 * step * (1 + x)).ravel())
        weight = np.tile(0.5 * step * w, 40)
        orbital = reduced * np.sqrt(G * total * a)
        s = 2 * ((momentum - orbital) / inertia - np.sqrt(G * total / a**3))
        scale = weight * orbital / (3 * G * moon**2 / a * (R / a) ** 5)
        result = 0.0
        for depth in depths:
            wave = 6 * GRAVITY * depth / R**2
            k = -XI * wave / (s * (s - 1j * DRAG) - wave * (1 - XI))
            result += math.log(np.sum(scale / -k.imag))
        return result / rows

    return timed(run, float)


def timed(run, check):
    start = time.process_time()
    result = run()
    return time.process_time() - start, check(result)


# name: peer, usual number of rows, work
WORKLOADS = {
    "eq28_complex_powers": ("NumPy, complex powers", 1_000_000, love(complex_powers, False)),
    "eq28_real_powers": ("NumPy, real powers", 1_000_000, love(real_powers, False)),
    "attracting_complex_powers": ("NumPy, complex powers", 1_000_000, love(complex_powers, True)),
    "attracting_real_powers": ("NumPy, real powers", 1_000_000, love(real_powers, True)),
    "eq28_tidalpy": ("TidalPy (solid part), NumPy (ocean)", 100_000, tidalpy_love(False)),
    "attracting_tidalpy": ("TidalPy (solid part), NumPy (ocean)", 100_000, tidalpy_love(True)),
    "andrade_tidalpy": ("TidalPy", 1_000_000, tidalpy_andrade),
    "radial_solver_tidalpy": ("TidalPy radial_solver", 2000, tidalpy_radial),
    "rotating": ("NumPy, vectorised over frequencies", 100_000, rotating),
    "hansen": ("TidalPy", 2000, tidalpy_hansen),
    "recession": ("NumPy, vectorised over the way", 1000, recession),
}


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
    if rows < 2:
        parser.error("--rows must be at least 2")
    work(2)  # imports, compilation and first calls are not part of the measurement
    cpu_s, check = work(rows)
    json.dump({"workload": arguments.workload, "rows": rows, "cpu_s": cpu_s, "check": check}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
