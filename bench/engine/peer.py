"""PyTorch's side of the benchmark, a process of its own: `python peer.py SIDE FOLDER` does the tasks of the workload in
FOLDER when it is told to, and answers each line with one (bench/side-process.ts). A task is a generator: what it does
first is the warm-up, and each value it gives is a turn.

SIDE is one of
  eager     the plain model of llama.py, run as it stands
  compiled  the same under torch.compile
  generate  LlamaForCausalLM.generate of transformers; samples only

What is given to PyTorch: its token tensors are made before the clock starts, AdamW is the fused one, the pool of texts
is sorted by length and cut into batches padded to their longest text only, sampling runs under inference_mode with
buffers of the exact size, and log-probabilities of what was drawn, which Mull's requests return, are not computed.
"""

import json
import math
import platform
import sys
import time
from pathlib import Path

IGNORED = -100


def say(result):
    print(json.dumps(result), flush=True)


try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError as error:
    say({"missing": error.name})
    sys.exit(3)

import llama  # noqa: E402  it needs torch


def load(folder):
    """The workload, and its weights as a state dict."""
    w = json.loads((folder / "workload.json").read_text())
    flat = torch.from_numpy(numpy.fromfile(folder / "weights.f32", dtype=numpy.float32))
    state = {p["name"]: flat[p["offset"] : p["offset"] + p["size"]].view(p["shape"]).clone() for p in w["layout"]}
    return w, state


def new_model(w, state):
    model = llama.Llama(w["config"])
    model.load_state_dict(state)
    return model


# --- training ---


def padded(texts):
    """ids and targets [texts, longest - 1]; padding and prompts are not learnt."""
    width = max(len(t["tokens"]) for t in texts) - 1
    ids = torch.zeros(len(texts), width, dtype=torch.long)
    targets = torch.full((len(texts), width), IGNORED)
    for row, text in enumerate(texts):
        tokens = torch.tensor(text["tokens"])
        n = len(tokens) - 1
        ids[row, :n] = tokens[:-1]
        targets[row, text["promptTokens"] - 1 : n] = tokens[text["promptTokens"] :]
    return ids, targets


def bucketed(texts, batch_tokens):
    """Texts by rising length, cut where a batch would hold more tokens than this, padding included; in random order."""
    batches = [[]]
    for text in sorted(texts, key=lambda t: len(t["tokens"])):
        if (len(batches[-1]) + 1) * (len(text["tokens"]) - 1) > batch_tokens and batches[-1]:
            batches.append([])
        batches[-1].append(text)
    order = torch.randperm(len(batches), generator=torch.Generator().manual_seed(1))
    return [padded(batches[i]) for i in order]


class Trainer:
    """Loss, backward, clipping and AdamW, with the schedule of src/engine/adamw.ts."""

    def __init__(self, model, options, loss):
        self.model, self.options, self.loss, self.steps = model, options, loss, 0
        matrices = [p for p in model.parameters() if p.ndim > 1]
        norms = [p for p in model.parameters() if p.ndim == 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": options["weightDecay"]}, {"params": norms, "weight_decay": 0.0}],
            betas=(options["beta1"], options["beta2"]),
            eps=options["epsilon"],
            fused=True,
        )

    def rate(self):
        o, step = self.options, self.steps
        progress = (step - o["warmupSteps"]) / max(1, o["totalSteps"] - o["warmupSteps"])
        cosine = 0.5 * (1 + math.cos(math.pi * min(1, max(0, progress))))
        warmup = min(1, step / max(1, o["warmupSteps"]))
        return o["learningRate"] * warmup * (o["finalRatio"] + (1 - o["finalRatio"]) * cosine)

    def step(self, ids, targets):
        """Returns the loss before the step."""
        self.steps += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model, ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options["clipNorm"])
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()
        return loss.item()


def train_rows(w, state, side):
    loss = torch.compile(llama.cross_entropy) if side == "compiled" else llama.cross_entropy
    trainer = Trainer(new_model(w, state), w["optimizer"], loss)
    batches = [padded(texts) for texts in w["rows"]]

    def step():
        return trainer.step(*batches[trainer.steps % len(batches)])

    warm = time.perf_counter()
    while trainer.steps < w["warmupSteps"]:
        step()
    note = f"first {w['warmupSteps']} steps {time.perf_counter() - warm:.1f} s"
    note += ", compilation included" if side == "compiled" else ""
    check = step()
    yield
    while True:
        first, start = trainer.steps, time.perf_counter()
        while time.perf_counter() - start < w["seconds"]:
            step()
        spent = time.perf_counter() - start
        tokens = (trainer.steps - first) * batches[0][0].numel()
        yield {"tokens": tokens, "seconds": spent, "check": check, "note": note}


def train_texts(w, state, side):
    # Batches differ in both sizes, so what is compiled takes them as variables.
    loss = torch.compile(llama.cross_entropy, dynamic=True) if side == "compiled" else llama.cross_entropy
    model = new_model(w, state)
    with torch.no_grad():
        check = llama.cross_entropy(model, *padded(w["pool"][: w["checkTexts"]])).item()
    trainer = Trainer(model, w["optimizer"], loss)
    batches = bucketed(w["pool"], w["batchTokens"])
    tokens = sum(len(t["tokens"]) - 1 for t in w["pool"])
    padding = 1 - tokens / sum(ids.numel() for ids, _ in batches)

    def one_pass():
        for ids, targets in batches:
            trainer.step(ids, targets)

    note = f"sorted by length, {len(batches)} batches, {100 * padding:.1f}% padding"
    one_pass()
    yield
    while True:
        passes, start = 0, time.perf_counter()
        while passes == 0 or time.perf_counter() - start < w["seconds"]:
            one_pass()
            passes += 1
        spent = time.perf_counter() - start
        yield {"tokens": passes * tokens, "seconds": spent, "check": check, "note": note}


# --- sampling ---


def sampler(w, state, side):
    """A function from prompts [batch, t] to them and what follows [batch, t + new tokens], and one to their logits."""
    config, new = w["config"], w["newTokens"]
    if side == "generate":
        from transformers import LlamaConfig, LlamaForCausalLM

        shape = LlamaConfig(
            vocab_size=config["vocabSize"],
            hidden_size=config["width"],
            intermediate_size=config["ffnWidth"],
            num_hidden_layers=config["layers"],
            num_attention_heads=config["heads"],
            num_key_value_heads=config["kvHeads"],
            head_dim=config["headDim"],
            max_position_embeddings=config["maxPositions"],
            rms_norm_eps=config["normEpsilon"],
            rope_parameters={"rope_type": "default", "rope_theta": config["ropeTheta"]},
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=None,
            pad_token_id=0,
        )
        model = LlamaForCausalLM(shape).eval()
        absent = model.load_state_dict(state, strict=False)
        assert absent.missing_keys in ([], ["lm_head.weight"]) and not absent.unexpected_keys, absent
        model.tie_weights()
        options = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "max_new_tokens": new}

        def generate(prompts):
            return model.generate(prompts, attention_mask=torch.ones_like(prompts), **options)

        return generate, lambda ids: model(ids).logits

    model = new_model(w, state).eval()
    draw = torch.compile(llama.next_token) if side == "compiled" else llama.next_token

    def decode(prompts):
        batch, t = prompts.shape
        caches = llama.new_caches(config, batch, t + new)
        written = [prompts, draw(model, prompts, caches, 0)]
        for position in range(t, t + new - 1):
            written.append(draw(model, written[-1], caches, position))
        return torch.cat(written, dim=1)

    return decode, model


def sample(w, state, side, batch):
    decode, logits = sampler(w, state, side)
    prompts = torch.tensor(w["prompts"][:batch])
    torch.manual_seed(1)
    with torch.inference_mode():
        decode(prompts)
    yield
    while True:
        with torch.inference_mode():
            runs, start = [], time.perf_counter()
            while not runs or time.perf_counter() - start < w["seconds"]:
                runs.append(decode(prompts))
            spent = time.perf_counter() - start
            assert all(run.shape[1] == prompts.shape[1] + w["newTokens"] for run in runs), "a row ended early"
            drawn = [mean_log_probability(logits, run, prompts.shape[1]) for run in runs]
        yield {
            "tokens": len(runs) * batch * w["newTokens"],
            "seconds": spent,
            "check": sum(drawn) / len(drawn),
        }


def mean_log_probability(logits, ids, prompt_tokens):
    logp = logits(ids[:, :-1]).log_softmax(-1).gather(2, ids[:, 1:, None])[:, prompt_tokens - 1 :]
    return logp.mean().item()


# --- the machine ---


def gemm_rate(product, a, runs=20):
    """GFLOP/s of a square product, the best of `runs`."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        product(a, a)
        times.append(time.perf_counter() - start)
    return 2 * len(a) ** 3 / min(times) / 1e9


def main(side, folder):
    w, state = load(Path(folder))
    torch.set_num_threads(w["threads"])
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    gemm = {}
    if side == "generate":
        try:
            import transformers
        except ImportError as error:
            say({"missing": error.name})
            sys.exit(3)
        transformers.logging.set_verbosity_error()
        versions["transformers"] = transformers.__version__
    if side == "eager":
        a = torch.full((1024, 1024), 0.5)
        gemm = {"torch": gemm_rate(torch.mm, a), "numpy": gemm_rate(numpy.matmul, a.numpy())}
        versions["numpy"] = numpy.__version__

    def turns_of(task):
        if task == "rows":
            return train_rows(w, state, side)
        if task == "texts":
            return train_texts(w, state, side)
        return sample(w, state, side, int(task.split()[1]))

    say({"versions": versions, "gemm": gemm})
    task, turns = None, iter(())
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "prepare" in question:
                task = question["prepare"]
                torch._dynamo.reset()
                turns = turns_of(task)
                next(turns)
                say({"ready": task})
            else:
                say({"task": task, **next(turns)})
        except Exception as error:  # what cannot be compiled must not hide what can
            reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
            say({"failed": task, "reason": reason[:300]})


main(sys.argv[1], sys.argv[2])
