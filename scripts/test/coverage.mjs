// Line coverage of lib/ from what V8 wrote to a folder (NODE_V8_COVERAGE), child processes and worker threads included. A line of
// TypeScript counts when the compiler made code of it that is more than brackets, and is covered when any process ran the first code that it became.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Whether the code at an offset ran: the innermost range around it has a count above 0. */
function ran(functions, offset) {
  const around = functions.flatMap(({ ranges }) => ranges).filter((r) => r.startOffset <= offset && offset < r.endOffset);
  const innermost = around.reduce((a, b) => (b.endOffset - b.startOffset <= a.endOffset - a.startOffset ? b : a), {
    count: 0,
    startOffset: 0,
    endOffset: Number.POSITIVE_INFINITY,
  });
  return innermost.count > 0;
}

/** Offsets in compiled code at which lines of its source begin: source line to offset, lines from 0. */
function linesOf(code, map) {
  const starts = new Map();
  let offset = 0;
  code.split("\n").forEach((text, line) => {
    const first = /^\s*(\/\*|\*|\/\/)|^\W*$/.test(text) ? -1 : text.search(/\S/); // comments and lone brackets are mapped too
    for (let column = first; column >= 0 && column < text.length; column++) {
      const { originalLine, generatedLine, generatedColumn } = map.findEntry(line, column);
      if (generatedLine === line && generatedColumn === column && !starts.has(originalLine))
        starts.set(originalLine, offset + column);
    }
    offset += text.length + 1;
  });
  return starts;
}

/**
 * Reads the coverage of `root`/lib/dist.
 *
 * @returns for each file of lib that has code, the lines that have some and the lines not covered, from 1; files that no process loaded have none covered
 */
export function lineCoverage(folder, root) {
  const dist = path.join(root, "lib/dist");
  const runs = new Map();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    for (const { url, functions } of JSON.parse(readFileSync(path.join(folder, name), "utf8")).result) {
      if (!url.startsWith("file:")) continue;
      const file = fileURLToPath(url);
      if (file.startsWith(dist + path.sep)) runs.set(file, [...(runs.get(file) ?? []), functions]);
    }
  }
  const files = readdirSync(dist, { recursive: true }).map(String);
  const hasSource = (file) => existsSync(path.join(root, "lib", file.replace(/\.js$/, ".ts")));
  return files
    .filter((file) => file.endsWith(".js") && files.includes(`${file}.map`) && hasSource(file))
    .map((file) => {
      const compiled = path.join(dist, file);
      const map = new SourceMap(JSON.parse(readFileSync(`${compiled}.map`, "utf8")));
      const starts = [...linesOf(readFileSync(compiled, "utf8"), map)].sort(([a], [b]) => a - b);
      const processes = runs.get(compiled) ?? [];
      const missed = starts.filter(([, at]) => !processes.some((functions) => ran(functions, at))).map(([line]) => line + 1);
      return { file: path.join("lib", file.replace(/\.js$/, ".ts")), loaded: processes.length > 0, lines: starts.length, missed };
    })
    .filter(({ lines }) => lines > 0);
}

/** Line numbers as ranges: `3-5, 9`. */
const ranges = (lines) =>
  lines
    .reduce((found, line) => {
      const last = found.at(-1);
      if (last && last[1] + 1 === line) last[1] = line;
      else found.push([line, line]);
      return found;
    }, [])
    .map(([from, to]) => (from === to ? from : `${from}-${to}`))
    .join(", ");

const percent = (covered, lines) => `${((100 * covered) / Math.max(1, lines)).toFixed(1)} %`;

/** The coverage in words: files that were loaded, those with most missed lines first, and the sum over all of lib/. */
export function coverageReport(files) {
  const sum = (of, pick) => of.reduce((total, file) => total + pick(file), 0);
  const loaded = files.filter(({ loaded }) => loaded).sort((a, b) => b.missed.length - a.missed.length);
  const covered = (of) => sum(of, ({ lines, missed }) => lines - missed.length);
  const total = (of) => sum(of, ({ lines }) => lines);
  return [
    ...loaded.map(
      ({ file, lines, missed }) =>
        `${percent(lines - missed.length, lines).padStart(7)}  ${file}${missed.length > 0 ? `  not: ${ranges(missed)}` : ""}`,
    ),
    `Lines of the ${loaded.length} files that were loaded: ${percent(covered(loaded), total(loaded))} of ${total(loaded)}.`,
    `Lines of all ${files.length} files of lib/: ${percent(covered(files), total(files))} of ${total(files)}.`,
  ].join("\n");
}
