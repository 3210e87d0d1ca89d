import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { parentPort, threadId } from "node:worker_threads";
import { type NpyArray, writeNpz } from "../../files/npz";
import { decodeHere, readAudioFile } from "./decode";
import { excerptOf } from "./load";
import { melSpectrogram } from "./mel";
import { type PrepareAnswer, type PreparedKind, type PrepareTask, preparedPath } from "./prepare";

// Prepares songs one after the other, as they are asked for.
parentPort?.on("message", async (task: PrepareTask) => {
  const answer: PrepareAnswer = await prepare(task).catch((error: unknown) => ({
    problem: error instanceof Error ? error.message : String(error),
  }));
  parentPort?.postMessage(answer);
});

async function prepare({ file, cache, kind }: PrepareTask): Promise<PrepareAnswer> {
  const content = await readAudioFile(file);
  const prepared = preparedPath(cache, content, kind);
  if (existsSync(prepared)) return { prepared, reused: true };
  const samples = excerptOf(await decodeHere(content, file));
  await writeWhole(prepared, writeNpz({ a: arrayOf(samples, kind) }));
  return { prepared, reused: false };
}

/** The array under the key `a`, as in the released `audio_arrs_15_16000`, or its spectrogram. */
function arrayOf(samples: Float32Array, kind: PreparedKind): NpyArray {
  if (kind === "audio") return { data: samples, shape: [samples.length] };
  const { data, mels, frames } = melSpectrogram(samples);
  return { data, shape: [mels, frames] };
}

/** Under a temporary name first: a file with the final name is always complete. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.${threadId}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
