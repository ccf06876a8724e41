/** Converts paths of routes to OpenAPI templates, with the schemas of their convertors. */
import type { JSONSchema } from '../operations/schemas.ts'
import { parsePath } from '../routing/path.ts'
import { isOptional, isParam, type Param, type Token } from '../routing/tokens.ts'
import type { OpenAPIParameter } from './types.ts'

/** A path of a document. */
interface Template {
  /** The template, such as `/users/{id}`. */
  readonly path: string
  readonly parameters: readonly OpenAPIParameter[]
  /** Whether its convertors refuse some texts. */
  readonly isNarrow: boolean
}

/** The templates of a path: two if it has an optional parameter. */
export function templatesOf(path: string): Template[] {
  return variants(parsePath(path, 'openapi').tokens).map((tokens) => ({
    path: tokens.map((token) => (isParam(token) ? `{${nameOf(token)}}` : token)).join('') || '/',
    parameters: tokens.filter(isParam).map(parameterOf),
    isNarrow: tokens.filter(isParam).some(({ convertor }) => !WIDE.has(convertor.name)),
  }))
}

/** The variants of a path. If an optional parameter is omitted, so is the slash before it. */
function variants(tokens: readonly Token[]): Token[][] {
  const at = tokens.findIndex(isOptional)
  const found = tokens[at]
  if (!isParam(found)) return [[...tokens]]
  const before = tokens.slice(0, at)
  const { optional: _may, ...required } = found
  const rest = variants(tokens.slice(at + 1))
  return [
    ...rest.map((after) => [...before, ...after]),
    ...rest.map((after) => [...before, '/', required, ...after]),
  ]
}

/** The name in the template; `*` is not a valid one. */
function nameOf({ name }: Param): string {
  return name === '*' ? 'rest' : name
}

function parameterOf(param: Param): OpenAPIParameter {
  return {
    name: nameOf(param),
    in: 'path',
    required: true,
    schema: SCHEMAS[param.convertor.name] ?? { type: 'string' },
  }
}

/** Convertors that accept every text that a parameter can have. */
const WIDE = new Set(['str', 'path'])

/** The schemas of the built-in convertors. The schemas of custom ones are not known. */
const SCHEMAS: Readonly<Record<string, JSONSchema>> = {
  str: { type: 'string', minLength: 1 },
  int: { type: 'integer', minimum: 0 },
  float: { type: 'number', minimum: 0 },
  uuid: { type: 'string', format: 'uuid' },
  path: { type: 'string' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
  bigint: { type: 'string', pattern: '^-?[0-9]+$' },
}
