// A worker thread: renders songs and writes their sound, each file whole or not at all.
import { existsSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parentPort, threadId } from "node:worker_threads";
import { writeNpz } from "../../../files/npz";
import { writeWav } from "../../audio/wav";
import { makeSong, renderSong, sampleRate } from "../../songbook";
import type { RenderJob } from "./render";

parentPort?.on("message", ({ songbook, ending, folder, from, to }: RenderJob) => {
  for (let index = from; index < to; index++) {
    const { id, music } = makeSong(songbook, index);
    const file = path.join(folder, `${id}.${ending}`);
    if (existsSync(file)) continue;
    const samples = renderSong(music);
    const temporary = `${file}.${threadId}.tmp`;
    writeFileSync(
      temporary,
      ending === "wav" ? writeWav(samples, sampleRate) : writeNpz({ a: { data: samples, shape: [samples.length] } }),
    );
    renameSync(temporary, file);
  }
  parentPort?.postMessage(to - from);
});
