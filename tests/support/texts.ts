/** Texts of any code points, lone surrogates among them, for properties. */
import fc, { type StringConstraints } from 'fast-check'

/**
 * Any code point. `unit: 'binary'` of fast-check is the same, but makes a table of all 1.1 million
 * when it is first used: 1.3 s and 120 MB in each process.
 */
const codePoint: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((code) => String.fromCodePoint(code), codeOf)

/** A text of any code points, and now and then a name that objects inherit, such as `__proto__`. */
export function anyText(constraints: Omit<StringConstraints, 'unit'> = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: codePoint })
}

function codeOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined
  if (code === undefined || text !== String.fromCodePoint(code)) throw new Error('no code point')
  return code
}
