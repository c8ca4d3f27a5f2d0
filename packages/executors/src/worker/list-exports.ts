import { remote } from "../remote.js";
import { loadModule } from "./load-module.js";

/** The names of the functions that a module exports. For a worker to run, which loads the module. */
export const listExports: (url: string) => Promise<string[]> = remote(
  import.meta.url,
  async function listExports(url: string): Promise<string[]> {
    const module = await loadModule(url);
    return Object.keys(module).filter((name) => typeof module[name] === "function");
  },
);
