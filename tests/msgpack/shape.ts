import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import t from 'tap'
import { assertShape, type ShapeLimits } from '../../lib/msgpack/shape.ts'
import { assertLinear } from '../support/linear.ts'

const LIMITS: ShapeLimits = { maxDepth: 100, maxValues: 1_000_000 }

/** What is wrong with these bytes, or nothing. */
function faultOf(bytes: ArrayLike<number>, limits: Partial<ShapeLimits> = {}): string | undefined {
  try {
    assertShape(Uint8Array.from(bytes), { ...LIMITS, ...limits })
    return undefined
  } catch (error) {
    t.match(error, { name: 'HTTPException', status: 400 })
    return (error as Error).message
  }
}

const MALFORMED = 'The request body is not valid MessagePack.'

const zeros = (length: number): number[] => Array(length).fill(0)

t.test('accepts every format of the specification as a whole', async (t) => {
  const forms: Record<string, number[]> = {
    'positive fixint': [0x7f],
    'negative fixint': [0xe0],
    nil: [0xc0],
    booleans: [0x92, 0xc2, 0xc3],
    'bin 8': [0xc4, 2, 0xff, 0xff],
    'bin 16': [0xc5, 0, 1, 0xff],
    'bin 32': [0xc6, 0, 0, 0, 1, 0xff],
    'ext 8': [0xc7, 1, 5, 0],
    'ext 16': [0xc8, 0, 0, 5],
    'ext 32': [0xc9, 0, 0, 0, 1, 5, 0],
    'float 32': [0xca, ...zeros(4)],
    'float 64': [0xcb, ...zeros(8)],
    'uint 8': [0xcc, 0],
    'uint 16': [0xcd, ...zeros(2)],
    'uint 32': [0xce, ...zeros(4)],
    'uint 64': [0xcf, ...zeros(8)],
    'int 8': [0xd0, 0],
    'int 16': [0xd1, ...zeros(2)],
    'int 32': [0xd2, ...zeros(4)],
    'int 64': [0xd3, ...zeros(8)],
    'fixext 1': [0xd4, 5, ...zeros(1)],
    'fixext 2': [0xd5, 5, ...zeros(2)],
    'fixext 4': [0xd6, 5, ...zeros(4)],
    'fixext 8': [0xd7, 5, ...zeros(8)],
    'fixext 16': [0xd8, 5, ...zeros(16)],
    fixstr: [0xa2, 0xc3, 0xa9],
    'str 8': [0xd9, 1, 0x61],
    'str 16': [0xda, 0, 1, 0x61],
    'str 32': [0xdb, 0, 0, 0, 4, 0xf0, 0x9f, 0x98, 0x80],
    fixarray: [0x92, 0, 0],
    'array 16': [0xdc, 0, 2, 0, 0],
    'array 32': [0xdd, 0, 0, 0, 1, 0x90],
    fixmap: [0x81, 0xa1, 0x61, 0x80],
    'map 16': [0xde, 0, 1, 0, 0],
    'map 32': [0xdf, 0, 0, 0, 1, 0, 0x91, 0],
  }
  for (const [name, bytes] of Object.entries(forms)) {
    t.equal(faultOf(bytes), undefined, name)
    t.equal(faultOf([...bytes, 0]), MALFORMED, `${name} and more`)
    for (let length = 0; length < bytes.length; length++) {
      t.equal(faultOf(bytes.slice(0, length)), MALFORMED, `${name} cut at ${length}`)
    }
  }
})

t.test('accepts encoded values, and no part of one', async () => {
  const value = fc.anything({ withDate: true, withTypedArray: true, maxDepth: 5 })
  const limits = LIMITS
  fc.assert(
    fc.property(value, fc.nat(), (given, cut) => {
      const bytes = encode(given)
      assertShape(bytes, limits)
      return faultOf(bytes.subarray(0, cut % bytes.length)) === MALFORMED
    }),
    { numRuns: 200 },
  )
})

t.test('refuses invalid bodies', async (t) => {
  t.equal(faultOf([0xc1]), MALFORMED)
  t.equal(faultOf([0x91, 0xc1]), MALFORMED)
  for (const text of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xc3], [0x61, 0x80]]) {
    t.equal(faultOf([0xa0 + text.length, ...text]), MALFORMED, `text ${text}`)
  }
})

t.test('refuses wrong lengths before allocating memory', async (t) => {
  const huge = [0xff, 0xff, 0xff, 0xff]
  for (const head of [0xdd, 0xdf, 0xdb, 0xc6, 0xc9]) {
    t.equal(faultOf([head, ...huge, 0, 0, 0]), MALFORMED)
  }
  // Each list could be there by itself, but not all of them.
  const nested = Array.from({ length: 50 }, () => [0xdc, 0x00, 0x80]).flat()
  t.equal(faultOf([...nested, ...zeros(49 * 127 + 128)]), undefined)
  t.equal(faultOf([...nested, ...zeros(49 * 127 + 127)]), MALFORMED)
})

t.test('states its limits', async (t) => {
  const nested = (depth: number): number[] => [...Array(depth).fill(0x91), 0]
  t.equal(faultOf(nested(100)), undefined)
  t.equal(faultOf(nested(101)), 'The request body is nested deeper than 100 levels.')
  t.equal(faultOf(nested(1), { maxDepth: 0 }), 'The request body is nested deeper than 0 levels.')
  t.equal(
    faultOf([0x81, 0, 0x90], { maxDepth: 1 }),
    'The request body is nested deeper than 1 levels.',
  )
  t.equal(faultOf([0], { maxDepth: 0 }), undefined)
  t.equal(faultOf([0x92, 0, 0], { maxValues: 3 }), undefined)
  t.equal(faultOf([0x93, 0, 0, 0], { maxValues: 3 }), 'The request body has more than 3 values.')
  t.equal(faultOf([0x81, 0, 0], { maxValues: 2 }), 'The request body has more than 2 values.')
})

t.test('takes linear time', async (t) => {
  const walk = (bytes: Uint8Array): void => {
    faultOf(bytes, { maxDepth: Number.POSITIVE_INFINITY, maxValues: Number.POSITIVE_INFINITY })
  }
  const list = (size: number, item: number): Uint8Array =>
    Uint8Array.of(0xdd, size >> 24, size >> 16, size >> 8, size, ...Array(size).fill(item))
  assertLinear(t, (size) => new Uint8Array(size).fill(0x91), walk)
  assertLinear(t, (size) => list(size, 0x90), walk)
  assertLinear(t, (size) => list(size, 0xc0), walk)
  assertLinear(t, (size) => new Uint8Array(size).fill(0xdd), walk)
  assertLinear(t, (size) => encode('é'.repeat(size)), walk)
})
