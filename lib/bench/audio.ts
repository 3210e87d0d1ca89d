import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { prepareAudio } from "../data/audio";
import { AlcapError } from "../errors";
import { readNpz } from "../files/npz";
import { scratchFolder } from "../files/temporary";
import { type Progress, silent } from "../progress";
import { type Missing, type PythonPeer, pythonPeer } from "./python-peer";
import { median } from "./spread";

/** Seconds for all clips, and what they say of memory and agreement. */
export interface AudioBench {
  readonly clips: number;
  readonly ours: Seconds;
  /** ffmpeg and PyTorch's STFT on the same files. */
  readonly peer: (Seconds & AudioRatios) | null;
  /** Why there is no peer. */
  readonly reason: string | null;
  /** Resident memory of this process after the first and the last block, in MiB. */
  readonly memoryMiB: readonly [first: number, last: number];
}

interface AudioRatios {
  readonly torch: string;
  readonly ratioWall: number;
  readonly ratioCpu: number;
  /** Median difference of mel values between the two, in dB: they do the same work, though the mp3 decoders and resamplers differ. */
  readonly medianDifferenceDb: number;
}

interface Seconds {
  readonly wall: number;
  readonly cpu: number;
}

const melAnswer = z.object({ wall: z.number(), cpu: z.number(), frame: z.array(z.number()) });

/** Clips measured in turn before the other side gets them. */
const BLOCK = 50;

/** Decodes, resamples and computes the mel spectrogram of every clip in a folder, here and with ffmpeg and PyTorch, one thread each, block by block in turn. */
export async function benchAudio(folder: string, python: string, progress: Progress = silent): Promise<AudioBench> {
  const clips = readdirSync(folder)
    .filter((name) => /\.(mp3|wav|flac|ogg)$/i.test(name))
    .sort();
  if (clips.length === 0)
    throw new AlcapError("input", `${folder} holds no mp3, wav, flac or ogg file.`, "Give a folder of clips.");
  const { folder: cache, clear } = scratchFolder("bench");
  let peer: PythonPeer | Missing = { reason: "" };
  const ours = { wall: 0, cpu: 0 };
  const reference = { wall: 0, cpu: 0 };
  const memory: number[] = [];
  const differences: number[] = [];
  try {
    peer = await pythonPeer(python, "torch_mel.py", [], 1);
    for (let at = 0; at < clips.length; at += BLOCK) {
      const files = clips.slice(at, at + BLOCK).map((name) => path.join(folder, name));
      const prepared = await timed(ours, () =>
        prepareAudio(
          files.map((file) => ({ id: path.basename(file), file })),
          { cache, kind: "mel", threads: 1 },
        ),
      );
      memory.push(process.memoryUsage().rss / 2 ** 20);
      if ("ask" in peer) {
        const answer = await peer.ask(JSON.stringify({ files }), melAnswer);
        reference.wall += answer.wall;
        reference.cpu += answer.cpu;
        differences.push(...differencesDb(prepared.files.get(path.basename(files[0] as string)), answer.frame));
      }
      progress(Math.min(at + BLOCK, clips.length), clips.length, "clips");
    }
  } finally {
    if ("ask" in peer) peer.close();
    clear();
  }
  const memoryMiB = [Math.round(memory[0] ?? 0), Math.round(memory.at(-1) ?? 0)] as const;
  const about = { clips: clips.length, ours, memoryMiB };
  if (!("ask" in peer)) return { ...about, peer: null, reason: peer.reason };
  const ratios = { ratioWall: reference.wall / ours.wall, ratioCpu: reference.cpu / ours.cpu };
  const medianDifferenceDb = median(differences);
  return { ...about, peer: { ...reference, torch: peer.torch, ...ratios, medianDifferenceDb }, reason: null };
}

async function timed<T>(total: { wall: number; cpu: number }, work: () => Promise<T>): Promise<T> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const used = process.cpuUsage(cpu);
  total.wall += (performance.now() - wall) / 1000;
  total.cpu += (used.user + used.system) / 1e6;
  return result;
}

/** Absolute differences at frame 100 of a prepared spectrogram `[128, 938]`. */
function differencesDb(file: string | undefined, frame: readonly number[]): number[] {
  if (!file) return [];
  const { data, shape } = readNpz(readFileSync(file)).a ?? { data: new Float32Array(0), shape: [0, 0] };
  const frames = shape[1] ?? 0;
  return frame.map((db, band) => Math.abs(db - Number(data[band * frames + 100])));
}
