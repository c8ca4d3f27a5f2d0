/**
 * What all copies and versions of this package in a thread have in common: what one of them was told of a function or a value, all of them know.
 * @param name - says what it is; with a number, for versions that keep it in another form
 */
export function shared<T>(name: string, make: () => T): T {
  const key = Symbol.for(`tsyncio.executors.${name}`);
  const place = globalThis as { [key: symbol]: T | undefined };
  return (place[key] ??= make());
}
