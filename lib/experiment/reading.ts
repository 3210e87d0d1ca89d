import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { makeSong, type SongbookOptions } from "../data/songbook";
import { loadTokeniser, type Tokeniser, trainBpe } from "../data/tokeniser";
import { engineInfo } from "../engine";
import { AlcapError } from "../errors";
import type { Reporter } from "../progress";
import { writeWhole } from "../train/checkpoint";
import { type Pretrained, pretrain, readPretrained } from "./denoise";
import type { Preset } from "./presets";
import { fingerprint, numericsOf, projectRoot } from "./workspace";

/** A text model that has read, and the words it reads with: the small stand-in for `facebook/bart-base` and its tokeniser. */
export interface Reader {
  readonly tokeniser: Tokeniser;
  readonly tokeniserFile: string;
  readonly pretrained: Pretrained;
  /** Names everything that decides it. */
  readonly hash: string;
}

const MODEL = "model.safetensors";
const WORDS = "tokenizer.json";
/** One reader serves all seeds, as one BART-base serves all of the paper's. */
const READER_SEED = 2022;
/** Songs after the last one that is read; the step that denoises their pages best is kept. */
const HELD_OUT_SONGS = 100;
/** Songs whose words go into the name: a change of the generator's language changes it. */
const NAMED_SONGS = 100;

/** Where readers lie that come with the project, a folder each. */
export const shippedReaders = () => path.join(projectRoot(), "data", "bart-songbook");

/**
 * What is read before the corpus: other songs than the corpus has. A song gives two pages, its lyrics and what listeners wrote
 * about it; they are never on one page, so nothing is learned of which words go with which lyrics.
 */
export const pages = (songbook: SongbookOptions, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => makeSong({ ...songbook, songs: to }, from + i)).flatMap(
    ({ lyrics, interpretations }) => [
      lyrics,
      interpretations
        .filter(({ votes }) => votes > 0)
        .map(({ text }) => text)
        .join(" "),
    ],
  );

/** Names a preset's reader: words read, vocabulary, sizes and plan. */
export const readerName = ({ reading, vocabulary, text, pretraining }: Preset) =>
  fingerprint({
    reading,
    sample: pages(reading, 0, Math.min(NAMED_SONGS, reading.songs)),
    vocabulary,
    text,
    pretraining,
    seed: READER_SEED,
  });

/**
 * The preset's reader: the one that comes with the project, else one made before, else made now by BART's denoising.
 *
 * @throws AlcapError `usage` when the corpus is drawn from the seed of what is read: test songs would be read beforehand
 */
export async function obtainReader(preset: Preset, cache: string, report: Reporter): Promise<Reader> {
  if (preset.reading.seed === preset.corpus.seed)
    throw new AlcapError(
      "usage",
      `The text model would read the corpus itself: both are drawn from seed ${preset.corpus.seed}.`,
      "Give one of them another seed.",
    );
  const hash = readerName(preset);
  const shipped = path.join(shippedReaders(), hash);
  if (existsSync(path.join(shipped, MODEL))) return readReader(shipped, hash, report);
  const made = readerFolder(preset, cache);
  if (existsSync(path.join(made, MODEL))) return readReader(made, hash, report);
  return makeReader(preset, made, report);
}

/** Where a reader lies that was made on this machine. */
export const readerFolder = (preset: Preset, cache: string) =>
  path.join(cache, `reader-${fingerprint([readerName(preset), numericsOf(engineInfo())])}`);

/** What was found reports itself as done, so that a first and a second execution of a notebook read the same. */
async function readReader(folder: string, hash: string, report: Reporter): Promise<Reader> {
  const tokeniserFile = path.join(folder, WORDS);
  const pretrained = readPretrained(path.join(folder, MODEL));
  const steps = pretrained.curve.steps.length;
  report(LABEL)(steps, steps);
  return { tokeniser: await loadTokeniser(tokeniserFile), tokeniserFile, pretrained, hash };
}

const LABEL = "pre-training BART";

/** Learns the words, then denoises every page once an epoch; a stopped run goes on where it was. */
export async function makeReader(preset: Preset, folder: string, report: Reporter): Promise<Reader> {
  const { reading, text, pretraining } = preset;
  const texts = pages(reading, 0, reading.songs);
  const tokeniserFile = path.join(folder, WORDS);
  if (!existsSync(tokeniserFile)) writeWhole(tokeniserFile, JSON.stringify(trainBpe(texts, { vocabSize: preset.vocabulary })));
  const tokeniser = await loadTokeniser(tokeniserFile);
  const { schedule, ...plan } = pretraining;
  const pretrained = await pretrain(
    {
      texts,
      heldOut: pages(reading, reading.songs, reading.songs + HELD_OUT_SONGS),
      tokeniser,
      shape: text,
      plan: { ...plan, schedule: { ...schedule, warmup: schedule.warmupSteps }, seed: READER_SEED },
      file: path.join(folder, MODEL),
    },
    report(LABEL),
  );
  return { tokeniser, tokeniserFile, pretrained, hash: readerName(preset) };
}

/** The files a reader is made of, for carrying it elsewhere. */
export const readerFiles = (folder: string) =>
  [MODEL, WORDS].map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
