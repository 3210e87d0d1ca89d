import { bench } from "./bench/index.js";
import { type Group, group } from "./command";
import { prepare } from "./prepare/index.js";
import { runs } from "./runs/index.js";
import { verify } from "./verify/index.js";

const made = { heading: "Runs:" };
const captions = { heading: "Captions:" };
const material = { heading: "Data and models:" };
const proof = { heading: "Checks:" };

/** A group in the list: its commands are named. */
const nested = (about: string, inner: Group) => ({ about: `${about}: ${inner.names.join(", ")}`, load: async () => inner });

/** Every command of `alcap`. */
export const alcap = group(
  "",
  "Songs captioned from their audio and their lyrics: ALCAP in TypeScript. `alcap COMMAND --help` tells more of each command.",
  {
    reproduce: {
      ...made,
      about: "make the corpus, train the three methods, score their captions, execute the notebooks",
      load: () => import("./reproduce.js"),
    },
    train: {
      ...made,
      about: "train runs on Songbook or on a prepared corpus, or say what that takes (--dry-run)",
      load: () => import("./train/index.js"),
    },
    sweep: {
      ...made,
      about: "make the runs of a grid, alone, with other machines, or by Slurm",
      load: () => import("./sweep/index.js"),
    },
    runs: { ...made, ...nested("recorded runs", runs) },
    report: { ...made, about: "write the results of a preset as a page to open in a browser", load: () => import("./report.js") },
    pretrain: { ...made, about: "make the base model that all methods start from", load: () => import("./pretrain.js") },
    "train-encoder": {
      ...made,
      about: "train a preset's music encoder and measure how well it tags",
      load: () => import("./train-encoder.js"),
    },
    caption: {
      ...captions,
      about: "caption one song from its audio file and its lyrics",
      load: () => import("./caption.js"),
    },
    score: { ...captions, about: "score a file of captions with intervals", load: () => import("./score.js") },
    prepare: { ...material, ...nested("make a corpus ready", prepare) },
    fetch: {
      ...material,
      about: "download a public model (BART-base, Sentence-BERT) for the real data",
      load: () => import("./fetch.js"),
    },
    verify: { ...proof, ...nested("compare with reference outputs, or check a prepared corpus", verify) },
    doctor: {
      ...proof,
      about: "say what this machine has and lacks, with the command that mends it",
      load: () => import("./doctor/index.js"),
    },
    bench: { ...proof, ...nested("measure speed on this machine", bench) },
  },
);
