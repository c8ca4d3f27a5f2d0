// Runs one case in this process, on whatever runtime this is: run-case.js <name>
import { allCases } from "./all-cases.js";

const name = process.argv[2] ?? "";
const found = (await allCases()).get(name);
if (!found) throw new Error(`no such case: ${name}`);
await found.run();
console.log("held");
