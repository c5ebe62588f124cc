"""TRL's sides of the benchmark, each a process: `python peer.py SIDE FOLDER` does the tasks of the workload in FOLDER when
it is told to, and answers each line with one (bench/side-process.ts). A turn is a step of GRPOTrainer: chains for every
puzzle, their verdicts, and the updates.

SIDE is `trl-N` with N the chains of a micro-batch (per_device_train_batch_size; gradients are summed over as many as an
update takes), or `continuous-N`, which samples with transformers' continuous batching instead of `generate`.

What is given to TRL: float32 on the CPU with as many threads as Mull, no gradient checkpointing, no reference model, the
key/value cache, fused AdamW, token ids where Mull has them (the reward function reads ids, not text), no logging, saving
or evaluation. The clock runs from the beginning of a step to its end; making the trainer, its optimizer and its data
loader is not timed.
"""

import json
import logging
import os
import re
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path


# What libraries print must not be taken for an answer.
answers, sys.stdout = sys.stdout, sys.stderr


def say(result):
    print(json.dumps(result), file=answers, flush=True)


try:
    import datasets
    import torch
    import transformers
    import trl
except ImportError as error:
    say({"missing": error.name, "install": "pip install torch transformers trl"})
    sys.exit(3)

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
datasets.disable_progress_bars()

# --- the verifier ---

WORD = re.compile(r"[a-z]\S*|\d+|\S")


def solves(numbers, target, text):
    """Whether a chain reaches the target: its operations replayed on the given numbers, `back:k` undoing all but the
    first k. An attempt that was abandoned may be faulty; a chain that cannot be read to its end is wrong."""
    words = WORD.findall(text)
    # The numbers left after each operation of the live path; None from a faulty operation on.
    levels = [sorted(numbers)]
    at = 0
    while at < len(words):
        word = words[at]
        if word == "solved":
            return at == len(words) - 1 and levels[-1] == [target]
        if word.startswith("back:") and word[5:].isdigit():
            if int(word[5:]) >= len(levels):
                return False
            del levels[int(word[5:]) + 1 :]
            at += 1
            continue
        operation = words[at : at + 5]
        if len(operation) < 5 or operation[1] not in "+-*/" or operation[3] != "=":
            return False
        if not (operation[0].isdigit() and operation[2].isdigit() and operation[4].isdigit()):
            return False
        a, b, result = int(operation[0]), int(operation[2]), int(operation[4])
        levels.append(after(levels[-1], a, operation[1], b, result))
        at += 5
    return False


def after(left, a, op, b, result):
    """The numbers left after `a op b = result`; None where that is not allowed, not true, or one of them is not there."""
    if left is None:
        return None
    rest = list(left)
    for operand in (a, b):
        if operand not in rest:
            return None
        rest.remove(operand)
    if op == "/":
        value = a // b if a % b == 0 else None
    else:
        value = a + b if op == "+" else a - b if op == "-" else a * b
    return rest + [result] if value == result and 1 <= result <= 99 else None


# --- the step ---


class Clock(transformers.TrainerCallback):
    """Begins when the first update of a step begins, and ends when the last has been made."""

    def on_step_begin(self, args, state, control, **_):
        if state.global_step == 0:
            self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **_):
        self.end, self.updates = time.perf_counter(), state.global_step


def step(w, model, tokenizer, puzzles, side, seed):
    """One step of GRPO on these puzzles, and what it took."""
    learning = w["learning"]
    kind, micro = side.split("-")
    chains = len(puzzles) * learning["samples"]
    update = chains // learning["minibatches"]
    optimizer = learning["optimizer"]
    words = {i: word for word, i in tokenizer.get_vocab().items()}
    spent = {"sample": 0.0, "verify": 0.0}
    seen = {"tokens": 0, "rewards": []}

    def reward(completion_ids, numbers, target, **_):
        start = time.perf_counter()
        texts = [" ".join(words[i] for i in ids) for ids in completion_ids]
        rewards = [float(solves(*each)) for each in zip(numbers, target, texts, strict=True)]
        spent["verify"] += time.perf_counter() - start
        seen["tokens"] += sum(map(len, completion_ids))
        seen["rewards"] += rewards
        return rewards

    config = trl.GRPOConfig(
        output_dir=os.path.join(w["folder"], "trl"),
        use_cpu=True,
        bf16=False,
        fp16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=min(int(micro), update),
        gradient_accumulation_steps=max(1, update // int(micro)),
        generation_batch_size=chains,
        max_steps=learning["minibatches"],
        num_generations=learning["samples"],
        max_completion_length=learning["maxTokens"],
        temperature=learning["temperature"],
        top_p=1.0,
        top_k=0,
        use_transformers_continuous_batching=kind == "continuous",
        beta=learning["klWeight"],
        loss_type="dapo",  # the mean over tokens
        epsilon=learning["clipLow"],
        epsilon_high=learning["clipHigh"],
        learning_rate=optimizer["learningRate"],
        adam_beta1=optimizer["beta1"],
        adam_beta2=optimizer["beta2"],
        adam_epsilon=optimizer["epsilon"],
        weight_decay=optimizer["weightDecay"],
        max_grad_norm=optimizer["clipNorm"],
        lr_scheduler_type="constant",
        optim="adamw_torch_fused",
        shuffle_dataset=False,
        dataloader_pin_memory=False,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=seed,
    )
    clock = Clock()
    trainer = trl.GRPOTrainer(
        model=model,
        reward_funcs=reward,
        args=config,
        train_dataset=datasets.Dataset.from_list(puzzles),
        processing_class=tokenizer,
        callbacks=[clock],
    )
    for name in ("generate", "generate_batch"):
        setattr(model, name, timed(getattr(type(model), name).__get__(model), spent))
    trainer.train()
    assert clock.updates == learning["minibatches"], f"{clock.updates} updates"
    assert len(seen["rewards"]) == chains, f"{len(seen['rewards'])} chains"
    seconds = clock.end - clock.start
    return {
        "seconds": seconds,
        "rollouts": chains,
        "tokens": seen["tokens"],
        "reward": sum(seen["rewards"]) / chains,
        "parts": {**spent, "train": seconds - sum(spent.values())},
    }


def timed(call, spent):
    def run(*args, **kwargs):
        start = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            spent["sample"] += time.perf_counter() - start

    return run


def turns(w, side, task):
    """Every turn begins with the task's weights."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(w["models"][task])
    # GRPOTrainer wants one word that ends a text; both that do are in the model's generation configuration.
    tokenizer.eos_token = "solved"
    model = transformers.AutoModelForCausalLM.from_pretrained(w["models"][task], dtype=torch.float32)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    for known in w["known"][task]:
        assert solves(known["numbers"], known["target"], known["text"]) == known["right"], f"other verdict: {known}"
    short = {**w, "learning": {**w["learning"], "maxTokens": 32}}
    step(short, model, tokenizer, w["puzzles"][0][:8], side, 0)
    yield
    for turn, puzzles in enumerate(w["puzzles"]):
        model.load_state_dict(weights)
        yield step(w, model, tokenizer, puzzles, side, turn + 1)


def main(side, folder):
    w = json.loads((Path(folder) / "workload.json").read_text())
    w["folder"] = folder
    torch.set_num_threads(w["threads"])
    packages = ("torch", "transformers", "trl")
    say({"versions": {"python": sys.version.split()[0], **{name: version(name) for name in packages}}})
    task, waiting = None, iter(())
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "prepare" in question:
                task = question["prepare"]
                waiting = turns(w, side, task)
                next(waiting)
                say({"ready": task})
            else:
                say({"task": task, **next(waiting)})
        except Exception as error:
            said = str(error).strip().splitlines()
            say({"failed": task, "reason": f"{type(error).__name__}: {said[0] if said else ''}"[:300]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
