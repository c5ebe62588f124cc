"""Golden values of the head's loss by PyTorch in double precision, for src/learn/loss/head-loss.test.ts.

    python test/interop/head-loss.py
"""

import torch

logits = torch.tensor([-30, -2.5, -0.1, 0, 0.7, 4, 60], dtype=torch.float64, requires_grad=True)
labels = torch.tensor([0, 1, 0.3, 0.5, 0.25, 0, 1], dtype=torch.float64)
weights = torch.tensor([1, 0.5, 2, 1, 0.1, 0.25, 1], dtype=torch.float64)
loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, weight=weights, reduction="sum")
loss.backward()
print("loss:", round(loss.item(), 10))
print("gradient:", [round(g, 10) for g in logits.grad.tolist()])
