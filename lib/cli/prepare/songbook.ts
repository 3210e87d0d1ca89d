import { prepareSongbook, type SongEmbedder } from "../../data/corpus";
import { playlistPairing } from "../../data/songbook";
import type { Preset } from "../../experiment/preset/songbook";
import type { Reporter } from "../../progress";
import { command } from "../command";
import { choice, number, or, text, whole } from "../options";
import { preset } from "../run-options";
import { commonOf, everyCorpus, report, threads } from "./corpus";

/** `alcap prepare songbook`: the generated corpora. */
export const { run, parse } = command({
  name: "prepare songbook",
  about:
    "Generates a Songbook. It holds four data sets: songbook-full, -nonnegative and -positive in DIR, songbook-playlists in " +
    "DIR/playlists. When it is stopped, sounds and representations stay in DIR.partial and the same command goes on with them. " +
    "The SHA-256 that is printed at the end is that of SHA256SUMS, which names every byte: the same options give the same one.",
  options: {
    ...everyCorpus,
    preset,
    songs: whole("others than the preset's"),
    testSongs: whole("others than the preset's"),
    seed: whole("another than the preset's"),
    agreement: number("how often the lyrics' mood is the music's, where not as the preset says", { to: 1 }),
    noise: number("how far a performance strays from its mood, where not as the preset says", { to: 1 }),
    pairing: or(number("how often a playlist's concept follows its song", { to: 1 }), playlistPairing),
    audio: choice("sound format", ["npz", "wav"], "render the songs"),
    embeddings: text("FILE", "their representations by this music encoder, or by the preset's own (`preset`)"),
    threads,
  },
  action: async (asked) => {
    const { preset, audio, embeddings, threads, pairing } = asked;
    const { songs = preset.corpus.songs, testSongs = preset.corpus.testSongs, seed = preset.corpus.seed } = asked;
    const { agreement = preset.corpus.agreement, noise = preset.corpus.noise } = asked;
    const common = commonOf(asked);
    const embedder = embeddings === undefined ? undefined : await embedderOf(embeddings, preset, common.report);
    const songbook = { seed, songs, testSongs, agreement, noise, pairing };
    return report(await prepareSongbook({ ...common, songbook, audio, threads, embedder }), asked);
  },
});

/** The engine is loaded only where representations are asked for. */
async function embedderOf(encoder: string, preset: Preset, report: Reporter): Promise<SongEmbedder> {
  const { presetEncoder, songEmbedder } = await import("../../experiment/tagger/represent-songbook.js");
  return songEmbedder(encoder === "preset" ? presetEncoder(preset) : encoder, report("representations"));
}
