"""Decoding with ffmpeg and the mel spectrogram in PyTorch, one thread, for `alcap bench audio`.

Reads one line of JSON on stdin, {"files": [...]}, and answers with the seconds they took and the first file's mel frame 100 in dB.
"""
import json
import resource
import shutil
import subprocess
import sys
import time

import numpy as np
import torch

if not shutil.which("ffmpeg"):
    sys.exit("No such file or directory: 'ffmpeg'")
torch.set_num_threads(1)
N, HOP, MELS, RATE, SECONDS = 512, 256, 128, 16000, 15


def filterbank():
    to_mel = lambda f: 2595 * np.log10(1 + f / 700)
    to_hz = lambda m: 700 * (10 ** (m / 2595) - 1)
    points = to_hz(np.linspace(to_mel(0), to_mel(RATE / 2), MELS + 2))
    bins = np.linspace(0, RATE // 2, N // 2 + 1)
    up = (bins[:, None] - points[None, :-2]) / (points[1:-1] - points[:-2])
    down = (points[None, 2:] - bins[:, None]) / (points[2:] - points[1:-1])
    return torch.tensor(np.maximum(0, np.minimum(up, down)), dtype=torch.float32)


BANK, WINDOW = filterbank(), torch.hann_window(N)


def mel(file):
    command = ["ffmpeg", "-v", "error", "-threads", "1", "-i", file, "-ar", str(RATE), "-c:a", "pcm_f32le", "-f", "wav", "-"]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    channels = int.from_bytes(wav[22:24], "little")
    samples = np.frombuffer(wav[wav.index(b"data") + 8 :], np.float32)
    x = torch.from_numpy(samples[: len(samples) // channels * channels].reshape(-1, channels).mean(1))  # -ac 1 would sum at half power
    want = RATE * SECONDS
    start = max(0, (len(x) - want) // 2)
    x = torch.nn.functional.pad(x[start : start + want], (0, max(0, want - len(x))))
    power = torch.stft(x, N, HOP, window=WINDOW, center=True, pad_mode="reflect", return_complex=True).abs() ** 2
    return 10 * torch.log10(torch.clamp(power.t() @ BANK, min=1e-10))


def processor():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), processor()
    frames = [mel(file)[100].tolist() for file in json.loads(line)["files"]]
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": processor() - cpu, "frame": frames[0]}), flush=True)
