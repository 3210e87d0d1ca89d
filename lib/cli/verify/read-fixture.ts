import { readJsonFile } from "../../files/json";

/** A fixture's JSON. Throws `AlcapError` "input" where it is none. */
export const readFixture = <T>(file: string) => readJsonFile(file) as T;
