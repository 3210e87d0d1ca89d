// A worker thread: plays planned songs and answers with their mel spectrograms in 1/256 dB steps.
import { melSpectrogram } from "../../data/audio/mel";
import { renderSong } from "../../data/songbook";
import { type Chunk, STEPS_PER_DB } from "./mel-cache";

export default function melJob({ plans }: Chunk): Int16Array {
  const parts = plans.map((plan) => {
    const { data } = melSpectrogram(renderSong(plan));
    return Int16Array.from(data, (db) => Math.max(-32_768, Math.min(32_767, Math.round(db * STEPS_PER_DB))));
  });
  const steps = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    steps.set(part, at);
    at += part.length;
  }
  return steps;
}
