"""The captioner's training step in PyTorch eager, for `alcap bench step`.

Reads config.json and weights.safetensors from the folder named first; the thread count comes second. Prints {"ready": true}, then
answers every line on stdin, the name of a batch in that folder, with the cost of one training step on it as JSON.
"""
import json
import resource
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)


def load(name):
    with open(f"{folder}/{name}", "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    out = {}
    for key, about in header.items():
        if key == "__metadata__":
            continue
        a, b = about["data_offsets"]
        kind = {"F32": np.float32, "I32": np.int32}[about["dtype"]]
        out[key] = torch.from_numpy(np.frombuffer(raw[8 + size + a : 8 + size + b], kind).reshape(about["shape"]).copy())
    return out


config = json.load(open(f"{folder}/config.json"))
p = {k: v.requires_grad_(True) for k, v in load("weights.safetensors").items()}
text, recipe = config["captioner"]["text"], config["captioner"]["recipe"]
method, plan = config["captioner"]["method"], config["plan"]
C, H = text["width"], text["heads"]


def linear(name, x):
    return F.linear(x, p[name + ".weight"], p[name + ".bias"])


def norm(name, x):
    return F.layer_norm(x, (C,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def heads(x, n):
    return x.view(x.shape[0], x.shape[1], n, -1).transpose(1, 2)


def attend(q, k, v, n, bias=None):
    q, k, v = heads(q, n), heads(k, n), heads(v, n)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)
    if bias is not None:
        scores = scores + bias
    return (F.softmax(scores, -1) @ v).transpose(1, 2).reshape(q.shape[0], q.shape[2], -1)


def attention(name, x, source, bias):
    q, k, v = linear(name + ".q_proj", x), linear(name + ".k_proj", source), linear(name + ".v_proj", source)
    return linear(name + ".out_proj", attend(q, k, v, H, bias))


def embed(side, ids):
    x = F.embedding(ids, p["model.shared.weight"]) + p[f"model.{side}.embed_positions.weight"][2 : 2 + ids.shape[1]]
    return norm(f"model.{side}.layernorm_embedding", x)


def fuse(x, music):
    e = "model.encoder."
    w, b = p[e + "_multi_head_attn.in_proj_weight"].chunk(3), p[e + "_multi_head_attn.in_proj_bias"].chunk(3)
    q = F.linear(linear(e + "_linear_3", x), w[0], b[0])
    k = F.linear(linear(e + "_linear_1", music), w[1], b[1])
    v = F.linear(linear(e + "_linear_2", music), w[2], b[2])
    out = attend(q, k, v, recipe["fusion"]["heads"])
    out = F.linear(out, p[e + "_multi_head_attn.out_proj.weight"], p[e + "_multi_head_attn.out_proj.bias"])
    return norm(e + "final_layer_norm", x + recipe["fusion"]["residual"] * out)


def losses(batch):
    ids, mask, music = batch["lyrics"].long(), batch["lyricsMask"], batch["music"]
    padding = ((1 - mask) * -1e9)[:, None, None, :]
    states = [embed("encoder", ids)]
    for i in range(text["encoderLayers"]):
        n, x = f"model.encoder.layers.{i}", states[-1]
        x = norm(n + ".self_attn_layer_norm", x + attention(n + ".self_attn", x, x, padding))
        x = norm(n + ".final_layer_norm", x + linear(n + ".fc2", F.gelu(linear(n + ".fc1", x))))
        states.append(fuse(x, music) if method != "bart" and i in recipe["fusion"]["layers"] else x)
    encoded = states[-1]
    target = batch["captionInput"].long()
    future = torch.triu(torch.full((target.shape[1],) * 2, -1e9), 1)
    y = embed("decoder", target)
    for i in range(text["decoderLayers"]):
        n = f"model.decoder.layers.{i}"
        y = norm(n + ".self_attn_layer_norm", y + attention(n + ".self_attn", y, y, future))
        y = norm(n + ".encoder_attn_layer_norm", y + attention(n + ".encoder_attn", y, encoded, padding))
        y = norm(n + ".final_layer_norm", y + linear(n + ".fc2", F.gelu(linear(n + ".fc1", y))))
    logits = y.reshape(-1, C) @ p["model.shared.weight"].t()
    counted = batch["labelMask"].reshape(-1)
    if recipe["caption"]["labelPadding"] == "counted":
        counted = torch.ones_like(counted)
    caption = (F.cross_entropy(logits, batch["labels"].reshape(-1).long(), reduction="none") * counted).sum() / counted.sum()
    if method != "alcap" or recipe["alignment"]["weight"] == 0:
        return caption, caption, torch.zeros(())
    lyrics = states[recipe["alignment"]["layer"]]
    shares = mask[..., None] if recipe["alignment"]["pooling"] == "without-padding" else torch.ones_like(mask)[..., None]
    l, m = (lyrics * shares).sum(1) / shares.sum(1), music.mean(1)
    if m.shape[1] < C:
        l = linear("contrast.fc", l)
    elif m.shape[1] > C:
        m = linear("contrast.fc", m)
    rows = batch["distinct"] > 0.5
    scores = F.normalize(m[rows], dim=-1) @ F.normalize(l[rows], dim=-1).t() / recipe["alignment"]["temperature"]
    contrast = F.cross_entropy(scores, torch.arange(scores.shape[0]))
    return caption + recipe["alignment"]["weight"] * contrast, caption, contrast


o = plan["optimiser"]
groups = [
    {"params": [x for x in p.values() if x.dim() > 1], "weight_decay": o["weightDecay"]},
    {"params": [x for x in p.values() if x.dim() <= 1], "weight_decay": 0.0},
]
optimiser = torch.optim.AdamW(groups, lr=config["learningRate"], betas=(o["beta1"], o["beta2"]), eps=o["epsilon"])


def step(batch):
    optimiser.zero_grad(set_to_none=True)
    loss, caption, contrast = losses(batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(p.values(), o["clipNorm"])
    optimiser.step()
    return float(loss.detach())


print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    batch = load(line.strip())
    cpu, wall = time.process_time(), time.perf_counter()
    value = step(batch)
    cost = {"wallMs": (time.perf_counter() - wall) * 1e3, "cpuMs": (time.process_time() - cpu) * 1e3, "loss": value}
    print(json.dumps({**cost, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
