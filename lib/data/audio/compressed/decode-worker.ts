import { AlcapError } from "../../../errors";
import type { DecodeAnswer, DecodeTask } from "../decode";
import { decodeCompressed, muteConsole } from "./decoders";

muteConsole();

/** A worker's task: one file, decoded away from the main thread. */
export default async function decodeTask({ bytes, format, name, middle }: DecodeTask): Promise<DecodeAnswer> {
  try {
    const { channels, ...about } = await decodeCompressed(bytes, format, name, middle);
    return { ...about, channels: channels.map((channel) => channel.slice()) };
  } catch (error) {
    if (error instanceof AlcapError) return { refused: error.message };
    throw error;
  }
}
