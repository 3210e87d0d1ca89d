import { localTranslator, playlistFields, prepareNetease } from "../../data/corpus";
import { command } from "../command";
import { file, folder, many, or, required, whole } from "../options";
import { everyCorpus, fieldsOf, readCorpus, readingOf, report } from "./corpus";

/** `alcap prepare netease`: playlists with what listeners wrote of them. */
export const { run, parse } = command({
  name: "prepare netease",
  about: "Makes a corpus of raw playlists and their reviews.",
  arguments: { playlists: required(many(file("FILE", "JSON lines or a JSON array"))) },
  options: {
    ...everyCorpus,
    ...readCorpus(playlistFields),
    songs: file("FILE", "songs with lyrics (default: in the playlists)"),
    translator: folder("DIR", "translation model on disk (default: reviews that are not English are dropped)"),
    seed: or(whole("of the random splits"), 2022),
  },
  action: async (asked) => {
    const { playlists, songs, seed } = asked;
    const translator = asked.translator === undefined ? undefined : await localTranslator(asked.translator);
    const fields = fieldsOf(playlistFields, asked.field);
    return report(await prepareNetease({ ...readingOf(asked), playlists, songs, fields, translator, seed }), asked);
  },
});
