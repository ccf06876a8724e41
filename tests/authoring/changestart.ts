import t from 'tap'
import { changeStart, type StartChange } from '../../lib/authoring/changestart.ts'
import type { SendMessage } from '../../lib/types.ts'

const adder =
  (name: string, value = '1'): StartChange =>
  (message) => ({ ...message, headers: [...message.headers, name, value] })

t.test('changes the start of a response, and passes other messages unchanged', async (t) => {
  const body: SendMessage = { type: 'http.response.body', body: new Uint8Array(2) }
  const seen: unknown[] = []
  const send = changeStart(
    async (message) => void seen.push(message),
    (message) => ({ ...message, status: 201 }),
  )

  await send({ type: 'http.response.start', status: 200, headers: [] })
  await send(body)

  t.same(seen[0], { type: 'http.response.start', status: 201, headers: [] })
  t.equal(seen[1], body)
})

t.test('returns what send returns', async (t) => {
  const done = Promise.resolve()
  const send = changeStart(
    () => done,
    (message) => message,
  )

  t.equal(send({ type: 'http.response.start', status: 200, headers: [] }), done)
  t.equal(send({ type: 'http.response.body' }), done)
})

t.test('changes the response that denies a handshake', async (t) => {
  const change: StartChange = (message) => ({ ...adder('x-a')(message), status: 404 })
  const refusal: SendMessage = { type: 'websocket.http.response.start', status: 403, headers: [] }
  const seen: SendMessage[] = []
  const send = async (message: SendMessage) => void seen.push(message)

  await changeStart(send, change)(refusal)

  t.same(seen, [{ type: 'websocket.http.response.start', status: 404, headers: ['x-a', '1'] }])
})

t.test('throws if the function returns no message', async (t) => {
  const forgetting = (() => undefined) as unknown as StartChange // as JavaScript may
  const send = changeStart(async () => {}, forgetting)

  t.throws(() => send({ type: 'http.response.start', status: 200, headers: [] }), {
    name: 'TypeError',
    message: /^changeStart: the function must return the message to send, undefined was given/,
  })
})
