import { playlistsFolder } from "../songbook/playlists";
import { type Split, splits } from "./split";
import { tables, type Variant } from "./variants";

/** Where a data set lies within a prepared Songbook. */
export interface DataSetPlace {
  readonly folder: string;
  readonly variant?: Variant;
}

const names = ["songbook-full", "songbook-nonnegative", "songbook-positive", "songbook-playlists"] as const;
export type SongbookDataSet = (typeof names)[number];

/** The four data sets of a prepared Songbook, named after the paper's: the same songs cut by votes, and playlists. */
export const songbookDataSets: Readonly<Record<SongbookDataSet, DataSetPlace>> = {
  "songbook-full": { folder: ".", variant: "full" },
  "songbook-nonnegative": { folder: ".", variant: "not_negative" },
  "songbook-positive": { folder: ".", variant: "positive" },
  "songbook-playlists": { folder: playlistsFolder },
};

/** The table of each split of a data set, in the folder that `songbookDataSets` names; the first three share their test table. */
export function tablesOf(dataSet: SongbookDataSet): Readonly<Record<Split, string>> {
  const { variant } = songbookDataSets[dataSet];
  const all = tables({ cut: variant ? "by votes" : "none" });
  const fileOf = (split: Split) => all.find((table) => table.split === split && (split === "test" || table.variant === variant));
  return Object.fromEntries(splits.map((split) => [split, fileOf(split)?.file ?? ""])) as Record<Split, string>;
}
