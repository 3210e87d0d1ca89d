import { type Cell, type CellProblem, idCell } from "../layout/cells";
import { compareIds } from "../layout/split";

/** The names in raw playlists. They differ between crawls: name yours here. */
export interface PlaylistFields {
  readonly playlist: string;
  readonly review: string;
  /** The playlist's songs: objects, or ids alone. */
  readonly songs: string;
  readonly song: string;
  readonly title: string;
  readonly lyrics: string;
}

/** The names of the service's own answers; lyrics are put into them, or come from a file of songs. */
export const playlistFields: PlaylistFields = {
  playlist: "id",
  review: "description",
  songs: "tracks",
  song: "id",
  title: "name",
  lyrics: "lyrics",
};

/** A playlist with its songs' ids, each once, in its order. */
export interface Playlist {
  readonly id: string;
  readonly songs: readonly string[];
}

/** A song as it stands in a playlist. */
export interface ListedSong {
  readonly id: string;
  readonly cells: ReadonlyMap<string, unknown>;
}

/** Reads the songs of one raw playlist, or says why it cannot be used. */
export function readPlaylist(
  cells: ReadonlyMap<string, unknown>,
  fields: PlaylistFields,
): { readonly playlist: Playlist; readonly listed: readonly ListedSong[] } | CellProblem {
  const id = idCell(cells, fields.playlist);
  if ("kind" in id) return id;
  const songs = cells.get(fields.songs);
  if (!Array.isArray(songs) || songs.length === 0) return { kind: "no songs", column: fields.songs, problem: "no list of songs" };
  const listed = new Map<string, ListedSong>();
  for (const [place, song] of songs.entries()) {
    const found = readSong(song, fields);
    if ("kind" in found) return { ...found, column: `${fields.songs}[${place}].${found.column}` };
    if (!listed.has(found.value.id)) listed.set(found.value.id, found.value);
  }
  return { playlist: { id: id.value, songs: [...listed.keys()] }, listed: [...listed.values()] };
}

function readSong(song: unknown, fields: PlaylistFields): Cell<ListedSong> {
  const whole = typeof song === "object" && song !== null && !Array.isArray(song);
  const cells = new Map<string, unknown>(whole ? Object.entries(song) : [[fields.song, song]]);
  const id = idCell(cells, fields.song);
  return "kind" in id ? id : { value: { id: id.value, cells } };
}

/** Counts one more playlist for each of its songs. */
export function collect(popularity: Map<string, number>, { songs }: Playlist): void {
  for (const song of songs) popularity.set(song, (popularity.get(song) ?? 0) + 1);
}

/**
 * The song that stands for a playlist: "the song that has been collected to most playlists" (paper, section 5.2); of equals, the one with
 * the lower id.
 */
export function mostCollected(songs: readonly string[], popularity: ReadonlyMap<string, number>): string | undefined {
  const count = (song: string) => popularity.get(song) ?? 0;
  return [...songs].sort((a, b) => count(b) - count(a) || compareIds(a, b))[0];
}
