import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  type CorpusAbout,
  corpusFiles,
  describeProblem,
  type Encoding,
  encodings,
  type FindSounds,
  type InterpretationFields,
  interpretationFields,
  localTranslator,
  type PlaylistFields,
  type PreparedCorpus,
  playlistFields,
  prepareNetease,
  prepareRecords,
  prepareReleased,
  prepareSongbook,
  type ReleasedOptions,
  type Ruler,
  readAbout,
  type SongbookCorpusOptions,
  type SongEmbedder,
  soundsFrom,
  splits,
  wordRuler,
} from "../data/corpus";
import { playlistPairing } from "../data/songbook";
import { loadTokeniser } from "../data/text/tokeniser";
import { AlcapError } from "../errors";
import { type Preset, presetNamed } from "../experiment/preset/songbook";
import { projectHome } from "../files/project";
import { quiet, type Reporter } from "../progress";
import { terminalReporter } from "./terminal";

const help = `Usage: alcap prepare si FILE... --out DIR        interpretation records with votes: JSON lines, JSON array or CSV
       alcap prepare si FOLDER --out DIR         the released tables df_full_train.csv … df_test.csv
       alcap prepare netease FILE... --out DIR   raw playlists: JSON lines or JSON array
       alcap prepare songbook --out DIR          the generated corpora

Writes a prepared corpus: songs, tables of every split and variant, a datasheet, and a list of every row that was dropped.

all:       --replace            put the corpus in the place of DIR
           --tokeniser PATH     lengths in tokens of this tokeniser (default: in words)
           --json               the corpus' description as JSON
si, netease:
           --strict             write nothing when a row has to be dropped
           --audio DIR          songs as ID.mp3, .wav, .flac, .ogg, or released arrays ID.npz; songs without are left out
           --cache DIR          prepared audio, kept between runs (default data/cache/audio)
           --threads N          for audio (default: one a core)
           --encoding latin1    of older files (default utf-8)
           --field NAME=COLUMN  si: ${Object.keys(interpretationFields).join(", ")}; netease: ${Object.keys(playlistFields).join(", ")}
           --seed N             of the random splits (default 2022)
si:        --lyrics DIR         lyrics as ID.txt (default: in the records)
           --test-songs FILE    ids of the test songs (default: drawn)
           --test N --validation N   songs held out (default 800 and 800)
netease:   --songs FILE         songs with lyrics (default: in the playlists)
           --translator DIR     translation model on disk (default: reviews that are not English are dropped)
songbook:  --preset NAME        sizes and dials of smoke, quick (the default) or standard
           --songs N --seed N --agreement A --noise A   others than the preset's
           --pairing A          how often a playlist's concept follows its song (default ${playlistPairing})
           --audio npz|wav      render the songs
           --embeddings FILE    their representations by this music encoder, or by the preset's own (\`preset\`)
           --threads N          for rendering (default: one a core)

A Songbook holds four data sets: songbook-full, -nonnegative and -positive in DIR, songbook-playlists in DIR/playlists. When it is
stopped, sounds and representations stay in DIR.partial and the same command goes on with them. The SHA-256 that is printed at the
end is that of SHA256SUMS, which names every byte: the same options give the same one.`;

const options = {
  out: { type: "string" },
  replace: { type: "boolean" },
  strict: { type: "boolean" },
  tokeniser: { type: "string" },
  json: { type: "boolean" },
  audio: { type: "string" },
  cache: { type: "string" },
  threads: { type: "string" },
  encoding: { type: "string" },
  field: { type: "string", multiple: true },
  seed: { type: "string" },
  lyrics: { type: "string" },
  "test-songs": { type: "string" },
  test: { type: "string" },
  validation: { type: "string" },
  songs: { type: "string" },
  translator: { type: "string" },
  preset: { type: "string" },
  agreement: { type: "string" },
  noise: { type: "string" },
  pairing: { type: "string" },
  embeddings: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const parse = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options });
type Given = ReturnType<typeof parse>["values"];

/** Options that say something for one corpus only. */
const OWN: Readonly<Record<string, readonly (keyof Given)[]>> = {
  si: ["strict", "audio", "cache", "threads", "encoding", "field", "seed", "lyrics", "test-songs", "test", "validation"],
  netease: ["strict", "audio", "cache", "threads", "encoding", "field", "seed", "songs", "translator"],
  songbook: ["preset", "songs", "seed", "agreement", "noise", "pairing", "audio", "embeddings", "threads"],
};
const COMMON: readonly (keyof Given)[] = ["out", "replace", "tokeniser", "json", "help"];

/** `alcap prepare`: a corpus on disk, from a user's files or generated. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [kind = "", ...files] = positionals;
  const own = Object.hasOwn(OWN, kind) ? OWN[kind] : undefined;
  if (!own) throw usage(`There is no corpus "${kind}".`, "Give si, netease or songbook.");
  for (const name of Object.keys(values) as (keyof Given)[])
    if (!own.includes(name) && !COMMON.includes(name))
      throw usage(`--${name} means nothing for ${kind}.`, "Run `alcap prepare --help`.");
  const prepared = await prepare(kind, files, values);
  if (values.json) console.log(JSON.stringify({ ...prepared.about, sha256: prepared.sha256 }));
  else report(prepared, values.out ?? "");
  return 0;
}

async function prepare(kind: string, files: readonly string[], values: Given): Promise<PreparedCorpus> {
  if (!values.out) throw usage("There is no place for the corpus.", "Give --out DIR.");
  const common = {
    out: values.out,
    replace: values.replace,
    ruler: rulerOf(values.tokeniser),
    report: terminalReporter(),
  };
  if (kind === "songbook") {
    if (files.length > 0) throw usage("A Songbook is generated, not read.", "Leave the files out.");
    return prepareGenerated(values, common);
  }
  if (files.length === 0) throw usage("There is nothing to read.", "Give the files of the corpus.");
  for (const file of files) if (!existsSync(file)) throw new AlcapError("input", `There is no file ${file}.`, "Check the path.");
  const reading = { ...common, strict: values.strict, encoding: encodingOf(values.encoding), findSounds: soundsOf(values) };
  return kind === "si" ? prepareSi(files, values, reading) : prepareReviews(files, values, reading);
}

async function prepareGenerated(values: Given, common: Omit<SongbookCorpusOptions, "songbook">): Promise<PreparedCorpus> {
  const { audio, embeddings } = values;
  if (audio !== undefined && audio !== "npz" && audio !== "wav") throw usage(`--audio is "${audio}".`, "Give npz or wav.");
  const preset = presetNamed(values.preset ?? "quick");
  const { corpus } = preset;
  const songbook = {
    seed: whole("seed", values.seed, corpus.seed),
    songs: whole("songs", values.songs, corpus.songs),
    agreement: share("agreement", values.agreement, corpus.agreement),
    noise: share("noise", values.noise, corpus.noise),
    pairing: share("pairing", values.pairing, playlistPairing),
  };
  const threads = threadsOf(values);
  const embedder = embeddings === undefined ? undefined : await embedderOf(embeddings, preset, common.report);
  return prepareSongbook({ ...common, songbook, audio, threads, embedder });
}

/** The engine is loaded only where representations are asked for. */
async function embedderOf(encoder: string, preset: Preset, report: Reporter = quiet): Promise<SongEmbedder> {
  const { presetEncoder, songEmbedder } = await import("../experiment/tagger/represent-songbook.js");
  return songEmbedder(encoder === "preset" ? presetEncoder(preset) : encoder, report("representations"));
}

/** What both real corpora take. */
type Reading = Omit<ReleasedOptions, "folder" | "fields">;

async function prepareSi(files: readonly string[], values: Given, reading: Reading): Promise<PreparedCorpus> {
  const fields = fieldsOf(interpretationFields, values.field);
  const [first = ""] = files;
  if (!statSync(first).isDirectory()) {
    const held = { test: whole("test", values.test, 800), validation: whole("validation", values.validation, 800) };
    const seed = whole("seed", values.seed, 2022);
    return prepareRecords({ ...reading, files, fields, held, seed, lyrics: values.lyrics, testSongs: values["test-songs"] });
  }
  if (files.length > 1) throw usage("Several folders were given.", "Give the one that holds the released tables.");
  for (const name of ["lyrics", "test-songs", "test", "validation", "seed"] as const)
    if (values[name] !== undefined)
      throw usage(`--${name} means nothing for released tables, which are cut already.`, "Leave it out.");
  const { votes: _, ...released } = fields;
  return prepareReleased({ ...reading, folder: first, fields: released });
}

async function prepareReviews(files: readonly string[], values: Given, reading: Reading): Promise<PreparedCorpus> {
  const translator = values.translator === undefined ? undefined : await localTranslator(values.translator);
  const fields = fieldsOf(playlistFields, values.field);
  const seed = whole("seed", values.seed, 2022);
  return prepareNetease({ ...reading, playlists: files, songs: values.songs, fields, translator, seed });
}

/** Replaces names in a mapping by `name=column` arguments. */
function fieldsOf<T extends InterpretationFields | PlaylistFields>(fields: T, given: readonly string[] = []): T {
  const renamed = given.map((argument) => {
    const [name = "", ...column] = argument.split("=");
    if (!Object.hasOwn(fields, name) || column.join("=") === "")
      throw usage(
        `--field ${argument} names no column.`,
        `Write NAME=COLUMN with NAME one of ${Object.keys(fields).join(", ")}.`,
      );
    return [name, column.join("=")] as const;
  });
  return { ...fields, ...Object.fromEntries(renamed) };
}

const threadsOf = ({ threads }: Given) => (threads === undefined ? undefined : whole("threads", threads, 1));

function soundsOf(values: Given): FindSounds | undefined {
  const { audio, cache } = values;
  if (audio === undefined) return undefined;
  const home = projectHome();
  return soundsFrom(audio, {
    cache: cache ?? path.join(home, "data", "cache", "audio"),
    threads: threadsOf(values),
    progress: terminalReporter()("audio"),
  });
}

function rulerOf(tokeniser: string | undefined): Ruler {
  if (tokeniser === undefined) return wordRuler;
  const { encode } = loadTokeniser(tokeniser);
  return { unit: `tokens of ${path.basename(tokeniser)}`, length: (text) => encode(text).length };
}

function encodingOf(name = "utf-8"): Encoding {
  const found = encodings.find((encoding) => encoding === name);
  if (!found) throw usage(`There is no encoding "${name}".`, `Choose one of ${encodings.join(", ")}.`);
  return found;
}

function whole(option: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number >= 0 && text !== "") return number;
  throw usage(`--${option} is "${text}".`, "Give a whole number.");
}

function share(option: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (number >= 0 && number <= 1 && text !== "") return number;
  throw usage(`--${option} is "${text}".`, "Give a number from 0 to 1.");
}

function usage(problem: string, advice: string): AlcapError {
  return new AlcapError("usage", problem, advice);
}

function report({ about, problems, first, sha256 }: PreparedCorpus, out: string): void {
  console.log(`${out}: ${splits.map((split) => `${split} ${about.songs[split]}`).join(", ")} songs`);
  describeTables(about);
  for (const part of about.parts ?? []) {
    const folder = path.join(out, part);
    const inner = readAbout(folder);
    console.log(`${folder}: ${splits.map((split) => `${split} ${inner.songs[split]}`).join(", ")} songs`);
    describeTables(inner);
  }
  console.log(`SHA-256 of ${path.join(out, corpusFiles.sums)}: ${sha256}`);
  if (problems === 0) return;
  console.error(
    `${problems} problems, all in ${path.join(out, "problems.jsonl")}${problems > first.length ? "; the first ten" : ""}:`,
  );
  for (const problem of first) console.error(`  ${describeProblem(problem)}`);
}

function describeTables(about: CorpusAbout): void {
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
