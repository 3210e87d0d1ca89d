import { meanAndDeviation } from "../../metric/certainty";
import { type ReplicateTest, trend } from "../../metric/replicates";
import { type Arm, type GridRun, runsOfArm } from "./grid-runs";

/**
 * Whether an endpoint rises or falls along a dial, such as λ from 0 (BART-fusion) up: the slope over the levels' ranks in each replicate
 * that has all levels, tested over the replicates. Null for fewer than two such replicates.
 *
 * @param levels arms in the dial's order
 * @param endpoint as in records, `mood.differs` for a group of songs
 */
export function trendOver(runs: readonly GridRun[], levels: readonly Arm[], endpoint: string): ReplicateTest | null {
  const [name = endpoint, group] = endpoint.split(".");
  const byLevel = levels.map((level) => runsOfArm(runs, level));
  const replicates = [...(byLevel[0]?.keys() ?? [])].filter((replicate) => byLevel.every((of) => of.has(replicate)));
  const levelOf = (run: GridRun | undefined) =>
    meanAndDeviation(
      (run?.captions ?? []).flatMap(({ scores, groups }) =>
        scores[name] === undefined || (group !== undefined && !groups?.includes(group)) ? [] : [scores[name]],
      ),
    ).mean;
  if (replicates.length < 2) return null;
  const values = replicates.map((replicate) => byLevel.map((of) => levelOf(of.get(replicate))));
  return trend(values, [...levels.keys()]);
}
