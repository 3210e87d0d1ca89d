import path from "node:path";
import type { Encoding } from "../../../files/read";
import { textLines } from "../../../files/rows/json";
import type { ProblemKind } from "../../../files/rows/problems";
import { readRows } from "../../../files/rows/read-rows";
import { textFile } from "../../../files/text-file";
import { quiet } from "../../../progress";
import { idCell, problemAt, textCell } from "../layout/cells";
import { drawProportional } from "../layout/split";
import { tables } from "../layout/variants";
import { assemble } from "../write/assemble";
import type { Draft } from "../write/draft";
import { distinctNames, type FindSounds, inDraft, keptSongs, type PrepareCorpus, type PreparedCorpus } from "../write/prepare";
import { type EnglishTest, type EnglishVerdict, englishTest, plainLyrics } from "./english";
import {
  collect,
  type ListedSong,
  mostCollected,
  type Playlist,
  type PlaylistFields,
  playlistFields,
  readPlaylist,
} from "./playlists";
import { identityTranslator, type Translator } from "./translate";

/**
 * The excerpt that the paper keeps of a NetEase song (section 5.2). The music encoder's 15 s at 16 kHz are cut from the middle too, so
 * they lie inside it whether the audio has been cut already or not.
 */
export const neteaseExcerpt = { seconds: 30, from: "middle", sampleRate: 22_050 } as const;

export interface NeteaseOptions extends PrepareCorpus {
  /** Raw playlists: JSON lines or JSON arrays. */
  readonly playlists: readonly string[];
  /** Songs with lyrics, where the playlists do not carry them. */
  readonly songs?: string;
  readonly fields?: PlaylistFields;
  readonly encoding?: Encoding;
  /** Puts reviews that are not English into English; without one they are dropped. */
  readonly translator?: Translator;
  readonly seed: number;
  readonly findSounds?: FindSounds;
}

/** Playlists on their way: on disk they lie as `Draft` rows do. */
interface ListedPlaylist extends Playlist {
  readonly review: string;
  readonly source: string;
  readonly row: number;
}

interface Crawl {
  /** Playlists that hold a song, over the whole crawl. */
  readonly popularity: Map<string, number>;
  /** How a song's lyrics were judged. */
  readonly verdicts: Map<string, EnglishVerdict>;
  readonly titles: Map<string, string>;
  readonly isEnglish: EnglishTest;
}

/**
 * Curates the NetEase Cloud Music Review corpus from raw playlists by the paper's rule (section 5.2): playlists of English songs only; from
 * each the most collected song, with the playlist's review in English; split at random in the paper's proportions.
 *
 * @throws AlcapError `input` when a file cannot be read, `data` when no playlist is usable
 */
export async function prepareNetease(options: NeteaseOptions): Promise<PreparedCorpus> {
  const { playlists, songs, fields = playlistFields, encoding = "utf-8", seed, translator, report = quiet } = options;
  distinctNames(playlists);
  return inDraft(options, async (draft) => {
    const crawl: Crawl = { popularity: new Map(), verdicts: new Map(), titles: new Map(), isEnglish: await englishTest() };
    const spool = path.join(draft.work, "playlists.jsonl");
    if (songs !== undefined) await readSongs(draft, crawl, songs, { fields, encoding, report });
    const total = await readPlaylists(draft, crawl, spool, { playlists, fields, encoding, report });
    await curate(draft, crawl, spool, { translator, report, total });
    const { kept, ...sounds } = await keptSongs(draft, options.findSounds);
    const rows = new Map(kept.map(({ id }) => [id, draft.songs.get(id)?.rows ?? 0]));
    return assemble(draft, {
      name: "netease",
      options: { fields, encoding, seed, translator: (translator ?? identityTranslator).name, excerpt: neteaseExcerpt },
      tables: tables({ cut: "none" }),
      split: drawProportional(rows, seed),
      testRows: "all",
      ruler: options.ruler,
      report,
      more: (id) => ({ title: crawl.titles.get(id) }),
      ...sounds,
    });
  });
}

type Reading = Required<Pick<NeteaseOptions, "fields" | "encoding" | "report">>;

/** A file of songs: its broken rows are reported, but no record of the corpus is lost by them alone. */
async function readSongs(draft: Draft, crawl: Crawl, file: string, { fields, encoding, report }: Reading): Promise<void> {
  const source = path.basename(file);
  const options = { encoding, required: [fields.song, fields.lyrics], progress: report(source) };
  for await (const record of readRows(file, options)) {
    const id = "kind" in record ? record : idCell(record.cells, fields.song);
    if ("kind" in record || "kind" in id) {
      if ("kind" in id) draft.problems.add(problemAt(source, record, id, "kept"));
    } else judge(draft, crawl, { id: id.value, cells: record.cells }, fields);
  }
}

/** Puts a song's lyrics on the shelf and judges their language, once. */
function judge({ lyrics }: Draft, crawl: Crawl, { id, cells }: ListedSong, fields: PlaylistFields): void {
  const title = textCell(cells, fields.title, "text");
  if ("value" in title && !crawl.titles.has(id)) crawl.titles.set(id, title.value);
  if (crawl.verdicts.has(id)) return;
  const words = textCell(cells, fields.lyrics, "lyrics");
  if ("kind" in words) return;
  const plain = plainLyrics(words.value);
  if (plain === "") return;
  lyrics.put(id, plain);
  crawl.verdicts.set(id, crawl.isEnglish(plain));
}

/** Reads every playlist once: popularity, languages, and the playlists themselves on disk. Gives how many can be used. */
async function readPlaylists(
  draft: Draft,
  crawl: Crawl,
  spoolFile: string,
  { playlists, fields, encoding, report }: Reading & Pick<NeteaseOptions, "playlists">,
): Promise<number> {
  const spool = textFile(spoolFile);
  const known = new Set<string>();
  let spooled = 0;
  for (const file of playlists) {
    const source = path.basename(file);
    const account = draft.account(source);
    const options = { encoding, required: [fields.playlist, fields.review, fields.songs], progress: report(source) };
    for await (const record of readRows(file, options)) {
      account.read++;
      const list = "kind" in record ? record : readPlaylist(record.cells, fields);
      if ("kind" in record || "kind" in list) {
        if ("kind" in list) draft.report(problemAt(source, record, list));
      } else if (known.has(list.playlist.id)) {
        const problem = `playlist ${list.playlist.id} again`;
        draft.report(problemAt(source, record, { kind: "duplicate", column: fields.playlist, problem }));
      } else {
        known.add(list.playlist.id);
        collect(crawl.popularity, list.playlist);
        for (const song of list.listed) judge(draft, crawl, song, fields);
        const review = textCell(record.cells, fields.review, "text"); // a playlist without one still counts for popularity
        if ("kind" in review) draft.report(problemAt(source, record, review));
        else {
          const line: ListedPlaylist = { ...list.playlist, review: review.value, source, row: record.row };
          spool.write(`${JSON.stringify(line)}\n`);
          spooled++;
        }
      }
    }
  }
  spool.close();
  return spooled;
}

type Curation = Pick<NeteaseOptions, "translator"> & Required<Pick<NeteaseOptions, "report">> & { readonly total: number };

/** Applies the rule to the playlists that were read, now that popularity and languages are known. */
async function curate(draft: Draft, crawl: Crawl, spoolFile: string, { translator, report, total }: Curation): Promise<void> {
  const progress = report("playlists");
  let done = 0;
  for await (const { text = "" } of textLines(spoolFile)) {
    const list = JSON.parse(text) as ListedPlaylist;
    progress(++done, total);
    const drop = (kind: ProblemKind, problem: string) => draft.report(problemAt(list.source, list, { kind, problem }));
    const foreign = list.songs.find((song) => crawl.verdicts.get(song) !== "English");
    if (foreign !== undefined) {
      const verdict = crawl.verdicts.get(foreign);
      if (verdict) drop("not English", `song ${foreign}: ${verdict}`);
      else drop("lyrics", `song ${foreign} has no lyrics`);
      continue;
    }
    const song = mostCollected(list.songs, crawl.popularity);
    const review = await inEnglish(list.review, crawl.isEnglish, translator);
    if (review === undefined)
      drop("translation", translator ? "the translation is empty" : "the review is not English (--translator translates)");
    else if (song !== undefined) draft.add({ song, text: review, playlist: list.id, source: list.source, row: list.row });
  }
}

/** A review in English; short ones in Latin script are taken for English. */
async function inEnglish(
  review: string,
  isEnglish: EnglishTest,
  translator: Translator | undefined,
): Promise<string | undefined> {
  const verdict = isEnglish(review);
  if (verdict === "English" || verdict === "too short") return review;
  const [english = ""] = translator ? await translator.translate([review]) : [];
  return english.trim() === "" ? undefined : english.trim();
}
