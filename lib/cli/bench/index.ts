import { group } from "../command";

/** `alcap bench`: how fast this library is on this machine. */
export const bench = group(
  "bench",
  "Measures this library and, where Python has what they need, its peers: in turn, one thread each, so that a noisy machine hits both.",
  {
    step: { about: "one training step, beside PyTorch eager", load: () => import("./step.js") },
    audio: { about: "decode, resample and mel of clips, beside ffmpeg and PyTorch", load: () => import("./audio.js") },
    metrics: { about: "ROUGE and METEOR, beside the reference scorers", load: () => import("./metrics.js") },
    decode: { about: "captions, beside PyTorch with a key-value cache", load: () => import("./decode.js") },
    startup: { about: "help, compiling a step, a song's caption: from start to end", load: () => import("./startup.js") },
    growth: { about: "how a step and a preparation grow with their sizes", load: () => import("./growth.js") },
    all: { about: "the others, one after the other", load: () => import("./all.js") },
  },
);

export const { run, parse } = bench;
