import { randomUUID } from "node:crypto";
import type { Drawing, FigureToDraw } from "../figure/svg/drawing";
import type { DrawReply, DrawRequest } from "./protocol";

/** The argument by which a kernel process is told that its runner has figures drawn. Processes that a cell starts do not get it. */
export const DRAWS = "--runner-draws";

/** The drawing of a figure by the runner's process for that; undefined where there is none, or it failed. */
export async function drawnByRunner(figure: FigureToDraw): Promise<Drawing | undefined> {
  if (!process.argv.includes(DRAWS) || !process.connected) return undefined;
  const id = randomUUID();
  return new Promise((resolve) => {
    const settle = (drawing?: Drawing): void => {
      process.off("message", take);
      resolve(drawing);
    };
    const take = (reply: Partial<DrawReply>): void => {
      if (reply.type === "drawn" && reply.id === id) settle(reply.drawing);
    };
    const request: DrawRequest = { type: "draw", id, figure };
    process.on("message", take);
    process.send?.(request, undefined, undefined, (error) => {
      if (error) settle();
    });
  });
}
