// Writes what README says came out, and its figure, from the committed records of standard. --check fails where they are stale instead.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.env.ALCAP_HOME = root;
const library = (file) => createRequire(import.meta.url)(path.join(root, "lib/dist", file));
const alcap = library("index.js");
const { recordedGrid } = library("experiment/sweep/recorded.js");
const { renderSvg } = library("notebook/figure/svg/render.js");
const preset = alcap.presetNamed("standard");
const runs = recordedGrid(["table1", "controls", "lambda"], preset);
const { weight, dataSet } = alcap.registered;

const arm = (method, control, λ = weight) => alcap.registeredArm(method, { control, weight: λ });
const arms = [
  ["BART", arm("bart")],
  ["BART-fusion", arm("bart-fusion")],
  [`ALCAP, λ = ${weight}`, arm("alcap")],
  ["BART with fusion's LayerNorm", arm("bart", "layer-norm")],
  ["BART-fusion, other songs' music", arm("bart-fusion", "other-music")],
  ["BART-fusion, the true mood", arm("bart-fusion", "true-mood")],
  ["ALCAP, the true mood", arm("alcap", "true-mood")],
  ["ALCAP, random pairs", arm("alcap", "random-pairs")],
].filter(([, one]) => alcap.runsOfArm(runs, one).size > 0);
const columns = ["nll", "mood", "mood.differs", "mood.unseen", "rouge1", "rougeL", "meteor"].map((key) => ({
  key,
  endpoint: alcap.endpointOf(key),
  label: alcap.labelOf({ key, endpoint: alcap.endpointOf(key) }),
}));

/** Of the protocol. */
const CONTROLS = { control: ["other-music", "true-mood", "random-pairs", "layer-norm"], replicates: 5 };

const number = (x, { unit }) => (unit === "nats" ? x.toFixed(4) : (100 * x).toFixed(1)).replace("-", "−");
const signed = (x, { unit }) => `${x < 0 ? "−" : "+"}${unit === "nats" ? Math.abs(x).toFixed(5) : Math.abs(100 * x).toFixed(2)}`;
const shown = (interval, endpoint, write = number) =>
  interval === null
    ? "–"
    : `${write(interval.mean, endpoint)}${Number.isNaN(interval.low) ? "" : ` [${write(interval.low, endpoint)}, ${write(interval.high, endpoint)}]`}`;
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
const over = (one, key) => alcap.intervalOver(alcap.armMeans(runs, one, key));

/** The registered verdict in one sentence. */
function inOneSentence() {
  const words = { better: "better", worse: "worse", "no difference": "no different", "cannot tell": "not told apart" };
  const each = alcap
    .verdict(runs)
    .primary.map(
      ({ endpoint, outcome, negligible }) =>
        `${words[outcome]} by ${endpoint.label}${negligible && outcome !== "no difference" ? " (by less than a tenth of what the music buys)" : ""}`,
    );
  return `**With alignment captions are ${each.join(" and ")}**, on Songbook, as the protocol that was committed beforehand decides.`;
}

/** The registered verdict: a line an endpoint, then its numbers. */
function verdict() {
  const found = alcap.verdict(runs);
  return found.primary
    .map(alcap.primaryWords)
    .map(({ said, numbers }) => `- **${said}** ${numbers.join(" ")}`)
    .join("\n");
}

/** What is said of the secondary endpoints, which are corrected together: those that differ. */
function secondary() {
  const { secondary: all } = alcap.verdict(runs);
  if (all.length === 0) return [];
  const differ = all.filter(({ corrected }) => corrected !== null && corrected < 0.05);
  const nearest = all.toSorted((a, b) => (a.corrected ?? 1) - (b.corrected ?? 1)).slice(0, 1);
  const said = (differ.length > 0 ? differ : nearest.filter(({ test }) => test !== null)).map((one) => {
    const { endpoint, test, corrected } = one;
    const worse = test.mean > 0 === (endpoint.better === "lower");
    return `${alcap.labelOf(one)} on \`${one.dataSet}\`, ${worse ? "worse" : "better"} by ${shown(test, endpoint, signed)}${endpoint.unit === "nats" ? " nats a token" : " points"}, corrected p = ${corrected.toFixed(3)}`;
  });
  const count =
    differ.length === 0 ? "none differs; nearest to it" : differ.length === 1 ? "one differs" : `${differ.length} differ`;
  return [
    `Of ${all.length} secondary endpoints, corrected together, ${count}${said.length > 0 ? `: ${said.join("; ")}` : ""}.`,
    "",
  ];
}

const results = () =>
  table(
    ["", "replicates", ...columns.map(({ label, endpoint }) => `${label}, ${endpoint.unit === "nats" ? "nats a token" : "%"}`)],
    arms.map(([name, one]) => [
      name,
      alcap.runsOfArm(runs, one).size,
      ...columns.map(({ key, endpoint }) => shown(over(one, key), endpoint)),
    ]),
  );

/** How much of the controls that the protocol asks for is there. */
function controlsSoFar() {
  const { control: asked, replicates } = CONTROLS;
  const each = asked.map((control) => {
    const counts = runs.filter((run) => run.control === control).map(({ replicate }) => replicate);
    return `${control} ${new Set(counts).size}`;
  });
  return each.every((one) => one.endsWith(` ${replicates}`))
    ? []
    : [`Of the ${replicates} replicates of each control that the protocol asks for there are so far: ${each.join(", ")}.`, ""];
}

/** What alignment does beside captions: InfoNCE on test songs against guessing, and the focus of attention, where they were computed. */
function beside() {
  const results = path.join(root, "results/standard");
  const own = alcap.runsOfArm(runs, arm("alcap"));
  const known = alcap.readAlignments(results);
  const rows = [...own].flatMap(([replicate, { record }]) =>
    known[record.id] ? [[replicate, known[record.id], record.curve.losses.alignment]] : [],
  );
  const lines = [];
  if (rows.length > 1) {
    const [, { lnN, batch }] = rows[0];
    const held = alcap.intervalOver(new Map(rows.map(([replicate, { mean }]) => [replicate, mean])));
    const last = (losses) => alcap.meanAndDeviation(losses.slice(-Math.max(1, Math.floor(losses.length / 10)))).mean;
    const trained = alcap.intervalOver(new Map(rows.map(([replicate, , losses]) => [replicate, last(losses)])));
    const said = held.low > lnN ? "worse than guessing" : held.high < lnN ? "better than guessing" : "not told from guessing";
    const nats = ({ mean, low, high }) => `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    lines.push(
      `- **What is aligned on test songs: ${said}.** InfoNCE is ${nats(held)} nats there over ${rows.length} replicates, where guessing among ${batch} songs gives ${lnN.toFixed(3)} and the moods allow ${(lnN - alcap.moodInformation(preset.corpus.agreement)).toFixed(3)}; at the end of training it is ${nats(trained)} on the training songs.`,
    );
  }
  const focus = (method) =>
    new Map(
      [...alcap.runsOfArm(runs, arm(method))].flatMap(([replicate, { record }]) => {
        const found = alcap.recordedFocus(results, record);
        return found ? [[replicate, found]] : [];
      }),
    );
  const [a, b] = [focus("alcap"), focus("bart-fusion")];
  if (a.size > 1 && b.size > 1) {
    const tests = alcap.focusOverReplicates(a, b).filter(({ measure }) => measure === "evenness");
    const axes = { tokens: "over the words", time: "over time" };
    const each = tests.map(
      ({ axis, a: ours, b: others, test, corrected, verdict }) =>
        `${axes[axis]} ${verdict} (evenness ${ours.toFixed(4)} against ${others.toFixed(4)}, p = ${corrected.toFixed(2)}, ${test?.replicates} replicates)`,
    );
    lines.push(`- **Is ALCAP's attention more focused?** ${each.join("; ")}. 1 is perfectly even.`);
  }
  return lines;
}

/** ALCAP − BART-fusion by λ, where the curve has been run. */
function curve() {
  const weights = [
    ...new Set(runs.filter(({ method, control }) => method === "alcap" && !control).map((run) => run.weight)),
  ].sort((a, b) => a - b);
  const against = (λ, key) => {
    const means = [...alcap.pairedDifferences(runs, arm("alcap", undefined, λ), arm("bart-fusion"), key)];
    return alcap.intervalOver(new Map(means.map(([replicate, values]) => [replicate, alcap.meanAndDeviation(values).mean])));
  };
  if (weights.length < 3) return [];
  const rows = weights.map((λ) => [
    λ,
    alcap.runsOfArm(runs, arm("alcap", undefined, λ)).size,
    ...columns.map(({ key, endpoint }) => shown(against(λ, key), endpoint, signed)),
  ]);
  const levels = [arm("bart-fusion"), ...weights.map((λ) => arm("alcap", undefined, λ))];
  const trends = ["nll", "mood"].flatMap((key) => {
    const found = alcap.trendOver(runs, levels, key);
    if (!found) return [];
    const endpoint = alcap.endpointOf(key);
    const p = found.p < 0.001 ? "p < 0.001" : `p = ${found.p.toFixed(3)}`;
    return `${endpoint.label} by ${shown(found, endpoint, signed)} a step (${p}, ${found.replicates} replicates with all weights)`;
  });
  return [
    `ALCAP − BART-fusion by the weight of the alignment, on the same replicates.${trends.length > 0 ? ` From one weight to the next, BART-fusion as 0, ${trends.join("; ")}; not registered.` : ""}`,
    "",
    table(["λ", "replicates", ...columns.map(({ label }) => label)], rows),
    "",
  ];
}

/** The figure: the mood that captions name, by arm. */
async function figure() {
  const labels = arms.map(([name]) => name);
  const values = arms
    .map(([, one]) => over(one, "mood"))
    .map(({ mean, low, high }) => ({ mean: 100 * mean, low: 100 * low, high: 100 * high }));
  const spec = alcap.withReference(
    alcap.barFigure(labels, [{ name: "mood", values, colour: 0 }], {
      title: "Captions that name the music's mood and no other",
      y: { label: "percent of test songs", range: [0, 105] },
    }),
    { y: 100 * alcap.bayesMoodAccuracy(preset.corpus.agreement, "lyrics"), label: "the most that lyrics allow" },
  );
  return `${await renderSvg({ data: spec.data, layout: { ...spec.layout, width: 900, height: 440 } }, { width: 900, height: 440 })}\n`;
}

const songs = preset.corpus.testSongs.toLocaleString("en");
const text = [
  inOneSentence(),
  "",
  `Does alignment make captions better? ALCAP − BART-fusion, λ = ${weight}, on \`${dataSet}\`, ${songs} test songs a replicate:`,
  "",
  verdict(),
  "",
  ...secondary(),
  "Looked at beside it, and not registered beforehand:",
  "",
  ...beside(),
  "",
  "![Captions that name the music's mood, by method and control](results/standard/summary.svg)",
  "",
  "Means over replicates with 95 % intervals; a replicate is a corpus and a training of its own. ROUGE as recall, on the one reference a song that the paper's tables use.",
  "",
  results(),
  "",
  ...controlsSoFar(),
  ...curve(),
]
  .join("\n")
  .trimEnd();

const readme = path.join(root, "README.md");
const picture = path.join(root, "results/standard/summary.svg");
const pattern = /(<!-- results: [^>]*-->\n)[\s\S]*(\n<!-- \/results -->)/;
const before = readFileSync(readme, "utf8");
if (!pattern.test(before)) throw new Error("README.md has no place for the results.");
const files = new Map([
  [readme, before.replace(pattern, (_, open, close) => `${open}\n${text}\n${close}`)],
  [picture, await figure()],
]);
const stale = [...files].filter(([file, content]) => !existsSync(file) || readFileSync(file, "utf8") !== content);
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(
    `${stale.map(([file]) => path.relative(root, file)).join(" and ")}: not what the records say. Run node scripts/results.mjs`,
  );
  process.exit(1);
}
for (const [file, content] of stale) writeFileSync(file, content);
