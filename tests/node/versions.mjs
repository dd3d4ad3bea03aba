// Prints the version of Node and of every package in package.json, as they are found from this folder.
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const found = { node: process.versions.node };
for (const name of Object.keys(read("package.json").dependencies)) {
  found[name] = read(`node_modules/${name}/package.json`).version;
}
console.log(JSON.stringify(found));
