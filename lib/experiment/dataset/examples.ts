import type { Example, Examples } from "../../data/text/batch";
import type { Tokeniser } from "../../data/text/tokeniser";
import type { RunPlan } from "../preset/plan";
import type { Row, SongText } from "./corpus";
import type { Representations } from "./representations";

/** What rows are made ready with. */
interface ExampleSource {
  readonly tokeniser: Tokeniser;
  readonly music: Representations;
  readonly preset: Pick<RunPlan, "lyricsTokens" | "captionTokens">;
}

/** Tokenises rows when they are first asked for, and lyrics once a song; music is asked for each time. */
export function examplesOf({ tokeniser, music, preset }: ExampleSource, rows: readonly Row<SongText>[]): Examples {
  const lyricsOf = remembered((song: SongText) => tokeniser.encode(song.lyrics, { maxLength: preset.lyricsTokens }));
  const captionOf = remembered((row: Row<SongText>) => tokeniser.encode(row.text, { maxLength: preset.captionTokens }));
  const of = (at: number): Example => {
    const row = rows[at] as Row<SongText>;
    const { id } = row.song;
    const paired = music.paired && { pairedMusic: music.paired(id) };
    return { song: id, lyrics: lyricsOf(row.song), caption: captionOf(row), music: music.of(id), ...paired };
  };
  return { length: rows.length, of };
}

function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
}
