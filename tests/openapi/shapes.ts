// The schemas of three libraries in a document, shape by shape.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'

type Described = { readonly [keyword: string]: unknown }

/** What a shape is described as: in requests, and in responses if that is something else. */
interface Expected {
  readonly accepts: Described
  readonly gives?: Described
  readonly components?: Described
}

type Library = 'zod' | 'valibot' | 'arktype'

/** A shape in each library, what it is described as, and where a library tells more or less. */
interface Shape extends Expected, Record<Library, AnySchema> {
  readonly but?: Partial<Record<Library, Partial<Expected>>>
}

const vInt = v.pipe(v.number(), v.integer())
const s = toStandardJsonSchema
const text = { type: 'string' }
const int = { type: 'integer' }
const nothing = { type: 'null' }
const eitherNull = { anyOf: [text, nothing] }
const object = (properties: Described, ...required: string[]): Described => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
})
const ref = (name: string): Described => ({ $ref: `#/components/schemas/${name}` })
const date = { type: 'string', format: 'date-time' }

const zTree = z
  .object({
    value: z.string(),
    get children() {
      return z.array(zTree)
    },
  })
  .meta({ id: 'Tree' })
const vTree: v.GenericSchema<unknown> = v.pipe(
  v.object({ value: v.string(), children: v.array(v.lazy(() => vTree)) }),
  v.title('Tree'),
)
const vNameless: v.GenericSchema<unknown> = v.object({ inner: v.optional(v.lazy(() => vNameless)) })
const zNameless = z.object({
  get inner() {
    return z.optional(zNameless)
  },
})
const aNameless = type.module({ Inner: { 'inner?': 'Inner' } }).Inner
const tree = object(
  { value: text, children: { type: 'array', items: ref('Tree') } },
  'value',
  'children',
)
const nameless = (name: string): Described => ({ [name]: object({ inner: ref(name) }) })

const SHAPES: Readonly<Record<string, Shape>> = {
  nullable: {
    zod: z.string().nullable(),
    valibot: s(v.nullable(v.string())),
    arktype: type('string|null'),
    accepts: eitherNull,
    but: { zod: { accepts: { type: ['string', 'null'] } } },
  },
  optional: {
    zod: z.object({ a: z.string().optional() }),
    valibot: s(v.object({ a: v.optional(v.string()) })),
    arktype: type({ 'a?': 'string' }),
    accepts: object({ a: text }),
  },
  union: {
    zod: z.union([z.string(), z.int()]),
    valibot: s(v.union([v.string(), vInt])),
    arktype: type('string|number.integer'),
    accepts: { anyOf: [text, int] },
  },
  'discriminated union': {
    zod: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), n: z.int() }),
      z.object({ kind: z.literal('b'), s: z.string() }),
    ]),
    valibot: s(
      v.variant('kind', [
        v.object({ kind: v.literal('a'), n: vInt }),
        v.object({ kind: v.literal('b'), s: v.string() }),
      ]),
    ),
    arktype: type({ kind: "'a'", n: 'number.integer' }).or({ kind: "'b'", s: 'string' }),
    accepts: {
      oneOf: [
        object({ kind: { const: 'a' }, n: int }, 'kind', 'n'),
        object({ kind: { const: 'b' }, s: text }, 'kind', 's'),
      ],
    },
    but: {
      zod: {
        accepts: {
          oneOf: [
            object({ kind: { type: 'string', const: 'a' }, n: int }, 'kind', 'n'),
            object({ kind: { type: 'string', const: 'b' }, s: text }, 'kind', 's'),
          ],
        },
      },
      arktype: {
        accepts: {
          anyOf: [
            object({ kind: { const: 'a' }, n: int }, 'kind', 'n'),
            object({ kind: { const: 'b' }, s: text }, 'kind', 's'),
          ],
        },
      },
    },
  },
  recursion: {
    zod: zTree,
    valibot: s(vTree),
    arktype: type.module({
      Tree: [{ value: 'string', children: 'Tree[]' }, '@', { title: 'Tree' }],
    }).Tree,
    accepts: ref('Tree'),
    components: { Tree: tree },
    but: {
      arktype: {
        components: {
          Tree: object({ value: text, children: ref('Tree_2') }, 'value', 'children'),
          Tree_2: { type: 'array', items: ref('Tree') },
        },
      },
    },
  },
  'recursion without a name': {
    zod: zNameless,
    valibot: s(vNameless),
    arktype: aNameless,
    accepts: ref('PostBody'),
    gives: ref('PostResponse200'),
    components: { ...nameless('PostBody'), ...nameless('PostResponse200') },
    but: {
      valibot: {
        accepts: object({ inner: ref('PostBody') }),
        gives: object({ inner: ref('PostResponse200') }),
      },
    },
  },
  'enumeration of texts': {
    zod: z.enum(['x', 'y']),
    valibot: s(v.picklist(['x', 'y'])),
    arktype: type("'x'|'y'"),
    accepts: { type: 'string', enum: ['x', 'y'] },
    but: { arktype: { accepts: { enum: ['x', 'y'] } } },
  },
  'enumeration of numbers': {
    zod: z.literal([1, 2]),
    valibot: s(v.picklist([1, 2])),
    arktype: type('1|2'),
    accepts: { type: 'number', enum: [1, 2] },
    but: { arktype: { accepts: { enum: [1, 2] } } },
  },
  date: {
    zod: z.date(),
    valibot: s(v.date()),
    arktype: type('Date'),
    accepts: date,
  },
  'date made of text': {
    zod: z.codec(z.string(), z.date(), {
      decode: (x) => new Date(x),
      encode: (x) => x.toISOString(),
    }),
    valibot: s(v.pipe(v.string(), v.toDate())),
    arktype: type('string.date.parse'),
    accepts: text,
    gives: date,
  },
  bigint: {
    zod: z.bigint(),
    valibot: s(v.bigint()),
    arktype: type('bigint'),
    accepts: { type: 'string', pattern: '^-?[0-9]+$' },
  },
  file: {
    zod: z.file(),
    valibot: s(v.file()),
    arktype: type('File'),
    accepts: { type: 'string', contentMediaType: 'application/octet-stream' },
  },
  record: {
    zod: z.record(z.string(), z.int()),
    valibot: s(v.record(v.string(), vInt)),
    arktype: type({ '[string]': 'number.integer' }),
    accepts: { type: 'object', additionalProperties: int },
  },
  tuple: {
    zod: z.tuple([z.string(), z.int()]),
    valibot: s(v.strictTuple([v.string(), vInt])),
    arktype: type(['string', 'number.integer']),
    accepts: { type: 'array', prefixItems: [text, int], items: false, minItems: 2 },
    but: {
      zod: {
        accepts: {
          type: 'array',
          prefixItems: [text, int],
          items: false,
          minItems: 2,
          maxItems: 2,
        },
      },
    },
  },
  'tuple with more': {
    zod: z.tuple([z.string()], z.int()),
    valibot: s(v.tupleWithRest([v.string()], vInt)),
    arktype: type(['string', '...', 'number.integer[]']),
    accepts: { type: 'array', prefixItems: [text], items: int, minItems: 1 },
  },
  default: {
    zod: z.object({ a: z.int().default(1) }),
    valibot: s(v.object({ a: v.optional(vInt, 1) })),
    arktype: type({ a: 'number.integer = 1' }),
    accepts: object({ a: { ...int, default: 1 } }),
    gives: object({ a: { ...int, default: 1 } }, 'a'),
    but: {
      valibot: { gives: object({ a: { ...int, default: 1 } }) },
      arktype: { accepts: object({ a: int }), gives: object({ a: int }, 'a') },
    },
  },
  transform: {
    zod: z.object({ a: z.string().transform((x) => x.length), b: z.int() }),
    valibot: s(
      v.object({
        a: v.pipe(
          v.string(),
          v.transform((x) => x.length),
        ),
        b: vInt,
      }),
    ),
    arktype: type({ a: type('string').pipe((x) => x.length), b: 'number.integer' }),
    accepts: object({ a: text, b: int }, 'a', 'b'),
    gives: object({ a: {}, b: int }, 'a', 'b'),
  },
  'transform into something known': {
    zod: z
      .string()
      .transform((x) => x.length)
      .pipe(z.int()),
    valibot: s(
      v.pipe(
        v.string(),
        v.transform((x) => x.length),
        v.number(),
        v.integer(),
      ),
    ),
    arktype: type('string')
      .pipe((x) => x.length)
      .to('number.integer'),
    accepts: text,
    gives: int,
  },
  brand: {
    zod: z.string().brand('Id'),
    valibot: s(v.pipe(v.string(), v.brand('Id'))),
    arktype: type('string#id'),
    accepts: text,
  },
  intersection: {
    zod: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
    valibot: s(v.intersect([v.object({ a: v.string() }), v.object({ b: vInt })])),
    arktype: type({ a: 'string' }).and({ b: 'number.integer' }),
    accepts: object({ a: text, b: int }, 'a', 'b'),
    but: { valibot: { accepts: { allOf: [object({ a: text }, 'a'), object({ b: int }, 'b')] } } },
  },
  'object without more members': {
    zod: z.strictObject({ a: z.string() }),
    valibot: s(v.strictObject({ a: v.string() })),
    arktype: type({ a: 'string', '+': 'reject' }),
    accepts: { ...object({ a: text }, 'a'), additionalProperties: false },
    gives: object({ a: text }, 'a'),
  },
  limits: {
    zod: z.object({
      s: z.string().max(9),
      n: z.number().gt(0).lte(10),
      l: z.array(z.string()).min(1),
    }),
    valibot: s(
      v.object({
        s: v.pipe(v.string(), v.maxLength(9)),
        n: v.pipe(v.number(), v.gtValue(0), v.maxValue(10)),
        l: v.pipe(v.array(v.string()), v.minLength(1)),
      }),
    ),
    arktype: type({ s: 'string<=9', n: '0<number<=10', l: 'string[]>=1' }),
    accepts: object(
      {
        s: { ...text, maxLength: 9 },
        n: { type: 'number', exclusiveMinimum: 0, maximum: 10 },
        l: { type: 'array', items: text, minItems: 1 },
      },
      ...['s', 'n', 'l'],
    ),
  },
  'name and description': {
    zod: z.object({ a: z.string().describe('An a') }).meta({ id: 'Named' }),
    valibot: s(
      v.pipe(v.object({ a: v.pipe(v.string(), v.description('An a')) }), v.title('Named')),
    ),
    arktype: type({ a: type('string').describe('An a') }).configure({ title: 'Named' }),
    accepts: ref('Named'),
    components: { Named: object({ a: { ...text, description: 'An a' } }, 'a') },
  },
  'any value': { zod: z.unknown(), valibot: s(v.unknown()), arktype: type('unknown'), accepts: {} },
}

/** With members in a fixed order, as `required` has none. */
function ordered(expected: unknown): unknown {
  return JSON.parse(
    JSON.stringify(expected ?? {}, (key, value) =>
      key === 'required' ? [...value].sort() : value,
    ),
  )
}

for (const [name, shape] of Object.entries(SHAPES)) {
  for (const library of ['zod', 'valibot', 'arktype'] as const) {
    t.test(`${name}, with ${library}`, async (t) => {
      const schema = shape[library]
      const contract = { body: schema, responses: { 200: schema } }
      const routes = [Route('/', { post: operation(contract, () => reply(200) as never) })]
      const { paths, components } = openapi(routes, { title: 'Shapes', version: '1' })
      const post = paths['/']?.['post']
      const response = post?.responses['200'] as { content?: Record<string, { schema?: unknown }> }
      const { Problem: _refusal, ...schemas } = components?.schemas ?? {}

      const expected = { ...shape, ...shape.but?.[library] }
      const accepted = post?.requestBody?.content['application/json']?.schema
      const given = response.content?.['application/json']?.schema
      t.same(ordered(accepted), ordered(expected.accepts))
      t.same(ordered(given), ordered(expected.gives ?? expected.accepts))
      t.same(ordered(schemas), ordered(expected.components))
    })
  }
}
