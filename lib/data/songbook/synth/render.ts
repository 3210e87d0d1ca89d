import { compose, type Player, songSeconds } from "../music/score";
import type { MusicPlan } from "../types";
import { addStroke, drumSound } from "./drums";
import { addBackground, blockOffset, overdrive, reverberate, rms } from "./effects";
import { sampleRate } from "./tables";
import { playNote } from "./voices";

const ceiling = 0.98;

/** How much of the drive reaches an instrument: amplifiers belong to some, the others are recorded through a clean microphone. */
const amplified: Readonly<Partial<Record<Player, number>>> = { guitar: 1, synth: 0.8, organ: 0.7, bass: 0.3 };

/**
 * Plays a plan.
 *
 * @returns 15 s of mono audio at 16 kHz, `[240000]`, peak at most 0.98; the same plan gives the same bytes on the same machine.
 */
export function renderSong(music: MusicPlan): Float32Array {
  const { expression } = music;
  const score = compose(music);
  const mix = new Float32Array(songSeconds * sampleRate);
  score.parts.forEach((part, index) => {
    const bus = new Float32Array(mix.length);
    let salt = music.seed + 101 * index;
    for (const note of part.notes) playNote(bus, part.instrument, note, expression, salt++ & 0xffff);
    level(bus, 1);
    overdrive(bus, (amplified[part.instrument] ?? 0.2) * expression.drive);
    blockOffset(bus);
    level(bus, part.gain);
    for (let i = 0; i < mix.length; i++) mix[i]! += bus[i]!;
  });
  reverberate(mix, expression.space);
  level(mix, loudnessRms(expression.loudness));
  const sounds = new Map(score.strokes.map((stroke) => [stroke.piece, drumSound(stroke.piece)]));
  // A stroke at full strength stands about 12 dB above the band.
  const drumGain = 4 * loudnessRms(expression.loudness);
  for (const stroke of score.strokes) addStroke(mix, sounds.get(stroke.piece)!, stroke.start, drumGain * stroke.velocity);
  addBackground(mix, music.background, music.seed);
  return belowCeiling(mix);
}

/** -30 dB below full scale for the softest song, -14 dB for the loudest, as an amplitude. */
const loudnessRms = (loudness: number) => 10 ** ((-30 + 16 * loudness) / 20);

/** Scales a signal to an RMS; silence stays silence. */
function level(samples: Float32Array, target: number): void {
  const now = rms(samples);
  if (now === 0) return;
  const scale = target / now;
  for (let i = 0; i < samples.length; i++) samples[i]! *= scale;
}

function belowCeiling(samples: Float32Array): Float32Array {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  if (peak > ceiling) for (let i = 0; i < samples.length; i++) samples[i]! *= ceiling / peak;
  return samples;
}
