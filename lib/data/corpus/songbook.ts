import { writeFileSync } from "node:fs";
import { writeWav } from "../audio";
import { writeNpz } from "../npz";
import { makeSong, renderSong, type SongbookOptions, sampleRate } from "../songbook";
import { assemble, type SongSounds } from "./assemble";
import { inDraft, type PrepareCorpus, type PreparedCorpus } from "./prepare";
import type { Split } from "./split";
import { tables } from "./variants";

export interface SongbookCorpusOptions extends PrepareCorpus {
  readonly songbook: SongbookOptions;
  /** Render the songs; without it the corpus holds words alone. */
  readonly audio?: SongSounds["ending"];
}

/** Writes a Songbook in the layout of the real corpora, one song in memory at a time; the same options give the same bytes. */
export async function prepareSongbook(options: SongbookCorpusOptions): Promise<PreparedCorpus> {
  const { songbook, audio } = options;
  return inDraft(options, async (draft) => {
    const split = new Map<string, Split>();
    const indices = new Map<string, number>();
    const source = "songbook";
    const account = draft.account(source);
    for (let index = 0; index < songbook.songs; index++) {
      const song = makeSong(songbook, index);
      split.set(song.id, song.split);
      indices.set(song.id, index);
      draft.lyrics.put(song.id, song.lyrics);
      for (const { text, votes, listener } of song.interpretations) {
        account.read++;
        draft.add({ song: song.id, text, votes, listener, source, row: account.read });
      }
    }
    const songOf = (id: string) => makeSong(songbook, indices.get(id) ?? 0);
    return assemble(draft, {
      name: "songbook",
      options: { ...songbook, audio: audio ?? "none" },
      tables: tables({ cut: "by votes" }),
      split,
      testRows: "best",
      ruler: options.ruler,
      report: options.report,
      more: (id) => {
        const { title, tags, truth } = songOf(id);
        return { title, tags, truth };
      },
      ...(audio && { sounds: { ending: audio, write: (id, file) => writeSound(renderSong(songOf(id).music), audio, file) } }),
    });
  });
}

function writeSound(samples: Float32Array, ending: SongSounds["ending"], file: string): void {
  writeFileSync(
    file,
    ending === "wav" ? writeWav(samples, sampleRate) : writeNpz({ a: { data: samples, shape: [samples.length] } }),
  );
}
