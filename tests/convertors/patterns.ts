import fc from 'fast-check'
import t from 'tap'
import { assertFastPattern } from '../../lib/convertors/patterns.ts'

const fast = [
  /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
  /[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/,
  /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/,
  /(?:(?:[0-9]{2}){3}-){2}[0-9]+/,
  /(?:ab)+/,
  /(?<year>[0-9]+)-(?<month>[0-9]+)/,
  /[a-z]+\.[a-z]+\.[a-z]+/,
  /v[0-9]+(?:\.[0-9]+)?/,
  /en|de|fr/,
  /(?:en|de)-[a-z]*/,
  /[*+|(){}]{1,9}/,
  /[^(]*/,
  /[(]+[\])]+/,
  /\(a+\)/,
  /\[(?:ab)+\]/,
  /\\1+/,
  /a+?/,
  /.*/,
  /\p{Lu}\p{Ll}+/u,
  /a{2}/,
  /(?:)/,
]

for (const { source } of fast) {
  t.test(`/${source}/ is fast`, (t) => {
    t.doesNotThrow(() => assertFastPattern('name', source, 256))
    t.end()
  })
}

const BACK = 'a back-reference'
const LOOK = 'a look-around'
const NESTED = 'a repetition, an option or an alternative within a repeated group'
const MANY = 'too many repetitions and options for 256 characters'

// Advisories of the field: most are of this kind, a repetition of what repeats.
const slow: [pattern: RegExp | string, fault: string][] = [
  [/(a)\1/, BACK],
  [/(?<x>a)\k<x>/, BACK],
  [/a(?=b)/, LOOK],
  [/a(?!b)/, LOOK],
  [/(?<=a)b/, LOOK],
  [/(?<!a)b/, LOOK],
  [/(a+)+/, NESTED],
  [/(?:a*)*/, NESTED],
  [/(?:a+){2,}/, NESTED],
  [/(?:a+){9}/, NESTED],
  [/(?:a|a)*/, NESTED],
  [/(?:a?a?)*/, NESTED],
  [/(?:a?){30}a{30}/, NESTED],
  [/(?:a{1,2})+/, NESTED],
  [/((?:ab)+c)+/, NESTED],
  [/((?:ab)?c)+/, NESTED],
  [/((a|b)c)+/, NESTED],
  [/(((a+)))+/, NESTED],
  [/(?<x>a+)+/, NESTED],
  [/(?:[)]+)+/, NESTED],
  [/(?:\)+)+/, NESTED],
  ['(?i:a+)+', NESTED],
  ['(?i-m:a|b)*', NESTED],
  [/a*a*a*a*/, MANY],
  [/[0-9]+-[0-9]+-[0-9]+-[0-9]+/, MANY],
  [/a{1,}b{1,}c{1,}d{1,}/, MANY],
  [/(a+)(b+)(c+)(d+)/, MANY],
  [/a{0,999}a{0,999}a{0,999}a{0,999}/, MANY],
  ['a?'.repeat(30) + 'a'.repeat(30), MANY],
  ['(?:a|a)'.repeat(30), MANY],
]

for (const [pattern, fault] of slow) {
  const source = typeof pattern === 'string' ? pattern : pattern.source
  t.test(`/${source}/ is refused for ${fault}`, (t) => {
    t.throws(() => assertFastPattern('name', source, 256), {
      name: 'TypeError',
      message:
        `registerConvertor: the pattern of "name" must be safe from slow matching, /${source}/ has ${fault}. ` +
        'Write a simpler pattern, lower maxLength, or check the rest in convert(), which may throw.',
    })
    t.end()
  })
}

t.test('the allowed number of repetitions depends on the length of the text', (t) => {
  const source = 'a+b+c+d+'

  t.doesNotThrow(() => assertFastPattern('name', source, 64))
  t.throws(() => assertFastPattern('name', source, 65), { message: /options for 65 characters/ })
  t.doesNotThrow(() => assertFastPattern('name', '.*', 1_000_000))
  t.throws(() => assertFastPattern('name', '.*x.*', 5000), { message: /for 5000 characters/ })
  t.doesNotThrow(() => assertFastPattern('name', '[a-z]{1,40}', Number.POSITIVE_INFINITY))
  t.end()
})

/** Patterns as people build them, of few letters, so that many ways lead to the same text. */
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('a', '[ab]', '.', 'b', 'a*', 'a+', 'a?', 'a{1,3}', '.*', '[ab]+', 'a{2}'),
    tie('pattern').map((inner) => `(?:${inner})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,3}'))
      .map(([inner, times]) => `(?:${inner})${times}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => `(?:${one}|${two})`),
  ),
  pattern: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
}))

t.test('no accepted pattern is slow on the longest text', (t) => {
  const worst = ['a', 'ab', 'b'].map((unit) => `${unit.repeat(256).slice(0, 255)}!`)

  fc.assert(
    fc.property(pattern, (source) => {
      try {
        assertFastPattern('name', source, 256)
      } catch {
        return
      }
      const whole = new RegExp(`^(?:${source})$`)
      const start = performance.now()
      for (const text of worst) whole.test(text)
      const time = performance.now() - start
      // Exponential time would not end at all; 16 million steps take some hundred milliseconds.
      if (time > 5000) throw new Error(`/${source}/ took ${time} ms`)
    }),
    { numRuns: 300 },
  )
  t.pass('for every pattern')
  t.end()
})
