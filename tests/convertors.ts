// Runs alone: it looks at the convertors of the whole process, to which other files add.
import t from 'tap'
import {
  type ConvertorOptions,
  convertorNamed,
  convertorNames,
  registerConvertor,
} from '../lib/convertors.ts'
import { PlainTextResponse } from '../lib/responses/bodies.ts'
import { Route } from '../lib/routing/route.ts'
import { Router } from '../lib/routing/router.ts'
import { testClient } from '../lib/testing/client.ts'

declare module '../lib/convertors.ts' {
  interface Convertors {
    day: Date
  }
}

const date: ConvertorOptions<Date> = {
  pattern: /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
  convert: (text) => {
    const value = new Date(`${text}T00:00:00Z`)
    return Number.isNaN(value.valueOf()) ? undefined : value
  },
  toText: (value) => value.toISOString().slice(0, 10),
}

const word: ConvertorOptions<unknown> = {
  pattern: /[a-z/]+/,
  convert: (text) => text,
  toText: (value) => String(value),
}

/** The convertor that these options make. */
function made(options: Partial<ConvertorOptions<unknown>>): {
  parse: (text: string) => unknown
  toText: (value: unknown) => string
} {
  registerConvertor('made', { ...word, ...options })
  const convertor = convertorNamed('made')
  if (convertor === undefined) throw new Error('it was not registered')
  return convertor
}

t.test('knows the built-in convertors', (t) => {
  t.strictSame(convertorNames(), [
    'str',
    'int',
    'bigint',
    'float',
    'uuid',
    'path',
    'date',
    'datetime',
  ])
  t.equal(convertorNamed('int')?.parse('7'), 7)
  t.equal(convertorNamed('nope'), undefined)
  t.equal(convertorNamed('constructor'), undefined)
  t.end()
})

t.test('a custom convertor reads and writes its values in routes', async (t) => {
  registerConvertor('day', date)
  const router = Router([
    Route(
      '/days/{day:day}',
      (request) => new PlainTextResponse(String(request.pathParams.day.getUTCDate())),
      { name: 'day' },
    ),
  ])
  await using client = await testClient(router)

  const found = await client.get('/days/2026-11-21')
  const noDay = await client.get('/days/2026-11-99')
  const noDate = await client.get('/days/today')

  t.equal(await found.text(), '21')
  t.equal(noDay.status, 404)
  t.equal(noDate.status, 404)
  t.equal(router.urlPathFor('day', { day: new Date(0) }).path, '/days/1970-01-01')
  t.ok(convertorNames().includes('day'))
})

t.test('routes keep the convertor that they were created with', (t) => {
  registerConvertor('kept', { ...word, toText: () => 'old' })
  const route = Route('/{x:kept}', () => new PlainTextResponse(''), { name: 'x' })

  registerConvertor('kept', { ...word, toText: () => 'new' })

  t.equal(Router([route]).urlPathFor('x', { x: '' }).path, '/old')
  t.equal(convertorNamed('kept')?.toText(''), 'new')
  t.end()
})

t.test('an error in convert means no match', (t) => {
  const { parse } = made({
    convert: () => {
      throw new RangeError('no')
    },
  })

  t.equal(parse('abc'), undefined)
  t.end()
})

t.test('this is the convertor in convert and toText', (t) => {
  class Prefix {
    readonly pattern = /[a-z]+/
    readonly prefix = 'x'
    convert(text: string): string | undefined {
      return text.startsWith(this.prefix) ? text.slice(1) : undefined
    }
    toText(value: unknown): string {
      return `${this.prefix}${value}`
    }
  }
  registerConvertor('prefixed', new Prefix())

  t.equal(convertorNamed('prefixed')?.parse('xa'), 'a')
  t.equal(convertorNamed('prefixed')?.toText('a'), 'xa')
  t.end()
})

t.test('the pattern matches the whole text', (t) => {
  const { parse } = made({ pattern: /a|bc/ })

  t.equal(parse('a'), 'a')
  t.equal(parse('bc'), 'bc')
  t.equal(parse('abc'), undefined)
  t.equal(parse('a\n'), undefined)
  t.equal(made({ pattern: /^ab$/ }).parse('ab'), 'ab', 'anchors of its own do no harm')
  t.end()
})

t.test('a text has at most 256 characters, or maxLength', (t) => {
  t.equal(made({}).parse('a'.repeat(256)), 'a'.repeat(256))
  t.equal(made({}).parse('a'.repeat(257)), undefined)
  t.equal(made({ maxLength: 3 }).parse('abcd'), undefined)
  t.equal(made({ maxLength: 1000 }).parse('a'.repeat(1000)), 'a'.repeat(1000))
  t.end()
})

t.test('a text contains slashes only with slashes: true', (t) => {
  t.equal(made({}).parse('a/b'), undefined)
  t.equal(made({ slashes: true }).parse('a/b'), 'a/b')
  t.equal(made({}).toText('ab'), 'ab')
  t.equal(made({ slashes: true }).toText('a/b'), 'a/b')
  t.end()
})

t.test('exposes the properties that the router needs', (t) => {
  made({ pattern: /[a-z]*/ })
  const convertor = convertorNamed('made')

  t.match(convertor, { name: 'made', slashes: false, empty: true, pure: false })
  t.ok(convertor?.allows('!'), 'the pattern decides, over the whole text')
  t.notOk(convertor?.allows('/'))
  made({ slashes: true })
  t.match(convertorNamed('made'), { slashes: true, empty: false })
  t.ok(convertorNamed('made')?.allows('/'))
  t.end()
})

t.test('the flags i, s and u are supported', (t) => {
  t.equal(made({ pattern: /[a-z]+/i }).parse('ABC'), 'ABC')
  t.equal(made({ pattern: /a.b/s }).parse('a\nb'), 'a\nb')
  t.equal(made({ pattern: /\p{L}+/u }).parse('é'), 'é')
  t.end()
})

for (const pattern of [/a/g, /a/y, /a/m, /a/d, /a/gi]) {
  t.test(`refuses the flags of ${pattern}`, (t) => {
    t.throws(() => made({ pattern }), {
      name: 'TypeError',
      message: `registerConvertor: the pattern of "made" may have the flags i, s and u, ${pattern} was given. Remove the others.`,
    })
    t.end()
  })
}

const unreadable: [title: string, options: Partial<ConvertorOptions<unknown>>, value: string][] = [
  ['does not match the pattern', {}, 'A'],
  ['is too long', { maxLength: 2 }, 'abc'],
  ['has a slash', {}, 'a/b'],
  ['convert does not take', { convert: () => undefined }, 'a'],
]

for (const [title, options, value] of unreadable) {
  t.test(`writes no text that ${title}`, (t) => {
    t.throws(() => made(options).toText(value), {
      name: 'TypeError',
      message:
        /^convertor "made": the value must be one that \/.+\/ and convert\(\) accept, ".+" was/,
    })
    t.end()
  })
}

for (const name of ['', '1a', 'a-b', 'a b', 'a}', 'é', 'a\n']) {
  t.test(`refuses the name ${JSON.stringify(name)}`, (t) => {
    t.throws(() => registerConvertor(name, word), {
      name: 'TypeError',
      message: `registerConvertor: a name must consist of letters, digits and "_", ${JSON.stringify(name)} was given. Choose one that fits into {parameter:name}.`,
    })
    t.equal(convertorNamed(name), undefined)
    t.end()
  })
}

t.test('refuses a pattern that may be slow', (t) => {
  t.throws(() => made({ pattern: /(a+)+/ }), {
    message: /must be safe from slow matching, \/\(a\+\)\+\//,
  })
  t.throws(() => made({ pattern: /a+b+/, maxLength: 5000 }), { message: /for 5000 characters/ })
  t.end()
})
