import type { Account, CorpusAbout } from "../layout/schema";
import { splits } from "../layout/split";
import type { LengthSummary } from "../layout/statistics";

const sources: Readonly<Record<CorpusAbout["name"], readonly string[]>> = {
  si: [
    "Song Interpretation (Zhang et al. 2022): listeners' interpretations of songs with other listeners' votes, for songs of Music4All (Santana et al. 2020).",
    "Cut here from records with votes into `full` (all), `not_negative` (votes ≥ 0) and `positive` (votes > 0), as section 5.1 of the ALCAP paper describes. The preprocessing behind the paper's `full` variant is not published; here only rows that cannot be used, and repeated rows, are left out, so counts differ from the paper's 279,283, 265,360 and 49,736 training rows.",
    "Splits are by song. Test songs have at least one interpretation with votes above 0, and one reference each: the interpretation with the most votes.",
  ],
  "si-released": [
    "Song Interpretation (Zhang et al. 2022) in the tables that the released code of ALCAP reads; rows stay in the table where they were found.",
    "Rows of test songs in other tables were dropped. `sharedSongs` counts the songs that training and validation tables share.",
  ],
  netease: [
    "Reviews of NetEase Cloud Music playlists, curated by the rule of section 5.2 of the ALCAP paper: playlists of English songs only; from each, the song that most playlists of the crawl hold, ties to the lower id; its caption is the playlist's review, in English.",
    "A review is about a playlist, not about the song it is paired with: the paper says so itself, and pairs are weak for that reason. English is told by script and by letter statistics of the lyrics, not by a person.",
    "Random split in the paper's proportions 15,547 / 3,331 / 3,332; a song chosen from several playlists keeps all its reviews in one split.",
  ],
  songbook: [
    "Songbook: generated songs whose hidden causes (`truth`) are known; lyrics, interpretations, votes and music are all drawn from one seed. No person wrote or played any of it.",
    "It stands in for the Song Interpretation corpus where that cannot be had. Results on it say nothing about real listeners.",
    "Cut by votes into `full` (all), `not_negative` (votes ≥ 0) and `positive` (votes > 0): the data sets songbook-full, songbook-nonnegative and songbook-positive, with one test split.",
  ],
  "songbook-playlists": [
    "Songbook's playlists: each was made for a concept (a mood, a theme or both), gathers songs of which some suit it, and is represented by its most collected song; the caption of that song is the playlist's review.",
    "Pairing is weak by construction: each aspect of the concept is the song's own with the probability `pairing`, else drawn among all values. The `truth` of a row says which aspects match.",
  ],
};

const generated = "Free of others' rights; given to the public domain under CC0 1.0.";

const rights: Readonly<Record<CorpusAbout["name"], string>> = {
  si: "Lyrics and audio are under copyright and interpretations were written by users of a web site: keep the corpus for research and do not pass it on.",
  "si-released":
    "Lyrics and audio are under copyright and interpretations were written by users of a web site: keep the corpus for research and do not pass it on.",
  netease:
    "Lyrics and audio are under copyright and reviews were written by users of a service: keep the corpus for research and do not pass it on.",
  songbook: generated,
  "songbook-playlists": generated,
};

/** A datasheet (Gebru et al. 2021) of a prepared corpus, in Markdown; a pure function of `corpus.json`. */
export function writeDatasheet(about: CorpusAbout): string {
  const accounts = Object.entries(about.accounts);
  const part = (title: string, ...lines: readonly string[]) => [`## ${title}`, "", ...lines, ""];
  return [
    `# Datasheet: ${about.name}`,
    "",
    ...part("What it is", ...sources[about.name].flatMap((text) => [text, ""])).slice(0, -1),
    ...part("Songs", ...songLines(about)),
    ...part("Tables", `Lengths of comments in ${about.unit}.`, "", ...tableLines(about)),
    ...part("Where every record went", ...accountLines(accounts)),
    ...part("Made with", "```json", JSON.stringify(about.options, null, 1), "```"),
    ...part("Rights", rights[about.name]),
    "The layout is described in the project's data/README.md; `problems.jsonl` lists every row that was dropped or needs attention.",
    "",
  ].join("\n");
}

function songLines({ songs, lyrics, unit, audio, embeddings }: CorpusAbout): string[] {
  const counts = splits.map((split) => `${split} ${songs[split]}`).join(", ");
  return [
    `${counts}. Lyrics have ${lengthWords(lyrics)} ${unit}.`,
    "",
    audio
      ? `Audio: ${audio.files} ${audio.ending} files, each the 15 s in the middle of the song, mono, 16 kHz.`
      : "Audio is not part of this folder.",
    ...(embeddings
      ? [
          "",
          `Representations: ${embeddings.files} files of ${embeddings.shape.join(" × ")}, by the encoder ${embeddings.encoder}.`,
        ]
      : []),
  ];
}

function lengthWords({ mean, median, p95, longest }: LengthSummary): string {
  return `mean ${mean}, median ${median}, 95 % up to ${p95}, longest ${longest}`;
}

function tableLines({ tables }: CorpusAbout): string[] {
  const rows = Object.entries(tables).map(
    ([file, { rows, songs, comment }]) =>
      `| ${file} | ${rows} | ${songs} | ${comment.mean} | ${comment.median} | ${comment.p95} | ${comment.longest} |`,
  );
  return ["| table | rows | songs | mean | median | 95 % | longest |", "| --- | --- | --- | --- | --- | --- | --- |", ...rows];
}

function accountLines(accounts: readonly (readonly [string, Account])[]): string[] {
  const rows = accounts.map(([source, { read, train, validation, test, withheld, dropped }]) => {
    const reasons = Object.entries(dropped)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ");
    return `| ${source} | ${read} | ${train} | ${validation} | ${test} | ${withheld} | ${reasons || "none"} |`;
  });
  const head = [
    "| source | read | train | validation | test | withheld | dropped |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  return [...head, ...rows];
}
