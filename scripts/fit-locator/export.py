"""Writes a taught locator as ONNX in integers: python export.py TAUGHT.pt OUT/model.onnx --layers 12"""

import argparse
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from network import Locator


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("taught")
    parser.add_argument("out")
    parser.add_argument("--layers", type=int, default=12)
    given = parser.parse_args()
    locator = Locator(given.layers)
    locator.load_state_dict(torch.load(given.taught, weights_only=True))
    locator.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones(1, 16, dtype=torch.long) for _ in names)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            locator,
            example,
            plain,
            input_names=names,
            output_names=["scores"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*names, "scores"]},
            opset_version=17,
        )
        # Seven bits of a weight: processors without VNNI add two products in 16 bits, and would cut off larger ones.
        quantize_dynamic(plain, given.out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


if __name__ == "__main__":
    main()
