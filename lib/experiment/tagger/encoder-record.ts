import type { SongbookOptions } from "../../data/songbook";
import { engineInfo } from "../../engine";
import { canonical } from "../../files/fingerprint";
import { machineInWords, peakMemoryMiB } from "../../files/machine";
import { writeWhole } from "../../files/whole-file";
import type { Reporter } from "../../progress";
import type { Curve } from "../../train/checkpoint";
import { type Corpus, songbookCorpus } from "../dataset/corpus";
import { heldRepresentations } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { makeEncoder, represented } from "./songbook-encoder";
import { instrumentProbe, moodProbe, type NamedProbe, type TagReport, tagReport } from "./tag-report";
import { encoderName, encoderSongs } from "./train-encoder";

/** What is known of a music encoder: recipe, curve, and how well it tags songs of its own seed. */
export interface EncoderRecord {
  /** Names the encoder; changes whenever anything that decides it does. */
  readonly encoderHash: string;
  readonly recipe: unknown;
  readonly engine: unknown;
  readonly parameters: number;
  readonly curve: Curve;
  readonly validation: TagReport;
  readonly test: TagReport;
  /** Fitted and tested on its own songs. */
  readonly probes: { readonly mood: NamedProbe; readonly instrument: NamedProbe };
  /** The same probe on a corpus that captions are written for. */
  readonly captioned: { readonly corpus: SongbookOptions; readonly songs: number; readonly mood: NamedProbe };
  /** What may differ between two runs of the same recipe: the machine and how long it took. */
  readonly circumstances: {
    readonly machine: string;
    readonly threads: 1;
    readonly trainSeconds: number;
    readonly peakMemoryMiB: number;
  };
}

/**
 * Trains a preset's music encoder on this machine, or reads it where that is done, and measures it.
 *
 * @returns the record, and the file of the weights
 */
export async function encoderRecord(preset: Preset, cache: string, report: Reporter) {
  const songs = encoderSongs(preset);
  const weights = await makeEncoder(preset, cache, report, () => songs);
  const representedBy = async (corpus: Corpus) => {
    const { encoder, music, hash } = await represented(preset, corpus, weights, cache, report);
    return { corpus, encoder, music: heldRepresentations(music, hash) };
  };
  const own = await representedBy(songs);
  const captioned = await representedBy(songbookCorpus(preset));
  const { encoder } = own;
  const record: EncoderRecord = {
    encoderHash: encoderName(preset),
    recipe: JSON.parse(canonical({ music: preset.music, tagger: preset.tagger })),
    engine: engineInfo({ threads: 1 }),
    parameters: Object.values(encoder.params).reduce((sum, { data }) => sum + data.length, 0),
    curve: thinned(encoder.curve),
    validation: tagReport(own, "validation"),
    test: tagReport(own, "test"),
    probes: { mood: moodProbe(own), instrument: instrumentProbe(own) },
    captioned: { corpus: preset.corpus, songs: captioned.corpus.songs.length, mood: moodProbe(captioned) },
    circumstances: {
      machine: machineInWords(),
      threads: 1,
      trainSeconds: Math.round(encoder.seconds),
      peakMemoryMiB: peakMemoryMiB(),
    },
  };
  return { record, weights };
}

/** Steps of a curve that a record keeps, at most. */
const CURVE_POINTS = 200;

/** Means over equal stretches of a long curve; a short one as it is. */
function thinned({ steps, evaluations }: Curve): Curve {
  const stretch = Math.ceil(steps.length / CURVE_POINTS);
  const points = Array.from({ length: Math.ceil(steps.length / stretch) }, (_, i) => steps.slice(i * stretch, (i + 1) * stretch));
  const means = points.map((part) => {
    const names = Object.keys(part[0]?.losses ?? {});
    const mean = (name: string) => part.reduce((sum, { losses }) => sum + (losses[name] ?? Number.NaN), 0) / part.length;
    return { step: part.at(-1)?.step ?? 0, losses: Object.fromEntries(names.map((name) => [name, mean(name)])) };
  });
  return { steps: means, evaluations };
}

/** Writes the record whole. */
export const writeEncoderRecord = (file: string, record: EncoderRecord): void =>
  writeWhole(file, `${JSON.stringify(record, null, 1)}\n`);
