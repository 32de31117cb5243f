"""Writes retrieval.jsonl: 200 random runs with the values of ranx and trec_eval.

Needs Python 3.11 with ranx 0.3.21 and pytrec_eval-terrier 0.5.11: python make-retrieval.py
"""

import json
import random
from pathlib import Path

import pytrec_eval
import ranx

random.seed(20)
documents = list(range(40))


def make_run():
    ranked = random.sample(documents, random.randint(1, 25))
    judged = random.sample(documents, random.randint(1, 15))
    grades = [(document, random.choice([0, 1, 1, 1, 2, 3])) for document in judged]
    return ranked, grades if any(grade > 0 for _, grade in grades) else grades + [(99, 1)]


def values_of(ranked, grades, trec, of_ranx):
    assert abs(trec["ndcg_cut_10"] - of_ranx["ndcg@10"]) < 1e-9
    assert abs(trec["recall_5"] - of_ranx["recall@5"]) < 1e-9
    assert abs(trec["P_5"] - of_ranx["precision@5"]) < 1e-9
    gold = {str(document) for document, grade in grades if grade > 0}
    found = len(gold & {str(document) for document in ranked[:10]})
    # trec_eval divides the sum of precisions by all gold documents: undo that for the two other denominators.
    precisions = trec["map_cut_10"] * len(gold)
    return {
        "recall@5": trec["recall_5"],
        "recall@10": trec["recall_10"],
        "precision@5": trec["P_5"],
        "precision@20": trec["P_20"],
        "hit@1": trec["success_1"],
        "hit@3": float(of_ranx["hit_rate@3"]),
        "hit@5": trec["success_5"],
        "hit@10": trec["success_10"],
        "allHit@10": float(trec["recall_10"] == 1),
        "mrr@10": float(of_ranx["mrr@10"]),
        "mrr@25": trec["recip_rank"],
        "averagePrecision@5": trec["map_cut_5"] * len(gold) / min(5, len(gold)),
        "averagePrecision@10": precisions / min(10, len(gold)),
        "contextPrecisionRagas@10": precisions / found if found else 0.0,
        "ndcg@3": float(of_ranx["ndcg@3"]),
        "ndcg@5": trec["ndcg_cut_5"],
        "ndcg@10": trec["ndcg_cut_10"],
        "ndcgExponential@10": float(of_ranx["ndcg_burges@10"]),
    }


cases = {f"q{number:03}": make_run() for number in range(200)}
qrels = {name: {str(document): grade for document, grade in grades} for name, (_, grades) in cases.items()}
run = {
    name: {str(document): 100.0 - place for place, document in enumerate(ranked)}
    for name, (ranked, _) in cases.items()
}
metrics = ["recall@5", "precision@5", "hit_rate@3", "mrr@10", "ndcg@3", "ndcg@10", "ndcg_burges@10"]
ranx_run = ranx.Run(run)
ranx.evaluate(ranx.Qrels(qrels), ranx_run, metrics, threads=1)
trec_measures = {"recall.5,10", "P.5,20", "success.1,5,10", "map_cut.5,10", "ndcg_cut.5,10", "recip_rank"}
trec = pytrec_eval.RelevanceEvaluator(qrels, trec_measures).evaluate(run)
runs = [
    {
        "ranked": ranked,
        "grades": grades,
        "values": values_of(ranked, grades, trec[name], {metric: ranx_run.scores[metric][name] for metric in metrics}),
    }
    for name, (ranked, grades) in cases.items()
]
lines = [json.dumps(one, separators=(",", ":")) for one in runs]
Path(__file__).with_name("retrieval.jsonl").write_text("\n".join(lines) + "\n")
