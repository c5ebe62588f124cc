"""Golden values of token-wise advantages: a second implementation, in PyTorch and double precision.

Prints src/learn/golden/returns.json, against which src/learn/golden/returns.test.ts holds Mull's own:

    python test/interop/returns.py > src/learn/golden/returns.json && npm run format

Written from the papers' definitions, not from their recursions:
  GAE           Schulman et al. 2016, equation 16: A_t = sum over l of (gamma lambda)^l delta_(t+l), with gamma 1
  REINFORCE++   Hu 2025: the return of a token is the sum of what follows, the KL being part of the reward
"""

import json

import torch

LENGTHS = [3, 7, 1, 5]
OUTCOMES = [1.0, 0.0, 1.0, 0.0]
CUT_OFF = [False, True, False, False]  # a chain that was cut off is worth something after its last token
LAMBDA = 0.95
BETA = 0.05


def whitened(chains: list) -> list:
    flat = torch.cat(chains)
    return [(chain - flat.mean()) / torch.sqrt(flat.var(correction=1) + 1e-8) for chain in chains]


def numbers(chains: list) -> list:
    return [[round(x, 12) for x in chain.tolist()] for chain in chains]


def main() -> None:
    generator = torch.Generator().manual_seed(7)

    def normal(n: int) -> torch.Tensor:
        return torch.round(torch.randn(n, generator=generator, dtype=torch.float64) * 1000) / 1000

    values = [0.5 + 0.3 * normal(n) for n in LENGTHS]
    after = [0.3 if cut else 0.0 for cut in CUT_OFF]
    policy = [-normal(n).abs() for n in LENGTHS]
    reference = [p + 0.4 * normal(len(p)) for p in policy]

    gae, targets = [], []
    for value, end, outcome, n in zip(values, after, OUTCOMES, LENGTHS):
        reward = torch.zeros(n, dtype=torch.float64)
        reward[-1] = outcome
        following = torch.cat([value[1:], torch.tensor([end], dtype=torch.float64)])
        delta = reward + following - value
        powers = torch.tensor([[LAMBDA ** (s - t) if s >= t else 0.0 for s in range(n)] for t in range(n)], dtype=torch.float64)
        advantage = powers @ delta
        gae.append(advantage)
        targets.append(advantage + value)

    returns = []
    for p, r, outcome, n in zip(policy, reference, OUTCOMES, LENGTHS):
        reward = -BETA * (p - r)
        reward[-1] += outcome
        returns.append(torch.stack([reward[t:].sum() for t in range(n)]))

    print(
        json.dumps(
            dict(
                madeBy="test/interop/returns.py",
                torch=torch.__version__.split("+")[0],
                outcomes=OUTCOMES,
                after=after,
                lambda_=LAMBDA,
                beta=BETA,
                values=numbers(values),
                policy=numbers(policy),
                reference=numbers(reference),
                gae=numbers(gae),
                targets=numbers(targets),
                whitenedGae=numbers(whitened(gae)),
                reinforce=numbers(whitened(returns)),
            )
        )
    )


if __name__ == "__main__":
    main()
