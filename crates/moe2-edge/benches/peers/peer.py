"""The workloads of `peer.rs` with HiGHS and with a branch and bound in NumPy, on the same instances.

usage: peer.py --list | peer.py --workload NAME [--rows N]
Prints one JSON line: workload, rows (solutions), CPU seconds of solving alone, the optimal value.
"""

import argparse
import json
import math
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

AGGREGATION_MS = 20
SERVERS = 5
MASK = (1 << 64) - 1


def instance(n, prompts, seed):
    """Costs in mJ and ms, scores in millionths: the same draws as `moe2_edge::instance::synthetic`."""
    state = seed

    def unit():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) / 2**53

    energy, delay, skill = [], [], []
    for _ in range(n):
        u = unit()
        size = 0.5 + 31.5 * u * u
        energy.append(math.floor(1000 * (2 + 4 * size * (0.8 + 0.4 * unit())) + 0.5))
        delay.append(math.floor(1000 * (0.2 + 0.12 * size * (0.8 + 0.4 * unit())) + 0.5))
        base = 0.30 + 0.09 * math.sqrt(size)
        skill.append([base + 0.5 * (unit() - 0.5) for _ in range(8)])
    scores = np.empty((prompts, n), dtype=np.int64)
    for m in range(prompts):
        hard = unit()
        for i in range(n):
            z = 2 * (skill[i][m % 8] - hard) + 0.8 * (unit() - 0.5)
            scores[m, i] = math.floor(1e6 * 0.5 * (1 + z / math.sqrt(1 + z * z)) + 0.5)
    return np.array(energy), np.array(delay), scores


def rows_of(energy, delay, energy_mj, delay_ms):
    """Weights and capacities of the additive constraints."""
    n = len(energy)
    server = np.arange(n) % SERVERS
    weights = [energy] + [AGGREGATION_MS + np.where(server == s, delay, 0) for s in range(SERVERS)]
    return np.array(weights), np.array([energy_mj] + [delay_ms] * SERVERS)


def highs(problem, rows):
    """The plain mixed-integer form: an expert per prompt, at most one, and only if it is chosen."""
    import highspy

    energy, delay, scores, weights, capacities = problem
    prompts, n = scores.shape
    lp = highspy.HighsLp()
    lp.num_col_ = n + prompts * n
    lp.num_row_ = prompts + prompts * n + len(weights)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.concatenate([np.zeros(n), scores.ravel().astype(float)])
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.ones(lp.num_col_)
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([np.ones(prompts), np.zeros(prompts * n), capacities.astype(float)])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * (prompts * n)
    cells = np.arange(prompts * n)
    one_each = np.stack([n + cells, cells % n], axis=1).ravel()
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([
        np.arange(prompts) * n,
        prompts * n + 2 * cells,
        3 * prompts * n + np.arange(len(weights) + 1) * n,
    ]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([n + cells, one_each, np.tile(np.arange(n), len(weights))]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([
        np.ones(prompts * n), np.tile([1.0, -1.0], prompts * n), weights.ravel().astype(float),
    ])
    spent, value = 0.0, 0.0
    for _ in range(rows):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.passModel(lp)
        start = time.process_time()
        solver.run()
        spent += time.process_time() - start
        value = round(solver.getInfo().objective_function_value)
    return spent, value


def knapsack(gains, weights, capacity):
    """The fractional knapsack, rounded down."""
    order = np.argsort(-gains / weights, kind="stable")
    filled = np.cumsum(weights[order])
    full = int(np.searchsorted(filled, capacity, side="right"))
    total = int(gains[order[:full]].sum())
    if full < len(order):
        left = capacity - (filled[full - 1] if full else 0)
        total += int(gains[order[full]]) * int(left) // int(weights[order[full]])
    return total


class BranchAndBound:
    """Depth first; bounds by the value of all that is left and by fractional knapsacks of gains."""

    def __init__(self, problem):
        _, _, self.scores, self.weights, self.capacities = problem
        self.prompts, self.n = self.scores.shape
        self.best, self.nodes = 0, 0
        self.columns = np.ascontiguousarray(self.scores.T)

    def greedy(self, per_energy):
        cover, left, free = np.zeros(self.prompts, dtype=np.int64), self.capacities.copy(), np.arange(self.n)
        while True:
            free = free[(self.weights[:, free] <= left[:, None]).all(axis=0)]
            if len(free) == 0:
                return int(cover.sum())
            gains = np.maximum(self.columns[free] - cover, 0).sum(axis=1)
            best = int(np.argmax(gains / self.weights[0, free] if per_energy else gains))
            chosen = free[best]
            cover = np.maximum(cover, self.columns[chosen])
            left = left - self.weights[:, chosen]
            free = np.delete(free, best)

    def solve(self):
        self.best = max(self.greedy(False), self.greedy(True))
        self.visit(np.zeros(self.prompts, dtype=np.int64), self.capacities, np.arange(self.n))
        return self.best

    def visit(self, cover, left, free):
        value = int(cover.sum())
        self.best = max(self.best, value)
        self.nodes += 1
        free = free[(self.weights[:, free] <= left[:, None]).all(axis=0)]
        if len(free) == 0:
            return
        gains = np.maximum(self.columns[free] - cover, 0).sum(axis=1)
        order = np.argsort(-gains, kind="stable")
        free, gains = free[order], gains[order]
        surrogate = self.weights[1:].sum(axis=0), left[1:].sum()
        # Values if only the experts from each place on are left.
        suffix = np.maximum.accumulate(self.columns[free[::-1]], axis=0)[::-1]
        supersets = np.maximum(suffix, cover).sum(axis=1)
        for t in range(len(free)):
            if supersets[t] <= self.best:
                return
            some, what = free[t:], gains[t:]
            bounds = [(self.weights[r, some], left[r]) for r in range(len(left))] + [(surrogate[0][some], surrogate[1])]
            if any(value + knapsack(what, weights, capacity) <= self.best for weights, capacity in bounds):
                return
            chosen = free[t]
            self.visit(np.maximum(cover, self.columns[chosen]), left - self.weights[:, chosen], free[t + 1:])


def branch_and_bound(problem, rows):
    start, value = time.process_time(), 0
    for _ in range(rows):
        value = BranchAndBound(problem).solve()
    return time.process_time() - start, value


PROBLEMS = {
    "15j_1s": (40, 200, 20250116, 15000, 1000),
    "30j_1500ms": (40, 200, 20250116, 30000, 1500),
    "60j_2500ms": (40, 200, 20250116, 60000, 2500),
    "100j_4s": (40, 200, 20250116, 100000, 4000),
    "200j_5s": (40, 200, 20250116, 200000, 5000),
    "sixty_60j_2500ms": (60, 2000, 5, 60000, 2500),
    "sixty_150j_4s": (60, 2000, 5, 150000, 4000),
}
PEERS = {
    "highs": ("HiGHS, plain mixed-integer form, 1 thread", 1, highs),
    "numpy": ("branch and bound in NumPy", 5, branch_and_bound),
}


def workloads():
    for peer, (text, usual, work) in PEERS.items():
        for name, numbers in PROBLEMS.items():
            # 120 000 assignment columns take HiGHS too long to be compared in alternation.
            if not (peer == "highs" and numbers[1] > 200):
                yield f"{name}_{peer}", (text, usual, work, numbers)


def main():
    known = dict(workloads())
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=known)
    parser.add_argument("--rows", type=int)
    arguments = parser.parse_args()
    if arguments.list:
        for name, (text, *_) in known.items():
            print(f"{name}\t{text}")
        return
    if arguments.workload is None:
        parser.error("--workload is required")
    _, usual, work, (n, prompts, seed, energy_mj, delay_ms) = known[arguments.workload]
    rows = arguments.rows if arguments.rows is not None else usual
    if rows < 1:
        parser.error("--rows must be at least 1")
    energy, delay, scores = instance(n, prompts, seed)
    problem = (energy, delay, scores, *rows_of(energy, delay, energy_mj, delay_ms))
    if work is branch_and_bound:
        work(problem, 1)  # first calls are not part of the measurement
    cpu_s, check = work(problem, rows)
    json.dump({"workload": arguments.workload, "rows": rows, "cpu_s": cpu_s, "check": check}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
