// LS-RESP-8: lists that are written line by line: JSON lines and CSV.
import t from 'tap'
import type { Response } from '../../lib/responses.ts'
import { CSVResponse, JSONLinesResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

async function fetched(
  make: () => Response<never>,
): Promise<{ type: string | null; text: string }> {
  await using client = await testClient(Route('/', make))
  const response = await client.get('/')
  return { type: response.headers.get('content-type'), text: await response.text() }
}

t.test('JSON lines are sent one by one', async (t) => {
  async function* items(): AsyncGenerator<unknown> {
    yield { id: 1, name: 'é\n' }
    yield null
    yield [2]
  }
  const { type, text } = await fetched(() => new JSONLinesResponse(items()))
  t.equal(type, 'application/jsonl')
  t.equal(text, '{"id":1,"name":"é\\n"}\nnull\n[2]\n')
  const own = await fetched(() => new JSONLinesResponse([1], { mediaType: 'application/x-ndjson' }))
  t.equal(own.type, 'application/x-ndjson')
})

t.test('an item without a JSON form fails the response', async (t) => {
  const response = (): JSONLinesResponse => new JSONLinesResponse([1, undefined])
  await t.rejects(fetched(response), /JSONLinesResponse: an item must have a JSON form, undefined/)
})

t.test('CSV quotes cells that need it', async (t) => {
  const rows = [
    ['a', 'b,c', 'd "e"', ' f', 'g\nh'],
    [1, -2.5, true, 3n, new Date(0)],
    [null, undefined, ''],
  ]
  const { type, text } = await fetched(() => new CSVResponse(rows))
  t.equal(type, 'text/csv; charset=utf-8')
  t.equal(text, 'a,"b,c","d ""e"""," f","g\nh"\r\n1,-2.5,true,3,1970-01-01T00:00:00.000Z\r\n,,\r\n')
})

t.test('columns are the first line, and select the cells of objects', async (t) => {
  async function* rows(): AsyncGenerator<Record<string, unknown>> {
    yield { name: 'Ada', id: 1, password: 'secret' }
    yield { id: 2 }
  }
  const columns = ['id', 'name', 'constructor']
  const { text } = await fetched(() => new CSVResponse(rows(), { columns, separator: ';' }))
  t.equal(text, 'id;name;constructor\r\n1;Ada;\r\n2;;\r\n')
})

t.test('formulas get an apostrophe, unless it is turned off', async (t) => {
  const rows = [['=1+1', '+1', '-1', '@a', '\tb', -1]]
  const guarded = await fetched(() => new CSVResponse(rows))
  t.equal(guarded.text, `'=1+1,'+1,'-1,'@a,'\tb,-1\r\n`)
  const plain = await fetched(() => new CSVResponse(rows, { guardFormulas: false }))
  t.equal(plain.text, `=1+1,+1,-1,@a,"\tb",-1\r\n`)
})

t.test('the rows are closed when the client disconnects, even if none was read', async (t) => {
  for (const make of [
    (rows: AsyncIterable<number[]>) => new CSVResponse(rows, { columns: ['n'] }),
    (rows: AsyncIterable<number[]>) => new JSONLinesResponse(rows),
  ]) {
    let closed = 0
    const rows = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: [1] }),
        return: async () => {
          closed++
          return { done: true as const, value: undefined }
        },
      }),
    }
    await using client = await testClient(Route('/', () => make(rows)))
    const response = await client.get('/')
    await response.body?.cancel()
    await client.head('/')
    t.ok(closed >= 1)
  }
})

t.test('invalid arguments throw', async (t) => {
  t.throws(
    () => new CSVResponse('a' as never),
    /CSVResponse: the content must be iterable, "a" was/,
  )
  t.throws(
    () => new JSONLinesResponse(7 as never),
    /JSONLinesResponse: the content must be iterable/,
  )
  t.throws(() => new CSVResponse([], { separator: '"' }), /separator must be one character/)
  t.throws(() => new CSVResponse([], { seperator: ';' } as never), /Did you mean "separator"\?/)
  await t.rejects(
    fetched(() => new CSVResponse([{ a: 1 }])),
    /a row must be a list, or an object with/,
  )
  await t.rejects(
    fetched(() => new CSVResponse([[{}]])),
    /a cell must be text, a number or a date/,
  )
})
