import { group } from "../command";

/** `alcap prepare`: a corpus on disk, from a user's files or generated. */
export const prepare = group(
  "prepare",
  "Writes a prepared corpus: songs, tables of every split and variant, a datasheet, and a list of every row that was dropped.",
  {
    si: { about: "interpretation records with votes, or the released tables", load: () => import("./si.js") },
    netease: { about: "raw playlists with their reviews", load: () => import("./netease.js") },
    songbook: { about: "the generated corpora", load: () => import("./songbook.js") },
  },
);

export const { run, parse } = prepare;
