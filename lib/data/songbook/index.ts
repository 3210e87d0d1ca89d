/** Songbook: a generated corpus of songs whose hidden causes are known. */
export { drawCauses, isUnseen, planSong, songCount, splitOf, unseenPairs } from "./causes";
export { words } from "./english";
export { frameCounts } from "./interpretations";
export { playingChances } from "./music/chances";
export { moodLogLikelihood } from "./music/likelihood";
export { compose, type Note, type Part, type Score, type Stroke, songSeconds, soundingVoices } from "./music/score";
export {
  type Concept,
  freshReviews,
  makePlaylist,
  type PlaylistOptions,
  playlistPairing,
  playlistsOfWindow,
  playlistWindow,
  playlistWindows,
  reviewWords,
  type SongbookPlaylist,
} from "./playlists";
export { freshComments, makeSong, songId } from "./song";
export { soundFingerprint } from "./synth/fingerprint";
export { renderSong } from "./synth/render";
export { sampleRate } from "./synth/tables";
export { type Pace, paceOf, paces, TAGS } from "./tags";
export {
  type Accompaniment,
  type Detail,
  type Expression,
  type Interpretation,
  type Listener,
  listeners,
  type Mode,
  type MusicPlan,
  modes,
  type Song,
  type SongbookOptions,
  type Split,
  type Style,
  styles,
  type Truth,
} from "./types";
export {
  type Instrument,
  instrumentForms,
  instrumentNames,
  instruments,
  type Mood,
  moodForms,
  moodNames,
  moods,
  names,
  places,
  type Theme,
  themeForms,
  themeNames,
  themes,
} from "./words/lexicon";
