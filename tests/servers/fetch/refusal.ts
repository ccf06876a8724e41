import t from 'tap'
import { refusal } from '../../../lib/servers/fetch/refusal.ts'

t.test('is a bare status with its text', async (t) => {
  for (const [status, text] of [
    [400, 'Bad Request'],
    [403, 'Forbidden'],
    [500, 'Internal Server Error'],
    [503, 'Service Unavailable'],
    [499, ''],
  ] as const) {
    const response = refusal(status)
    t.equal(response.status, status)
    t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    t.equal(await response.text(), text)
  }
})
