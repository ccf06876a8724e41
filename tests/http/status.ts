import { STATUS_CODES } from 'node:http'
import t from 'tap'
import { isBodyless, statusPhrase } from '../../lib/http/status.ts'

// RFC 9110 has renamed some that Node has under the old names; 509 is not registered (EX-17).
const RENAMED: Record<number, string | undefined> = {
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  418: "I'm a teapot",
  509: undefined,
}

t.test('knows the phrase of every registered status', (t) => {
  for (let status = 100; status < 600; status++) {
    const wanted = status in RENAMED ? RENAMED[status] : STATUS_CODES[status]
    t.equal(statusPhrase(status), wanted, String(status))
  }
  t.end()
})

for (const status of [0, 99, 306, 420, 499, 600, 999, -1, 200.5, Number.NaN]) {
  t.test(`knows no phrase for ${status}`, (t) => {
    t.equal(statusPhrase(status), undefined)
    t.end()
  })
}

const bodies: [status: number, bodyless: boolean][] = [
  [100, true],
  [101, true],
  [199, true],
  [200, false],
  [204, true],
  [205, true],
  [206, false],
  [303, false],
  [304, true],
  [404, false],
  [500, false],
]

for (const [status, bodyless] of bodies) {
  t.test(`a response of status ${status} ${bodyless ? 'never has' : 'may have'} a body`, (t) => {
    t.equal(isBodyless(status), bodyless)
    t.end()
  })
}
