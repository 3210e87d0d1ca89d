import { createHash } from "node:crypto";
import path from "node:path";
import { checkThreads } from "../../../files/workers";
import { quiet } from "../../../progress";
import { makePlaylist, makeSong, type PlaylistOptions, type Song, songCount, soundFingerprint } from "../../songbook";
import { type AudioSummary, type CorpusAbout, corpusFiles, type EmbeddingSummary } from "../layout/schema";
import { notOurs, writeSums } from "../layout/sums";
import { holds, tables } from "../layout/variants";
import type { OpenAccount } from "../write/draft";
import { wholeFolder } from "../write/folder";
import type { PrepareCorpus, PreparedCorpus } from "../write/prepare";
import { type CorpusWriter, corpusWriter, noProblems, rowsBySong } from "../write/writer";
import { addPlaylists, playlistsFolder } from "./playlists";
import { renderSongs } from "./render";

/** Writes the representations of all songs to `<folder>/<id>.npz` under the key `a`; files that are there are whole and may stay. */
export interface SongEmbedder {
  /** SHA-256 of the encoder's weight file. */
  readonly encoder: string;
  readonly write: (songbook: PlaylistOptions, folder: string) => Promise<EmbeddingSummary["shape"]>;
}

export interface SongbookCorpusOptions extends Omit<PrepareCorpus, "strict"> {
  readonly songbook: PlaylistOptions;
  /** Render the songs; without it the corpus holds words alone. */
  readonly audio?: AudioSummary["ending"];
  /** Worker threads for rendering; one a core unless given. The corpus does not depend on it. */
  readonly threads?: number;
  readonly embedder?: SongEmbedder;
}

const cut = tables({ cut: "by votes" });
const source = "songbook";

/**
 * Writes a Songbook in the layout of the real corpora: songs cut by votes into three variants with one test split, and in `playlists/` the
 * playlist corpus. One song is in memory at a time, or one window of playlists. The same options give the same bytes; a stopped preparation
 * goes on with the sounds and representations it has.
 *
 * @throws AlcapError `usage` when an option is out of range or `out` is taken
 */
export async function prepareSongbook(options: SongbookCorpusOptions): Promise<PreparedCorpus> {
  const { songbook, audio, ruler, report = quiet } = options;
  checkThreads(options.threads ?? 1);
  const resume = { job: jobOf(options), keep: [corpusFiles.audio, corpusFiles.embeddings] };
  return wholeFolder(options.out, { replace: options.replace, notOurs, resume }, async (folder) => {
    const writer = corpusWriter(folder, { tables: cut, ruler, countSongs: rowsBySong });
    const account = writeSongs(writer, options);
    const sounds = await addSounds(folder, options);
    addPlaylists(folder, { songbook, ruler, report, sounds });
    const about = writer.close(
      {
        name: "songbook",
        options: { ...songbook, audio: audio ?? "none" },
        accounts: { [source]: account },
        sharedSongs: 0, // splits are by song
        ...sounds,
        parts: [playlistsFolder],
      },
      { [corpusFiles.problems]: noProblems(folder) },
    );
    return { about, problems: 0, first: [], sha256: writeSums(folder, report("checksums")) };
  });
}

/** Renders the songs and computes their representations, where they are asked for. */
async function addSounds(
  folder: string,
  { songbook, audio, threads, embedder, report = quiet }: SongbookCorpusOptions,
): Promise<Pick<CorpusAbout, "audio" | "embeddings">> {
  const files = songCount(songbook);
  const progress = report("rendering songs");
  if (audio) await renderSongs(songbook, { ending: audio, folder: path.join(folder, corpusFiles.audio), threads, progress });
  const shape = await embedder?.write(songbook, path.join(folder, corpusFiles.embeddings));
  return {
    ...(audio && { audio: { ending: audio, files } }),
    ...(embedder && shape && { embeddings: { files, shape, encoder: embedder.encoder } }),
  };
}

/** Songs whose plans tell whether two versions of the code plan alike. */
const PROBED = 10;

/** Names the sounds and representations: options, and how this version of the code plans and plays. */
function jobOf({ songbook, audio, embedder }: SongbookCorpusOptions): string {
  const hash = createHash("sha256").update(JSON.stringify([songbook, audio, embedder?.encoder]));
  hash.update(JSON.stringify(makePlaylist(songbook, 0)));
  for (let index = 0; index < Math.min(PROBED, songbook.songs); index++)
    hash.update(JSON.stringify(makeSong(songbook, index).music));
  return hash.update(soundFingerprint()).digest("hex");
}

function writeSongs(writer: CorpusWriter, { songbook, audio, report = quiet }: SongbookCorpusOptions): OpenAccount {
  const account: OpenAccount = { read: 0, train: 0, validation: 0, test: 0, withheld: 0, dropped: {} };
  const progress = report("songs");
  for (let index = 0; index < songCount(songbook); index++) {
    const song = makeSong(songbook, index);
    writeRows(writer, song, account);
    const { id, split, lyrics, title, tags, truth } = song;
    const sound = audio && `${corpusFiles.audio}/${id}.${audio}`;
    writer.song({ id, split, lyrics, audio: sound, title, tags, truth });
    progress(index + 1, songCount(songbook), id);
  }
  return account;
}

/** Of a test song the interpretation with most votes is the reference, the earlier of equals; the others are withheld. */
function writeRows(writer: CorpusWriter, { id, split, lyrics, interpretations }: Song, account: OpenAccount): void {
  const best = interpretations.reduce((most, one) => (one.votes > most.votes ? one : most));
  for (const one of interpretations) {
    const place = split === "test" && one !== best ? "withheld" : split;
    const { text, votes, listener } = one;
    account.read++;
    account[place]++;
    const into = cut.filter((table) => holds(table, place, votes));
    writer.row({ song: id, split: place, text, votes, listener }, lyrics, into);
  }
}
