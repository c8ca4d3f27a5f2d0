// Runs cases of one file in this process, one after the other, on whatever runtime this is: run-cases.js <file> <name>…
import { casesOf } from "./all-cases.js";

const [file = "", ...names] = process.argv.slice(2);
const cases = await casesOf(file);
for (const name of names) {
  const found = cases.get(name);
  if (!found) throw new Error(`no such case: ${name}`);
  await found.run();
  console.log(`held: ${name}`);
}
