import { statSync } from "node:fs";
import { interpretationFields, prepareRecords, prepareReleased } from "../../data/corpus";
import { command } from "../command";
import { existing, file, folder, longName, many, required, usage, type Values, whole } from "../options";
import { everyCorpus, fieldsOf, readCorpus, readingOf, report } from "./corpus";

/** Songs held out, and the seed that draws them. */
const drawn = { test: 800, validation: 800, seed: 2022 };

const records = {
  lyrics: folder("DIR", "lyrics as ID.txt (default: in the records)"),
  testSongs: file("FILE", "ids of the test songs (default: drawn)"),
  test: whole(`songs for testing (default ${drawn.test})`),
  validation: whole(`songs for validation (default ${drawn.validation})`),
  seed: whole(`of the random splits (default ${drawn.seed})`),
};
const given = { ...everyCorpus, ...readCorpus(interpretationFields), ...records };
const files = required(
  many(existing("FILE", "JSON lines, a JSON array or CSV; or the folder of df_full_train.csv … df_test.csv")),
);

/** `alcap prepare si`: Song Interpretation, from records with votes or from the released tables. */
export const { run, parse } = command({
  name: "prepare si",
  about: "Makes a corpus of interpretation records with votes, or of the released tables, which are cut into splits already.",
  arguments: { files },
  options: given,
  action: async (asked) => report(await prepareSi(asked), asked),
});

function prepareSi(asked: Values<typeof given> & { readonly files: readonly string[] }) {
  const fields = fieldsOf(interpretationFields, asked.field);
  const { files, lyrics, testSongs, test = drawn.test, validation = drawn.validation, seed = drawn.seed } = asked;
  const tables = files.find((one) => statSync(one).isDirectory());
  if (tables === undefined)
    return prepareRecords({ ...readingOf(asked), files, fields, held: { test, validation }, seed, lyrics, testSongs });
  if (files.length > 1) throw usage("The released tables are one folder.", "Give that folder alone.");
  for (const name of Object.keys(records) as (keyof typeof records)[])
    if (asked[name] !== undefined)
      throw usage(`${longName(name)} means nothing for released tables, which are cut already.`, "Leave it out.");
  const { votes: _, ...released } = fields;
  return prepareReleased({ ...readingOf(asked), folder: tables, fields: released });
}
