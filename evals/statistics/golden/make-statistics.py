"""Writes statistics.jsonl: what SciPy and scikit-learn compute, one function a line.

Needs Python 3.11 with SciPy 1.17.1 and scikit-learn 1.9.1: python make-statistics.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.metrics import average_precision_score, cohen_kappa_score, roc_auc_score

random = np.random.default_rng(7)
lines = []


def add(name, cases):
    lines.append(json.dumps({"function": name, "cases": cases}, separators=(",", ":")))


add("normalShareBelow", [[z, stats.norm.cdf(z)] for z in [-12, -6, -3.5, -3, -2.9, -1.2, -0.3, 0, 0.7, 1.96, 3, 5]])
add("normalQuantile", [[p, stats.norm.ppf(p)] for p in [1e-12, 1e-5, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]])
add(
    "studentQuantile",
    [[p, n, stats.t.ppf(p, n)] for p in [0.025, 0.2, 0.5, 0.975, 0.999] for n in [1, 2, 3, 4, 9, 30, 399, 5000]],
)
add(
    "wilsonInterval",
    [
        [k, n, *map(float, stats.binomtest(k, n).proportion_ci(0.95, method="wilson"))]
        for k, n in [(0, 10), (3, 10), (10, 10), (49, 50), (180, 400)]
    ],
)
add(
    "mcnemarExact",
    [
        [a, b, stats.binomtest(min(a, b), a + b).pvalue if a + b else 1.0]
        for a, b in [(0, 0), (1, 0), (5, 5), (10, 2), (3, 17), (40, 61), (0, 30), (700, 801)]
    ],
)
add(
    "percentile",
    [
        [values, share, float(np.percentile(values, share * 100, method="inverted_cdf"))]
        for values in [[5.0], [3.0, 1.0, 2.0, 9.0], list(map(float, range(20, 0, -1)))]
        for share in [0.5, 0.9, 0.95, 0.99]
    ],
)

intervals = []
for size, draw in [(12, random.exponential), (40, random.random), (25, lambda size: random.binomial(1, 0.3, size=size))]:
    values = np.asarray(draw(size=size), dtype=float)
    for level in [0.95, 0.8]:
        found = stats.bootstrap(
            (values,), np.mean, method="BCa", n_resamples=399, confidence_level=level, rng=np.random.default_rng(3)
        )
        intervals.append(
            {
                "values": values.tolist(),
                "resamples": found.bootstrap_distribution.tolist(),
                "level": level,
                "interval": [float(found.confidence_interval.low), float(found.confidence_interval.high)],
            }
        )
add("bcaInterval", intervals)

kappas = []
for labels in [2, 3]:
    for agreement in [0.2, 0.7, 0.95]:
        one = random.integers(0, labels, 60)
        other = np.where(random.random(60) < agreement, one, random.integers(0, labels, 60))
        kappas.append([one.tolist(), other.tolist(), float(cohen_kappa_score(one, other))])
add("cohenKappa", kappas)

# Holm's p-values through SciPy's own step-down for the same alternative: by hand from the definition, with NumPy.
holms = []
for size in [1, 4, 9]:
    p = random.random(size) ** 3
    order = np.argsort(p)
    adjusted = np.empty(size)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * (size - np.arange(size))))
    holms.append([p.tolist(), adjusted.tolist()])
add("holm", holms)

curves = []
for size in [8, 60]:
    positive = np.r_[True, False, random.random(size) < 0.4]
    score = np.round(random.random(size + 2) + 0.3 * positive, 1)
    curves.append(
        [
            score.tolist(),
            positive.tolist(),
            float(roc_auc_score(positive, score)),
            float(average_precision_score(positive, score)),
        ]
    )
add("auroc", curves)

Path(__file__).with_name("statistics.jsonl").write_text("\n".join(lines) + "\n")
