"""The answer locator: a BERT encoder that reads a question beside the units of a passage and scores each unit, and "nowhere"."""

import re

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from transformers import BertConfig, BertModel

CLS, SEP = 101, 102
PREFIX = re.compile(r"^/?(?:(?:bert|m)[./])?")
QUESTION_TOKENS, UNIT_TOKENS, TITLE_TOKENS, TOKENS = 48, 96, 24, 512


class Locator(nn.Module):
    """Scores (batch, tokens): of each token that the answer stands there, of [CLS] that it stands nowhere. No dropout: examples are seen about once."""

    def __init__(self, layers=12):
        super().__init__()
        shape = dict(vocab_size=30522, hidden_size=384, num_hidden_layers=layers, num_attention_heads=12, intermediate_size=1536, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
        self.bert = BertModel(BertConfig(**shape), add_pooling_layer=False)
        self.here = nn.Linear(384, 1)
        self.nowhere = nn.Linear(384, 1)

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state
        return torch.cat([self.nowhere(states[:, :1]), self.here(states[:, 1:])], dim=1).squeeze(-1)


def token_ids(tokenizer, example):
    """`[CLS] question [SEP] title [SEP] unit [SEP] unit [SEP]…` with where each unit begins and ends, its [SEP] within; segment 1 from the title on."""
    encode = lambda text, most: tokenizer.encode(text, add_special_tokens=False).ids[:most]
    ids = [CLS, *encode(example["question"], QUESTION_TOKENS), SEP]
    segment = len(ids)
    ids += [*encode(example["title"], TITLE_TOKENS), SEP]
    places = []
    for unit in example["units"]:
        if len(ids) + UNIT_TOKENS >= TOKENS:
            break
        start = len(ids)
        ids += [*encode(unit, UNIT_TOKENS), SEP]
        places.append((start, len(ids)))
    return ids, segment, places


def load_base(path, layers):
    """Weights of a quantised ONNX export of a BERT cross-encoder, as floats; of its layers `layers` are kept, as far apart as they stand."""
    graph = onnx.load(path).graph
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}

    def floats(name):
        if name in held:
            return held[name]
        scale, zero = held[f"{name}_scale"], held[f"{name}_zero_point"]
        return (held[f"{name}_quantized"].astype(numpy.float32) - zero.astype(numpy.float32)) * scale

    state = {}
    for name in held:
        if not name.endswith(("_scale", "_zero_point")) and not name.startswith("onnx::"):
            plain = name.removesuffix("_quantized")
            state[PREFIX.sub("", plain)] = floats(plain)
    for node in graph.node:
        place = PREFIX.sub("", node.name)
        if node.op_type == "MatMulInteger" and place.startswith("encoder"):
            state[place.split("/MatMul")[0].replace("/", ".") + ".weight"] = floats(node.input[1].removesuffix("_quantized")).T
    held_layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder"))
    state = {name: value for name, value in state.items() if name.startswith(("embeddings", "encoder"))}
    locator = Locator(layers)
    kept = {}
    for name, value in state.items():
        parts = name.split(".")
        if parts[0] == "encoder":
            step = held_layers // layers
            if int(parts[2]) % step != step - 1:
                continue
            parts[2] = str(int(parts[2]) // step)
        kept[".".join(parts)] = torch.tensor(numpy.array(value))
    missing, unexpected = locator.bert.load_state_dict(kept, strict=False)
    wrong = [name for name in [*missing, *unexpected] if "position_ids" not in name and "pooler" not in name]
    if wrong:
        raise ValueError(f"the base lacks or has besides: {wrong}")
    return locator
