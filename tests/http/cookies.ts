import fc from 'fast-check'
import t from 'tap'
import { type CookieOptions, parseCookies, serializeCookie } from '../../lib/http/cookies.ts'
import { assertLinear } from '../support/linear.ts'

// RQ-14, RQ-15; rq-042 to rq-063, un-cookie-002 to 014. Pairs without a name or "=", which the recorded
// parser keeps, are dropped here.
const readings: [title: string, fields: string[], cookies: Record<string, string>][] = [
  ['nothing', [], {}],
  ['an empty field', [''], {}],
  ['two cookies', ['a=b; c=d'], { a: 'b', c: 'd' }],
  ['cookies without a space between', ['a=b;c=d'], { a: 'b', c: 'd' }],
  ['an empty value', ['a='], { a: '' }],
  ['"=" in a value', ['a=b=c=='], { a: 'b=c==' }],
  ['names that are no tokens', ['a:b=c:d; e=['], { 'a:b': 'c:d', e: '[' }],
  ['what looks like an attribute', ['$Version=1; x=y'], { $Version: '1', x: 'y' }],
  ['space around names and values', [' a \t= b  ;\tc=d '], { a: 'b', c: 'd' }],
  ['a piece without "="', ['a=b; "; c=d'], { a: 'b', c: 'd' }],
  ['empty pieces', ['  =  b  ;  ;  =  ;   c  =  ;  '], { c: '' }],
  ['the first of two equal names', ['a=1; a=2'], { a: '1' }],
  ['several fields as one list', ['a=1; b=2', 'b=3; c=4'], { a: '1', b: '2', c: '4' }],
  ['fields with stray semicolons', ['a=1;', ';b=2;', '', 'c="x'], { a: '1', b: '2', c: '"x' }], // biome-ignore format: a table
  ['names in their own case', ['A=1; a=2'], { A: '1', a: '2' }],
  ['percent-encoded values', ['a=%20%C3%A9'], { a: ' é' }],
  ['a "+" as it is', ['a=b+c'], { a: 'b+c' }],
  ['invalid percent-encoding unchanged', ['a=100%; b=%zz; c=%ff'], { a: '100%', b: '%zz', c: '%ff' }], // biome-ignore format: a table
  ['percent-encoded names as they are', ['%61=1'], { '%61': '1' }],
  ['values in quotes', ['a="quoted"; b=""'], { a: 'quoted', b: '' }],
  ['a percent-encoded value in quotes', ['a="%41"'], { a: 'A' }],
  ['quotes that are a part of the value', ['a=%22b%22'], { a: '"b"' }],
  ['a single quote mark', ['a="; b="unbalanced'], { a: '"', b: '"unbalanced' }],
  ['escapes in quotes', ['a="q\\"\\\\"; b="\\101\\x"'], { a: 'q"\\', b: 'Ax' }],
  ['latin-1 octal escapes', ['a="\\351\\054"'], { a: 'é,' }],
  ['invalid octal escapes', ['a="\\400\\08"'], { a: '40008' }],
  ['a backslash before the last quote', ['a="b\\"'], { a: 'b\\' }],
  ['escapes without quotes as they are', ['a=\\012'], { a: '\\012' }],
  [
    'a semicolon in quotes as an end',
    ['keebler="E=mc2; L=\\"Loves\\"; fudge=\\012;"'],
    { keebler: '"E=mc2', L: '\\"Loves\\"', fudge: '\\012' },
  ],
  ['anything before the last "=" of a name', ['a   b,c<>@:/[]?{}=d  "  =e,f g'], { 'a   b,c<>@:/[]?{}': 'd  "  =e,f g' }], // biome-ignore format: a table
  // Advisory row 78: only space and tab are trimmed.
  ['no-break spaces in a name', ['\u00a0__Host-s=x'], { '\u00a0__Host-s': 'x' }],
  // Advisory row 79.
  ['nothing from a cookie without name', ['=__Host-s=x'], {}],
  ['nothing from a cookie without name after another', ['a=1; =b=x'], { a: '1' }],
]

for (const [title, fields, cookies] of readings) {
  t.test(`reads ${title}`, (t) => {
    t.strictSame({ ...parseCookies(fields) }, cookies)
    t.end()
  })
}

// Advisory row 80.
t.test('names of Object.prototype are ordinary cookies', (t) => {
  const cookies = parseCookies(['__proto__=x; constructor=y'])

  t.equal(Object.getPrototypeOf(cookies), null)
  t.strictSame(Object.entries(cookies), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  t.equal(parseCookies([])['toString'], undefined)
  t.end()
})

for (const unit of ['a=b;', ';', '=', ' ', '"', 'a="\\1', '%', '%41', 'a;', 'a=\t', '\\"']) {
  t.test(`reading is linear in many ${JSON.stringify(unit)}`, (t) => {
    const makeInput = (size: number): string => unit.repeat(size / unit.length)

    assertLinear(t, makeInput, (text) => parseCookies([text]))
    assertLinear(
      t,
      (size) => `a="${makeInput(size)}"`,
      (text) => parseCookies([text]),
    )
    assertLinear(t, makeInput, (text) => parseCookies(text.split(unit)))
    t.end()
  })
}

// RS-17 to RS-24, rs-050 to rs-080.
const date = new Date('2037-01-22T12:00:10Z')
const writings: [title: string, value: string, options: CookieOptions, wanted: string][] = [
  ['the defaults', 'b', {}, 'a=b; Path=/; SameSite=Lax'],
  ['an empty value', '', {}, 'a=; Path=/; SameSite=Lax'],
  ['no path', 'b', { path: null }, 'a=b; SameSite=Lax'],
  ['an empty path as none', 'b', { path: '' }, 'a=b; SameSite=Lax'],
  ['no sameSite', 'b', { sameSite: null }, 'a=b; Path=/'],
  ['strict', 'b', { sameSite: 'strict' }, 'a=b; Path=/; SameSite=Strict'],
  ['a lifetime', 'b', { maxAge: 10 }, 'a=b; Max-Age=10; Path=/; SameSite=Lax'],
  ['a removal', 'b', { maxAge: 0 }, 'a=b; Max-Age=0; Path=/; SameSite=Lax'],
  ['a negative lifetime', 'b', { maxAge: -1 }, 'a=b; Max-Age=-1; Path=/; SameSite=Lax'],
  ['a date', 'b', { expires: date }, 'a=b; Path=/; Expires=Thu, 22 Jan 2037 12:00:10 GMT; SameSite=Lax'], // biome-ignore format: a table
  ['a domain', 'b', { domain: 'example.org' }, 'a=b; Domain=example.org; Path=/; SameSite=Lax'],
  ['a domain with a dot', 'b', { domain: '.a.b' }, 'a=b; Domain=.a.b; Path=/; SameSite=Lax'],
  ['an empty domain as none', 'b', { domain: '' }, 'a=b; Path=/; SameSite=Lax'],
  ['flags', 'b', { httpOnly: true, secure: true, partitioned: true }, 'a=b; Path=/; HttpOnly; Secure; Partitioned; SameSite=Lax'], // biome-ignore format: a table
  ['none with secure', 'b', { sameSite: 'none', secure: true }, 'a=b; Path=/; Secure; SameSite=None'], // biome-ignore format: a table
  ['special characters', 'x y;,"\\é\n', {}, 'a=x%20y%3B%2C%22%5C%C3%A9%0A; Path=/; SameSite=Lax'],
  ['a path of many characters', 'b', { path: "/a-b.c_d~!$&'()*+=:@%20" }, "a=b; Path=/a-b.c_d~!$&'()*+=:@%20; SameSite=Lax"], // biome-ignore format: a table
]

for (const [title, value, options, wanted] of writings) {
  t.test(`writes ${title}`, (t) => {
    t.equal(serializeCookie('a', value, options), wanted)
    t.end()
  })
}

t.test('an expiry in seconds counts from now', (t) => {
  const before = Math.floor(Date.now() / 1000)
  const field = serializeCookie('a', 'b', { expires: 3600 })
  const [, expires = ''] = /Expires=([^;]+)/.exec(field) ?? []
  const seconds = Date.parse(expires) / 1000

  t.ok(seconds >= before + 3600 && seconds <= Math.ceil(Date.now() / 1000) + 3600, expires)
  t.end()
})

// Advisory row 77: no part can break out of its place.
const names = ['', ' ', 'a b', 'a;b', 'a,b', 'a=b', 'a\r\nb', 'a\0', 'é', 'a"', '{', '\u212a']

for (const name of names) {
  t.test(`refuses the name ${JSON.stringify(name)}`, (t) => {
    t.throws(() => serializeCookie(name, 'b'), {
      name: 'TypeError',
      message:
        /^setCookie: a name must consist of letters, digits and .+, ".*" was given\. Choose another/,
    })
    t.end()
  })
}

const breaking = [';', '\r', '\n', '\0', ',', ' ', 'é', '; Secure']

for (const text of breaking) {
  t.test(`refuses ${JSON.stringify(text)} in path, domain and sameSite`, (t) => {
    t.throws(() => serializeCookie('a', 'b', { path: `/${text}x` }), {
      name: 'TypeError',
      message:
        /^setCookie: a path must start with "\/" and have no spaces.+, ".+" was given\. Percent-enc/,
    })
    t.throws(() => serializeCookie('a', 'b', { domain: `a${text}x` }), {
      name: 'TypeError',
      message: /^setCookie: domain must be a host name, "a.+" was given\. Write 'example\.com'\.$/s,
    })
    t.throws(() => serializeCookie('a', 'b', { sameSite: `lax${text}` as 'lax' }), {
      name: 'TypeError',
      message: /^setCookie: sameSite must be "lax", "strict" or "none", "lax.+" was given/,
    })
    t.end()
  })
}

t.test('refuses a path that browsers ignore', (t) => {
  t.throws(() => serializeCookie('a', 'b', { path: 'app' }), {
    message: /a path must start with "\/"/,
  })
  t.end()
})

const numbers: [title: string, options: CookieOptions, told: RegExp][] = [
  ['half a second', { maxAge: 0.5 }, /maxAge must be an integer, 0\.5 was given\. Round it/],
  ['too many digits', { maxAge: 1e22 }, /maxAge must be an integer, 1e\+22 was given/],
  ['true', { sameSite: true as never }, /sameSite must be .*, true was given/],
  ['NaN seconds', { maxAge: Number.NaN }, /maxAge must be an integer, NaN was/],
  ['NaN seconds from now', { expires: Number.NaN }, /expires must be valid, NaN was given/],
  ['no date', { expires: new Date('x') }, /expires must be valid, an object \(Date\)/],
]

for (const [title, options, told] of numbers) {
  t.test(`refuses ${title}`, (t) => {
    t.throws(() => serializeCookie('a', 'b', options), { name: 'TypeError', message: told })
    t.end()
  })
}

t.test('refuses a value that is not well-formed, with the cause', (t) => {
  t.throws(() => serializeCookie('a', '\ud83c'), {
    name: 'TypeError',
    message:
      /^setCookie: a value must be well-formed text, the value of "a" has a lone surrogate\. Call/,
    cause: { name: 'URIError' },
  })
  t.end()
})

const dropped: [title: string, name: string, options: CookieOptions, told: RegExp][] = [
  [
    '__Secure- without secure',
    '__Secure-a',
    {},
    /a name with __Secure- needs secure, "__Secure-a"/,
  ],
  ['__secure- in another case', '__secure-a', {}, /a name with __Secure- needs secure/],
  ['__Host- without secure', '__Host-a', {}, /a name with __Host- needs secure, the path "\/"/],
  ['__Host- with a path', '__Host-a', { secure: true, path: '/x' }, /needs secure, the path "\/"/],
  [
    '__Host- without a path',
    '__host-a',
    { secure: true, path: null },
    /needs secure, the path "\/"/,
  ],
  [
    '__Host- with a domain',
    '__Host-a',
    { secure: true, domain: 'a.b' },
    /the path "\/" and no domain/,
  ],
  ['none without secure', 'a', { sameSite: 'none' }, /sameSite "none" needs secure, "a" was given/],
  ['None without secure', 'a', { sameSite: 'None' as 'none' }, /sameSite "none" needs secure/],
  ['partitioned without secure', 'a', { partitioned: true }, /partitioned needs secure, "a" was/],
]

for (const [title, name, options, told] of dropped) {
  t.test(`refuses ${title}, since browsers drop it`, (t) => {
    t.throws(() => serializeCookie(name, 'b', options), { name: 'TypeError', message: told })
    t.throws(() => serializeCookie(name, 'b', options), {
      message: /, or browsers drop the cookie\./,
    })
    t.end()
  })
}

t.test('writes prefixed names if their requirements are met', (t) => {
  const secure = true

  t.equal(serializeCookie('__Host-a', 'b', { secure }), '__Host-a=b; Path=/; Secure; SameSite=Lax')
  t.equal(
    serializeCookie('__Secure-a', 'b', { secure, path: '/x', domain: 'a.b' }),
    '__Secure-a=b; Domain=a.b; Path=/x; Secure; SameSite=Lax',
  )
  t.end()
})

t.test('name and value together have at most 4096 encoded bytes', (t) => {
  t.equal(serializeCookie('abc', 'x'.repeat(4093)).length, 4097 + '; Path=/; SameSite=Lax'.length)
  t.throws(() => serializeCookie('abc', 'x'.repeat(4094)), {
    name: 'TypeError',
    message:
      'setCookie: name and value must have at most 4096 bytes, "abc" has 4097. Store the data on the server and put its key into the cookie.',
  })
  t.throws(() => serializeCookie('a', 'é'.repeat(700)), { message: /"a" has 4201\. Store/ })
  t.end()
})

t.test('a written cookie is parsed back', (t) => {
  const names = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,20}$/)
  const values = fc.string({ unit: 'grapheme', maxLength: 50 })

  fc.assert(
    fc.property(fc.dictionary(names, values, { maxKeys: 5 }), (cookies) => {
      const options = { secure: true }
      const pairs = Object.entries(cookies).map(([name, value]) =>
        serializeCookie(name, value, options).split(';', 1).join(''),
      )
      t.strictSame(Object.entries(parseCookies([pairs.join('; ')])), Object.entries(cookies))
    }),
    {
      examples: [[{ a: '"quoted"' }], [{ a: '"' }], [{ a: '\\"' }], [{ a: '%22' }], [{ a: ' b ' }]],
    },
  )
  t.end()
})
