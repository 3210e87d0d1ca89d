import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { makeSong, type Song, type SongbookOptions } from "../../data/songbook";
import { loadTokeniser, type Tokeniser, trainBpe } from "../../data/text/tokeniser";
import { engineInfo, numericsOf } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { projectRoot } from "../../files/project";
import { writeWhole } from "../../files/whole-file";
import type { ParamValues } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import { type Reporter, reportFound } from "../../progress";
import type { Curve } from "../../train/checkpoint";
import { examplesOf } from "../dataset/examples";
import { noMusic } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { type Trained, trainCaptioner } from "../run/training";
import { type Pretrained, pretrain, textAlone } from "./denoising";

/** How a lesson went: the loss of every step, and of what was held out after the step that was kept. */
export interface Lesson {
  readonly best: { readonly step: number; readonly score: number };
  readonly curve: Curve;
}

/** The lessons of a reader, in their order. Losses are nats a token. */
export interface Lessons {
  /** Restores pages from noise. */
  readonly denoising: Lesson;
  /** Writes what listeners wrote about a song, from its lyrics alone. */
  readonly answering: Lesson;
}

/** A text model that has read, and the words it reads with: the small stand-in for `facebook/bart-base` and its tokeniser. */
export interface Reader {
  readonly tokeniser: Tokeniser;
  readonly tokeniserFile: string;
  /** BART's parameters alone, which all three methods start from. */
  readonly params: ParamValues;
  readonly lessons: Lessons;
  /** Names everything that decides it. */
  readonly hash: string;
}

const MODEL = "model.safetensors";
const WORDS = "tokenizer.json";
/** One reader serves all seeds, as one BART-base serves all of the paper's. */
const READER_SEED = 2022;
/** Songs after the last one that is read; the step of each lesson that does best on them is kept. */
const HELD_OUT_SONGS = 100;
/** Songs whose words go into the name: a change of the generator's language changes it. */
const NAMED_SONGS = 100;
/** Most steps of the second lesson from one checkpoint to the next. */
const CHECKPOINT_STEPS = 200;

/** Where readers lie that come with the project, a folder each. */
export const shippedReaders = () => path.join(projectRoot(), "data", "bart-songbook");

const songsOf = (songbook: SongbookOptions, from: number, to: number): Song[] =>
  Array.from({ length: to - from }, (_, i) => makeSong({ ...songbook, songs: to }, from + i));

/** What listeners wrote about a song and others liked. */
const liked = ({ interpretations }: Song): string[] => interpretations.filter(({ votes }) => votes > 0).map(({ text }) => text);

/**
 * What is read before the corpus: other songs than the corpus has. A song gives two pages, its lyrics and what listeners wrote
 * about it; they are never on one page, so denoising teaches nothing of which words go with which lyrics.
 */
export const pages = (songbook: SongbookOptions, from: number, to: number): string[] =>
  songsOf(songbook, from, to).flatMap((song) => [song.lyrics, liked(song).join(" ")]);

/** What is answered after the reading: the lyrics of its songs, each with every liked interpretation. */
export const questions = ({ reading, answering }: Pick<Preset, "reading" | "answering">, from: number, to: number) =>
  songsOf({ ...reading, agreement: answering.agreement }, from, to).flatMap((song) =>
    liked(song).map((text) => ({ song, text })),
  );

/** Names a preset's reader: words read and answered, vocabulary, sizes and plans. */
export function readerName({ reading, vocabulary, text, pretraining, answering, lyricsTokens, captionTokens }: Preset): string {
  const named = Math.min(NAMED_SONGS, reading.songs);
  return fingerprint({
    reading,
    sample: pages(reading, 0, named),
    answered: questions({ reading, answering }, 0, named).map(({ song, text }) => [song.lyrics, text]),
    vocabulary,
    text,
    pretraining,
    answering,
    lengths: [lyricsTokens, captionTokens],
    seed: READER_SEED,
  });
}

/**
 * The preset's reader: the one that comes with the project, else one made before, else made now.
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

const LABELS = { denoising: "pre-training BART", answering: "BART answers lyrics" } as const;

/** What was found reports itself as done, so that a first and a second execution of a notebook read the same. */
async function readReader(folder: string, hash: string, report: Reporter): Promise<Reader> {
  const tokeniserFile = path.join(folder, WORDS);
  const file = path.join(folder, MODEL);
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  const lessons = lessonsOf(file, metadata.lessons);
  for (const lesson of ["denoising", "answering"] as const) {
    const { length } = lessons[lesson].curve.steps;
    reportFound(report(LABELS[lesson]), length);
  }
  return { tokeniser: await loadTokeniser(tokeniserFile), tokeniserFile, params: tensors as ParamValues, lessons, hash };
}

/** The lessons that a reader's file tells of. Throws `AlcapError` "weights" where it does not. */
function lessonsOf(file: string, text = "{}"): Lessons {
  try {
    const lessons = JSON.parse(text) as Lessons;
    if ([lessons.denoising, lessons.answering].every(({ best, curve }) => best.score > 0 && curve.steps.length > 0))
      return lessons;
  } catch {
    // Said below: no JSON and JSON of something else are the same to the reader.
  }
  throw new AlcapError(
    "weights",
    `${file} does not say how it was trained.`,
    "Delete its folder and run the command again; one that came with the project is restored by git.",
  );
}

/** Learns the words, denoises every page, then answers every song's lyrics; a stopped run goes on where it was. */
export async function makeReader(preset: Preset, folder: string, report: Reporter): Promise<Reader> {
  const { reading, vocabulary } = preset;
  const tokeniserFile = path.join(folder, WORDS);
  if (!existsSync(tokeniserFile)) {
    const words = trainBpe(pages(reading, 0, reading.songs), { vocabSize: vocabulary });
    writeWhole(tokeniserFile, JSON.stringify(words));
  }
  const tokeniser = await loadTokeniser(tokeniserFile);
  const denoised = await denoise(preset, tokeniser, folder, report);
  const { params, ...answering } = await answer(preset, tokeniser, denoised.params, folder, report);
  const { best, curve } = denoised;
  const lessons: Lessons = { denoising: { best, curve }, answering };
  writeWhole(path.join(folder, MODEL), writeSafetensors(params, { lessons: JSON.stringify(lessons), format: "pt" }));
  return { tokeniser, tokeniserFile, params, lessons, hash: readerName(preset) };
}

/** The first lesson: BART's denoising (Lewis et al. 2020). */
function denoise(preset: Preset, tokeniser: Tokeniser, folder: string, report: Reporter): Promise<Pretrained> {
  const { reading, text, pretraining } = preset;
  const { schedule, ...plan } = pretraining;
  const task = {
    texts: pages(reading, 0, reading.songs),
    heldOut: pages(reading, reading.songs, reading.songs + HELD_OUT_SONGS),
    tokeniser,
    shape: text,
    plan: { ...plan, schedule: { ...schedule, warmup: schedule.warmupSteps }, seed: READER_SEED },
    file: path.join(folder, "denoising", MODEL),
  };
  return pretrain(task, report(LABELS.denoising));
}

/**
 * The second lesson: training on an intermediate task with much data before the one at hand (Phang et al. 2018). It is BART as a
 * captioner of lyrics, on songs that the corpus does not have and without a note of their music.
 */
function answer(
  preset: Preset,
  tokeniser: Tokeniser,
  pretrained: ParamValues,
  folder: string,
  report: Reporter,
): Promise<Trained> {
  const { reading, text, answering, lyricsTokens, captionTokens } = preset;
  const { agreement: _, ...captioning } = answering;
  const lengths = { lyricsTokens, captionTokens };
  const examples = (from: number, to: number) =>
    examplesOf({ tokeniser, music: noMusic, preset: lengths }, questions(preset, from, to));
  const task = {
    captioner: textAlone(text, tokeniser),
    preset: { ...lengths, captioning: { ...captioning, checkpointSteps: CHECKPOINT_STEPS } },
    seed: READER_SEED,
    train: examples(0, reading.songs),
    validation: examples(reading.songs, reading.songs + HELD_OUT_SONGS),
    pretrained,
    file: path.join(folder, "answering", MODEL),
    recipe: readerName(preset),
  };
  return trainCaptioner(task, report(LABELS.answering));
}

/** The files a reader is made of, for carrying it elsewhere. */
export const readerFiles = (folder: string) =>
  [MODEL, WORDS].map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
