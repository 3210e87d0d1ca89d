// A worker thread: renders songs and writes their sound, each file whole or not at all.
import { existsSync } from "node:fs";
import path from "node:path";
import { writeNpz } from "../../../files/npz";
import { writeWhole } from "../../../files/whole-file";
import { writeWav } from "../../audio/wav";
import { makeSong, renderSong, sampleRate } from "../../songbook";
import type { RenderJob } from "./render";

/** Answers with the number of songs. */
export default function renderJob({ songbook, ending, folder, from, to }: RenderJob): number {
  for (let index = from; index < to; index++) {
    const { id, music } = makeSong(songbook, index);
    const file = path.join(folder, `${id}.${ending}`);
    if (existsSync(file)) continue;
    const samples = renderSong(music);
    writeWhole(
      file,
      ending === "wav" ? writeWav(samples, sampleRate) : writeNpz({ a: { data: samples, shape: [samples.length] } }),
    );
  }
  return to - from;
}
