// Run by dry-run.test.ts in a process of its own: prints the memory in bytes that the steps named first took over what was there before.
import { readFileSync } from "node:fs";
import { captionBatch, type Example } from "alcap/dist/data/text/batch";
import type { Values } from "alcap/dist/engine";
import { scalar, value } from "alcap/dist/engine";
import type { Batch } from "alcap/dist/model/alcap";
import { captionerStep, freshTraining } from "alcap/dist/train/step";
import { midSizes } from "./mid-sizes";

const resident = (field: "VmRSS" | "VmHWM") =>
  1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]);

async function main(update: "whole" | "by-parameter"): Promise<void> {
  const { captioner, optimiser, batch, lyricsTokens, captionTokens, musicPositions, ...plan } = midSizes(update);
  const before = resident("VmRSS");
  const step = captionerStep(captioner, { dropout: 0, optimiser, ...plan }, { threads: 1 });
  const ids = (length: number) => Int32Array.from({ length }, (_, i) => 4 + ((31 * i) % 7000));
  const music = value(new Float32Array(musicPositions * captioner.musicWidth).fill(0.1), [musicPositions, captioner.musicWidth]);
  const row = (_: unknown, at: number): Example => ({
    song: `${at}`,
    lyrics: ids(lyricsTokens),
    caption: ids(captionTokens),
    music,
  });
  const rows = captionBatch(Array.from({ length: batch }, row), { lyricsTokens, captionTokens }) as Values<Batch>;
  let state = freshTraining(captioner, optimiser, 1);
  for (let at = 0; at < 3; at++) {
    const tick = { step: scalar(at + 1), learningRate: scalar(1e-4), key: value(Int32Array.of(1, at), [2]) };
    ({ state } = await step(state, rows, tick));
  }
  console.log(resident("VmHWM") - before);
}

void main(process.argv[2] === "whole" ? "whole" : "by-parameter");
