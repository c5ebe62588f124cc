"""Opens checkpoints with a head that Mull wrote in Hugging Face transformers, and compares what the two compute.

`heads.ts` writes them and runs this file. Checked: every weight is taken over (nothing missing, nothing unknown), and the
logits agree, of all tokens for the head of tokens and of the last one for the head of sequences.
"""

import json
import sys
from pathlib import Path

# `transformers.py` lies beside this file, and Python looks there first.
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]

# Largest difference of a logit, relative to 1 + |logit|: float32 sums taken in another order.
TOLERANCE = 1e-4


def fail(message: str) -> None:
    print(f"FAILED: {message}", file=sys.stderr)
    sys.exit(1)


def main() -> None:
    if len(sys.argv) != 2:
        print("usage: python test/interop/heads.py FOLDER", file=sys.stderr)
        sys.exit(2)
    folder = Path(sys.argv[1])
    try:
        import torch
        import transformers
    except ImportError as error:
        print(f"not compared: {error.name} is not installed (pip install torch transformers)", file=sys.stderr)
        sys.exit(3)
    from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification

    for kind, opener in (("token", AutoModelForTokenClassification), ("sequence", AutoModelForSequenceClassification)):
        texts = json.loads((folder / kind / "reference.json").read_text())["texts"]
        model, report = opener.from_pretrained(folder / kind / "model", output_loading_info=True)
        model.eval()
        if any(report[part] for part in ("missing_keys", "unexpected_keys", "mismatched_keys")):
            fail(f"{kind}: weights were not taken over: {report}")
        largest = 0.0
        for i, text in enumerate(texts):
            with torch.no_grad():
                logits = model(torch.tensor([text["tokens"]])).logits[0]
            expected = torch.tensor(text["logits"])
            found = logits[:, 0] if kind == "token" else logits
            expected = expected if kind == "token" else expected[-1:]
            if found.shape != expected.shape:
                fail(f"{kind}, text {i}: {tuple(found.shape)} logits, expected {tuple(expected.shape)}")
            difference = ((found - expected).abs() / (1 + expected.abs())).max().item()
            largest = max(largest, difference)
            if not difference <= TOLERANCE:
                fail(f"{kind}, text {i}: logits differ by {difference:.2e}, expected at most {TOLERANCE}")
        model.save_pretrained(folder / kind / "resaved")
        print(f"transformers {transformers.__version__}, {type(model).__name__}: {len(texts)} texts within {largest:.1e}")


main()
