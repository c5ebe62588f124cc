"""Opens a checkpoint that Mull wrote in Hugging Face transformers, and compares what the two compute.

    node test/interop/write-reference.ts /tmp/mull-interop
    python -m venv /tmp/venv && /tmp/venv/bin/pip install torch transformers
    /tmp/venv/bin/python test/interop/transformers.py /tmp/mull-interop
    node test/interop/read-resaved.ts /tmp/mull-interop

Checked: the configuration and every weight are taken over (nothing missing, nothing unknown), the tokenizer gives the
same ids and the same text, logits agree, and greedy generation writes the same tokens. Then transformers saves the
model with `save_pretrained` in FOLDER/resaved, which the last command opens in Mull and compares bit by bit.

Not a part of `npm test`: it needs Python with torch and transformers, and says so where they are missing (exit code 3).
"""

import json
import sys
from pathlib import Path

# This file has the library's name, and Python looks beside the script first.
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]

# Largest difference of a logit, relative to 1 + |logit|: float32 sums taken in another order.
TOLERANCE = 1e-4


def fail(message: str) -> None:
    print(f"FAILED: {message}", file=sys.stderr)
    sys.exit(1)


def main() -> None:
    if len(sys.argv) != 2:
        print("usage: python test/interop/transformers.py FOLDER", file=sys.stderr)
        sys.exit(2)
    folder = Path(sys.argv[1])
    reference_file = folder / "reference.json"
    if not reference_file.exists():
        print(f"{reference_file} is missing: run `node test/interop/write-reference.ts {folder}` first", file=sys.stderr)
        sys.exit(2)
    try:
        import torch
        import transformers
    except ImportError as error:
        print(f"not compared: {error.name} is not installed (pip install torch transformers)", file=sys.stderr)
        sys.exit(3)
    from transformers import AutoModelForCausalLM, AutoTokenizer

    reference = json.loads(reference_file.read_text())
    model, report = AutoModelForCausalLM.from_pretrained(folder / "model", output_loading_info=True)
    if any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")):
        fail(f"weights were not taken over: {report}")
    if type(model).__name__ != "LlamaForCausalLM" or model.dtype != torch.float32:
        fail(f"opened as {type(model).__name__} of {model.dtype}")
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")

    largest = 0.0
    for i, sequence in enumerate(reference["sequences"]):
        tokens = sequence["tokens"]
        if tokenizer(sequence["text"])["input_ids"] != tokens:
            fail(f"sequence {i}: the tokenizer gives other ids")
        if tokenizer.decode(tokens[1:]) != sequence["text"]:
            fail(f"sequence {i}: the tokenizer gives {tokenizer.decode(tokens[1:])!r}, expected {sequence['text']!r}")
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0]
        expected = torch.tensor(sequence["logits"])
        difference = ((logits - expected).abs() / (1 + expected.abs())).max().item()
        largest = max(largest, difference)
        if not difference <= TOLERANCE:
            fail(f"sequence {i}: logits differ by {difference:.2e}, expected at most {TOLERANCE}")

        prompt = torch.tensor([sequence["prompt"]])
        written = model.generate(
            prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=reference["greedyTokens"]
        )[0, prompt.shape[1] :].tolist()
        if written != sequence["continuation"]:
            fail(f"sequence {i}: greedy generation writes {written}, expected {sequence['continuation']}")

    model.save_pretrained(folder / "resaved")
    print(
        f"transformers {transformers.__version__}, torch {torch.__version__}: "
        f"{len(reference['sequences'])} sequences, logits within {largest:.1e}, greedy generation the same"
    )


main()
