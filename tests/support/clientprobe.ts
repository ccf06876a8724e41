// Calls all of the API of `clientapi.ts`, whose types alone it imports, and tells what came back.
import { type ClientOptions, client } from '../../lib/client.ts'
import type { api } from './clientapi.ts'

const bytesOf = async (stream: ReadableStream<Uint8Array>): Promise<number[]> => [
  ...new Uint8Array(await new globalThis.Response(stream).arrayBuffer()),
]

/** What came back, as plain JSON, by what was called. */
export async function probe(
  base: string,
  options?: ClientOptions,
): Promise<Record<string, unknown>> {
  const call = client<typeof api>(base, options)
  const told: Record<string, unknown> = {}
  const found = await call('GET /users/{id:int}', { params: { id: 7 } })
  told['found'] = [found.status, found.body, found.headers.get('content-type')]
  const missing = await call('GET /users/{id:int}', { params: { id: 8 } })
  if (missing.status === 404) told['missing'] = missing.body.title
  told['removed'] = (await call('DELETE /users/{id:int}', { params: { id: 7 } })).body
  const put = await call('PUT /users/{id:int}', { params: { id: 7 }, body: { name: 'Zoë' } })
  told['put'] = put.body
  const invalid = await call('PUT /users/{id:int}', { params: { id: 7 }, body: { name: '' } })
  told['invalid'] = invalid.status
  const thrown = await call('GET /users/{id:int}', { params: { id: 8 }, expect: [200] }).catch(
    (error: unknown) => error as Error & { status: number },
  )
  told['thrown'] = thrown instanceof Error && [thrown.name, thrown.message, thrown.status]
  const search = {
    tag: ['a b', 'ä&c'],
    filter: { size: 3, colour: { name: 'red=1' } },
    exact: true,
  }
  told['query'] = (await call('GET /search', { query: search })).body
  told['one'] = (await call('GET /search', { query: { tag: ['a'] } })).body
  told['form'] = (await call('POST /form', { form: search })).body
  const fields = { 'x-list': [1, 2], 'x-one': 'a, b' }
  told['headers'] = (await call('GET /fields', { headers: fields })).body
  const params = { path: 'a b/ü', name: 'x y?', day: '2026-01-31' }
  told['path'] = (
    await call('GET /files/{path:path}/of/{name}/{day:date}', { params, expect: [200] })
  ).body
  told['at'] = (await call('GET /at/{at:datetime}', { params: { at: new Date(1) } })).body
  const optional = 'GET /optional/:first/:second?'
  told['first'] = (await call(optional, { params: { first: 'a' } })).body
  told['second'] = (await call(optional, { params: { first: 'a', second: 'b' } })).body
  const photo = new File([new Uint8Array(5)], 'ä.png', { type: 'image/png' })
  const more = [new File(['x'], 'x'), new File(['yy'], 'y')]
  told['multipart'] = (
    await call('POST /upload', { multipart: { title: 'Ü', count: 3, photo, more } })
  ).body
  told['text'] = (await call('POST /echo', { text: 'ä' })).body
  const echoed = await call('PUT /echo', { bytes: new Uint8Array([1, 2]), expect: [200] })
  told['bytes'] = [await bytesOf(echoed.body), echoed.headers.get('x-type')]
  const blob = new Blob(['ab'], { type: 'image/png' })
  const image = await call('PUT /echo', { bytes: blob, expect: [200] })
  told['blob'] = [(await image.response.blob()).size, image.headers.get('x-type')]
  const typed = await call('PUT /echo', { bytes: blob, contentType: 'image/gif', expect: [200] })
  told['typed'] = typed.headers.get('x-type')
  const ticks: unknown[] = []
  const stream = await call('GET /events', { expect: [200] })
  for await (const tick of stream.body) if (ticks.push(tick) === 2) break
  told['events'] = ticks
  const values: unknown[] = []
  for await (const value of (await call('GET /lines', { expect: [200] })).body) values.push(value)
  told['lines'] = values
  told['plain'] = (await call('GET /plain')).body
  const { status, body } = await call('GET /bug')
  told['bug'] = [status, body]
  return told
}
