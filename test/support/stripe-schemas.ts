// JSON Schemas of Stripe's requests and answers, read from the types that the installed SDK brings. What an answer of
// the stand-in must look like is therefore never our own opinion.
import { join } from 'node:path';
import { ts } from 'ts-morph';
import { ROOT } from './sources';

export interface Schema {
  [keyword: string]: unknown;
}

const CANNOT_HOLD = ['lastResponse'];

/**
 * One schema document with a definition for each name; `roots` gives the SDK's type for each. Objects are closed:
 * a field that the type does not name is a mistake. Amounts that the SDK calls Decimal are text on the wire.
 */
export function schemasOf(roots: Record<string, string>): { definitions: Record<string, Schema> } {
  const file = join(ROOT, 'stripe-roots.ts');
  const members = Object.entries(roots).map(([name, type]) => `'${name}': ${type};`);
  const source = `import type Stripe from 'stripe';\nexport interface Roots {\n${members.join('\n')}\n}\n`;
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, version) =>
    name === file ? ts.createSourceFile(name, source, version) : getSourceFile(name, version);
  const program = ts.createProgram([file], options, host);
  const checker = program.getTypeChecker();
  const parsed = program.getSourceFile(file) as ts.SourceFile;
  const [, declared] = parsed.statements;
  const types = checker.getTypeAtLocation(declared);
  const definitions: Record<string, Schema> = {};
  const names = new Map<ts.Type, string>();

  for (const property of types.getProperties()) {
    const type = checker.getTypeOfSymbolAtLocation(property, declared);
    if (type.flags & ts.TypeFlags.Any) throw new Error(`The SDK has no type ${roots[property.name]}.`);
    definitions[property.name] = schemaOf(type);
  }
  return { definitions };

  function schemaOf(type: ts.Type): Schema {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & ts.TypeFlags.Undefined) return { not: {} };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return { anyOf: type.types.map(schemaOf) };
    // `string & Record<never, never>` is the SDK's way to say: these words, or one it does not know yet.
    if (type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.StringLike))
      return { type: 'string' };
    if (type.symbol?.name === 'Decimal') return { type: 'string' };
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: schemaOf(item) };
    }
    return objectSchema(type);
  }

  function objectSchema(type: ts.Type): Schema {
    const known = names.get(type);
    if (known) return { $ref: `#/definitions/${known}` };
    const name = `T${names.size}`;
    names.set(type, name);
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const [at] = property.declarations ?? [declared];
      const held = checker.getTypeOfSymbolAtLocation(property, at);
      if (CANNOT_HOLD.includes(property.name) || held.getCallSignatures().length > 0) continue;
      const isOptional = Boolean(property.flags & ts.SymbolFlags.Optional);
      properties[property.name] = schemaOf(isOptional ? checker.getNonNullableType(held) : held);
      if (isOptional && canBeNull(held))
        properties[property.name] = { anyOf: [properties[property.name], { type: 'null' }] };
      if (!isOptional) required.push(property.name);
    }
    const others = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    definitions[name] = {
      type: 'object',
      properties,
      required,
      additionalProperties: others ? schemaOf(others.type) : false,
    };
    return { $ref: `#/definitions/${name}` };
  }

  function canBeNull(type: ts.Type): boolean {
    return type.isUnion() && type.types.some(({ flags }) => Boolean(flags & ts.TypeFlags.Null));
  }
}
