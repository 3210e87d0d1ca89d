import path from "node:path";
import { parseArgs } from "node:util";
import { verifyCorpus } from "../../data/corpus";
import { AlcapError } from "../../errors";
import { terminalReporter } from "../terminal";

const help = `Usage: alcap verify data DIR [--json]

Checks a corpus that \`alcap prepare\` wrote, and a Songbook's playlists within it: sizes and SHA-256 of its files, every song, row, sound
and representation; that splits share no song, that the variants follow from the votes, and that all counts add up. Exit code 1 when
anything is wrong.`;

/** `alcap verify data`. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0)
    throw new AlcapError("usage", "Give one folder of a prepared corpus.", "Run `alcap verify data --help`.");
  const { about, findings, first, checked } = await verifyCorpus(folder, terminalReporter()("songs"));
  if (values.json) console.log(JSON.stringify({ folder, name: about.name, findings, first, checked }));
  else {
    for (const [part, { songs, rows, audio }] of Object.entries(checked))
      console.log(
        `${path.join(folder, part)}: ${part === "." ? about.name : part}, ${songs} songs, ${rows} table rows, ${audio} audio files checked`,
      );
    console.log(
      findings === 0 ? "  nothing wrong" : `  ${findings} findings${findings > first.length ? "; the first ten" : ""}:`,
    );
    for (const { file, row, problem } of first) console.log(`  ${file}${row === undefined ? "" : `, row ${row}`}: ${problem}`);
  }
  return findings === 0 ? 0 : 1;
}
