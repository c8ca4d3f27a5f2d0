/** Has `console.log` and the like show the class's `toString()`. */
export function showAsString(cls: { readonly prototype: object }): void {
  Object.defineProperty(cls.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object) {
      return this.toString();
    },
  });
}

/** `<Name [state, waiters:2]>`, as asyncio writes it. */
export function stateText(object: { readonly [Symbol.toStringTag]: string }, state: string, waiting: number): string {
  return `<${object[Symbol.toStringTag]} [${state}${waiting > 0 ? `, waiters:${waiting}` : ""}]>`;
}
