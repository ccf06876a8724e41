import t from 'tap'
import { prettyEntry } from '../../lib/cli/serving/logs.ts'
import type { Paint } from '../../lib/cli/terminal.ts'
import type { AccessLogEntry } from '../../lib/middleware/accesslog.ts'

/** Writes the name of a colour around what has it. */
const paint = new Proxy({} as Paint, {
  get: (_, colour) => (text: string) => `<${String(colour)} ${text}>`,
})

const ENTRY = {
  ...{ method: 'GET', path: '/a', query: '', status: 200, duration: 1.5, client: '127.0.0.1' },
  ...{ aborted: false, error: undefined },
} as unknown as AccessLogEntry

t.test('a line has the colour of its status', async (t) => {
  t.equal(prettyEntry(ENTRY, paint), '<bold GET> /a <green 200> <dim 1.5 ms 127.0.0.1>')
  for (const [status, colour] of Object.entries({ 304: 'cyan', 404: 'yellow', 500: 'red' })) {
    t.match(prettyEntry({ ...ENTRY, status: Number(status) }, paint), `<${colour} ${status}>`)
  }
})

t.test('a line shows the query, an aborted request and the error', async (t) => {
  const entry = { ...ENTRY, query: 'b=1', aborted: true, error: 'kaput' } as AccessLogEntry
  t.equal(
    prettyEntry(entry, paint),
    '<bold GET> /a?b=1 <green 200> <dim 1.5 ms 127.0.0.1 aborted> <red kaput>',
  )
})
