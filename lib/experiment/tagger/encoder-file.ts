import { AlcapError } from "../../errors";
import { musicParams } from "../../model/music/music-encoder";
import type { ParamValues } from "../../model/params";
import { loadWeights } from "../../model/weights/load";
import { writeSafetensors } from "../../model/weights/safetensors";
import type { NamedTensors } from "../../model/weights/tensor";
import { type MusicShape, wonTagger } from "../../recipe";

/** A frozen music encoder as its file holds it. */
export interface EncoderFile {
  readonly params: ParamValues;
  readonly shape: MusicShape;
  /** Steps of a decibel to which its training rounded mel spectrograms; left out where they were exact, as the released tagger's. */
  readonly stepsPerDb?: number;
}

/** What the tensors of an encoder do not tell: attention heads, and how its mel spectrograms are rounded. */
export const encoderMetadata = ({ shape, stepsPerDb }: EncoderFile): Record<string, string> => ({
  format: "pt",
  heads: String(shape.heads),
  ...(stepsPerDb !== undefined && { steps_per_db: String(stepsPerDb) }),
});

/** An encoder as safetensors. */
export const encoderBytes = (encoder: EncoderFile): Uint8Array => writeSafetensors(encoder.params, encoderMetadata(encoder));

/**
 * Reads a music encoder's parameters and the sizes that they tell. Attention heads leave no trace in them: safetensors metadata
 * says how many there are (`heads`), or the released tagger's width does.
 *
 * @throws AlcapError `weights` when the file holds no whole music encoder, or its heads are not known
 */
export async function readEncoder(file: string): Promise<EncoderFile> {
  const { tensors, metadata } = await loadWeights(file);
  const size = (name: string) => tensors[name]?.shape[0] ?? 0;
  const channels = size("layer1.conv_1.bias");
  if (channels === 0) throw unfit(file, "holds no music encoder");
  const heads = metadata.heads === undefined && channels === wonTagger.channels ? wonTagger.heads : Number(metadata.heads);
  if (!(Number.isInteger(heads) && heads > 0 && (2 * channels) % heads === 0))
    throw unfit(file, `has ${channels} channels and does not say how many attention heads`);
  let layers = 0;
  while (tensors[`encoder.layer.${layers}.intermediate.dense.bias`]) layers++;
  const inner = size("encoder.layer.0.intermediate.dense.bias");
  const shape: MusicShape = { mels: wonTagger.mels, channels, heads, inner, layers, tags: size("dense.bias") };
  const { steps_per_db: steps } = metadata;
  return { params: paramsOf(tensors, shape, file), shape, ...(steps !== undefined && { stepsPerDb: Number(steps) }) };
}

/** The encoder's parameters and no others: files of PyTorch hold step counters too. */
function paramsOf(tensors: NamedTensors, shape: MusicShape, file: string): ParamValues {
  const entries = Object.entries(musicParams(shape)).map(([name, { shape: wanted }]) => {
    const found = tensors[name];
    if (found?.dtype === "float32" && found.shape.join() === wanted.join()) return [name, found] as const;
    throw unfit(file, `has no "${name}" of shape ${wanted.join(" × ")}`);
  });
  return Object.fromEntries(entries) as ParamValues;
}

const unfit = (file: string, problem: string) =>
  new AlcapError(
    "weights",
    `${file} ${problem}.`,
    "Give the weights of a whole music encoder: the released tagger's, or what `alcap train-encoder` trained.",
  );
