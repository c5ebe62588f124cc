"""Golden values of the policy-gradient losses: a second implementation, in PyTorch and double precision.

Prints src/learn/golden/losses.json, against which src/learn/golden/losses.test.ts holds Mull's own:

    python test/interop/losses.py > src/learn/golden/losses.json && npm run format

Written from the papers, in the shape in which they give the losses: rewards [G] and padded chains [G, T] of a group.
  GRPO      Shao et al. 2024 (DeepSeekMath), equation 3, with the k3 estimator of the KL
  DAPO      Yu et al. 2025: clip higher, token-level mean, soft overlong punishment, no KL
  Dr. GRPO  Liu et al. 2025: no division by the std, a constant in place of the length
  RLOO      Ahmadian et al. 2024: the mean of the others as baseline (here with PPO's clip, as in Mull)
"""

import json

import torch

VOCABULARY = 5
LONGEST = 6  # tokens that a chain may have
REWARDS = [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]  # two problems, four and three chains
LENGTHS = [[3, 6, 1, 4], [2, 5, 6]]
CASES = {
    "grpo": dict(low=0.2, high=0.2, beta=0.0),
    "grpo-kl": dict(low=0.2, high=0.2, beta=0.04),
    "dapo": dict(low=0.2, high=0.28, beta=0.0, buffer=3),
    "dr_grpo": dict(low=0.2, high=0.2, beta=0.0),
    "rloo": dict(low=0.2, high=0.2, beta=0.0),
}


def punishment(length: int, buffer: int) -> float:
    """DAPO's soft overlong punishment, added to the reward."""
    if length <= LONGEST - buffer:
        return 0.0
    if length <= LONGEST:
        return ((LONGEST - buffer) - length) / buffer
    return -1.0


def advantages(name: str, rewards: torch.Tensor) -> torch.Tensor:
    if name == "dr_grpo":
        return rewards - rewards.mean()
    if name == "rloo":
        others = [torch.cat([rewards[:i], rewards[i + 1 :]]).mean() for i in range(len(rewards))]
        return rewards - torch.stack(others)
    return (rewards - rewards.mean()) / (rewards.std(correction=1) + 1e-4)


def loss_of(name: str, case: dict, logits, targets, old, reference):
    """Sums of -J over all problems, averaged as the paper of `name` says. Tensors are [chains, LONGEST, ...]."""
    logprob = torch.log_softmax(logits, dim=-1).gather(-1, targets[..., None]).squeeze(-1)
    lengths = torch.tensor([n for group in LENGTHS for n in group])
    mask = (torch.arange(LONGEST)[None, :] < lengths[:, None]).double()
    rewards = [torch.tensor(group, dtype=torch.float64) for group in REWARDS]
    if "buffer" in case:
        rewards = [
            r + torch.tensor([punishment(n, case["buffer"]) for n in group], dtype=torch.float64)
            for r, group in zip(rewards, LENGTHS)
        ]
    advantage = torch.cat([advantages(name, r) for r in rewards])[:, None]

    ratio = torch.exp(logprob - old)
    clipped = torch.clamp(ratio, 1 - case["low"], 1 + case["high"])
    token = -torch.minimum(ratio * advantage, clipped * advantage)
    if case["beta"] > 0:
        token = token + case["beta"] * (torch.exp(reference - logprob) - (reference - logprob) - 1)
    stopped = ((advantage > 0) & (ratio > 1 + case["high"])) | ((advantage < 0) & (ratio < 1 - case["low"]))

    if name.startswith("grpo"):
        loss = ((token * mask).sum(dim=1) / mask.sum(dim=1)).mean()
    elif name == "dr_grpo":
        loss = (token * mask).sum() / (len(lengths) * LONGEST)
    else:
        loss = (token * mask).sum() / mask.sum()
    return loss, advantage.squeeze(1), int((stopped.double() * mask).sum())


def main() -> None:
    generator = torch.Generator().manual_seed(34)
    chains = sum(len(group) for group in LENGTHS)

    def normal(*shape: int) -> torch.Tensor:
        # Rounded, so that what is written is what is computed with.
        return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * 100) / 100

    logits = normal(chains, LONGEST, VOCABULARY)
    targets = torch.randint(VOCABULARY, (chains, LONGEST), generator=generator)
    now = torch.log_softmax(logits, dim=-1).gather(-1, targets[..., None]).squeeze(-1)
    # The policy has moved since: ratios far enough from 1 on both sides that every clip binds somewhere.
    old = torch.round((now + 0.3 * normal(chains, LONGEST)) * 1000) / 1000
    reference = torch.round((now + 0.5 * normal(chains, LONGEST)) * 1000) / 1000

    cases = {}
    for name, case in CASES.items():
        x = logits.clone().requires_grad_(True)
        loss, advantage, stopped = loss_of(name, case, x, targets, old, reference)
        loss.backward()
        cases[name] = dict(
            **case,
            loss=round(loss.item(), 10),
            advantages=[round(a, 10) for a in advantage.tolist()],
            stopped=stopped,
            gradient=[[[round(g, 10) for g in token] for token in chain] for chain in x.grad.tolist()],
        )
    golden = dict(
        madeBy="test/interop/losses.py",
        torch=torch.__version__.split("+")[0],
        longest=LONGEST,
        rewards=REWARDS,
        lengths=LENGTHS,
        logits=logits.tolist(),
        targets=targets.tolist(),
        old=old.tolist(),
        reference=reference.tolist(),
        cases=cases,
    )
    print(json.dumps(golden))


if __name__ == "__main__":
    main()
