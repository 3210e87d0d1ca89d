import { renderSong, type Song, sampleRate } from "../data/songbook";
import type { Value } from "../engine";
import type { Row } from "../experiment/dataset/corpus";
import type { Preset } from "../experiment/preset/songbook";
import type { RunName } from "../experiment/run/recipe";
import { type CaptionRecord, type RunRecord, readCaptions } from "../experiment/run/records";
import { findRun } from "../experiment/run/run";
import type { SongbookFacts } from "../experiment/run/songbook-material";
import { shownRuns } from "../experiment/sweep/obtain";
import { representSounds } from "../experiment/tagger/represent";
import { obtainEncoderWeights } from "../experiment/tagger/songbook-encoder";
import { moodFollowed } from "../metric";
import { audioUri } from "../notebook/audio";
import { methods } from "../paper";
import { quiet } from "../progress";
import { excerptSeconds } from "../recipe";

/** The recorded run of a method whose captions are shown. */
export interface ShownRun {
  readonly name: RunName;
  readonly record: RunRecord;
  readonly captions: ReadonlyMap<string, CaptionRecord>;
}

/** A test song as the page shows it. */
export interface ShownSong {
  readonly song: Song;
  /** What a listener wrote. */
  readonly reference: string;
  /** A WAV file as a data URI. */
  readonly audio: string;
}

/** Songs of the page and the runs that captioned them. */
export interface Shown {
  readonly facts: SongbookFacts;
  readonly runs: readonly ShownRun[];
  readonly songs: readonly ShownSong[];
  /** How many of `songs` are the cases: lyrics and music of two moods, chosen as notebook 07 does. */
  readonly cases: number;
}

/** Songs on the page, and how many of them are cases. */
const [SONGS, CASES] = [8, 4];
/** Seconds of a song that can be played. */
const PLAYED = 10;

/** Chooses test songs of the preset's shown runs and renders them. */
export function shownSongs(preset: Preset): Shown {
  const { facts, seed } = shownRuns(preset);
  const { workspace, corpus } = facts;
  const runs = methods.flatMap((method): ShownRun[] => {
    const name = { method, seed };
    const record = findRun(facts, name);
    if (!record) return [];
    return [{ name, record, captions: new Map(readCaptions(workspace.runs, record).map((one) => [one.song, one])) }];
  });
  const cases = caseRows(corpus.rows.test, runs.find(({ name }) => name.method === "alcap")?.captions);
  const others = corpus.rows.test.filter((row) => !cases.includes(row)).slice(0, SONGS - cases.length);
  const songs = [...cases, ...others].map(({ song, text }) => ({ song, reference: text, audio: played(song) }));
  return { facts, runs, songs, cases: cases.length };
}

/** As notebook 07: the first song whose lyrics' mood is not its music's, then the first that ALCAP's caption gets wrong. */
function caseRows(test: readonly Row[], captions: ReadonlyMap<string, CaptionRecord> | undefined): Row[] {
  const torn = test.filter(({ song: { truth } }) => truth.mood !== truth.lyricsMood);
  const fails = ({ song }: Row) => moodFollowed(captions?.get(song.id)?.caption ?? "", song.truth) !== "music";
  return [...torn.slice(0, 1), ...torn.slice(1).filter(fails)].slice(0, CASES);
}

const played = (song: Song) => audioUri(renderSong(song.music), sampleRate, song.title, { seconds: PLAYED }).uri;

/** The frozen encoder's representations `[M, D]` of the songs' music, and of silence as the last. */
export async function representations({ facts, songs }: Shown): Promise<Value[]> {
  const { preset, workspace } = facts;
  const weights = await obtainEncoderWeights(preset, workspace.cache, quiet);
  const silence = new Float32Array(excerptSeconds * sampleRate);
  return representSounds(weights, [...songs.map(({ song }) => renderSong(song.music)), silence]);
}
