import { sha256Of } from "../../files/fingerprint";
import { type NpyArray, readNpz, writeNpz } from "../../files/npz";
import { readBytes } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import { excerptSeconds } from "../../recipe";
import { muteConsole } from "./compressed/decoders";
import { decodeHere } from "./decode";
import { excerptOf } from "./load";
import { melSpectrogram } from "./mel";
import { type PrepareAnswer, type PreparedKind, type PrepareTask, preparedPath } from "./prepare";

muteConsole();

/** A worker's task: prepares one song. */
export default function prepareTask(task: PrepareTask): Promise<PrepareAnswer> {
  return prepare(task).catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }));
}

async function prepare({ file, cache, kind }: PrepareTask): Promise<PrepareAnswer> {
  const prepared = preparedPath(cache, sha256Of(file), kind);
  if (isWhole(prepared)) return { prepared, reused: true };
  const samples = excerptOf(await decodeHere(file, file, excerptSeconds));
  writeWhole(prepared, writeNpz({ a: arrayOf(samples, kind) }));
  return { prepared, reused: false };
}

/** Whether a cached file is there and as it was written: its archive holds a checksum of every entry. */
function isWhole(file: string): boolean {
  try {
    return readNpz(readBytes(file), file).a !== undefined;
  } catch {
    return false; // missing, or damaged since: it is made again
  }
}

/** The array under the key `a`, as in the released `audio_arrs_15_16000`, or its spectrogram. */
function arrayOf(samples: Float32Array, kind: PreparedKind): NpyArray {
  if (kind === "audio") return { data: samples, shape: [samples.length] };
  const { data, mels, frames } = melSpectrogram(samples);
  return { data, shape: [mels, frames] };
}
