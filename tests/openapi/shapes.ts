// Choices and recursion of three libraries in a document, shape by shape.
import { toStandardJsonSchema as s } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import {
  type Described,
  eitherNull,
  int,
  object,
  ref,
  testShapes,
  text,
} from '../support/shapes.ts'

const vInt = v.pipe(v.number(), v.integer())

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

testShapes({
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
})
