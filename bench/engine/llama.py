"""The model of src/engine/transformer.ts in plain PyTorch, as someone who knows PyTorch would write it for the CPU.

RMSNorm, rotary positions (rotate-half), SwiGLU, tied embeddings, grouped key/value heads, no biases; parameters carry
their Hugging Face names. Attention is torch's scaled_dot_product_attention. Sampling keeps its keys and values in
buffers made once.
"""

import torch
import torch.nn.functional as F
from torch import nn


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = c["heads"], c["kvHeads"], c["headDim"]
        self.q_proj = linear(c["width"], self.heads * self.head_dim)
        self.k_proj = linear(c["width"], self.kv_heads * self.head_dim)
        self.v_proj = linear(c["width"], self.kv_heads * self.head_dim)
        self.o_proj = linear(self.heads * self.head_dim, c["width"])

    def forward(self, x, cos, sin, cache, start):
        b, t, _ = x.shape
        q = rotate(self.q_proj(x).view(b, t, self.heads, self.head_dim).transpose(1, 2), cos, sin)  # [b, heads, t, d]
        k = rotate(self.k_proj(x).view(b, t, self.kv_heads, self.head_dim).transpose(1, 2), cos, sin)
        v = self.v_proj(x).view(b, t, self.kv_heads, self.head_dim).transpose(1, 2)
        if cache is not None:
            keys, values = cache  # [b, kv heads, room, d]
            keys[:, :, start : start + t] = k
            values[:, :, start : start + t] = v
            k, v = keys[:, :, : start + t], values[:, :, : start + t]
        if t == 1:
            # Query heads that share a key head become the rows of one product: nothing is repeated, nothing is masked.
            q = q.reshape(b, self.kv_heads, self.heads // self.kv_heads, self.head_dim)
            out = F.scaled_dot_product_attention(q, k, v).reshape(b, 1, -1)
        else:
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.heads != self.kv_heads)
            out = out.transpose(1, 2).reshape(b, t, -1)
        return self.o_proj(out)


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj = linear(c["width"], c["ffnWidth"])
        self.up_proj = linear(c["width"], c["ffnWidth"])
        self.down_proj = linear(c["ffnWidth"], c["width"])

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(c["width"], c["normEpsilon"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = nn.RMSNorm(c["width"], c["normEpsilon"])
        self.mlp = Mlp(c)

    def forward(self, x, cos, sin, cache, start):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, cache, start)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocabSize"], c["width"])
        self.layers = nn.ModuleList([Layer(c) for _ in range(c["layers"])])
        self.norm = nn.RMSNorm(c["width"], c["normEpsilon"])


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.model = Trunk(c)
        half = torch.arange(0, c["headDim"], 2) / c["headDim"]
        angles = torch.outer(torch.arange(c["maxPositions"]), c["ropeTheta"] ** -half).repeat(1, 2)  # [positions, d]
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids, caches=None, start=0):
        """ids [b, t] -> logits [b, t, vocab]; `caches` holds the keys and values of the `start` tokens before."""
        t = ids.shape[1]
        cos, sin = self.cos[start : start + t], self.sin[start : start + t]
        x = self.model.embed_tokens(ids)
        for i, layer in enumerate(self.model.layers):
            x = layer(x, cos, sin, None if caches is None else caches[i], start)
        return F.linear(self.model.norm(x), self.model.embed_tokens.weight)


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def cross_entropy(model, ids, targets):
    """Mean over the targets that are not -100, nats."""
    return F.cross_entropy(model(ids).flatten(0, 1), targets.flatten())


def next_token(model, ids, caches, start):
    """ids [b, t] -> one token each, drawn at temperature 1, [b, 1]."""
    logits = model(ids, caches, start)[:, -1]
    return torch.multinomial(logits.softmax(-1), 1)


def new_caches(c, batch, room):
    shape = (batch, c["kvHeads"], room, c["headDim"])
    return [(torch.zeros(shape), torch.zeros(shape)) for _ in range(c["layers"])]
