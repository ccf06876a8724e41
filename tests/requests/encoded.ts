// A body with a Content-Encoding, without decompress(): what is parsed is 415, bytes stay as they are.
import t from 'tap'
import { msgpack } from '../../lib/msgpack.ts'
import { Request } from '../../lib/requests.ts'
import { httpScope, receiving } from '../support/scopes.ts'

function sent(type: string, coding: string): Request {
  const headers = ['content-type', type, 'content-encoding', coding, 'content-length', '2']
  const message = { type: 'http.request', body: Buffer.from('[]'), moreBody: false } as const
  return new Request(httpScope({ method: 'POST', headers }), receiving([message]))
}

for (const coding of ['gzip', 'identity, br', 'unknown']) {
  t.test(`Content-Encoding: ${coding}`, async (t) => {
    const refused = {
      status: 415,
      message: 'The request body must not have a Content-Encoding.',
    }
    await t.rejects(sent('application/json', coding).json(), refused)
    await t.rejects(sent('text/plain', coding).text(), refused)
    await t.rejects(sent('application/x-www-form-urlencoded', coding).form(), refused)
    await t.rejects(msgpack(sent('application/msgpack', coding)), refused)
    t.equal((await sent('text/plain', coding).bytes()).byteLength, 2)
    for await (const part of sent('text/plain', coding).stream()) t.equal(part.byteLength, 2)
  })
}

t.test('identity is not a coding', async (t) => {
  t.same(await sent('application/json', 'Identity').json(), [])
  t.equal(await sent('text/plain', '').text(), '[]')
})
