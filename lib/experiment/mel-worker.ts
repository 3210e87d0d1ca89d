// A worker thread: renders a range of songs and answers with their mel spectrograms in 1/256 dB steps.
import { parentPort } from "node:worker_threads";
import { melSpectrogram } from "../data/mel";
import { makeSong, renderSong } from "../data/songbook";
import { type MelJob, STEPS_PER_DB } from "./mel-cache";

parentPort?.on("message", ({ options, from, to }: MelJob) => {
  const parts: Int16Array[] = [];
  for (let index = from; index < to; index++) {
    const { data } = melSpectrogram(renderSong(makeSong(options, index).music));
    parts.push(Int16Array.from(data, (db) => Math.max(-32_768, Math.min(32_767, Math.round(db * STEPS_PER_DB)))));
  }
  const steps = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    steps.set(part, at);
    at += part.length;
  }
  parentPort?.postMessage(steps, [steps.buffer]);
});
