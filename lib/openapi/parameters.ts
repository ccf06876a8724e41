/** The parameters of an operation: path, query, header fields and cookies. */
import type { Contract } from '../operations/contract.ts'
import { isObject, resolveReference } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { Components, Use } from './components.ts'
import { describedBy } from './described.ts'
import type { OpenAPIParameter } from './types.ts'

const SOURCES = [
  ['query', 'query'],
  ['headers', 'header'],
  ['cookies', 'cookie'],
] as const

/** OpenAPI forbids these fields as parameters, because it has other members for them. */
const FORBIDDEN = ['accept', 'content-type', 'authorization']

/** The parameters of a contract; those of the path come first. */
export function parametersOf(
  contract: Contract,
  ofPath: readonly OpenAPIParameter[],
  components: Components,
  use: Use,
): OpenAPIParameter[] {
  const params = contract.params === undefined ? [] : membersOf(contract.params)
  const path = ofPath.map((parameter) => {
    const member = params.find(({ name }) => name === parameter.name)
    if (member === undefined) return parameter
    const described = parameterOf('path', member, components, use)
    return { ...described, schema: combineSchemas(parameter.schema, described.schema) }
  })
  const others = SOURCES.flatMap(([key, place]) => {
    const schema = contract[key]
    const members = schema === undefined ? [] : membersOf(schema)
    return members
      .filter(({ name }) => place !== 'header' || !FORBIDDEN.includes(name.toLowerCase()))
      .map((member) => parameterOf(place, member, components, use))
  })
  return [...path, ...others]
}

/** Combines the schema of a convertor with the contract's schema for its value. */
function combineSchemas(convertor: JSONSchema, own: JSONSchema): JSONSchema {
  const isLimited = ['enum', 'const', 'format', 'pattern'].some((key) => key in own)
  return own['type'] !== convertor['type'] || isLimited ? own : { ...convertor, ...own }
}

interface Member {
  readonly name: string
  readonly schema: JSONSchema
  readonly root: JSONSchema
  readonly isRequired: boolean
}

/** The members of an object schema. If there are several alternative objects, all members are optional. */
function membersOf(schema: AnySchema): Member[] {
  const root = describedBy(schema, 'input')
  return root === undefined ? [] : membersIn(root, root, true)
}

function membersIn(schema: JSONSchema, root: JSONSchema, mayRequire: boolean): Member[] {
  const defined = definition(schema, root)
  if (defined !== undefined) return membersIn(defined, root, mayRequire)
  const { properties, required } = schema
  const own = Object.entries(isObject(properties) ? properties : {}).map(([name, member]) => ({
    ...{ name, root, schema: isObject(member) ? member : {} },
    isRequired: mayRequire && Array.isArray(required) && required.includes(name),
  }))
  const partsOf = (keyword: string): Member[] => {
    const choices = schema[keyword]
    const all = keyword === 'allOf' && mayRequire
    return Array.isArray(choices) ? choices.flatMap((one) => membersIn(one, root, all)) : []
  }
  const common = [...own, ...partsOf('allOf')]
  const choices = [...partsOf('anyOf'), ...partsOf('oneOf')]
  const names = new Set<string>()
  const firsts = [...common, ...choices].filter(({ name }) => !names.has(name) && names.add(name))
  return firsts.map((first) => {
    if (common.includes(first)) return first
    // Alternatives may have a parameter with different schemas.
    const others = choices.filter(({ name }) => name === first.name)
    const schemas = new Map(others.map((one) => [JSON.stringify(one.schema), one.schema]))
    return schemas.size === 1 ? first : { ...first, schema: { anyOf: [...schemas.values()] } }
  })
}

function definition({ $ref: reference }: JSONSchema, root: JSONSchema): JSONSchema | undefined {
  // A reference to the whole schema would recurse without end.
  return reference === '#' ? undefined : resolveReference(reference, root)
}

function parameterOf(
  place: OpenAPIParameter['in'],
  { name, schema, root, isRequired }: Member,
  components: Components,
  use: Use,
): OpenAPIParameter {
  const { description, deprecated, ...placed } = components.placed(schema, root, use)
  return {
    ...{ name, in: place },
    required: place === 'path' || isRequired || undefined,
    description,
    deprecated: deprecated || undefined,
    ...styleOf(place, schema, root),
    schema: placed,
  } as OpenAPIParameter // JSON omits what is undefined
}

/** Objects in a query or a form are written with brackets: `filter[size]=1`. */
const BRACKETS = { style: 'deepObject', explode: true } as const

function styleOf(place: string, schema: JSONSchema, root: JSONSchema): Partial<OpenAPIParameter> {
  return place === 'query' && isForObjects(schema, root) ? BRACKETS : {}
}

/** The encoding of the fields of a form that are objects. */
export function formEncoding(schema: AnySchema): Readonly<Record<string, typeof BRACKETS>> {
  const objects = membersOf(schema).filter((member) => isForObjects(member.schema, member.root))
  return Object.fromEntries(objects.map(({ name }) => [name, BRACKETS]))
}

/** Whether a schema accepts objects only, or objects and null. */
function isForObjects(schema: JSONSchema, root: JSONSchema): boolean {
  if (schema['type'] === 'object') return true
  const defined = definition(schema, root)
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? (defined === undefined ? [] : [defined])
  return (
    Array.isArray(choices) &&
    choices.some((one) => isForObjects(one, root)) &&
    choices.every((one) => one['type'] === 'null' || isForObjects(one, root))
  )
}
