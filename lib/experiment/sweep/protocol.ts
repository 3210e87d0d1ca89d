import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { projectRoot } from "../../files/project";

/** Where the protocol of the confirmation stands: recipe, endpoints, margins, replicates and test songs, stated beforehand. */
export const PROTOCOL = path.join("results", "PROTOCOL.md");

/**
 * Looks whether the protocol was stated before runs on confirmation corpora: in a git clone it must be committed as it stands, elsewhere be there.
 *
 * @param root the project's folder
 * @throws AlcapError `usage` saying what is missing
 */
export function demandProtocol(root = projectRoot()): void {
  const refuse = (problem: string, advice: string) => {
    throw new AlcapError("usage", `Confirmation runs need the protocol, and ${problem}.`, advice);
  };
  const git = (...words: string[]) => spawnSync("git", ["-C", root, ...words], { encoding: "utf8" });
  const advice = `State recipe, endpoints, margins, replicates and test songs in ${PROTOCOL} and commit it first.`;
  if (!existsSync(path.join(root, PROTOCOL))) refuse(`${path.join(root, PROTOCOL)} does not exist`, advice);
  if (git("rev-parse", "--is-inside-work-tree").stdout?.trim() !== "true") return;
  if (git("log", "-1", "--format=%h", "--", PROTOCOL).stdout.trim() === "") refuse(`${PROTOCOL} is not committed`, advice);
  if (git("status", "--porcelain", "--", PROTOCOL).stdout.trim() !== "")
    refuse(
      `${PROTOCOL} is not as it was committed`,
      "Commit the change, and use other confirmation seeds if any run was made before it.",
    );
}
