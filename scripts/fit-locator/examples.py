"""Makes the examples that the answer locator learns from: python examples.py SOURCES OUT.jsonl

An example is a question, the title of a passage, units (sentences) of the passage in their order and the index of the unit that holds
the answer, or -1 where none of them does. SOURCES is a folder with the files that README.md lists.
"""

import json
import random
import re
import sys
from collections import Counter, defaultdict
from math import log
from pathlib import Path

UNITS = (3, 9)
CHARACTERS = (250, 800)
SWAPPED, REMOVED = 0.2, 0.45
MANUALS = Path(__file__).parents[2] / "datasets" / "manuals"
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)|\b\d[\d,.]*\b")
WORD = re.compile(r"\w+")
QUESTION_WORDS = set("a an and are as at be by did do does for from had has have how i in is it of on or that the their to was were what when where which who why will with you your".split())

random.seed(7)


def units_of(text):
    """Sentences and lines of a text as (start, sentence), white space around them left out."""
    units, start = [], 0
    for cut in [*SENTENCE_END.finditer(text), None]:
        end = cut.start() if cut else len(text)
        sentence = " ".join(text[start:end].split())
        if sentence:
            units.append((start, sentence))
        start = cut.end() if cut else end
    return units


class Passage:
    def __init__(self, title, text):
        self.title = title
        self.units = units_of(text)
        self.terms = Counter(word for word in WORD.findall(text.lower()) if word not in QUESTION_WORDS)

    def unit_at(self, offset):
        return max((index for index, (start, _) in enumerate(self.units) if start <= offset), default=0)

    def sentences(self):
        return [sentence for _, sentence in self.units]


def example(kind, question, title, sentences, answer):
    """As a reader of search results meets it: a stretch of the passage, at times only the sentences that look best, at times no title."""
    chosen = list(range(len(sentences)))
    if random.random() < 0.4:
        chosen = [index for index in chosen if index == answer or random.random() < 0.6] or chosen
    place = chosen.index(answer) if answer >= 0 else random.randrange(len(chosen))
    first = last = place
    units_most, characters_most = random.randint(*UNITS), random.randint(*CHARACTERS)
    while last - first + 1 < min(units_most, len(chosen)):
        before, after = first > 0, last + 1 < len(chosen)
        if before and (not after or random.random() < 0.5):
            grown = (first - 1, last)
        else:
            grown = (first, last + 1)
        if sum(len(sentences[index]) for index in chosen[grown[0] : grown[1] + 1]) > characters_most:
            break
        first, last = grown
    window = chosen[first : last + 1]
    shown = "" if random.random() < 0.3 else title
    return {
        "kind": kind,
        "question": question.strip(),
        "title": shown,
        "units": [sentences[index][:500] for index in window],
        "answer": window.index(answer) if answer >= 0 else -1,
    }


def nearest(question, passages, frequencies, apart_from, answers):
    """The passage that shares most with the question by idf, without its own and those that hold an answer's words."""
    terms = [word for word in WORD.findall(question.lower()) if word not in QUESTION_WORDS]
    best, most = None, 0
    for passage in passages:
        if passage is apart_from:
            continue
        share = sum(log(1 + len(passages) / frequencies[term]) for term in terms if term in passage.terms)
        share /= 1 + 0.002 * sum(passage.terms.values())
        if share > most and not holds(passage.sentences(), answers):
            best, most = passage, share
    return best


def holds(sentences, answers):
    text = " ".join(sentences).lower()
    return any(answer.lower() in text for answer in answers)


def swapped(question, names):
    """The question about another name or number of the same article; None when it names nothing."""
    found = list(NAME.finditer(question))
    if not found:
        return None
    name = random.choice(found)
    number = name.group()[0].isdigit()
    others = [other for other in random.sample(names, min(40, len(names))) if other[0].isdigit() == number and other not in question]
    return question[: name.start()] + others[0] + question[name.end() :] if others else None


def of_questions(kind, asked):
    """Examples of (question, passage, index of the answer's unit, answers): each as it is and as one that the passage doesn't answer."""
    passages = list({id(passage): passage for _, passage, _, _ in asked}.values())
    by_group = defaultdict(list)
    for passage in passages:
        by_group[passage.title].append(passage)
    names = defaultdict(list)
    for question, passage, *_ in asked:
        names[passage.title] += NAME.findall(question)
    frequencies = Counter(term for passage in passages for term in passage.terms)
    for question, passage, answer, answers in asked:
        sentences = passage.sentences()
        yield example(kind, question, passage.title, sentences, answer)
        way = random.random()
        if way < SWAPPED:
            other = swapped(question, names[passage.title])
            if other:
                yield example(f"{kind}-swapped", other, passage.title, sentences, -1)
                continue
        if way < SWAPPED + REMOVED and len(sentences) > 2:
            left = sentences[:answer] + sentences[answer + 1 :]
            if not holds(left, answers):
                yield example(f"{kind}-removed", question, passage.title, left, -1)
                continue
        group = by_group[passage.title]
        near = nearest(question, group if 8 < len(group) else passages[:600], frequencies, passage, answers)
        if near:
            yield example(f"{kind}-other", question, near.title, near.sentences(), -1)


def squad_like(path, kind, most):
    asked = []
    for article in json.loads(path.read_text())["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            title = article.get("title", "").replace("_", " ")
            whole = Passage("" if kind == "reddit" else title, context)
            for qa in paragraph["qas"]:
                if not qa["answers"]:
                    continue
                first = qa["answers"][0]["answer_start"]
                passage, offset = whole, first
                if len(context) > 4000:
                    start = context.rfind("\n", 0, max(0, first - 600)) + 1
                    passage, offset = Passage(title, context[start : first + 1200]), first - start
                answers = [answer["text"] for answer in qa["answers"] if len(answer["text"]) > 1]
                asked.append((qa["question"], passage, passage.unit_at(offset), answers))
    random.shuffle(asked)
    return of_questions(kind, asked[:most])


def selqa(path):
    asked = []
    for entry in json.loads(path.read_text()):
        passage = Passage(f"{entry['article']}: {entry['section']}", "")
        passage.units = [(0, sentence) for sentence in entry["candidates"]]
        passage.terms = Counter(WORD.findall(" ".join(entry["candidates"]).lower()))
        answer = entry["answers"][0]
        asked.append((entry["question"], passage, answer, [entry["candidates"][answer]]))
    return of_questions("selqa", asked)


def fairytales(folder):
    import csv

    asked = []
    for path in sorted((folder / "questions" / "train").glob("*.csv")):
        story = folder / "section-stories" / "train" / path.name.replace("-questions", "-story")
        if not story.exists():
            continue
        sections = {row["section"]: Passage(path.name[: -len("-questions.csv")].replace("-", " "), row["text"]) for row in csv.DictReader(story.open())}
        for row in csv.DictReader(path.open()):
            passage = sections.get(row["cor_section"].split(",")[0])
            answer = row["answer1"].strip(" .").lower()
            if not passage or row["ex-or-im1"] != "explicit" or len(answer) < 3:
                continue
            found = [index for index, sentence in enumerate(passage.sentences()) if answer in sentence.lower()]
            if found:
                asked.append((row["question"], passage, found[0], [answer]))
    return of_questions("fairytale", asked)


def sentence_pairs(sentences, questions):
    """Questions on sentences of articles in their order: neighbours stand in for the passage."""
    texts, asked = [], []
    for sentence, question in zip(sentences.read_text().splitlines(), questions.read_text().splitlines()):
        if not texts or texts[-1] != sentence:
            texts.append(sentence)
        asked.append((question, len(texts) - 1))
    for question, place in asked[::2]:
        start = max(0, place - random.randrange(1, 6))
        window = texts[start : place + random.randrange(2, 6)]
        if random.random() < 0.5:
            yield example("pairs", question, "", window, place - start)
        else:
            yield example("pairs-removed", question, "", window[: place - start] + window[place - start + 1 :], -1)


def manuals():
    """Every tenth passage is kept aside: its examples have a kind of their own. The others come twice, in other stretches."""
    corpus = [json.loads(line) for line in (MANUALS / "corpus.jsonl").open()]
    passages = {entry["id"]: Passage(entry["title"], entry["text"]) for entry in corpus}
    aside = {entry["id"] for index, entry in enumerate(corpus) if index % 10 == 9}
    lines = (MANUALS / "queries.jsonl").read_text().splitlines()
    for query in map(json.loads, [*lines, *lines]):
        passage = passages[query["gold_passage"]]
        kind = "aside" if query["gold_passage"] in aside else "manuals"
        sentences = passage.sentences()
        if not query["answerable"]:
            yield example(kind, query["text"], passage.title, sentences, -1)
            continue
        wanted = " ".join(query["answers"][0].split())
        found = [index for index, sentence in enumerate(sentences) if sentence in wanted or wanted in sentence]
        if found:
            yield example(kind, query["text"], passage.title, sentences, found[0])
            if kind == "manuals" and random.random() < 0.25 and len(sentences) > 2:
                yield example("manuals-removed", query["text"], passage.title, sentences[: found[0]] + sentences[found[0] + 1 :], -1)


def main(folder, out):
    sets = [
        squad_like(folder / "new_wiki.json", "wiki", 9000),
        squad_like(folder / "amazon_reviews.json", "amazon", 4500),
        squad_like(folder / "reddit.json", "reddit", 4500),
        squad_like(folder / "policy-test.json", "policy", 1000),
        squad_like(folder / "policy-dev.json", "policy", 1000),
        squad_like(folder / "covid.json", "covid", 1400),
        selqa(folder / "selqa-test.json"),
        selqa(folder / "selqa-dev.json"),
        fairytales(folder / "fairy" / "data-by-train-split"),
        sentence_pairs(folder / "src-test.txt", folder / "tgt-test.txt"),
        manuals(),
    ]
    examples = [each for examples in sets for each in examples]
    random.shuffle(examples)
    with open(out, "w") as file:
        for each in examples:
            file.write(json.dumps(each) + "\n")
    for kind, count in sorted(Counter(each["kind"] for each in examples).items()):
        print(f"{kind}: {count}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
