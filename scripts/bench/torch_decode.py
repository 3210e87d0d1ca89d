"""Greedy decoding and beam search in PyTorch with a key-value cache, for `alcap bench decode`.

Reads config.json, weights.safetensors and songs.safetensors from the folder named first; the thread count comes second.
Prints {"ready": true}, then captions the first songs for every line {"beams": n, "songs": n} on stdin and prints time and ids as JSON.
Lyrics are padded to the longest of the batch. The caches are written in place and read up to the last position; beams
of a song share its encoder keys and values as queries of one attention; the batch stops when all captions have ended.
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)


def load(name):
    with open(f"{folder}/{name}", "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for key, about in json.loads(raw[8 : 8 + size]).items():
        if key == "__metadata__":
            continue
        a, b = about["data_offsets"]
        kind = {"F32": np.float32, "I32": np.int32}[about["dtype"]]
        out[key] = torch.from_numpy(np.frombuffer(raw[8 + size + a : 8 + size + b], kind).reshape(about["shape"]).copy())
    return out


config = json.load(open(f"{folder}/config.json"))
p, songs = load("weights.safetensors"), load("songs.safetensors")
text, recipe, method = config["captioner"]["text"], config["captioner"]["recipe"], config["captioner"]["method"]
C, H, T = text["width"], text["heads"], config["maxTokens"]
D = C // H
START, PAD, EOS = 2, 1, 2
table = p["model.shared.weight"]


def linear(name, x):
    return F.linear(x, p[name + ".weight"], p[name + ".bias"])


def norm(name, x):
    return F.layer_norm(x, (C,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def heads(x, n):
    return x.view(x.shape[0], x.shape[1], n, -1).transpose(1, 2)


def attend(q, k, v, bias=None):
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)
    if bias is not None:
        scores = scores + bias
    return (F.softmax(scores, -1) @ v).transpose(1, 2).reshape(q.shape[0], q.shape[2], -1)


def attention(name, x, bias):
    q, k, v = (heads(linear(f"{name}.{part}_proj", x), H) for part in "qkv")
    return linear(name + ".out_proj", attend(q, k, v, bias))


def fuse(x, music):
    e, n = "model.encoder.", recipe["fusion"]["heads"]
    w, b = p[e + "_multi_head_attn.in_proj_weight"].chunk(3), p[e + "_multi_head_attn.in_proj_bias"].chunk(3)
    q = heads(F.linear(linear(e + "_linear_3", x), w[0], b[0]), n)
    k = heads(F.linear(linear(e + "_linear_1", music), w[1], b[1]), n)
    v = heads(F.linear(linear(e + "_linear_2", music), w[2], b[2]), n)
    out = F.linear(attend(q, k, v), p[e + "_multi_head_attn.out_proj.weight"], p[e + "_multi_head_attn.out_proj.bias"])
    return norm(e + "final_layer_norm", x + recipe["fusion"]["residual"] * out)


def encode(ids, padding, music):
    x = norm("model.encoder.layernorm_embedding", F.embedding(ids, table) + p["model.encoder.embed_positions.weight"][2 : 2 + ids.shape[1]])
    for i in range(text["encoderLayers"]):
        n = f"model.encoder.layers.{i}"
        x = norm(n + ".self_attn_layer_norm", x + attention(n + ".self_attn", x, padding))
        x = norm(n + ".final_layer_norm", x + linear(n + ".fc2", F.gelu(linear(n + ".fc1", x))))
        if method != "bart" and i in recipe["fusion"]["layers"]:
            x = fuse(x, music)
    return x


def start(count, beams):
    mask = songs["lyricsMask"][:count]
    length = int(mask.sum(1).max())
    padding = ((1 - mask[:, :length]) * -1e9)[:, None, None, :]
    encoded = encode(songs["lyrics"][:count, :length].long(), padding, songs["music"][:count])
    layers = []
    for i in range(text["decoderLayers"]):
        n = f"model.decoder.layers.{i}"
        memory = [heads(linear(f"{n}.encoder_attn.{part}_proj", encoded), H).contiguous() for part in "kv"]
        layers.append((n, memory, [torch.empty(count * beams, H, T, D) for _ in "kv"]))
    return layers, padding


def logits(layers, padding, tokens, at):
    B, R = padding.shape[0], tokens.shape[0]
    x = norm("model.decoder.layernorm_embedding", F.embedding(tokens, table) + p["model.decoder.embed_positions.weight"][2 + at])
    for n, memory, cache in layers:
        q, k, v = (linear(f"{n}.self_attn.{part}_proj", x).view(R, H, 1, D) for part in "qkv")
        cache[0][:, :, at : at + 1], cache[1][:, :, at : at + 1] = k, v
        own = attend(q, cache[0][:, :, : at + 1], cache[1][:, :, : at + 1]).view(R, C)
        x = norm(n + ".self_attn_layer_norm", x + linear(n + ".self_attn.out_proj", own))
        q = heads(linear(n + ".encoder_attn.q_proj", x).view(B, R // B, C), H)
        read = attend(q, memory[0], memory[1], padding).view(R, C)
        x = norm(n + ".encoder_attn_layer_norm", x + linear(n + ".encoder_attn.out_proj", read))
        x = norm(n + ".final_layer_norm", x + linear(n + ".fc2", F.gelu(linear(n + ".fc1", x))))
    return x @ table.t()


def greedy(count):
    layers, padding = start(count, 1)
    tokens, ended = torch.full((count,), START), torch.zeros(count, dtype=torch.bool)
    written = []
    for at in range(T):
        tokens = logits(layers, padding, tokens, at).argmax(-1).masked_fill(ended, PAD)
        written.append(tokens)
        ended = ended | (tokens == EOS)
        if ended.all():
            break
    return torch.stack(written, 1).tolist()


def search(count, beams):
    """HuggingFace's beam search with early stopping and length penalty 1; the last position is forced to end."""
    layers, padding = start(count, beams)
    tokens = torch.full((count * beams,), START)
    scores = torch.full((count, beams), -1e9)
    scores[:, 0] = 0
    ids = [[[] for _ in range(beams)] for _ in range(count)]
    finished, done = [[] for _ in range(count)], [False] * count
    first = torch.arange(count)[:, None] * beams
    for at in range(T):
        step = F.log_softmax(logits(layers, padding, tokens, at), -1)
        if at == T - 1:
            step = torch.full_like(step, -float("inf"))
            step[:, EOS] = 0
        V = step.shape[1]
        top, places = (step.view(count, beams, V) + scores[:, :, None]).view(count, -1).topk(2 * beams, -1)
        origin, chosen, kept = [], [], []
        for song, (values, wheres) in enumerate(zip(top.tolist(), places.tolist())):
            if done[song]:
                origin += range(beams)
                chosen += [PAD] * beams
                kept.append([0.0] * beams)
                continue
            going = []
            for rank, (value, where) in enumerate(zip(values, wheres)):
                beam, token = divmod(where, V)
                if token != EOS:
                    going.append((beam, token, value))
                elif rank < beams:
                    finished[song] = sorted(finished[song] + [(value / (at + 1), ids[song][beam])], key=lambda f: f[0])[-beams:]
                if len(going) == beams:
                    break
            going += [(0, PAD, -float("inf"))] * (beams - len(going))
            done[song] = len(finished[song]) == beams
            ids[song] = [ids[song][beam] + [token] for beam, token, _ in going]
            origin += [beam for beam, _, _ in going]
            chosen += [token for _, token, _ in going]
            kept.append([value for _, _, value in going])
        if all(done):
            break
        scores, tokens = torch.tensor(kept), torch.tensor(chosen)
        order = (first + torch.tensor(origin).view(count, beams)).view(-1)
        for _, _, cache in layers:
            for part in cache:
                part[:, :, : at + 1] = part[:, :, : at + 1].index_select(0, order)
    for song in range(count):
        if not done[song]:
            finished[song] += [(value / (T + 1), line) for value, line in zip(scores[song].tolist(), ids[song])]
    return [max(captions, key=lambda f: f[0])[1] for captions in finished]


print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    cpu, wall = time.process_time(), time.perf_counter()
    ids = greedy(asked["songs"]) if asked["beams"] == 1 else search(asked["songs"], asked["beams"])
    took = {"wallMs": (time.perf_counter() - wall) * 1e3, "cpuMs": (time.process_time() - cpu) * 1e3}
    print(json.dumps({**took, "ids": [[i for i in row if i not in (PAD, EOS)] for row in ids]}), flush=True)
