import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface Python {
  readonly file: string;
  readonly version: string;
  /** Which Python has uvloop, and which one: this Python, or the first other that has it. */
  readonly uvloop: { readonly file: string; readonly version: string } | null;
}

/** Fails on an interpreter that is older than 3.11: `asyncio.Runner` is new there. */
const probe = `
import asyncio, json, platform
asyncio.Runner
try:
    import uvloop
    version = uvloop.__version__
except ImportError:
    version = None
print(json.dumps({"version": platform.python_version(), "uvloop": version}))
`;

/** The one that `$BENCH_PYTHON` names; else Python 3.13, from PATH or from pyenv; else any that is not too old. */
export async function findPython(): Promise<Python | null> {
  const chosen = process.env.BENCH_PYTHON;
  const candidates = chosen ? [chosen] : ["python3.13", await fromPyenv("3.13"), "python3", "/usr/bin/python3"];
  let found: Python | null = null;
  for (const file of candidates) {
    const facts = file && (await outputOf(file, ["-c", probe]));
    if (!facts) continue;
    const { version, uvloop } = JSON.parse(facts) as { version: string; uvloop: string | null };
    found ??= { file, version, uvloop: null };
    if (uvloop !== null) return { ...found, uvloop: { file, version: uvloop } };
  }
  return found;
}

async function fromPyenv(series: string): Promise<string | null> {
  const version = await outputOf("pyenv", ["latest", series]);
  const prefix = version && (await outputOf("pyenv", ["prefix", version]));
  return prefix && join(prefix, "bin", "python3");
}

/** What a program prints, or null if there is no such program or it fails. */
async function outputOf(file: string, args: string[]): Promise<string | null> {
  try {
    return (await exec(file, args)).stdout.trim();
  } catch {
    return null;
  }
}
