// Values of three libraries in a document, shape by shape.
import { toStandardJsonSchema as s } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { date, int, object, ref, testShapes, text } from '../support/shapes.ts'

const vInt = v.pipe(v.number(), v.integer())

testShapes({
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
})
