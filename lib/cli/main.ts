// alcap: the command line. Each command lives in a file of its own and returns an exit code.
import { AlcapError } from "../errors";

type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<{ run: Command }> }>> = {
  reproduce: {
    about: "make the corpus, train the three methods, score their captions, execute the notebooks",
    load: () => import("./reproduce.js"),
  },
  train: {
    about: "train runs on Songbook or on a prepared corpus, or say what that takes (--dry-run)",
    load: () => import("./train.js"),
  },
  runs: { about: "list, show and compare recorded runs, or print the records' schema", load: () => import("./runs.js") },
  pretrain: {
    about: "make the base model that all methods start from",
    load: () => import("./pretrain.js"),
  },
  "train-encoder": {
    about: "train a preset's music encoder and measure how well it tags",
    load: () => import("./train-encoder.js"),
  },
  caption: { about: "caption one song from its audio file and its lyrics", load: () => import("./caption.js") },
  prepare: { about: "make a corpus ready: Song Interpretation, NetEase reviews, Songbook", load: () => import("./prepare.js") },
  fetch: { about: "download a public model (BART-base, Sentence-BERT) for the real data", load: () => import("./fetch.js") },
  score: { about: "score a file of captions with intervals", load: () => import("./score.js") },
  verify: {
    about: "compare with reference outputs (encoder, model, optimiser, metrics), or check a prepared corpus (data)",
    load: () => import("./verify/index.js"),
  },
  bench: { about: "measure speed on this machine: step, metrics", load: () => import("./bench/index.js") },
};

const help = () =>
  [
    "Usage: alcap COMMAND [options]",
    "",
    ...Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(13)} ${about}`),
    "",
    "alcap COMMAND --help tells more.",
  ].join("\n");

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(help());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new AlcapError("usage", `There is no command "${name}".`, "Run `alcap --help` for the list.");
  return (await command.load()).run(args);
}

function failed(error: unknown): number {
  if (error instanceof AlcapError) {
    console.error(`alcap: ${error.message}`);
    return error.code === "usage" ? 2 : 1;
  }
  if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    console.error(`alcap: ${error.message.split("\n")[0]}`);
    return 2;
  }
  console.error("alcap: an unexpected failure; please report it with the lines below.");
  console.error(error);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = failed(error);
  },
);
