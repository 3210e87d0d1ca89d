import { mkdirSync } from "node:fs";
import path from "node:path";
import { linkOrCopy } from "../../../files/copy";
import type { Reporter } from "../../../progress";
import { makeSong, type PlaylistOptions, playlistPairing, playlistsOfWindow, playlistWindows, songId } from "../../songbook";
import { type Account, type CorpusAbout, corpusFiles, type PreparedSong } from "../layout/schema";
import type { Ruler } from "../layout/statistics";
import { writeSums } from "../layout/sums";
import { holds, tables } from "../layout/variants";
import { type CorpusWriter, corpusWriter, noProblems, rowsBySong } from "../write/writer";

/** Where the playlist corpus lies within a prepared Songbook. */
export const playlistsFolder = "playlists";

export interface PlaylistCorpusOptions {
  readonly songbook: PlaylistOptions;
  readonly ruler: Ruler;
  readonly report: Reporter;
  /** What the Songbook around it holds besides words. */
  readonly sounds: Pick<CorpusAbout, "audio" | "embeddings">;
}

type Counts = Record<"read" | PreparedSong["split"], number>;

const cut = tables({ cut: "none" });

/** Writes the playlist corpus into a Songbook's folder, laid out as a NetEase corpus; sounds are the Songbook's, by a second name. */
export function addPlaylists(folder: string, { songbook, ruler, report, sounds }: PlaylistCorpusOptions): void {
  const own = path.join(folder, playlistsFolder);
  mkdirSync(own);
  const writer = corpusWriter(own, { tables: cut, ruler, countSongs: rowsBySong });
  const share = sharing(folder, own, sounds);
  const counts: Counts = { read: 0, train: 0, validation: 0, test: 0 };
  const windows = playlistWindows(songbook);
  const progress = report("playlists");
  let songs = 0;
  for (let window = 0; window < windows; window++) {
    for (const id of writeWindow(writer, { songbook, window, counts, ending: sounds.audio?.ending })) {
      share(id);
      songs++;
    }
    progress(window + 1, windows, "windows of songs");
  }
  const account: Account = { ...counts, withheld: 0, dropped: {} };
  const about = {
    name: "songbook-playlists" as const,
    options: { ...songbook, pairing: songbook.pairing ?? playlistPairing, audio: sounds.audio?.ending ?? "none" },
    accounts: { "songbook playlists": account },
    sharedSongs: 0, // a playlist's split is its song's
    ...(sounds.audio && { audio: { ...sounds.audio, files: songs } }),
    ...(sounds.embeddings && { embeddings: { ...sounds.embeddings, files: songs } }),
  };
  writer.close(about, { [corpusFiles.problems]: noProblems(own) });
  writeSums(own);
}

interface WindowTask {
  readonly songbook: PlaylistOptions;
  readonly window: number;
  readonly counts: Counts;
  readonly ending: string | undefined;
}

/** Writes the songs that stand for a playlist of the window, in the order of ids, each with its reviews; gives their ids. */
function writeWindow(writer: CorpusWriter, { songbook, window, counts, ending }: WindowTask): readonly string[] {
  const playlists = playlistsOfWindow(songbook, window);
  const standing = [...new Set(playlists.map((playlist) => playlist.standing))].sort((a, b) => a - b);
  return standing.map((index) => {
    const { id, split, lyrics, title, tags, truth } = makeSong(songbook, index);
    for (const list of playlists.filter((one) => one.standing === index)) {
      counts.read++;
      counts[split]++;
      const { concept, matches, collected } = list;
      const songs = list.songs.map((one) => songId(songbook, one));
      const row = { song: id, split, text: list.review, playlist: list.id, truth: { concept, matches, collected, songs } };
      writer.row(
        row,
        lyrics,
        cut.filter((table) => holds(table, split)),
      );
    }
    writer.song({ id, split, lyrics, audio: ending && `${corpusFiles.audio}/${id}.${ending}`, title, tags, truth });
    return id;
  });
}

/** Gives a song's sound and representation a second name in the playlist corpus. */
function sharing(from: string, to: string, { audio, embeddings }: PlaylistCorpusOptions["sounds"]): (song: string) => void {
  const shared = [
    ...(audio ? [[corpusFiles.audio, audio.ending] as const] : []),
    ...(embeddings ? [[corpusFiles.embeddings, "npz"] as const] : []),
  ];
  for (const [folder] of shared) mkdirSync(path.join(to, folder));
  return (song) => {
    for (const [folder, ending] of shared) {
      const name = path.join(folder, `${song}.${ending}`);
      linkOrCopy(path.join(from, name), path.join(to, name));
    }
  };
}
