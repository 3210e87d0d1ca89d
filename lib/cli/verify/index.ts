import { group } from "../command";

/** `alcap verify`: how far this library is from reference outputs, and whether a corpus is whole. */
export const verify = group(
  "verify",
  "Runs this library on a fixture of a reference's outputs and prints the largest difference of each quantity, or checks a corpus.",
  {
    model: { about: "BART, fusion and ALCAP against the released PyTorch code", load: async () => (await parity()).model },
    encoder: { about: "the music encoder against the released one", load: async () => (await parity()).encoder },
    optimiser: { about: "a few training steps with Adafactor", load: async () => (await parity()).optimiser },
    decoding: { about: "beam search and sampling against HuggingFace's", load: () => import("./decoding.js") },
    metrics: { about: "ROUGE, METEOR and tokens against the reference scorers", load: () => import("./metrics.js") },
    run: { about: "a recorded run: trained again and held against its record", load: () => import("./run.js") },
    data: { about: "a corpus that `alcap prepare` wrote", load: () => import("./data.js") },
  },
);

export const { run, parse } = verify;

const parity = () => import("./parity.js");
