import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { presetNamed } from "../experiment/preset/songbook";
import { baseModelName, shippedBaseModels } from "../experiment/pretrain/base-model";
import { BUNDLE_FILES, type BundleAbout, describeBundle } from "../experiment/run/bundle";
import { encoderBytes } from "../experiment/tagger/encoder-file";
import { STEPS_PER_DB } from "../experiment/tagger/mel-cache";
import { scratchFolder } from "../files/temporary";
import { musicParams } from "../model/music/music-encoder";
import { initialise } from "../model/params";
import { writeSafetensors } from "../model/weights";
import { freshTraining } from "../train/step";
import { type CommandCost, measuredCommand } from "./measured-command";
import { type Spread, spreadOf } from "./spread";
import { compileTime } from "./step/step";
import { stepCase } from "./step/step-data";

/** What one thing takes from its start to its end, in milliseconds. */
export interface Startup {
  readonly what: string;
  readonly wallMs: Spread;
  readonly cpuMs: Spread;
}

/** A song to caption. */
export interface StartupSong {
  readonly song: string;
  readonly lyrics: string;
}

/**
 * Times what a user waits for: help, compiling the quick preset's training step, and, where a song is given, its caption by a model of
 * quick's size with random weights, whose captions do not end: the most that decoding takes.
 */
export async function benchStartup(rounds: number, song?: StartupSong): Promise<Startup[]> {
  const { folder, clear } = scratchFolder("bench");
  try {
    const commands: [what: string, words: string[]][] = [
      ["alcap --help", ["--help"]],
      ["alcap caption --help", ["caption", "--help"]],
    ];
    if (song) {
      writeMadeUpBundle(folder);
      commands.push(["alcap caption", ["caption", song.song, "--lyrics", song.lyrics, "--model", folder]]);
    }
    const things: [what: string, measure: () => Promise<Pick<CommandCost, "wallMs" | "cpuMs">>][] = [
      ...commands.map(([what, words]): (typeof things)[number] => [what, () => measuredCommand(...words)]),
      ["compiling the training step of quick", () => compileTime("quick")],
    ];
    const costs = things.map(([what, measure]) => ({ what, measure, wall: [] as number[], cpu: [] as number[] }));
    for (let round = 0; round < rounds; round++)
      for (const { measure, wall, cpu } of costs) {
        const { wallMs, cpuMs } = await measure();
        wall.push(wallMs);
        cpu.push(cpuMs);
      }
    return costs.map(({ what, wall, cpu }) => ({ what, wallMs: spreadOf(wall), cpuMs: spreadOf(cpu) }));
  } finally {
    clear();
  }
}

/** A bundle of quick's sizes. */
function writeMadeUpBundle(folder: string): void {
  const preset = presetNamed("quick");
  const { captioner, plan } = stepCase("quick", 1);
  const about: BundleAbout = {
    run: "none",
    preset: preset.name,
    corpus: "nothing",
    captioner,
    lyricsTokens: preset.lyricsTokens,
    captionTokens: preset.captionTokens,
  };
  const write = (name: string, content: string | Uint8Array) => writeFileSync(path.join(folder, name), content);
  const encoder = { params: initialise(musicParams(preset.music), 0), shape: preset.music, stepsPerDb: STEPS_PER_DB };
  write(BUNDLE_FILES.encoder, encoderBytes(encoder));
  write(BUNDLE_FILES.model, writeSafetensors(freshTraining(captioner, plan.optimiser, 0).params));
  cpSync(path.join(shippedBaseModels(), baseModelName(preset), "tokenizer.json"), path.join(folder, BUNDLE_FILES.words));
  write(BUNDLE_FILES.about, describeBundle(folder, about));
}
