#!/usr/bin/env node
// The command line's launcher; the program is lib/cli/main.ts.
const { existsSync } = require("node:fs");
const path = require("node:path");

const main = path.join(__dirname, "../dist/cli/main.js");
if (!existsSync(main)) {
  console.error("alcap: the library is not built yet. Run `npm run reproduce` or `npm run build` in the project's folder once.");
  process.exit(1);
}
require(main);
