"""Golden values of PPO's joint loss and of REINFORCE++: a second implementation, in PyTorch and double precision.

Prints src/learn/golden/ppo.json, against which src/learn/golden/ppo.test.ts holds Mull's own:

    python test/interop/ppo.py > src/learn/golden/ppo.json && npm run format

From rewards, values and lengths to the gradient's last element, in padded tensors [chains, LONGEST, ...], as the papers give them:
  PPO           Schulman et al. 2017, equations 7 and 9; the value clip of its reference implementation; GAE with gamma 1 (Schulman et
                al. 2016), whitened over the batch; a chain that was cut off is worth its last value beyond its end
  REINFORCE++   Hu 2025: the KL inside the reward, returns whitened over the batch, PPO's clip, no value
"""

import json

import torch

VOCABULARY = 5
LONGEST = 6  # tokens that a chain may have
LENGTHS = [3, 6, 1, 4, 2, 5, 6]
OUTCOMES = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
CUT_OFF = [False, True, False, False, False, False, True]
LAMBDA = 0.95
BETA = 0.05  # of the KL in the reward
CASES = {
    "ppo": dict(low=0.2, high=0.2, valueWeight=0.5, valueClip=0.2),
    "ppo-higher": dict(low=0.2, high=0.28, valueWeight=0.1, valueClip=0.05),
}


def whiten(x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    count = mask.sum()
    mean = (x * mask).sum() / count
    variance = (((x - mean) ** 2) * mask).sum() / (count - 1)
    return (x - mean) / torch.sqrt(variance + 1e-8) * mask


def estimates(values, after, mask):
    """A_t = sum over l of (gamma lambda)^l delta_(t+l), by the definition and not by its recursion."""
    rewards = torch.zeros_like(values)
    following = torch.zeros_like(values)
    for c, n in enumerate(LENGTHS):
        rewards[c, n - 1] = OUTCOMES[c]
        following[c, : n - 1] = values[c, 1:n]
        following[c, n - 1] = after[c] if CUT_OFF[c] else 0.0
    delta = (rewards + following - values) * mask
    powers = torch.tensor([[LAMBDA ** (s - t) if s >= t else 0.0 for s in range(LONGEST)] for t in range(LONGEST)], dtype=torch.float64)
    advantages = (delta @ powers.T) * mask
    return advantages, (advantages + values) * mask


def surrogate(logprob, old, advantage, low, high):
    ratio = torch.exp(logprob - old)
    clipped = torch.clamp(ratio, 1 - low, 1 + high)
    stopped = ((advantage > 0) & (ratio > 1 + high)) | ((advantage < 0) & (ratio < 1 - low))
    return -torch.minimum(ratio * advantage, clipped * advantage), stopped


def rounded(x: torch.Tensor) -> list:
    return torch.round(x, decimals=10).tolist()


def main() -> None:
    generator = torch.Generator().manual_seed(5)
    chains = len(LENGTHS)
    mask = (torch.arange(LONGEST)[None, :] < torch.tensor(LENGTHS)[:, None]).double()

    def normal(*shape: int) -> torch.Tensor:
        # Rounded, so that what is written is what is computed with.
        return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * 100) / 100

    logits = normal(chains, LONGEST, VOCABULARY)
    targets = torch.randint(VOCABULARY, (chains, LONGEST), generator=generator)
    now = torch.log_softmax(logits, dim=-1).gather(-1, targets[..., None]).squeeze(-1)
    old = torch.round((now + 0.3 * normal(chains, LONGEST)) * 1000) / 1000
    reference = torch.round((now + 0.5 * normal(chains, LONGEST)) * 1000) / 1000
    old_values = 0.4 + 0.3 * normal(chains, LONGEST)
    after = 0.4 + 0.3 * normal(chains)
    # Some values have moved further than the clip allows, towards their targets and away from them.
    scores = old_values + 0.25 * normal(chains, LONGEST)

    advantages, returns = estimates(old_values, after, mask)
    whitened = whiten(advantages, mask)
    cases = {}
    for name, case in CASES.items():
        x, v = logits.clone().requires_grad_(True), scores.clone().requires_grad_(True)
        logprob = torch.log_softmax(x, dim=-1).gather(-1, targets[..., None]).squeeze(-1)
        policy, stopped = surrogate(logprob, old, whitened, case["low"], case["high"])
        near = old_values + torch.clamp(v - old_values, -case["valueClip"], case["valueClip"])
        errors = torch.stack([(v - returns) ** 2, (near - returns) ** 2])
        value = 0.5 * errors.max(dim=0).values
        loss = (((policy + case["valueWeight"] * value) * mask).sum()) / mask.sum()
        loss.backward()
        cases[name] = dict(
            **case,
            loss=round(loss.item(), 10),
            stopped=int((stopped.double() * mask).sum()),
            held=int((((v.grad == 0) & (mask == 1)).double()).sum()),
            logitGradient=rounded(x.grad),
            scoreGradient=rounded(v.grad),
        )

    penalised = -BETA * (old - reference) * mask
    for c, n in enumerate(LENGTHS):
        penalised[c, n - 1] += OUTCOMES[c]
    togo = torch.stack([penalised[:, t:].sum(dim=1) for t in range(LONGEST)], dim=1) * mask
    credit = whiten(togo, mask)
    x = logits.clone().requires_grad_(True)
    logprob = torch.log_softmax(x, dim=-1).gather(-1, targets[..., None]).squeeze(-1)
    token, stopped = surrogate(logprob, old, credit, 0.2, 0.2)
    loss = (token * mask).sum() / mask.sum()
    loss.backward()
    reinforce = dict(
        low=0.2,
        high=0.2,
        beta=BETA,
        advantages=rounded(credit),
        loss=round(loss.item(), 10),
        stopped=int((stopped.double() * mask).sum()),
        logitGradient=rounded(x.grad),
    )
    print(
        json.dumps(
            dict(
                madeBy="test/interop/ppo.py",
                torch=torch.__version__.split("+")[0],
                lambda_=LAMBDA,
                lengths=LENGTHS,
                outcomes=OUTCOMES,
                cutOff=CUT_OFF,
                logits=rounded(logits),
                targets=targets.tolist(),
                old=rounded(old),
                reference=rounded(reference),
                oldValues=rounded(old_values),
                after=rounded(after),
                scores=rounded(scores),
                advantages=rounded(whitened),
                returns=rounded(returns),
                cases=cases,
                reinforce=reinforce,
            )
        )
    )


if __name__ == "__main__":
    main()
