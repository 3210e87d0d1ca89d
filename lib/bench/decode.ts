import { writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { renderSong } from "../data/songbook";
import { songBatch } from "../data/text/batch";
import { type Value, type Values, value } from "../engine";
import { presetNamed } from "../experiment/preset/songbook";
import { obtainBaseModel } from "../experiment/pretrain/base-model";
import { captionerOf, readWeights } from "../experiment/run/run";
import { shownRuns } from "../experiment/sweep/obtain";
import { representSounds } from "../experiment/tagger/represent";
import { obtainEncoderWeights } from "../experiment/tagger/songbook-encoder";
import { scratchFolder } from "../files/temporary";
import { beamDecoder } from "../model/decoding/beam";
import { greedyDecoder, type SongBatch } from "../model/decoding/greedy";
import { writeSafetensors } from "../model/weights";
import { quiet } from "../progress";
import type { DecodingRecipe } from "../recipe";
import { type PythonPeer, pythonPeer } from "./python-peer";

const decoded = z.object({ wallMs: z.number(), cpuMs: z.number(), ids: z.array(z.array(z.number())) });
type Decoded = z.infer<typeof decoded>;

/** Medians of captioning a batch, in milliseconds. */
export interface DecodeCost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** One kind of decoding of one batch, here and in PyTorch. */
export interface DecodeCase {
  /** 1 is greedy decoding. */
  readonly beams: number;
  readonly songs: number;
  /** Positions that were decoded before all captions had ended, the ends included. */
  readonly steps: number;
  readonly ours: DecodeCost;
  readonly peer: (DecodeCost & DecodeRatios) | null;
}

/** PyTorch's time by ours, above 1 where this library is faster: medians over the rounds, and the spread by processor time. */
interface DecodeRatios {
  readonly ratioWall: number;
  readonly ratioCpu: number;
  readonly leastCpu: number;
  readonly mostCpu: number;
  /** Songs whose ids are the same on both sides. */
  readonly sameIds: number;
}

/** What `alcap bench decode` reports. */
export interface DecodeBench {
  readonly preset: "standard";
  readonly threads: 1;
  readonly rounds: number;
  readonly cases: readonly DecodeCase[];
  /** PyTorch's version; null where there is none. */
  readonly torch: string | null;
  /** Why there is no peer. */
  readonly reason: string | null;
}

/** Beams and songs of each case: greedy decoding and four beams at the preset's batch, and a token's cost as the batch grows. */
const CASES = [
  { beams: 1, songs: 32 },
  { beams: 4, songs: 32 },
  { beams: 1, songs: 1 },
  { beams: 1, songs: 4 },
  { beams: 1, songs: 16 },
  { beams: 1, songs: 64 },
] as const;

/** Beam search as PyTorch's side does it. */
const searched = (maxTokens: number): DecodingRecipe => ({
  beams: 4,
  topP: null,
  topK: 0,
  lengthPenalty: 1,
  earlyStopping: true,
  maxLength: maxTokens + 1,
  noRepeatNgram: 0,
  forcedEos: true,
  forcedBos: false,
});

/**
 * Times the captions of test songs by a trained model, here and in PyTorch with a key–value cache, a batch of each in turn: from lyrics
 * and represented music to ids, encoder included, graphs compiled.
 */
export async function benchDecode(rounds: number, python: string): Promise<DecodeBench> {
  const { captioner, params, songs, maxTokens } = await material(Math.max(...CASES.map(({ songs }) => songs)));
  const { folder, clear } = scratchFolder("bench");
  const greedy = greedyDecoder(params, captioner, maxTokens);
  const beams = beamDecoder(params, captioner, searched(maxTokens));
  try {
    writeFileSync(path.join(folder, "config.json"), JSON.stringify({ captioner, maxTokens }));
    writeFileSync(path.join(folder, "weights.safetensors"), writeSafetensors(params));
    writeFileSync(path.join(folder, "songs.safetensors"), writeSafetensors(songs));
    const peer = await pythonPeer(python, "torch_decode.py", [folder, "1"], 1);
    const torch = "reason" in peer ? null : peer;
    const cases: DecodeCase[] = [];
    for (const one of CASES)
      cases.push(await timed(one, one.beams === 1 ? greedy : beams, firstSongs(songs, one.songs), torch, rounds));
    torch?.close();
    const about = { preset: "standard", threads: 1, rounds, cases } as const;
    return { ...about, torch: torch?.torch ?? null, reason: "reason" in peer ? peer.reason : null };
  } finally {
    await greedy.release();
    await beams.release();
    clear();
  }
}

/** Test songs of `standard` and its trained ALCAP, whose weights are kept beside its record: captions that end where a reader's do. */
async function material(count: number) {
  const { facts, seed } = shownRuns(presetNamed("standard"));
  const { preset, workspace, corpus, text } = facts;
  const params = readWeights(facts, { method: "alcap", seed });
  const { tokeniser } = await obtainBaseModel(preset, workspace.cache, quiet);
  const weights = await obtainEncoderWeights(preset, workspace.cache, quiet);
  const songs = corpus.rows.test.slice(0, count).map(({ song }) => song);
  const music = await representSounds(
    weights,
    songs.map((song) => renderSong(song.music)),
  );
  const musicWidth = music[0]?.shape[1] ?? 0;
  const captioner = captionerOf({ preset, text, music: { width: musicWidth } }, "alcap");
  const rows = songs.map(({ lyrics }, at) => ({
    lyrics: tokeniser.encode(lyrics, { maxLength: preset.lyricsTokens }),
    music: music[at] as Value,
  }));
  return { captioner, params, songs: songBatch(rows, preset.lyricsTokens) as Values<SongBatch>, maxTokens: preset.captionTokens };
}

/** The first songs of a batch. */
const firstSongs = (songs: Values<SongBatch>, count: number): Values<SongBatch> => {
  const first = <K extends keyof SongBatch>(name: K) => {
    const { data, shape } = songs[name];
    return value(data.slice(0, (data.length / (shape[0] ?? 1)) * count), [count, ...shape.slice(1)]);
  };
  return { lyrics: first("lyrics"), lyricsMask: first("lyricsMask"), music: first("music") };
};

async function timed(
  { beams, songs }: Pick<DecodeCase, "beams" | "songs">,
  decode: (songs: Values<SongBatch>) => Promise<Int32Array[]>,
  batch: Values<SongBatch>,
  torch: PythonPeer | null,
  rounds: number,
): Promise<DecodeCase> {
  const ours: Decoded[] = [];
  const theirs: Decoded[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const captions = await decode(batch);
    const { user, system } = process.cpuUsage(cpu);
    ours.push({ wallMs: performance.now() - wall, cpuMs: (user + system) / 1000, ids: captions.map((ids) => [...ids]) });
    if (torch) theirs.push(await torch.ask(JSON.stringify({ beams, songs }), decoded));
  }
  const [a, b] = [ours.slice(1), theirs.slice(1)]; // the first round compiles
  const ids = ours[0]?.ids ?? [];
  const about = { beams, songs, steps: Math.max(...ids.map(({ length }) => length)) + 1, ours: medians(a) };
  if (!torch) return { ...about, peer: null };
  const ratios = (cost: "wallMs" | "cpuMs") => b.map((one, round) => one[cost] / (a[round]?.[cost] ?? Number.NaN));
  const cpu = ratios("cpuMs");
  const sameIds = ids.filter((caption, song) => caption.join() === theirs[0]?.ids[song]?.join()).length;
  const spread = {
    ratioWall: median(ratios("wallMs")),
    ratioCpu: median(cpu),
    leastCpu: Math.min(...cpu),
    mostCpu: Math.max(...cpu),
  };
  return { ...about, peer: { ...medians(b), ...spread, sameIds } };
}

const median = (xs: readonly number[]) => [...xs].sort((x, y) => x - y)[Math.floor(xs.length / 2)] ?? Number.NaN;

const medians = (costs: readonly DecodeCost[]): DecodeCost => ({
  wallMs: median(costs.map(({ wallMs }) => wallMs)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
});
