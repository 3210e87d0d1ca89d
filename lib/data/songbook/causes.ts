import { drawFrom } from "./draw";
import { planMusic } from "./music/plan";
import type { Detail, Instrument, MusicPlan, SongbookOptions, Split, Truth } from "./types";
import { moodNames, names, places, themeNames } from "./words/lexicon";

/** Every run of this many songs holds the same number of each split. */
const blockSize = 25;
const validationPerBlock = 2;
const testPerBlock = 3;

/**
 * The split of a song: in every 25 songs in a row, 20 train, 2 validation and 3 test (80, 8 and 12 %), shuffled by the seed.
 * It does not depend on how many songs there are, so a larger corpus keeps the splits of a smaller one.
 */
export function splitOf(seed: number, index: number): Split {
  const block = Math.floor(index / blockSize);
  const places = drawFrom(`songbook/${seed}/split/${block}`).shuffled(Array.from({ length: blockSize }, (_, i) => i));
  const place = places[index % blockSize]!;
  if (place < testPerBlock) return "test";
  return place < testPerBlock + validationPerBlock ? "validation" : "train";
}

/**
 * Draws the hidden causes of a song and the plan of its music.
 * Each cause has its own stream, so changing ρ or the noise leaves all others as they were: songs can be compared pairwise.
 */
export function drawCauses(options: SongbookOptions, index: number): { truth: Truth; music: MusicPlan } {
  const stream = (name: string) => drawFrom(`songbook/${options.seed}/${index}/${name}`);
  const words = stream("words");
  const theme = words.pick(themeNames);
  const detail: Detail = words.chance(0.5)
    ? { kind: "name", text: words.pick(names) }
    : { kind: "place", text: words.pick(places) };
  const mood = stream("mood").pick(moodNames);
  const agreement = stream("agreement");
  const followed = agreement.chance(options.agreement);
  const otherwise = agreement.pick(moodNames);
  const music = planMusic(mood, options.noise, stream("music"));
  const truth: Truth = {
    theme,
    mood,
    lyricsMood: followed ? mood : otherwise,
    followed,
    instruments: playing(music),
    tempo: music.tempo,
    mode: music.mode,
    style: music.style,
    detail,
    agreement: options.agreement,
  };
  return { truth, music };
}

/** The plan of a song's music alone, without its words: what `makeSong` gives as `music`. */
export const planSong = (options: SongbookOptions, index: number): MusicPlan => drawCauses(options, index).music;

function playing(music: MusicPlan): readonly Instrument[] {
  const band = new Set<Instrument>([music.lead, music.harmony]);
  if (music.bass) band.add("bass");
  if (music.drums > 0) band.add("drums");
  return [...band];
}
