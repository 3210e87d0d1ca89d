import seedrandom from "seedrandom";
import { AlcapError } from "../../../errors";
import { paperCorpora } from "../../../paper";
import { inRandomOrder } from "../../random-order";

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

/** How many songs are held out. */
export interface HeldOut {
  readonly test: number;
  readonly validation: number;
}

/** Order of ids: numbers by size, then other names by character codes. */
export function compareIds(a: string, b: string): number {
  const numbers = Number(/^\d+$/.test(b)) - Number(/^\d+$/.test(a));
  if (numbers !== 0) return numbers;
  if (/^\d+$/.test(a) && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What drawing needs to know of a song. */
export interface Candidate {
  readonly id: string;
  /** Whether it may be a test song: its reference must belong to every variant. */
  readonly testable: boolean;
}

/**
 * Gives every song one split. The test songs are drawn first, among the testable ones; the order in which songs are given does not matter.
 *
 * @param fixed songs that are the test split already; then none is drawn for it
 * @throws AlcapError `usage` when there are not enough songs
 */
export function drawSplits(
  songs: readonly Candidate[],
  held: HeldOut,
  seed: number,
  fixed?: ReadonlySet<string>,
): Map<string, Split> {
  const order = inRandomOrder(
    [...songs].sort((a, b) => compareIds(a.id, b.id)),
    seedrandom(`corpus/${seed}/split`),
  );
  const test = fixed ? order.filter(({ id }) => fixed.has(id)) : order.filter(({ testable }) => testable).slice(0, held.test);
  if (!fixed && test.length < held.test)
    throw new AlcapError(
      "usage",
      `Only ${test.length} of ${songs.length} songs have an interpretation with votes above 0, but ${held.test} test songs are wanted.`,
      "Give a smaller --test.",
    );
  const taken = new Set(test.map(({ id }) => id));
  const rest = order.filter(({ id }) => !taken.has(id));
  if (rest.length <= held.validation)
    throw new AlcapError(
      "usage",
      `${songs.length} songs cannot be cut into ${test.length} for test, ${held.validation} for validation and at least one for training.`,
      "Give a smaller --test or --validation.",
    );
  const split = new Map<string, Split>(songs.map(({ id }) => [id, "train"]));
  for (const { id } of test) split.set(id, "test");
  for (const { id } of rest.slice(0, held.validation)) split.set(id, "validation");
  return split;
}

/** Cuts `total` in proportion to `sizes`, the NetEase corpus' own (paper, section 5.2) unless given; whole numbers whose sum is `total`, what is left over goes to the largest remainders. */
export function proportional(
  total: number,
  sizes: Readonly<Record<Split, number>> = paperCorpora["ncm-review"].sizes,
): Record<Split, number> {
  const sum = splits.reduce((all, split) => all + sizes[split], 0);
  const cut: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  for (const split of splits) cut[split] = Math.floor((total * sizes[split]) / sum);
  const left = total - splits.reduce((all, split) => all + cut[split], 0);
  const byRemainder = [...splits].sort((a, b) => ((total * sizes[b]) % sum) - ((total * sizes[a]) % sum));
  for (const split of byRemainder.slice(0, left)) cut[split]++;
  return cut;
}

/**
 * Cuts songs at random into the paper's proportions of rows. A song with several rows goes into one split with all of them, drawn among the
 * splits that still have room for it, by how much; where every song has one row, as in the paper, the sizes are exact.
 */
export function drawProportional(rowsOfSong: ReadonlyMap<string, number>, seed: number): Map<string, Split> {
  const order = inRandomOrder([...rowsOfSong.keys()].sort(compareIds), seedrandom(`corpus/${seed}/split`));
  const random = seedrandom(`corpus/${seed}/place`);
  const room = proportional([...rowsOfSong.values()].reduce((sum, rows) => sum + rows, 0));
  const split = new Map<string, Split>();
  for (const id of order) {
    const rows = rowsOfSong.get(id)!;
    const place = drawPlace(room, rows, random());
    room[place] -= rows;
    split.set(id, place);
  }
  return split;
}

/** A split with room for `rows`, the likelier the more room it has; where none has, the one with most. */
function drawPlace(room: Readonly<Record<Split, number>>, rows: number, unit: number): Split {
  const fitting = splits.filter((split) => room[split] >= rows);
  let left = unit * fitting.reduce((sum, split) => sum + room[split], 0);
  for (const split of fitting) {
    left -= room[split];
    if (left < 0) return split;
  }
  return splits.reduce((most, split) => (room[split] > room[most] ? split : most));
}
