// Makes the workspace ready, then runs a command in it:
//
//   node tooling/workshop/ready.mjs [--all] [command] [argument...]
//
// Ready means: dependencies installed as the lockfile says (with --all those of tooling/engines too), every package
// built. It needs nothing but the Node and the npm of the machine (Node 20 will do). The command finds the
// workspace's own programs first on its PATH, Node 24 among them. Whatever is said on the way goes to stderr: the
// stdout is the command's.
import { install } from "./install.mjs";
import { run } from "./run.mjs";

const words = process.argv.slice(2);
const extent = words[0] === "--all" ? "all" : "most";
const [command, ...args] = extent === "all" ? words.slice(1) : words;

process.exitCode =
  (await install(extent)) ||
  (await run("turbo", ["run", "build", "--concurrency=2", "--output-logs=errors-only"], { quiet: true })) ||
  (command ? await run(command, args) : 0);
