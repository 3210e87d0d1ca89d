import { engineInfo } from "../../engine";
import { canonical } from "../../files/fingerprint";
import { machineInWords, peakMemoryMiB } from "../../files/machine";
import { writeWhole } from "../../files/whole-file";
import type { Reporter } from "../../progress";
import type { Curve } from "../../train/checkpoint";
import type { Corpus } from "../dataset/corpus";
import { heldRepresentations } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { obtainMusicEncoder } from "./songbook-encoder";
import { instrumentProbe, moodProbe, type NamedProbe, type TagReport, tagReport } from "./tag-report";

/** What is known of a preset's music encoder: recipe, curve, and how well it tags. */
export interface EncoderRecord {
  readonly preset: string;
  /** Names the encoder; changes whenever anything that decides it does. */
  readonly encoderHash: string;
  readonly recipe: unknown;
  readonly engine: unknown;
  readonly parameters: number;
  readonly curve: Curve;
  readonly validation: TagReport;
  readonly test: TagReport;
  readonly probes: { readonly mood: NamedProbe; readonly instrument: NamedProbe };
  /** What may differ between two runs of the same recipe: the machine and how long it took. */
  readonly circumstances: { readonly machine: string; readonly trainSeconds: number; readonly peakMemoryMiB: number };
}

/** Trains or reads a preset's music encoder and measures it. */
export async function encoderRecord(preset: Preset, corpus: Corpus, folder: string, report: Reporter): Promise<EncoderRecord> {
  const { encoder, music, hash } = await obtainMusicEncoder(preset, corpus, folder, report);
  const represented = { corpus, encoder, music: heldRepresentations(music, hash) };
  return {
    preset: preset.name,
    encoderHash: hash,
    recipe: JSON.parse(canonical({ corpus: preset.corpus, music: preset.music, tagger: preset.tagger })),
    engine: engineInfo({ threads: 1 }),
    parameters: Object.values(encoder.params).reduce((sum, { data }) => sum + data.length, 0),
    curve: thinned(encoder.curve),
    validation: tagReport(represented, "validation"),
    test: tagReport(represented, "test"),
    probes: { mood: moodProbe(represented), instrument: instrumentProbe(represented) },
    circumstances: {
      machine: machineInWords(),
      trainSeconds: Math.round(encoder.seconds),
      peakMemoryMiB: peakMemoryMiB(),
    },
  };
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
