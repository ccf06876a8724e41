import t from 'tap'
import { readOptions, type StaticFilesOptions } from '../../lib/staticfiles/options.ts'

const read = (options: object): ReturnType<typeof readOptions> =>
  readOptions({ directory: '.', ...options } as StaticFilesOptions)

t.test('has its defaults', async (t) => {
  t.same(read({}), {
    html: false,
    attachment: false,
    followSymlink: false,
    checkDir: true,
    fallback: undefined,
    cacheControl: undefined,
    codings: [],
    extensions: [],
    dotNames: false,
    varies: false,
    maxBytes: 16_777_216,
    maxFileBytes: 1_048_576,
  })
})

t.test('uses the given options', async (t) => {
  const cacheControl = (): string => 'no-cache'

  t.match(read({ html: true, followSymlink: true, checkDir: false }), {
    html: true,
    followSymlink: true,
    checkDir: false,
  })
  t.equal(read({ cacheControl }).cacheControl, cacheControl)
  t.equal(read({ cacheControl: 'max-age=60' }).cacheControl, 'max-age=60')
  t.same(read({ extensions: ['html', 'min.js'] }).extensions, ['html', 'min.js'])
  t.equal(read({ fallback: 'app/index.html' }).fallback, 'app/index.html')
  t.equal(read({ fallback: '.app.html' }).fallback, '.app.html')
  t.equal(read({ dotfiles: true }).dotNames, true)
  t.same(read({ dotfiles: ['.well-known'] }).dotNames, new Set(['.well-known']))
})

t.test('compressed forms are all or those of a list, in its order', async (t) => {
  t.same(read({ precompressed: true }).codings, ['br', 'zstd', 'gzip'])
  t.same(read({ precompressed: ['gzip', 'br'] }).codings, ['gzip', 'br'])
  t.equal(read({ precompressed: ['gzip'] }).varies, true)
  t.equal(read({ precompressed: [] }).varies, false)
  t.equal(read({ precompressed: false }).varies, false)
})

t.test('the cache has limits, or is off', async (t) => {
  t.equal(read({ cache: false }).maxBytes, 0)
  t.match(read({ cache: {} }), { maxBytes: 16_777_216, maxFileBytes: 1_048_576 })
  t.match(read({ cache: { maxBytes: 1 } }), { maxBytes: 1, maxFileBytes: 1_048_576 })
  t.match(read({ cache: { maxFileBytes: 0 } }), { maxBytes: 16_777_216, maxFileBytes: 0 })
  t.equal(read({ cache: { maxBytes: Number.POSITIVE_INFINITY } }).maxBytes, Infinity)
})

const REFUSED: readonly (readonly [options: object, name: string, message: RegExp])[] = [
  [
    { precompressed: ['deflate'] },
    'TypeError',
    /^StaticFiles: precompressed must be true, false or a list of "br", "zstd" and "gzip", \["deflate"\] was given\./,
  ],
  [{ precompressed: 'br' }, 'TypeError', /precompressed must be .*, "br" was given/],
  [
    { dotfiles: 'allow' },
    'TypeError',
    /^StaticFiles: dotfiles must be true, false or a list of names such as "\.well-known", "allow" was given\./,
  ],
  [{ dotfiles: ['well-known'] }, 'TypeError', /dotfiles must be .*, \["well-known"\] was given/],
  [{ dotfiles: ['.a/b'] }, 'TypeError', /dotfiles must be/],
  [
    { cacheControl: 60 },
    'TypeError',
    /^StaticFiles: cacheControl must be a text such as "max-age=3600" or a function, 60 was given\./,
  ],
  [{ cacheControl: 'a\r\nb' }, 'TypeError', /value of "cache-control" must be latin-1/],
  [
    { fallback: '../index.html' },
    'TypeError',
    /^StaticFiles: fallback must be the name of a file in the directory, such as "index\.html", "\.\.\/index\.html" was given\./,
  ],
  [
    { extensions: 'html' },
    'TypeError',
    /^StaticFiles: extensions must be a list of extensions without their dot, such as \["html"\], "html" was given\./,
  ],
  [{ extensions: ['.html'] }, 'TypeError', /extensions must be .*, \["\.html"\] was given/],
  [{ extensions: ['a/b'] }, 'TypeError', /extensions must be/],
  [{ extensions: [''] }, 'TypeError', /extensions must be/],
  [{ extensions: ['html '] }, 'TypeError', /extensions must be/],
  [{ extensions: [7] }, 'TypeError', /extensions must be/],
  [{ fallback: '/index.html' }, 'TypeError', /fallback must be/],
  [{ fallback: '' }, 'TypeError', /fallback must be .*, "" was given/],
  [{ fallback: true }, 'TypeError', /fallback must be .*, true was given/],
  [{ fallback: () => 'x' }, 'TypeError', /fallback must be .*, a function was given/],
  [
    { cache: { maxBytes: -1 } },
    'RangeError',
    /^StaticFiles: cache\.maxBytes must be a number of bytes, -1 was given\. Use cache: false/,
  ],
  [{ cache: { maxFileBytes: '1' } }, 'RangeError', /cache\.maxFileBytes .*, "1" was given/],
  [{ cache: { maxBytes: Number.NaN } }, 'RangeError', /cache\.maxBytes/],
]

for (const [options, name, message] of REFUSED) {
  t.test(`refuses ${JSON.stringify(options)}`, async (t) => {
    t.throws(() => read(options), { name, message })
  })
}
