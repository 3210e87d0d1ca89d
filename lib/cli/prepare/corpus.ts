// What the corpora's commands share: options, their values, and what is printed of a corpus.
import path from "node:path";
import {
  type CorpusAbout,
  corpusFiles,
  describeProblem,
  encodings,
  type FindSounds,
  type PreparedCorpus,
  type Ruler,
  readAbout,
  soundsFrom,
  splits,
  wordRuler,
} from "../../data/corpus";
import { loadTokeniser } from "../../data/text/tokeniser";
import { projectHome } from "../../files/project";
import { choice, existing, flag, folder, many, or, output, required, single, text, usage, type Values, whole } from "../options";
import { terminalReporter } from "../terminal";

/** Options of every corpus. */
export const everyCorpus = {
  out: required(output("the corpus")),
  replace: flag("put the corpus in the place of DIR"),
  tokeniser: existing("PATH", "lengths in tokens of this tokeniser (default: in words)"),
  json: flag("the corpus' description as JSON"),
};

export const threads = whole("threads for audio (default: one a core)", { from: 1, to: 1024 });

/** Options of a corpus that is read; `fields` are what a row holds with the columns that hold it. */
export const readCorpus = <F extends object>(fields: F) => ({
  strict: flag("write nothing when a row has to be dropped"),
  audio: folder("DIR", "songs as ID.mp3, .wav, .flac, .ogg, or released arrays ID.npz; songs without are left out"),
  cache: text("DIR", "prepared audio, kept between runs (default data/cache/audio)"),
  threads,
  encoding: or(choice("encoding", encodings, "of the files"), "utf-8"),
  field: many(single("NAME=COLUMN", `where NAME stands: ${Object.keys(fields).join(", ")}`, (given) => renamed(fields, given))),
});

/** A `NAME=COLUMN` argument. */
function renamed(fields: object, argument: string): readonly [string, string] {
  const [name = "", ...column] = argument.split("=");
  if (Object.hasOwn(fields, name) && column.join("=") !== "") return [name, column.join("=")];
  const advice = `Write NAME=COLUMN with NAME one of ${Object.keys(fields).join(", ")}.`;
  throw usage(`--field ${argument} names no column.`, advice);
}

/** What the library takes of the options of every corpus. */
export const commonOf = ({ out, replace, tokeniser }: Values<typeof everyCorpus>) => ({
  out,
  replace,
  ruler: rulerOf(tokeniser),
  report: terminalReporter(),
});

/** What the library takes of the options of a corpus that is read. */
export const readingOf = (given: Values<typeof everyCorpus> & Values<ReturnType<typeof readCorpus>>) => ({
  ...commonOf(given),
  strict: given.strict,
  encoding: given.encoding,
  findSounds: soundsOf(given),
});

/** The columns of a row, with those that `--field` renames. */
export const fieldsOf = <F extends object>(fields: F, given: readonly (readonly [string, string])[] = []): F => ({
  ...fields,
  ...Object.fromEntries(given),
});

function soundsOf({ audio, cache, threads }: Values<ReturnType<typeof readCorpus>>): FindSounds | undefined {
  if (audio === undefined) return undefined;
  return soundsFrom(audio, {
    cache: cache ?? path.join(projectHome(), "data", "cache", "audio"),
    threads,
    progress: terminalReporter()("audio"),
  });
}

function rulerOf(tokeniser: string | undefined): Ruler {
  if (tokeniser === undefined) return wordRuler;
  const { encode } = loadTokeniser(tokeniser);
  return { unit: `tokens of ${path.basename(tokeniser)}`, length: (words) => encode(words).length };
}

/** Prints what was written. Gives the exit code. */
export function report({ about, problems, first, sha256 }: PreparedCorpus, { out, json }: Values<typeof everyCorpus>): number {
  if (json) {
    console.log(JSON.stringify({ ...about, sha256 }));
    return 0;
  }
  describe(out, about);
  for (const part of about.parts ?? []) describe(path.join(out, part), readAbout(path.join(out, part)));
  console.log(`SHA-256 of ${path.join(out, corpusFiles.sums)}: ${sha256}`);
  if (problems === 0) return 0;
  const where = path.join(out, "problems.jsonl");
  console.error(`${problems} problems, all in ${where}${problems > first.length ? "; the first ten" : ""}:`);
  for (const problem of first) console.error(`  ${describeProblem(problem)}`);
  return 0;
}

function describe(folder: string, about: CorpusAbout): void {
  console.log(`${folder}: ${splits.map((split) => `${split} ${about.songs[split]}`).join(", ")} songs`);
  for (const [file, { rows, comment }] of Object.entries(about.tables))
    console.log(
      `  ${file.padEnd(28)} ${rows} rows, comments of ${comment.mean} ${about.unit} on average, ${comment.longest} at most`,
    );
  console.log(`  lyrics of ${about.lyrics.mean} ${about.unit} on average, ${about.lyrics.longest} at most`);
  for (const [source, { read, train, validation, test, withheld, dropped }] of Object.entries(about.accounts)) {
    const lost = Object.entries(dropped).map(([kind, count]) => `${kind} ${count}`);
    console.log(`  ${source}: ${read} read = ${train} train + ${validation} validation + ${test} test + ${withheld} withheld`);
    console.log(`    + dropped: ${lost.join(", ") || "none"}`);
  }
}
