// Writes down what one entry exports: its built declarations without comments and private members.
import { sep } from "node:path";
import ts from "typescript-api";

/**
 * The exports of `entry` (a .d.ts file), sorted by name. What comes from another package is one line that says so.
 * Types of the package that are not exported, but that exported declarations name, follow at the end, unless they are in
 * `shown`, which collects what the package's entries have shown so far.
 */
export function reportEntry(entry: string, folder: string, program: ts.Program, shown: Set<ts.Symbol>): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) return "";

  const isOwn = (declaration: ts.Declaration) =>
    declaration.getSourceFile().fileName.startsWith(folder + sep) &&
    !declaration.getSourceFile().fileName.includes("/node_modules/");

  const exported = new Map<ts.Symbol, string>();
  const foreign: string[] = [];
  for (const symbol of checker.getExportsOfModule(module)) {
    const target = resolveAlias(symbol, checker);
    const [declaration] = target.declarations ?? [];
    if (declaration && isOwn(declaration)) exported.set(target, symbol.name);
    else foreign.push(`export { ${symbol.name} } from "${packageOf(declaration)}";`);
  }

  const hidden = new Map<ts.Symbol, string>();
  const note = (declaration: ts.Declaration) => {
    for (const symbol of symbolsNamedIn(declaration, checker)) {
      if (exported.has(symbol) || hidden.has(symbol) || shown.has(symbol)) continue;
      const declarations = (symbol.declarations ?? []).filter(isTopLevel).filter(isOwn);
      if (declarations.length === 0) continue;
      hidden.set(symbol, symbol.name);
      declarations.forEach(note);
    }
  };
  for (const symbol of exported.keys()) symbol.declarations?.forEach(note);

  for (const symbol of [...exported.keys(), ...hidden.keys()]) shown.add(symbol);
  const lines = [...foreign.sort(), ...print(exported)];
  if (hidden.size > 0) lines.push("// Not exported, but named above:", ...print(hidden));
  return lines.map((line) => `${line}\n`).join("");
}

function resolveAlias(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function packageOf(declaration: ts.Declaration | undefined): string {
  const path = declaration?.getSourceFile().fileName ?? "";
  const [, ours, theirs] = /\/packages\/([^/]+)\/dist\/|.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  if (ours) return ours === "tsyncio" ? ours : `@tsyncio/${ours}`;
  return theirs ?? "?";
}

function isTopLevel(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(statement.parent);
}

function symbolsNamedIn(declaration: ts.Node, checker: ts.TypeChecker): Set<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    if (isPrivate(node)) return;
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol) found.add(resolveAlias(symbol, checker));
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

function isPrivate(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

/** The declarations of `symbols`, each under the name that users know. */
function print(symbols: Map<ts.Symbol, string>): string[] {
  const printer = ts.createPrinter({ removeComments: true });
  const named = Array.from(symbols, ([symbol, name]) => ({ symbol, name }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return named.flatMap(({ symbol, name }) =>
    (symbol.declarations ?? []).map((declaration) => {
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      const text = printer.printNode(ts.EmitHint.Unspecified, withoutPrivate(node), node.getSourceFile());
      const renamed = name === symbol.name ? "" : `export { ${symbol.name} as ${name} };\n`;
      return renamed + text;
    }),
  );
}

function withoutPrivate(node: ts.Node): ts.Node {
  if (!ts.isClassDeclaration(node)) return node;
  return ts.factory.updateClassDeclaration(
    node,
    node.modifiers,
    node.name,
    node.typeParameters,
    node.heritageClauses,
    node.members.filter((member) => !isPrivate(member)),
  );
}
