"""Teaches the answer locator: python train.py BASE.onnx TOKENIZER.json EXAMPLES.jsonl OUT.pt --layers 12 --minutes 60"""

import argparse
import json
import random
import time

import numpy
import torch
from tokenizers import Tokenizer

from network import load_base, token_ids

TOKENS_OF_BATCH = 2000


def prepared(tokenizer, examples):
    for example in examples:
        ids, segment, places = token_ids(tokenizer, example)
        if example["answer"] >= len(places):
            continue
        yield ids, segment, places, example["answer"]


def batches(examples):
    """Of about the same length each, since padding is computed too."""
    for start in range(0, len(examples), 2000):
        some = sorted(examples[start : start + 2000], key=lambda each: len(each[0]))
        groups, group = [], []
        for each in some:
            if group and len(each[0]) * (len(group) + 1) > TOKENS_OF_BATCH:
                groups.append(group)
                group = []
            group.append(each)
        groups.append(group)
        random.shuffle(groups)
        yield from groups


def tensors(group):
    longest = max(len(each[0]) for each in group)
    ids, mask, types = (torch.zeros(len(group), longest, dtype=torch.long) for _ in range(3))
    for row, (tokens, segment, _, _) in enumerate(group):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        types[row, segment : len(tokens)] = 1
    return ids, mask, types


def scored(locator, group):
    """Scores (examples, 1 + units): of "nowhere" first, then of each unit, whose tokens' odds add up; behind the last unit -inf."""
    scores = locator(*tensors(group)).float()
    rows = [
        torch.stack([row[0], *(torch.logsumexp(row[start:end], 0) for start, end in places)])
        for row, (_, _, places, _) in zip(scores, group)
    ]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=float("-inf"))


def loss_of(locator, group):
    wanted = torch.tensor([1 + each[3] for each in group])
    return torch.nn.functional.cross_entropy(scored(locator, group), wanted)


def auroc(good, bad):
    ranks = numpy.argsort(numpy.argsort(numpy.array([*good, *bad])))
    return (ranks[: len(good)].sum() - len(good) * (len(good) - 1) / 2) / (len(good) * len(bad))


@torch.no_grad()
def measured(locator, examples):
    """AUROC of the odds that the answer is there, and how often the best unit is the right one."""
    locator.eval()
    odds, right = {True: [], False: []}, []
    for group in batches(examples):
        scores = scored(locator, group)
        for row, (_, _, _, answer) in zip(scores, group):
            odds[answer >= 0].append(float(torch.logsumexp(row[1:], 0) - row[0]))
            if answer >= 0:
                right.append(int(row[1:].argmax()) == answer)
    locator.train()
    return f"auroc {auroc(odds[True], odds[False]):.3f}, right unit {sum(right) / len(right):.3f} of {len(right)}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("tokenizer")
    parser.add_argument("examples")
    parser.add_argument("out")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--also", help="examples that are measured only", action="append", default=[])
    given = parser.parse_args()
    torch.manual_seed(7)
    random.seed(7)
    tokenizer = Tokenizer.from_file(given.tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    read = lambda path: [json.loads(line) for line in open(path)]
    all_examples = read(given.examples)
    aside = {"aside": [each for each in all_examples if each["kind"] == "aside"]} | {path: read(path) for path in given.also}
    aside = {name: list(prepared(tokenizer, examples)) for name, examples in aside.items()}
    taught = list(prepared(tokenizer, [each for each in all_examples if each["kind"] != "aside"]))
    print(f"{len(taught)} examples, {sum(len(each[0]) for each in taught) / len(taught):.0f} tokens each", flush=True)
    locator = load_base(given.base, given.layers)
    locator.train()
    heads = [*locator.here.parameters(), *locator.nowhere.parameters()]
    groups = [{"params": locator.bert.parameters(), "times": 1}, {"params": heads, "times": 5}]
    optimizer = torch.optim.AdamW(groups, lr=given.rate, weight_decay=0.01)
    started, seen, recent, step = time.monotonic(), 0, [], 0
    shown = saved = started
    while True:
        random.shuffle(taught)
        for group in batches(taught):
            share = (time.monotonic() - started) / 60 / given.minutes
            if share >= 1:
                break
            for each in optimizer.param_groups:
                each["lr"] = each["times"] * given.rate * min(1, share / 0.04, (1 - share) / 0.96 + 0.01)
            loss = loss_of(locator, group)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(locator.parameters(), 1.0)
            optimizer.step()
            seen, step = seen + len(group), step + 1
            recent = [*recent[-199:], loss.item()]
            now = time.monotonic()
            if now - shown > 60:
                shown = now
                print(f"{(now - started) / 60:.0f} min, {seen} examples, {step} steps, loss {sum(recent) / len(recent):.3f}", flush=True)
            if now - saved > 900:
                saved = now
                torch.save(locator.state_dict(), given.out)
                for name, examples in aside.items():
                    print(f"  {name}: {measured(locator, examples)}", flush=True)
        else:
            continue
        break
    torch.save(locator.state_dict(), given.out)
    for name, examples in aside.items():
        print(f"{name}: {measured(locator, examples)}", flush=True)


if __name__ == "__main__":
    main()
