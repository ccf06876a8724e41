// Files of zip archives, by the real zip.js.
import {
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js'
import t from 'tap'
import { SourceFiles, zipFiles } from '../../../lib/staticfiles/sources.ts'
import { testClient } from '../../../lib/testing/client.ts'

const DATE = new Date(Date.UTC(2013, 9, 10, 21, 40))
const LARGE = '0123456789'.repeat(300_000)

async function zipped(): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { lastModDate: DATE })
  await writer.add('index.html', new TextReader('<h1>Index</h1>'))
  await writer.add('css/', undefined, { directory: true })
  await writer.add('css/app.css', new TextReader('p {}'))
  await writer.add('css/old.css', new TextReader('q {}'))
  await writer.add('large.txt', new TextReader(LARGE))
  await writer.add('secret.txt', new TextReader('secret'), { password: 'open' })
  return writer.close()
}

const bytes = await zipped()
const archive = () => new ZipReader(new Uint8ArrayReader(bytes))

// LS-STATIC-2
t.test('serves the files of a zip archive, and large ones part by part', async (t) => {
  await using client = await testClient(SourceFiles(zipFiles(archive()), { html: true }))

  t.equal(await (await client.get('/')).text(), '<h1>Index</h1>')
  const css = await client.get('/css/app.css')
  t.equal(await css.text(), 'p {}')
  t.equal(css.headers.get('last-modified'), 'Thu, 10 Oct 2013 21:40:00 GMT')
  const old = await client.get('/css/old.css')
  t.not(old.headers.get('etag'), css.headers.get('etag'), 'they have one size and one time')
  t.equal(await (await client.get('/large.txt')).text(), LARGE)
  const part = await client.get('/large.txt', { headers: { range: 'bytes=2999995-' } })
  t.same([part.status, await part.text()], [206, '56789'])
  for (const path of ['/css', '/css/', '/nope', '/secret.txt']) {
    t.equal((await client.get(path)).status, 404, path)
  }
})

/** The content of an entry whose data come from this. */
async function contentBy(
  getData: (target: WritableStream<Uint8Array>) => Promise<unknown>,
): Promise<AsyncIterable<Uint8Array>> {
  const entry = {
    ...{ filename: 'a', encrypted: false, uncompressedSize: 9, signature: 1, lastModDate: DATE },
    getData,
  }
  const file = await zipFiles({ getEntries: async () => [entry] }).open('a')
  const content = await file?.read(0, 9)
  if (content === undefined || content instanceof Uint8Array) throw new Error('it is no stream')
  return content
}

t.test('a client disconnect ends the decompression', async (t) => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const content = await contentBy(async (target) => {
    const writer = target.getWriter()
    try {
      for (;;) await writer.write(Buffer.from('a'))
    } finally {
      end()
    }
  })

  for await (const chunk of content) {
    t.equal(Buffer.from(chunk).toString(), 'a')
    break
  }
  await ended
})

t.test('an entry that fails before its first byte is an error', async (t) => {
  const content = await contentBy(async () => {
    throw new Error('unknown method')
  })
  await t.rejects(async () => {
    for await (const _ of content);
  }, /unknown method/)
})

t.test('a broken archive or entry is an error, and is tried again', async (t) => {
  t.throws(
    () => zipFiles('site.zip' as never),
    /^zipFiles: the archive must be a ZipReader, "site.zip"/,
  )
  const broken = zipFiles(new ZipReader(new Uint8ArrayReader(bytes.subarray(0, 100))))
  await t.rejects(Promise.resolve(broken.open('index.html')))
  await t.rejects(Promise.resolve(broken.open('index.html')))

  const damaged = bytes.slice()
  const index = Buffer.from(damaged).indexOf('index.html')
  damaged.fill(255, index + 'index.html'.length, index + 40)
  const app = SourceFiles(zipFiles(new ZipReader(new Uint8ArrayReader(damaged))), { html: true })
  await using client = await testClient(app)
  await t.rejects(client.get('/index.html'))
})
