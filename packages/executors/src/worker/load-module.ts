import { workerContext } from "./worker-context.js";

/** Imports a module for a job. A job that it submits meanwhile is refused: each worker that loads it would. */
export async function loadModule(url: string): Promise<Record<string, unknown>> {
  const context = workerContext();
  if (context !== null) context.loading = url;
  try {
    return (await import(url)) as Record<string, unknown>;
  } finally {
    if (context !== null) context.loading = null;
  }
}
